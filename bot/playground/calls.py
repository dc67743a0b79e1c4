"""A record of every call the bot made."""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from bot.playground.refusals import Json

_PER_METHOD = 1000


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        seq: Counts calls from 1.
        method: The Bot API method as the bot wrote it.
        params: Its parameters; a file is shown as name and size.
        at: When it arrived, in seconds since the epoch.
        status: The HTTP status answered; 0 when the connection was dropped.
        description: Why it was refused, or None.
    """

    seq: int
    method: str
    params: Mapping[str, object]
    at: float
    status: int
    description: str | None

    def to_json(self) -> Json:
        """Give it as ``/sim/calls`` shows it."""
        return asdict(self)


class CallLog:
    """The last thousand calls of each method."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[Call]] = {}
        self._seq = 0

    def add(self, method: str, params: Mapping[str, object], status: int, description: str | None) -> None:
        """Record an answered call."""
        self._seq += 1
        kept = self._calls.setdefault(method.lower(), deque(maxlen=_PER_METHOD))
        kept.append(Call(self._seq, method, params, time.time(), status, description))

    def list(self, method: str | None = None) -> list[Call]:
        """Give calls in order: of one method, or of all but ``getUpdates``, which would drown the rest."""
        if method:
            return list(self._calls.get(method.lower(), ()))
        chosen = [call for name, calls in self._calls.items() if name != "getupdates" for call in calls]
        return sorted(chosen, key=lambda call: call.seq)

    def clear(self) -> None:
        """Forget them."""
        self._calls.clear()
