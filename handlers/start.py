"""``/start`` and ``/help``: what the bot does, how to teach it, what it stores."""

from __future__ import annotations

from telegram import Message
from telegram.constants import ChatType

from handlers.answer import address, asker_of, reply
from handlers.context import Context
from handlers.group_settings import linked_group, settings_from_afar
from handlers.replies.texts import Texts
from handlers.source_text import arguments


async def start(message: Message, context: Context) -> None:
    """Greet, then help; behind a link to a group's settings, show those."""
    group_id = linked_group(arguments(message))
    if group_id is not None and message.chat.type == ChatType.PRIVATE:
        await settings_from_afar(message, context, group_id)
        return
    texts = await context.texts_in(message)
    await reply(message, context, f"{texts.start}\n\n{_help(message, context, texts)}")


async def help_(message: Message, context: Context) -> None:
    """Explain every command with an example."""
    texts = await context.texts_in(message)
    await reply(message, context, _help(message, context, texts))


def _help(message: Message, context: Context, texts: Texts) -> str:
    at = address(message, context)
    body = texts.help.format(at=at)
    if at:
        return f"{body}\n\n{texts.group_help.format(at=at)}"
    operates = context.services.access.is_admin(asker_of(message))
    return f"{body}\n\n{texts.operators_help}" if operates else body
