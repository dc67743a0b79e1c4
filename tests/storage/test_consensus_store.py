"""Votes come out as ballots, labels and trusts go in, and nothing of whoever withdrew is among them."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import CursorResult, Row

from storage.agreed import (
    GOLD,
    GOLD_BY_VOTERS,
    IMPORTED,
    MAINTAINER,
    VOTERS,
    CastVote,
    ImportedText,
    KnownLabel,
    LabelledText,
    NewLabel,
    NewTrust,
    TaskFigures,
)
from storage.errors import VoterGone
from storage.labels import Labels
from storage.privacy.forgetting import Forgetting
from storage.privacy.pseudonym import Pseudonymizer
from storage.store import ConsentStatus, NewPrediction, Store
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, PEPPER, Sql, agree

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
on_sqlite = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


async def voter(sql: Sql, person: int) -> int:
    name = Pseudonymizer(PEPPER).person(person)
    [(number,)] = await sql(f"SELECT id FROM annotators WHERE pseudonym = '{name}'")
    return int(number)


async def labels_of(sql: Sql, task: str) -> list[NewLabel]:
    columns = "input_id, slot, label, method, confidence, voters, given_method"
    joined = "labels JOIN inputs ON inputs.id = labels.input_id"
    return [NewLabel(*row) for row in await sql(f"SELECT {columns} FROM {joined} WHERE task = '{task}'")]


async def asked(
    store: Store,
    new: NewPrediction,
    *,
    text: str | None = None,
    model: str = "builtin",
    task: str | None = None,
) -> int:
    changed = dataclasses.replace(new, text_a=text or new.text_a, model=model, task=task or new.task)
    return await store.add_prediction(changed, chat_id=CHAT, asker_id=ASKER)


async def item_of(sql: Sql, prediction: int) -> int:
    [(item,)] = await sql(f"SELECT input_id FROM predictions WHERE id = {prediction}")
    return int(item)


@every_kind
async def test_what_labels_would_change_is_told_and_nothing_is_changed(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, 1)
    texts = ("하나", "둘", "셋", "넷")
    one, two, three, four = [await item_of(sql, await asked(store, sentiment, text=text)) for text in texts]
    await store.imports.add_texts(
        [
            ImportedText("sentiment", "다섯", None, 0, "negative"),
            ImportedText("sentiment", "여섯", None, 0, "positive"),
            ImportedText("sentiment", "넷", None, 0, "negative", gold=True),
            ImportedText("sentiment", "일곱", None, 0, "negative", gold=True),
        ]
    )
    [(five,)] = await sql("SELECT id FROM inputs WHERE text_a = '다섯'")
    first = [NewLabel(each, 0, "positive", "majority", 0.8, 1) for each in (one, two)]
    await store.consensus.replace("sentiment", first, [])
    before = (await store.consensus.labelled("sentiment"), await labels_of(sql, "sentiment"))
    then = [
        NewLabel(each, 0, "negative", "dawid-skene", 0.9, number)
        for number, each in enumerate((two, three, four, five))
    ]
    would_be = await store.consensus.labelled_if("sentiment", then)
    assert (await store.consensus.labelled("sentiment"), await labels_of(sql, "sentiment")) == before
    await store.consensus.replace("sentiment", then, [])
    assert would_be == await store.consensus.labelled("sentiment") != before[0]
    assert [each.text_a for each in would_be if each.gold] != []
    await store.set_consent(ASKER, ConsentStatus.DECLINED)
    now = await store.consensus.labelled("sentiment")
    assert await store.consensus.labelled_if("sentiment", then) == now != would_be


@every_kind
async def test_the_newest_vote_of_a_person_on_a_text_is_their_ballot(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, 1, 2)
    first = await asked(store, sentiment)
    again = await asked(store, sentiment, model="klue")
    await store.vote(again, 1, 0, 1, chat_id=CHAT)
    await store.vote(first, 1, 0, 0, chat_id=CHAT)  # said last, on the older answer
    await store.vote(again, 2, 0, 1, chat_id=CHAT)
    item = await item_of(sql, first)
    assert await store.consensus.votes("sentiment") == (
        CastVote(item, 0, await voter(sql, 1), "positive", blind=False),
        CastVote(item, 0, await voter(sql, 2), "negative", blind=False),
    )
    assert await store.consensus.votes("nli") == ()


@on_sqlite
async def test_no_word_fits_and_i_do_not_know_are_no_labels(
    store: Store, mask: NewPrediction, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, 1)
    word, skipped = await asked(store, mask), await asked(store, sentiment)
    await store.vote(word, 1, 0, 2, chat_id=CHAT)  # none of these
    await store.vote(word, 1, 1, 0, chat_id=CHAT)
    await store.vote(skipped, 1, 0, 0, chat_id=CHAT)
    await sql(f"UPDATE votes SET choice = -2, kind = 'skip', label = '' WHERE prediction_id = {skipped}")
    assert [(vote.slot, vote.label) for vote in await store.consensus.votes("mask")] == [
        (0, None),
        (1, "수도"),
    ]
    assert [vote.label for vote in await store.consensus.votes("sentiment")] == [None]


@every_kind
async def test_nothing_of_whoever_withdrew_is_a_ballot(store: Store, sentiment: NewPrediction) -> None:
    await agree(store, 1, 2, 3)
    others = await asked(store, sentiment)
    theirs = await store.add_prediction(
        dataclasses.replace(sentiment, text_a="다른 영화"), chat_id=CHAT, asker_id=3
    )
    for person in (1, 2):
        for prediction in (others, theirs):
            await store.vote(prediction, person, 0, 0, chat_id=CHAT)
    assert len(await store.consensus.votes("sentiment")) == 4
    await store.set_consent(2, ConsentStatus.DECLINED)
    assert len(await store.consensus.votes("sentiment")) == 2
    await store.set_consent(3, ConsentStatus.DECLINED)  # who asked
    assert len(await store.consensus.votes("sentiment")) == 1


@on_sqlite
async def test_every_page_of_votes_is_read(
    store: Store, sentiment: NewPrediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.cast_votes._PAGE", 2)
    await agree(store, *range(1, 6))
    prediction = await asked(store, sentiment)
    for person in range(1, 6):
        await store.vote(prediction, person, 0, 0, chat_id=CHAT)
    assert len(await store.consensus.votes("sentiment")) == 5


def trust(person: int, verdict: str = "new", *, proved: bool = False, taught: int = 0) -> NewTrust:
    return NewTrust(person, 3, 2, 1, 0.6, verdict, "right in 1 of 2", proved, taught)


@every_kind
async def test_labels_and_trusts_of_a_task_are_replaced_together(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, 1, 2)
    first, second = [await item_of(sql, await asked(store, sentiment, text=text)) for text in ("하나", "둘")]
    other = await item_of(sql, await asked(store, sentiment, task="nsp", text="셋"))
    ann, bo = await voter(sql, 1), await voter(sql, 2)
    nsp = NewLabel(other, 0, "next", "majority", 0.8, 1)
    await store.consensus.replace("nsp", [nsp], [trust(ann)])
    before = [NewLabel(item, 0, "positive", "majority", 0.8, 1) for item in (first, second)]
    await store.consensus.replace("sentiment", before, [trust(ann), trust(bo)])
    gone = NewLabel(999_999, 0, "positive", "majority", 0.8, 1)  # its text was deleted meanwhile
    after = NewLabel(first, 0, "negative", "dawid-skene", 0.9, 3)
    await store.consensus.replace("sentiment", [after, gone], [trust(bo, "chance")])
    assert await labels_of(sql, "sentiment") == [after]
    assert await labels_of(sql, "nsp") == [nsp]
    [known] = await store.consensus.trusts("sentiment")
    assert (known.voter, known.verdict, known.pseudonym) == (
        bo,
        "chance",
        Pseudonymizer(PEPPER).person(2)[:16],
    )
    assert [each.voter for each in await store.consensus.trusts("nsp")] == [ann]


@every_kind
async def test_who_is_forgotten_meanwhile_leaves_nothing_agreed_on(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, 1, 2)
    item = await item_of(sql, await asked(store, sentiment))
    ann, bo = await voter(sql, 1), await voter(sql, 2)
    await store.forget(2)
    with pytest.raises(VoterGone, match="forgotten"):
        await store.consensus.replace(
            "sentiment", [NewLabel(item, 0, "positive", "majority", 0.8, 2)], [trust(ann), trust(bo)]
        )
    assert await sql("SELECT id FROM labels") == await sql("SELECT id FROM trusts") == []


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"], indirect=True)
async def test_who_is_being_forgotten_is_waited_for(
    store: Store, sentiment: NewPrediction, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    await agree(store, 1)
    item = await item_of(sql, await asked(store, sentiment))
    ann = await voter(sql, 1)
    deleted, go_on = asyncio.Event(), asyncio.Event()

    async def labels(forgetting: Forgetting, annotator: int | None) -> None:
        await forget_labels(forgetting, annotator)
        deleted.set()
        await go_on.wait()

    forget_labels = Forgetting._labels
    monkeypatch.setattr(Forgetting, "_labels", labels)
    forgetting = asyncio.ensure_future(store.forget(1))
    await deleted.wait()
    label = NewLabel(item, 0, "positive", "majority", 0.8, 1)
    keeping = asyncio.ensure_future(store.consensus.replace("sentiment", [label], [trust(ann)]))
    await asyncio.wait([keeping], timeout=0.5)
    go_on.set()
    await forgetting
    with pytest.raises(VoterGone):
        await keeping
    assert await sql("SELECT id FROM labels") == []


@every_kind
async def test_labels_and_trusts_are_kept_together_or_not_at_all(
    store: Store, sentiment: NewPrediction, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    item = await item_of(sql, await asked(store, sentiment))
    monkeypatch.setattr("storage.labels.Trusts.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        await store.consensus.replace("sentiment", [NewLabel(item, 0, "positive", "majority", 0.8, 1)], [])
    assert await sql("SELECT id FROM labels") == []


@on_sqlite
async def test_a_label_that_has_not_changed_is_not_written_again(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    item = await item_of(sql, await asked(store, sentiment))
    label = NewLabel(item, 0, "positive", "majority", 0.8, 1)
    await store.consensus.replace("sentiment", [label], [])
    [at] = await sql("SELECT updated_at FROM labels")
    await store.consensus.replace("sentiment", [label], [])
    assert await sql("SELECT updated_at FROM labels") == [at]
    await store.consensus.replace("sentiment", [dataclasses.replace(label, voters=2)], [])
    assert await sql("SELECT updated_at FROM labels") != [at]


@on_sqlite
async def test_an_imported_label_is_neither_replaced_nor_deleted_by_votes(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    item = await item_of(sql, await asked(store, sentiment))
    row = ImportedText("sentiment", sentiment.text_a, None, 0, "negative", method="dawid-skene", voters=4)
    await store.imports.add_texts([row])
    await store.consensus.replace("sentiment", [], [])
    imported = NewLabel(item, 0, "negative", IMPORTED, 1.0, 4, "dawid-skene")
    assert await labels_of(sql, "sentiment") == [imported]
    decided = NewLabel(item, 0, "positive", "majority", 0.9, 3)
    would_be = await store.consensus.labelled_if("sentiment", [decided])
    for labels in ([decided], []):
        await store.consensus.replace("sentiment", labels, [])
        assert await labels_of(sql, "sentiment") == [imported]
        labelled = await store.consensus.labelled("sentiment")
        assert labelled == would_be
        assert [(each.method, each.voters) for each in labelled] == [("dawid-skene", 4)]
    again = await store.imports.add_texts([ImportedText("sentiment", sentiment.text_a, None, 0, "positive")])
    assert again == {"differ": 1}
    assert await labels_of(sql, "sentiment") == [imported]


@every_kind
async def test_an_import_takes_the_place_of_what_voters_decided(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    texts = ("하나", "둘")
    same, other = [await item_of(sql, await asked(store, sentiment, text=text)) for text in texts]
    decided = [NewLabel(item, 0, "positive", "majority", 0.8, 1) for item in (same, other)]
    await store.consensus.replace("sentiment", decided, [])
    rows = [
        ImportedText("sentiment", text, None, 0, label)
        for text, label in zip(texts, ("positive", "negative"), strict=True)
    ]
    assert await store.imports.add_texts(rows) == {"known": 1, "replaced": 1}
    await store.consensus.replace("sentiment", [], [])
    assert sorted(await labels_of(sql, "sentiment"), key=lambda each: each.item) == [
        NewLabel(same, 0, "positive", IMPORTED, 1.0, 0),
        NewLabel(other, 0, "negative", IMPORTED, 1.0, 0),
    ]


@every_kind
@pytest.mark.parametrize("voters_label", ["new", "changed", "gone"])
async def test_a_label_imported_at_the_moment_of_deciding_stays(
    store: Store,
    sentiment: NewPrediction,
    sql: Sql,
    monkeypatch: pytest.MonkeyPatch,
    voters_label: str,
) -> None:
    """What there is is read before it: the statements look for themselves."""
    item = await item_of(sql, await asked(store, sentiment))
    before = [] if voters_label == "new" else [NewLabel(item, 0, "positive", "majority", 0.8, 1)]
    await store.consensus.replace("sentiment", before, [])
    imported = NewLabel(item, 0, "negative", IMPORTED, 1.0, 0)
    kept = Labels._kept

    async def kept_and_then_imported(labels: Labels) -> dict[tuple[int, int], tuple[int, NewLabel]]:
        found = await kept(labels)
        await labels.put(imported)
        return found

    monkeypatch.setattr(Labels, "_kept", kept_and_then_imported)
    after = [] if voters_label == "gone" else [NewLabel(item, 0, "positive", "majority", 0.9, 2)]
    await store.consensus.replace("sentiment", after, [])
    assert await labels_of(sql, "sentiment") == [imported]


@on_sqlite
async def test_imported_labels_that_somebody_voted_on_are_told_of(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, 1)
    rows = [ImportedText("sentiment", text, None, 0, "negative", 0.9) for text in ("하나", "둘", "셋")]
    await store.imports.add_texts(rows)
    voted, _ = await asked(store, sentiment, text="하나"), await asked(store, sentiment, text="둘")
    await store.vote(voted, 1, 0, 0, chat_id=CHAT)
    item = await item_of(sql, voted)
    assert await store.consensus.imported("sentiment") == (NewLabel(item, 0, "negative", IMPORTED, 0.9, 0),)
    assert await store.consensus.imported("nli") == ()


@every_kind
async def test_what_is_known_wins_and_is_told_of_as_gold(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    voted, unvoted = [await item_of(sql, await asked(store, sentiment, text=text)) for text in ("둘", "하나")]
    await store.consensus.replace("sentiment", [NewLabel(voted, 0, "negative", "majority", 0.8, 2)], [])
    gold = ImportedText("sentiment", "하나", None, 0, "positive", gold=True)
    assert await store.imports.add_texts([gold]) == {"new": 1, "gold": 1}
    agreed = [(voted, 0, "negative"), (unvoted, 0, "positive"), (999_999, 0, "positive")]
    assert await store.consensus.add_gold(agreed) == 1
    assert await store.consensus.add_gold(agreed) == 0
    await store.consensus.replace("sentiment", [NewLabel(voted, 0, "positive", "majority", 0.8, 2)], [])
    assert await store.consensus.gold("sentiment") == {
        (voted, 0): KnownLabel("negative", VOTERS),
        (unvoted, 0): KnownLabel("positive", MAINTAINER),
    }
    labelled = await store.consensus.labelled("sentiment")
    assert [each.content_hash for each in labelled] == sorted(each.content_hash for each in labelled)
    found = {each.item: each for each in labelled}
    digest = found[voted].content_hash
    assert found[voted] == LabelledText(
        voted, "둘", None, digest, 0, "negative", GOLD_BY_VOTERS, 1.0, 2, gold=True
    )
    known = found[unvoted]
    assert (known.label, known.method, known.voters, known.gold) == ("positive", GOLD, 0, True)


@every_kind
@pytest.mark.parametrize("forgotten", ["a voter", "who asked"])
async def test_what_was_agreed_on_with_who_is_forgotten_meanwhile_is_not_made_gold(
    store: Store, mask: NewPrediction, sql: Sql, forgotten: str
) -> None:
    await agree(store, 1)
    prediction = await asked(store, mask)
    await store.vote_words(prediction, 1, {0: "뽀둥"}, chat_id=CHAT)
    item = await item_of(sql, prediction)
    await store.consensus.replace("mask", [NewLabel(item, 0, "뽀둥", "majority", 0.9, 1)], [])
    await store.forget(1 if forgotten == "a voter" else ASKER)
    assert await store.consensus.add_gold([(item, 0, "뽀둥")]) == 0
    assert await sql("SELECT label FROM gold_items") == []


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"], indirect=True)
async def test_who_is_being_forgotten_leaves_no_gold(
    store: Store, mask: NewPrediction, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    await agree(store, 1)
    prediction = await asked(store, mask)
    await store.vote_words(prediction, 1, {0: "뽀둥"}, chat_id=CHAT)
    item = await item_of(sql, prediction)
    await store.consensus.replace("mask", [NewLabel(item, 0, "뽀둥", "majority", 0.9, 1)], [])
    deleted, go_on = asyncio.Event(), asyncio.Event()

    async def labels(forgetting: Forgetting, annotator: int | None) -> None:
        await forget_labels(forgetting, annotator)
        deleted.set()
        await go_on.wait()

    forget_labels = Forgetting._labels
    monkeypatch.setattr(Forgetting, "_labels", labels)
    forgetting = asyncio.ensure_future(store.forget(1))
    await deleted.wait()
    promoting = asyncio.ensure_future(store.consensus.add_gold([(item, 0, "뽀둥")]))
    await asyncio.wait([promoting], timeout=0.5)
    go_on.set()
    await forgetting
    assert await promoting == 0
    assert await sql("SELECT label FROM gold_items") == []


@every_kind
async def test_a_text_that_only_somebody_who_withdrew_asked_about_is_not_used(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await agree(store, 1)
    item = await item_of(sql, await asked(store, sentiment))
    gold = await item_of(sql, await asked(store, sentiment, text="둘"))
    await store.imports.add_texts([ImportedText("sentiment", "셋", None, 0, "positive")])
    both = [(item, "positive"), (gold, "negative")]
    decided = [NewLabel(each, 0, label, "majority", 0.8, 2) for each, label in both]
    await store.consensus.replace("sentiment", decided, [])
    assert await store.consensus.add_gold([(gold, 0, "negative")]) == 1
    assert len(await store.consensus.labelled("sentiment")) == 3
    await store.set_consent(ASKER, ConsentStatus.DECLINED)
    assert [each.text_a for each in await store.consensus.labelled("sentiment")] == ["셋"]
    await store.add_prediction(sentiment, chat_id=CHAT, asker_id=1)  # somebody else asks the same
    assert {each.text_a for each in await store.consensus.labelled("sentiment")} == {sentiment.text_a, "셋"}


@every_kind
async def test_the_labels_given_are_those_of_ballots_and_texts_that_may_be_learnt_from(
    store: Store, sentiment: NewPrediction, mask: NewPrediction, sql: Sql
) -> None:
    await agree(store, 1, 2)
    given, known = [await asked(store, sentiment, text=text) for text in ("하나", "둘")]
    again = await asked(store, sentiment, text="하나", model="klue")
    await store.vote(again, 1, 0, 1, chat_id=CHAT)
    await store.vote(given, 1, 0, 0, chat_id=CHAT)  # said last
    await store.vote(known, 1, 0, 1, chat_id=CHAT)
    await store.skip(given, 2, chat_id=CHAT)
    gold = ImportedText("sentiment", "둘", None, 0, "negative", gold=True)
    await store.imports.add_texts([gold])
    assert await store.consensus.given("sentiment") == {"positive"}
    await store.imports.add_texts([ImportedText("sentiment", "셋", None, 0, "neutral")])
    assert await store.consensus.given("sentiment") == {"positive", "neutral"}
    assert await store.consensus.given("nli") == frozenset()
    word = await asked(store, mask)
    await store.vote(word, 1, 0, 2, chat_id=CHAT)  # none of these
    await store.vote(word, 1, 1, 0, chat_id=CHAT)
    assert await store.consensus.given("mask") == {"수도"}
    item = await item_of(sql, given)
    await store.consensus.replace("sentiment", [NewLabel(item, 0, "mixed", "majority", 0.8, 2)], [])
    assert await store.consensus.given("sentiment") == {"positive", "neutral", "mixed"}
    await store.set_consent(ASKER, ConsentStatus.DECLINED)
    assert await store.consensus.given("sentiment") == {"neutral"}
    await store.set_consent(ASKER, ConsentStatus.AGREED)
    await store.set_consent(1, ConsentStatus.DECLINED)  # who voted
    assert "positive" not in await store.consensus.given("sentiment")


@every_kind
async def test_figures_count_what_there_is(store: Store, sentiment: NewPrediction, sql: Sql) -> None:
    people = (1, 2, 3)
    await agree(store, *people)
    predictions = [await asked(store, sentiment, text=text) for text in ("하나", "둘", "셋")]
    for person in people:
        await store.vote(predictions[0], person, 0, 0, chat_id=CHAT)
    await store.vote(predictions[1], 1, 0, 0, chat_id=CHAT)
    await sql(f"UPDATE votes SET blind = true WHERE prediction_id = {predictions[1]}")
    await store.skip(predictions[2], 1, chat_id=CHAT)
    await agree(store, 4)
    await store.skip(predictions[2], 4, chat_id=CHAT)
    items = [await item_of(sql, prediction) for prediction in predictions]
    labels = [NewLabel(items[0], 0, "positive", "majority", 0.8, 3)]
    taught = {1: 4, 2: 2, 3: 0}
    some = [trust(await voter(sql, person), proved=person != 2, taught=taught[person]) for person in people]
    await store.consensus.replace("sentiment", labels, some)
    await store.imports.add_texts([ImportedText("sentiment", "넷", None, 0, "negative", gold=True)])
    await asked(store, sentiment, task="nsp")
    none = TaskFigures("nli", 0, 0, 0, 0, 0, 0, 0, 0.0, 0, {}, 0, {})
    assert await store.consensus.figures(("nli", "sentiment", "nsp")) == (
        none,
        TaskFigures(
            "sentiment",
            texts=3,
            votes=4,
            blind=1,
            skips=2,
            voters=3,
            proved=2,
            teachers=1,
            busiest=4 / 6,
            queue=2,
            labels={"negative": 1, "positive": 1},
            imported=1,
            gold={"maintainer": 1},
        ),
        dataclasses.replace(none, task="nsp", texts=1, queue=1),
    )
    await store.set_consent(1, ConsentStatus.DECLINED)
    [figures] = await store.consensus.figures(["sentiment"])
    assert (figures.voters, figures.proved) == (2, 1), "as the gate does not count who withdrew"
    assert (figures.teachers, figures.busiest) == (0, 1.0)
    assert await store.consensus.tasks() == ("nsp", "sentiment")


@every_kind
async def test_figures_count_the_newest_vote_and_know_when_no_word_fits(
    store: Store, mask: NewPrediction
) -> None:
    everybody = (1, 2, 3, 4)
    await agree(store, *everybody)
    # In the first blank the last button is the third, in the second, where a word reads like it, the second.
    new = dataclasses.replace(mask, options=(("서울", "부산", "none"), ("none", "none")))
    first, again = await asked(store, new), await asked(store, new, model="klue")
    for person in everybody:
        await store.vote(first, person, 0, 2, chat_id=CHAT)
        await store.vote(first, person, 1, 1, chat_id=CHAT)
    [figures] = await store.consensus.figures(["mask"])
    assert (figures.votes, figures.skips, figures.voters, figures.queue) == (0, 8, 0, 1)
    await store.vote(again, 1, 0, 1, chat_id=CHAT)  # said last, and a word
    await store.vote_words(again, 2, {0: "대전"}, chat_id=CHAT)
    await store.vote(again, 2, 1, 0, chat_id=CHAT)
    [figures] = await store.consensus.figures(["mask"])
    assert (figures.votes, figures.skips, figures.voters, figures.queue) == (3, 5, 2, 1)
    await store.vote(again, 3, 1, 0, chat_id=CHAT)
    assert len([vote for vote in await store.consensus.votes("mask") if vote.label is not None]) == 4
    [figures] = await store.consensus.figures(["mask"])
    assert (figures.votes, figures.skips, figures.voters, figures.queue) == (4, 4, 3, 0)
    await store.set_consent(2, ConsentStatus.DECLINED)
    [figures] = await store.consensus.figures(["mask"])
    assert (figures.votes, figures.skips, figures.voters, figures.queue) == (2, 4, 2, 1)


@on_sqlite
async def test_figures_load_no_vote(
    store: Store, sentiment: NewPrediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    await agree(store, *range(1, 6))
    for text in ("하나", "둘", "셋"):
        prediction = await asked(store, sentiment, text=text)
        for person in range(1, 6):
            await store.vote(prediction, person, 0, 0, chat_id=CHAT)
    loaded: list[object] = []
    load = CursorResult.all

    def note(result: CursorResult[Any]) -> Sequence[Row[Any]]:
        rows = load(result)
        loaded.extend(rows)
        return rows

    monkeypatch.setattr(CursorResult, "all", note)
    assert len(await store.consensus.votes("sentiment")) == len(loaded) == 15
    loaded.clear()
    [figures] = await store.consensus.figures(["sentiment"])
    assert (figures.votes, figures.queue) == (15, 0)
    assert len(loaded) < 5
