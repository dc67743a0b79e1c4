"""Everything the server knows: people, chats, messages, and what happens to them. In memory only."""

import secrets
import time
from collections import deque
from dataclasses import dataclass, field

from bot.playground import people
from bot.playground.bell import Bell
from bot.playground.calls import CallLog
from bot.playground.faults import FaultSchedule
from bot.playground.files import FileStore
from bot.playground.people import Chat, Message, User
from bot.playground.refusals import Json
from bot.playground.updates import UpdateQueue

MESSAGES_PER_CHAT = 2000
_EPOCH = 1_577_836_800  # 2020-01-01, so that message ids fit 31 bits until 2088
_EVENTS_KEPT = 5000
_QUERIES_KEPT = 1000
FIRST_PERSON = 5_000_000_001
"""Who is in the first private chat: whoever opens the page, and so runs the bot."""

BOT_NAME = "KoBERT"
BOT_USERNAME = "kobert_bot"
NAMES = {"ko": "회원", "en": "Member"}
GROUP_TITLE = "우리 모임 · Our group"


@dataclass(slots=True)
class Query:
    """A pressed button, or words behind the bot's name.

    Attributes:
        asked_at: When, monotonic seconds.
        inline: Whether it is the latter.
        answer: What ``answerCallbackQuery`` or ``answerInlineQuery`` said; None while unanswered.
        expired: Whether it is treated as too old.
    """

    asked_at: float
    inline: bool = False
    answer: Json | None = None
    expired: bool = False


@dataclass(slots=True)
class Settings:
    """What ``/sim/settings`` changes.

    Attributes:
        privacy: Whether the bot in a group sees only what is meant for it.
        query_seconds: How long a pressed button or an inline query can be answered.
    """

    privacy: bool = True
    query_seconds: float = 60.0


