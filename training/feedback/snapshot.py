"""Draw a versioned data set from what the voters agree on; no kill and no deletion leaves half of one.

    snapshot = await take_snapshot(store, "sentiment", Path("var/teaching/snapshots"))
    rows = read_snapshot(snapshot.path)["train"]

    settings, drawn = await drawn_in_memory(store, "sentiment", await agreement(store, "sentiment"))

Before the first text is written the database has a row that says where. A deletion while that row is
``drawing`` makes it stale, so that the data set is drawn anew; after a kill, the next who draws, or the next
who has something deleted, removes what was written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from storage.errors import StorageError
from storage.runs import Failure
from storage.snapshot_files import draft
from storage.snapshots import Overtaken, StoredSnapshot
from storage.store import Store
from training.feedback.ballots import Agreement
from training.feedback.behind import teachers
from training.feedback.deciding import decide, labels_of
from training.feedback.drawing import MIN_CONFIDENCE, Drawn, draw
from training.feedback.locks import held
from training.feedback.parts import SALT
from training.feedback.public_texts import PublicTexts, read_public
from training.feedback.snapshot_folder import Settings, missing, read_snapshot, sync, write_folder
from training.textfiles import DataError

__all__ = ["drawn_in_memory", "newest_snapshot", "read_snapshot", "take_snapshot"]

_TRIES = 5


async def take_snapshot(
    store: Store,
    task: str,
    folder: Path,
    *,
    min_confidence: float = MIN_CONFIDENCE,
    exclude: Sequence[str] = (),
) -> StoredSnapshot:
    """Decide the labels of a task anew and draw a data set of them; it is whole when this returns.

    Args:
        store: Where the votes are.
        task: ``mask``, ``nsp``, ``sentiment`` or ``nli``.
        folder: The folder of all data sets; made if it is missing. One process at a time draws there, others
            wait.
        min_confidence: Labels less probable than this are left out.
        exclude: Files or URLs whose texts are left out, beside the public sets whose hashes ship.

    Raises:
        DataError: Nothing is labelled, everything is left out, a file cannot be used, or the folder cannot be
            written; one line.
        StorageError: The database failed, the folder is in a teaching folder that is not the database's, or
            texts were deleted again and again meanwhile.
    """
    public = await asyncio.to_thread(read_public, exclude)
    folder = await asyncio.to_thread(folder.absolute)
    settings = Settings(task, min_confidence, SALT, public.files)
    try:
        await store.teaching.claim(folder)
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        async with held(folder / ".lock"):
            await store.erase_folders()  # this may be another machine than the one where people are forgotten
            await store.snapshots.clear(folder)
            for _ in range(_TRIES):
                found = await decide(store, task)
                try:
                    return await _draw(store, folder, settings, public, found)
                except Overtaken:
                    continue
    except OSError as error:
        raise DataError(f"{error.filename or folder}: {error.strerror or error}") from error
    raise StorageError("texts were deleted all the while: try again")


async def drawn_in_memory(store: Store, task: str, found: Agreement) -> tuple[Settings, Drawn]:
    """Draw the data set that :func:`take_snapshot` would now; nothing is kept, neither it nor its labels.

    Args:
        store: Where the votes are.
        task: As there.
        found: What the voters agree on.

    Raises:
        DataError: Nothing is labelled, or everything is left out; one line.
        StorageError: The database failed.
    """
    public = await asyncio.to_thread(read_public, ())
    labelled = await store.consensus.labelled_if(task, labels_of(found))
    drawn = await asyncio.to_thread(draw, labelled, public=public)
    _refuse_empty(task, drawn)
    return Settings(task, MIN_CONFIDENCE, SALT, public.files), drawn


async def newest_snapshot(store: Store, task: str) -> StoredSnapshot | None:
    """Return the last data set of a task that holds no deleted text, if there is one.

    Raises:
        DataError: Its folder is not as it was written; one line.
    """
    found = await store.snapshots.newest(task)
    if found is not None and (why := await asyncio.to_thread(missing, found.path, found.manifest)):
        raise DataError(why)
    return found


async def _draw(
    store: Store, folder: Path, settings: Settings, public: PublicTexts, found: Agreement
) -> StoredSnapshot:
    begun = await store.snapshots.begin(settings.task, folder)
    try:
        # Read after the row is there, so that a deletion is either seen here or makes the row stale.
        labelled = await store.consensus.labelled(settings.task)
        drawn = await asyncio.to_thread(
            draw, labelled, min_confidence=settings.min_confidence, public=public, salt=settings.salt
        )
        _refuse_empty(settings.task, drawn)
        try:
            manifest, manifest_hash = await asyncio.to_thread(
                write_folder, draft(begun.path), settings, drawn, teachers(found, drawn.members)
            )
            draft(begun.path).rename(begun.path)
            await asyncio.to_thread(sync, folder)
        except FileNotFoundError as error:  # a deletion took the folder away
            raise Overtaken(begun.name) from error
        return await store.snapshots.finish(
            begun, drawn.members, manifest=manifest, manifest_hash=manifest_hash
        )
    except (StorageError, DataError, OSError):
        await store.snapshots.clear(folder)
        raise


def _refuse_empty(task: str, drawn: Drawn) -> None:
    if drawn.members:
        return
    if not drawn.left_out:
        raise DataError(f"nobody has voted on {task} yet, so there is nothing to draw", Failure.NO_VOTES)
    why = ", ".join(f"{number:,} {reason}" for reason, number in drawn.left_out.items())
    raise DataError(f"nothing of {task} can be learnt from: {why}", Failure.NOTHING_TO_LEARN)
