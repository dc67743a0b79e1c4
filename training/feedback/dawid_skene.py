"""How each voter confuses labels, from what all voters said: Dawid & Skene 1979.

https://doi.org/10.2307/2346806, as crowd-kit has it (https://doi.org/10.21105/joss.06227).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log
from typing import Any

from training.feedback.ballots import Ballot, Gold
from training.feedback.likelihood import ASSUMED, ASSUMED_VOTES

_ITERATIONS = 100
_SURELY = 1e-6  # no label is rarer before anybody has voted


@dataclass(frozen=True, slots=True)
class Confusions:
    """Log-probabilities of what each voter says, by what is right, and of the labels themselves."""

    priors: Mapping[str, float]
    errors: Mapping[tuple[int, str], Mapping[str, float]]

    def prior(self, label: str) -> float:
        """Log-probability of a label before anybody has voted."""
        return self.priors[label]

    def said(self, ballot: Ballot, truth: str | None, choices: int) -> float:  # noqa: ARG002 - as Voting has it
        """Log-probability of the vote, the same with any number of choices."""
        if truth is None:
            raise ValueError("free words have no confusion matrix")
        return self.errors[ballot.voter, ballot.label][truth]


def fit(ballots: Iterable[Ballot], gold: Gold, labels: tuple[str, ...]) -> Confusions:
    """Estimate the confusion matrices together with the labels, by expectation-maximisation.

    Each matrix starts from a few made-up votes on known labels that are right as often as is assumed of
    anybody. Without these a voter of three ballots is believed to never say what they have not said yet, and
    labels come out surer than they are.

    Args:
        ballots: In a fixed order: sums of floats differ in another.
        gold: Labels that are known beforehand.
        labels: The closed set.
    """
    from crowdkit.aggregation import DawidSkene  # noqa: PLC0415  # seconds, with pandas and nltk
    from pandas import DataFrame, Series  # noqa: PLC0415

    rows: list[tuple[Any, int, str]] = [(each.place, each.voter, each.label) for each in ballots]
    known: dict[Any, str] = {place: label for place, label in gold.items() if label in labels}
    voters = sorted({voter for _, voter, _ in rows})
    # Numbers that crowd-kit can count: per label ``ASSUMED`` of ``ASSUMED_VOTES``, the rest evenly wrong.
    wrong = round(ASSUMED_VOTES * (1 - ASSUMED))
    right = (ASSUMED_VOTES - wrong) * (len(labels) - 1)
    for truth in labels:
        for label in labels:
            for number in range(right if label == truth else wrong):
                made_up = f"{truth} {label} {number}"
                known[made_up] = truth
                rows += [(made_up, voter, label) for voter in voters]
    numbers = {task: number for number, task in enumerate(dict.fromkeys(task for task, _, _ in rows))}
    frame = DataFrame([(numbers[task], *rest) for task, *rest in rows], columns=["task", "worker", "label"])
    truths = {numbers[task]: label for task, label in known.items() if task in numbers}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # crowd-kit calls what pandas 4 will not have
        model = DawidSkene(_ITERATIONS).fit(frame, true_labels=Series(truths))
    priors: Any = model.priors_
    errors: Any = model.errors_
    return Confusions(
        {label: log(max(float(priors[label]), _SURELY)) for label in labels},
        {
            key: {label: log(value) for label, value in row.items()}
            for key, row in errors.to_dict("index").items()
        },
    )
