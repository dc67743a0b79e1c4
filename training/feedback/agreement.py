"""What the voters on one task agree on, whoever of them is careless or hostile.

    found = agree(ballots, labels=LABELS[Task.SENTIMENT], gold=gold)

Labels are estimated together with how each voter confuses them (Dawid–Skene), by weighted majority where
there are too few votes for that, or free words. Each voter is then judged by gold and by what the others
agree on; those who do no better than guessing, or worse, are left out and the rest is done again, until
nothing changes. Gold is what the maintainer knows: what voters made known themselves judges none of them.
What this cannot see is a majority that errs together where there is no gold, and a voter who
is right everywhere but in the few places they mean to spoil.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from training.feedback import dawid_skene
from training.feedback.alpha import alpha
from training.feedback.ballots import (
    Agreement,
    Ballot,
    Consensus,
    Gold,
    Judged,
    Method,
    Place,
    Rules,
    Settled,
    Standing,
    Verdict,
)
from training.feedback.cap import over_the_cap
from training.feedback.likelihood import OneCoin, Scores
from training.feedback.trust import judge, standing

_ROUNDS = 10  # two or three are usual; after so many, nobody who was left out comes back
_SETTLED = 0.01  # a trust that changes by less changes no label


def agree(
    ballots: Iterable[Ballot],
    *,
    labels: tuple[str, ...] | None,
    gold: Gold | None = None,
    settled: Mapping[Place, Settled] | None = None,
    voters: Iterable[int] = (),
    rules: Rules | None = None,
) -> Agreement:
    """Decide what is right, and who counts.

    Args:
        ballots: Of one task, in any order.
        labels: The closed set of the task; None for free words.
        gold: Labels that the maintainer knows, by item and slot: they judge voters.
        settled: Other labels that votes do not move, and that judge nobody: what voters made known, and what
            was imported. Where there is gold too, that is right.
        voters: Others who are to have a standing too, such as those who only skipped.
        rules: Numbers; None for the defaults.

    Raises:
        ValueError: Somebody voted twice in one place, or a label is outside of the closed set.
    """
    cast, gold, settled = tuple(sorted(ballots)), gold or {}, settled or {}
    _check(cast, {*gold.values(), *(each.label for each in settled.values())}, labels)
    return _Task(cast, labels, gold, settled, frozenset(voters), rules or Rules()).agreement()


@dataclass(frozen=True, slots=True)
class _Task:
    """The ballots of one task, in order, and what is known beforehand."""

    cast: tuple[Ballot, ...]
    labels: tuple[str, ...] | None
    gold: Gold
    settled: Mapping[Place, Settled]
    voters: frozenset[int]
    rules: Rules

    def agreement(self) -> Agreement:
        """Count and judge in turns, until the same voters are left out."""
        standings, judged = self._judged(None)
        left_out = _bad(standings)
        rounds = 0
        while True:
            counted = self._counted(left_out)
            method, scores = self._scores(counted, standings)
            before, (standings, judged) = standings, self._judged(scores)
            bad = _worst_first(_bad(standings), left_out)
            rounds += 1
            if last := rounds > _ROUNDS:
                bad = left_out | bad
            settled = last or method is Method.DAWID_SKENE or _settled(before, standings)
            if settled and bad.keys() == left_out.keys():
                break
            left_out = bad
        standings |= bad
        return Agreement(
            consensus=self._consensus(counted, scores, method),
            standings={voter: self._with_cap(each, counted) for voter, each in standings.items()},
            alpha=alpha(self.cast, self.labels),
            ballots=self.cast,
            counted=frozenset(counted),
            judged={voter: tuple(its) for voter, its in judged.items()},
        )

    def _judged(self, scores: Scores | None) -> tuple[dict[int, Standing], dict[int, list[Judged]]]:
        votes = dict.fromkeys(self.voters, 0) | dict(Counter(ballot.voter for ballot in self.cast))
        judged = judge(self.cast, self.gold, scores, self.rules)
        standings = {
            voter: standing(voter, number, judged.get(voter, []), self.labels, self.rules)
            for voter, number in sorted(votes.items())
        }
        return standings, judged

    def _counted(self, left_out: Collection[int]) -> tuple[Ballot, ...]:
        """The ballots that move labels; where the label is given they teach no model, and know no cap."""
        eligible = [ballot for ballot in self.cast if ballot.voter not in left_out]
        moving = (ballot for ballot in eligible if self._given(ballot.place) is None)
        over = over_the_cap(moving, self.rules)
        return tuple(ballot for ballot in eligible if ballot not in over)

    def _scores(
        self, counted: tuple[Ballot, ...], standings: Mapping[int, Standing]
    ) -> tuple[Method, Scores]:
        """Weigh the ballots, by Dawid–Skene where there are enough of them."""
        if self.labels is not None and self._enough(counted):
            confusions = dawid_skene.fit(counted, self.gold, self.labels)
            return Method.DAWID_SKENE, Scores.of(counted, confusions, self.labels)
        # A newcomer counts as anybody does: one judged vote must not tip a tie.
        trusted = OneCoin({v: each.trust for v, each in standings.items() if each.verdict is not Verdict.NEW})
        return Method.MAJORITY, Scores.of(counted, trusted, self.labels)

    def _enough(self, counted: tuple[Ballot, ...]) -> bool:
        cast_at = Counter(ballot.place for ballot in counted)
        shared = Counter(
            ballot.voter for ballot in counted if cast_at[ballot.place] > 1 or ballot.place in self.gold
        )
        ready = sum(number >= self.rules.fewest_shared for number in shared.values())
        return ready >= self.rules.fewest_voters

    def _consensus(
        self, counted: tuple[Ballot, ...], scores: Scores, method: Method
    ) -> dict[Place, Consensus]:
        at: dict[Place, list[Ballot]] = {
            ballot.place: []
            for ballot in self.cast
            if self._given(ballot.place) is not None or ballot.place in scores.totals
        }
        for ballot in counted:
            at[ballot.place].append(ballot)
        found = {}
        for place, ballots in at.items():
            given = self._given(place)
            label, confidence = scores.best(place) if given is None else (given.label, given.confidence)
            imported = given is not None and given.method is Method.IMPORTED
            found[place] = Consensus(
                *place,
                label=label,
                confidence=confidence,
                method=method if given is None else given.method,
                voters=() if imported else tuple(ballot.voter for ballot in ballots),
            )
        return found

    def _given(self, place: Place) -> Settled | None:
        """The label that is right there whatever anybody says, if there is one."""
        known = self.gold.get(place)
        return self.settled.get(place) if known is None else Settled(known, 1.0, Method.GOLD)

    def _with_cap(self, found: Standing, counted: tuple[Ballot, ...]) -> Standing:
        """Say so, if some of the votes of one who counts were too many."""
        over = found.votes - sum(ballot.voter == found.voter for ballot in counted)
        if not over or not found.verdict.counts:
            return found
        reason = (
            f"{found.reason}; {over} of {found.votes} votes left out, "
            f"or more than {self.rules.share:.0%} of all would come from one voter"
        )
        return replace(found, verdict=Verdict.CAPPED, reason=reason, left_out=over)


def _check(cast: tuple[Ballot, ...], given: set[str], labels: tuple[str, ...] | None) -> None:
    twice = [each for each, number in Counter((*one.place, one.voter) for one in cast).items() if number > 1]
    if twice:
        item, slot, voter = twice[0]
        raise ValueError(f"voter {voter} has two ballots in slot {slot} of item {item}")
    if labels is None:
        return
    if len(set(labels)) < 2 or len(set(labels)) < len(labels):
        raise ValueError("a closed set has two or more different labels")
    if unknown := sorted({*(ballot.label for ballot in cast), *given} - set(labels)):
        raise ValueError(f"no label of this task: {', '.join(map(repr, unknown))}")


def _bad(standings: Mapping[int, Standing]) -> dict[int, Standing]:
    return {voter: each for voter, each in standings.items() if not each.verdict.counts}


def _worst_first(bad: dict[int, Standing], left_out: Mapping[int, Standing]) -> dict[int, Standing]:
    """Who errs on purpose makes others look careless: these get another look without the former."""
    inverted = {voter for voter, each in bad.items() if each.verdict is Verdict.INVERTED}
    if inverted <= left_out.keys():
        return bad
    return {voter: each for voter, each in bad.items() if voter in inverted or voter in left_out}


def _settled(before: Mapping[int, Standing], after: Mapping[int, Standing]) -> bool:
    return all(abs(each.trust - before[voter].trust) < _SETTLED for voter, each in after.items())
