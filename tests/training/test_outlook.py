"""What is promised before a training is what the gate will count, as far as that can be known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.agreed import GOLD, GOLD_BY_VOTERS
from storage.checkpoint_values import NewCheckpoint
from storage.outlook import Outlook
from storage.store import Store
from storage.verdicts import LEAST_TESTED
from tests.databases import with_tables
from training.datasets import Example
from training.feedback.drawing import Drawn, SnapshotRow
from training.feedback.parts import PARTS
from training.gate.rules import Rules
from training.gate.statistics import unseen_loss
from training.learnt import Learnt
from training.retraining.outlook import outlook

ROWS = {"train": 9, "dev": 2, "heldout": 3, "gold": 8}
DRAWN = Drawn(
    {
        part: tuple(
            SnapshotRow(
                str(number),
                f"{part} 이야기 {number}",
                None,
                0,
                ("negative", "positive")[number % 2],
                1.0,
                (GOLD, GOLD_BY_VOTERS)[number % 2] if part == "gold" else "majority",
                3,
            )
            for number in range(ROWS[part])
        )
        for part in PARTS
    },
    (),
    {},
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(with_tables(tmp_path / "bot.db"), pepper=b"pepper")
    yield opened
    await opened.close()


def learnt(folder: Path, known: int) -> None:
    """A model's folder, as far as it tells what that learnt from."""
    texts = [Example(f"gold 이야기 {number}", None, 0) for number in range(known)]
    Learnt.of(texts, []).save(folder)
    (folder / "model.safetensors").touch()


async def seen(store: Store, *, catalog: Path | None = None, test: str | None = None) -> Outlook:
    return await outlook(store, "sentiment", DRAWN, preset="builtin", catalog=catalog, test=test)


async def test_gold_that_the_model_to_be_beaten_learnt_is_not_counted(store: Store, tmp_path: Path) -> None:
    rows = {**DRAWN.counts}
    assert await seen(store) == Outlook(rows, 0, 4, None)
    learnt(tmp_path / "own", 3)
    catalog = tmp_path / "catalog.toml"
    catalog.write_text('[presets.builtin]\nsentiment.any = "./own"\n', encoding="utf-8")
    left = rows | {"gold": {"positive": 3, "negative": 2}}
    assert await seen(store, catalog=catalog) == Outlook(left, 3, 3, None)
    learnt(tmp_path / "trained", 8)
    await store.checkpoints.add(NewCheckpoint("sentiment", "a", str(tmp_path / "trained"), "v", "builtin"))
    await store.checkpoints.promote(
        "sentiment", "a", actor="x", reason="y", seen=None, preset="builtin", force=True
    )
    assert await seen(store, catalog=catalog) == Outlook(rows | {"gold": {}}, 8, 0, None)


async def test_what_is_not_on_this_machine_is_not_known(store: Store, tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.toml"
    catalog.write_text('[presets.builtin]\nsentiment.any = "some/hub-model"\n', encoding="utf-8")
    for test in ("https://example.org/test.tsv", str(tmp_path / "gone.tsv")):
        assert await seen(store, catalog=catalog, test=test) == Outlook({**DRAWN.counts}, 0, 4, None)


@pytest.mark.parametrize(("texts", "short"), [(LEAST_TESTED, None), (LEAST_TESTED - 1, LEAST_TESTED - 1)])
async def test_a_test_file_is_too_short_where_the_gate_will_doubt_it(
    store: Store, tmp_path: Path, texts: int, short: int | None
) -> None:
    margin = Rules().test_margin
    assert (unseen_loss(texts) >= margin) is (short is not None)
    file = tmp_path / "test.tsv"
    rows = [f"{number}\t글 {number}\t{number % 2}\n" for number in range(texts)]
    file.write_text("id\tdocument\tlabel\n" + "".join([*rows, *rows[:50]]), encoding="utf-8")
    assert (await seen(store, test=str(file))).short == short, "a text that comes twice tells no more"
