"""The bot comes into a group and says in two lines what it does; it leaves without a word."""

from __future__ import annotations

from telegram import ChatMember, ChatMemberRestricted, ChatMemberUpdated, Update
from telegram.constants import ChatMemberStatus, ChatType

from handlers.context import Context
from handlers.migration import moved_into
from handlers.replies.texts import TEXTS, Language, language_for
from models.text import language_of

_PATIENCE_S = 1.0  # a group's move is told in several updates, in any order
_PRESENT = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.MEMBER)


async def on_my_chat_member(update: Update, context: Context) -> None:
    """Greet a group that the bot has just come into; what else befalls the bot is normal life."""
    change = update.my_chat_member
    if change is None or not _has_joined_a_group(change):
        return
    services, chat = context.services, change.chat
    if services.access.refusal(change.from_user.id, chat.id) is not None:
        return
    if chat.type == ChatType.SUPERGROUP and await services.heard.within(_PATIENCE_S, moved_into(chat.id)):
        return  # a group that knows the bot, and has become this one
    if not services.greetings.is_news(chat.id):
        return
    texts = TEXTS[await _language(change, context)]
    await context.bot.send_message(chat.id, texts.greeting.format(at=f"@{context.bot.username}"))


async def _language(change: ChatMemberUpdated, context: Context) -> Language:
    """Return the group's language, else that of who brought the bot, else that of the group's name."""
    settled = (await context.group(change.chat)).language
    if settled is not None:
        return language_for(settled)
    anonymous = change.from_user.is_bot  # it stands for any administrator, and speaks no language
    return language_of(change.chat.title or "") if anonymous else await context.language(change.from_user)


def _has_joined_a_group(change: ChatMemberUpdated) -> bool:
    in_group = change.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)
    return in_group and not _is_in(change.old_chat_member) and _is_in(change.new_chat_member)


def _is_in(member: ChatMember) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status in _PRESENT
