import math
from pathlib import Path
from statistics import NormalDist, median

import pytest

from benchmarks.traffic import BLOCK, LONGEST, MEDIAN, P95, Traffic, draw_lengths, write_texts

VOCABULARY = ("[CLS]", "영화", "정말", "재미", "친구", "film", "##를", "서울")


def count(word: str) -> int:
    """Whole words are one piece, a word with an ending two."""
    return 1 if word in VOCABULARY else 2


def test_lengths_are_log_normal_with_the_median_and_tail_of_chat_messages() -> None:
    lengths = sorted(draw_lengths(BLOCK * 128))
    assert median(lengths) == pytest.approx(MEDIAN, abs=1)
    assert lengths[int(0.95 * len(lengths))] == pytest.approx(P95, abs=3)
    assert lengths[0] >= 3
    assert lengths[-1] <= LONGEST
    logs = [math.log(length) for length in lengths]
    third = NormalDist(math.log(MEDIAN), math.log(P95 / MEDIAN) / 1.645).inv_cdf(1 / 3)
    assert sum(each < third for each in logs) / len(logs) == pytest.approx(1 / 3, abs=0.04)


def test_any_block_of_64_has_the_same_mixture() -> None:
    lengths = draw_lengths(BLOCK * 20)
    blocks = [lengths[start : start + BLOCK] for start in range(0, len(lengths), BLOCK)]
    assert all(median(block) == pytest.approx(MEDIAN, abs=1.5) for block in blocks)
    work = [sum(sorted(block)[:-2]) for block in blocks]  # the two longest of a block vary, the rest hardly
    assert max(work) / min(work) < 1.1


def test_longer_than_the_model_reads_is_cut() -> None:
    assert max(draw_lengths(BLOCK * 200, longest=128)) == 128


def test_the_same_seed_gives_the_same_lengths_and_another_one_others() -> None:
    assert draw_lengths(200) == draw_lengths(200)
    assert draw_lengths(200) != draw_lengths(200, seed=1)


def test_texts_are_korean_and_exactly_as_long_as_asked() -> None:
    lengths = draw_lengths(256)
    texts = write_texts(lengths, VOCABULARY, count)
    assert [2 + sum(map(count, text.split())) for text in texts] == lengths
    assert all("film" not in text and "[CLS]" not in text for text in texts)
    assert len(set(texts)) > 200
    assert texts == write_texts(lengths, VOCABULARY, count)
    assert texts != write_texts(lengths, VOCABULARY, count, seed=1)


def test_a_vocabulary_without_korean_is_refused() -> None:
    with pytest.raises(ValueError, match="no whole Hangul word"):
        write_texts([5], ["film"], count)


def test_traffic_is_saved_and_loaded(tmp_path: Path) -> None:
    traffic = Traffic(("영화 정말",), (4,))
    traffic.save(tmp_path / "deep" / "traffic.json")
    assert Traffic.load(tmp_path / "deep" / "traffic.json") == traffic
