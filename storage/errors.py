"""What can go wrong in storage, each with one line a person can act on."""

from __future__ import annotations


class StorageError(Exception):
    """The database cannot be opened or used; the message is one line without secrets."""


class DatabaseFailed(StorageError):
    """The database did not do what it was asked to, for now or for good; nothing of it was kept."""


class Conflict(DatabaseFailed):
    """The database undid the transaction to let one that waited for it go on; it can be done again."""


class OtherBot(StorageError):
    """Another bot runs on the database."""

    def __init__(self, database: str) -> None:
        super().__init__(
            f"another bot runs on the database {database}: stop that one, or give this one a DATABASE_URL "
            "and a TEACHING_FOLDER of its own"
        )


class WrongFolder(StorageError):
    """The teaching folder that was named is not the database's; the message says what to do."""


class NoConsent(StorageError):
    """The person has not agreed to what would be kept about them; nothing was."""

    def __init__(self) -> None:
        super().__init__("this person has not agreed to anything being kept")


class VoterGone(StorageError):
    """Somebody was forgotten while it was found out what they and others agree on; nothing was kept."""

    def __init__(self, task: str) -> None:
        super().__init__(f"somebody who voted on {task} was forgotten meanwhile")


class UnknownPrediction(StorageError):
    """No prediction has this id."""

    def __init__(self, prediction_id: int) -> None:
        super().__init__(f"there is no prediction {prediction_id}")


class UnknownAssignment(StorageError):
    """The person was not given this to label, or its text is gone."""

    def __init__(self, number: int) -> None:
        super().__init__(f"{number} is not theirs to label, or is gone")


class UnknownChoice(StorageError):
    """The prediction has no such slot, or the slot has no such button."""

    def __init__(self, prediction_id: int, slot: int, choice: int) -> None:
        super().__init__(f"prediction {prediction_id} has no slot {slot}, choice {choice}")
