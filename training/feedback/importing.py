"""Bring votes and labelled texts from files into the database; done again, this adds nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from models.results import Task
from storage.agreed import ImportedText
from storage.export import FeedbackRow
from storage.imports import Answers
from storage.store import Store
from training.feedback.columns import EXPECTED, has_names
from training.feedback.deciding import TAUGHT
from training.feedback.parsing import BadRow, is_vote, labelled_text, vote
from training.feedback.rows import Row, read_rows
from training.telling import Progress, quiet
from training.textfiles import DataError

_AT_ONCE = 200  # rows in one transaction: whoever votes meanwhile waits for that alone
_TRIED = 100  # rows that tell whether the task is wrong
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds.

    Attributes:
        votes: Votes, in its order.
        texts: Labelled texts, in its order.
        bad: A line for each row that cannot be used, with the file and the row.
    """

    votes: tuple[FeedbackRow, ...]
    texts: tuple[ImportedText, ...]
    bad: tuple[str, ...]


def parse(source: str, task: str | None = None, *, gold: bool = False) -> Parsed:
    """Read all of a file before anything of it is kept.

    Args:
        source: A file, a folder or a URL.
        task: Votes on other tasks are left out; what the labels of texts are of, None to tell by the columns.
        gold: Whether labels of texts are known to be right.

    Raises:
        DataError: The file as a whole, or not one row of it, can be used; one line.
    """
    votes: list[FeedbackRow] = []
    texts: list[ImportedText] = []
    bad: list[str] = []
    unusable: list[Row] = []
    others: set[str] = set()
    for row in read_rows(source):
        try:
            if row.values is None:
                raise BadRow(row.wrong)  # noqa: TRY301  # told with the others
            if not is_vote(row.values):
                texts.append(labelled_text(row.values, task, gold=gold))
            elif task is None or row.values.get("task") == task:
                votes.append(vote(row.values))
            else:
                # Anything but a task of the bot's may be what people wrote.
                others |= {str(row.values.get("task"))} & {each.value for each in Task}
        except BadRow as error:
            bad.append(f"{row.source}: row {row.number} {error}")
            if len(unusable) < _TRIED:
                unusable.append(row)
    if not votes and not texts:
        raise DataError(_nothing_in(source, task, bad, unusable, others))
    return Parsed(tuple(votes), tuple(texts), tuple(bad))


def _nothing_in(
    source: str, task: str | None, bad: Sequence[str], unusable: Sequence[Row], others: Collection[str]
) -> str:
    """Say once what is wrong with a file of which no row can be used."""
    if not bad:
        only = f" on {task}, only on {', '.join(sorted(others))}" if others else ""
        return f"{source}: there is no {'vote' if others else 'row to import'} in it{only}"
    none = "it has no other row" if len(bad) == 1 else f"none of its {len(bad):,} rows can be used"
    return f"{bad[0]}; {none}. {_hint(task, unusable)}"


def _hint(task: str | None, unusable: Sequence[Row]) -> str:
    fitting = [each for each in TAUGHT if all(_fits(row, each) for row in unusable)]
    if fitting:
        right = "" if task is None else ": is the task right?"
        return f"--task {' or '.join(fitting)} would fit{right}"
    if any(row.values is None for row in unusable):
        return (
            "Is this the right file? It takes JSON lines (an object a line), Parquet or TSV; of an export "
            "or a snapshot, name the folder"
        )
    if not any(has_names(row.values) for row in unusable if row.values is not None):
        return f"Is this the right file? It takes votes as `feedback export` writes them, or {EXPECTED}"
    return "Is this the right file?"


def _fits(row: Row, task: str) -> bool:
    if row.values is None or is_vote(row.values):
        return False
    try:
        labelled_text(row.values, task, gold=False)
    except BadRow:
        return False
    return True


async def keep(
    store: Store, parsed: Parsed, progress: Progress = quiet, *, replace: bool = False
) -> Counter[str]:
    """Keep what a file holds, in portions: killed in between, the next time does the rest.

    Args:
        store: Where.
        parsed: What to keep.
        progress: Is told how many more rows are kept.
        replace: Whether labels take the place of those that were imported before.

    Returns:
        Votes ``new``, ``known`` and ``withdrawn``, and ``voters`` who came with them; of texts what
        ``Imports.add_texts`` tells, with ``labels`` before it.
    """
    counts, answers = Counter[str](), Answers()
    for votes in _portions(parsed.votes):
        counts.update(await store.imports.add_votes(votes, answers))
        progress(len(votes))
    for texts in _portions(parsed.texts):
        told = await store.imports.add_texts(texts, replace=replace)
        counts.update({f"labels {what}": number for what, number in told.items()})
        progress(len(texts))
    return counts


def _portions(rows: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]
