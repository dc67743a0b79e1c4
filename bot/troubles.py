"""What is wrong with a champion, or with the teaching folder, told to the operator."""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import partial
from html import escape

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import TelegramError

from handlers.replies.models import unfit_html
from handlers.replies.texts import TEXTS, Texts, language_for
from handlers.tolerance import refusal
from models.errors import Unfit
from models.results import Task
from storage.errors import WrongFolder
from storage.store import StorageError, Store

_log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What is the matter with a champion."""

    TAKEN_BACK = auto()
    """It cannot serve anywhere."""
    NOT_HERE = auto()
    """This machine lacks its files, and it stays champion."""
    LEARNT_DELETED = auto()
    """It serves, but learnt from a text that was deleted since."""
    GIVEN_UP = auto()
    """It learnt from one, no other was trained in its place, and it is retired."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the operator is told of.

    Attributes:
        kind: What is the matter.
        task: Of which task.
        name: The champion.
        serves: What answers here; None for the catalogue's own.
        reason: Why the champion does not, in a line of English, or, given up, why no other is there
            (``bot.rebuilding.GivenUp``).
        unfit: Why the champion does not.
    """

    kind: Kind
    task: Task
    name: str
    serves: str | None
    reason: str = ""
    unfit: Unfit = Unfit.UNFORESEEN


async def tell_of_champion(bot: Bot, store: Store, chat: int | None, trouble: Trouble) -> None:
    """Send the operator one message; one that does not arrive is a line in the log.

    Args:
        bot: Sends it.
        store: Knows the operator's language.
        chat: Where to; None for nowhere.
        trouble: What it is about.
    """
    await _tell(bot, store, chat, partial(_of_champion, trouble))


async def tell_of_folder(bot: Bot, store: Store, chat: int | None) -> None:
    """Mark the teaching folder as the database's; where it is another, tell the log and the operator.

    Then the bot answers all the same, but neither trains nor deletes there. Once it has marked its own, no
    command that means another folder writes to that.
    """
    try:
        await store.teaching.claim()
    except WrongFolder as error:
        reason = str(error)
        _log.warning("no training, and no deleting of what came of deleted texts: %s", reason)
        await _tell(bot, store, chat, partial(_of_folder, reason))
    except (StorageError, OSError) as error:
        _log.warning("could not mark the teaching folder as this database's: %s", refusal(error))


async def _tell(bot: Bot, store: Store, chat: int | None, html: Callable[[Texts], str]) -> None:
    if chat is None:
        return
    try:
        texts = TEXTS[language_for(await store.language(chat))]
        await bot.send_message(chat, html(texts), parse_mode=ParseMode.HTML)
    except (TelegramError, StorageError) as error:
        _log.warning("could not tell the operator: %s", refusal(error))


def _of_champion(trouble: Trouble, texts: Texts) -> str:
    own = texts.models
    words = {
        Kind.TAKEN_BACK: own.taken_back,
        Kind.NOT_HERE: own.not_here,
        Kind.LEARNT_DELETED: own.learnt_deleted,
        Kind.GIVEN_UP: own.given_up,
    }[trouble.kind]
    given_up = trouble.kind is Kind.GIVEN_UP
    return words.format(
        task=texts.task_name[trouble.task],
        name=escape(trouble.name, quote=False),
        serves=escape(trouble.serves or own.own, quote=False),
        machine=escape(platform.node(), quote=False),
        reason=own.why_given_up[trouble.reason]
        if given_up
        else unfit_html(trouble.unfit, trouble.reason, own),
    )


def _of_folder(reason: str, texts: Texts) -> str:
    machine = escape(platform.node(), quote=False)
    return texts.teaching.wrong_folder.format(machine=machine, reason=escape(reason, quote=False))
