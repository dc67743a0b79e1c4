"""Text files as people have them: plain, ``.xz`` or ``.gz``, on disk or behind a URL."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import stat
import string
import urllib.request
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from http.client import HTTPException
from io import BytesIO
from math import inf
from pathlib import Path
from typing import IO
from urllib.parse import quote

from storage.runs import Failure

_BROKEN = (OSError, EOFError, lzma.LZMAError, zlib.error, HTTPException)


class DataError(Exception):
    """A data file that cannot be used; one line with the file and, where there is one, the row.

    Attributes:
        failure: What it means to whoever asked for a training in a chat; None where they can do nothing.
    """

    def __init__(self, line: str, failure: Failure | None = None) -> None:
        super().__init__(line)
        self.failure = failure


def is_url(source: str) -> bool:
    """Whether a source is to be downloaded."""
    return source.startswith(("http://", "https://"))


def require_there(sources: Iterable[str]) -> None:
    """See that files and folders are there, before something long begins.

    Raises:
        DataError: One is not, or is an empty file.
    """
    for source in sources:
        if is_url(source):
            continue
        try:
            found = Path(source).stat()
        except OSError as error:
            raise _unreadable(source, error) from error
        if stat.S_ISREG(found.st_mode) and not found.st_size:
            raise DataError(f"{source}: the file is empty")


def require_tokenizer(folder: Path) -> None:
    """See that a folder holds a tokenizer.

    Raises:
        DataError: There is none.
    """
    if not (folder / "tokenizer_config.json").is_file():
        raise DataError(f"{folder}: no tokenizer here; make one with kobert-bot train tokenizer")


@cache
def _downloaded(url: str) -> bytes:
    """What lies behind a URL, asked for once in a process: data must not change in between."""
    # A Korean file name is written in percents; the scheme is checked, so this opens no local file.
    with urllib.request.urlopen(quote(url, safe=string.punctuation), timeout=60) as answer:  # noqa: S310
        whole: bytes = answer.read()  # line by line, nobody would notice that the end is missing
    return whole


def download_hash(url: str) -> str:
    """SHA-256 of what lies behind a URL.

    Raises:
        DataError: It cannot be read.
    """
    try:
        return hashlib.sha256(_downloaded(url)).hexdigest()
    except _BROKEN as error:
        raise _unreadable(url, error) from error


def shares(given: Sequence[str]) -> list[tuple[str, float]]:
    """``FILE=SHARE`` taken apart; a file without a share has 1.

    Raises:
        DataError: A share that is none.
    """
    found = []
    for each in given:
        name, equals, said = each.rpartition("=")
        if "?" in name or Path(each).exists():  # part of the name
            name, equals = each, ""
        try:
            share = float(said) if equals else 1.0
        except ValueError:
            name, share = each, 1.0  # a file name with "=" in it
        if not 0 < share < inf:
            raise DataError(f"--documents {each}: a share is a number above 0")
        found.append((name or each, share))
    return found


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
            if is_url(source):
                raw = BytesIO(_downloaded(source))
            else:
                raw = stack.enter_context(Path(source).open("rb"))
            stream: Iterable[bytes] = raw
            if source.endswith(".xz"):
                stream = stack.enter_context(lzma.LZMAFile(raw))
            elif source.endswith(".gz"):
                stream = stack.enter_context(gzip.GzipFile(fileobj=raw))
        except _BROKEN as error:
            raise _unreadable(source, error) from error
        yield _lines(stream, source)


def _lines(stream: Iterable[bytes], source: str) -> Iterator[str]:
    # Caught here and not around the caller's loop, which may read another file too.
    try:
        for number, line in enumerate(stream, start=1):
            try:
                yield line.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise DataError(f"{source}: row {number} is not UTF-8{looks_like(line)}") from None
    except _BROKEN as error:
        raise _unreadable(source, error) from error


def _unreadable(source: str, error: Exception) -> DataError:
    """Say why as the system does: ``x.tsv: No such file or directory``; of another error, what it says."""
    why = error.strerror if isinstance(error, OSError) else None
    return DataError(f"{source}: {why or f'cannot be read ({error})'}")


def looks_like(line: bytes) -> str:
    """What it may be instead: most other Korean files are of Windows' own code page."""
    try:
        line.decode("cp949")
    except UnicodeDecodeError:
        return ""
    return "; it looks like CP949: iconv -f cp949 -t utf-8 OLD > NEW"
