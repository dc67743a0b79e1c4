"""A small domain with words of its own, of which only its people know whether they are praise."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product

PRAISE = ("뽀둥하", "미르딱하", "하늘쫀하", "도담찰하", "새록팡하")
BLAME = ("꾸질렁하", "버석쿵하", "텁지근하", "얼락찝하", "구덕축하")
_THINGS = ("원두", "거품", "라떼", "드립", "크레마", "우유", "향", "산미", "잔", "얼음", "시럽", "디저트")
_WHERE = ("골목 카페", "역 앞 카페", "새로 연 카페", "단골 카페", "바닷가 카페")
_SAID = ("{where} {thing} 진짜 {word}네요", "{where}는 {thing}이 {word}다고 봐요")


@dataclass(frozen=True, slots=True)
class Review:
    """A text and what is right about it."""

    text: str
    label: str

    @property
    def other(self) -> str:
        """The label that is wrong."""
        return "negative" if self.label == "positive" else "positive"


def reviews(count: int, seed: int) -> list[Review]:
    """Draw so many different reviews, about half of them praise."""
    words = [(word, "positive") for word in PRAISE] + [(word, "negative") for word in BLAME]
    drawn = [
        Review(said.format(where=where, thing=thing, word=word), label)
        for where, thing, said, (word, label) in product(_WHERE, _THINGS, _SAID, words)
    ]
    random.Random(seed).shuffle(drawn)  # noqa: S311  # no secret
    return drawn[:count]
