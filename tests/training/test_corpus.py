from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from transformers import BertTokenizerFast

from training import corpus as module
from training import held_out as public
from training.corpus import Corpus, corpus_of, documents, encode, held_out, joined
from training.held_out import hashed
from training.start import load_tokenizer
from training.textfiles import DataError
from training.tokenizer import SPECIALS, wordpiece_tokenizer


def test_an_empty_line_ends_a_document(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("하나\n둘\n\n\n셋\n", encoding="utf-8")
    assert list(documents(str(file), single=False)) == [["하나", "둘"], ["셋"]]
    assert list(documents(str(file), single=True)) == [["하나"], ["둘"], ["셋"]]


def test_sentences_are_composed(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("\u1100\u1161\n", encoding="utf-8")  # 가 as two jamo
    assert list(documents(str(file), single=True)) == [["가"]]


def test_a_corpus_gives_every_sentence_back(tmp_path: Path, data: Path, tokenizer: BertTokenizerFast) -> None:
    train, heldout = encode([str(data / "ko.txt")], tokenizer)
    train.save(tmp_path / "ko")
    loaded = Corpus.load(tmp_path / "ko")
    expected = [doc for doc in documents(str(data / "ko.txt"), single=False) if not held_out(doc)]
    assert len(loaded.documents) - 1 == len(expected)
    assert len(loaded.documents) + len(heldout.documents) - 2 == 36
    sentence = loaded.sentences[int(loaded.documents[3]) + 2 :][:2]
    ids = loaded.ids[sentence[0] : sentence[1]].tolist()
    assert ids == tokenizer(expected[3][2], add_special_tokens=False)["input_ids"]


def test_the_held_out_part_goes_by_the_text() -> None:
    chosen = [n for n in range(20_000) if held_out([f"문서 {n}"])]
    assert 50 < len(chosen) < 150
    assert held_out([f"문서 {chosen[0]}"])


def test_a_folder_without_a_corpus_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no encoded corpus here"):
        Corpus.load(tmp_path)
    for broken in (b"", b"half"):
        (tmp_path / "ids.npy").write_bytes(broken)
        with pytest.raises(DataError, match=r"no encoded corpus here"):
            Corpus.load(tmp_path)


def test_ids_are_two_bytes(corpus: Corpus) -> None:
    assert corpus.ids.dtype == np.uint16
    assert corpus.sentences[-1] == len(corpus.ids)
    assert corpus.documents[-1] == len(corpus.sentences) - 1


def test_what_comes_to_no_piece_is_left_out_and_counted(
    tmp_path: Path, tokenizer: BertTokenizerFast, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("토끼는 웃었다.\n\u200b\n\n\u200b\n\u200b\n\n강아지는 웃었다.\n", encoding="utf-8")
    parts = encode([str(file)], tokenizer)
    assert sum(len(part.documents) - 1 for part in parts) == 2
    said = capsys.readouterr().out
    assert f"{file}: 3 sentences left out, in which the tokenizer finds nothing" in said
    assert f"{file}: 1 documents left out, of which nothing is left" in said


@pytest.fixture
def leaked(monkeypatch: pytest.MonkeyPatch) -> str:
    """A sentence of a public test set."""
    known = hashed("고양이가 산에  살았다!")
    assert known is not None
    monkeypatch.setattr(public, "public_sets", lambda: {"some_test": frozenset({known})})
    return "고양이가 산에 살았다."


@pytest.mark.parametrize("line", ["{}", "6270596\t{}\t1"])
def test_sentences_of_public_test_sets_are_left_out_and_counted(
    tmp_path: Path,
    tokenizer: BertTokenizerFast,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    leaked: str,
    line: str,
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("\n".join([line.format(leaked), *["토끼는 강을 좋아했다."] * 9]), encoding="utf-8")
    monkeypatch.setattr(module, "held_out", lambda _: False)
    train, _ = encode([str(file)], tokenizer)
    assert tokenizer.decode(train.ids.tolist()) == " ".join(["토끼는 강을 좋아했다."] * 9)
    assert f"{file}: 1 sentences with a text of some_test left out" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["{}", "6270596\t{}\t1"])
@pytest.mark.parametrize(("known", "others"), [(1, 8), (9, 0)])
def test_a_file_that_is_a_public_test_set_is_refused(  # fixtures
    tmp_path: Path, tokenizer: BertTokenizerFast, leaked: str, line: str, known: int, others: int
) -> None:
    file = tmp_path / "test.txt"
    lines = [*[line.format(leaked)] * known, *["토끼는 강을 좋아했다."] * others]
    file.write_text("\n".join(lines), encoding="utf-8")
    for single in (False, True):
        with pytest.raises(
            DataError, match=rf"test\.txt: {known} of 9 sentences stand in some_test, kept for mea"
        ):
            corpus_of(str(file), tokenizer, tmp_path / "cache", single=single)
    assert not list((tmp_path / "cache").glob("*"))


def test_what_is_held_out_goes_by_the_whole_document(
    tmp_path: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch, leaked: str
) -> None:
    monkeypatch.setattr(module, "HELD_OUT_EVERY", 2)
    rest = [f"토끼는 강을 좋아했다 {n}." for n in range(9)]
    document = next(
        [leaked, *rest, f"{n}"]
        for n in range(99)
        if held_out([leaked, *rest, f"{n}"]) and not held_out([*rest, f"{n}"])
    )
    file = tmp_path / "a.txt"
    file.write_text("\n".join(document), encoding="utf-8")
    train, heldout = encode([str(file)], tokenizer)
    assert not len(train.ids)
    assert len(heldout.sentences) - 1 == len(document) - 1


def test_text_is_encoded_once_for_each_tokenizer_and_content(
    tmp_path: Path, data: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ko.txt"
    file.write_text((data / "ko.txt").read_text("utf-8"), encoding="utf-8")
    calls: list[object] = []

    def counted(sources: list[str], its: BertTokenizerFast, *, single: bool) -> tuple[Corpus, Corpus]:
        calls.append(sources)
        return encode(sources, its, single=single)

    monkeypatch.setattr(module, "encode", counted)
    first = corpus_of(str(file), tokenizer, tmp_path / "cache")
    tokenizer("고양이가 산에", truncation=True, max_length=3)  # how it was last used is no matter
    again = corpus_of(str(file), tokenizer, tmp_path / "cache")
    assert len(calls) == 1
    assert np.array_equal(first.ids, again.ids)
    corpus_of(str(file), tokenizer, tmp_path / "cache", single=True)
    file.write_text("다른 글이다.\n토끼는 웃었다.\n" * 30, encoding="utf-8")
    corpus_of(str(file), tokenizer, tmp_path / "cache", single=True)
    assert len(calls) == 3
    assert len(list((tmp_path / "cache").glob("ko-*/heldout"))) == 3
    folder = next((tmp_path / "cache").glob("ko-*/train"))
    assert len(corpus_of(str(folder), tokenizer, tmp_path).ids)
    assert len(calls) == 3
    (tmp_path / "empty.txt").touch()
    with pytest.raises(DataError, match=r"empty\.txt: there is no text in it"):
        corpus_of(str(tmp_path / "empty.txt"), tokenizer, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("empty*"))


def test_text_is_read_without_being_kept(tmp_path: Path, data: Path, tokenizer: BertTokenizerFast) -> None:
    found = corpus_of(str(data / "ko.txt"), tokenizer, tmp_path / "cache", keep=False)
    assert not list(tmp_path.iterdir())
    kept = corpus_of(str(data / "ko.txt"), tokenizer, tmp_path / "cache")
    assert np.array_equal(found.ids, kept.ids)
    assert np.array_equal(found.documents, kept.documents)


def test_the_held_out_part_is_read_by_its_name(
    tmp_path: Path, data: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = str(data / "ko.txt")
    with pytest.raises(DataError, match="no held-out document"):
        corpus_of(source, tokenizer, tmp_path / "none", part="heldout")
    monkeypatch.setattr(module, "HELD_OUT_EVERY", 4)
    heldout = corpus_of(source, tokenizer, tmp_path / "some", part="heldout")
    assert np.array_equal(heldout.ids, encode([source], tokenizer)[1].ids)


def test_corpora_are_joined_end_to_end(corpus: Corpus) -> None:
    both = joined([corpus, corpus])
    assert len(both.ids) == 2 * len(corpus.ids)
    assert (len(both.documents) - 1, len(both.sentences) - 1) == (
        2 * (len(corpus.documents) - 1),
        2 * (len(corpus.sentences) - 1),
    )
    assert both.sentences[-1] == len(both.ids)
    assert both.documents[-1] == len(both.sentences) - 1
    half = len(corpus.sentences) - 1
    start, end = both.sentences[half : half + 2]
    assert np.array_equal(both.ids[start:end], corpus.ids[: corpus.sentences[1]])
    assert joined([corpus]) is corpus


class Killed(BaseException):
    """What nothing handles."""


@pytest.mark.parametrize("moment", range(13))
def test_text_is_encoded_again_after_a_kill_at_any_moment(
    tmp_path: Path, data: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    source, cache = str(data / "ko.txt"), tmp_path / "cache"
    writes = itertools.count()

    def dying(usual: Callable[..., object]) -> Callable[..., object]:
        def write(file: Path, *rest: object, **named: object) -> object:
            if next(writes) == moment:
                if file.suffix in {".npy", ".txt"}:
                    file.write_bytes(b"half")
                raise Killed
            return usual(file, *rest, **named)

        return write

    with monkeypatch.context() as patched:
        for owner, name in ((np, "save"), (Path, "write_text"), (Path, "replace")):
            patched.setattr(owner, name, dying(getattr(owner, name)))
        with pytest.raises(Killed):
            corpus_of(source, tokenizer, cache)
    found = corpus_of(source, tokenizer, cache)
    assert np.array_equal(found.ids, encode([source], tokenizer)[0].ids)
    assert len(list(cache.iterdir())) == 1, "nothing half is left"


def test_other_public_sets_make_another_corpus(
    tmp_path: Path, data: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    corpus_of(str(data / "ko.txt"), tokenizer, cache)
    other = tmp_path / "held_out.npz"
    other.write_bytes(b"other sets")
    monkeypatch.setattr(public, "FILE", other)
    corpus_of(str(data / "ko.txt"), tokenizer, cache)
    (before, now) = sorted(cache.iterdir(), key=lambda its: its.stat().st_mtime_ns)
    assert len(corpus_of(str(now / "train"), tokenizer, cache).ids)
    # Nor does a folder train that was encoded before they were known, or does not say.
    for _ in range(2):
        with pytest.raises(
            DataError, match="train: nothing says that today's public test texts were left out of it; give"
        ):
            corpus_of(str(before / "train"), tokenizer, cache)
        (before / "train" / "clean-of.txt").unlink(missing_ok=True)


def test_an_encoded_folder_is_of_one_tokenizer(
    tmp_path: Path, data: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HELD_OUT_EVERY", 4)
    corpus_of(str(data / "ko.txt"), tokenizer, tmp_path / "cache")
    (folder,) = (tmp_path / "cache").iterdir()
    tokenizer.save_pretrained(tmp_path / "tokenizer")
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join([*SPECIALS, "가"]), encoding="utf-8")
    other = wordpiece_tokenizer(vocabulary)
    same = load_tokenizer(tmp_path / "tokenizer")
    for part in ("train", "heldout"):
        assert len(corpus_of(str(folder / part), same, tmp_path, part=part).ids)
        with pytest.raises(DataError, match=rf"{part}: encoded with another tokenizer"):
            corpus_of(str(folder / part), other, tmp_path, part=part)
    # Half made, or by another program.
    Corpus.load(folder / "train").save(tmp_path / "old")
    with pytest.raises(DataError, match=r"old: nothing says which tokenizer it was encoded with; give the t"):
        corpus_of(str(tmp_path / "old"), same, tmp_path)


def test_what_is_held_out_does_not_train(
    tmp_path: Path, data: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HELD_OUT_EVERY", 4)
    corpus_of(str(data / "ko.txt"), tokenizer, tmp_path / "cache")
    (folder,) = (tmp_path / "cache").glob("*/heldout")
    with pytest.raises(DataError, match=r"heldout is for measuring; train, .* is what trains"):
        corpus_of(str(folder), tokenizer, tmp_path)
    assert len(corpus_of(str(folder), tokenizer, tmp_path, part="heldout").ids)


@pytest.mark.parametrize("marked", [True, False])
def test_what_trains_is_not_measured_whatever_its_folder_is_called(
    tmp_path: Path, data: Path, tokenizer: BertTokenizerFast, monkeypatch: pytest.MonkeyPatch, marked: bool
) -> None:
    monkeypatch.setattr(module, "HELD_OUT_EVERY", 4)
    corpus_of(str(data / "ko.txt"), tokenizer, tmp_path / "cache")
    (folder,) = (tmp_path / "cache").iterdir()
    if not marked:  # as before there were marks
        for mark in folder.glob("*/part.txt"):
            mark.unlink()
    names = {part: tmp_path / f"my-{part}" for part in ("train", "heldout")}
    for part, link in names.items():
        link.symlink_to(folder / part)
    monkeypatch.chdir(folder / "train")
    for named in (folder / "train", names["train"], Path()):
        with pytest.raises(DataError, match=r"is what trains; heldout, .* is for measuring"):
            corpus_of(str(named), tokenizer, tmp_path, part="heldout")
    assert len(corpus_of(str(names["heldout"]), tokenizer, tmp_path, part="heldout").ids)
    copies = {part: copytree(folder / part, tmp_path / f"copied-{part}") for part in names}
    with pytest.raises(DataError, match="is what trains" if marked else "nothing says that it was held out"):
        corpus_of(str(copies["train"]), tokenizer, tmp_path, part="heldout")
    if marked:
        assert len(corpus_of(str(copies["heldout"]), tokenizer, tmp_path, part="heldout").ids)
        with pytest.raises(DataError, match="is for measuring"):
            corpus_of(str(copies["heldout"]), tokenizer, tmp_path)
