"""What ``/nsp``, ``/sentiment`` and ``/nli`` share: an answer that is one label of a few."""

from __future__ import annotations

from telegram import Message

from handlers.answer import answer
from handlers.context import Context
from handlers.replies.answers import label_answer
from handlers.replies.texts import TEXTS
from models.results import LabelResult
from storage.store import NewPrediction


async def answer_label(
    message: Message, context: Context, result: LabelResult, text: str, second: str | None = None
) -> None:
    """Answer with a label, offering "right" and every other label as buttons.

    Args:
        message: The command.
        context: The handler's context.
        result: What the model found.
        text: The text it read.
        second: The second text of a pair.
    """
    others = (label for label in result.scores if label != result.label)
    prediction = NewPrediction(
        task=result.task,
        text_a=text,
        text_b=second,
        model=result.model,
        label=result.label,
        probabilities=dict(result.scores),
        options=((result.label, *others),),
        version=result.version,
    )
    language = await context.language_in(message)
    await answer(message, context, label_answer(result, TEXTS[language]), prediction, language)
