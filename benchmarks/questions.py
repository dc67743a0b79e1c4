"""What chats ask of the model service when it is put under load."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from models.results import LabelResult, MaskResult, Task
from models.service import ModelService


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        task: ``mask`` or ``sentiment`` of one text, ``nsp`` or ``nli`` of two.
        texts: The text or the pair.
    """

    task: Task
    texts: tuple[str, ...]

    async def ask(
        self, service: ModelService, *, preset: str | None = None, chat: Hashable | None = None
    ) -> MaskResult | LabelResult:
        """Ask the service and wait for its answer."""
        answers: dict[Task, Callable[..., Any]] = {
            Task.MASK: service.mask,
            Task.NSP: service.nsp,
            Task.SENTIMENT: service.sentiment,
            Task.NLI: service.nli,
        }
        result: MaskResult | LabelResult = await answers[self.task](*self.texts, preset=preset, chat=chat)
        return result


QUESTIONS = (
    Question(Task.SENTIMENT, ("배우들의 연기가 좋아서 두 시간이 금방 지나갔다. 다시 보고 싶은 영화.",)),
    Question(Task.MASK, ("The capital of France is [MASK].",)),
    Question(Task.NSP, ("비가 많이 온다.", "그래서 우산을 챙겨 나갔다.")),
    Question(Task.NLI, ("한 남자가 기타를 치고 있다.", "남자가 악기를 연주한다.")),
    Question(Task.MASK, ("대한민국의 수도는 [MASK]이다.",)),
    Question(Task.SENTIMENT, ("지루하다",)),
    Question(Task.NSP, ("He opened the door.", "The room behind it was dark and cold.")),
    Question(Task.SENTIMENT, ("이야기는 뻔하지만 음악과 풍경이 아름다워서 끝까지 봤다. " * 8,)),
)
