"""What is wrong with a champion, told to the operator."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from html import escape

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import TelegramError

from handlers.replies.texts import TEXTS, language_for
from models.results import Task
from storage.store import StorageError, Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the operator is told of.

    Attributes:
        task: Of which task.
        name: The champion.
        reason: Why it was taken back; None if it serves, but learnt from a text that was deleted since.
        serves: What answers; None for the catalogue's own.
    """

    task: Task
    name: str
    reason: str | None
    serves: str | None


async def tell_of_champion(bot: Bot, store: Store, chat: int | None, trouble: Trouble) -> None:
    """Send the operator one message; one that does not arrive is a line in the log.

    Args:
        bot: Sends it.
        store: Knows the operator's language.
        chat: Where to; None for nowhere.
        trouble: What it is about.
    """
    if chat is None:
        return
    try:
        names = TEXTS[language_for(await store.language(chat))]
        texts = names.models
        words = texts.learnt_deleted if trouble.reason is None else texts.taken_back
        html = words.format(
            task=names.task_name[trouble.task],
            name=escape(trouble.name, quote=False),
            serves=escape(trouble.serves or texts.own, quote=False),
            reason=escape(trouble.reason or "", quote=False),
        )
        await bot.send_message(chat, html, parse_mode=ParseMode.HTML)
    except (TelegramError, StorageError) as error:
        _log.warning("could not tell the operator: %s", error)
