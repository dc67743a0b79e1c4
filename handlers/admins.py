"""Who administers a group, asked of Telegram each time: nobody is remembered as an administrator."""

from __future__ import annotations

from telegram import Bot
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, ChatMigrated, Forbidden

_LEADING = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


async def is_group_admin(bot: Bot, chat_id: int, user_id: int) -> bool:
    """Say whether a person administers a group now, or the supergroup that it has become.

    Of a group that the bot is not in, nobody does.
    """
    try:
        return (await bot.get_chat_member(chat_id, user_id)).status in _LEADING
    except ChatMigrated as error:
        return await is_group_admin(bot, error.new_chat_id, user_id)
    except Forbidden:
        return False
    except BadRequest:  # a stranger to the group, or one that hides its members, though not who leads it
        return await _is_listed(bot, chat_id, user_id)


async def _is_listed(bot: Bot, chat_id: int, user_id: int) -> bool:
    try:
        return any(one.user.id == user_id for one in await bot.get_chat_administrators(chat_id))
    except (BadRequest, Forbidden):
        return False
