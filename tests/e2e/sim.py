"""A client of the playground's control API, so that tests read as a user's story.

async with Sim(url) as sim:
    chat = sim.private(language="en")
    await chat.says("/start")
    answer = await chat.next_bot_message()
    toast = await chat.taps(answer, "Right")
    answer = await chat.wait_edit(answer)

    group = sim.group(members=3)
    question = await group.member(1).says("/sentiment@kobert_bot 이 영화 최고")
    answer = await group.next_bot_message()
    await group.member(2).taps(answer, row=0, column=1)

    topic = await group.topic("영화")
    await group.member(1).says("/sentiment@kobert_bot 최고", thread_id=topic)
    panel = await group.member(1).opens(answer.urls[0])   # a link into the private chat
    await group.migrates()
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

Json = dict[str, Any]
_SECONDS = 10.0  # a test's patience unless it says otherwise
_PATIENCE = 60.0  # more of them than the server was asked to wait, before it is given up


class SimRefusalError(AssertionError):
    """The control API refused, such as a button that isn't there."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it stood when it was seen.

    Attributes:
        chat_id: Where.
        id: Its number in the chat.
        text: Text or caption; empty when there is none.
        buttons: Texts of the inline buttons, row by row.
        version: How often it had been edited.
        raw: The Bot API ``Message``, plus ``version``, ``from_bot``, and ``force_reply`` if it asks for one.
    """

    chat_id: int
    id: int
    text: str
    buttons: tuple[tuple[str, ...], ...]
    version: int
    raw: Json = field(repr=False)

    @classmethod
    def of(cls, raw: Json) -> "Said":
        """Read a message of the control API."""
        rows: Sequence[Sequence[Json]] = raw.get("reply_markup", {}).get("inline_keyboard", ())
        buttons = tuple(tuple(str(button["text"]) for button in row) for row in rows)
        text = str(raw.get("text") or raw.get("caption") or "")
        return cls(raw["chat"]["id"], raw["message_id"], text, buttons, raw["version"], raw)

    @property
    def data(self) -> tuple[tuple[str, ...], ...]:
        """Callback data of the inline buttons, row by row; empty for a button without any."""
        rows: Sequence[Sequence[Json]] = self.raw.get("reply_markup", {}).get("inline_keyboard", ())
        return tuple(tuple(str(button.get("callback_data", "")) for button in row) for row in rows)

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the inline buttons that are links lead."""
        rows: Sequence[Sequence[Json]] = self.raw.get("reply_markup", {}).get("inline_keyboard", ())
        return tuple(str(button["url"]) for row in rows for button in row if "url" in button)

    @property
    def thread_id(self) -> int | None:
        """The topic it is in."""
        thread: int | None = self.raw.get("message_thread_id")
        return thread

    @property
    def reply_to(self) -> int | None:
        """The number of the message it answers."""
        replied = self.raw.get("reply_to_message")
        return int(replied["message_id"]) if replied else None


