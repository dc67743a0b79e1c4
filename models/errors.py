"""What the model service refuses, and why. Every message is one line, fit for a log or a terminal."""

from __future__ import annotations

from enum import StrEnum, auto

from models.downloads import DownloadProgress


class ModelServiceError(Exception):
    """Base of everything the model service raises on purpose."""


class Busy(ModelServiceError):
    """The queue is full.

    Attributes:
        retry_after: Estimated wait in seconds until a request would be accepted.
    """

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"the model is busy, try again in {retry_after:.0f} s")
        self.retry_after = retry_after


class StillLoading(Busy):
    """A checkpoint is still being loaded; ``retry_after`` is when to look again.

    Attributes:
        progress: How far its download is; None if it isn't downloaded, or the hub doesn't say.
    """

    def __init__(self, retry_after: float, progress: DownloadProgress | None = None) -> None:
        super().__init__(retry_after)
        self.progress = progress


class TooLate(ModelServiceError):
    """The deadline passed before there was an answer."""

    def __init__(self, deadline: float) -> None:
        super().__init__(f"no answer within {deadline:g} s")


class WorkerStopped(ModelServiceError):
    """Something stopped the worker in the middle of a batch: ``SystemExit`` and the like, never an error."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"the model worker was stopped by {cause}")


class EmptyText(ModelServiceError):
    """A text holds nothing the tokenizer can read (only white space, control characters …)."""


class NoBlank(ModelServiceError):
    """A ``mask`` text has no ``[MASK]``, ``___`` or ``(빈칸)``."""


class UnknownPreset(ModelServiceError):
    """No preset of that name; the message lists those that exist."""


class TaskNotServed(ModelServiceError):
    """The preset has no checkpoint for this task and language (e.g. NLI with ``google``)."""


class CheckpointUnavailable(ModelServiceError):
    """A checkpoint cannot be loaded: hub out of reach, folder missing, no safetensors, an untrained head."""


class PreferredUnavailable(CheckpointUnavailable):
    """The checkpoint of the preset that is preferred to the default one cannot be loaded.

    Attributes:
        preset: Its name.
    """

    def __init__(self, reason: str, preset: str) -> None:
        super().__init__(reason)
        self.preset = preset


class CheckpointMissing(CheckpointUnavailable):
    """A checkpoint's files aren't on this machine as they were kept; on another one they may be."""


class Unfit(StrEnum):
    """Why a trained model cannot answer, for whoever wanted it to in a chat; the error has the details."""

    MISSING = auto()
    """Its files are not here, or are others by now."""
    UNLOADABLE = auto()
    NO_HEAD = auto()
    """It was not made for the task."""
    UNFORESEEN = auto()


def unfit(error: Exception) -> Unfit:
    """Say why a model cannot answer."""
    match error:
        case CheckpointMissing():
            return Unfit.MISSING
        case CheckpointUnavailable():
            return Unfit.UNLOADABLE
        case TaskNotServed():
            return Unfit.NO_HEAD
        case _:
            return Unfit.UNFORESEEN
