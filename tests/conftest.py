"""For all tests and the processes they start."""

from __future__ import annotations

import os
import struct
import zlib

import pytest

# Two OpenMP threads wait for each other; beside a busy neighbour that costs tens of times one thread's time.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def picture() -> bytes:
    """A PNG, 3 by 2 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(9) for _ in range(2))))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
