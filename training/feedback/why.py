"""Why a label was decided, and why a voter is trusted or not: facts for the maintainer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from training.feedback.ballots import Agreement, Ballot, Consensus, Method, Place, Standing


@dataclass(frozen=True, slots=True)
class Said:
    """One ballot, and what became of it.

    Attributes:
        ballot: The ballot.
        standing: Its voter's.
        counted: Whether its voter counts there. Only what was neither known nor imported is moved by that.
    """

    ballot: Ballot
    standing: Standing
    counted: bool


@dataclass(frozen=True, slots=True)
class Account:
    """One place: what everybody said, and what was decided.

    Attributes:
        said: Ballots by voter, whether they counted or not.
        decided: None where no ballot counts.
    """

    said: tuple[Said, ...]
    decided: Consensus | None


def account(agreement: Agreement, place: Place) -> Account:
    """Tell of one place.

    Raises:
        KeyError: Nobody voted there.
    """
    cast = [ballot for ballot in agreement.ballots if ballot.place == place]
    if not cast:
        raise KeyError(place)
    return _told(agreement, cast)


def conflicts(agreement: Agreement) -> list[Account]:
    """All places where voters differ from each other or from an imported label, the least sure first."""
    at: dict[Place, list[Ballot]] = {}
    for ballot in agreement.ballots:
        at.setdefault(ballot.place, []).append(ballot)
    found = [_told(agreement, cast) for cast in at.values()]
    return sorted((each for each in found if _differs(each)), key=_sureness)


def confusion(agreement: Agreement, voter: int) -> Mapping[str, Mapping[str, int]]:
    """How often a voter said what, by what is known or agreed on: ``confusion[right][said]``, in order."""
    counts = Counter((each.truth, each.ballot.label) for each in agreement.judged.get(voter, ()))
    table: dict[str, dict[str, int]] = {}
    for (truth, said), number in sorted(counts.items()):
        table.setdefault(truth, {})[said] = number
    return table


def _differs(account: Account) -> bool:
    held = {said.ballot.label for said in account.said}
    if account.decided is not None and account.decided.method is Method.IMPORTED:
        held.add(str(account.decided.label))
    return len(held) > 1


def _sureness(account: Account) -> float:
    """How probable the label is; an imported one, which votes do not move, as far as they say the same."""
    if account.decided is None:
        return 0.0
    counted = [said.ballot.label for said in account.said if said.counted]
    if account.decided.method is not Method.IMPORTED or not counted:
        return account.decided.confidence
    return account.decided.confidence * counted.count(str(account.decided.label)) / len(counted)


def _told(agreement: Agreement, cast: list[Ballot]) -> Account:
    return Account(
        tuple(
            Said(ballot, agreement.standings[ballot.voter], ballot in agreement.counted) for ballot in cast
        ),
        agreement.consensus.get(cast[0].place),
    )
