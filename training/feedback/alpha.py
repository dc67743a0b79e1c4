"""How far voters agree beyond what chance would give."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from training.feedback.ballots import Ballot, Place


def alpha(ballots: Iterable[Ballot], labels: tuple[str, ...] | None) -> float | None:
    """Krippendorff's alpha for nominal data: 1 is full agreement, 0 what chance gives, below 0 is worse.

    Krippendorff 2011, https://repository.upenn.edu/asc_papers/43.

    Args:
        ballots: Of one task.
        labels: The closed set; None for free words, of which several can be right in one place.

    Returns:
        None for free words, where nobody voted in the same place, or where all of these said one label: what
        chance gives is then full agreement too.
    """
    if labels is None:
        return None
    at: dict[Place, Counter[str]] = defaultdict(Counter)
    for ballot in ballots:
        at[ballot.place][ballot.label] += 1
    shared = [counts for counts in at.values() if counts.total() > 1]
    if len({label for counts in shared for label in counts}) < 2:
        return None
    import krippendorff  # noqa: PLC0415  # of the extra `teach`, as all of what is imported late here

    table = [[counts[label] for label in labels] for counts in shared]
    return float(krippendorff.alpha(value_counts=table, level_of_measurement="nominal"))
