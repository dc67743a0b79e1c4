"""Kills while models are promoted and rolled back: who serves and who did are always of one change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from storage.store import Store
from tests.kills.killing import Killer
from tests.kills.looking import PEPPER, look_at_checkpoints, rows, url_of
from tests.kills.promoting import NAMES, Change, change_on, changes, command_on, promotions
from tests.trained import trained

Changes = Callable[[int], Iterator[Change]]


@pytest.mark.parametrize(
    ("work", "asked", "kills", "span"),  # span: changes in the time that kills fall into
    [(change_on, changes, 10, 12), (command_on, promotions, 4, 3)],
    ids=["api", "command"],
)
def test_a_kill_while_a_model_is_promoted_leaves_the_old_one_or_the_new_one(
    tmp_path: Path, work: Callable[..., None], asked: Changes, kills: int, span: int
) -> None:
    file, killer = tmp_path / "votes.db", Killer(tmp_path / "work.log")
    url = url_of(file)
    asyncio.run(_trained(url, tmp_path / "models"))
    done = len(killer.whole(work, url, killer.seed, 0, span).of("change"))
    assert done == span == _made(file, asked(killer.seed))
    for _ in range(kills):
        ended = killer.at_any_time(work, url, killer.seed, done, None)
        with killer.named():
            assert set(ended.of("made before")) <= {done}, (
                "only what the last kill cut off can have been made"
            )
            done += len(ended.of("change"))
            assert _made(file, asked(killer.seed)) in {done, done + 1}
            look_at_checkpoints(file, tmp_path)
    with killer.named():
        killer.whole(work, url, killer.seed, done, done + span)
        assert _made(file, asked(killer.seed)) == done + span
        look_at_checkpoints(file, tmp_path)


async def _trained(url: str, folder: Path) -> None:
    store = await Store.open(url, pepper=PEPPER)
    for number, name in enumerate(NAMES):
        await trained(store, folder, name, 1.0 + number)
    await store.close()


def _made(file: Path, asked: Iterator[Change]) -> int:
    """The number of changes that were made, each as it was asked for, and none in part."""
    query = (
        "SELECT before.name, after.name FROM promotions LEFT JOIN checkpoints before ON before.id = from_id "
        "LEFT JOIN checkpoints after ON after.id = to_id ORDER BY promotions.id"
    )
    made = rows(file, query)
    assert made == [(each.before, each.after) for each in islice(asked, len(made))]
    return len(made)
