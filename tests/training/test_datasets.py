from __future__ import annotations

from pathlib import Path

import pytest

from training.datasets import Example, read_nli, read_nsmc, read_rated, without
from training.textfiles import DataError


def file(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_reads_nsmc_and_leaves_empty_texts_out(tmp_path: Path) -> None:
    source = file(tmp_path / "a.txt", "id\tdocument\tlabel", '1\t좋다 "정말\t1', "2\t\t0", "3\t별로\t0")
    assert read_nsmc(source) == [Example('좋다 "정말', None, 1), Example("별로", None, 0)]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((), r"a\.tsv: row 1: the columns  are not those"),
        (("id\ttext\tlabel", "1\t좋다\t1"), r"a\.tsv: row 1: the columns id, text, label"),
        (("id\tdocument\tlabel", "1\t좋다\t1", "2\t별로\t2"), r"a\.tsv: row 3: the label '2'"),
        (("id\tdocument\tlabel", "1\t좋다"), r"a\.tsv: row 2 has 2 columns, the header has 3"),
    ],
)
def test_bad_nsmc_rows_are_named(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_nsmc(file(tmp_path / "a.tsv", *lines))


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").touch()
    with pytest.raises(DataError, match=r"a\.tsv: the file is empty"):
        read_nsmc(str(tmp_path / "a.tsv"))


def test_reads_both_forms_of_nli(tmp_path: Path) -> None:
    klue = file(
        tmp_path / "klue.tsv",
        "guid\tgenre\tpremise\thypothesis\tlabel\tpremise_in_nsmc_test",
        "1\tnews\t비가 온다\t날이 궂다\tentailment\t0",
        "2\tNSMC\t재미있다\t지루하다\tcontradiction\t1",
    )
    kornli = file(tmp_path / "kornli.tsv", "sentence1\tsentence2\tgold_label", "비가 온다\t춥다\tneutral")
    first, second = Example("비가 온다", "날이 궂다", 0), Example("재미있다", "지루하다", 2)
    assert read_nli(klue) == [first, second]
    assert read_nli(klue, training=True) == [first]
    assert read_nli(kornli) == [Example("비가 온다", "춥다", 1)]


def test_an_unknown_nli_label_is_named(tmp_path: Path) -> None:
    source = file(tmp_path / "a.tsv", "premise\thypothesis\tlabel", "가\t나\tmaybe")
    with pytest.raises(DataError, match=r"row 2: the label 'maybe' is not one of entailment"):
        read_nli(source)


def test_ratings_become_labels_by_the_rule_of_nsmc(tmp_path: Path) -> None:
    texts = file(tmp_path / "texts", "최고", "여덟", "최악", "좋음", "별로", "다섯")
    ratings = file(tmp_path / "ratings", "10\t-", "8\t-", "1\tT", "9\t-", "4\t-", "5\t-")
    expected = [
        Example("최고", None, 1),
        Example("최악", None, 0),
        Example("좋음", None, 1),
        Example("별로", None, 0),
    ]
    assert read_rated(texts, ratings) == expected


def test_ratings_without_texts_are_an_error(tmp_path: Path) -> None:
    texts = file(tmp_path / "texts", "최고")
    with pytest.raises(DataError, match="ends before row 2"):
        read_rated(texts, file(tmp_path / "ratings", "10", "9"))
    with pytest.raises(DataError, match="row 1: 'many' does not start with a rating"):
        read_rated(texts, file(tmp_path / "ratings", "many"))


def test_held_out_texts_are_left_out_whatever_their_punctuation() -> None:
    examples = [Example("정말 좋다!!", None, 1), Example("비가 온다", "춥다", 1), Example("다른 글", None, 0)]
    assert without(examples, [Example("정말좋다", None, 0), Example("춥다.", "x", 0)]) == [examples[2]]
