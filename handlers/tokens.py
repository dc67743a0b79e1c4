"""``/tokens``: which pieces does the model cut a text into?"""

from __future__ import annotations

from telegram import Message

from handlers.answer import answer
from handlers.context import Context
from handlers.replies.answers import tokens_answer
from handlers.replies.keyboards import PIECES_RIGHT
from handlers.replies.texts import TEXTS
from handlers.source_text import one_or_two_texts
from handlers.waiting import waiting
from models.results import Task
from storage.store import NewPrediction
from storage.values import PIECES_WRONG


async def tokens(message: Message, context: Context) -> None:
    """Find the text, ask how it is cut, reply with buttons."""
    text, second = one_or_two_texts(message)
    async with waiting(message, context):
        result = await context.model.tokens(
            text, second, prefer=await context.preset(message.chat), chat=message.chat_id
        )
    prediction = NewPrediction(
        task=Task.TOKENS,
        text_a=text,
        text_b=second,
        model=result.model,
        label=PIECES_RIGHT,  # what an answer shown claims; "split wrongly" corrects it
        probabilities={},
        options=((PIECES_RIGHT, PIECES_WRONG),),
        version=result.version,
    )
    language = await context.language_in(message)
    await answer(message, context, tokens_answer(result, TEXTS[language]), prediction, language)
