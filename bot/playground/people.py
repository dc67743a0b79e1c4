"""Users and chats."""

from dataclasses import dataclass, field

from bot.playground.refusals import Json

MEMBER = "member"
ADMINISTRATOR = "administrator"
CREATOR = "creator"
LEFT = "left"
KICKED = "kicked"
PRESENT = {MEMBER, ADMINISTRATOR, CREATOR}
LEADING = {ADMINISTRATOR, CREATOR}


@dataclass(slots=True)
class User:
    """A person or a bot."""

    id: int
    first_name: str
    language_code: str | None = None
    username: str | None = None
    is_bot: bool = False

    def to_json(self) -> Json:
        """Give a Bot API ``User``."""
        shown: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            shown["username"] = self.username
        if self.language_code and not self.is_bot:
            shown["language_code"] = self.language_code
        return shown


# Telegram's stand-in for an administrator who posts as the group.
ANONYMOUS_ADMIN = User(1087968824, "Group", username="GroupAnonymousBot", is_bot=True)

# … and for somebody who posts as a channel of theirs.
CHANNEL_SENDER = User(136817688, "Channel", username="Channel_Bot", is_bot=True)
# Brings a channel's posts into the group where they are discussed.
CHANNEL_COURIER = User(777000, "Telegram")


@dataclass(slots=True)
class Message:
    """One message; ``content`` and ``extra`` hold Bot API fields as they are sent.

    Attributes:
        message_id: Its number in the chat.
        sender: Who wrote it.
        date: Seconds since the epoch.
        content: ``text``, ``entities``, ``caption``, ``photo``, … or a service field.
        reply_to_id: The message it answers.
        quote: The quoted part of that message, a ``TextQuote``.
        markup: Its inline keyboard.
        thread_id: The topic.
        extra: Fields around the content, such as ``sender_chat`` or ``forward_origin``.
        edit_date: When it was last edited.
        version: Counts its edits; tells an edit within one second from none.
        force_reply: How it asks people's apps to open a reply; no part of a Bot API ``Message``.
    """

    message_id: int
    sender: User
    date: int
    content: Json
    reply_to_id: int | None = None
    quote: Json | None = None
    markup: Json | None = None
    thread_id: int | None = None
    extra: Json = field(default_factory=dict)
    edit_date: int | None = None
    version: int = 0
    force_reply: Json | None = None

    @property
    def body(self) -> str:
        """The text or caption; empty when there is none."""
        return str(self.content.get("text") or self.content.get("caption") or "")


@dataclass(slots=True)
class Chat:
    """A private chat, a group or a supergroup (with topics when ``is_forum``); of a channel the name alone.

    Attributes:
        id: As Telegram numbers chats: a person's id, or a negative number for a group.
        kind: ``private``, ``group``, ``supergroup`` or ``channel``.
        title: A group's name.
        user: The person of a private chat.
        members: Status of each member by user id, the bot's included.
        topics: Name of each topic by its id.
        messages: By id, oldest first.
        moved_to: The supergroup that a group became; it is closed then.
    """

    id: int
    kind: str
    title: str = ""
    user: User | None = None
    is_forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    moved_to: int | None = None

    @property
    def is_private(self) -> bool:
        """Whether it is a chat with one person."""
        return self.kind == "private"

    def to_json(self) -> Json:
        """Give a Bot API ``Chat``."""
        shown: Json = {"id": self.id, "type": self.kind}
        if self.user:
            shown["first_name"] = self.user.first_name
            if self.user.username:
                shown["username"] = self.user.username
        else:
            shown["title"] = self.title
        if self.is_forum:
            shown["is_forum"] = True
        return shown
