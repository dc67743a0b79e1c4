"""``/privacy``, ``/mydata`` and ``/forgetme``: a person decides what is kept of them, sees it, deletes it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message
from telegram.constants import ChatType

from handlers.answer import address, asker_of, reply, reply_with_file
from handlers.context import Context
from handlers.replies.consent import forget_keyboard, privacy_keyboard
from handlers.replies.counts import Count
from handlers.replies.texts import TEXTS, Texts
from handlers.replies.trust import explained
from handlers.surplus import says_more
from handlers.taps import ForgetTap
from handlers.tolerance import tolerating
from storage.store import ConsentStatus

FILE_NAME = "kobert-bot.json"


async def privacy(message: Message, context: Context) -> None:
    """Say what is kept and for how long, with buttons to agree and to withdraw."""
    if await says_more(message, context, "privacy"):
        return
    language, asker = await context.language_in(message), asker_of(message)
    private = message.chat.type == ChatType.PRIVATE
    # In a group the buttons are everybody's, and what one person said is nobody else's business.
    state = await _state(asker, context, TEXTS[language]) if private and asker is not None else ""
    words = _words(context, TEXTS[language], state, address(message, context))
    await reply(message, context, words, privacy_keyboard(language))


async def redraw_privacy(query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context) -> None:
    """Show in a private chat what its person has said now."""
    if shown.chat.type != ChatType.PRIVATE:
        return
    language = await context.language(query.from_user)
    state = await _state(query.from_user.id, context, TEXTS[language])
    with tolerating():
        await context.bot.edit_message_text(  # works on a message too old to be read, too
            _words(context, TEXTS[language], state, ""),
            shown.chat.id,
            shown.message_id,
            reply_markup=privacy_keyboard(language),
        )


async def mydata(message: Message, context: Context) -> None:
    """Send a file with everything that is kept about the person."""
    if await said_in_public(message, context, "mydata") or await says_more(message, context, "mydata"):
        return
    texts = await context.texts_in(message)
    own = await context.store.own_data(message.chat_id)
    trusts = tuple([explained(each, texts.labelling) for each in own.trusts])
    data = replace(own, trusts=trusts).as_json()
    send = partial(
        message.reply_document,
        json.dumps(data, ensure_ascii=False, indent=2).encode(),
        filename=FILE_NAME,
        caption=texts.mydata_caption,
        do_quote=True,
        allow_sending_without_reply=True,
    )
    await reply_with_file(message, context, send)


async def forgetme(message: Message, context: Context) -> None:
    """Ask whether everything is to be deleted."""
    if await said_in_public(message, context, "forgetme") or await says_more(message, context, "forgetme"):
        return
    language = await context.language_in(message)
    await reply(message, context, TEXTS[language].forget_question, forget_keyboard(language))


async def choose_to_be_forgotten(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: ForgetTap
) -> None:
    """Delete everything, or nothing, and say so; only what is told is left in the chat."""
    texts = await context.texts(query.from_user)  # before the choice of a language is deleted too
    if tap.sure:
        context.services.pending.forget(query.from_user.id)
        await context.store.forget(query.from_user.id)
    with tolerating():
        await query.answer(texts.forgotten_toast if tap.sure else texts.not_forgotten_toast)
    with tolerating():
        await context.bot.edit_message_text(
            texts.forgotten if tap.sure else texts.not_forgotten, shown.chat.id, shown.message_id
        )


async def said_in_public(message: Message, context: Context, command: str) -> bool:
    """Send somebody who says in a group what is between them and the bot to their private chat."""
    if message.chat.type == ChatType.PRIVATE:  # its id is its person's
        return False
    texts = await context.texts_in(message)
    await reply(message, context, texts.only_in_private.format(command=command, name=context.bot.username))
    return True


async def _state(user_id: int, context: Context, texts: Texts) -> str:
    consent = await context.store.consent(user_id)
    if consent is not None and consent.in_force:
        return texts.privacy_agreed.format(date=consent.at.date().isoformat())
    declined = consent is not None and consent.status is ConsentStatus.DECLINED
    return texts.privacy_declined if declined else texts.privacy_undecided


def _words(context: Context, texts: Texts, state: str, at: str) -> str:
    days = context.services.retention_days
    retention = texts.kept_for_good if days is None else texts.kept_for_days.format(days=Count(days))
    words = texts.privacy.format(retention=retention, at=at)
    return f"{state}\n\n{words}" if state else words
