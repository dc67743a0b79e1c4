"""Only what people whom known labels proved labelled blind, and was never trained on, becomes gold."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from storage.agreed import MAINTAINER, VOTERS, ImportedText
from storage.store import Store
from tests.training.feedback.voters import CHAT, LABELS, open_store, question, texts, vote_on
from training.feedback.behind import teachers
from training.feedback.deciding import agreement, decide
from training.feedback.gold import Promoted, promote_gold
from training.feedback.grounded import LEAST, by_known_labels, grounded
from training.feedback.parts import part_of
from training.feedback.snapshot import drawn_in_memory, take_snapshot
from training.gate.answers import SetName
from training.learnt import Learnt
from training.retraining.material import material

pytest.importorskip("crowdkit")
HELD_OUT = [text for text in texts(400) if part_of(text) == "heldout"][:24]
KNOWN = texts(12, "책")


async def prove(
    store: Store, people: Iterable[int] = range(1, 5), guess: Collection[int] = (), number: int = len(KNOWN)
) -> None:
    """Let people vote on what the maintainer knows: some of them guess."""
    rows = [
        ImportedText("sentiment", text, None, 0, LABELS[truth(index)], gold=True)
        for index, text in enumerate(KNOWN)
    ]
    await store.imports.add_texts(rows)
    for index, text in enumerate(KNOWN[:number]):
        prediction = await store.add_prediction(question(text), chat_id=CHAT, asker_id=1)
        for person in people:
            choice = index // 2 % 2 if person in guess else truth(index)
            await store.vote(prediction, person, 0, choice, chat_id=CHAT)


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
    await prove(store)
    await label(store, tmp_path / "votes.db", lambda number, _: truth(number))
    assert await promote_gold(store, "sentiment") == Promoted(len(HELD_OUT), len(KNOWN), 4)
    assert len(HELD_OUT) > 20
    gold = await store.consensus.gold("sentiment")
    assert {each.label for each in gold.values() if each.source == VOTERS} == set(LABELS)
    its = {"maintainer": len(KNOWN), "voters": len(HELD_OUT)}
    assert (await store.consensus.figures(["sentiment"]))[0].gold == its
    again = await promote_gold(store, "sentiment")
    assert again == Promoted(0, len(KNOWN), 4), "done again, none is new"


async def test_it_stays_theirs_in_a_data_set_when_one_of_them_is_forgotten(
    store: Store, tmp_path: Path
) -> None:
    await prove(store)
    await label(store, tmp_path / "votes.db", lambda number, _: truth(number))
    await vote_on(store, texts(60, "연극"))
    await promote_gold(store, "sentiment")
    taken = await take_snapshot(store, "sentiment", tmp_path / "snapshots")
    await store.forget(4)  # who asked about none of the texts
    assert (await store.snapshots.get(taken.name)) == taken, "it is whole"
    gold = await store.consensus.gold("sentiment")
    assert {each.source for each in gold.values()} == {MAINTAINER}
    asked = {each.name: each for each in material("sentiment", taken.name, taken.path, None, Learnt()).sets}
    assert (len(asked[SetName.GOLD].rows), asked[SetName.GOLD].voted) == (
        len(HELD_OUT) + len(KNOWN),
        len(HELD_OUT),
    )
    assert asked[SetName.HELDOUT].voted == 0


async def test_people_who_merely_agree_make_no_gold(store: Store, tmp_path: Path) -> None:
    await label(store, tmp_path / "votes.db", lambda number, _: truth(number))
    assert len(grounded(await agreement(store, "sentiment"))) == 4
    assert await promote_gold(store, "sentiment") == Promoted(0, 0, 0)
    await prove(store, number=LEAST - 1)
    assert await promote_gold(store, "sentiment") == Promoted(0, len(KNOWN), 0), "one known label too few"


async def test_five_puppets_make_no_gold_and_gold_of_theirs_would_prove_nobody(url: str) -> None:
    """Five honest people, twelve labels of the maintainer, and five accounts that lie alike and blind.

    They do it on 60 texts of their own, chosen so that they are held out: the salt is no secret.
    """
    own = [text for text in texts(900, "연극") if part_of(text) == "heldout"][:60]
    honest, puppets = range(1, 6), range(6, 11)
    assert len(own) == 60
    store = await open_store(url, people=10)
    await prove(store, honest)
    lies = []
    for number, text in enumerate(own):
        prediction = await store.add_prediction(question(text), chat_id=CHAT, asker_id=6)
        for person in puppets:
            await store.vote(prediction, person, 0, 1 - truth(number), chat_id=CHAT)
        lies.append((prediction, LABELS[1 - truth(number)]))
    with closing(sqlite3.connect(url.removeprefix("sqlite+aiosqlite:///"))) as connection, connection:
        connection.execute("UPDATE votes SET blind = 1")
        items = dict(connection.execute("SELECT id, input_id FROM predictions").fetchall())
    of_honest = grounded(await agreement(store, "sentiment"))
    assert len(of_honest) == 5

    assert await promote_gold(store, "sentiment") == Promoted(0, len(KNOWN), 5)

    # Made gold all the same, it proves none of them.
    theirs = [(items[prediction], 0, label) for prediction, label in lies]
    assert await store.consensus.add_gold(theirs) == len(own)
    found = await decide(store, "sentiment")
    assert grounded(found) == of_honest
    assert by_known_labels(found)
    trusts = await store.consensus.trusts("sentiment")
    assert {each.voter for each in trusts if each.proved} == of_honest
    assert all("known labels" not in each.reason for each in trusts if not each.proved)
    assert await promote_gold(store, "sentiment") == Promoted(0, len(KNOWN), 5)
    # Without the maintainer's twelve it is no more than agreement.
    with closing(sqlite3.connect(url.removeprefix("sqlite+aiosqlite:///"))) as connection, connection:
        connection.execute("DELETE FROM gold_items WHERE source = 'maintainer'")
    assert not by_known_labels(await agreement(store, "sentiment"))
    assert await promote_gold(store, "sentiment") == Promoted(0, 0, 0)
    await store.close()


async def test_puppets_do_not_outvote_those_who_are_proved(url: str) -> None:
    """Three proved people are contradicted by twelve who say the same, so that label is sure."""
    store = await open_store(url, people=16)
    await prove(store)
    wrong = range(5, 17)
    for number, text in enumerate(HELD_OUT[:12]):
        prediction = await store.add_prediction(question(text), chat_id=CHAT, asker_id=1)
        for person in (1, 2, 3, *wrong):
            choice = 1 - truth(number) if person in wrong else truth(number)
            await store.vote(prediction, person, 0, choice, chat_id=CHAT)
    with closing(sqlite3.connect(url.removeprefix("sqlite+aiosqlite:///"))) as connection, connection:
        connection.execute("UPDATE votes SET blind = 1")
    promoted = await promote_gold(store, "sentiment")
    gold = await store.consensus.gold("sentiment")
    assert all(each.source == MAINTAINER for each in gold.values()), promoted
    await store.close()


async def test_an_imported_label_is_made_gold_by_all_who_are_proved_or_not_at_all(
    store: Store, tmp_path: Path
) -> None:
    """It is as sure as its file says, and that says nothing of those who labelled it."""
    imported = [ImportedText("sentiment", text, None, 0, "positive") for text in HELD_OUT]
    await store.imports.add_texts(imported)
    await prove(store)
    # Three agree with the file everywhere, the fourth on every other text.
    await label(store, tmp_path / "votes.db", lambda number, person: number % 2 if person == 4 else 0)
    promoted = await promote_gold(store, "sentiment")
    gold = await store.consensus.gold("sentiment")
    assert {each.label for each in gold.values() if each.source == VOTERS} == {"positive"}
    assert promoted.new == len(HELD_OUT[::2])


async def test_who_is_right_too_seldom_is_not_asked(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right in all of twelve known labels, and in four of five that are assumed: 16 of 17."""
    await prove(store)
    await label(store, tmp_path / "votes.db", lambda number, _: truth(number))
    monkeypatch.setattr("training.feedback.gold.TRUSTED", 0.95)
    assert await promote_gold(store, "sentiment") == Promoted(0, len(KNOWN), 0)
    monkeypatch.setattr("training.feedback.gold.TRUSTED", 0.94)
    assert await promote_gold(store, "sentiment") == Promoted(len(HELD_OUT), len(KNOWN), 4)


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
    await prove(store)
    await label(store, tmp_path / "votes.db", lambda number, _: truth(number))
    with closing(sqlite3.connect(tmp_path / "votes.db")) as connection, connection:
        connection.execute("UPDATE votes SET blind = 0 WHERE annotator_id IN (3, 4)")
    assert (await promote_gold(store, "sentiment")).new == 0


