"""What happens to a group: who comes and goes, topics, and its upgrade to a supergroup."""

import time
from collections.abc import Iterable

from bot.playground import people
from bot.playground.people import Chat, Message, User
from bot.playground.refusals import Json, bad_request
from bot.playground.world import World


def set_bot_status(world: World, chat: Chat, actor: User, status: str) -> None:
    """Add, promote, remove, kick or (in a private chat: ``kicked``) block the bot, and tell it so."""
    before = chat.members[world.bot.id]
    if before == status:
        return
    chat.members[world.bot.id] = status
    change: Json = {"chat": chat.to_json(), "from": actor.to_json(), "date": int(time.time())}
    change["old_chat_member"] = member_json(world, chat, world.bot, before)
    change["new_chat_member"] = member_json(world, chat, world.bot, status)
    world.updates.put("my_chat_member", change)
    world.publish("chat", chat_id=chat.id)
    was, now = before in people.PRESENT, status in people.PRESENT
    if chat.is_private or was == now:
        return
    field: Json = (
        {"new_chat_members": [world.bot.to_json()]} if now else {"left_chat_member": world.bot.to_json()}
    )
    message = world.add_message(chat, Message(0, actor, int(time.time()), field))
    if now:
        world.updates.put("message", world.render(chat, message))


def set_member_status(world: World, chat: Chat, actor: User, user: User, status: str) -> None:
    """Add, promote, demote, remove or ban somebody; a bot that is an administrator may ask to be told."""
    before = chat.members.get(user.id, people.LEFT)
    if before == status:
        return
    chat.members[user.id] = status
    if chat.members[world.bot.id] == people.ADMINISTRATOR:
        change: Json = {"chat": chat.to_json(), "from": actor.to_json(), "date": int(time.time())}
        change["old_chat_member"] = member_json(world, chat, user, before)
        change["new_chat_member"] = member_json(world, chat, user, status)
        world.updates.put("chat_member", change)
    world.publish("chat", chat_id=chat.id)


def migrate(world: World, chat: Chat, actor: User, told: Iterable[str]) -> Chat:
    """Turn a group into a supergroup, which is another chat with the same members; the old one is closed.

    Args:
        world: The state.
        chat: The group.
        actor: Who does it.
        told: The service messages that the bot is told of, in this order: ``to`` is the old chat's,
            ``from`` the new one's.

    Raises:
        Refusal: It is a supergroup, or has become one, or ``told`` names something else.
    """
    if chat.kind != "group" or chat.moved_to is not None:
        raise bad_request("only a group becomes a supergroup, once")
    new = world.add_group(chat.title, [], kind="supergroup")
    new.members = dict(chat.members)
    now = int(time.time())
    chat.moved_to = new.id
    notes = {
        "to": (chat, world.add_message(chat, Message(0, actor, now, {"migrate_to_chat_id": new.id}))),
        "from": (new, world.add_message(new, Message(0, actor, now, {"migrate_from_chat_id": chat.id}))),
    }
    for one in told:
        if one not in notes:
            raise bad_request("updates are to and from")
        world.updates.put("message", world.render(*notes[one]), again=world.faults.take_duplicate())
    world.publish("chat", chat_id=chat.id)
    return new


def open_topic(world: World, chat: Chat, user: User, name: str) -> int:
    """Open a topic in a forum; its id is that of the message that opens it.

    Raises:
        Refusal: The chat has no topics.
    """
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    field: Json = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
    message = world.add_message(chat, Message(0, user, int(time.time()), field))
    chat.topics[message.message_id] = name
    message.thread_id = message.message_id
    world.updates.put("message", world.render(chat, message))
    world.publish("chat", chat_id=chat.id)
    return message.message_id


def member_json(world: World, chat: Chat, user: User, status: str | None = None) -> Json:
    """Give a Bot API ``ChatMember`` with the rights Telegram gives by default."""
    status = status or chat.members.get(user.id, people.LEFT)
    shown: Json = {"user": user.to_json(), "status": status}
    if status == people.CREATOR:
        shown["is_anonymous"] = False
    elif status == people.KICKED:
        shown["until_date"] = 0
    elif status == people.ADMINISTRATOR:
        rights = "manage_chat delete_messages manage_video_chats restrict_members promote_members change_info"
        rights += " invite_users post_stories edit_stories delete_stories pin_messages"
        shown |= {f"can_{right}": True for right in rights.split()}
        shown |= {"can_be_edited": user.id != world.bot.id, "is_anonymous": False}
    return shown
