"""From labelled texts to the parts of a data set: what goes where, and what is left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from storage.agreed import LabelledText
from storage.snapshots import Member
from training.feedback.parts import PARTS, SALT, group_key, part_of
from training.feedback.public_texts import PublicTexts

MIN_CONFIDENCE = 0.7
"""A label that is less probable is not learnt from; what one newcomer says alone is 0.8."""


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """One labelled text of a data set, without anything that tells of a person.

    Attributes:
        id: The content hash; with ``slot`` it names the row, in every database.
        text_a: The text, or the first of a pair; for mask each blank is written ``[MASK]``.
        text_b: The second of a pair.
        slot: The blank's index for mask, else 0.
        label: What is right.
        confidence: How probable that is, 0…1.
        method: How it was decided.
        voters: How many people's votes counted.
    """

    id: str
    text_a: str
    text_b: str | None
    slot: int
    label: str
    confidence: float
    method: str
    voters: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A data set in memory.

    Attributes:
        parts: Rows by part, in the order of their ids.
        members: The same for the database.
        left_out: How many labelled texts are in no part, by why.
    """

    parts: Mapping[str, tuple[SnapshotRow, ...]]
    members: tuple[Member, ...]
    left_out: Mapping[str, int]

    @property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Rows of each part by label."""
        return {part: Counter(row.label for row in rows) for part, rows in self.parts.items()}


def draw(
    labelled: Iterable[LabelledText],
    *,
    min_confidence: float = MIN_CONFIDENCE,
    public: PublicTexts | None = None,
    salt: str = SALT,
) -> Drawn:
    """Deal labelled texts out to parts.

    What shares its text with something known is neither trained on nor chosen by: it would tell the answer.

    Args:
        labelled: All of one task.
        min_confidence: Labels less probable than this are left out.
        public: Files whose texts are left out; the sets whose hashes ship always are.
        salt: Of the hash that deals them out.
    """
    ordered = sorted(labelled, key=lambda each: (each.content_hash, each.slot))
    public = public or PublicTexts()
    known = {group_key(each.text_a) for each in ordered if each.gold}
    parts: dict[str, list[SnapshotRow]] = {part: [] for part in PARTS}
    members, left_out = [], Counter[str]()
    for each in ordered:
        texts = [text for text in (each.text_a, each.text_b) if text is not None]
        part = "gold" if each.gold else part_of(each.text_a, salt)
        if (name := public.holds(texts)) is not None:
            left_out[f"stands in {name}"] += 1
        elif not each.gold and each.confidence < min_confidence:
            left_out[f"less sure than {min_confidence:g}"] += 1
        elif part in {"train", "dev"} and group_key(each.text_a) in known:
            left_out["shares its text with gold"] += 1
        else:
            row = SnapshotRow(
                each.content_hash,
                each.text_a,
                each.text_b,
                each.slot,
                each.label,
                round(each.confidence, 6),  # sums of floats may differ in their last digits
                each.method,
                each.voters,
            )
            parts[part].append(row)
            members.append(Member(each.item, each.slot, part, each.label))
    return Drawn(
        {part: tuple(rows) for part, rows in parts.items()}, tuple(members), dict(sorted(left_out.items()))
    )
