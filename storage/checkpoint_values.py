"""What is known of models that were trained here, and what can be wrong with promoting one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.errors import StorageError
from storage.verdicts import CheckName, CheckState, Verdict


class CheckpointState(StrEnum):
    """What may be done with a checkpoint."""

    READY = "ready"
    REFUSED = "refused"
    """It lost against the champion of the day, or could not serve."""
    RETIRED = "retired"
    """Its folder is deleted."""


@dataclass(frozen=True, slots=True)
class NewCheckpoint:
    """Weights that have just been trained.

    Attributes:
        task: What they were taught.
        name: What their answers call them; of all checkpoints the only one, at most 64 characters.
        path: Their folder, absolute: model and tokenizer.
        version: ``models.fingerprint`` of the weights in it.
        base: The preset or folder that the first of their line was trained from.
        parent: Name of the checkpoint that they were trained from; None if that was ``base`` itself.
        snapshot: Name of the data set; None if it was none of ours.
        seed: Of the training.
        code: Revision of the program.
        metrics: Figures, JSON-able and finite.
    """

    task: str
    name: str
    path: str
    version: str
    base: str
    parent: str | None = None
    snapshot: str | None = None
    seed: int = 0
    code: str = ""
    metrics: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class TrainedCheckpoint:
    """A checkpoint as it is kept.

    Attributes:
        id: Its row.
        task: What it was taught.
        name: What its answers call it.
        path: Its folder, absolute.
        version: Fingerprint of its weights.
        base: The preset or folder that the first of its line was trained from.
        parent: The checkpoint it was trained from, if any.
        snapshot: The data set it was trained on, if it was one of ours.
        seed: Of the training.
        code: Revision of the program.
        metrics: Figures of the training.
        verdict: How it did against the champion of the day; None before they were compared.
        state: What may be done with it.
        tainted: Whether a text that it learnt from was deleted since.
        created_at: When, UTC.
    """

    id: int
    task: str
    name: str
    path: str
    version: str
    base: str
    parent: str | None
    snapshot: str | None
    seed: int
    code: str
    metrics: Mapping[str, Any]
    verdict: Verdict | None
    state: CheckpointState
    tainted: bool
    created_at: datetime

    @property
    def refusal(self) -> str | None:
        """Why it was refused, in a few words: the checks that failed; None if it was not."""
        if self.state is not CheckpointState.REFUSED:
            return None
        if self.verdict is None or self.verdict.passed:
            return "cannot serve"
        failed = [check.name.value for check in self.verdict.checks if check.state is CheckState.FAILED]
        return ", ".join(dict.fromkeys(failed)).replace("_", " ") or f"no {CheckName.GAIN} seen"


@dataclass(frozen=True, slots=True)
class Standing:
    """Who serves a task, who did, and who might.

    Attributes:
        task: The task.
        champion: Serves; None for the checkpoint of the catalogue.
        has_previous: Whether there is one to roll back to.
        previous: That one; None for the checkpoint of the catalogue.
        candidate: Was trained last, after the champion, of those that passed and never served; None for none.
    """

    task: str
    champion: TrainedCheckpoint | None = None
    has_previous: bool = False
    previous: TrainedCheckpoint | None = None
    candidate: TrainedCheckpoint | None = None

    def promotable(self, preset: str) -> bool:
        """Whether the candidate may take over: it was compared with the model that answers.

        Args:
            preset: Whose own model answers where there is no champion.
        """
        verdict = None if self.candidate is None else self.candidate.verdict
        return verdict is not None and verdict.is_about(self.rival(preset))

    def rival(self, preset: str) -> str:
        """Return the name of the model that answers, as verdicts call it.

        Args:
            preset: Whose own model answers where there is no champion.
        """
        return preset if self.champion is None else self.champion.name

    @property
    def can_roll_back(self) -> bool:
        """Whether the model from before may answer again without force."""
        its = self.previous
        return self.has_previous and (its is None or (its.state is CheckpointState.READY and not its.tainted))


@dataclass(frozen=True, slots=True)
class ChampionChange:
    """A promotion or a step back; the names are None for the checkpoint of the catalogue.

    Attributes:
        task: The task.
        before: Served until then.
        after: Served from then on.
        actor: Pseudonym of the person, or in words what did it; empty once they are forgotten.
        reason: Why.
        at: When, UTC.
    """

    task: str
    before: str | None
    after: str | None
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Which rows of a data set a checkpoint and the champion of the day got right.

    Attributes:
        against: That champion; None for the checkpoint of the catalogue.
        dataset: Which rows, such as ``gold``.
        correct: JSON-able.
        at: When, UTC.
    """

    against: str | None
    dataset: str
    correct: Mapping[str, Any]
    at: datetime


class Obstacle(StrEnum):
    """Why a checkpoint is not promoted."""

    REFUSED = "refused"
    UNJUDGED = "unjudged"
    """Nobody has compared it with the champion."""
    OTHER_RIVAL = "other_rival"
    """It was compared with a model that no longer answers, which says nothing of the one that does."""
    NO_RIVAL = "no_rival"
    """It was compared with the preset's own model; whether that is still the same, nobody can see here."""
    CANCELLED = "cancelled"
    """Its training has been told to stop; when that has ended it is retired."""
    TAINTED = "tainted"
    RETIRED = "retired"
    OTHER_TASK = "other_task"
    IS_CHAMPION = "is_champion"
    NO_PREVIOUS = "no_previous"

    @property
    def yields_to_force(self) -> bool:
        """Whether a maintainer may overrule it: not where texts were deleted, nor where nothing is left."""
        return self in (Obstacle.REFUSED, Obstacle.UNJUDGED, Obstacle.OTHER_RIVAL, Obstacle.NO_RIVAL)


_WHY = {
    Obstacle.REFUSED: "was refused",
    Obstacle.UNJUDGED: "has not been compared with the champion",
    Obstacle.OTHER_RIVAL: "has been compared with a model that no longer answers",
    Obstacle.NO_RIVAL: "has been compared with the preset's own model, which cannot be found",
    Obstacle.CANCELLED: "came of a training that is being cancelled",
    Obstacle.TAINTED: "learnt from a text that was deleted since; train a new one",
    Obstacle.RETIRED: "is retired, and its folder deleted",
    Obstacle.OTHER_TASK: "was taught another task",
    Obstacle.IS_CHAMPION: "is the champion already",
}


class NotPromotable(StorageError):
    """A checkpoint may not become champion; nothing was changed.

    Attributes:
        obstacle: Why.
    """

    def __init__(self, obstacle: Obstacle, name: str, detail: str | None = None) -> None:
        why = _WHY.get(obstacle, "has no champion before to roll back to")
        super().__init__(f"{name} {why}{f' ({detail})' if detail else ''}")
        self.obstacle = obstacle


class ChampionChanged(StorageError):
    """The champion is no longer the one that the decision was about; nothing was changed."""

    def __init__(self, task: str) -> None:
        super().__init__(f"the champion of {task} has just changed; look again")


class UnknownCheckpoint(StorageError):
    """No checkpoint has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no checkpoint {name!r}")


class NameTaken(StorageError):
    """Another checkpoint has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is another checkpoint {name!r} already")
