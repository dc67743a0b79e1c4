"""What a model learnt from is known row by row, however its file is packed."""

from __future__ import annotations

import lzma
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from training.datasets import Example, Labelled
from training.learnt import LEARNT, Learnt, content_hash
from training.textfiles import DataError

TEXTS = [f"정말 재미있는 영화 {n}" for n in range(20)]


def rows(texts: list[str]) -> list[Example]:
    return [Example(text, None, n % 2) for n, text in enumerate(texts)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.txt"
    path.write_text("id\tdocument\tlabel\n1\t최고\t1\n2\t별로\t0\n", encoding="utf-8")
    return path


def test_it_is_kept_beside_a_model(tmp_path: Path, file: Path) -> None:
    found = Learnt.of(rows(TEXTS), [str(file)])
    found.save(tmp_path / "model")
    again = Learnt.load(tmp_path / "model")
    assert np.array_equal(again.texts, found.texts)
    assert len(again.texts) == 20
    assert again.files.tolist() == [content_hash(str(file))]


def test_what_weights_were_chosen_by_measures_nothing_but_a_temperature_is_fitted_on_it(
    tmp_path: Path, file: Path
) -> None:
    found = Labelled(rows(TEXTS))
    Learnt.of(rows(TEXTS[:1]), []).and_(Learnt.chosen_by(rows(TEXTS), [str(file)])).save(tmp_path)
    learnt = Learnt.load(tmp_path)
    assert learnt.unread(found, str(file), to_fit=True).examples == found.examples[1:]
    with pytest.raises(DataError, match="20 of 20 rows have a text that the model learnt from or was chosen"):
        learnt.unread(found, str(file))
    texts: list[tuple[str, str | None]] = [(text, None) for text in TEXTS]
    assert learnt.has_read(texts) == [True] * 20
    assert learnt.has_read(texts, to_choose=False) == [True] + [False] * 19
    np.savez(tmp_path / LEARNT, texts=learnt.texts, files=learnt.files)  # as versions before wrote it
    assert not len(Learnt.load(tmp_path).chosen)


def test_where_nothing_is_kept_nothing_is_known(tmp_path: Path, file: Path) -> None:
    found = Labelled(rows(TEXTS))
    assert Learnt.load(tmp_path).unread(found, str(file)) == found


def test_what_is_damaged_is_one_line(tmp_path: Path) -> None:
    (tmp_path / LEARNT).write_text("nothing", encoding="utf-8")
    with pytest.raises(DataError, match=r"learnt\.npz: cannot be read"):
        Learnt.load(tmp_path)


def test_a_model_knows_what_those_before_it_learnt() -> None:
    both = Learnt.of(rows(TEXTS[:5]), []).and_(Learnt.of(rows(TEXTS[3:9]), []))
    assert np.array_equal(both.texts, Learnt.of(rows(TEXTS[:9]), []).texts)


def test_a_few_known_rows_are_left_out_and_counted(file: Path) -> None:
    learnt = Learnt.of([Example("처음 보는 전제", TEXTS[0].upper() + "!", 0)], [])
    pairs = [Example("다른 전제입니다", text, 0) for text in TEXTS]
    for found in (rows(TEXTS), pairs):
        new = learnt.unread(Labelled(found, ("before",)), str(file))
        assert new.examples == found[1:]
        assert new.notes == (
            "before",
            f"{file}: 1 rows with a text that the model learnt from or was chosen by left out",
        )


def test_a_file_with_more_of_them_is_refused(file: Path) -> None:
    learnt = Learnt.of(rows(TEXTS[:3]), [])
    with pytest.raises(DataError, match=r"small\.txt: 3 of 20 rows have a text that the model learnt from"):
        learnt.unread(Labelled(rows(TEXTS)), str(file))


def test_words_that_anybody_may_write_are_known_by_their_file(file: Path, tmp_path: Path) -> None:
    learnt = Learnt.of(rows(["최고", "별로"]), [str(file)])
    short = Labelled(rows(["최고", "별로"]))
    packed = tmp_path / "other.txt.xz"
    packed.write_bytes(lzma.compress(file.read_bytes()))
    for same in (file, packed):
        with pytest.raises(DataError, match="the model learnt from or was chosen by this file"):
            learnt.unread(short, str(same))
    (tmp_path / "new.txt").write_text("id\tdocument\tlabel\n1\t최고\t1\n", encoding="utf-8")
    assert learnt.unread(short, str(tmp_path / "new.txt")) == short


def test_a_file_is_the_same_in_other_clothes(file: Path, tmp_path: Path) -> None:
    text = file.read_text("utf-8")
    others = {
        "crlf.txt": text.replace("\n", "\r\n").encode(),
        "mark.txt": text.encode("utf-8-sig"),
        "apart.txt": unicodedata.normalize("NFD", text).encode(),
        "no-end.txt": text.rstrip("\n").encode(),
    }
    for name, content in others.items():
        (tmp_path / name).write_bytes(content)
    assert {content_hash(str(tmp_path / name)) for name in others} == {content_hash(str(file))}
    (tmp_path / "other.txt").write_text(text.replace("최고", "최악"), encoding="utf-8")
    assert content_hash(str(tmp_path / "other.txt")) != content_hash(str(file))
