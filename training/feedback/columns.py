"""The columns of a file of labelled texts, as published sets and our own snapshots name them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

TEXT = ("text_a", "document", "text", "premise", "sentence1", "sentence_a")
SECOND = ("text_b", "hypothesis", "sentence2", "sentence_b")
LABEL = ("label", "gold_label")
VOTER = "annotator"
"""What only votes have, as ``kobert-bot feedback export`` writes them."""


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


EXPECTED = (
    f"the text ({_either(TEXT)}), of a pair the second one ({_either(SECOND)}), and the label "
    f"({_either(LABEL)})"
)
"""Of a file of labelled texts, in words."""


def has_names(columns: Collection[str]) -> bool:
    """Whether columns are named so that rows can be read by them: of votes, or of texts with labels."""
    return VOTER in columns or all(any(name in columns for name in names) for names in (TEXT, LABEL))
