"""The course's example sentences against the real checkpoints: ``pytest -m hub`` (several GB are downloaded).

Its NSMC and KorNLI rows are of heads that the course trains itself; no public checkpoint has them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from models.catalog import Source, load_catalog
from models.errors import CheckpointUnavailable
from models.results import Task
from models.runtime import Loader
from models.service import ModelService

pytestmark = [pytest.mark.hub, pytest.mark.timeout(3600)]

PIZZA = (
    "In Italy, pizza served in formal settings, such as at a restaurant, is presented unsliced.",
    (
        "pizza is eaten with the use of a knife and fork. In casual settings, however, "
        "it is cut into wedges to be eaten while held in the hand."
    ),
)
SKY = "The sky is blue due to the shorter wavelength of blue light."
WORLD_CUP = (
    "2002년 월드컵 축구대회는 일본과 공동으로 개최되었던 세계적인 큰 잔치입니다.",
    "여행을 가보니 한국의 2002년 월드컵 축구대회의 준비는 완벽했습니다.",
)
CINEMA = "극장가서 로맨스 영화를 보고싶어요"


@pytest.fixture
async def service() -> AsyncIterator[ModelService]:
    service = ModelService(load_catalog(), device="auto")
    yield service
    await service.close()


async def test_english_subwords(service: ModelService) -> None:
    result = await service.tokens("Here is the sentence I want embeddings for.", preset="google")
    pieces = [token.token for token in result.tokens if not token.special]
    assert " ".join(pieces) == "here is the sentence i want em ##bed ##ding ##s for ."


async def test_korean_subwords(service: ModelService) -> None:
    result = await service.tokens("아 더빙.. 진짜 짜증나네요 목소리", preset="klue")
    ids = [token.id for token in result.tokens]
    assert ids == [2, 1376, 831, 2604, 18, 18, 4229, 9801, 2075, 2203, 2182, 4243, 3]


@pytest.mark.parametrize(
    ("preset", "text", "words", "scores"),
    [
        ("google", "Soccer is a really fun [MASK].", "sport game thing activity field", [0.762, 0.203]),
        ("google", "The Avengers is a really fun [MASK].", "show movie story series film", [0.256, 0.173]),
        ("google", "I went to [MASK] this morning.", "work bed school sleep class", [0.357, 0.233]),
        ("klue", "축구는 정말 재미있는 [MASK]다.", "스포츠 거 경기 축구 놀이", [0.896, 0.026]),
        ("klue", "어벤져스는 정말 재미있는 [MASK]다.", "영화 거 드라마 이야기 장소", [0.838, 0.028]),
        ("klue", "나는 오늘 아침에 [MASK]에 출근을 했다.", "회사 공장 사무실 서울", [0.080]),
    ],
)
async def test_masked_words(
    service: ModelService, preset: str, text: str, words: str, scores: list[float]
) -> None:
    (candidates,) = (await service.mask(text, preset=preset, top_k=len(words.split()))).masks
    assert [candidate.token for candidate in candidates] == words.split()
    found = [candidate.score for candidate in candidates[: len(scores)]]
    assert found == pytest.approx(scores, abs=2e-3)


@pytest.mark.parametrize(
    ("preset", "pair", "label", "score"),
    [
        ("google", PIZZA, "next", 0.999997),
        ("google", (PIZZA[0], SKY), "not_next", 0.99987),
        ("klue", WORLD_CUP, "next", None),
        ("klue", (WORLD_CUP[0], CINEMA), "not_next", None),
    ],
)
async def test_next_sentence(
    service: ModelService, preset: str, pair: tuple[str, str], label: str, score: float | None
) -> None:
    result = await service.nsp(*pair, preset=preset)
    assert result.label == label
    if score is not None:
        assert result.scores[label] == pytest.approx(score, abs=1e-4)


async def test_kobert_answers(service: ModelService) -> None:
    """If this fails for want of safetensors, ``catalog.toml`` tells which ``revision`` to write."""
    mask = await service.mask("축구는 정말 재미있는 [MASK]다.", preset="kobert")
    assert len(mask.masks[0]) == 5
    nsp = await service.nsp(*WORLD_CUP, preset="kobert")
    assert sum(nsp.scores.values()) == pytest.approx(1)


async def test_a_repository_that_does_not_exist_is_one_line() -> None:
    source = Source(model="kobert-bot/does-not-exist", tokenizer="kobert-bot/does-not-exist")
    with pytest.raises(CheckpointUnavailable, match=r"'builtin'") as caught:
        Loader("cpu").model(source, Task.MASK)
    assert "\n" not in str(caught.value)
