"""Decide anew what the voters on a task agree on, and keep it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from models.results import LABELS, Task
from storage.agreed import MAINTAINER, VOTERS, CastVote, NewLabel, NewTrust
from storage.errors import VoterGone
from storage.store import Store
from training.feedback.agreement import agree
from training.feedback.ballots import Agreement, Ballot, Method, Place, Rules, Settled
from training.feedback.behind import votes_behind
from training.feedback.drawing import Drawn, draw
from training.feedback.grounded import grounded
from training.feedback.public_texts import read_public

TAUGHT = (Task.SENTIMENT, Task.NLI, Task.NSP, Task.MASK)
"""The tasks that people's votes say something about that can be learnt: word pieces have no right answer."""

_TRIES = 5


async def agreement(store: Store, task: str, rules: Rules | None = None) -> Agreement:
    """Find out what the voters on a task agree on, and keep nothing."""
    labels = LABELS.get(Task(task))
    votes = await store.consensus.votes(task)
    known = await store.consensus.gold(task)
    gold = {place: each.label for place, each in known.items() if each.source == MAINTAINER}
    settled = {
        Place(each.item, each.slot): Settled(each.label, each.confidence, Method.IMPORTED)
        for each in await store.consensus.imported(task)
    } | {
        Place(*place): Settled(each.label, 1.0, Method.GOLD_BY_VOTERS)
        for place, each in known.items()
        if each.source == VOTERS
    }
    voters = {vote.voter for vote in votes}
    ballots = ballots_of(task, votes)
    return await asyncio.to_thread(
        agree, ballots, labels=labels, gold=gold, settled=settled, voters=voters, rules=rules
    )


def ballots_of(task: str, votes: Iterable[CastVote]) -> list[Ballot]:
    """Return what counts as a ballot: no skip, and no vote for what is no label of the task."""
    labels = LABELS.get(Task(task))
    return [
        Ballot(vote.item, vote.slot, vote.voter, vote.label, vote.blind)
        for vote in votes
        if vote.label is not None and (labels is None or vote.label in labels)
    ]


def labels_of(found: Agreement) -> list[NewLabel]:
    """Return the labels that are agreed on, as they are kept; imported ones are kept already."""
    return [
        NewLabel(each.item, each.slot, each.label, each.method.value, each.confidence, len(each.voters))
        for each in found.consensus.values()
        if each.label is not None and each.method is not Method.IMPORTED
    ]


async def decide(store: Store, task: str, rules: Rules | None = None) -> Agreement:
    """Decide the labels and trusts of a task from all votes, and keep them in place of those before.

    It can be done at any time and be killed at any moment: the new ones are kept all together or not at all.

    Args:
        store: Where the votes are.
        task: ``mask``, ``nsp``, ``sentiment`` or ``nli``.
        rules: Numbers; None for the defaults.

    Raises:
        StorageError: The database failed, or people were forgotten again and again meanwhile.
    """
    return (await decide_and_draw(store, task, rules))[0]


async def decide_and_draw(store: Store, task: str, rules: Rules | None = None) -> tuple[Agreement, Drawn]:
    """Do as :func:`decide`, and return also what a training would learn from that drew a data set now."""
    for _ in range(_TRIES):
        try:
            return await _decided(store, task, rules)
        except VoterGone:
            continue
    return await _decided(store, task, rules)


async def _drawn(store: Store, task: str, found: Agreement) -> Drawn:
    public = await asyncio.to_thread(read_public, ())
    labelled = await store.consensus.labelled_if(task, labels_of(found))
    return await asyncio.to_thread(draw, labelled, public=public)


async def _decided(store: Store, task: str, rules: Rules | None) -> tuple[Agreement, Drawn]:
    found = await agreement(store, task, rules)
    drawn = await _drawn(store, task, found)
    proved, taught = grounded(found), votes_behind(found, drawn.members)
    trusts = [
        NewTrust(
            each.voter,
            each.votes,
            each.judged,
            each.right,
            each.trust if each.judged else None,
            each.verdict.value,
            each.reason,
            each.voter in proved,
            taught[each.voter],
        )
        for each in found.standings.values()
    ]
    await store.consensus.replace(task, labels_of(found), trusts)
    return found, drawn
