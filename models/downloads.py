"""How far a download from the model hub has come, as anyone may watch it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

_INTERVAL = 0.5  # seconds between looks
_PATIENCE = 10.0  # seconds for the hub to say how large its files are


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """What is being fetched.

    Attributes:
        name: Hub id of the repository.
        file: The file with the most still to come.
        done: Bytes that are here, of all files that are wanted; those of an earlier attempt count.
        total: Bytes of all those files.
    """

    name: str
    file: str
    done: int
    total: int


Watch = Callable[[DownloadProgress | None], None]
"""Called from other threads, about twice a second; with None when a download is over, however it ended."""


@contextmanager
def watched(
    name: str, revision: str | None, wanted: Sequence[str], unwanted: Sequence[str], watch: Watch
) -> Iterator[None]:
    """Watch the local cache while the block fetches into it.

    The hub's library draws bars of its own and tells nobody else how far they are; its cache shows it
    (https://huggingface.co/docs/huggingface_hub/guides/manage-cache): finished files are named for their
    hashes, unfinished ones end in ``.incomplete``. Nothing is reported when nothing is missing, or when the
    hub doesn't tell the sizes.

    Args:
        name: Hub id.
        revision: Branch, tag or commit.
        wanted: Patterns of the files that are fetched.
        unwanted: Patterns of those that aren't.
        watch: Is told.
    """
    over, telling = threading.Event(), threading.Lock()
    last: DownloadProgress | None = None

    def look() -> None:
        nonlocal last
        try:
            files = _files(name, revision, wanted, unwanted)
        except Exception:  # noqa: BLE001  # the download itself says what is wrong
            return
        while True:
            here = [_bytes_here(file.blob, file.size) for file in files]
            missing = [file.size - size for file, size in zip(files, here, strict=True)]
            if not any(missing):
                return
            largest = files[missing.index(max(missing))].name
            with telling:  # nothing is told of a download that is over
                if over.is_set():
                    return
                last = DownloadProgress(name, largest, sum(here), sum(file.size for file in files))
                watch(last)
            over.wait(_INTERVAL)

    threading.Thread(target=look, name="download-watch", daemon=True).start()
    try:
        yield
        with telling:
            over.set()
        if last is not None:
            watch(replace(last, done=last.total))
    finally:
        with telling:
            over.set()
        if last is not None:
            watch(None)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    size: int
    blob: Path


def _files(name: str, revision: str | None, wanted: Sequence[str], unwanted: Sequence[str]) -> list[_File]:
    """Ask the hub which files there are and where the cache will keep them."""
    from huggingface_hub import HfApi, constants  # noqa: PLC0415  # half a second; see models.hub
    from huggingface_hub.file_download import repo_folder_name  # noqa: PLC0415

    info = HfApi().model_info(name, revision=revision, files_metadata=True, timeout=_PATIENCE)
    folder = Path(constants.HF_HUB_CACHE, repo_folder_name(repo_id=name, repo_type="model"), "blobs")
    listed = [
        file
        for file in info.siblings or ()
        if any(fnmatch(file.rfilename, pattern) for pattern in wanted)
        and not any(fnmatch(file.rfilename, pattern) for pattern in unwanted)
    ]
    # A file's hash in the cache is that of its content in large storage, else that of git.
    return [
        _File(file.rfilename, file.size or 0, folder / (file.lfs.sha256 if file.lfs else file.blob_id or ""))
        for file in listed
    ]


def _bytes_here(blob: Path, size: int) -> int:
    if blob.is_file():
        return size
    try:
        state = blob.with_name(f"{blob.name}.incomplete").stat()
    except OSError:
        return 0
    # Written in parallel, a file has its full length at once, but only the blocks that have come.
    return min(size, state.st_size, getattr(state, "st_blocks", state.st_size) * 512)
