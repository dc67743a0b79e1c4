"""Text files as people have them: plain, ``.xz`` or ``.gz``, on disk or behind a URL."""

from __future__ import annotations

import gzip
import lzma
import urllib.request
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPException
from io import BytesIO
from pathlib import Path
from typing import IO

_BROKEN = (OSError, EOFError, lzma.LZMAError, zlib.error, HTTPException)


class DataError(Exception):
    """A data file that cannot be used; one line with the file and, where there is one, the row."""


@contextmanager
def open_text(source: str) -> Iterator[Iterator[str]]:
    """Open a UTF-8 text by path or ``http(s)://`` URL, unpacking ``.xz`` and ``.gz``.

    Args:
        source: Path or URL; the ending decides how it is unpacked.

    Yields:
        The lines, without their line ends.

    Raises:
        DataError: It is not there, cannot be unpacked or is not UTF-8.
    """
    with ExitStack() as stack:
        try:
            raw: IO[bytes]
            if source.startswith(("http://", "https://")):
                # The scheme is checked, so this opens no local file.
                with urllib.request.urlopen(source, timeout=60) as answer:  # noqa: S310
                    raw = BytesIO(answer.read())  # line by line, nobody would notice that the end is missing
            else:
                raw = stack.enter_context(Path(source).open("rb"))
            stream: Iterable[bytes] = raw
            if source.endswith(".xz"):
                stream = stack.enter_context(lzma.LZMAFile(raw))
            elif source.endswith(".gz"):
                stream = stack.enter_context(gzip.GzipFile(fileobj=raw))
        except _BROKEN as error:
            raise DataError(f"{source}: cannot be read ({error})") from error
        yield _lines(stream, source)


def _lines(stream: Iterable[bytes], source: str) -> Iterator[str]:
    # Caught here and not around the caller's loop, which may read another file too.
    try:
        for number, line in enumerate(stream, start=1):
            try:
                yield line.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise DataError(f"{source}: row {number} is not UTF-8{_looks(line)}") from None
    except _BROKEN as error:
        raise DataError(f"{source}: cannot be read ({error})") from error


def _looks(line: bytes) -> str:
    """What it may be instead: most other Korean files are of Windows' own code page."""
    try:
        line.decode("cp949")
    except UnicodeDecodeError:
        return ""
    return "; it looks like CP949: iconv -f cp949 -t utf-8 OLD > NEW"
