"""``/settings``: what the administrators of a group set, in the group or from their private chat.

Whoever taps is asked for at every tap: only who administers the group now changes anything. Nobody is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message
from telegram.constants import ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden
from telegram.helpers import create_deep_linked_url

from handlers.admins import is_group_admin
from handlers.answer import asker_of, reply
from handlers.callback_data import BadCallbackData
from handlers.context import Context
from handlers.gate import admit
from handlers.migration import follow
from handlers.refusing import refuse
from handlers.replies.settings import Panel, panel_keyboard, panel_text, pauses, preset_key
from handlers.replies.texts import LANGUAGES, TEXTS, Language, language_for
from handlers.surplus import says_more
from handlers.taps import Setting, SettingTap
from handlers.tolerance import tolerating
from storage.store import GroupSettings, Voters

_LINK = re.compile(r"settings_([0-9]{1,15})", re.ASCII)

Change = Callable[[GroupSettings], GroupSettings]


async def settings(message: Message, context: Context) -> None:
    """Show a group's settings to its administrators; in a private chat say where they are.

    Who may not see them is told so once, then not for a while.
    """
    language = await context.language_in(message)
    if message.chat.type == ChatType.PRIVATE:
        await reply(message, context, TEXTS[language].settings_in_groups.format(name=context.bot.username))
    elif not await administers(message, context):
        await refuse(message, context, TEXTS[language].only_admins_toast)
    elif not await says_more(message, context, "settings"):
        now, title = await context.group(message.chat), message.chat.title or ""
        panel = _panel(context, message.chat_id, title, now, language, reader=asker_of(message))
        await reply(message, context, panel_text(panel), panel_keyboard(panel))


def linked_group(payload: str) -> int | None:
    """Return the group that a deep link is about, if it is about a group's settings."""
    match = _LINK.fullmatch(payload)
    return None if match is None else -int(match[1])


async def settings_from_afar(message: Message, context: Context, group_id: int) -> None:
    """Show a group's settings in the private chat of somebody who administers it now.

    Raises:
        NotAdmitted: The group is not answered.
    """
    admit(message.chat_id, group_id, context)
    language = await context.language_in(message)
    found = await _administered(message.chat_id, group_id, context)
    if found is None:
        await reply(message, context, TEXTS[language].not_your_group.format(name=context.bot.username))
        return
    panel = _panel(context, *found, await context.store.group_settings(found[0]), language)
    await reply(message, context, panel_text(panel), panel_keyboard(panel))


async def change_setting(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: SettingTap
) -> None:
    """Change a setting for whoever administers the group now, say so, and show all of them as they are.

    Raises:
        NotAdmitted: The group is not answered.
        BadCallbackData: It cannot be set to that, or not any more.
    """
    admit(query.from_user.id, tap.group_id, context)
    texts, change = await context.texts(query.from_user), _change(tap, context)
    found = await _administered(query.from_user.id, tap.group_id, context)
    if found is None:
        with tolerating():
            await query.answer(texts.only_admins_toast, show_alert=True)
        return
    group_id, title = found
    before = await context.store.group_settings(group_id)
    after = await context.store.change_group_settings(group_id, change)
    with tolerating():
        await query.answer(texts.setting_unchanged_toast if after == before else texts.setting_changed_toast)
    in_private = shown.chat.type == ChatType.PRIVATE

    async def draw() -> None:
        now = await context.store.group_settings(group_id)
        language = tap.language if in_private else language_for(now.language or tap.language)
        reader = None if in_private else query.from_user.id
        panel = _panel(context, group_id, title, now, language, reader=reader)
        with tolerating():
            await context.bot.edit_message_text(
                panel_text(panel), shown.chat.id, shown.message_id, reply_markup=panel_keyboard(panel)
            )

    await context.services.redraws.redraw(shown.chat.id, ("settings", shown.message_id), draw)


async def administers(message: Message, context: Context) -> bool:
    """Say whether a group's message is of an administrator; who speaks in the group's own name is one."""
    if message.sender_chat is not None:
        return message.sender_chat.id == message.chat_id
    asker = asker_of(message)
    return asker is not None and await is_group_admin(context.bot, message.chat_id, asker)


async def _administered(user_id: int, group_id: int, context: Context) -> tuple[int, str] | None:
    """Return a group's number and name, if the person administers it now; it may have become a supergroup."""
    try:
        chat = await context.bot.get_chat(group_id)
    except ChatMigrated as error:
        await follow(context, group_id, error.new_chat_id)
        return await _administered(user_id, error.new_chat_id, context)
    except (BadRequest, Forbidden):
        return None
    if chat.type not in (ChatType.GROUP, ChatType.SUPERGROUP):
        return None
    return (chat.id, chat.title or "") if await is_group_admin(context.bot, chat.id, user_id) else None


def _panel(
    context: Context,
    group_id: int,
    title: str,
    now: GroupSettings,
    language: Language,
    *,
    reader: int | None = None,
) -> Panel:
    """Return what is shown of a group.

    Args:
        context: The handler's context.
        group_id: The group.
        title: Its name.
        now: What it has set.
        language: Of the message.
        reader: Who reads it in the group, and finds a link to their private chat if they are answered there;
            None for no link.
    """
    services, link = context.services, None
    if reader is not None and services.access.refusal(reader, reader) is None:
        link = create_deep_linked_url(context.bot.username, f"settings_{-group_id}")
    return Panel(
        group_id=group_id,
        title=title,
        settings=now,
        presets=services.presets,
        default_preset=services.model.preset,
        unserved=services.unserved,
        least_pause=services.quotas.chat_cooldown,
        link=link,
        language=language,
    )


def _change(tap: SettingTap, context: Context) -> Change:
    """Return what a tap does.

    Raises:
        BadCallbackData: It is not one of the choices, or not any more.
    """
    value, default = tap.value, not tap.value
    match tap.setting:
        case Setting.LANGUAGE if default or value in LANGUAGES:
            return partial(replace, language=value or None)
        case Setting.VOTERS if value in set(Voters):
            return partial(replace, voters=Voters(value))
        case Setting.COOLDOWN if default or value in map(str, pauses(context.services.quotas.chat_cooldown)):
            return partial(replace, cooldown=int(value) if value else None)
        case Setting.PRESET:
            for name in context.services.presets:
                if preset_key(name) == value:
                    return partial(replace, preset=None if name == context.model.preset else name)
    raise BadCallbackData("a setting that there is not")
