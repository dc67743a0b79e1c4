from __future__ import annotations

import pytest

from storage.store import NewPrediction, Store, UnknownChoice, UnknownPrediction, VoteStatus
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, Sql, agree

pytestmark = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
EVENTS = "SELECT action, old_label, new_label FROM vote_events ORDER BY id"
ADA, BOB, STRANGER = 101, 202, 303


@pytest.fixture(autouse=True)
async def _they_agreed(store: Store) -> None:
    await agree(store, ADA, BOB)


async def test_a_vote_is_committed_and_counted(store: Store, sentiment: NewPrediction, sql: Sql) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    outcome = await store.vote(prediction, ADA, 0, 1, chat_id=CHAT)
    assert (outcome.status, outcome.label) == (VoteStatus.COUNTED, "negative")
    assert outcome.tally.counts == ((0, 1),)
    assert outcome.tally.total == 1
    assert await sql("SELECT prediction_id, slot, choice, label, kind FROM votes") == [
        (prediction, 0, 1, "negative", "correct")
    ]
    assert await sql(EVENTS) == [("counted", None, "negative")]


async def test_the_same_vote_again_changes_and_logs_nothing(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    before = await sql("SELECT * FROM votes")
    outcome = await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    assert (outcome.status, outcome.label) == (VoteStatus.UNCHANGED, "positive")
    assert outcome.tally.counts == ((1, 0),)
    assert await sql("SELECT * FROM votes") == before
    assert len(await sql(EVENTS)) == 1


async def test_another_vote_replaces_the_first(store: Store, sentiment: NewPrediction, sql: Sql) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    [(created, updated)] = await sql("SELECT created_at, updated_at FROM votes")
    outcome = await store.vote(prediction, ADA, 0, 1, chat_id=CHAT)
    assert (outcome.status, outcome.label) == (VoteStatus.CHANGED, "negative")
    assert outcome.tally.counts == ((0, 1),)
    [(label, kind, created_now, updated_now)] = await sql(
        "SELECT label, kind, created_at, updated_at FROM votes"
    )
    assert (label, kind, created_now) == ("negative", "correct", created)
    assert updated_now > updated
    assert (await sql(EVENTS))[1:] == [("changed", "positive", "negative")]


async def test_undo_removes_the_vote_and_logs_it(store: Store, sentiment: NewPrediction, sql: Sql) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    await store.vote(prediction, BOB, 0, 0, chat_id=CHAT)
    outcome = await store.undo_all(prediction, ADA, chat_id=CHAT)
    assert (outcome.status, outcome.label) == (VoteStatus.UNDONE, None)
    assert outcome.tally.counts == ((1, 0),)
    assert await sql("SELECT count(*) FROM votes") == [(1,)]
    assert (await sql(EVENTS))[2:] == [("undone", "positive", None)]
    again = await store.undo_all(prediction, ADA, chat_id=CHAT)
    assert again.status is VoteStatus.NOTHING_TO_UNDO
    assert len(await sql(EVENTS)) == 3
    assert (await store.vote(prediction, ADA, 0, 1, chat_id=CHAT)).status is VoteStatus.COUNTED


async def test_undo_by_somebody_unknown_keeps_nothing_about_them(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    before = await sql("SELECT * FROM annotators")
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    assert (await store.undo_all(prediction, STRANGER, chat_id=CHAT)).status is VoteStatus.NOTHING_TO_UNDO
    assert await sql("SELECT * FROM annotators") == before


async def test_each_blank_has_its_own_vote(store: Store, mask: NewPrediction, sql: Sql) -> None:
    prediction = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    await store.vote(prediction, ADA, 1, 1, chat_id=CHAT)
    tally = (await store.vote(prediction, BOB, 0, 1, chat_id=CHAT)).tally
    assert tally.counts == ((1, 1, 0), (0, 1))
    assert tally.total == 3
    assert tally.options == mask.options
    assert tally == await store.tally(prediction, chat_id=CHAT)
    assert await sql("SELECT slot, label, kind FROM votes ORDER BY id") == [
        (0, "서울", "confirm"),
        (1, "none", "correct"),
        (0, "부산", "correct"),
    ]


async def test_undo_takes_back_the_votes_on_every_blank_at_once(
    store: Store, mask: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    await store.vote(prediction, BOB, 1, 0, chat_id=CHAT)
    assert (await store.undo_all(prediction, ADA, chat_id=CHAT)).status is VoteStatus.UNDONE
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    await store.vote(prediction, ADA, 1, 1, chat_id=CHAT)
    outcome = await store.undo_all(prediction, ADA, chat_id=CHAT)
    assert (outcome.status, outcome.tally.counts) == (VoteStatus.UNDONE, ((0, 0, 0), (1, 0)))
    assert (await sql(EVENTS))[-2:] == [("undone", "서울", None), ("undone", "none", None)]


async def test_two_buttons_with_one_label_are_counted_apart(store: Store, sql: Sql) -> None:
    english = NewPrediction(
        "mask", "He has [MASK] money.", None, "builtin", '["none"]', {}, (("none", "some", "none"),)
    )
    prediction = await store.add_prediction(english, chat_id=CHAT, asker_id=ASKER)
    assert (await store.vote(prediction, ADA, 0, 2, chat_id=CHAT)).tally.counts == ((0, 0, 1),)
    assert (await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)).status is VoteStatus.CHANGED
    assert await sql("SELECT choice, kind FROM votes") == [(0, "confirm")]


async def test_only_the_word_shown_for_a_blank_is_confirmed(store: Store, sql: Sql) -> None:
    new = NewPrediction(
        "mask",
        "[MASK] [MASK]",
        None,
        "builtin",
        '["", "a"]',
        {},
        (("none_of_these",), ("a", "none_of_these")),
    )
    prediction = await store.add_prediction(new, chat_id=CHAT, asker_id=ASKER)
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    await store.vote(prediction, ADA, 1, 0, chat_id=CHAT)
    assert await sql("SELECT label, kind FROM votes ORDER BY slot") == [
        ("none_of_these", "correct"),
        ("a", "confirm"),
    ]


@pytest.mark.parametrize(("slot", "choice"), [(0, 2), (0, -1), (1, 0), (-1, 0)])
async def test_a_forged_button_is_refused(
    store: Store, sentiment: NewPrediction, sql: Sql, slot: int, choice: int
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    before = await sql("SELECT * FROM annotators")
    for person in (ADA, STRANGER):
        with pytest.raises(UnknownChoice):
            await store.vote(prediction, person, slot, choice, chat_id=CHAT)
    assert await sql("SELECT * FROM votes") == []
    assert await sql("SELECT * FROM annotators") == before


@pytest.mark.parametrize("number", [0, -1, 12345, 2**31, 2**70])
async def test_a_prediction_that_is_not_there_is_refused(store: Store, number: int) -> None:
    with pytest.raises(UnknownPrediction, match=f"there is no prediction {number}"):
        await store.tally(number, chat_id=CHAT)
    with pytest.raises(UnknownPrediction):
        await store.vote(number, ADA, 0, 0, chat_id=CHAT)
    with pytest.raises(UnknownPrediction):
        await store.undo_all(number, ADA, chat_id=CHAT)
