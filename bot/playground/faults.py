"""A schedule of things that go wrong between the bot and Telegram."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum

from bot.playground.refusals import Json, Refusal, too_many_requests

_REASONS = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class FaultKind(StrEnum):
    """What goes wrong."""

    STATUS = "status"
    DELAY = "delay"
    DROP = "drop"
    DUPLICATE = "duplicate"


@dataclass(slots=True)
class Fault:
    """The next ``count`` calls of a method go wrong.

    Attributes:
        kind: A refused status, an answer that comes late, a dropped connection, or (for updates, whatever the
            method) an update that is delivered twice with the same id.
        method: A Bot API method, or ``*`` for any but ``getUpdates``.
        count: How many calls are left to spoil.
        status: HTTP status of a refusal; 429 carries ``retry_after``.
        retry_after: Seconds, for 429.
        seconds: How late, for a delay.
        after: Whether the call takes effect before the connection drops or the status is answered.
        description: Replaces Telegram's usual sentence.
    """

    kind: FaultKind
    method: str = "*"
    count: int = 1
    status: int = 500
    retry_after: int = 1
    seconds: float = 1.0
    after: bool = False
    description: str | None = None

    def to_json(self) -> Json:
        """Give it as ``/sim/faults`` shows it."""
        return asdict(self)

    def refusal(self) -> Refusal:
        """Give the refusal of a ``status`` fault."""
        if self.status == 429:
            return too_many_requests(self.retry_after)
        return Refusal(self.status, self.description or _REASONS.get(self.status, "Bad Request: fault"))


class FaultSchedule:
    """Faults in the order they were asked for; each is used up."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault at the end of the schedule."""
        self._faults.append(fault)

    def take(self, method: str) -> Fault | None:
        """Use up the first fault that fits a call, or give None."""
        wanted = {method.lower()} if method.lower() == "getupdates" else {method.lower(), "*"}
        return self._use(
            lambda fault: fault.kind is not FaultKind.DUPLICATE and fault.method.lower() in wanted
        )

    def take_duplicate(self) -> bool:
        """Use up a fault that delivers an update twice."""
        return self._use(lambda fault: fault.kind is FaultKind.DUPLICATE) is not None

    def list(self) -> list[Fault]:
        """Give what is still to come."""
        return list(self._faults)

    def clear(self) -> None:
        """Forget them all."""
        self._faults.clear()

    def _use(self, fits: Callable[[Fault], bool]) -> Fault | None:
        for fault in self._faults:
            if fits(fault):
                fault.count -= 1
                if fault.count <= 0:
                    self._faults.remove(fault)
                return fault
        return None
