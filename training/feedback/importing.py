"""Bring votes and labelled texts from files into the database; done again, this adds nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from storage.agreed import ImportedText
from storage.export import FeedbackRow
from storage.imports import Answers
from storage.store import Store
from training.feedback.parsing import BadRow, is_vote, labelled_text, vote
from training.feedback.rows import read_rows
from training.telling import Progress, quiet

_AT_ONCE = 200  # rows in one transaction: whoever votes meanwhile waits for that alone
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
        DataError: The file as a whole cannot be used; one line.
    """
    votes: list[FeedbackRow] = []
    texts: list[ImportedText] = []
    bad: list[str] = []
    for row in read_rows(source):
        try:
            if row.values is None:
                raise BadRow(row.wrong)  # noqa: TRY301  # told with the others
            if not is_vote(row.values):
                texts.append(labelled_text(row.values, task, gold=gold))
            elif task is None or row.values.get("task") == task:
                votes.append(vote(row.values))
        except BadRow as error:
            bad.append(f"{row.source}: row {row.number} {error}")
    return Parsed(tuple(votes), tuple(texts), tuple(bad))


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
