"""How the teaching of a task goes, in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from models.results import LABELS, Task
from storage.agreed import KnownTrust, TaskFigures
from storage.store import Store
from training.feedback.alpha import alpha
from training.feedback.ballots import Verdict
from training.feedback.deciding import ballots_of


@dataclass(frozen=True, slots=True)
class TaskStats:
    """One task.

    Attributes:
        figures: What there is of it.
        alpha: Krippendorff's alpha of its votes: 1 for agreement, 0 for chance; None where nobody voted on
            what another one did.
        left_out: Voters of whom a part of the votes, or none, counts.
        snapshots: State of each data set drawn, by its name.
        wrongly_cut: How many votes say that a text was cut into pieces wrongly, and of how many texts: none
            but of ``tokens``.
    """

    figures: TaskFigures
    alpha: float | None
    left_out: tuple[KnownTrust, ...]
    snapshots: Mapping[str, str]
    wrongly_cut: tuple[int, int]

    @property
    def blind_share(self) -> float | None:
        """How many of the votes were given without seeing the answer, 0…1; None without votes."""
        return self.figures.blind / self.figures.votes if self.figures.votes else None

    def as_json(self) -> dict[str, object]:
        """Return it as JSON-able values, of the same names for every task."""
        votes, texts = self.wrongly_cut
        return asdict(self.figures) | {
            "blind_share": self.blind_share,
            "alpha": self.alpha,
            "left_out": [
                {"voter": each.pseudonym, "verdict": each.verdict, "trust": each.trust, "reason": each.reason}
                for each in self.left_out
            ],
            "snapshots": dict(self.snapshots),
            "wrongly_cut_votes": votes,
            "wrongly_cut_texts": texts,
        }


async def stats(store: Store, task: str) -> TaskStats:
    """Count, as things are; labels and voters are as they were last decided."""
    votes = await store.consensus.votes(task)
    trusts = await store.consensus.trusts(task)
    [figures] = await store.consensus.figures([task])
    out = {Verdict.CHANCE.value, Verdict.INVERTED.value, Verdict.CAPPED.value}
    return TaskStats(
        figures=figures,
        alpha=alpha(ballots_of(task, votes), LABELS.get(Task(task))),
        left_out=tuple(each for each in trusts if each.verdict in out),
        snapshots={each.name: each.state for each in await store.snapshots.list(task)},
        wrongly_cut=await store.consensus.wrongly_cut() if task == Task.TOKENS else (0, 0),
    )
