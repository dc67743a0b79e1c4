"""The commands by name, in the order of the menu, and everything the application listens to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram import BotCommand, Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from handlers.answer import earlier_answer
from handlers.context import Context
from handlers.feedback import on_tap
from handlers.language import language
from handlers.mask import mask
from handlers.nli import nli
from handlers.nsp import nsp
from handlers.replies.texts import TEXTS, Language
from handlers.sentiment import sentiment
from handlers.start import help_, start
from handlers.tokens import tokens

Command = Callable[[Message, Context], Awaitable[None]]

COMMANDS: Mapping[str, Command] = {
    "mask": mask,
    "nsp": nsp,
    "sentiment": sentiment,
    "nli": nli,
    "tokens": tokens,
    "language": language,
    "help": help_,
    "start": start,
}


def all_handlers() -> list[BaseHandler[Update, Context, Any]]:
    """Return a handler per command, and one for every button."""
    return [*(_handler(name, run) for name, run in COMMANDS.items()), CallbackQueryHandler(on_tap)]


def menu(language_code: Language) -> list[BotCommand]:
    """Return Telegram's command menu in one language."""
    return [BotCommand(name, TEXTS[language_code].menu[name]) for name in COMMANDS]


def _handler(name: str, run: Command) -> CommandHandler[Context, None]:
    """Make PTB's handler: ``/name`` and ``/name@ThisBot``, new or edited, one at a time per message."""

    async def callback(update: Update, context: Context) -> None:
        message = update.effective_message
        if message is None:
            return
        async with context.services.turns.of((message.chat_id, message.message_id)):
            if update.edited_message is None and await earlier_answer(message, context) is not None:
                return  # the same update, delivered again
            await run(message, context)

    return CommandHandler(name, callback)
