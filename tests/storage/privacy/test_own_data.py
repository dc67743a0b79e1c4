from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from storage.privacy.pseudonym import Pseudonymizer
from storage.store import ConsentStatus, EarlierAnswer, NewPrediction, Store
from storage.values import CONSENT_VERSION
from tests.storage.conftest import ASKER, CHAT, EVERY_KIND, PEPPER, Sql, agree
from tests.storage.privacy.rows import checkpoint, insert

pytestmark = pytest.mark.parametrize("kind", EVERY_KIND, indirect=True)
ADA = 1010101010
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


async def test_a_person_sees_everything_of_theirs_and_nothing_of_others(
    store: Store, sentiment: NewPrediction, mask: NewPrediction, sql: Sql
) -> None:
    await agree(store, ADA)
    await store.set_language(ADA, "ko")
    hers = await store.add_prediction(
        dataclasses.replace(sentiment, text_b="둘째", version="0123456789ab"), chat_id=CHAT, asker_id=ADA
    )
    others = await store.add_prediction(mask, chat_id=CHAT, asker_id=ASKER)
    await store.vote(others, ASKER, 0, 0, chat_id=CHAT)
    await store.vote(others, ADA, 1, 0, chat_id=CHAT)
    await store.vote(others, ADA, 1, 1, chat_id=CHAT)
    await store.remember_answer(ADA, 5, EarlierAnswer(6, None), asked_at=NOON)
    await store.remember_answer(CHAT, 7, EarlierAnswer(8, hers), asked_at=NOON)
    people = await sql("SELECT id FROM annotators ORDER BY id")
    for number, (person,) in enumerate(people, start=1):
        await sql(
            "INSERT INTO assignments (annotator_id, prediction_id, batch, position, given_at)"
            f" VALUES ({person}, {others}, {number}, 0, '2026-01-01 12:00:00')"
        )
        await sql(
            "INSERT INTO trusts"
            " (annotator_id, task, votes, judged, correct, trust, verdict, reason, updated_at)"
            f" VALUES ({person}, 'mask', 9, 8, 6, 0.75, 'trusted', '6 of 8', '2026-01-01 12:00:00')"
        )
    await store.runs.ask("nli", actor=ASKER)
    for task, who in (("mask", ASKER), ("sentiment", ADA)):
        run = (await store.runs.ask(task, actor=who, options={"language": "ko"})).run
        await store.runs.show(run.id, ADA, 10 + run.id, language="ko")
    await checkpoint(sql, 1)
    pseudonyms = Pseudonymizer(PEPPER)
    for who, to in ((ADA, 1), (ADA, None), (ASKER, 1)):
        came = {"actor": pseudonyms.person(who), "reason": "in the chat", "at": "2026-01-01 12:00:00"}
        its = {"from_id": 1} if to is None else {"to_id": to}
        await insert(sql, "promotions", task="sentiment", **came, **its)

    data = await store.own_data(ADA)
    assert json.loads(json.dumps(data.as_json(), ensure_ascii=False)) == {
        "pseudonym": Pseudonymizer(PEPPER).person(ADA),
        "known_since": data.known_since.isoformat() if data.known_since else None,
        "language": "ko",
        "consent": {
            "status": "agreed",
            "version": CONSENT_VERSION,
            "at": data.consent.at.isoformat() if data.consent else None,
        },
        "questions": [
            {
                "prediction_id": hers,
                "task": "sentiment",
                "text_a": sentiment.text_a,
                "text_b": "둘째",
                "model": "builtin",
                "version": "0123456789ab",
                "answer": "positive",
                "probabilities": {"positive": 0.9, "negative": 0.1},
                "options": [["positive", "negative"]],
                "post": None,
                "asked_at": data.questions[0].asked_at.isoformat(),
            }
        ],
        "votes": [
            {
                "prediction_id": others,
                "task": "mask",
                "text_a": mask.text_a,
                "text_b": None,
                "shown": mask.label,
                "slot": 1,
                "label": "none",
                "kind": "correct",
                "blind": False,
                "created_at": data.votes[0].created_at.isoformat(),
                "updated_at": data.votes[0].updated_at.isoformat(),
            }
        ],
        "events": [
            {
                "prediction_id": others,
                "slot": 1,
                "action": action,
                "old_label": old,
                "new_label": new,
                "kind": kind,
                "blind": False,
                "at": data.events[number].at.isoformat(),
            }
            for number, (action, old, new, kind) in enumerate(
                [("counted", None, "수도", "confirm"), ("changed", "수도", "none", "correct")]
            )
        ],
        "answers": [
            {
                "command_message_id": 5,
                "answer_message_id": 6,
                "prediction_id": None,
                "asked_at": NOON.isoformat(),
                "updated_at": data.answers[0].updated_at.isoformat(),
            }
        ],
        "assignments": [
            {
                "prediction_id": others,
                "batch": 2,
                "given_at": NOON.isoformat(),
                "settled_at": None,
            }
        ],
        "trusts": [
            {
                "task": "mask",
                "votes": 9,
                "judged": 8,
                "correct": 6,
                "trust": 0.75,
                "verdict": "trusted",
                "reason": "6 of 8",
                "proved": False,
                "taught": 0,
                "updated_at": NOON.isoformat(),
            }
        ],
        "trainings": [
            {
                "run_id": data.trainings[number].run_id,
                "task": task,
                "state": "queued",
                "asked": asked,
                "message_id": 10 + data.trainings[number].run_id,
                "options": {"language": "ko"},
                "asked_at": data.trainings[number].asked_at.isoformat(),
                "started_at": None,
                "ended_at": None,
            }
            for number, (task, asked) in enumerate([("mask", False), ("sentiment", True)])
        ],
        "promotions": [
            {
                "task": "sentiment",
                "reason": "in the chat",
                "before": before,
                "after": after,
                "at": NOON.isoformat(),
            }
            for before, after in ((None, "c1"), ("c1", None))
        ],
    }


async def test_somebody_unknown_has_nothing(store: Store) -> None:
    data = await store.own_data(ADA)
    assert (data.known_since, data.language, data.consent) == (None, None, None)
    assert (data.questions, data.votes, data.events, data.answers) == ((), (), (), ())
    assert (data.assignments, data.trusts, data.trainings, data.promotions) == ((), (), (), ())


async def test_who_said_no_sees_that_and_what_is_left_from_before_anybody_was_asked(
    store: Store, sentiment: NewPrediction, sql: Sql
) -> None:
    await store.set_consent(ADA, ConsentStatus.DECLINED)
    await store.add_prediction(sentiment, chat_id=ADA, asker_id=ASKER)
    await sql("UPDATE predictions SET asker_id = NULL")
    data = await store.own_data(ADA)
    assert data.consent is not None
    assert data.consent.status is ConsentStatus.DECLINED
    assert [question.text_a for question in data.questions] == [sentiment.text_a]
