from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typer

from training import held_out
from training.held_out import hashed, hashes, leak_key, main, public_sets


def test_case_space_and_punctuation_do_not_count() -> None:
    assert leak_key("이 영화, 정말 Good!") == leak_key("이영화 정말good")
    assert hashed("이 영화, 정말 Good!") == hashed("이영화 정말good")
    assert hashed("이 영화 정말 Bad!") != hashed("이 영화 정말 Good!")


def test_a_text_of_a_few_letters_is_nobodys() -> None:
    assert hashed("최고!!!!!!") is None
    assert len(hashes(["최고", "정말 재미있는 영화", "정말 재미있는 영화!"])) == 1


def test_the_public_sets_ship() -> None:
    sets = public_sets()
    assert len(sets["nsmc_test"]) > 20_000
    assert len(sets["klue_nli_dev"]) > 3_000
    for name, texts in (
        ("kor_sts_dev", 2_500),
        ("kor_sts_test", 2_500),
        ("klue_sts_dev", 1_000),
        ("kobest_dev", 6_000),
        ("kobest_test", 10_000),
    ):
        assert len(sets[name]) > texts


def test_hashes_are_made_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "test.txt"
    file.write_text("id\tdocument\tlabel\n1\t정말 재미있는 영화\t1\n", encoding="utf-8")
    monkeypatch.setattr(held_out, "FILE", tmp_path / "held_out.npz")
    public_sets.cache_clear()
    try:
        main([f"some_test={file}"])
        assert public_sets() == {"some_test": frozenset({hashed("정말재미있는영화")})}
    finally:
        public_sets.cache_clear()
    assert capsys.readouterr().out == "some_test: 1 texts\n"


def test_all_texts_of_a_set_count_whatever_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    choices, marks = tmp_path / "choices.tsv", tmp_path / "marks.tsv"
    choices.write_text(
        "ID\tsentence\t1\t2\tAnswer\n1\t비가 많이 왔다.\t땅이 다 젖었다.\t땅이 다 말랐다.\t1\n", "utf-8"
    )
    marks.write_text(
        "score\tsentence1\tSENTENCE2\tLink\n5.0\t고양이가 잔다.\t고양이가 자고 있다.\thttps://a.b\n", "utf-8"
    )
    monkeypatch.setattr(held_out, "FILE", tmp_path / "held_out.npz")
    main([f"one={choices}", f"one={marks}", f"two={marks}"])
    with np.load(tmp_path / "held_out.npz") as stored:
        found = {name: stored[name].tolist() for name in stored.files}
    asked = ["비가 많이 왔다", "땅이 다 젖었다", "땅이 다 말랐다", "고양이가 잔다", "고양이가 자고 있다"]
    assert found == {"one": hashes(asked).tolist(), "two": hashes(asked[3:]).tolist()}
    assert len(found["one"]) == 5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id\tname\n1\t고양이\n", "no column with texts among id, name"),
        ("document\ta\n1\n", "row 2: 1 columns"),
        (None, "a.tsv: No such file or directory"),
    ],
)
def test_a_set_that_cannot_be_read_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: str | None,
    said: str,
) -> None:
    monkeypatch.setattr(held_out, "FILE", tmp_path / "held_out.npz")
    if content is not None:
        (tmp_path / "a.tsv").write_text(content, encoding="utf-8")
    _refused([f"some={tmp_path / 'a.tsv'}"], said, capsys)
    assert not held_out.FILE.exists()


@pytest.mark.parametrize("given", ["a.tsv", "=a.tsv", "some="])
def test_what_is_no_name_and_file_is_told(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    _refused([given], f"{given}: not NAME=FILE", capsys)


def _refused(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as left:
        main(arguments)
    assert left.value.exit_code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
