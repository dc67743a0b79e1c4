"""What the documents show of the code stands in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"```python\n# (\S+\.py), \w+\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("document", ["how-bert-learns.md", "how-bert-learns.ko.md"])
def test_every_line_of_code_in_a_document_stands_in_its_file(document: str) -> None:
    blocks = BLOCK.findall((ROOT / "docs" / document).read_text("utf-8"))
    assert len(blocks) > 3
    for file, code in blocks:
        lines = {line.strip() for line in (ROOT / file).read_text("utf-8").splitlines()}
        missing = [line for line in code.splitlines() if line.strip() and line.strip() not in lines]
        assert not missing, file


@pytest.mark.parametrize(
    ("document", "place", "teaching"),
    [
        ("how-bert-learns.md", "pictures", "teaching.md"),
        ("how-bert-learns.ko.md", "pictures/ko", "teaching.ko.md"),
    ],
)
def test_the_lesson_shows_every_picture_of_its_language_and_ends_where_teaching_begins(
    document: str, place: str, teaching: str
) -> None:
    text = (ROOT / "docs" / document).read_text("utf-8")
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)
    drawn = [f"{place}/{file.name}" for file in (ROOT / "docs" / place).glob("*.png")]
    assert sorted(shown) == sorted(drawn)
    assert len(drawn) == 6
    last = text.split("\n## 9. ")[1]
    assert "train finetune sentiment --from-feedback" in last
    assert f"]({teaching})" in last


@pytest.mark.parametrize("document", ["README.md", "README.ko.md", "docs/using.md", "docs/using.ko.md"])
def test_its_pictures_are_there_and_small(document: str) -> None:
    file = ROOT / document
    pictures = re.findall(r"!\[[^\]]*\]\((?!https?:)([^)]+)\)", file.read_text("utf-8"))
    assert pictures
    too_large = [one for one in pictures if (file.parent / one).stat().st_size > 60_000]
    assert too_large == []
