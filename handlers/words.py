"""Words written in reply to what the bot asks about a ``/mask`` answer, or in private to the answer: votes.

Which answer a message is about stands in the database, so a word sent after a restart counts as well.
"""

from __future__ import annotations

from html import escape

from telegram import CallbackQuery, ForceReply, MaybeInaccessibleMessage, Message, ReplyParameters, User
from telegram.constants import ChatType
from telegram.ext import filters

from handlers.answer import address, asker_of, reply
from handlers.context import Context
from handlers.label import label_with
from handlers.offers import without_command
from handlers.prompts import AGAIN_AFTER, AGAIN_IN_GROUP_AFTER, Asks
from handlers.replies.labelling_wording import LabellingTexts
from handlers.replies.texts import Language, Texts
from handlers.taps import WordTap
from handlers.tolerance import tolerating
from handlers.typed import MOST_LETTERS, read_words
from handlers.voting import may_vote, offer_consent, redraw, refuses
from models.results import Task
from storage.store import AnswerKind, EarlierAnswer, NoConsent, VoteOutcome, VoteStatus


class _RepliesToBot(filters.MessageFilter):
    """Texts that reply to a message of the bot's own."""

    def filter(self, message: Message) -> bool:
        replied = message.reply_to_message
        return (
            replied is not None
            and replied.from_user is not None
            and replied.from_user.id == message.get_bot().bot.id
        )


REPLIES_TO_BOT = filters.TEXT & ~filters.COMMAND & _RepliesToBot(name="replies to the bot")


async def words(message: Message, context: Context) -> None:
    """Count a reply that is a word for a blank; anything else is as if it replied to nothing."""
    replied = message.reply_to_message
    shown = None if replied is None else await context.store.shown_by(message.chat_id, replied.message_id)
    private = message.chat.type == ChatType.PRIVATE
    if replied is not None and shown is not None and shown.prediction_id is not None:
        if shown.task == Task.MASK:
            context.services.prompts.replied_to(message.chat_id, replied.message_id)
            await _vote(message, context, shown.prediction_id)
            return
        if shown.task == AnswerKind.ITEM and private:
            await label_with(message, context, shown)
            return
    if private:
        await without_command(message, context)


async def ask_for_word(
    query: CallbackQuery, shown: MaybeInaccessibleMessage, context: Context, tap: WordTap
) -> None:
    """Ask the tapper for a word, in a message that their reply answers; at taps shortly after, not again.

    A question that nobody has replied to goes when the next one has come.
    """
    if await refuses(query, shown, context):
        return
    user, chat = query.from_user, shown.chat
    consent = await context.store.consent(user.id)
    if consent is None or not consent.in_force:
        await offer_consent(query, shown, context, tap.prediction_id, tap.language)
        return
    tally = await context.store.tally(tap.prediction_id, chat_id=chat.id)
    own = (await context.texts(user)).labelling
    asks, prompts = Asks(chat.id, user.id, tap.prediction_id), context.services.prompts
    if not prompts.may_ask(asks, AGAIN_AFTER if chat.type == ChatType.PRIVATE else AGAIN_IN_GROUP_AFTER):
        with tolerating():
            await query.answer(own.word_asked_toast)
        return
    several = sum(map(bool, tally.options)) > 1
    sent = None
    try:
        with tolerating():
            await query.answer(own.word_prompted_toast)
        with tolerating():
            sent = await _prompt(shown, context, user, own, tap.prediction_id, several=several)
    finally:
        earlier = prompts.sent(asks, sent)
    if earlier is not None:
        with tolerating():
            await context.bot.delete_message(chat.id, earlier)


async def _prompt(
    shown: MaybeInaccessibleMessage,
    context: Context,
    user: User,
    own: LabellingTexts,
    prediction_id: int,
    *,
    several: bool,
) -> int:
    """Send the question, keep which answer it is about, and return its message."""
    chat, prompt = shown.chat, own.words_prompt if several else own.word_prompt
    topic = shown.message_thread_id if isinstance(shown, Message) and shown.is_topic_message else None
    sent = await context.bot.send_message(
        chat.id,
        prompt.format(name=user.mention_html()),  # of a group, only who is mentioned is asked to write
        message_thread_id=topic,
        reply_parameters=ReplyParameters(shown.message_id, allow_sending_without_reply=True),
        reply_markup=ForceReply(selective=True, input_field_placeholder=own.word_placeholder_button),
    )
    asks = EarlierAnswer(sent.message_id, prediction_id, Task.MASK)
    await context.store.remember_answer(chat.id, sent.message_id, asks, asked_at=sent.date)
    return sent.message_id


async def _vote(message: Message, context: Context, prediction_id: int) -> None:
    if not await _is_asked(message, context, prediction_id):
        return
    language, voter = await context.language_in(message), asker_of(message)
    texts = await context.texts_in(message)
    tally = await context.store.tally(prediction_id, chat_id=message.chat_id)
    slots = [slot for slot, labels in enumerate(tally.options) if labels]
    found = read_words(message.text or "", slots)
    if found is None:
        await reply(message, context, unreadable(len(slots), texts))
        return
    if voter is None:
        await reply(message, context, texts.labelling.only_people_vote)
        return
    if not await may_vote(message.chat, voter, context):
        await reply(message, context, texts.only_admins_vote_toast)
        return
    try:
        outcome = await context.store.vote_words(prediction_id, voter, found, chat_id=message.chat_id)
    except NoConsent:
        words = texts.labelling.word_consent.format(at=address(message, context))
        await reply(message, context, words)
        await _redraw(message, context, prediction_id, language, asks=True)
    else:
        await reply(message, context, said(outcome, texts))
        await _redraw(message, context, prediction_id, language)


async def _is_asked(message: Message, context: Context, prediction_id: int) -> bool:
    """Say whether the bot asked the writer for a word; in a group, people also talk under an answer.

    There it mentions whom it asks, who may answer in the group's name. A mention of somebody whom Telegram
    does not find is left out of the message; that one may be anybody's.
    """
    replied = message.reply_to_message
    if message.chat.type == ChatType.PRIVATE or replied is None:
        return True
    asked = next((one.user.id for one in replied.entities if one.user is not None), None)
    if asked is not None:
        return asker_of(message) in {asked, None}
    return replied.message_id != await context.store.message_of(message.chat_id, prediction_id)


def unreadable(blanks: int, texts: Texts) -> str:
    """Say how words are written."""
    own = texts.labelling
    if blanks > 1:
        return own.words_unreadable.format(count=blanks, most=MOST_LETTERS)
    return own.word_unreadable.format(most=MOST_LETTERS)


def said(outcome: VoteOutcome, texts: Texts) -> str:
    """Say what became of words, as Telegram HTML."""
    own, word = texts.labelling, escape(outcome.label or "", quote=False)
    match outcome.status:
        case VoteStatus.COUNTED:
            return own.word_counted.format(word=word)
        case VoteStatus.CHANGED:
            return own.word_changed.format(word=word)
        case VoteStatus.KEPT:
            return own.kept_toast
        case _:
            return own.word_unchanged.format(word=word)


async def _redraw(
    message: Message, context: Context, prediction_id: int, language: Language, *, asks: bool = False
) -> None:
    """Bring the buttons of the answer up to date, which may be another message than the one replied to."""
    answer_id = await context.store.message_of(message.chat_id, prediction_id)
    if answer_id is not None:
        await redraw(message.chat_id, answer_id, context, prediction_id, language, asks=asks)
