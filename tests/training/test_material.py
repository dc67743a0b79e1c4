"""What a data set needs for a training, and what is said where it lacks that."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.runs import Failure
from training.retraining import material as module
from training.retraining.material import material
from training.textfiles import DataError


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
    drawn = {part: tuple(range(rows.get(part, 0))) for part in ("train", "dev", "heldout", "gold")}
    monkeypatch.setattr(module, "read_snapshot", lambda _: drawn)
    with pytest.raises(DataError, match=said) as error:
        material("sentiment", "sentiment-0001", tmp_path, None)
    assert str(error.value).endswith("; people must label more of sentiment")
    assert error.value.failure is failure
