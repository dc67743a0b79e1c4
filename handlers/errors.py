"""The one place where an exception becomes a message: to the user, and in short to the operator."""

from __future__ import annotations

import html
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import ceil

from telegram import Message, Update, User
from telegram.constants import CallbackQueryLimit
from telegram.error import TelegramError
from telegram.ext import filters

from handlers import utf16
from handlers.access import NotAdmitted, Reason
from handlers.answer import address, reply
from handlers.callback_data import BadCallbackData
from handlers.context import Context
from handlers.limits import OneMoment
from handlers.quota import Bound, OverQuota, Refusal
from handlers.replies.answers import download_line, duration
from handlers.replies.inline import inline_notice
from handlers.replies.texts import TEXTS, Texts, language_for
from handlers.source_text import NothingInReply, NothingToRead, OneTextMissing, TooManyTexts
from handlers.tolerance import is_harmless, is_passing, refusal
from models.errors import (
    Busy,
    CheckpointUnavailable,
    EmptyText,
    ModelServiceError,
    NoBlank,
    PreferredUnavailable,
    StillLoading,
    TaskNotServed,
    TooLate,
    UnknownPreset,
    WorkerStopped,
)
from models.traces import place, without_words
from storage.store import StorageError, UnknownChoice, UnknownPrediction

_log = logging.getLogger(__name__)

_EXPECTED = (
    ModelServiceError,
    NothingToRead,
    OneTextMissing,
    TooManyTexts,
    BadCallbackData,
    UnknownPrediction,
    UnknownChoice,
    NotAdmitted,
    OverQuota,
    OneMoment,
)
"""What users meet in normal use: told to them in words, not reported to the operator."""

_TOAST_UNITS = CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH

Tell = Callable[[str], Awaitable[object]]


async def on_error(update: object, context: Context) -> None:
    """Settle what a handler raised, as PTB's error handler; commands settle theirs before their turn ends."""
    if context.error is not None:
        await settle(update, context, context.error)


async def settle(update: object, context: Context, error: Exception, *, tell: Tell | None = None) -> None:
    """Log an exception, tell its user in their language, report it to the operator when it is news.

    Args:
        update: What was being handled.
        context: The handler's context.
        error: What was raised.
        tell: Shows the words, as Telegram HTML, where the kind of update says it wrong: a toast for a tap, a
            result of an inline query, else an answer.
    """
    if _is_telegrams(error):
        return
    if isinstance(error, CheckpointUnavailable):
        _log.error("%s: %s", _what(update), error)  # says all there is to know, in one line
    elif _is_unexpected(error):
        _log.error("%s failed at %s\n%s", _what(update), place(error), without_words(error))
    else:
        _log.info("%s: %s %s", _what(update), type(error).__name__, error)
    if isinstance(update, Update):
        await _quietly(_tell_user(update, context, error, tell))
    if _is_unexpected(error):
        await _quietly(_tell_operator(update, context, error))


def message_for(error: BaseException, texts: Texts, *, command: str = "", at: str = "") -> str:
    """Say in words what an exception means to the person who caused it.

    Args:
        error: What a handler raised.
        texts: The person's language.
        command: The command's name, for its example.
        at: ``@BotName`` where the example needs it.

    Returns:
        Telegram HTML.
    """
    usage = texts.usage.get(command, "").format(at=at)
    match error:
        case Busy() | NotAdmitted() | OverQuota() | OneMoment():
            words = _not_now(error, texts)
        case TooLate():
            words = texts.too_late
        case NothingToRead() | OneTextMissing() | TooManyTexts() | EmptyText() | NoBlank():
            words = _unfit(error, texts, usage)
        case TaskNotServed() | UnknownPreset():
            words = texts.not_served
        case PreferredUnavailable():
            preset = html.escape(error.preset, quote=False)
            words = texts.preset_unavailable.format(preset=preset, at=at)
        case CheckpointUnavailable():
            words = texts.unavailable
        case BadCallbackData() | UnknownPrediction() | UnknownChoice():
            words = texts.old_button_toast
        case _:
            words = texts.unexpected
    return words.strip()


def _unfit(
    error: NothingToRead | OneTextMissing | TooManyTexts | EmptyText | NoBlank, texts: Texts, usage: str
) -> str:
    match error:
        case NothingInReply():
            return f"{texts.nothing_in_reply}\n{usage}"
        case NothingToRead():
            return usage or texts.nothing_to_read
        case OneTextMissing():
            return f"{texts.one_text_missing}\n{usage}"
        case TooManyTexts():
            return f"{texts.too_many_texts.format(count=error.count)}\n{usage}"
        case EmptyText():
            return texts.empty_text
        case NoBlank():
            return f"{texts.no_blank}\n{usage}"


