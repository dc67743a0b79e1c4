"""What every handler can reach: the model service, the store, and whose language to speak."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Protocol

from telegram import Chat, Message, User
from telegram.constants import ChatType
from telegram.ext import Application, CallbackContext, ExtBot

from handlers.access import Access
from handlers.heard import Heard
from handlers.limits import Limits
from handlers.newest import Newest
from handlers.news import News
from handlers.pending import Pending
from handlers.prompts import Prompts
from handlers.quota import Quotas
from handlers.replies.settings import Unserved
from handlers.replies.texts import TEXTS, Language, Texts, language_for
from handlers.turns import Redraws, Turns
from models.downloads import DownloadProgress
from models.results import LabelResult, MaskResult, Task, TokensResult
from models.text import language_of
from storage.checkpoint_values import ChampionChange
from storage.outlook import Outlook
from storage.store import GroupSettings, Store

GREETED_AGAIN_AFTER = 600.0
"""Seconds; a bot that is put out and in again within them has said what there is to say."""

REFUSED_AGAIN_AFTER = 3600.0
"""Seconds; who gives a command in a group again within them that is not theirs gets no second message."""


class Service(Protocol):
    """What the handlers ask of the model service, in the name of a chat, as chats take turns.

    A preset to ``prefer`` answers where it can, else the default one.
    """

    @property
    def preset(self) -> str:
        """The preset that answers when none is preferred."""
        ...

    @property
    def download(self) -> DownloadProgress | None:
        """How far the download of a model is that goes on, if one does."""
        ...

    async def mask(
        self, text: str, *, prefer: str | None = None, top_k: int = 5, chat: Hashable | None = None
    ) -> MaskResult:
        """Candidates for every blank of a text."""
        ...

    async def nsp(
        self, first: str, second: str, *, prefer: str | None = None, chat: Hashable | None = None
    ) -> LabelResult:
        """Whether the second text follows the first."""
        ...

    async def sentiment(
        self, text: str, *, prefer: str | None = None, chat: Hashable | None = None
    ) -> LabelResult:
        """Whether a text is positive or negative."""
        ...

    async def nli(
        self, premise: str, hypothesis: str, *, prefer: str | None = None, chat: Hashable | None = None
    ) -> LabelResult:
        """What the premise says of the hypothesis."""
        ...

    async def tokens(
        self,
        text: str,
        second: str | None = None,
        *,
        prefer: str | None = None,
        chat: Hashable | None = None,
    ) -> TokensResult:
        """The pieces that one tokenizer, and another to compare with, cut a text into."""
        ...


class Promoter(Protocol):
    """Changes which trained model answers a task, once it has been seen to be able to.

    Both methods raise ``ModelServiceError`` for one that cannot serve and ``StorageError`` for one that may
    not, and return once it answers.
    """

    async def promote(
        self, task: Task, name: str | None, *, actor: int | str, reason: str, seen: str | None
    ) -> ChampionChange:
        """Let a checkpoint answer in place of the champion that was seen."""
        ...

    async def roll_back(
        self, task: Task, *, actor: int | str, reason: str, seen: str | None
    ) -> ChampionChange:
        """Let the champion from before answer again in place of the one that was seen."""
        ...


class Teacher(Protocol):
    """Knows how the teaching goes, which takes too long to find out in the process that answers."""

    async def agree(self) -> bool:
        """Find out what voters agree on, if that may have changed since it was done last.

        Returns:
            Whether that is known now; if not, what was known before is still there.
        """
        ...

    def outlook(self, task: str) -> Outlook | None:
        """Return what a training of a task would have had when voters agreed last; None if unknown."""
        ...

    async def agreement(self) -> Mapping[str, float | None]:
        """Krippendorff's alpha by task; None where it is undefined, nothing of a task without votes."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything shared by all chats.

    Attributes:
        model: The model service.
        store: Predictions, votes, languages.
        admin_chat: Chat that gets a short report of unexpected errors; None for no reports.
        limits: How many commands of one person and one chat at once.
        access: Whom the bot answers at all.
        quotas: How often somebody may ask.
        turns: One command message at a time.
        newest: Which inline query of a person is the newest.
        redraws: Keyboards to bring up to date.
        news: Which errors the admin chat has just heard of.
        greetings: Which groups have just been greeted.
        refusals: Who has just been told in a group that a command is not theirs.
        heard: What another update may tell a moment later: an album's words, a group's move.
        presets: Those that the administrators of a group may choose from.
        unserved: By preset, the tasks that another model answers in its place, and in which languages.
        retention_days: After how many days questions are deleted; None for never.
        prompts: Who was just asked for a word, for which answer, and by which message.
        pending: Answers whose askers have not agreed to have them kept.
        promoter: Changes who answers a task; None where nobody may.
        tested: Tasks whose original test a new model is held against.
        apart: By task, the lines and models of those that the preset answers with a model for each language:
            there no model is trained, unless a trained one answers.
        teacher: Runs the trainings that are asked for, and knows how the teaching goes; None if nobody does.
    """

    model: Service
    store: Store
    admin_chat: int | None = None
    limits: Limits = field(default_factory=Limits)
    access: Access = field(default_factory=Access)
    quotas: Quotas = field(default_factory=Quotas)
    turns: Turns = field(default_factory=Turns)
    newest: Newest = field(default_factory=Newest)
    redraws: Redraws = field(default_factory=Redraws)
    news: News = field(default_factory=News)
    greetings: News = field(default_factory=partial(News, GREETED_AGAIN_AFTER))
    refusals: News = field(default_factory=partial(News, REFUSED_AGAIN_AFTER))
    heard: Heard = field(default_factory=Heard)
    presets: tuple[str, ...] = ()
    unserved: Mapping[str, Unserved] = field(default_factory=dict)
    retention_days: int | None = None
    prompts: Prompts = field(default_factory=Prompts)
    pending: Pending = field(default_factory=Pending)
    promoter: Promoter | None = None
    tested: frozenset[str] = frozenset()
    apart: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    teacher: Teacher | None = None


class Context(CallbackContext[ExtBot[int], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """PTB's callback context with the shared services; ``bound_to`` makes one per application."""

    services: ClassVar[Services]

    def __init__(
        self,
        application: Application[ExtBot[int], Any, Any, Any, Any, Any],
        chat_id: int | None = None,
        user_id: int | None = None,
    ) -> None:
        super().__init__(application, chat_id, user_id)
        self._groups: dict[int, GroupSettings] = {}
        self._languages: dict[int, Language] = {}

    @classmethod
    def bound_to(cls, services: Services) -> type[Context]:
        """Return a context type whose instances carry ``services``."""

        class BoundContext(cls):  # type: ignore[misc,valid-type]  # mypy: a base class held in a variable
            pass

        BoundContext.services = services
        return BoundContext

    @property
    def model(self) -> Service:
        """The model service."""
        return self.services.model

    @property
    def store(self) -> Store:
        """The database."""
        return self.services.store

    async def group(self, chat: Chat) -> GroupSettings:
        """Return what the administrators of a group have set; in a private chat nothing is.

        Read once for each update, so that all of an answer goes by the same settings.
        """
        if chat.type not in (ChatType.GROUP, ChatType.SUPERGROUP):
            return GroupSettings()
        if chat.id not in self._groups:
            self._groups[chat.id] = await self.store.group_settings(chat.id)
        return self._groups[chat.id]

    async def preset(self, chat: Chat) -> str | None:
        """Return the preset that a group prefers, if it may still choose that; None for the default."""
        chosen = (await self.group(chat)).preset
        return chosen if chosen in self.services.presets else None

    async def language_in(self, message: Message) -> Language:
        """Return the language to answer a message in: its group's, else its writer's.

        Who speaks in the name of a chat has chosen none, and is answered in the language they wrote in.
        """
        settled = (await self.group(message.chat)).language
        if settled is not None:
            return language_for(settled)
        if message.sender_chat is not None:
            return language_of(message.text or message.caption or "")
        return await self.language(message.from_user)

    async def texts_in(self, message: Message) -> Texts:
        """Return the texts in :meth:`language_in`."""
        return TEXTS[await self.language_in(message)]

    async def language(self, user: User | None) -> Language:
        """Return the language of a person: the one they chose, else the one of their Telegram.

        Read once for each update.
        """
        if user is None:
            return language_for(None)
        if user.id not in self._languages:
            chosen = await self.store.language(user.id) or user.language_code
            self._languages[user.id] = language_for(chosen)
        return self._languages[user.id]

    async def texts(self, user: User | None) -> Texts:
        """Return the texts in :meth:`language`, for what its person alone is shown."""
        return TEXTS[await self.language(user)]