async def test_who_guesses_is_not_among_the_three(store: Store, tmp_path: Path) -> None:
    def said(number: int, person: int) -> int | None:
        if person < 3:
            return truth(number)
        return number // 2 % 2 if person == 3 else None  # right every other time

    await prove(store, (1, 2, 3), guess=(3,))
    await label(store, tmp_path / "votes.db", said)
    assert await promote_gold(store, "sentiment") == Promoted(0, len(KNOWN), 2)


async def test_what_was_trained_on_is_never_gold(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prove(store)
    await label(store, tmp_path / "votes.db", lambda number, _: truth(number))
    monkeypatch.setattr(
        "training.feedback.gold.part_of", lambda text: "dev" if text == HELD_OUT[0] else part_of(text)
    )
    monkeypatch.setattr(
        "training.feedback.gold.standing_in", lambda found: "nsmc_test" if found == [HELD_OUT[1]] else None
    )
    assert (await promote_gold(store, "sentiment")).new == len(HELD_OUT) - 2


async def test_where_trusted_people_differ_the_label_has_to_be_sure(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(number: int, person: int) -> int:
        return 1 - truth(number) if (number, person) == (0, 4) else truth(number)

    await prove(store)
    await label(store, tmp_path / "votes.db", said)
    monkeypatch.setattr("training.feedback.gold.SURE", 1.1)
    assert (await promote_gold(store, "sentiment")).new == len(HELD_OUT) - 1
    monkeypatch.setattr("training.feedback.gold.SURE", 0.5)
    assert (await promote_gold(store, "sentiment")).new == 1
