"""What a data set needs for a training, and what is said where it lacks that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from storage.runs import Failure
from storage.snapshots import Member
from storage.store import Store
from training.datasets import Example
from training.feedback.drawing import SnapshotRow
from training.feedback.parts import PARTS
from training.learnt import Learnt
from training.retraining import material as module
from training.retraining.material import Material, material, with_earlier
from training.textfiles import DataError


def drawn(rows: Mapping[str, int]) -> dict[str, tuple[SnapshotRow, ...]]:
    """Parts with so many rows; every other known label is the voters'."""
    methods = ("gold", "gold-by-voters")
    return {
        part: tuple(
            SnapshotRow(
                str(n),
                text(part, n),
                None,
                0,
                "positive",
                1.0,
                methods[n % 2] if part == "gold" else "majority",
                3,
            )
            for n in range(rows.get(part, 0))
        )
        for part in PARTS
    }


def text(part: str, number: int) -> str:
    return f"{part} 이야기 {number}"


@pytest.mark.parametrize(
    ("rows", "said", "failure"),
    [
        ({"gold": 9}, "no row to learn from yet", Failure.NOTHING_TO_LEARN),
        (
            {"train": 4, "gold": 9},
            "rows to learn from: 4, too few to set some aside to choose weights by: 5 are needed",
            Failure.TOO_FEW,
        ),
        (
            {"train": 9, "dev": 2},
            "no gold and no held-out row to measure on yet; about one labelled text in ten",
            Failure.NOTHING_TO_MEASURE,
        ),
    ],
)
def test_what_is_missing_is_said(
    rows: dict[str, int], said: str, failure: Failure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "read_snapshot", lambda _: drawn(rows))
    with pytest.raises(DataError, match=said) as error:
        material("sentiment", "sentiment-0001", tmp_path, None, Learnt())
    assert str(error.value).endswith("; people must label more of sentiment")
    assert error.value.failure is failure


def test_gold_that_a_model_learnt_from_before_it_was_gold_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "read_snapshot", lambda _: drawn({"train": 9, "dev": 1, "gold": 9}))

    def found(learnt: int) -> Material:
        before = Learnt.of([Example(text("gold", n).upper(), None, 0) for n in range(learnt)], [])
        return material("sentiment", "sentiment-0001", tmp_path, None, before)

    [gold] = found(3).sets
    assert [row.text for row in gold.rows] == [text("gold", n) for n in range(3, 9)]
    assert (gold.voted, found(3).known, found(3).rows["gold"]) == (3, frozenset(range(3)), 9)
    assert found(3).held_out == [str(tmp_path / "gold.jsonl")], "whoever knows them does not learn them again"
    assert (found(0).sets[0].voted, found(0).known) == (4, frozenset())
    with pytest.raises(DataError, match="a model learnt from all 9 known texts; people must") as error:
        found(9)
    assert error.value.failure is Failure.NOTHING_TO_MEASURE


async def test_candidates_are_counted_by_the_rows_that_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "read_snapshot", lambda _: drawn({"train": 9, "dev": 1, "gold": 9}))
    learnt = Learnt.of([Example(text("gold", n), None, 0) for n in range(3)], [])
    asked: list[tuple[object, ...]] = []

    async def judged_on(task: str, rows: list[tuple[int, int]], beside: str | None) -> int:
        asked.append((task, rows, beside))
        return 2

    store = SimpleNamespace(checkpoints=SimpleNamespace(judged_on=judged_on))
    members = [Member(n, 0, "gold", "positive") for n in range(9)]
    its = material("sentiment", "sentiment-0001", tmp_path, None, learnt)
    [gold] = await with_earlier(cast("Store", store), members, its, "sentiment-0002")
    assert gold.earlier == 2
    assert asked == [("sentiment", [(n, 0) for n in range(3, 9)], "sentiment-0002")]