def _not_now(error: Busy | NotAdmitted | OverQuota | OneMoment, texts: Texts) -> str:
    match error:
        case Busy():
            return _busy(error, texts)
        case NotAdmitted(reason=Reason.BLOCKED):
            return texts.blocked_toast
        case NotAdmitted():
            return texts.private_toast.format(id=error.chat_id)
        case OverQuota():
            return _too_often(error.refusal, texts)
        case OneMoment():
            return texts.one_moment_toast


def _busy(error: Busy, texts: Texts) -> str:
    seconds = max(1, ceil(error.retry_after))
    if not isinstance(error, StillLoading):
        return texts.busy.format(seconds=seconds)
    loading = texts.loading.format(seconds=seconds)
    return loading if error.progress is None else f"{download_line(error.progress, texts)}\n{loading}"


def _too_often(refusal: Refusal, texts: Texts) -> str:
    wait = duration(refusal.seconds, texts)
    match refusal.bound:
        case Bound.USER_COOLDOWN:
            return texts.user_cooldown.format(wait=wait)
        case Bound.CHAT_COOLDOWN:
            return texts.chat_cooldown.format(wait=wait)
        case Bound.USER_QUOTA:
            return texts.user_quota.format(count=refusal.most, wait=wait)
        case Bound.CHAT_QUOTA:
            return texts.chat_quota.format(count=refusal.most, wait=wait)


async def _tell_user(update: Update, context: Context, error: BaseException, tell: Tell | None) -> None:
    said = update.effective_message if update.callback_query is None else None
    if said is not None and tell is None and not _is_told(update, error):
        return
    if said is not None:
        texts = await _texts(context.texts_in(said), said.from_user)
    else:
        texts = await _texts(context.texts(update.effective_user), update.effective_user)
    if tell is not None:
        with suppress(StorageError):  # the database may be what failed: then as the kind of update says
            await tell(message_for(error, texts))
            return
    if update.inline_query is not None:
        notice = inline_notice(message_for(error, texts), texts)
        await update.inline_query.answer([notice], cache_time=0, is_personal=True)
        return
    if update.callback_query is not None:
        toast = utf16.clip(message_for(error, texts), _TOAST_UNITS)
        await update.callback_query.answer(toast, show_alert=True)
        return
    if said is None:
        return
    words = message_for(error, texts, command=_command(said), at=address(said, context))
    try:
        await reply(said, context, words)
    except StorageError:  # the database may be what failed: answer without remembering the answer
        await said.reply_html(words, do_quote=True, allow_sending_without_reply=True)


def _is_told(update: Update, error: BaseException) -> bool:
    """Say whether a message asked for something whose failure its writer has not just been told."""
    if filters.StatusUpdate.ALL.check_update(update):
        return False
    return not isinstance(error, OverQuota) or error.refusal.tell


async def _tell_operator(update: object, context: Context, error: BaseException) -> None:
    """Send what failed and where; never the user's text, which an exception's own message may hold."""
    chat, where = context.services.admin_chat, place(error)
    if chat is None or not context.services.news.is_news((type(error), where)):
        return
    operator = User(chat, "operator", is_bot=False)
    texts = await _texts(context.texts(operator), operator)
    words = texts.admin_report.format(
        command=html.escape(_what(update)), error=html.escape(type(error).__name__), place=html.escape(where)
    )
    await context.bot.send_message(chat, words, parse_mode="HTML")


async def _texts(looked_up: Awaitable[Texts], user: User | None) -> Texts:
    """Return what is looked up in the database, which may be what failed."""
    try:
        return await looked_up
    except StorageError:
        return TEXTS[language_for(user.language_code if user else None)]


async def _quietly(telling: Awaitable[None]) -> None:
    """Await a message about an error without letting its own failure hide the first one."""
    try:
        await telling
    except (TelegramError, StorageError) as error:
        level = logging.INFO if is_harmless(error) else logging.WARNING
        _log.log(level, "could not tell of the error: %s", refusal(error))


def _is_telegrams(error: BaseException) -> bool:
    """Log and settle what Telegram or the network did; nobody can be told over that same network."""
    if is_harmless(error):
        _log.info("normal life: %s", error)
        return True
    if is_passing(error):
        _log.warning("Telegram: %s: %s", type(error).__name__, error)
        return True
    return False


def _is_unexpected(error: BaseException) -> bool:
    return isinstance(error, CheckpointUnavailable | WorkerStopped) or not isinstance(error, _EXPECTED)


def _command(message: Message) -> str:
    """Return the name of the command, or nothing when it is not one of the bot's."""
    said = message.text or message.caption or ""
    name = said.split(maxsplit=1)[0][1:].split("@")[0].lower() if said.startswith("/") else ""
    return name if name in TEXTS["en"].menu else ""


def _what(update: object) -> str:
    """Name what was asked for, without its text: the command, or what else somebody did."""
    if isinstance(update, Update) and update.callback_query is not None:
        return "button"
    if isinstance(update, Update) and update.inline_query is not None:
        return "inline query"
    if isinstance(update, Update) and update.effective_message is not None:
        command = _command(update.effective_message)
        return f"/{command}" if command else "message"
    return "update"
