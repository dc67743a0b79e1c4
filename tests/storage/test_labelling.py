"""Texts that people label without being shown the answer."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import date

import pytest

from storage.errors import UnknownAssignment, UnknownChoice
from storage.labelling import Item
from storage.store import ConsentStatus, NewPrediction, NoConsent, Store, VoteStatus
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, PEPPER, Sql, agree

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
ADA, BOB, STRANGER = 101, 202, 303
DAY = date(2026, 3, 1)


@pytest.fixture(autouse=True)
async def _they_agreed(store: Store) -> None:
    await agree(store, ADA, BOB)


def about(new: NewPrediction, text: str, sure: float = 0.9) -> NewPrediction:
    return dataclasses.replace(new, text_a=text, probabilities={"positive": sure, "negative": 1 - sure})


async def ask(store: Store, *news: NewPrediction, by: int = ASKER) -> list[int]:
    return [await store.add_prediction(new, chat_id=CHAT, asker_id=by) for new in news]


async def some(store: Store, sentiment: NewPrediction, count: int = 3) -> list[int]:
    return await ask(store, *(about(sentiment, f"글 {number}") for number in range(count)))


async def begun(store: Store, person: int = ADA, task: str | None = None) -> Item:
    item = await store.labelling.start(person, task, day=DAY)
    assert item is not None
    return item


async def batch(store: Store, person: int = ADA, task: str | None = None) -> list[Item]:
    """Label a whole batch as negative; return what was given."""
    item, seen = await store.labelling.start(person, task, day=DAY), []
    while item is not None:
        seen.append(item)
        if item.task == "mask":
            await store.labelling.skip(person, item.assignment_id)
        else:
            await store.labelling.label(person, item.assignment_id, 0)
        item = await store.labelling.next(person)
    return seen


@every_kind
async def test_a_batch_goes_from_text_to_text_and_ends(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    predictions = await some(store, sentiment)
    first = await begun(store)
    assert (first.place, first.total, first.last) == (1, 3, None)
    assert first.labels == ("negative", "positive")  # though the model says positive, which it lists first
    outcome = await store.labelling.label(ADA, first.assignment_id, 0)
    assert (outcome.status, outcome.task, outcome.label) == (VoteStatus.COUNTED, "sentiment", "negative")
    second = await store.labelling.next(ADA)
    assert second is not None
    assert (second.place, second.last) == (2, first.assignment_id)
    assert (await store.labelling.skip(ADA, second.assignment_id)).label is None
    third = await store.labelling.next(ADA)
    assert third is not None
    await store.labelling.label(ADA, third.assignment_id, 1)
    assert await store.labelling.next(ADA) is None
    progress = await store.labelling.progress(ADA)
    assert (progress.labelled, progress.skipped, progress.total, progress.task) == (2, 1, 3, "sentiment")
    assert progress.last == third.assignment_id
    votes = await sql("SELECT prediction_id, label, kind, blind FROM votes ORDER BY id")
    assert [(label, kind, bool(blind)) for _, label, kind, blind in votes] == [
        ("negative", "correct", True),
        ("", "skip", True),
        ("positive", "confirm", True),
    ]
    assert {row[0] for row in votes} == set(predictions)
    assert await store.labelling.start(ADA, day=DAY) is None  # all are known to her now
    await begun(store, BOB)


@every_kind
async def test_a_tap_twice_counts_once_and_another_changes_it(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await some(store, sentiment)
    first = await begun(store)
    await asyncio.gather(*(store.labelling.label(ADA, first.assignment_id, 0) for _ in range(5)))
    assert await sql("SELECT count(*) FROM votes") == await sql("SELECT count(*) FROM vote_events") == [(1,)]
    again = await store.labelling.label(ADA, first.assignment_id, 0)
    assert again.status is VoteStatus.UNCHANGED
    changed = await store.labelling.label(ADA, first.assignment_id, 1)
    assert (changed.status, changed.label) == (VoteStatus.CHANGED, "positive")
    now = await store.labelling.next(ADA)
    assert now is not None
    assert now.place == 2


@every_kind
async def test_two_who_begin_at_once_begin_one_batch(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await some(store, sentiment, 25)
    items = await asyncio.gather(*(store.labelling.start(ADA, day=DAY) for _ in range(4)))
    assert len({item.assignment_id for item in items if item is not None}) == 1
    assert await sql("SELECT count(*), max(batch) FROM assignments") == [(10, 1)]


@every_kind
async def test_undo_brings_the_text_again_and_twice_does_not_bring_two(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await some(store, sentiment)
    first = await begun(store)
    await store.labelling.label(ADA, first.assignment_id, 0)
    second = await store.labelling.next(ADA)
    assert second is not None
    await store.labelling.label(ADA, second.assignment_id, 0)
    undone, twice = [await store.labelling.undo(ADA, second.assignment_id) for _ in range(2)]
    assert (undone.status, undone.again) == (VoteStatus.UNDONE, True)
    assert (twice.status, twice.again) == (VoteStatus.NOTHING_TO_UNDO, False)
    assert await store.labelling.next(ADA) == second
    assert await sql("SELECT count(*) FROM votes") == [(1,)]


@every_kind
async def test_undo_brings_a_text_of_an_older_batch_before_the_rest_of_the_newest(
    store: Store, sentiment: NewPrediction
) -> None:
    await some(store, sentiment)
    first, second, third = await batch(store)
    await ask(store, *(about(sentiment, f"새 글 {number}") for number in range(2)))
    fourth = await begun(store)
    await store.labelling.label(ADA, fourth.assignment_id, 0)
    fifth = await store.labelling.next(ADA)
    assert fifth is not None

    async def undone(item: Item) -> tuple[int, int, int, int | None]:
        assert (await store.labelling.undo(ADA, item.assignment_id)).again
        now = await store.labelling.next(ADA)
        assert now is not None
        return now.assignment_id, now.place, now.total, now.last

    before = fourth.assignment_id
    assert await undone(first) == (first.assignment_id, 2, 3, before)
    assert await undone(third) == (third.assignment_id, 2, 4, before)
    assert await undone(second) == (second.assignment_id, 2, 5, before)
    left = await batch(store)
    assert [item.text_a for item in left] == [each.text_a for each in (second, third, first, fifth)]
    assert left[-1].last == first.assignment_id
    assert await undone(third) == (third.assignment_id, 3, 5, fifth.assignment_id)  # where it was
    assert (await undone(fifth))[:3] == (fifth.assignment_id, 3, 5)  # before the third, which is left still
    assert (await store.labelling.progress(ADA)).labelled == 3
    assert [item.text_a for item in await batch(store)] == [fifth.text_a, third.text_a]
    assert (await store.labelling.progress(ADA)).labelled == 5


@every_kind
async def test_a_batch_goes_on_after_a_restart_and_with_the_same_command(
    store: Store, sentiment: NewPrediction, url: str
) -> None:
    await some(store, sentiment)
    first = await begun(store)
    await store.labelling.label(ADA, first.assignment_id, 0)
    second = await store.labelling.next(ADA)
    reopened = await Store.open(url, pepper=PEPPER)
    assert await reopened.labelling.next(ADA) == second
    assert await reopened.labelling.start(ADA, "sentiment", day=DAY) == second
    await reopened.close()


@every_kind
async def test_what_was_not_shown_yet_is_given_again_after_a_stop(
    store: Store, sentiment: NewPrediction
) -> None:
    await some(store, sentiment, 3)
    first = await begun(store)
    await store.labelling.label(ADA, first.assignment_id, 0)
    shown = await store.labelling.next(ADA)
    assert shown is not None
    progress = await store.labelling.stop(ADA)
    assert (progress.labelled, progress.total) == (1, 2)
    assert await store.labelling.next(ADA) is None
    left = await batch(store)
    assert len(left) == 1
    assert left[0].text_a not in {first.text_a, shown.text_a}


@every_kind
async def test_another_task_begins_another_batch(store: Store, sentiment: NewPrediction, sql: Sql) -> None:
    nli = dataclasses.replace(
        sentiment,
        task="nli",
        text_b="둘",
        label="neutral",
        probabilities={"neutral": 0.4, "entailment": 0.3, "contradiction": 0.3},
        options=(("neutral", "entailment", "contradiction"),),
    )
    await some(store, sentiment)
    await ask(store, nli)
    assert (await begun(store, task="sentiment")).task == "sentiment"
    pair = await begun(store, task="nli")
    assert (pair.text_b, pair.labels) == ("둘", ("contradiction", "entailment", "neutral"))
    assert await sql("SELECT max(batch) FROM assignments") == [(2,)]


@every_kind
async def test_never_what_they_asked_voted_on_or_know_from_another_answer(
    store: Store, sentiment: NewPrediction
) -> None:
    own, voted, new = (about(sentiment, text) for text in ("own", "voted", "new"))
    await ask(store, own, by=ADA)
    await ask(store, own, new)
    [seen] = await ask(store, voted)
    await store.vote(seen, ADA, 0, 0, chat_id=CHAT)
    await ask(store, voted, by=BOB)  # the same text, in another answer
    assert [item.text_a for item in await batch(store)] == ["new"]


@every_kind
async def test_never_what_they_voted_on_in_sight_of_the_answer_and_took_back(
    store: Store, sentiment: NewPrediction
) -> None:
    [prediction] = await ask(store, sentiment)
    await store.vote(prediction, ADA, 0, 0, chat_id=CHAT)
    await store.undo_all(prediction, ADA, chat_id=CHAT)
    assert await store.labelling.start(ADA) is None


@every_kind
async def test_never_a_text_of_somebody_who_has_not_agreed_to_this_promise(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await some(store, sentiment)
    await sql("UPDATE annotators SET consent_version = 1 WHERE id = (SELECT min(asker_id) FROM predictions)")
    assert await store.labelling.start(BOB, day=DAY) is None
    await agree(store, ASKER)
    await begun(store, BOB)


@every_kind
async def test_a_text_whose_asker_withdraws_is_left_out_of_a_batch_that_has_begun(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await some(store, sentiment)
    first = await begun(store)
    await store.set_consent(ASKER, ConsentStatus.DECLINED)
    assert await store.labelling.next(ADA) is None
    with pytest.raises(UnknownAssignment):
        await store.labelling.label(ADA, first.assignment_id, 0)
    assert await sql("SELECT * FROM votes") == []
    await ask(store, about(sentiment, "else"), by=BOB)
    assert (await begun(store)).text_a == "else"  # what is left of the old batch does not stand in its way


@every_kind
async def test_a_text_that_is_forgotten_is_left_out_too(store: Store, sentiment: NewPrediction) -> None:
    await some(store, sentiment)
    first = await begun(store)
    await store.forget(ASKER)
    assert await store.labelling.next(ADA) is None
    for tap in (store.labelling.label(ADA, first.assignment_id, 0), store.labelling.skip(ADA, 1)):
        with pytest.raises(UnknownAssignment):
            await tap
    with pytest.raises(UnknownAssignment):
        await store.labelling.undo(ADA, first.assignment_id)


@every_kind
async def test_what_is_not_theirs_and_labels_there_are_not_are_refused(
    store: Store, sentiment: NewPrediction
) -> None:
    await some(store, sentiment)
    first = await begun(store)
    for number in (first.assignment_id + 1000, 0, -1, 2**40):
        with pytest.raises(UnknownAssignment):
            await store.labelling.label(ADA, number, 0)
    with pytest.raises(UnknownAssignment):
        await store.labelling.label(BOB, first.assignment_id, 0)
    for choice in (-1, 2):
        with pytest.raises(UnknownChoice):
            await store.labelling.label(ADA, first.assignment_id, choice)


@every_kind
async def test_who_has_not_agreed_is_given_nothing(store: Store, sentiment: NewPrediction, sql: Sql) -> None:
    await some(store, sentiment)
    first = await begun(store)
    for start in (store.labelling.start(STRANGER), store.labelling.start(STRANGER, "mask")):
        with pytest.raises(NoConsent):
            await start
    assert await store.labelling.next(STRANGER) is None
    assert (await store.labelling.progress(STRANGER)).total == 0
    await store.set_consent(ADA, ConsentStatus.DECLINED)
    with pytest.raises(NoConsent):
        await store.labelling.label(ADA, first.assignment_id, 0)
    assert await sql("SELECT * FROM votes") == []


@every_kind
async def test_a_blank_is_labelled_with_a_word(store: Store, mask: NewPrediction, sql: Sql) -> None:
    one = dataclasses.replace(
        mask,
        text_a="나는 [MASK]에 간다.",
        label='["학교"]',
        probabilities={"masks": [[["학교", 0.4], ["집", 0.2]]]},
        options=(("학교", "집", "none"),),
    )
    await ask(store, mask, one)  # a text with two blanks is two questions, and is not given
    item = await begun(store)
    assert (item.text_a, item.labels, item.total) == (one.text_a, (), 1)
    with pytest.raises(UnknownChoice):
        await store.labelling.label(ADA, item.assignment_id, 0)
    outcome = await store.labelling.word(ADA, item.prediction_id, "바다")
    assert (outcome.status, outcome.task, outcome.label) == (VoteStatus.COUNTED, "mask", "바다")
    assert [tuple(map(str, row)) for row in await sql("SELECT choice, label, kind FROM votes")] == [
        ("-1", "바다", "correct")
    ]
    assert await store.labelling.next(ADA) is None
    with pytest.raises(UnknownAssignment):
        await store.labelling.word(BOB, item.prediction_id, "바다")


@sqlite
async def test_the_unsure_and_the_disputed_come_first(store: Store, sentiment: NewPrediction) -> None:
    sure = [about(sentiment, f"sure {number}", 0.999) for number in range(40)]
    unsure = [about(sentiment, f"unsure {number}", 0.5) for number in range(4)]
    [disputed, *_] = await ask(store, about(sentiment, "disputed", 0.999), *sure, *unsure)
    await store.vote(disputed, ASKER, 0, 0, chat_id=CHAT)
    await store.vote(disputed, BOB, 0, 1, chat_id=CHAT)
    given = [item.text_a for item in await batch(store)]
    assert len(given) == 10
    wanted = {"disputed", *(f"unsure {number}" for number in range(4))}
    assert wanted <= set(given)
    ranked = [text for text in given if text in wanted]
    assert {given.index(text) for text in ranked} <= set(range(7))  # at most two random ones are among them


@sqlite
async def test_votes_make_what_the_model_is_unsure_of_less_useful(
    store: Store, sentiment: NewPrediction
) -> None:
    voted = await ask(store, *(about(sentiment, f"voted {number}", 0.5) for number in range(20)))
    for prediction in voted:
        for person in (ASKER, BOB):
            await store.vote(prediction, person, 0, 0, chat_id=CHAT)
    await ask(store, *(about(sentiment, f"new {number}", 0.5) for number in range(20)))
    given = [item.text_a for item in await batch(store)]
    assert sum(text.startswith("new") for text in given) >= 8


@sqlite
async def test_what_many_disputed_leaves_room_for_what_nobody_labelled(
    store: Store, sentiment: NewPrediction
) -> None:
    disputed = await ask(store, *(about(sentiment, f"disputed {number}", 0.5) for number in range(20)))
    people = range(71, 77)
    await agree(store, *people)
    for prediction in disputed:
        for person in people:
            await store.vote(prediction, person, 0, person % 2, chat_id=CHAT)
    await ask(store, *(about(sentiment, f"new {number}", 0.9) for number in range(20)))
    given = [item.text_a for item in await batch(store)]
    assert sum(text.startswith("new") for text in given) >= 8


@sqlite
async def test_those_who_label_at_the_same_time_label_different_texts(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await ask(store, *(about(sentiment, f"글 {number}", 0.6 + number / 1000) for number in range(100)))
    people = range(71, 77)
    await agree(store, *people)
    for person in people:  # all begin before anybody is done
        await begun(store, person)
    given = await sql("SELECT prediction_id, count(*) FROM assignments GROUP BY prediction_id")
    assert sum(count for _, count in given) == 60
    assert len(given) >= 45


@sqlite
async def test_a_share_is_random_and_the_same_for_the_same_person_and_day(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    unsure = [0.5] * 8 + [0.99] * 192
    await ask(store, *(about(sentiment, f"글 {number}", sure) for number, sure in enumerate(unsure)))
    useful = {f"글 {number}" for number in range(8)}
    first = await begun(store)
    given = [item.text_a for item in await batch(store)]
    assert first.text_a == given[0]
    assert len(useful & set(given)) >= 7
    assert len(set(given) - useful) == 2
    others = [item.text_a for item in await batch(store, BOB)]
    assert set(given) - useful != set(others) - useful
    for day, same in ((DAY, True), (date(2026, 3, 2), False)):
        for table in ("votes", "vote_events", "assignments"):
            await sql(f"DELETE FROM {table}")
        assert await store.labelling.start(ADA, day=day) is not None
        assert ([item.text_a for item in await batch(store)] == given) is same


@sqlite
async def test_one_in_ten_is_gold_and_anywhere(store: Store, sentiment: NewPrediction, sql: Sql) -> None:
    people = range(500, 530)
    await agree(store, *people)
    predictions = await ask(store, *(about(sentiment, f"글 {number}") for number in range(40)))
    for prediction in predictions[:5]:
        await sql(
            "INSERT INTO gold_items (input_id, slot, label, source, created_at) "
            "SELECT input_id, 0, 'positive', "
            f"'maintainer', '2026-01-01 00:00:00' FROM predictions WHERE id = {prediction}"
        )
    places = set()
    for person in people:
        given = await batch(store, person)
        golden = [item.place for item in given if item.prediction_id in predictions[:5]]
        assert len(golden) == 1
        places.update(golden)
    assert len(places) > 5


@sqlite
async def test_what_voters_made_known_is_given_to_nobody(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    """It would prove nothing of who labels it."""
    predictions = await ask(store, *(about(sentiment, f"글 {number}") for number in range(4)))
    for prediction, source in zip(predictions, ("voters", "maintainer"), strict=False):
        await sql(
            "INSERT INTO gold_items (input_id, slot, label, source, created_at) "
            f"SELECT input_id, 0, 'positive', '{source}', '2026-01-01 00:00:00' "
            f"FROM predictions WHERE id = {prediction}"
        )
    assert sorted(item.prediction_id for item in await batch(store)) == predictions[1:]


@sqlite
async def test_it_is_never_empty_while_anything_is_left(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    sure = await ask(store, *(about(sentiment, f"글 {number}", 1.0) for number in range(13)))
    assert [len(await batch(store)) for _ in range(3)] == [10, 3, 0]
    assert await sql("SELECT count(DISTINCT prediction_id) FROM assignments") == [(len(sure),)]


@sqlite
async def test_what_lies_far_from_the_newest_is_found_in_the_end(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    [old] = await ask(store, about(sentiment, "old"))
    await sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) "
        "INSERT INTO predictions (input_id, model_version_id, chat_pseudonym, label, probabilities, options, "
        "created_at) SELECT input_id, model_version_id, 'c', label, probabilities, options, created_at "
        "FROM predictions, n"
    )
    assert [item.prediction_id for item in await batch(store)] == [old]


@every_kind
async def test_stats_are_of_the_person_alone(store: Store, sentiment: NewPrediction, sql: Sql) -> None:
    seen, *_ = await some(store, sentiment)
    await store.vote(seen, ADA, 0, 0, chat_id=CHAT)
    await store.vote(seen, BOB, 0, 1, chat_id=CHAT)
    await batch(store)
    stats = await store.labelling.stats(ADA)
    [one] = stats.tasks
    assert (one.task, one.confirmed, one.corrected, one.skipped, one.blind) == ("sentiment", 1, 0, 0, 2)
    assert (one.judged, one.right, stats.days) == (None, None, 1)
    [(ada,)] = await sql(
        "SELECT annotator_id FROM votes WHERE label = 'negative' AND blind GROUP BY annotator_id"
    )
    for trust, wanted in (("NULL", (None, None)), ("0.8", (5, 4))):
        await sql("DELETE FROM trusts")
        await sql(
            "INSERT INTO trusts "
            "(annotator_id, task, votes, judged, correct, trust, verdict, reason, updated_at) "
            f"VALUES ({ada}, 'sentiment', 9, 5, 4, {trust}, 'good', '', '2026-01-01 00:00:00')"
        )
        [one] = (await store.labelling.stats(ADA)).tasks
        assert (one.judged, one.right) == wanted
    assert (await store.labelling.stats(STRANGER)).tasks == ()
