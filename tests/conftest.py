"""For all tests and the processes they start."""

from __future__ import annotations

import os

# Two OpenMP threads wait for each other; beside a busy neighbour that costs tens of times one thread's time.
os.environ.setdefault("OMP_NUM_THREADS", "1")
