"""What every handler can reach: the model service, the store, and whose language to speak."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from telegram import User
from telegram.ext import CallbackContext, ExtBot

from handlers.access import Access
from handlers.limits import Limits
from handlers.newest import Newest
from handlers.news import News
from handlers.pending import Pending
from handlers.quota import Quotas
from handlers.replies.texts import TEXTS, Language, Texts, language_for
from handlers.turns import Redraws, Turns
from models.downloads import DownloadProgress
from models.results import LabelResult, MaskResult, TokensResult
from storage.store import Store


class Service(Protocol):
    """What the handlers ask of the model service, in the name of a chat, as chats take turns."""

    @property
    def download(self) -> DownloadProgress | None:
        """How far the download of a model is that goes on, if one does."""
        ...

    async def mask(
        self, text: str, *, preset: str | None = None, top_k: int = 5, chat: Hashable | None = None
    ) -> MaskResult:
        """Candidates for every blank of a text."""
        ...

    async def nsp(
        self, first: str, second: str, *, preset: str | None = None, chat: Hashable | None = None
    ) -> LabelResult:
        """Whether the second text follows the first."""
        ...

    async def sentiment(
        self, text: str, *, preset: str | None = None, chat: Hashable | None = None
    ) -> LabelResult:
        """Whether a text is positive or negative."""
        ...

    async def nli(
        self, premise: str, hypothesis: str, *, preset: str | None = None, chat: Hashable | None = None
    ) -> LabelResult:
        """What the premise says of the hypothesis."""
        ...

    async def tokens(
        self,
        text: str,
        second: str | None = None,
        *,
        preset: str | None = None,
        compare: str | None = None,
        chat: Hashable | None = None,
    ) -> TokensResult:
        """The pieces that one tokenizer, and another to compare, cut a text into."""
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
        retention_days: After how many days questions are deleted; None for never.
        pending: Answers whose askers have not agreed to have them kept.
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
    retention_days: int | None = None
    pending: Pending = field(default_factory=Pending)


class Context(CallbackContext[ExtBot[int], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """PTB's callback context with the shared services; ``bound_to`` makes one per application."""

    services: ClassVar[Services]

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

    async def language(self, user: User | None) -> Language:
        """Return the language to speak to a user: the one they chose, else the one of their Telegram."""
        if user is None:  # a post in the name of a channel
            return language_for(None)
        return language_for(await self.store.language(user.id) or user.language_code)

    async def texts(self, user: User | None) -> Texts:
        """Return the texts in :meth:`language`."""
        return TEXTS[await self.language(user)]
