"""Names of processes, so that others can tell whether the one that worked on something is still there."""

from __future__ import annotations

import os
import secrets
import socket

_LONGEST_PLACE = 200


def own_worker() -> str:
    """Return a name for this process that no other one has, now or later."""
    return f"{_place()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(worker: str) -> bool:
    """Say whether a worker is a process of this machine that has ended; of other machines nobody knows."""
    place, number, _ = worker.rsplit(":", 2)
    if place != _place():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it runs, as somebody else
        return False
    return False


def _place() -> str:
    return socket.gethostname()[:_LONGEST_PLACE]
