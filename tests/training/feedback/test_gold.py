"""Only what several trusted people labelled blind, and what was never trained on, becomes gold."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage.store import Store
from tests.training.feedback.voters import CHAT, question, texts
from training.feedback.deciding import decide
from training.feedback.gold import promote_gold
from training.feedback.grounded import LEAST, grounded
from training.feedback.parts import part_of
from training.feedback.snapshot import drawn_in_memory
from training.retraining.material import teachers

pytest.importorskip("crowdkit")
HELD_OUT = [text for text in texts(400) if part_of(text) == "heldout"]


async def label(store: Store, database: Path, said: Callable[[int, int], int | None]) -> None:
    """Let four people label all texts blind: ``said(text, person)`` is the choice, None for no vote."""
    for number, text in enumerate(HELD_OUT):
        prediction = await store.add_prediction(question(text), chat_id=CHAT, asker_id=1)
        for person in range(1, 5):
            if (choice := said(number, person)) is not None:
                await store.vote(prediction, person, 0, choice, chat_id=CHAT)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE votes SET blind = 1")


def truth(number: int) -> int:
    return number % 2


async def test_what_trusted_people_say_alike_without_the_answer_is_gold(store: Store, tmp_path: Path) -> None:
    await label(store, tmp_path / "votes.db", lambda number, _: truth(number))
    assert await promote_gold(store, "sentiment") == len(HELD_OUT) > 20
    gold = await store.consensus.gold("sentiment")
    assert set(gold.values()) == {"positive", "negative"}
    assert (await store.consensus.figures(["sentiment"]))[0].gold == {"voters": len(HELD_OUT)}
    assert await promote_gold(store, "sentiment") == 0, "done again, none is new"


async def test_who_has_proved_right_is_kept_as_the_gate_counts_them(store: Store, tmp_path: Path) -> None:
    """Person 4 has labelled one text too few."""

    def said(number: int, person: int) -> int | None:
        return truth(number) if person < 4 or number < LEAST - 1 else None

    await label(store, tmp_path / "votes.db", said)
    found = await decide(store, "sentiment")
    kept = {each.voter for each in await store.consensus.trusts("sentiment") if each.proved}
    assert kept == grounded(found)
    assert len(kept) == 3
    [figures] = await store.consensus.figures(["sentiment"])
    assert (figures.voters, figures.proved) == (4, 3)
    assert (figures.teachers, figures.busiest) == (0, 0.0), "what is held out teaches nothing"


async def test_whose_votes_teach_is_kept_as_the_gate_counts_them(store: Store, tmp_path: Path) -> None:
    """Person 3 has proved right on held-out texts alone; 4 has proved nothing, and votes most on the rest."""
    await label(store, tmp_path / "votes.db", lambda number, person: truth(number) if person < 4 else None)
    learnt = [text for text in texts(60) if part_of(text) in ("train", "dev")]
    for number, text in enumerate(learnt[:9]):
        prediction = await store.add_prediction(question(text), chat_id=CHAT, asker_id=1)
        for person in (4, *(person for person in (1, 2) if number < 2 * person)):
            await store.vote(prediction, person, 0, truth(number), chat_id=CHAT)
    found = await decide(store, "sentiment")
    _, drawn = await drawn_in_memory(store, "sentiment", found)
    gate = teachers(found, drawn.members)
    [figures] = await store.consensus.figures(["sentiment"])
    assert (figures.proved, figures.teachers) == (3, 2)
    assert (gate.voters, gate.largest_share) == (figures.teachers, figures.busiest)
    assert figures.busiest == 9 / 15


async def test_a_vote_in_sight_of_the_answer_makes_no_gold(store: Store, tmp_path: Path) -> None:
    await label(store, tmp_path / "votes.db", lambda number, _: truth(number))
    with closing(sqlite3.connect(tmp_path / "votes.db")) as connection, connection:
        connection.execute("UPDATE votes SET blind = 0 WHERE annotator_id IN (3, 4)")
    assert await promote_gold(store, "sentiment") == 0


async def test_who_guesses_is_not_among_the_three(store: Store, tmp_path: Path) -> None:
    def said(number: int, person: int) -> int | None:
        if person < 3:
            return truth(number)
        return number // 2 % 2 if person == 3 else None  # right every other time

    await label(store, tmp_path / "votes.db", said)
    assert await promote_gold(store, "sentiment") == 0


async def test_what_was_trained_on_is_never_gold(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await label(store, tmp_path / "votes.db", lambda number, _: truth(number))
    monkeypatch.setattr(
        "training.feedback.gold.part_of", lambda text: "dev" if text == HELD_OUT[0] else part_of(text)
    )
    monkeypatch.setattr(
        "training.feedback.gold.standing_in", lambda found: "nsmc_test" if found == [HELD_OUT[1]] else None
    )
    assert await promote_gold(store, "sentiment") == len(HELD_OUT) - 2


async def test_where_trusted_people_differ_the_label_has_to_be_sure(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(number: int, person: int) -> int:
        return 1 - truth(number) if (number, person) == (0, 4) else truth(number)

    await label(store, tmp_path / "votes.db", said)
    monkeypatch.setattr("training.feedback.gold.SURE", 1.1)
    assert await promote_gold(store, "sentiment") == len(HELD_OUT) - 1
    monkeypatch.setattr("training.feedback.gold.SURE", 0.5)
    assert await promote_gold(store, "sentiment") == 1
