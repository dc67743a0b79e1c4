from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.results import LABELS, Task
from training import held_out
from training.datasets import Example, Labelled, balanced, read, read_rated, without, without_public
from training.held_out import hashed
from training.textfiles import DataError

NSMC = "id\tdocument\tlabel"
NLI = "premise\thypothesis\tlabel"


def file(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n" if lines else "", encoding="utf-8")
    return str(path)


def test_reads_nsmc_and_says_how_many_rows_have_no_text(tmp_path: Path) -> None:
    source = file(tmp_path / "a.txt", NSMC, '1\t좋다 "정말\t1', "2\t\t0", "3\t별로\t0")
    found = read("sentiment", source)
    assert found.examples == [Example('좋다 "정말', None, 1, "a.txt"), Example("별로", None, 0, "a.txt")]
    assert found.notes == (f"{source}: 1 rows without a text left out",)


@pytest.mark.parametrize(
    ("task", "lines", "message"),
    [
        ("sentiment", (), r"a\.tsv: the file is empty"),
        ("sentiment", (NSMC,), r"a\.tsv: no rows that could be used"),
        (
            "sentiment",
            ("id\ttext\tlabel", "1\t좋다\t1"),
            r"row 1: no column document or text_a among id, text, label",
        ),
        ("sentiment", ("id\rtext\tlabel", "1\t좋다\t1"), r"among id text, label"),
        (
            "sentiment",
            (NSMC, "1\t좋다\t1", "2\t별로\t2"),
            r"row 3: the label '2' is not one of negative \(0\), positive \(1\)",
        ),
        ("sentiment", (NSMC, "1\t좋다"), r"row 2: 2 columns, the header has 3"),
        (
            "sentiment",
            (NSMC, *["1\t좋다"] * 7),
            r"row 2: 2 columns, the header has 3; 6 more bad rows: 3, 4, 5, 6, … \(--skip-bad",
        ),
        ("sentiment", (NSMC, "1\t좋다", "2\t별로"), r"1 more bad row: 3 \("),
        ("nli", ("premise\tlabel", "가\tneutral"), r"row 1: no column hypothesis or sentence2"),
        ("nli", (NLI, "가\t나\tmaybe"), r"row 2: the label 'maybe' is not one of entailment"),
    ],
)
def test_what_cannot_be_used_is_one_line_with_the_row(
    tmp_path: Path, task: str, lines: tuple[str, ...], message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(task, file(tmp_path / "a.tsv", *lines))
    assert "\n" not in str(caught.value)


def test_reads_klue_as_published_and_keeps_the_genre(tmp_path: Path) -> None:
    row = {
        "guid": "1",
        "genre": "wiki",
        "premise": "가",
        "hypothesis": "나",
        "gold_label": "neutral",
        "author": "x",
    }
    path = tmp_path / "klue.json"
    path.write_text(json.dumps([row, {**row, "gold_label": "entailment"}], ensure_ascii=False), "utf-8")
    assert read("nli", str(path)).examples == [
        Example("가", "나", 1, "klue.json, wiki"),
        Example("가", "나", 0, "klue.json, wiki"),
    ]
    path.write_text(json.dumps([row, {"guid": "2"}]), "utf-8")
    with pytest.raises(DataError, match="row 2: not an object with guid, genre, premise"):
        read("nli", str(path))
    for broken, said in (("[\n{", "row 2 is not JSON"), ("{}", "no list of objects")):
        path.write_text(broken, "utf-8")
        with pytest.raises(DataError, match=said):
            read("nli", str(path))


def test_bad_rows_can_be_left_out_and_are_counted(tmp_path: Path) -> None:
    source = file(tmp_path / "a.tsv", NSMC, "1\t좋다\t1", "broken", "2\t별로\t9")
    found = read("sentiment", source, skip_bad=True)
    assert [each.text for each in found.examples] == ["좋다"]
    assert found.notes == (f"{source}: row 3: 1 columns, the header has 3; 1 more bad row: 4; left out",)


def test_reads_both_forms_of_nli(tmp_path: Path) -> None:
    klue = file(
        tmp_path / "klue.tsv",
        "guid\tgenre\tpremise\thypothesis\tlabel\tpremise_in_nsmc_test",
        "1\tnews\t비가 온다\t날이 궂다\tentailment\t0",
        "2\tNSMC\t재미있다\t지루하다\tcontradiction\t1",
    )
    kornli = file(tmp_path / "kornli.tsv", "sentence1\tsentence2\tgold_label", "비가 온다\t춥다\tneutral")
    first = Example("비가 온다", "날이 궂다", 0, "klue.tsv, news")
    second = Example("재미있다", "지루하다", 2, "klue.tsv, NSMC")
    assert read("nli", klue).examples == [first, second]
    training = read("nli", klue, flagged=False)
    assert training.examples == [first]
    assert training.notes == (f"{klue}: 1 rows marked in premise_in_nsmc_test left out",)
    assert read("nli", kornli).examples == [Example("비가 온다", "춥다", 1, "kornli.tsv")]


def test_ratings_become_labels_by_the_rule_of_nsmc(tmp_path: Path) -> None:
    texts = file(tmp_path / "texts", "최고", "여덟", "최악", "좋음", "별로", "다섯")
    ratings = file(tmp_path / "ratings", "10\t-", "8\t-", "1\tT", "9\t-", "4\t-", "5\t-")
    found = read_rated(texts, ratings)
    assert [(each.text, each.label) for each in found.examples] == [
        ("최고", 1),
        ("최악", 0),
        ("좋음", 1),
        ("별로", 0),
    ]
    assert found.notes == (f"{texts}: 2 rows rated 5 to 8 left out",)


def test_ratings_without_texts_are_an_error(tmp_path: Path) -> None:
    texts = file(tmp_path / "texts", "최고")
    with pytest.raises(DataError, match="ends before row 2"):
        read_rated(texts, file(tmp_path / "ratings", "10", "9"))
    with pytest.raises(DataError, match="row 1: 'many' does not start with a rating"):
        read_rated(texts, file(tmp_path / "ratings", "many"))


def test_held_out_texts_are_left_out_whatever_their_punctuation() -> None:
    examples = [Example("정말 좋다!!", None, 1), Example("비가 온다", "춥다", 1), Example("다른 글", None, 0)]
    assert without(examples, [Example("정말좋다", None, 0), Example("춥다.", "x", 0)]) == [examples[2]]


def test_texts_of_public_test_sets_never_train(monkeypatch: pytest.MonkeyPatch) -> None:
    known = hashed("이 영화는 정말 재미있다")
    assert known is not None
    monkeypatch.setattr(held_out, "public_sets", lambda: {"some_test": frozenset({known})})
    others = [Example(f"다른 영화 이야기 {n}", None, 0) for n in range(9)]
    leaked = Example("이 영화는 정말, 재미있다!", None, 1)
    found = without_public(Labelled([*others, leaked]), "a.tsv")
    assert found.examples == others
    assert found.notes == ("a.tsv: 1 rows with a text of some_test left out",)
    pair = Example("전제는 다르다", "이 영화는 정말 재미있다", 0)
    assert without_public(Labelled([*others, pair]), "a.tsv").examples == others
    with pytest.raises(DataError, match=r"a\.tsv: 2 of 11 rows stand in some_test, kept for measuring"):
        without_public(Labelled([*others, leaked, leaked]), "a.tsv")


def test_public_sets_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ("이 영화는 정말 재미있다", "비가 오는 날이었다")
    sets = {f"test_{n}": frozenset({hashed(text) or 0}) for n, text in enumerate(texts)}
    monkeypatch.setattr(held_out, "public_sets", lambda: sets)
    leaked = [Example(text, None, 0) for text in texts]
    others = [Example(f"다른 영화 이야기 {n}", None, 0) for n in range(9)]
    with pytest.raises(DataError, match=r"2 of 11 rows stand in test_0 and test_1, kept for measuring"):
        without_public(Labelled([*others, *leaked]), "a.tsv")


def test_a_cell_of_null_is_no_text(tmp_path: Path) -> None:
    row = {"premise": "가", "hypothesis": "나", "gold_label": "neutral", "genre": "wiki"}
    path = tmp_path / "klue.json"
    rows = [{**row, "premise": None}, {**row, "gold_label": None}, {**row, "genre": None}]
    path.write_text(json.dumps(rows), "utf-8")
    with pytest.raises(DataError, match=r"row 1: no premise; 1 more bad row: 2 \(--skip-bad"):
        read("nli", str(path))
    assert read("nli", str(path), skip_bad=True).examples == [Example("가", "나", 1, "klue.json")]


def test_reviews_without_a_text_are_left_out_and_counted(tmp_path: Path) -> None:
    texts = file(tmp_path / "texts", "최고", " ", "최악")
    found = read_rated(texts, file(tmp_path / "ratings", "10", "10", "1"))
    assert [each.text for each in found.examples] == ["최고", "최악"]
    assert found.notes == (f"{texts}: 1 rows without a text left out",)
    with pytest.raises(DataError, match="texts: no rows that could be used"):
        read_rated(file(tmp_path / "texts", "그냥"), file(tmp_path / "ratings", "5"))


def test_a_review_is_composed(tmp_path: Path) -> None:
    texts = file(tmp_path / "texts", "\u1100\u1161")  # 가 as two jamo
    assert read_rated(texts, file(tmp_path / "ratings", "10")).examples[0].text == "가"


def test_ratings_that_are_none_are_bad_rows(tmp_path: Path) -> None:
    texts = file(tmp_path / "texts", "가", "나", "다", "라", "마")
    ratings = file(tmp_path / "ratings", "0", "10", "11", "-3", "x")
    said = "row 1: '0' does not start with a rating of 1 to 10; 3 more bad rows: 3, 4, 5"
    with pytest.raises(DataError, match=rf"ratings: {said} \(--skip-bad"):
        read_rated(texts, ratings)
    found = read_rated(texts, ratings, skip_bad=True)
    assert [each.text for each in found.examples] == ["나"]
    assert found.notes == (f"{ratings}: {said}; left out",)


def test_texts_without_ratings_are_an_error(tmp_path: Path) -> None:
    texts, ratings = file(tmp_path / "texts", "최고", "최악"), file(tmp_path / "ratings", "10")
    with pytest.raises(DataError, match=r"ratings: ends before row 2, .*texts goes on"):
        read_rated(texts, ratings)


def test_as_many_of_each_label_are_kept() -> None:
    examples = [Example(f"{n}", None, int(n % 5 > 0)) for n in range(100)]
    found = balanced(examples)
    assert [sum(each.label == label for each in found) for label in (0, 1)] == [20, 20]
    assert found == sorted(found, key=lambda each: int(each.text))
    assert found == balanced(examples)
    assert found != balanced(examples, seed=1)
    assert balanced([]) == []


def test_pairs_of_an_sts_set_that_say_the_same_are_entailments(tmp_path: Path) -> None:
    file = tmp_path / "sts.tsv"
    rows = [
        "genre\tscore\tsentence1\tsentence2",
        "a\t5.000\t새가 난다.\t새가 날고 있다.",
        "a\t3.8\t새\t비행기",
    ]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="similarity scores are no labels to measure or to choose by"):
        read("nli", str(file))
    found = read("nli", str(file), scored=True)
    assert [(each.text, each.second, each.label) for each in found.examples] == [
        ("새가 난다.", "새가 날고 있다.", LABELS[Task.NLI].index("entailment"))
    ]
    assert found.notes == (f"{file}: 1 rows with a score under 4 left out",)
    file.write_text("\n".join([*rows, "a\t7\t새\t새"]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"row 4: the score '7' is not a number from 0 to 5"):
        read("nli", str(file), scored=True)
