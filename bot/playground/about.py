"""Bot API methods about the bot, its chats and its commands."""

import json

from bot.playground import people
from bot.playground.groups import member_json, set_bot_status
from bot.playground.params import Params
from bot.playground.people import Chat, User
from bot.playground.refusals import Json, bad_request
from bot.playground.sending import find_chat, writable_chat
from bot.playground.world import World

_PROFILE_UNITS = {"name": 64, "description": 512, "short_description": 120}
_SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}


def get_me(world: World, _params: Params) -> Json:
    """Answer ``getMe``."""
    abilities: Json = dict.fromkeys(("can_connect_to_business", "has_main_web_app"), False)
    abilities["supports_inline_queries"] = True
    abilities["can_join_groups"] = True
    abilities["can_read_all_group_messages"] = not world.settings.privacy
    return {**world.bot.to_json(), **abilities}


def set_webhook(world: World, params: Params) -> bool:
    """Answer ``setWebhook``; an empty address goes back to polling, plain http is taken."""
    url = params.text("url") or ""
    if url and not url.startswith(("http://", "https://")):
        raise bad_request("bad webhook: invalid webhook URL specified")
    _set_allowed(world, params)
    if params.flag("drop_pending_updates"):
        world.updates.clear()
    world.updates.webhook.url = url
    world.updates.webhook.secret = params.text("secret_token") or ""
    world.updates.bell.ring()
    return True


def delete_webhook(world: World, params: Params) -> bool:
    """Answer ``deleteWebhook``."""
    if params.flag("drop_pending_updates"):
        world.updates.clear()
    world.updates.webhook.url = ""
    world.updates.bell.ring()
    return True


def get_webhook_info(world: World, _params: Params) -> Json:
    """Answer ``getWebhookInfo``."""
    hook = world.updates.webhook
    shown: Json = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    if hook.error:
        shown |= {"last_error_date": hook.error_at, "last_error_message": hook.error}
    if world.updates.allowed:
        shown["allowed_updates"] = world.updates.allowed
    return shown


async def get_updates(world: World, params: Params) -> list[Json]:
    """Answer ``getUpdates``."""
    _set_allowed(world, params)
    limit = min(max(params.number("limit") or 100, 1), 100)
    seconds = min(max(params.number("timeout") or 0, 0), 50)
    return list(await world.updates.poll(params.number("offset") or 0, limit, seconds))


def accept(_world: World, _params: Params) -> bool:
    """Answer a call that has no effect here, such as ``logOut`` or ``close``."""
    return True


def get_file(world: World, params: Params) -> Json:
    """Answer ``getFile``."""
    stored = world.files.get(params.text("file_id") or "")
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return {**stored.to_json(), "file_path": stored.path}


def get_chat(world: World, params: Params) -> Json:
    """Answer ``getChat``."""
    chat = _visible_chat(world, params)
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    shown: Json = {**chat.to_json(), "accent_color_id": 0, "max_reaction_count": 11}
    shown["accepted_gift_types"] = dict.fromkeys(gifts, False)
    return shown


def get_chat_member(world: World, params: Params) -> Json:
    """Answer ``getChatMember``."""
    chat = _visible_chat(world, params)
    user_id = params.number("user_id") or 0
    user = world.bot if user_id == world.bot.id else world.users.get(user_id)
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member_json(world, chat, user)


def get_chat_administrators(world: World, params: Params) -> list[Json]:
    """Answer ``getChatAdministrators``."""
    chat = _group(_visible_chat(world, params))
    found = [world.bot if key == world.bot.id else world.users.get(key) for key in chat.members]
    return [member_json(world, chat, one) for one in found if one and chat.members[one.id] in people.LEADING]


def get_chat_member_count(world: World, params: Params) -> int:
    """Answer ``getChatMemberCount``."""
    chat = _visible_chat(world, params)
    return sum(status in people.PRESENT for status in chat.members.values())


def leave_chat(world: World, params: Params) -> bool:
    """Answer ``leaveChat``."""
    set_bot_status(world, _group(_visible_chat(world, params)), world.bot, people.LEFT)
    return True


def set_my_commands(world: World, params: Params) -> bool:
    """Answer ``setMyCommands``."""
    commands = params.objects("commands") or []
    for command in commands:
        name = str(command.get("command", ""))
        valid = (
            name.replace("_", "").isalnum() and name.isascii() and name == name.lower() and len(name) <= 32
        )
        if not valid:
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.commands[_scope(world, params)] = commands
    world.publish("commands")
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    """Answer ``getMyCommands``."""
    return world.commands.get(_scope(world, params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    """Answer ``deleteMyCommands``."""
    world.commands.pop(_scope(world, params), None)
    world.publish("commands")
    return True


def set_profile(world: World, params: Params, field: str) -> bool:
    """Answer ``setMyName``, ``setMyDescription`` and ``setMyShortDescription``."""
    text = params.text(field) or ""
    if len(text) > _PROFILE_UNITS[field]:
        raise bad_request(f"{field.replace('_', ' ')} is too long")
    world.profile[field, params.text("language_code") or ""] = text
    world.publish("profile")
    return True


def get_profile(world: World, params: Params, field: str) -> Json:
    """Answer the getters of the same texts."""
    default = (world.bot.first_name if field == "name" else "") or ""
    asked = params.text("language_code") or ""
    return {field: world.profile.get((field, asked)) or world.profile.get((field, "")) or default}


def menu(world: World, chat: Chat, user: User) -> list[Json]:
    """Choose the commands a person sees in a chat, narrowest scope first.

    See https://core.telegram.org/bots/api#determining-list-of-commands.
    """
    here: Json = {"chat_id": chat.id}
    scopes: list[Json] = [{"type": "chat", **here}]
    if chat.is_private:
        scopes.append({"type": "all_private_chats"})
    else:
        scopes.insert(0, {"type": "chat_member", **here, "user_id": user.id})
        if chat.members.get(user.id) in people.LEADING:
            scopes.insert(1, {"type": "chat_administrators", **here})
            scopes.append({"type": "all_chat_administrators"})
        scopes.append({"type": "all_group_chats"})
    scopes.append({"type": "default"})
    for scope in scopes:
        for language in (user.language_code or "", ""):
            commands = world.commands.get((_scope_key(scope), language))
            if commands:
                return commands
    return []


def _scope(world: World, params: Params) -> tuple[str, str]:
    scope = params.mapping("scope") or {"type": "default"}
    kind = scope.get("type")
    if kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    if kind.startswith("chat"):
        find_chat(world, Params(scope))
    return _scope_key(scope), params.text("language_code") or ""


def _scope_key(scope: Json) -> str:
    return json.dumps({key: str(value) for key, value in scope.items()}, sort_keys=True)


def _set_allowed(world: World, params: Params) -> None:
    allowed = params.array("allowed_updates")
    if allowed is not None:
        world.updates.allowed = [str(kind) for kind in allowed]


def _visible_chat(world: World, params: Params) -> Chat:
    chat = find_chat(world, params)
    return chat if chat.is_private else writable_chat(world, params)


def _group(chat: Chat) -> Chat:
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    return chat
