from __future__ import annotations

from models.vocabulary import Entry, Vocabulary

SPECIAL = frozenset({0})


def test_wordpiece() -> None:
    vocabulary = Vocabulary(["[MASK]", "[unused3]", "축구", "##다", ".", "##", None], SPECIAL)
    assert vocabulary.entry(0) is None
    assert vocabulary.entry(1) is None
    assert vocabulary.entry(2) == Entry("축구", continues=False, wordy=True)
    assert vocabulary.entry(3) == Entry("다", continues=True, wordy=True)
    assert vocabulary.entry(4) == Entry(".", continues=False, wordy=False)
    assert vocabulary.entry(6) is None
    assert vocabulary.entry(7) is None  # the model's table may be longer than the vocabulary


def test_sentencepiece() -> None:
    vocabulary = Vocabulary(["[MASK]", "▁축구", "다", "▁", "<0xEA>"], SPECIAL)
    assert vocabulary.entry(1) == Entry("축구", continues=False, wordy=True)
    assert vocabulary.entry(2) == Entry("다", continues=True, wordy=True)
    assert vocabulary.entry(3) is None
    assert vocabulary.entry(4) is None


def test_byte_level() -> None:
    vocabulary = Vocabulary(["<mask>", "Ġsport", "s", "ì", "Ġì¶ķ"], SPECIAL)
    assert vocabulary.spells_bytes
    assert vocabulary.entry(1) == Entry("sport", continues=False, wordy=True)
    assert vocabulary.entry(2) == Entry("s", continues=True, wordy=True)
    assert vocabulary.entry(3) is None  # a lone byte of a longer character
    assert vocabulary.entry(4) == Entry("축", continues=False, wordy=True)