@dataclass(frozen=True, slots=True)
class Toast:
    """What a tap got back.

    Attributes:
        answered: Whether the bot answered in time.
        text: What it said.
        alert: Whether it asked for a box with a button instead of a toast.
    """

    answered: bool
    text: str
    alert: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One call the bot made; ``status`` 0 means the connection was dropped."""

    method: str
    params: Mapping[str, Any]
    at: float
    status: int
    description: str | None


@dataclass(frozen=True, slots=True)
class Offered:
    """What the bot offers behind its name.

    Attributes:
        id: The query's.
        answered: Whether the bot answered in time.
        titles: Of the results, in order.
        descriptions: Theirs.
        button: What the button above them says; empty without one.
        raw: The control API's answer.
    """

    id: str
    answered: bool
    titles: tuple[str, ...]
    descriptions: tuple[str, ...]
    button: str
    raw: Json = field(repr=False)

    @classmethod
    def of(cls, raw: Json) -> "Offered":
        """Read an answer of the control API."""
        titles, descriptions = (
            tuple(str(one[name]) for one in raw["results"]) for name in ("title", "description")
        )
        button = str((raw["button"] or {}).get("text", ""))
        return cls(raw["id"], raw["answered"], titles, descriptions, button, raw)


class Sim:
    """The control API of one server.

    Args:
        url: The server's base URL.
    """

    def __init__(self, url: str) -> None:
        # Certificates are of no use over plain http, and slow to load.
        self._http = httpx.AsyncClient(base_url=url, timeout=_PATIENCE, verify=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def ask(self, method: str, path: str, /, **body: object) -> Any:  # noqa: ANN401 - any JSON
        """Make one request; parameters that are None are left out."""
        given = {name: value for name, value in body.items() if value is not None}
        waits = float(str(given.get("timeout", _SECONDS)))
        patience = httpx.Timeout(_PATIENCE + waits)  # the server waits, and then it answers
        if method == "GET":
            shown = {name: str(value) for name, value in given.items()}
            answer = await self._http.request(method, f"/sim/{path}", params=shown, timeout=patience)
        else:
            answer = await self._http.request(method, f"/sim/{path}", json=given, timeout=patience)
        if answer.is_error:
            raise SimRefusalError(f"{method} /sim/{path}: {answer.status_code} {answer.text}")
        return answer.json()

    def private(self, *, language: str | None = "ko", name: str | None = None) -> "Private":
        """A new person and their private chat, made when first used."""
        return Private(self, language, name)

    def group(
        self,
        members: int = 3,
        *,
        language: str | None = "ko",
        kind: str = "supergroup",
        forum: bool = False,
        bot: bool = True,
    ) -> "Group":
        """A new group, made when first used; its first member created it, and put the ``bot`` in if it is."""
        return Group(self, members, language, kind, forum=forum, bot=bot)

    async def reset(self) -> None:
        """Forget all chats, calls and faults."""
        await self.ask("POST", "reset")

    async def privacy(self, *, on: bool) -> None:
        """Turn the privacy mode on or off; off, the bot sees every message of a group."""
        await self.ask("PATCH", "settings", privacy=on)

    async def calls(self, method: str | None = None) -> list[Call]:
        """Give the calls the bot made: of one method, or of all but getUpdates."""
        found: list[Json] = await self.ask("GET", "calls", method=method)
        return [Call(c["method"], c["params"], c["at"], c["status"], c["description"]) for c in found]

    async def fault(
        self,
        method: str,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        delay: float | None = None,
        drop: bool = False,
        after: bool = False,
        count: int = 1,
    ) -> None:
        """Let the bot's next ``count`` calls of a method go wrong.

        Args:
            method: Such as ``sendMessage``; ``*`` is any but getUpdates.
            status: Refuse with this status.
            retry_after: Seconds, for 429.
            delay: Answer late by so many seconds.
            drop: Break the connection.
            after: Break or refuse after the call has taken effect.
            count: How many calls.
        """
        kind = "drop" if drop else "status" if delay is None else "delay"
        given: Json = {"kind": kind, "status": status, "retry_after": retry_after, "seconds": delay}
        await self.ask("POST", "faults", method=method, after=after, count=count, **given)

    async def duplicate_updates(self, count: int = 1) -> None:
        """Let the next ``count`` updates be delivered twice under one id."""
        await self.ask("POST", "faults", kind="duplicate", count=count)

    async def expire_queries(self) -> None:
        """Make every pressed button and inline query too old to answer."""
        await self.ask("POST", "queries/expire")


class _Room(ABC):
    """A chat, made when first used."""

    def __init__(self, sim: Sim) -> None:
        self.sim = sim
        self._id: int | None = None
        self._seen = 0

    async def id(self) -> int:
        """The chat's id."""
        if self._id is None:
            self._id = await self._make()
        return self._id

    @abstractmethod
    async def _make(self) -> int: ...

    async def messages(self) -> list[Said]:
        """Every message of the chat."""
        return [Said.of(raw) for raw in await self.sim.ask("GET", f"chats/{await self.id()}/messages")]

    async def next_bot_message(self, timeout: float = _SECONDS) -> Said:  # noqa: ASYNC109 - the server waits
        """Wait for the bot's next message, each given once."""
        said = await self._next(timeout)
        assert said is not None, f"the bot said nothing within {timeout} s"
        return said

    async def silence(self, seconds: float = 0.5) -> None:
        """See that the bot says nothing for a while."""
        said = await self._next(seconds)
        assert said is None, f"the bot said: {said}"

    async def wait_edit(self, said: Said, timeout: float = _SECONDS) -> Said:  # noqa: ASYNC109 - the server waits
        """Wait until a message is edited after it was seen."""
        path = f"chats/{said.chat_id}/messages/{said.id}"
        return Said.of(await self.sim.ask("GET", path, newer_than=said.version, timeout=timeout))

    async def look(self, said: Said) -> Said:
        """See a message as it is now."""
        return Said.of(await self.sim.ask("GET", f"chats/{said.chat_id}/messages/{said.id}"))

    async def set_bot(self, status: str, *, by: "Person | None" = None) -> None:
        """Make the bot a ``member`` or ``administrator``, let it have ``left`` or be ``kicked`` (blocked)."""
        actor = await by.user_id() if by else None
        await self.sim.ask("POST", f"chats/{await self.id()}/bot", status=status, user_id=actor)

    async def _next(self, seconds: float) -> Said | None:
        path = f"chats/{await self.id()}/messages"
        found = await self.sim.ask("GET", path, after=self._seen, from_bot=1, timeout=seconds)
        if not found:
            return None
        said = Said.of(found[0])
        self._seen = said.id
        return said


