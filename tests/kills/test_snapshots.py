"""Kills while data sets are drawn: each is whole or not there, and the next who draws tidies up."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.kills.killing import Killer
from tests.kills.looking import hidden_in, look_at_snapshots, rows, url_of, visible_in
from tests.kills.snapshots import draw_on
from tests.training.feedback.voters import open_store, texts, vote_on

pytest.importorskip("pyarrow")
pytest.importorskip("crowdkit")
KILLS = 12
TEXTS = 30


def test_a_kill_while_a_data_set_is_drawn_leaves_a_whole_one_or_none(tmp_path: Path) -> None:
    file, folder, killer = tmp_path / "votes.db", tmp_path / "snapshots", Killer(tmp_path / "work.log")
    url = url_of(file)
    asyncio.run(_voted(url))
    kept = set(killer.whole(draw_on, url, folder, 2).of("snapshot"))
    assert kept == {"sentiment-0001", "sentiment-0002"}
    for _ in range(KILLS):
        told = killer.at_any_stage(draw_on, url, folder, None).of("snapshot")
        with killer.named():
            assert not kept & set(told), "no name comes twice"
            kept |= set(told)
            whole = look_at_snapshots(file, folder)
            assert kept <= whole
            kept = whole
    with killer.named():
        kept |= set(killer.whole(draw_on, url, folder, 1).of("snapshot"))
        assert look_at_snapshots(file, folder) == kept == visible_in(folder)
        assert not hidden_in(folder)
        assert rows(file, "SELECT count(*) FROM dataset_snapshots") == [(len(kept),)], (
            "each row has its folder"
        )
        texts_of = "SELECT DISTINCT count(*) FROM snapshot_members GROUP BY snapshot_id"
        assert rows(file, texts_of) == [(TEXTS,)]


async def _voted(url: str) -> None:
    store = await open_store(url, people=4)
    await vote_on(store, texts(TEXTS))
    await store.close()
