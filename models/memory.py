"""Memory that is free, given back to the system."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def give_back() -> None:
    """Have the C library return what was freed.

    glibc keeps most of it for itself, and a model leaves hundreds of megabytes in pieces: without this, a
    process that swaps models grows (https://man7.org/linux/man-pages/man3/malloc_trim.3.html).
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
