"""``kobert-bot train finetune TASK --from-feedback``."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import typer

from models.traces import in_short
from storage.errors import StorageError
from storage.runs import Run, RunState
from training.processes import Processes
from training.retraining.conclusion import conclude, conclude_elsewhere
from training.retraining.failures import failure_of
from training.retraining.ledger import WHERE_TO_LOOK, Ledger
from training.retraining.one_model import one_rival
from training.retraining.place import Teaching, TeachingPlace
from training.retraining.unheard import going_on_unheard
from training.retraining.wish import Wish
from training.textfiles import DataError

if TYPE_CHECKING:
    from training.retraining.registering import Outcome
    from training.retraining.work import Retraining

_LONGEST = 500  # characters of what is kept of an error
_ENDS = (signal.SIGTERM, signal.SIGHUP)


def be_polite() -> None:
    """Leave the processor to whoever answers people."""
    os.nice(19)


def retrain(
    teaching: Teaching, task: str, wish: Wish | None, run_id: int | None, device: str, *, polite: bool
) -> bool:
    """Ask for a retraining, or take up one that was asked for, and do it, whether anybody reads along or not.

    One that the same command began before, and another process has ended since, is told of once instead.

    Args:
        teaching: What the command line lends.
        task: What to teach.
        wish: How; None for what the run was asked with.
        run_id: A run that was asked for; None for the task's own, or a new one.
        device: Where.
        polite: Leave half of the processor's cores to others.

    Returns:
        Whether what was learnt passed the gate.

    Raises:
        DataError: It cannot be done; one line.
        KeyboardInterrupt: Told to stop.
    """
    place = teaching.place()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started this may have ignored it
    if polite:
        _half_the_cores()
    try:
        with going_on_unheard(), Ledger(place) as ledger:
            if run_id is None:
                ended = _ended_elsewhere(ledger, task, wish or Wish())
                if ended is not None:
                    return conclude_elsewhere(teaching, ended)
                # Before one is asked for; one that was asked for fails with the same lines.
                ledger.call(lambda store: store.teaching.require())
                one_rival(ledger, place, task)
            number = _asked(ledger, task, wish or Wish()) if run_id is None else run_id
            # A bot, which takes it up by its number, reads none of this.
            outcome = _work(ledger, place, number, task, device, read=run_id is None or not polite)
            its = {"promoted": outcome.promoted, "overtaken": outcome.overtaken}
            conclude(teaching, outcome.name, outcome.verdict, **its)
            return outcome.verdict.passed
    except StorageError as error:
        raise DataError(str(error)) from error


def rehearse(teaching: Teaching, task: str, wish: Wish, device: str) -> None:
    """Say what a retraining would do.

    Raises:
        DataError: It could not be done; one line.
    """
    place = teaching.place()
    try:
        with _cleaning_up(), Ledger(place) as ledger:
            ledger.call(lambda store: store.teaching.require())
            from training.retraining import rehearsal  # torch: seconds

            rehearsal.rehearse(ledger, place, task, wish, Processes.join(device), typer.echo)
    except StorageError as error:
        raise DataError(str(error)) from error


@contextmanager
def _cleaning_up() -> Iterator[None]:
    """Leave no text in the folder for temporary files when told to end, or when the terminal is closed."""
    heard = [each for each in _ENDS if signal.getsignal(each) != signal.SIG_IGN]

    def end(number: int, _frame: object) -> NoReturn:
        for each in heard:  # a second one must not end the cleaning
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    before = {each: signal.signal(each, end) for each in heard}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def cancel(teaching: Teaching, task: str) -> None:
    """Stop the training of a task that waits or runs, whoever runs it.

    Raises:
        DataError: There is none.
    """
    try:
        with Ledger(teaching.place()) as ledger:
            run = ledger.call(lambda store: store.runs.current(task))
            if run is None:
                raise DataError(f"no training of {task} waits or runs")
            after = ledger.call(lambda store: store.runs.cancel(run.id))
    except StorageError as error:
        raise DataError(str(error)) from error
    typer.echo(f"training {run.id}: {'cancelled' if after.state.ended else 'is told to stop'}")


def _asked(ledger: Ledger, task: str, wish: Wish) -> int:
    """The number of the task's training; a new one, unless one waits or runs.

    Raises:
        DataError: One does that was asked for otherwise.
    """
    options = wish.as_json()
    asked = ledger.call(
        lambda store: store.runs.ask(task, actor="command line", options=options, worker=ledger.worker)
    )
    if not asked.new and Wish.from_json(asked.run.options) != wish:
        raise DataError(
            f"training {asked.run.id} of {task} was asked for with other options and has not ended: "
            f"--run {asked.run.id} goes on with it, --cancel ends it"
        )
    return asked.run.id


def _ended_elsewhere(ledger: Ledger, task: str, wish: Wish) -> Run | None:
    """The task's last training, if it was asked for alike and whoever began it has not heard of its end."""
    last = ledger.call(lambda store: store.runs.last(task))
    if last is None or not last.unheard or Wish.from_json(last.options) != wish:
        return None
    ledger.call(lambda store: store.runs.hear(last.id))
    return last


def _work(
    ledger: Ledger, place: TeachingPlace, run_id: int, task: str, device: str, *, read: bool
) -> Outcome:
    """Claim a training and do it; however it is left, its row says how.

    Args:
        ledger: Holds the claim.
        place: Where everything lies.
        run_id: Which.
        task: Its task.
        device: Where.
        read: Whether somebody is told its end here.
    """
    asked = ledger.call(lambda store: store.runs.get(run_id))
    if asked.task != task:
        raise DataError(f"training {run_id} is of {asked.task}, not of {task}")
    retraining: Retraining | None = None
    try:
        ledger.claim(run_id, read=read)
        typer.echo(f"training {run_id} of {task}")
        from training.retraining.work import Retraining  # torch: seconds, in which it is claimed already

        retraining = Retraining(ledger, place, Processes.join(device), typer.echo)
        return retraining.go()
    except KeyboardInterrupt:
        if ledger.lost:
            raise DataError(f"training {run_id} was taken over by another process: {WHERE_TO_LOOK}") from None
        if not ledger.cancelled:
            if ledger.has_claimed:
                ledger.let_go()
            raise
        ledger.finish(RunState.CANCELLED)
        if retraining is not None:
            retraining.clear()
        raise DataError(f"training {run_id} was cancelled; nothing of it is left") from None
    except Exception as error:
        if ledger.has_claimed:
            run = replace(ledger.run, progress=ledger.progress)
            ledger.tell(failure=failure_of(error, run, place))
            ledger.finish(RunState.FAILED, error=in_short(error)[:_LONGEST])
            if retraining is not None:
                retraining.clear()
        raise


def _half_the_cores() -> None:
    import torch

    torch.set_num_threads(max(1, torch.get_num_threads() // 2))
