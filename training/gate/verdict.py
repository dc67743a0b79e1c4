"""The rules by which a candidate takes the champion's place.

A bound alone would refuse by chance where rows are few: of a class with ten rows, one is ten points. So what
gets worse fails where it is beyond its bound *and* beyond chance; a recall fails also where so much is lost
that it cannot be waved through, chance or not. Where a recall is beyond its bound alone, or a test file in
which nothing was lost is too small to show that, only a person promotes the candidate. Rows that came
together (hypotheses of one premise) are drawn together for intervals; McNemar's test takes each for itself,
so a gain needs both. Who tries often finds a gain by chance, so the 5 % are spent little by little: the k-th
candidate that the same rows judge gets 5 % / (k (k + 1)), a half, a sixth, a twelfth of them. However many
there will be, all together get no more than the 5 %, and nobody has to know their number beforehand (alpha
spending; Foster and Stine 2008, https://doi.org/10.1111/j.1467-9868.2007.00643.x). What must not get worse is
not tightened: that would make it easier to pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from storage.verdicts import RECALL_ROWS, Check, CheckName, CheckState, Number, Verdict
from training.gate.answers import Paired, SetName
from training.gate.rules import Names, Rules, Teachers, Times
from training.gate.statistics import (
    ALPHA,
    Change,
    calibration_error,
    calibration_low,
    change,
    lost_by_chance,
    mcnemar,
    ratio_low,
    smallest_gain,
    times_as_long,
    unseen_loss,
)
from training.textfiles import DataError


def judge(
    names: Names,
    task: str,
    pairs: Sequence[Paired],
    times: Times | None,
    teachers: Teachers | None,
    rules: Rules,
) -> Verdict:
    """Apply every rule.

    Args:
        names: Who is compared.
        task: What the candidate was taught: a gain must be seen on it.
        pairs: Answers to gold, held-out and test rows of the task, and to sets of other tasks that it must
            not forget; at most one of a name and task.
        times: None if nothing was timed.
        teachers: None if the candidate learnt from no votes.
        rules: The bounds.

    Raises:
        DataError: A set is empty, given twice or has labels that its task has not; nothing was labelled to
            see a gain on; the champion itself answers with no numbers; or no such voters can be.
    """
    _require(task, pairs)
    if teachers is not None and not (teachers.voters >= 0 and 0 <= teachers.largest_share <= 1):
        raise DataError("voters are counted from 0, and the share of one of them is 0 to 1")
    checks = [_answers(pairs)]
    if checks[0].state is CheckState.PASSED:
        checks += [_changed(pairs), _gain(task, pairs, rules)]
        changes = {(pair.name, pair.task): _change(pair) for pair in pairs}
        checks += [
            _test(pair, changes[pair.name, pair.task], rules) for pair in pairs if pair.name is SetName.TEST
        ]
        if (SetName.TEST, task) not in changes:
            unseen: dict[str, Number] = {"task": task, "margin": rules.test_margin}
            checks.append(Check(CheckName.TEST, CheckState.NOT_SEEN, unseen))
        checks += [check for pair in pairs for check in _recalls(pair, rules)]
        checks += _calibrations(task, pairs, rules)
    checks += [latency(times, rules), *_teachers(teachers, rules)]
    passed = all(check.state is not CheckState.FAILED for check in checks) and any(
        check.name is CheckName.GAIN and check.state is CheckState.PASSED for check in checks
    )
    return Verdict(passed, task, names.champion, names.candidate, tuple(checks), names.leaving)


def _require(task: str, pairs: Sequence[Paired]) -> None:
    seen = set()
    for pair in pairs:
        where = f"the {pair.name} set of {pair.task}"
        if not len(pair):
            raise DataError(f"{where} is empty")
        if (pair.name, pair.task) in seen:
            raise DataError(f"{where} is given twice")
        seen.add((pair.name, pair.task))
        if not np.isin(pair.labels, np.arange(len(pair.classes))).all():
            raise DataError(f"{where} has labels beside {', '.join(pair.classes)}")
        if pair.champion.broken:
            raise DataError(f"the champion answers {where} with no numbers (NaN): its weights are broken")
    if not seen & {(SetName.GOLD, task), (SetName.HELDOUT, task)}:
        raise DataError(f"no gold and no held-out rows of {task}: nothing to see a gain on")


def _state(failed: bool) -> CheckState:
    return CheckState.FAILED if failed else CheckState.PASSED


def _change(pair: Paired, rows: NDArray[np.bool_] | None = None, *, alpha: float = ALPHA) -> Change:
    these = np.ones(len(pair), dtype=bool) if rows is None else rows
    groups = None if pair.groups is None else pair.groups[these]
    return change(pair.champion_right[these], pair.candidate_right[these], groups, alpha=alpha)


def _of(pair: Paired) -> dict[str, Number]:
    return {"set": pair.name.value, "task": pair.task, "n": len(pair)}


def _shares(found: Change) -> dict[str, Number]:
    return {
        "champion": found.champion,
        "candidate": found.candidate,
        "gained": found.gained,
        "lost": found.lost,
    }


def _interval(found: Change) -> dict[str, Number]:
    return {**_shares(found), "gain": found.gain, "low": found.low, "high": found.high}


def _answers(pairs: Sequence[Paired]) -> Check:
    """Weights that a run has blown up answer with no numbers; nothing else is worth computing then."""
    broken = sum(pair.candidate.broken for pair in pairs)
    return Check(CheckName.ANSWERS, _state(broken > 0), {"broken": broken, "n": sum(map(len, pairs))})


def _changed(pairs: Sequence[Paired]) -> Check:
    """A candidate that answers every row as the champion does is the champion."""
    changed = sum(int((pair.champion.chosen != pair.candidate.chosen).sum()) for pair in pairs)
    numbers: dict[str, Number] = {"changed": changed, "n": sum(map(len, pairs))}
    return Check(CheckName.CHANGED, _state(not changed), numbers)


def spent(alpha: float, earlier: int) -> float:
    """The part of ``alpha`` that a candidate gets whose rows judged so many before it.

    Over all candidates, without end, the parts sum to ``alpha``: 1/2 + 1/6 + 1/12 + … = 1.
    """
    return alpha / ((earlier + 1) * (earlier + 2))


def _gain(task: str, pairs: Sequence[Paired], rules: Rules) -> Check:
    own = {pair.name: pair for pair in pairs if pair.task == task}
    gold = len(own[SetName.GOLD]) if SetName.GOLD in own else 0
    said: dict[str, Number] = {"gold": gold, "least_gold": rules.least_gold}
    name = SetName.GOLD if gold >= rules.least_gold else SetName.HELDOUT
    if name not in own:
        return Check(CheckName.GAIN, CheckState.NOT_SEEN, {**_of(own[SetName.GOLD]), **said})
    earlier = own[name].earlier
    alpha = spent(rules.alpha, earlier)
    found = _change(own[name], alpha=alpha)
    p = mcnemar(found.gained, found.lost)
    numbers: dict[str, Number] = {
        **_of(own[name]),
        **_interval(found),
        "p": p,
        "alpha": alpha,
        "level": 1 - alpha,
        "power": rules.power,
        "smallest": smallest_gain(found.n, found.discordant, power=rules.power, alpha=alpha),
        "earlier": earlier,
    }
    if name is SetName.GOLD:
        voted = own[name].voted
        given = max(0, found.gained - voted)  # at least so many of the rows gained are no voters'
        numbers |= {"voted": voted, "p_given": mcnemar(given, found.lost) if given > found.lost else 1.0}
    # A p-value as small says as much of a loss; the interval says which it is.
    return Check(CheckName.GAIN, _state(not (p < alpha and found.low > 0)), {**numbers, **said})


def _test(pair: Paired, found: Change, rules: Rules) -> Check:
    """Where no row was lost and rows are few, it passes in doubt (see ``Check.doubtful``)."""
    smallest = smallest_gain(found.n, found.discordant, power=rules.power, alpha=rules.alpha)
    numbers = {**_of(pair), **_interval(found), "margin": rules.test_margin, "smallest": smallest}
    if not found.lost:
        numbers["low"] = found.low - unseen_loss(_apart(pair))
    return Check(CheckName.TEST, _state(found.low <= -rules.test_margin), numbers)


def _apart(pair: Paired) -> int:
    """How many rows came separately: pairs of one premise count once."""
    return len(pair if pair.groups is None else np.unique(pair.groups))


def _recalls(pair: Paired, rules: Rules) -> Iterator[Check]:
    """Each class that has rows.

    A class fails that loses more than the margin and more than the noise of a row or two, if also so many of
    its discordant rows are lost that chance does it once in twenty times (one-sided exact test), or if it
    loses more than the limit; without either it passes in doubt (see ``Check.doubtful``). It is not seen
    where the champion has so few of it right that it could not fail.
    """
    for label, name in enumerate(pair.classes):
        rows = pair.labels == label
        if not rows.any():
            continue
        found = _change(pair, rows)
        lost, drop = found.lost - found.gained, -found.gain
        p = lost_by_chance(found.gained, found.lost)
        numbers = {**_of(pair), **_shares(found), "n": found.n, "label": name}
        numbers |= {"drop": drop, "p": p, "margin": rules.recall_margin}
        failed = (
            drop > rules.recall_margin
            and lost > RECALL_ROWS
            and (p < rules.alpha or drop > rules.recall_limit)
        )
        could_fail = pair.champion_right[rows].sum() > RECALL_ROWS
        yield Check(CheckName.RECALL, _state(failed) if could_fail else CheckState.NOT_SEEN, numbers)


def _calibrations(task: str, pairs: Sequence[Paired], rules: Rules) -> Iterator[Check]:
    """Of each set but gold; not seen where the task has no other."""
    asked = [pair for pair in pairs if pair.name is not SetName.GOLD]
    if not any(pair.task == task for pair in asked):
        unseen: dict[str, Number] = {"task": task, "margin": rules.calibration_margin}
        yield Check(CheckName.CALIBRATION, CheckState.NOT_SEEN, unseen)
    for pair in asked:
        yield _calibration(pair, rules)


def _calibration(pair: Paired, rules: Rules) -> Check:
    champion = pair.champion.confidence, pair.champion_right
    candidate = pair.candidate.confidence, pair.candidate_right
    before, after = calibration_error(*champion), calibration_error(*candidate)
    low, worse = calibration_low(champion, candidate, pair.groups), after - before
    numbers: dict[str, Number] = {**_of(pair), "champion": before, "candidate": after, "worse": worse}
    numbers |= {"low": low, "margin": rules.calibration_margin}
    told = low > 0 and _apart(pair) >= rules.calibration_rows
    return Check(CheckName.CALIBRATION, _state(worse > rules.calibration_margin and told), numbers)


def latency(times: Times | None, rules: Rules) -> Check:
    """Whether the candidate takes longer than it may, beyond chance; not seen without times."""
    if times is None:
        return Check(CheckName.LATENCY, CheckState.NOT_SEEN, {"bound": rules.latency_bound})
    # What else a machine does only adds to a time, so the quickest try tells the model's own
    # (https://docs.python.org/3/library/timeit.html#timeit.Timer.repeat).
    champion, candidate = (each.min(0) for each in (times.champion, times.candidate))
    ratio, low = (of(champion, candidate) for of in (times_as_long, ratio_low))
    numbers: dict[str, Number] = {"champion_ms": float(np.median(champion))}
    numbers |= {"candidate_ms": float(np.median(candidate)), "ratio": ratio, "low": low}
    numbers |= {"bound": rules.latency_bound, "n": times.champion.size}
    return Check(CheckName.LATENCY, _state(ratio > rules.latency_bound and low > 1), numbers)


def _teachers(teachers: Teachers | None, rules: Rules) -> tuple[Check, Check]:
    if teachers is None:
        return (
            Check(CheckName.VOTERS, CheckState.NOT_SEEN, {"least": rules.least_voters}),
            Check(CheckName.VOTER_SHARE, CheckState.NOT_SEEN, {"cap": rules.voter_cap}),
        )
    voters, share = teachers.voters, teachers.largest_share
    return (
        Check(
            CheckName.VOTERS,
            _state(voters < rules.least_voters),
            {"voters": voters, "least": rules.least_voters, "known": int(teachers.known)},
        ),
        Check(
            CheckName.VOTER_SHARE, _state(share > rules.voter_cap), {"share": share, "cap": rules.voter_cap}
        ),
    )
