"""``/mask``: which word belongs in the blank?"""

from __future__ import annotations

import json

from telegram import Message

from handlers.answer import answer
from handlers.context import Context
from handlers.replies.answers import CIRCLED, SHOWN_CANDIDATES, SHOWN_CANDIDATES_OF_MANY, mask_answer
from handlers.replies.keyboards import NONE_OF_THESE
from handlers.replies.texts import TEXTS
from handlers.source_text import one_text
from handlers.waiting import waiting
from models.results import MaskResult, Task
from storage.store import NewPrediction


async def mask(message: Message, context: Context) -> None:
    """Find the text, ask for the words of its blanks, reply with a button per word."""
    text = one_text(message)
    async with waiting(message, context):
        result = await context.model.mask(
            text, prefer=await context.preset(message.chat), top_k=SHOWN_CANDIDATES, chat=message.chat_id
        )
    language = await context.language_in(message)
    await answer(message, context, mask_answer(result, TEXTS[language]), _prediction(text, result), language)


def _prediction(text: str, result: MaskResult) -> NewPrediction:
    """Return what to store; each blank with buttons is a slot that offers its words or none of them.

    A blank that was cut away keeps its slot, empty, so that a slot is always the blank's index.
    """
    shown = SHOWN_CANDIDATES if len(result.masks) == 1 else SHOWN_CANDIDATES_OF_MANY
    words = [tuple(dict.fromkeys(candidate.token for candidate in blank[:shown])) for blank in result.masks]
    return NewPrediction(
        task=Task.MASK,
        text_a=text,
        text_b=None,
        model=result.model,
        label=json.dumps([blank[0].token if blank else "" for blank in result.masks], ensure_ascii=False),
        probabilities={
            "masks": [[[candidate.token, candidate.score] for candidate in blank] for blank in result.masks]
        },
        options=tuple((*blank, NONE_OF_THESE) if blank else () for blank in words[: len(CIRCLED)]),
        version=result.version,
    )
