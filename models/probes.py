"""Ordinary sentences to try a checkpoint with: is a lower precision alike, are the answers numbers?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models.encoding import Encoding, Query
from models.results import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.tokenizers import Tokenizer

_TEXTS = (
    ("오늘은 날씨가 맑고 바람이 시원해서 산책하기에 좋다.", "공원에는 가족과 함께 나온 사람이 많았다."),
    ("배우들의 연기는 훌륭했지만 이야기가 너무 길고 지루했다.", "영화가 조금 더 짧았으면 좋았을 것이다."),
    ("서울은 대한민국의 수도이며 인구가 가장 많은 도시이다.", "한강은 서울의 가운데를 흐른다."),
    ("기차가 늦게 도착해서 회의에 참석하지 못했다.", "그는 제시간에 회의실에 들어갔다."),
    ("이 식당은 음식이 맛있고 직원들도 친절합니다.", "다음에 다시 오고 싶지 않은 곳이었다."),
    ("정부는 내년부터 새로운 교통 정책을 시행한다고 발표하였다.", "시민들은 버스 요금이 오를까 걱정한다."),
    ("할머니는 시장에서 사과와 배를 사 오셨다.", "집에 과일이 있다."),
    ("돈이 아깝다 진짜 재미없음", "시간 가는 줄 모르고 봤어요!"),
    ("조선은 1392년에 이성계가 세운 나라로 오백 년 동안 이어졌다.", "고려는 그보다 먼저 있었던 나라이다."),
    ("아이들이 운동장에서 축구를 하고 있다.", "아무도 밖에 나가지 않았다."),
    ("The river was high after three days of rain.", "The bridge had been closed since morning."),
    ("She opened the letter and read it twice before she spoke.", "Nobody had written to her."),
    ("It is one of the best films I have seen this year.", "The story is dull and far too long."),
    ("The city lies on the coast and has a large harbour.", "Ships from many countries stop there."),
    ("He was born in London and studied law at the university.", "He never went to school."),
    ("비가 그치자 하늘에 커다란 무지개가 나타났다.", "사람들은 걸음을 멈추고 하늘을 올려다보았다."),
    ("회사는 올해 새로운 제품을 세 가지 내놓을 계획이다.", "올해에는 신제품이 없다."),
    ("The museum is open every day except Monday.", "You cannot visit the museum on Monday."),
    ("A man is playing the guitar in front of a small crowd.", "A person makes music."),
)
_EVERY = 7  # about 15 % of the tokens, as in pre-training


def probes(tokenizer: Tokenizer, tasks: Sequence[Task]) -> list[Query]:
    """Make the sequences: each text or pair for each classifying task, and pairs with blanks for ``mask``.

    Args:
        tokenizer: The checkpoint's.
        tasks: Those it serves.
    """
    queries: list[Query] = []
    for first, second in _TEXTS:
        pair = tokenizer.encode(first, second)
        for task in tasks:
            if task is Task.MASK:
                queries += _blanked(pair, tokenizer.mask_id)
            else:
                queries.append(Query(task, tokenizer.encode(first) if task is Task.SENTIMENT else pair))
    return queries


def _blanked(encoding: Encoding, mask_id: int | None) -> list[Query]:
    """The sequence four times, with other words blanked."""
    words = [index for index, text in enumerate(encoding.texts) if text is not None]
    queries = []
    for first in (1, 3, 4, 6):
        chosen = words[first::_EVERY]
        if mask_id is not None and chosen:
            ids = tuple(mask_id if index in chosen else each for index, each in enumerate(encoding.ids))
            queries.append(Query(Task.MASK, replace(encoding, ids=ids), tuple(chosen)))
    return queries
