"""What a soak counts, and what of it must not be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from statistics import median

from models.errors import Busy, TooLate, WorkerStopped

LEAST = 0.4  # of its capacity that it must answer, swaps, kills and refusals notwithstanding
FLAT = 0.05  # by which memory may grow between the middle third, when all is warm, and the last


@dataclass(slots=True)
class Report:
    """What happened.

    Attributes:
        minutes: How long questions arrived.
        capacity: Answers per second with 64 closed-loop clients, before.
        asked: Questions that arrived.
        outcomes: How many of them had which: ``answered``, or the name of what they were refused with.
        twice: Requests that were answered once more.
        without: Questions that had no outcome.
        wrong: Answers other than the checkpoint gives that they name.
        swaps: Checkpoints swapped.
        kills: Workers killed.
        rss_mib: Memory in use, each second.
        left: Tasks and threads of the service that ran on after it was closed.
    """

    minutes: float
    capacity: float
    asked: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    twice: int = 0
    without: int = 0
    wrong: int = 0
    swaps: int = 0
    kills: int = 0
    rss_mib: list[float] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """All that was counted, and what follows from it."""
        counted = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**counted, "share": self.share, "growth": self.growth, "faults": self.faults}

    @property
    def growth(self) -> float:
        """By which part the memory in use grew from the middle third to the last, by their medians."""
        third = -(-len(self.rss_mib) // 3)
        return median(self.rss_mib[-third:]) / median(self.rss_mib[-2 * third : -third] or self.rss_mib) - 1

    @property
    def share(self) -> float:
        """Answers as a part of what it can give in that time."""
        return self.outcomes["answered"] / (60 * self.minutes * self.capacity)

    @property
    def faults(self) -> list[str]:
        """What must not be; empty if the service stood it."""
        expected = {"answered", "cancelled", *(error.__name__ for error in (Busy, TooLate, WorkerStopped))}
        unexpected = {kind: count for kind, count in self.outcomes.items() if kind not in expected}
        checks = {
            f"{self.without} questions without an outcome": self.without,
            f"{self.twice} requests answered twice": self.twice,
            f"{self.wrong} answers of no checkpoint, or of another than they name": self.wrong,
            f"unexpected outcomes: {unexpected}": unexpected,
            f"memory grew by {100 * self.growth:.1f} %": self.growth > FLAT,
            f"left running: {', '.join(self.left)}": self.left,
            f"only {100 * self.share:.0f} % of its capacity was answered": self.share < LEAST,
            "no checkpoint was swapped": not self.swaps,
            "no worker was killed": not self.kills,
        }
        return [words for words, wrong in checks.items() if wrong]
