from __future__ import annotations

from pathlib import Path

import pytest

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
