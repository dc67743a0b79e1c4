"""Telegram without a network: updates go in as Telegram sends them, the bot's calls are recorded."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from telegram import Update
from telegram.request import BaseRequest, RequestData

from bot.application import BotApplication
from models.downloads import DownloadProgress
from models.results import (
    LABELS,
    Candidate,
    LabelResult,
    MaskResult,
    Task,
    TokenSpan,
    TokensResult,
)

BOT_NAME = "KobertBot"
BOT = {"id": 1, "is_bot": True, "first_name": "Bot", "username": BOT_NAME}
GROUP = -1001
VERSION = "0123456789ab"
KOREAN = 11
ENGLISH = 22
NEWCOMER = 3333333333
"""Somebody who has not been asked; the other two have agreed that what they ask and their votes are kept."""
PRESETS = ("builtin", "klue", "google")
ANONYMOUS_ADMIN = {
    "from": {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"},
    "sender_chat": {"id": GROUP, "type": "supergroup", "title": "Group"},
}
CHANNEL = {
    "from": {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"},
    "sender_chat": {"id": -1005, "type": "channel", "title": "Channel"},
}
LINKED_CHANNEL = {
    "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
    "sender_chat": {"id": -1005, "type": "channel", "title": "Channel"},
    "is_automatic_forward": True,
}
"""Who speaks in the name of a chat, as what a message is sent with."""

FULL = {  # what ``getChat`` tells besides
    "accent_color_id": 0,
    "max_reaction_count": 11,
    "accepted_gift_types": dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        False,
    ),
}
_RIGHTS = (
    "can_be_edited",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "is_anonymous",
)
STATUSES: dict[str, dict[str, object]] = {
    "left": {"status": "left"},
    "kicked": {"status": "kicked", "until_date": 0},
    "member": {"status": "member"},
    "administrator": {"status": "administrator", **dict.fromkeys(_RIGHTS, False)},
}
LANGUAGE_CODES = {KOREAN: "ko", ENGLISH: "en"}


@dataclass(slots=True)
class Call:
    """One Bot API call and its parameters, nested ones decoded."""

    method: str
    data: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.data["text"])

    @property
    def buttons(self) -> list[list[dict[str, str]]]:
        rows: list[list[dict[str, str]]] = self.data["reply_markup"]["inline_keyboard"]
        return rows

    def button(self, face: str) -> str:
        """Return the data of the button whose face starts with ``face``."""
        for row in self.buttons:
            for button in row:
                if button["text"].startswith(face):
                    return button["callback_data"]
        raise AssertionError(f"no button {face!r} in {self.buttons}")


class OfflineRequest(BaseRequest):
    """Answers every Bot API call in this process; ``refuse`` queues an error for a method.

    ``admins`` are the people who administer every group there is.
    """

    def __init__(self) -> None:
        self.admins: set[int] = set()
        self.channels: set[int] = set()  # chats that are no groups
        self.files: set[int] = set()  # messages that are no text, which can't be edited into one
        self.calls: list[Call] = []
        self.refusals: defaultdict[str, list[tuple[int, str, dict[str, int]]]] = defaultdict(list)
        self.edits_go_through = asyncio.Event()  # cleared: they hang until it is set
        self.edits_go_through.set()
        self._last_id = 1000

    def refuse(self, method: str, code: int, description: str, **parameters: int) -> None:
        self.refusals[method].append((code, description, parameters))

    @property
    def read_timeout(self) -> float | None:
        return 1.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self,
        url: str,
        method: str,  # noqa: ARG002
        request_data: RequestData | None = None,
        read_timeout: object = None,  # noqa: ARG002
        write_timeout: object = None,  # noqa: ARG002
        connect_timeout: object = None,  # noqa: ARG002
        pool_timeout: object = None,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        endpoint = url.rsplit("/", 1)[-1]
        data = _decoded(request_data)
        self.calls.append(Call(endpoint, data))
        await asyncio.sleep(0)  # as on a network, others get a turn
        if endpoint.startswith("editMessage"):
            await self.edits_go_through.wait()
        if endpoint == "editMessageText" and data.get("message_id") in self.files:
            self.refuse(endpoint, 400, "Bad Request: there is no text in the message to edit")
        if self.refusals[endpoint]:
            code, description, parameters = self.refusals[endpoint].pop(0)
            body: dict[str, object] = {"ok": False, "error_code": code, "description": description}
            if parameters:
                body["parameters"] = parameters
            return code, json.dumps(body).encode()
        return 200, json.dumps({"ok": True, "result": self._result(endpoint, data)}).encode()

    def _result(self, endpoint: str, data: dict[str, Any]) -> object:
        if endpoint == "getMe":
            return BOT
        if endpoint in {
            "sendMessage",
            "sendDocument",
            "sendPhoto",
            "editMessageText",
            "editMessageReplyMarkup",
        }:
            message_id = data.get("message_id")
            if message_id is None:
                self._last_id += 1
                message_id = self._last_id
                if endpoint in {"sendDocument", "sendPhoto"}:
                    self.files.add(message_id)
            return {
                "message_id": message_id,
                "date": 1_700_000_000,
                "chat": _chat(int(data["chat_id"])),
                "text": data.get("text", ""),
            }
        if endpoint == "getChat":
            kind = {"type": "channel"} if int(data["chat_id"]) in self.channels else {}
            return {**_chat(int(data["chat_id"])), **FULL, **kind}
        if endpoint == "getChatMember":
            return self._member(int(data["user_id"]))
        if endpoint == "getChatAdministrators":
            return [self._member(person) for person in sorted(self.admins)]
        return True

    def _member(self, person: int) -> dict[str, object]:
        status = "creator" if person in self.admins else "member"
        return {"user": _user(person), "status": status, "is_anonymous": False}


def _decoded(request_data: RequestData | None) -> dict[str, Any]:
    decoded: dict[str, Any] = {}
    for name, value in (request_data.json_parameters if request_data else {}).items():
        try:
            decoded[name] = json.loads(value) if value[:1] in "{[-0123456789" else value
        except ValueError:
            decoded[name] = value
    for name, (_, content, _) in (request_data.multipart_data if request_data else {}).items():
        decoded[name] = content
    return decoded


def _chat(chat_id: int) -> dict[str, object]:
    kind = {"type": "supergroup", "title": "Group"} if chat_id < 0 else {"type": "private", "first_name": "P"}
    return {"id": chat_id, **kind}


def _user(user_id: int) -> dict[str, object]:
    code = LANGUAGE_CODES.get(user_id, "en")
    return {"id": user_id, "is_bot": False, "first_name": "Person", "language_code": code}


@dataclass
class Telegram:
    """People who write to the bot and tap its buttons."""

    application: BotApplication
    request: OfflineRequest
    _updates: int = 0
    _messages: int = 0

    @property
    def answers(self) -> list[Call]:
        """The bot's messages and edits of their text, in order."""
        return [call for call in self.request.calls if call.method in {"sendMessage", "editMessageText"}]

    @property
    def toasts(self) -> list[Call]:
        return [call for call in self.request.calls if call.method == "answerCallbackQuery"]

    @property
    def deletions(self) -> list[Call]:
        return [call for call in self.request.calls if call.method == "deleteMessage"]

    @property
    def keyboards(self) -> list[Call]:
        return [call for call in self.request.calls if call.method == "editMessageReplyMarkup"]

    async def says(
        self,
        text: str,
        *,
        user: int = ENGLISH,
        chat: int | None = None,
        edits: int | None = None,
        message_id: int | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> Call:
        """Send a message, or edit an own one, and return the bot's last answer."""
        update = self.message(text, user=user, chat=chat, edits=edits, message_id=message_id, extra=extra)
        await self.application.process_update(update)
        return self.answers[-1]

    def message(
        self,
        text: str,
        *,
        user: int = ENGLISH,
        chat: int | None = None,
        edits: int | None = None,
        message_id: int | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> Update:
        """Make the update of a message."""
        self._messages += 1
        own_id = edits or message_id or self._messages
        body: dict[str, object] = {
            "message_id": own_id,
            "date": 1_700_000_000,
            "from": _user(user),
            "chat": _chat(chat or user),
            **message_text(text),
            **({"edit_date": 1_700_000_001} if edits else {}),
            **(extra or {}),
        }
        return self._update("edited_message" if edits else "message", body)

    @property
    def inline_answers(self) -> list[Call]:
        return [call for call in self.request.calls if call.method == "answerInlineQuery"]

    async def types(self, query: str, *, user: int = ENGLISH) -> Call:
        """Write an inline query and return what is offered."""
        await self.application.process_update(self.inline_query(query, user=user))
        return self.inline_answers[-1]

    def inline_query(self, query: str, *, user: int = ENGLISH) -> Update:
        """Make the update of an inline query."""
        self._messages += 1
        body = {"id": f"inline {self._messages}", "from": _user(user), "query": query, "offset": ""}
        return self._update("inline_query", body)

    async def taps(
        self,
        data: str,
        *,
        user: int = ENGLISH,
        on: int = 1001,
        chat: int | None = None,
        under: Update | None = None,
    ) -> Call:
        """Tap a button and return the toast."""
        await self.application.process_update(self.tap(data, user=user, on=on, chat=chat, under=under))
        return self.toasts[-1]

    def tap(
        self,
        data: str,
        *,
        user: int = ENGLISH,
        on: int = 1001,
        chat: int | None = None,
        under: Update | None = None,
    ) -> Update:
        """Make the update of a tap; ``under`` is the message that the message with the button answers."""
        message: dict[str, object] = {
            "message_id": on,
            "date": 1_700_000_000,
            "chat": _chat(chat or user),
            "text": "an answer",
        }
        if under is not None and under.effective_message is not None:
            message["reply_to_message"] = under.effective_message.to_dict()
        body = {
            "id": "7",
            "from": _user(user),
            "chat_instance": "1",
            "message": message,
            "data": data,
        }
        return self._update("callback_query", body)

    async def puts_the_bot(
        self,
        *statuses: str | dict[str, object],
        user: int = ENGLISH,
        chat: int = GROUP,
        extra: Mapping[str, object] | None = None,
    ) -> list[Call]:
        """Change what the bot is in a chat from each status to the next; give what it says to it."""
        before = len(self.answers)
        for old, new in pairwise(statuses):
            change = self.membership(old, new, user=user, chat=chat, extra=extra)
            await self.application.process_update(change)
        return self.answers[before:]

    def membership(
        self,
        old: str | dict[str, object],
        new: str | dict[str, object],
        *,
        user: int = ENGLISH,
        chat: int = GROUP,
        extra: Mapping[str, object] | None = None,
    ) -> Update:
        """Make the update of a change of what the bot is in a chat."""
        body: dict[str, object] = {"chat": _chat(chat), "from": _user(user), "date": 1_700_000_000}
        for name, status in (("old_chat_member", old), ("new_chat_member", new)):
            body[name] = {"user": BOT, **(status if isinstance(status, dict) else STATUSES[status])}
        return self._update("my_chat_member", {**body, **(extra or {})})

    def _update(self, kind: str, body: Mapping[str, object]) -> Update:
        self._updates += 1
        update = Update.de_json({"update_id": self._updates, kind: body}, self.application.bot)
        assert update is not None
        return update


def message_text(text: str) -> dict[str, object]:
    """Return a text and, when it starts with a command, the entity that Telegram marks it with."""
    if not text:  # a picture, a sticker
        return {}
    if not text.startswith("/"):
        return {"text": text}
    command = text.split(maxsplit=1)[0]
    return {"text": text, "entities": [{"type": "bot_command", "offset": 0, "length": len(command)}]}


def captioned(text: str) -> dict[str, object]:
    """Return a picture with a caption."""
    names = {"text": "caption", "entities": "caption_entities"}
    photo = [{"file_id": "p", "file_unique_id": "p", "width": 3, "height": 2}]
    return {"photo": photo, **{names[name]: value for name, value in message_text(text).items()}}


@dataclass
class FakeModel:
    """A model service with fixed answers, which remembers what it was asked."""

    asked: list[tuple[object, ...]] = field(default_factory=list)
    chats: list[Hashable | None] = field(default_factory=list)  # in whose name
    preset: str = "builtin"
    error: Exception | None = None
    delay: float = 0.0
    download: DownloadProgress | None = None
    truncated: bool = False
    cut_blanks: frozenset[int] = frozenset()
    gate: asyncio.Event = field(default_factory=asyncio.Event)  # cleared: answers wait until it is set

    def __post_init__(self) -> None:
        self.gate.set()

    async def _ask(self, chat: Hashable | None, *question: object) -> None:
        self.asked.append(question)
        self.chats.append(chat)
        await self.gate.wait()
        await asyncio.sleep(self.delay)
        if self.error is not None:
            raise self.error

    async def mask(
        self, text: str, *, prefer: str | None = None, top_k: int = 5, chat: Hashable | None = None
    ) -> MaskResult:
        await self._ask(chat, "mask", text, prefer)
        words = ("school", "home", "park", "work", "<b>", "sea")[:top_k]
        candidates = tuple(Candidate(word, 0.5 / (index + 1)) for index, word in enumerate(words))
        read = text.replace("___", "[MASK]")
        blanks = range(read.count("[MASK]"))
        masks = tuple(() if blank in self.cut_blanks else candidates for blank in blanks)
        return MaskResult("builtin", read, masks, self.truncated, VERSION)

    async def nsp(
        self, first: str, second: str, *, prefer: str | None = None, chat: Hashable | None = None
    ) -> LabelResult:
        await self._ask(chat, "nsp", first, second, prefer)
        return self._labels(Task.NSP, 0.7, 0.3)

    async def sentiment(
        self, text: str, *, prefer: str | None = None, chat: Hashable | None = None
    ) -> LabelResult:
        await self._ask(chat, "sentiment", text, prefer)
        return self._labels(Task.SENTIMENT, 0.07, 0.93)

    async def nli(
        self, premise: str, hypothesis: str, *, prefer: str | None = None, chat: Hashable | None = None
    ) -> LabelResult:
        await self._ask(chat, "nli", premise, hypothesis, prefer)
        return self._labels(Task.NLI, 0.1, 0.3, 0.6)

    async def tokens(
        self,
        text: str,
        second: str | None = None,
        *,
        prefer: str | None = None,
        chat: Hashable | None = None,
    ) -> TokensResult:
        await self._ask(chat, "tokens", text, second, prefer)
        spans = [TokenSpan("[CLS]", 2, 0, 0, special=True)]
        for segment, part in enumerate((text, second or "")):
            spans += [
                TokenSpan(letter, 100 + place, place, place + 1, segment) for place, letter in enumerate(part)
            ]
        spans.append(TokenSpan("[SEP]", 3, 0, 0, special=True))
        return TokensResult("builtin", tuple(spans), "kobert", tuple(spans[:3]), self.truncated, VERSION)

    def _labels(self, task: Task, *scores: float) -> LabelResult:
        by_label = dict(zip(LABELS[task], scores, strict=True))
        best = max(by_label, key=lambda label: by_label[label])
        return LabelResult(task, "builtin", best, by_label, self.truncated, VERSION)
