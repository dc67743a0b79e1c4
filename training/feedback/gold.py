"""Make known what several people, proved right by known labels, labelled alike without seeing an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from storage.agreed import MAINTAINER
from storage.store import Store
from training.feedback.ballots import Agreement, Consensus, Method, Place
from training.feedback.deciding import decide
from training.feedback.grounded import proved_by_gold
from training.feedback.parts import part_of
from training.held_out import standing_in

FEWEST = 3
"""So many people whom the maintainer's labels have proved right gave it the label blind."""
SURE = 0.95
"""Unless they are of one mind, the label is at least so probable."""
TRUSTED = 0.7
"""Who is right less often is not asked, whatever else is known of them."""


@dataclass(frozen=True, slots=True)
class Promoted:
    """What came of it.

    Attributes:
        new: How many labels became gold.
        known: How many labels of the task the maintainer knows: they prove voters.
        proved: How many people they have proved right; with fewer than ``FEWEST`` nothing becomes gold.
    """

    new: int
    known: int
    proved: int


async def promote_gold(store: Store, task: str) -> Promoted:
    """Promote texts to gold, of those alone that were never trained on.

    Anybody can make five accounts that say the same, so those alone are asked whom the labels that the
    maintainer knows have proved right. What voters made gold proves nobody.

    Args:
        store: Where the votes are.
        task: ``mask``, ``nsp``, ``sentiment`` or ``nli``.
    """
    found = await decide(store, task)
    proved = {voter for voter in proved_by_gold(found) if found.standings[voter].trust >= TRUSTED}
    said = _blind(found, proved)
    fit = [each for each in found.consensus.values() if _fits(each, said.get(each.place, []))]
    texts = await store.consensus.texts({each.item for each in fit})
    known = await store.consensus.gold(task)
    gold = []
    for each in fit:
        text = texts.get(each.item)
        if text is None or each.label is None or (each.item, each.slot) in known:
            continue
        both = [one for one in (text.text_a, text.text_b) if one is not None]
        if part_of(text.text_a) == "heldout" and standing_in(both) is None:
            gold.append((each.item, each.slot, each.label))
    of_maintainer = sum(each.source == MAINTAINER for each in known.values())
    return Promoted(await store.consensus.add_gold(gold), of_maintainer, len(proved))


def _blind(agreement: Agreement, proved: Collection[int]) -> Mapping[Place, list[str]]:
    """What these people said without seeing an answer, by place."""
    said: dict[Place, list[str]] = defaultdict(list)
    for ballot in agreement.ballots:
        if ballot.blind and ballot.voter in proved:
            said[ballot.place].append(ballot.label)
    return said


def _fits(consensus: Consensus, said: list[str]) -> bool:
    if consensus.label is None or said.count(consensus.label) < FEWEST:
        return False
    # What is imported is as sure as its file says, not as the people who were asked.
    sure = consensus.method is not Method.IMPORTED and consensus.confidence >= SURE
    return sure or set(said) == {consensus.label}
