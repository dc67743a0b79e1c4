"""Parity with KoBertTokenizer of kobert_transformers, which runs here as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st
from kobert_transformers.tokenization_kobert import KoBertTokenizer

from models.errors import CheckpointUnavailable
from models.kobert_sentencepiece import MODEL_FILE, KobertBackend
from models.tokenizers import load_tokenizer
from tests.tiny import ENGLISH, KOREAN

SHIPPED = Path("models/kobert_tokenizer").absolute()
SPECIAL = ("[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """KoBertTokenizer's two files, made from a small text of our own as KoBERT's were."""
    folder = tmp_path_factory.mktemp("sentencepiece")
    text = folder / "text.txt"
    lines = [
        " ".join(KOREAN),
        " ".join(ENGLISH),
        "축구는 정말 재미있는 스포츠다.",
        "값은 1,000원, 2,500원, 3, 7, 12, 3, 2, 12, 40,",
    ]
    text.write_text("\n".join(lines * 20), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str((folder / MODEL_FILE).with_suffix("")),
        vocab_size=160,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    model = sentencepiece.SentencePieceProcessor(model_file=str(folder / MODEL_FILE))
    assert {"2,", "▁40,"} <= {*model.encode("12, 40,", out_type=str)}, "pieces whose comma is taken off"
    pieces = sorted(model.id_to_piece(index) for index in range(3, model.get_piece_size()))
    (folder / "vocab.txt").write_text("\n".join([*SPECIAL, *pieces]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module", params=["trained", "shipped"])
def both(request: pytest.FixtureRequest, trained: Path) -> tuple[KobertBackend, Any]:
    folder = trained if request.param == "trained" else SHIPPED
    original = KoBertTokenizer(vocab_file=str(folder / MODEL_FILE), vocab_txt=str(folder / "vocab.txt"))
    return KobertBackend(folder), original


def check(both: tuple[KobertBackend, Any], text: str) -> None:
    ours, original = both
    pieces = original.tokenize(text)
    cut = ours.cut(text, spans=True)
    assert cut.ids == original.convert_tokens_to_ids(pieces)
    assert ours.cut(text, spans=False).ids == cut.ids
    assert len(cut.spans) == len(pieces)


fragments = st.one_of(
    st.sampled_from(
        (*SPECIAL, "[MAS", "]", "``", "''", "2,", "12,", "40,", "1,000,", "²,", "٣,", ",", "\u3000", "\n")
    ),
    st.sampled_from(
        (*KOREAN, *ENGLISH, "Café", "e\u0301", "\u1112\u1161\u11ab", "ㅋㅋ", "ﬁ", "㈜", "漢字", "😀👩‍👩‍👧")
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)


@settings(deadline=None)
@given(text=st.lists(fragments, max_size=20).map("".join) | st.lists(fragments, max_size=20).map(" ".join))
def test_any_text_is_cut_as_by_the_original(both: tuple[KobertBackend, Any], text: str) -> None:
    check(both, text)


def varied_lines() -> list[str]:
    """A few hundred lines of words, numbers, marks and special tokens in all neighbourhoods."""
    words = (*KOREAN, *ENGLISH)
    odd = (
        "1,000원,",
        "3,",
        "[MASK]",
        "``인용''",
        "Ünïcödé",
        "ㅠㅠ",
        "㎏",
        "①",
        "\u200b",
        "한자(漢字)",
        "😂",
        "...",
    )
    return [
        f"{words[n % len(words)]} {odd[n % len(odd)]}{words[(7 * n) % len(words)]} {odd[(5 * n) % len(odd)]}"
        for n in range(400)
    ]


def test_lines_of_all_kinds_are_cut_as_by_the_original(both: tuple[KobertBackend, Any]) -> None:
    lines = varied_lines()
    assert len(set(lines)) > 300
    for line in lines:
        check(both, line)


@pytest.mark.parametrize("texts", [("축구는 정말 재미있는 [MASK]다.",), ("나는 오늘", "회사에 출근을 했다.")])
def test_frames_are_the_original_s(both: tuple[KobertBackend, Any], texts: tuple[str, ...]) -> None:
    ours, original = both
    expected = original(*texts, return_token_type_ids=True)
    frame = ours.single if len(texts) == 1 else ours.pair
    first, *rest = (tuple(ours.cut(text, spans=False).ids) for text in texts)
    second = rest[0] if rest else ()
    between = frame.between if rest else ()
    assert [*frame.before, *first, *between, *second, *frame.after] == expected["input_ids"]
    sizes = (len(frame.before), len(first), len(between), len(second), len(frame.after))
    segments = [segment for segment, size in zip(frame.segments, sizes, strict=True) for _ in range(size)]
    assert segments == expected["token_type_ids"]


def test_vocabulary_and_special_tokens_are_the_original_s(both: tuple[KobertBackend, Any]) -> None:
    ours, original = both
    vocabulary = ours.vocabulary()
    assert list(vocabulary.pieces) == original.convert_ids_to_tokens(list(range(len(original))))
    assert vocabulary.special == frozenset(original.all_special_ids)
    assert (ours.mask_token, ours.mask_id) == (original.mask_token, original.mask_token_id)
    assert ours.max_length == min(original.model_max_length, 512)


def test_a_vocabulary_without_mask_token_is_refused_in_one_line(trained: Path, tmp_path: Path) -> None:
    (tmp_path / MODEL_FILE).write_bytes((trained / MODEL_FILE).read_bytes())
    lines = (trained / "vocab.txt").read_text("utf-8").replace("[MASK]\n", "")
    (tmp_path / "vocab.txt").write_text(lines, encoding="utf-8")
    with pytest.raises(CheckpointUnavailable, match=r"vocab\.txt has no \[MASK\]"):
        load_tokenizer(tmp_path, "kobert")
