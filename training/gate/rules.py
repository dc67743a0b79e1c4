"""The bounds of the gate, and what it is told beside answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.verdicts import LEAST_GOLD, LEAST_VOTERS, VOTER_CAP


@dataclass(frozen=True, slots=True)
class Rules:
    """The bounds; shares and differences are 0…1.

    Attributes:
        alpha: A p-value below is no chance; a gain gets a part of it, less with each gain that was looked for
            before on the same rows (see ``training.gate.verdict.spent``).
        power: The chance with which a gain is said to have been visible.
        least_gold: Rows that the blind-labelled set needs to be what a gain is judged on. With fewer, or
            none, it is judged on held-out feedback, whose labels came from the voters that taught it, mostly
            after seeing an answer; the verdict says so, and only a person promotes what passed on them. So
            it is where fewer of them were given by whoever runs the bot, or no test file was.
        test_margin: The interval of the difference on the test file must lie above minus this.
        recall_margin: What a class may lose, or ``RECALL_ROWS`` rows if these are more; only a person
            promotes what loses more than that and passed, as it may be chance.
        recall_limit: A loss beyond this fails without a test of chance, unless it is so few rows.
        calibration_margin: How much worse the expected calibration error may be.
        calibration_rows: With fewer rows, those of one premise counted once, its interval means nothing, and
            nobody fails by it.
        latency_bound: How many times as long as the champion the candidate may take for a question.
        least_voters: People whose votes it must have learnt from: of those who have shown to be right.
        voter_cap: Share of the votes that one of them may have.
    """

    alpha: float = 0.05
    power: float = 0.8
    least_gold: int = LEAST_GOLD
    test_margin: float = 0.005
    recall_margin: float = 0.02
    recall_limit: float = 0.10
    calibration_margin: float = 0.02
    calibration_rows: int = 30
    latency_bound: float = 1.10
    least_voters: int = LEAST_VOTERS
    voter_cap: float = VOTER_CAP


@dataclass(frozen=True, slots=True)
class Teachers:
    """Who taught the candidate.

    Attributes:
        voters: Distinct people who have shown to be right and whose votes are behind what it learnt from.
        largest_share: Share of all votes behind it that came from one person, 0…1.
        known: Whether known labels have shown that of somebody; else they merely agree with each other.
    """

    voters: int
    largest_share: float
    known: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds for lone questions, ``[tries, questions]``; the same ones, asked of both in turn."""

    champion: NDArray[np.float64]
    candidate: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Names:
    """The models.

    Attributes:
        champion: Answers now, or would without the one that has to go.
        candidate: Would take its place.
        leaving: The one that answers now and has to go; None if none has to.
    """

    champion: str
    candidate: str
    leaving: str | None = None