class Person:
    """Somebody in a chat."""

    def __init__(self, room: _Room, index: int) -> None:
        self._room = room
        self._index = index
        self._user: int | None = None

    async def user_id(self) -> int:
        """The person's id."""
        if self._user is None:
            chat_id = await self._room.id()
            state = await self._room.sim.ask("GET", "state")
            chat = next(chat for chat in state["chats"] if chat["id"] == chat_id)
            self._user = int(chat["members"][self._index - 1]["user_id"])
        return self._user

    async def chat_id(self) -> int:
        """The number of the chat that the person is in here."""
        return await self._room.id()

    async def says(
        self,
        text: str = "",
        *,
        reply_to: Said | None = None,
        quote: str | None = None,
        thread_id: int | None = None,
        **more: object,
    ) -> Said:
        """Send a message.

        Args:
            text: What is said, or the caption.
            reply_to: The message it answers.
            quote: The part of that message that is quoted.
            thread_id: The topic.
            more: ``photo`` (base64), ``sticker``, ``anonymous`` (as the group), ``channel`` (as the
                channel of that name; ``linked``: its own post), ``forwarded_from``, ``quote_position``,
                ``entities``.
        """
        path = f"chats/{await self._room.id()}/messages"
        given: Json = {"text": text, "reply_to": reply_to.id if reply_to else None, "quote": quote, **more}
        user = await self.user_id()
        return Said.of(await self._room.sim.ask("POST", path, user_id=user, thread_id=thread_id, **given))

    async def edits(self, said: Said, text: str) -> Said:
        """Edit one's own message."""
        path = f"chats/{said.chat_id}/messages/{said.id}"
        return Said.of(await self._room.sim.ask("PATCH", path, user_id=await self.user_id(), text=text))

    async def deletes(self, said: Said) -> None:
        """Delete a message."""
        await self._room.sim.ask("DELETE", f"chats/{said.chat_id}/messages/{said.id}")

    async def taps(
        self,
        said: Said,
        text: str | None = None,
        *,
        data: str | None = None,
        row: int | None = None,
        column: int | None = None,
        timeout: float = _SECONDS,  # noqa: ASYNC109 - the server waits
    ) -> Toast:
        """Press a button by its text (whole or part), data or place, and wait for the toast."""
        path = f"chats/{said.chat_id}/messages/{said.id}/tap"
        given: Json = {"text": text, "data": data, "row": row, "column": column, "timeout": timeout}
        got = await self._room.sim.ask("POST", path, user_id=await self.user_id(), **given)
        return Toast(got["answered"], got["text"], got["show_alert"])

    async def opens(self, url: str) -> "Private":
        """Open a link to the bot, such as ``https://t.me/kobert_bot?start=…``; gives the private chat."""
        await self._room.sim.ask("POST", "links", user_id=await self.user_id(), url=url)
        return await self.in_private()

    async def in_private(self) -> "Private":
        """Give the same person's private chat."""
        return Private(self._room.sim, None, None, user_id=await self.user_id())

    async def becomes(self, status: str) -> None:
        """Change the person's place in the group: ``member``, ``administrator``, ``left`` or ``kicked``."""
        path = f"chats/{await self._room.id()}/members/{await self.user_id()}"
        await self._room.sim.ask("POST", path, status=status)

    async def menu(self) -> list[str]:
        """The commands that the person is offered here."""
        path = f"chats/{await self._room.id()}/commands"
        shown: list[Json] = await self._room.sim.ask("GET", path, user_id=await self.user_id())
        return [one["command"] for one in shown]

    async def types_inline(self, query: str, timeout: float = _SECONDS) -> Offered:  # noqa: ASYNC109 - as above
        """Write words behind the bot's name, and wait for what it offers."""
        path, user = f"chats/{await self._room.id()}/inline", await self.user_id()
        return Offered.of(await self._room.sim.ask("POST", path, user_id=user, query=query, timeout=timeout))

    async def chooses(self, offered: Offered, title: str) -> Said:
        """Send a result that the bot offered, by its title."""
        path = f"chats/{await self._room.id()}/inline/{offered.id}"
        result = next(one["id"] for one in offered.raw["results"] if one["title"] == title)
        return Said.of(await self._room.sim.ask("POST", path, user_id=await self.user_id(), result_id=result))

    async def agrees(self) -> None:
        """Agree under ``/privacy`` that texts and votes are kept, as the bot asks in English or Korean."""
        group = "@kobert_bot" if isinstance(self._room, Group) else ""
        await self.says(f"/privacy{group}")
        shown = await self._room.next_bot_message(60.0)
        await self.taps(shown, row=0, column=0)

    async def speaks(self, language: str | None) -> None:
        """Change the language of the person's app."""
        await self._room.sim.ask("PATCH", f"users/{await self.user_id()}", language_code=language or "")


