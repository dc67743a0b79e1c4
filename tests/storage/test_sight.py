"""A label is blind only if its giver had not seen the model's answer to the text."""

from __future__ import annotations

import dataclasses

import pytest

from storage.labelling import Item
from storage.store import NewPrediction, Store, VoteStatus
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, Sql, agree
from tests.storage.replaying import replayed, standing

pytestmark = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
ADA, BOB = 101, 202


@pytest.fixture(autouse=True)
async def _they_agreed(store: Store) -> None:
    await agree(store, ADA, BOB)


async def given(store: Store, new: NewPrediction) -> Item:
    """Have a text asked about, and given to Ada to label."""
    await store.add_prediction(new, chat_id=CHAT, asker_id=ASKER)
    item = await store.labelling.start(ADA)
    assert item is not None
    return item


async def blind(sql: Sql, item: Item) -> list[bool]:
    where = f"prediction_id = {item.prediction_id}"
    assert await standing(sql) == await replayed(sql)
    return [bool(one) for (one,) in await sql(f"SELECT blind FROM votes WHERE {where}")]


@pytest.mark.parametrize("says", ["a label", "not sure"])
async def test_not_after_the_same_was_asked(
    store: Store, sentiment: NewPrediction, sql: Sql, says: str
) -> None:
    item = await given(store, sentiment)
    other = dataclasses.replace(sentiment, model="klue", label="negative")
    await store.add_prediction(other, chat_id=ADA, asker_id=ADA)
    if says == "a label":
        outcome = await store.labelling.label(ADA, item.assignment_id, 0)
    else:
        outcome = await store.labelling.skip(ADA, item.assignment_id)
    assert outcome.status is VoteStatus.COUNTED
    assert await blind(sql, item) == [False]


async def test_not_a_word_after_the_same_was_asked(store: Store, mask: NewPrediction, sql: Sql) -> None:
    one = dataclasses.replace(
        mask,
        text_a="나는 [MASK]에 간다.",
        label='["학교"]',
        probabilities={"masks": [[["학교", 0.4]]]},
        options=(("학교", "none"),),
    )
    item = await given(store, one)
    await store.add_prediction(one, chat_id=ADA, asker_id=ADA)
    await store.labelling.word(ADA, item.prediction_id, "바다")
    assert await blind(sql, item) == [False]


@pytest.mark.parametrize("taken_back", [False, True])
async def test_not_after_a_vote_on_the_text_elsewhere(
    store: Store, sentiment: NewPrediction, sql: Sql, *, taken_back: bool
) -> None:
    item = await given(store, sentiment)
    elsewhere = await store.add_prediction(sentiment, chat_id=BOB, asker_id=BOB)
    await store.vote(elsewhere, ADA, 0, 0, chat_id=BOB)
    if taken_back:
        await store.undo_all(elsewhere, ADA, chat_id=BOB)
    await store.labelling.label(ADA, item.assignment_id, 0)
    assert await blind(sql, item) == [False]


async def test_not_after_a_vote_on_the_answer_itself_that_was_taken_back(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    item = await given(store, sentiment)
    await store.vote(item.prediction_id, ADA, 0, 0, chat_id=CHAT)
    await store.undo_all(item.prediction_id, ADA, chat_id=CHAT)
    await store.labelling.label(ADA, item.assignment_id, 0)
    assert await blind(sql, item) == [False]


async def test_a_label_stands_that_was_given_before_and_is_not_blind_when_given_anew(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    item = await given(store, sentiment)
    await store.labelling.label(ADA, item.assignment_id, 0)
    await store.add_prediction(sentiment, chat_id=ADA, asker_id=ADA)
    kept = await store.labelling.label(ADA, item.assignment_id, 1)
    assert kept.status is VoteStatus.KEPT
    assert await sql("SELECT label FROM votes") == [("negative",)]
    assert await blind(sql, item) == [True]
    assert (await store.labelling.label(ADA, item.assignment_id, 0)).status is VoteStatus.UNCHANGED
    await store.labelling.undo(ADA, item.assignment_id)
    assert (await store.labelling.label(ADA, item.assignment_id, 1)).status is VoteStatus.COUNTED
    assert await blind(sql, item) == [False]


async def test_blind_though_others_saw_it_or_another_text_was_seen(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    item = await given(store, sentiment)
    elsewhere = await store.add_prediction(sentiment, chat_id=BOB, asker_id=BOB)
    await store.vote(elsewhere, BOB, 0, 0, chat_id=BOB)
    await store.add_prediction(dataclasses.replace(sentiment, text_a="다른 글"), chat_id=ADA, asker_id=ADA)
    await store.labelling.label(ADA, item.assignment_id, 0)
    assert await blind(sql, item) == [True]


async def test_blind_again_after_a_blind_one_was_taken_back(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    item = await given(store, sentiment)
    await store.labelling.label(ADA, item.assignment_id, 0)
    await store.labelling.undo(ADA, item.assignment_id)
    await store.labelling.label(ADA, item.assignment_id, 1)
    assert await blind(sql, item) == [True]
    post = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER, post=True)
    await store.vote(post, ADA, 0, 0, chat_id=CHAT)  # the same text, put up
    assert {bool(one) for (one,) in await sql("SELECT blind FROM votes")} == {True}
