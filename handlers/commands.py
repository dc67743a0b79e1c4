"""The commands by name, in the order of the menu, and everything the application listens to."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from telegram import Message, Update
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from handlers.answer import earlier_answer, reply
from handlers.captions import CommandInCaption
from handlers.context import Context
from handlers.errors import settle
from handlers.export import export
from handlers.feedback import on_tap
from handlers.gate import Command, admits, speaker
from handlers.greeting import on_my_chat_member
from handlers.group_settings import settings
from handlers.inline import on_inline_query
from handlers.label import label
from handlers.language import language
from handlers.limits import Place
from handlers.migration import on_migration
from handlers.models import models
from handlers.mystats import mystats
from handlers.offers import listen_to_album, without_command
from handlers.privacy import forgetme, mydata, privacy
from handlers.questions import QUESTIONS
from handlers.start import help_, start
from handlers.stats import stats
from handlers.train import train
from handlers.words import REPLIES_TO_BOT, words
from storage.store import StorageError

COMMANDS: Mapping[str, Command] = {
    **{task.value: ask for task, ask in QUESTIONS.items()},
    "label": label,
    "mystats": mystats,
    "language": language,
    "settings": settings,
    "privacy": privacy,
    "mydata": mydata,
    "forgetme": forgetme,
    "models": models,
    "train": train,
    "stats": stats,
    "export": export,
    "help": help_,
    "start": start,
}

_ANYTHING_ELSE = filters.ChatType.PRIVATE & ~filters.StatusUpdate.ALL


def all_handlers() -> list[BaseHandler[Update, Context, Any]]:
    """Return handlers for buttons, inline queries, commands, and whatever else is said in private.

    Besides those, groups tell of the bot's coming and of their move to another chat.

    Buttons come first: PTB's command handlers warn of each tap under a message too old to be read.
    """
    return [
        CallbackQueryHandler(on_tap),
        InlineQueryHandler(on_inline_query),
        *(CommandHandler(name, _answering(run)) for name, run in COMMANDS.items()),
        *(MessageHandler(CommandInCaption(name), _answering(run)) for name, run in COMMANDS.items()),
        MessageHandler(REPLIES_TO_BOT, _answering(words)),
        MessageHandler(_ANYTHING_ELSE, _answering(without_command)),
        MessageHandler(filters.StatusUpdate.MIGRATE, on_migration),
        ChatMemberHandler(on_my_chat_member),
    ]


def _answering(run: Command) -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
    """Make a callback for PTB: messages new or edited, one at a time per message."""

    async def callback(update: Update, context: Context) -> None:
        message = update.effective_message
        if message is None or not admits(message, context):
            return
        services = context.services
        listen_to_album(message, context)
        async with services.turns.of((message.chat_id, message.message_id)):
            mends = update.edited_message is not None and await _was_answered(message, context)
            with services.limits.place(speaker(message), message.chat_id, always=mends) as place:
                if place is Place.NONE:
                    return
                try:
                    await _answer_once(update, message, context, run if place is Place.GIVEN else _one_moment)
                except Exception as error:  # noqa: BLE001  # told before the turn ends, so that an edit comes after
                    await settle(update, context, error)

    return callback


async def _was_answered(message: Message, context: Context) -> bool:
    """Say whether an edited command has an answer, which would be wrong if the edit were refused."""
    try:
        return await earlier_answer(message, context) is not None
    except StorageError:  # the command meets it too, and settles it
        return False


async def _answer_once(update: Update, message: Message, context: Context, run: Command) -> None:
    """Run a command, unless it is the same update, delivered again."""
    if update.edited_message is not None or await earlier_answer(message, context) is None:
        await run(message, context)


async def _one_moment(message: Message, context: Context) -> None:
    """Ask for patience; only commands without an answer are refused, so nothing is overwritten."""
    texts = await context.texts_in(message)
    await reply(message, context, texts.one_moment)
