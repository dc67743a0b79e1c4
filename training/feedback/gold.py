"""Make known what several trusted people labelled alike without seeing an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from storage.store import Store
from training.feedback.ballots import Agreement, Consensus, Place, Standing
from training.feedback.deciding import decide
from training.feedback.parts import part_of
from training.held_out import standing_in

FEWEST = 3
"""So many trusted people have labelled it blind."""
SURE = 0.95
"""Unless they are of one mind, the label is at least so probable."""
TRUSTED = 0.7
"""Who is right less often is not asked, whatever else is known of them."""


async def promote_gold(store: Store, task: str) -> int:
    """Promote texts to gold, of those alone that were never trained on; returns how many are new.

    Args:
        store: Where the votes are.
        task: ``mask``, ``nsp``, ``sentiment`` or ``nli``.
    """
    found = await decide(store, task)
    said = _blind(found)
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
    return await store.consensus.add_gold(gold)


def _trusted(standing: Standing) -> bool:
    return standing.known and standing.trust >= TRUSTED


def _blind(agreement: Agreement) -> Mapping[Place, list[str]]:
    """What trusted people said without seeing an answer, by place."""
    said: dict[Place, list[str]] = defaultdict(list)
    for ballot in agreement.ballots:
        if ballot.blind and _trusted(agreement.standings[ballot.voter]):
            said[ballot.place].append(ballot.label)
    return said


def _fits(consensus: Consensus, said: list[str]) -> bool:
    if consensus.label is None or len(said) < FEWEST:
        return False
    return set(said) == {consensus.label} or consensus.confidence >= SURE
