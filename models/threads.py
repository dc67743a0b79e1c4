"""torch's threads."""

from __future__ import annotations

import torch


def compute_alone() -> None:
    """Let the calling worker compute with one thread: shared pools collapse beside a busy neighbour."""
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
