"""Votes that are no button ("not sure", written words), and those given without seeing the answer."""

from __future__ import annotations

import dataclasses

import pytest

from storage.store import NewPrediction, Store, UnknownChoice, VoteStatus
from storage.values import SKIPPED, TYPED
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, Sql, agree
from tests.storage.replaying import replayed, standing

pytestmark = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
ADA, BOB = 101, 202
VOTES = "SELECT slot, choice, label, kind FROM votes ORDER BY slot, id"
EVENTS = "SELECT action, old_label, new_label FROM vote_events ORDER BY id"


@pytest.fixture(autouse=True)
async def _they_agreed(store: Store) -> None:
    await agree(store, ADA, BOB)


async def test_a_skip_is_kept_and_counted_on_no_button(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    outcome = await store.skip(prediction, ADA, chat_id=CHAT)
    assert (outcome.status, outcome.label) == (VoteStatus.COUNTED, None)
    assert (outcome.tally.counts, outcome.tally.total, outcome.tally.voters) == (((0, 0),), 1, 1)
    assert await sql(VOTES) == [(0, SKIPPED, "", "skip")]
    assert (await store.skip(prediction, ADA, chat_id=CHAT)).status is VoteStatus.UNCHANGED
    assert len(await sql(EVENTS)) == 1


async def test_a_skip_takes_the_place_of_a_vote_and_the_other_way_round(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    await store.vote(prediction, ADA, 0, 1, chat_id=CHAT)
    assert (await store.skip(prediction, ADA, chat_id=CHAT)).status is VoteStatus.CHANGED
    back = await store.vote(prediction, ADA, 0, 1, chat_id=CHAT)
    assert (back.status, back.tally.counts) == (VoteStatus.CHANGED, ((0, 1),))
    assert await sql(EVENTS) == [
        ("counted", None, "negative"),
        ("changed", "negative", ""),
        ("changed", "", "negative"),
    ]
    await store.skip(prediction, ADA, chat_id=CHAT)
    assert (await store.undo_all(prediction, ADA, chat_id=CHAT)).status is VoteStatus.UNDONE
    assert await sql(VOTES) == []


async def test_a_skip_leaves_the_votes_on_other_blanks(store: Store, mask: NewPrediction, sql: Sql) -> None:
    prediction = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    for status in (VoteStatus.COUNTED, VoteStatus.UNCHANGED):
        assert (await store.skip(prediction, ADA, chat_id=CHAT)).status is status
        assert await sql(VOTES) == [(0, 0, "서울", "confirm"), (1, SKIPPED, "", "skip")]


async def test_a_skip_after_votes_on_every_blank_takes_their_place(
    store: Store, mask: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    await store.vote(prediction, ADA, 1, 0, chat_id=CHAT)
    assert (await store.skip(prediction, ADA, chat_id=CHAT)).status is VoteStatus.CHANGED
    assert await sql(VOTES) == [(0, SKIPPED, "", "skip"), (1, SKIPPED, "", "skip")]


async def test_a_typed_word_is_a_vote_and_one_with_a_button_is_a_vote_for_that(
    store: Store, mask: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    outcome = await store.vote_words(prediction, ADA, {0: "제주", 1: "수도"}, chat_id=CHAT)
    assert (outcome.status, outcome.label) == (VoteStatus.COUNTED, "제주, 수도")
    assert outcome.tally.counts == ((0, 0, 0), (1, 0))
    assert await sql(VOTES) == [(0, TYPED, "제주", "correct"), (1, 0, "수도", "confirm")]

    same = await store.vote_words(prediction, ADA, {0: "제주"}, chat_id=CHAT)
    assert same.status is VoteStatus.UNCHANGED
    other = await store.vote_words(prediction, ADA, {0: "대구"}, chat_id=CHAT)
    assert other.status is VoteStatus.CHANGED
    assert (await sql(EVENTS))[-1] == ("changed", "제주", "대구")
    assert (await store.undo_all(prediction, ADA, chat_id=CHAT)).tally.total == 0


async def test_a_word_that_reads_like_none_of_them_is_not_that_button(
    store: Store, mask: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    await store.vote_words(prediction, ADA, {0: "none"}, chat_id=CHAT)
    assert await sql(VOTES) == [(0, TYPED, "none", "correct")]


@pytest.mark.parametrize("slot", [-1, 2])
async def test_words_for_blanks_that_there_are_not_are_refused_with_all_others(
    store: Store, mask: NewPrediction, sql: Sql, slot: int
) -> None:
    prediction = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    with pytest.raises(UnknownChoice):
        await store.vote_words(prediction, ADA, {0: "제주", slot: "섬"}, chat_id=CHAT)
    assert await sql(VOTES) == []


async def test_words_are_for_blanks_alone(store: Store, sentiment: NewPrediction) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    with pytest.raises(UnknownChoice):
        await store.vote_words(prediction, ADA, {0: "positive"}, chat_id=CHAT)


async def test_a_blind_vote_stands_when_the_answer_is_seen_until_it_is_taken_back(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    item = await store.labelling.start(ADA)
    assert item is not None
    await store.labelling.label(ADA, item.assignment_id, item.labels.index("negative"))

    seen = await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    assert seen.status is VoteStatus.KEPT
    assert seen.tally.counts == ((0, 0),)  # of a labeller elsewhere, which is not for this chat to see
    assert (await store.vote(prediction, ADA, 0, 1, chat_id=CHAT)).status is VoteStatus.UNCHANGED
    assert (await store.skip(prediction, ADA, chat_id=CHAT)).status is VoteStatus.KEPT
    blind = "SELECT label, blind FROM votes"
    assert [(label, bool(is_blind)) for label, is_blind in await sql(blind)] == [("negative", True)]

    await store.undo_all(prediction, ADA, chat_id=CHAT)
    assert (await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)).status is VoteStatus.COUNTED
    assert [(label, bool(is_blind)) for label, is_blind in await sql(blind)] == [("positive", False)]


async def test_a_vote_given_in_sight_of_the_answer_never_comes_to_be_blind(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    item = await store.labelling.start(ADA)
    assert item is not None
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    outcome = await store.labelling.label(ADA, item.assignment_id, item.labels.index("negative"))
    assert outcome.status is VoteStatus.CHANGED
    [(label, blind)] = await sql("SELECT label, blind FROM votes")
    assert (label, bool(blind)) == ("negative", False)


async def test_skips_and_words_replay_from_the_log(store: Store, mask: NewPrediction, sql: Sql) -> None:
    other = dataclasses.replace(mask, text_a="[MASK]와 [MASK]")
    for new in (mask, other):
        prediction = await store.add_prediction(new, chat_id=CHAT, asker_id=ASKER)
        await store.vote_words(prediction, ADA, {0: "제주"}, chat_id=CHAT)
        await store.skip(prediction, ADA, chat_id=CHAT)
        await store.vote_words(prediction, BOB, {1: "섬"}, chat_id=CHAT)
        await store.undo_all(prediction, BOB, chat_id=CHAT)
    votes = await standing(sql)
    assert {vote[4] for vote in votes} == {"correct", "skip"}
    assert votes == await replayed(sql)


async def test_blind_votes_replay_from_the_log_as_they_were_first_given(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    seen, unseen = [await store.labelling.start(person) for person in (ADA, BOB)]
    assert seen is not None
    assert unseen is not None
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    await store.labelling.label(ADA, seen.assignment_id, seen.labels.index("negative"))
    await store.labelling.label(BOB, unseen.assignment_id, 0)
    votes = await standing(sql)
    assert {bool(vote[5]) for vote in votes} == {False, True}
    assert votes == await replayed(sql)
