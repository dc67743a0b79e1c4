"""Texts that a group is given to label."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from storage.store import NewPrediction, PostStatus, Store, UnknownPrediction, VoteStatus
from storage.values import AnswerKind, EarlierAnswer
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, Sql, agree

pytestmark = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
ADA, BOB = 101, 202
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def _they_agreed(store: Store) -> None:
    await agree(store, ADA, BOB)


async def put_up(store: Store, new: NewPrediction) -> int:
    return await store.add_prediction(new, chat_id=CHAT, asker_id=ASKER, post=True)


async def test_what_a_group_labels_is_given_to_nobody_alone(store: Store, sentiment: NewPrediction) -> None:
    prediction = await put_up(store, sentiment)
    assert await store.labelling.start(ADA) is None
    await store.posts.close(prediction, chat_id=CHAT)
    assert await store.labelling.start(ADA) is None


async def test_a_group_votes_unseen_until_it_is_closed(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    prediction = await put_up(store, sentiment)
    await store.vote(prediction, ADA, 0, 1, chat_id=CHAT)
    tally = (await store.skip(prediction, BOB, chat_id=CHAT)).tally
    assert (tally.voters, tally.post, tally.counts) == (2, PostStatus.OPEN, ((0, 1),))
    assert {bool(blind) for (blind,) in await sql("SELECT blind FROM votes")} == {True}
    assert (await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)).status is VoteStatus.CHANGED

    result = await store.posts.close(prediction, chat_id=CHAT)
    assert result == await store.posts.close(prediction, chat_id=CHAT)
    assert (result.votes, result.skipped) == ({"positive": 1, "negative": 0}, 1)
    assert (result.label, result.probability) == ("positive", 0.9)
    late = await store.vote(prediction, ASKER, 0, 0, chat_id=CHAT)
    assert (late.status, late.tally.voters, late.tally.post) == (VoteStatus.CLOSED, 2, PostStatus.CLOSED)


async def test_what_is_closed_stays_as_it_was_counted(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    prediction = await put_up(store, sentiment)
    await store.vote(prediction, ADA, 0, 1, chat_id=CHAT)
    result = await store.posts.close(prediction, chat_id=CHAT)
    log = await sql("SELECT * FROM vote_events")
    for person in (ADA, BOB):
        late = await store.undo_all(prediction, person, chat_id=CHAT)
        assert (late.status, late.tally.voters) == (VoteStatus.CLOSED, 1)
    assert (await store.skip(prediction, ADA, chat_id=CHAT)).status is VoteStatus.CLOSED
    assert await store.posts.close(prediction, chat_id=CHAT) == result
    assert await sql("SELECT * FROM vote_events") == log
    await store.forget(ADA)  # which takes back what no button does
    assert await sql("SELECT * FROM votes") == []


async def test_it_is_a_post_whatever_is_known_of_its_message(store: Store, sentiment: NewPrediction) -> None:
    prediction = await put_up(store, sentiment)
    assert (await store.tally(prediction, chat_id=CHAT)).post is PostStatus.OPEN
    await store.remember_answer(CHAT, 4, EarlierAnswer(5, prediction, AnswerKind.POST), asked_at=NOW)
    await store.remember_answer(CHAT, 4, EarlierAnswer(5, None), asked_at=NOW)  # edited to something else
    assert (await store.tally(prediction, chat_id=CHAT)).post is PostStatus.OPEN
    [own] = (await store.own_data(ASKER)).questions
    assert own.post == "open"


async def test_an_answer_that_is_shown_never_becomes_the_post_of_before(
    store: Store, sentiment: NewPrediction
) -> None:
    prediction = await put_up(store, sentiment)
    shown = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER, unless_same_as=prediction)
    assert shown != prediction
    assert (await store.tally(shown, chat_id=CHAT)).post is None
    with pytest.raises(UnknownPrediction):
        await store.posts.close(shown, chat_id=CHAT)


async def test_who_saw_the_answer_before_votes_on_a_post_in_sight(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await store.add_prediction(sentiment, chat_id=ADA, asker_id=ADA)
    first = await put_up(store, sentiment)
    for person in (ADA, BOB):
        await store.vote(first, person, 0, 0, chat_id=CHAT)
    blind = "SELECT blind FROM votes WHERE prediction_id = {} ORDER BY id"
    assert [bool(one) for (one,) in await sql(blind.format(first))] == [False, True]
    other = dataclasses.replace(sentiment, version="0123456789ab")
    second = await put_up(store, other)  # while the first is open, nobody has seen more
    for person in (BOB, ASKER):  # nor has who put it up
        await store.vote(second, person, 0, 0, chat_id=CHAT)
    await store.posts.close(first, chat_id=CHAT)
    third = await put_up(store, other)
    for person in (BOB, ASKER):
        await store.skip(third, person, chat_id=CHAT)
    assert [bool(one) for (one,) in await sql(blind.format(second))] == [True, True]
    assert [bool(one) for (one,) in await sql(blind.format(third))] == [False, False]