class Private(_Room, Person):
    """A private chat is its person too: ``chat.says(…)``, ``chat.next_bot_message()``."""

    def __init__(
        self, sim: Sim, language: str | None, name: str | None, *, user_id: int | None = None
    ) -> None:
        _Room.__init__(self, sim)
        Person.__init__(self, self, 1)
        self._language, self._name, self._user = language, name, user_id

    async def _make(self) -> int:
        if self._user is not None:
            await self.sim.ask("POST", "private", user_id=self._user)
            return self._user
        user = await self.sim.ask("POST", "users", language_code=self._language or "", first_name=self._name)
        chat = await self.sim.ask("POST", "private", user_id=user["id"])
        return int(chat["id"])

    async def user_id(self) -> int:
        """The person's id, which is the chat's too."""
        return await self.id()


class Group(_Room):
    """A group whose members are numbered from 1."""

    def __init__(
        self, sim: Sim, members: int, language: str | None, kind: str, *, forum: bool, bot: bool
    ) -> None:
        super().__init__(sim)
        self._size, self._language, self._kind, self._forum, self._bot = members, language, kind, forum, bot
        self._members = [Person(self, index) for index in range(1, members + 1)]

    def member(self, number: int) -> Person:
        """Give a member, the first being the group's creator."""
        return self._members[number - 1]

    async def topic(self, name: str) -> int:
        """Open a topic; gives its ``thread_id``."""
        made = await self.sim.ask("POST", f"chats/{await self.id()}/topics", name=name)
        return int(made["message_thread_id"])

    async def migrates(self, *, updates: Sequence[str] = ("to", "from")) -> None:
        """Become a supergroup, another chat: this group is that one from now on.

        Args:
            updates: What the bot is told, in this order: ``to`` in the old chat, ``from`` in the new one.
        """
        path = f"chats/{await self.id()}/migrate"
        self._id = int((await self.sim.ask("POST", path, updates=list(updates)))["id"])
        self._seen = 0

    async def _make(self) -> int:
        language = self._language or ""
        users = [await self.sim.ask("POST", "users", language_code=language) for _ in range(self._size)]
        ids = [user["id"] for user in users]
        chat = await self.sim.ask(
            "POST", "groups", members=ids, type=self._kind, forum=self._forum, bot=self._bot
        )
        return int(chat["id"])
