"""Options of ``kobert-bot train finetune --from-feedback``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

_PANEL = "From feedback"

FromFeedback = Annotated[
    bool,
    typer.Option(
        "--from-feedback",
        rich_help_panel=_PANEL,
        help="Learn from votes, starting from the model that serves the task; needs no --model and --out.",
    ),
]
SnapshotName = Annotated[
    str | None,
    typer.Option(rich_help_panel=_PANEL, help="Name of the data set; a new one is drawn without."),
]
TestFile = Annotated[
    str | None,
    typer.Option(
        rich_help_panel=_PANEL,
        help="The task's original test file: the gate asks it, too. Without one, you promote what passes.",
    ),
]
ReplayFiles = Annotated[
    list[str] | None,
    typer.Option(
        rich_help_panel=_PANEL,
        help="File that the model learnt from before: as many of its rows as votes are mixed in, so that it "
        "does not forget. Several times.",
    ),
]
NoPromote = Annotated[
    bool,
    typer.Option(
        "--no-promote", rich_help_panel=_PANEL, help="Leave it a candidate though it passed the gate."
    ),
]
RunNumber = Annotated[
    int | None,
    typer.Option("--run", min=1, rich_help_panel=_PANEL, help="Go on with the training of this number."),
]
Cancel = Annotated[
    bool,
    typer.Option(
        "--cancel", rich_help_panel=_PANEL, help="Stop the task's training, whoever runs it, and delete it."
    ),
]
Polite = Annotated[
    bool,
    typer.Option(
        "--polite", rich_help_panel=_PANEL, help="Take the lowest priority and half of the processor's cores."
    ),
]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What is wanted of a training beside how it learns.

    Attributes:
        number: Go on with this one.
        cancel: Stop it.
        polite: Leave room for others.
        no_promote: Leave it a candidate.
    """

    number: int | None
    cancel: bool
    polite: bool
    no_promote: bool
