"""Kills while people vote and label: what was acknowledged is there, and nothing that nobody did."""

from __future__ import annotations

import asyncio
from itertools import islice
from pathlib import Path

from storage.privacy.pseudonym import Pseudonymizer
from storage.store import ConsentStatus, Store
from tests.kills.killing import Killer
from tests.kills.looking import PEPPER, look_at_votes, rows, url_of
from tests.kills.voting import CHAT, LABELS, NEWCOMERS, VOTERS, Given, tap_on, taps
from tests.training.feedback.voters import question, texts

KILLS = 16
ASKER, LABELLERS, TEXTS, BATCH = 500, range(101, 104), 12, 10
TAPS = 40  # in the time that kills fall into


def test_a_kill_while_people_vote_and_label_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    file, killer = tmp_path / "votes.db", Killer(tmp_path / "work.log")
    url = url_of(file)
    predictions = asyncio.run(_asked(url))
    given = _given(file)
    its = (url, killer.seed, predictions, given)
    done = 1 + max(killer.whole(tap_on, *its, 0, TAPS).of("tap"))
    assert done == TAPS
    for _ in range(KILLS):
        told = killer.at_any_time(tap_on, *its, done, None).of("tap")
        with killer.named():
            assert told == list(range(done, done + len(told)))
            done += len(told)
            look_at_votes(file)
            # The tap that nobody acknowledged may have been kept; no other one.
            assert _votes(file) in [
                _votes_after(killer.seed, predictions, given, taps) for taps in (done, done + 1)
            ]
            _look_at_batches(file, begun=_begun(killer.seed, predictions, given, done))
    with killer.named():
        assert len(killer.whole(tap_on, *its, done, done + TAPS).of("tap")) == TAPS
        assert _votes(file) == _votes_after(killer.seed, predictions, given, done + TAPS)
        look_at_votes(file)


async def _asked(url: str) -> list[int]:
    """Have texts asked about, and give some of them to each who labels."""
    store = await Store.open(url, pepper=PEPPER)
    for person in (ASKER, *VOTERS, *LABELLERS):
        await store.set_consent(person, ConsentStatus.AGREED)
    predictions = [
        await store.add_prediction(question(text), chat_id=CHAT, asker_id=ASKER) for text in texts(TEXTS)
    ]
    for person in LABELLERS:
        await store.labelling.start(person)
    await store.close()
    return predictions


def _given(file: Path) -> list[Given]:
    people = {Pseudonymizer(PEPPER).person(person): person for person in LABELLERS}
    query = (
        "SELECT pseudonym, s.id, prediction_id FROM assignments s "
        "JOIN annotators a ON a.id = annotator_id ORDER BY s.id"
    )
    found = [Given(people[who], assignment, prediction) for who, assignment, prediction in rows(file, query)]
    assert len(found) == len(people) * BATCH
    return found


def _votes(file: Path) -> list[tuple[int, str, str]]:
    query = "SELECT prediction_id, pseudonym, label FROM votes JOIN annotators a ON a.id = annotator_id"
    return sorted(rows(file, query))


def _votes_after(
    seed: int, predictions: list[int], given: list[Given], number: int
) -> list[tuple[int, str, str]]:
    votes = dict[tuple[int, int], str]()
    for tap in islice(taps(seed, predictions, given), number):
        tap.change(votes)
    assert set(votes.values()) <= {*LABELS, ""}
    person = Pseudonymizer(PEPPER).person
    return sorted((prediction, person(who), label) for (prediction, who), label in votes.items())


def _begun(seed: int, predictions: list[int], given: list[Given], number: int) -> set[str]:
    """Who has begun to label, of those that came later."""
    people = {tap.person for tap in islice(taps(seed, predictions, given), number)}
    return {Pseudonymizer(PEPPER).person(person) for person in people if person >= NEWCOMERS}


def _look_at_batches(file: Path, *, begun: set[str]) -> None:
    """Everybody who was told a first text has all of their batch, and nobody has a part of one."""
    query = (
        "SELECT pseudonym, count(*), min(position), max(position) FROM assignments "
        "JOIN annotators a ON a.id = annotator_id GROUP BY pseudonym"
    )
    found = rows(file, query)
    assert {(number, first, last) for _, number, first, last in found} == {(BATCH, 1, BATCH)}
    assert begun <= {who for who, *_ in found}
