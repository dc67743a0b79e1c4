"""What a training says, for as long as somebody reads it: a bot that is killed must not end what it began."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_LEFT = (errno.EPIPE, errno.EIO)
"""Why a pipe whose reader has ended, and a terminal that was closed, cannot be written to."""


class Regardless(FileIO):
    """Writes to a descriptor; once nobody reads there, it is made one of ``/dev/null``."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes, whether anybody reads them or not."""
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in _LEFT:
                raise
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, self.fileno())
        os.close(null)
        return super().write(data)


@contextmanager
def going_on_unheard() -> Iterator[None]:
    """Let what prints in the block go on when nobody reads it any more."""
    before = sys.stdout, sys.stderr
    sys.stdout = _regardless(sys.stdout, sys.__stdout__)
    sys.stderr = _regardless(sys.stderr, sys.__stderr__)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def _regardless(stream: TextIO, own: TextIO | None) -> TextIO:
    if stream is not own:  # somebody has replaced it, who keeps what is printed
        return stream
    stream.flush()
    raw = Regardless(stream.fileno(), "w", closefd=False)
    return TextIOWrapper(
        BufferedWriter(raw), encoding=stream.encoding, errors=stream.errors, line_buffering=True
    )
