"""Who can be trusted: votes held against what is known, and against what the others agree on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from training.feedback.ballots import Ballot, Gold, Judged, Rules, Standing, Verdict
from training.feedback.likelihood import ASSUMED, ASSUMED_VOTES, Scores

OTHERS = 2
"""So many others have to have voted: one other alone cannot tell who of the two is wrong."""


def judge(
    ballots: Iterable[Ballot], gold: Gold, scores: Scores | None, rules: Rules
) -> dict[int, list[Judged]]:
    """Find the votes that can be told right or wrong, by voter.

    Args:
        ballots: All, in order.
        gold: What the maintainer knows; not what voters made known, or they would prove themselves.
        scores: What the ballots that count say; a voter's own is taken out before it is judged. None: judge
            by gold alone.
        rules: How sure the others have to be.
    """
    found: dict[int, list[Judged]] = defaultdict(list)
    for ballot in ballots:
        if (known := gold.get(ballot.place)) is not None:
            found[ballot.voter].append(Judged(ballot, known, 1.0, known=True))
        elif scores is not None:
            truth, confidence, others = scores.best_without(ballot)
            if truth is not None and confidence >= rules.sure and others >= OTHERS:
                found[ballot.voter].append(Judged(ballot, truth, confidence, known=False))
    return dict(found)


def standing(
    voter: int, votes: int, judged: list[Judged], labels: tuple[str, ...] | None, rules: Rules
) -> Standing:
    """Say what is known of a voter.

    What gold alone can tell, it tells: the others may be the ones that are wrong. Else it is joined by what
    the others agree on.

    Args:
        voter: Who.
        votes: How many ballots they cast.
        judged: Those that could be judged.
        labels: The closed set; None for free words.
        rules: How much it takes.
    """
    on_gold = [each for each in judged if each.known]
    verdict, why = _verdict(on_gold, labels, rules)
    by_gold = _is_known(verdict) and 2 * sum(each.right for each in on_gold) > len(on_gold)
    rests_on = on_gold
    if verdict is Verdict.NEW:
        rests_on = judged
        verdict, why = _verdict(judged, labels, rules)
    right = sum(each.right for each in rests_on)
    trust = (right + ASSUMED * ASSUMED_VOTES) / (len(rests_on) + ASSUMED_VOTES)
    reason = f"{_counted(rests_on)}{why}" if rests_on else _unjudged(votes)
    left_out = 0 if verdict.counts else votes
    if left_out:
        reason += "; none of their votes counts"
    known = _is_known(verdict)
    return Standing(voter, votes, len(rests_on), right, trust, verdict, reason, left_out, known, by_gold)


def _is_known(verdict: Verdict) -> bool:
    return verdict.counts and verdict is not Verdict.NEW


def _verdict(judged: list[Judged], labels: tuple[str, ...] | None, rules: Rules) -> tuple[Verdict, str]:
    """The verdict and what it rests on, in words; ``NEW`` where nothing can be said yet."""
    right, total = sum(each.right for each in judged), len(judged)
    if labels is None or not judged:
        return (Verdict.WEIGHED if total >= rules.fewest_shared else Verdict.NEW), ""
    from scipy.stats import binomtest  # noqa: PLC0415  # most of a second

    chance = 1 / len(labels)
    p_value = float(binomtest(right, total, chance, alternative="less").pvalue)
    interval: Any = binomtest(right, total, chance).proportion_ci(0.95, method="exact")
    told = f" (95 % interval {interval.low:.0%}…{interval.high:.0%}; guessing gives {chance:.0%}"
    if p_value < rules.significance:
        return Verdict.INVERTED, f"{told}, and so few with p = {p_value:.2g})"
    if (always := _always(judged, rules)) is not None:
        return Verdict.CHANCE, f"{told}), {always}"
    if interval.low > chance:
        return Verdict.TRUSTED, f"{told})"
    useful = _as_seen(rules.useful, judged, len(labels))
    guesses = total >= rules.enough and interval.high < useful
    return (Verdict.CHANCE if guesses else Verdict.NEW), f"{told}, a voter of use comes to {useful:.0%})"


def _as_seen(share: float, judged: list[Judged], labels: int) -> float:
    """How often one who is right in ``share`` of cases agrees with truths that are themselves uncertain."""
    sure = sum(each.confidence for each in judged) / len(judged)
    return share * sure + (1 - share) * (1 - sure) / (labels - 1)


def _always(judged: list[Judged], rules: Rules) -> str | None:
    """In words, that a voter says one label whatever is right; if it is frequent, that looks like skill."""
    said = {each.ballot.label for each in judged}
    missed = sum(not each.right for each in judged)
    if len(said) > 1 or len(judged) < rules.enough or missed < rules.fewest_shared:
        return None
    return f"always “{said.pop()}”, {missed} times where something else is right"


def _counted(judged: list[Judged]) -> str:
    told = []
    for known, by in ((True, "known labels"), (False, "labels that others agree on")):
        if total := sum(each.known is known for each in judged):
            right = sum(each.right for each in judged if each.known is known)
            told.append(f"right in {right} of {total} {by}")
    return " and ".join(told)


def _unjudged(votes: int) -> str:
    if not votes:
        return "has not voted, or only skipped"
    return "none of their votes could be judged: no known label, and no two others who agree"
