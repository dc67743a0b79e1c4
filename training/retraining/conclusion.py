"""How a retraining ended, for whoever waits for it on the command line."""

from __future__ import annotations

import typer

from storage.runs import Run, RunState
from storage.verdicts import Verdict
from training.retraining.place import Teaching
from training.textfiles import DataError


def conclude(teaching: Teaching, name: str, verdict: Verdict, *, promoted: bool, overtaken: bool) -> None:
    """Tell how a model did, and what becomes of it; the arguments are those of an ``Outcome``."""
    for line in teaching.words(verdict):
        typer.echo(line)
    if promoted:
        typer.echo(f"{name} is the champion now")
    elif overtaken:
        typer.echo(
            f"{name} passed, but against {verdict.champion}, which no longer answers, and stays a candidate; "
            f"to promote it all the same: kobert-bot models promote {name} --force --reason WHY"
        )
    elif verdict.doubts:
        typer.echo(
            f"{name} stays a candidate until a person promotes it, as the first line of the verdict says; "
            f"look at it, then: kobert-bot models promote {name}"
        )
    elif verdict.passed:
        typer.echo(f"{name} may be promoted: kobert-bot models promote {name}")


def conclude_elsewhere(teaching: Teaching, run: Run) -> bool:
    """Tell the same of a training that ended in another process, in the words of that moment.

    Returns:
        Whether what was learnt passed the gate.

    Raises:
        DataError: Nothing was learnt.
    """
    its = f"training {run.id} of {run.task}, which this command began, has ended since"
    again = "the same command begins another one now"
    if run.state is not RunState.DONE:
        raise DataError(f"{its}: {run.error or run.state}; {again}")
    try:
        verdict = Verdict.from_json(run.progress.get("verdict"))
    except ValueError as error:  # another version wrote it
        raise DataError(f"{its}: {error}; see `kobert-bot models list`; {again}") from error
    typer.echo(f"{its}; {again}")
    shown = {key: bool(run.progress.get(key)) for key in ("promoted", "overtaken")}
    conclude(teaching, verdict.candidate, verdict, **shown)
    return verdict.passed