@dataclass(slots=True)
class World:
    """The state of one bot's Telegram.

    Attributes:
        token: The bot's token.
        server_id: Of this run alone, so that a page notices a restart.
        seq: Number of the last event.
    """

    token: str
    server_id: str = field(default_factory=lambda: secrets.token_hex(8))
    updates: UpdateQueue = field(default_factory=UpdateQueue)
    files: FileStore = field(default_factory=FileStore)
    calls: CallLog = field(default_factory=CallLog)
    faults: FaultSchedule = field(default_factory=FaultSchedule)
    bell: Bell = field(default_factory=Bell)
    settings: Settings = field(default_factory=Settings)
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    channels: dict[str, Chat] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    bot: User = field(init=False)
    events: deque[Json] = field(default_factory=lambda: deque(maxlen=_EVENTS_KEPT))
    seq: int = 0
    _ids: dict[str, int] = field(default_factory=dict)
    # The bot's database outlives this state: ids that began at 1 again would meet those of an earlier run.
    _first_message: int = field(default_factory=lambda: int(time.time()) - _EPOCH)

    def __post_init__(self) -> None:
        bot_id = self.token.partition(":")[0]
        self.bot = User(int(bot_id) if bot_id.isdigit() else 1, BOT_NAME, username=BOT_USERNAME, is_bot=True)
        self.furnish()

    def furnish(self) -> None:
        """Make the first chats: a private one, and a group of three whose first member is the same person."""
        members = [self.add_user(NAMES["ko"], "ko", numbered=True) for _ in range(3)]
        self.add_private(members[0])
        self.add_group(GROUP_TITLE, members)

    def reset(self) -> None:
        """Forget all but the bot's own set-up (its commands, texts and webhook) and furnish anew."""
        for kept in (self.users, self.chats, self.channels, self.queries):
            kept.clear()
        self.updates.clear()
        self.calls.clear()
        self.faults.clear()
        self.files = FileStore()
        self.settings = Settings()
        self._ids.pop("names", None)
        self.furnish()
        self.publish("reset")

    def close(self) -> None:
        """Let nobody wait any longer: the server stops."""
        self.bell.close()
        self.updates.bell.close()

    def next_id(self, name: str, start: int) -> int:
        """Count up from ``start`` under a name."""
        self._ids[name] = self._ids.get(name, start - 1) + 1
        return self._ids[name]

    def publish(self, kind: str, **fields: object) -> None:
        """Tell the page and the waiting tests that something happened."""
        self.seq += 1
        self.events.append({"seq": self.seq, "type": kind, **fields})
        self.bell.ring()

    def add_user(self, first_name: str, language: str | None, *, numbered: bool = False) -> User:
        """Make a person; ``numbered`` puts a running number after the name."""
        name = f"{first_name} {self.next_id('names', 1)}" if numbered else first_name
        user = User(self.next_id("users", FIRST_PERSON), name, language)
        self.users[user.id] = user
        return user

    def add_private(self, user: User) -> Chat:
        """Open a person's private chat with the bot, or give the open one."""
        if user.id not in self.chats:
            members = {user.id: people.MEMBER, self.bot.id: people.MEMBER}
            self.chats[user.id] = Chat(user.id, "private", user=user, members=members)
            self.publish("chat", chat_id=user.id)
        return self.chats[user.id]

    def add_group(
        self,
        title: str,
        members: list[User],
        *,
        kind: str = "supergroup",
        is_forum: bool = False,
        bot: bool = True,
    ) -> Chat:
        """Make a group; its first member created it."""
        number = self.next_id("groups", 2_000_000_001)
        chat = Chat(
            -1_000_000_000_000 - number if kind == "supergroup" else -number, kind, title, is_forum=is_forum
        )
        chat.members = {user.id: people.MEMBER for user in members}
        if members:
            chat.members[members[0].id] = people.CREATOR
        chat.members[self.bot.id] = people.MEMBER if bot else people.LEFT
        self.chats[chat.id] = chat
        self.publish("chat", chat_id=chat.id)
        return chat

    def channel(self, title: str) -> Chat:
        """Give the channel of a name, made when first used; people post as it, and the bot is not in it."""
        if title not in self.channels:
            number = self.next_id("groups", 2_000_000_001)
            self.channels[title] = Chat(-1_000_000_000_000 - number, "channel", title)
        return self.channels[title]

    def add_message(self, chat: Chat, message: Message) -> Message:
        """Number a message, put it into its chat and tell the page."""
        # Supergroups number their own messages; all other chats of an account share one count.
        message.message_id = self.next_id(
            f"messages{chat.id}" if chat.kind == "supergroup" else "messages", self._first_message
        )
        chat.messages[message.message_id] = message
        while len(chat.messages) > MESSAGES_PER_CHAT:
            del chat.messages[next(iter(chat.messages))]
        self.publish("message", chat_id=chat.id, message=self.view(chat, message))
        return message

    def touch(self, chat: Chat, message: Message) -> None:
        """Mark a message as edited and tell the page."""
        message.edit_date = int(time.time())
        message.version += 1
        self.publish("edited", chat_id=chat.id, message=self.view(chat, message))

    def delete(self, chat: Chat, message_id: int) -> None:
        """Take a message away."""
        del chat.messages[message_id]
        self.publish("deleted", chat_id=chat.id, message_id=message_id)

    def render(self, chat: Chat, message: Message, *, echo: bool = True) -> Json:
        """Give a Bot API ``Message``; the message it replies to is echoed one level deep."""
        shown: Json = {
            "message_id": message.message_id,
            "from": message.sender.to_json(),
            "chat": chat.to_json(),
        }
        shown |= {"date": message.date, **message.content, **message.extra}
        if message.edit_date:
            shown["edit_date"] = message.edit_date
        if message.thread_id:
            shown |= {"message_thread_id": message.thread_id, "is_topic_message": True}
        if message.markup:
            shown["reply_markup"] = message.markup
        # A topic's messages echo the message that opened it unless they answer another.
        replied = chat.messages.get(message.reply_to_id or message.thread_id or 0)
        if echo and replied and replied is not message:
            shown["reply_to_message"] = self.render(chat, replied, echo=False)
            if message.quote:
                shown["quote"] = message.quote
        return shown

    def view(self, chat: Chat, message: Message) -> Json:
        """Give a message as ``/sim`` and the page see it: the Bot API's, and what apps know besides."""
        mine = message.sender.id == self.bot.id
        shown: Json = {**self.render(chat, message), "version": message.version, "from_bot": mine}
        return {**shown, "force_reply": message.force_reply} if message.force_reply else shown

    def ask(self, query_id: str, *, inline: bool = False) -> Query:
        """Remember a pressed button, or an inline query."""
        query = Query(time.monotonic(), inline)
        self.queries[query_id] = query
        while len(self.queries) > _QUERIES_KEPT:
            del self.queries[next(iter(self.queries))]
        return query
