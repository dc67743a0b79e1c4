"""``kobert-bot models …``: which models were trained here, who answers, and who decides that."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.console import Taught, fail, settings_or_fail, with_store
from models.results import Task
from storage.errors import StorageError

if TYPE_CHECKING:
    from storage.checkpoint_values import ChampionChange, NotPromotable
    from storage.store import Store

app = typer.Typer(help="Models that were trained here, and which of them answers.", no_args_is_help=True)
_ACTOR = "command line"
_LONGEST_REASON = 500


OneTask = Annotated[Taught, typer.Argument(help="Of which task.")]
AnyTask = Annotated[Taught | None, typer.Argument(help="Of which task; of all without.")]
Name = Annotated[str, typer.Argument(help="The model's name, as `models list` gives it.")]
Reason = Annotated[str, typer.Option(help="Why, for those who look later.")]
Force = Annotated[
    bool,
    typer.Option(
        "--force", help="Though it was refused, or not compared with what answers now; with --reason."
    ),
]
Own = Annotated[bool, typer.Option("--own", help="The preset's own, whoever answered before.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(name="list")
def list_(task: AnyTask = None, as_json: Json = False) -> None:
    """List the models by task: which answers, how good they are, and what came of what.

    A model that learnt from a text which was deleted since is marked, and retired unless it answers.
    """
    from bot.models_views import models_json, models_table

    async def tell(store: Store) -> str:
        await store.checkpoints.retire_tainted()
        found = await store.checkpoints.all(None if task is None else task.value)
        standings = await store.checkpoints.standings()
        if as_json:
            return json.dumps(models_json(found, standings), ensure_ascii=False)
        return models_table(found, standings)

    typer.echo(with_store(tell))


@app.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show all that is known of a model: where it came from, its verdict in words, and its promotions."""
    from bot.models_views import model_json, model_text

    async def tell(store: Store) -> str:
        checkpoint = await store.checkpoints.get(name)
        standing = await store.checkpoints.standing(checkpoint.task)
        if as_json:
            return json.dumps(model_json(checkpoint, standing), ensure_ascii=False)
        changes = await store.checkpoints.changes(checkpoint.task)
        return model_text(checkpoint, standing, await store.checkpoints.evaluations(name), changes)

    typer.echo(with_store(tell))


@app.command()
def promote(name: Name, reason: Reason = "", force: Force = False) -> None:
    """Let a model answer from now on; a bot that runs follows within seconds, without losing a question.

    The model is tried first. One that was refused, never compared, or compared with a model that no longer
    answers, needs --force.
    """
    why, settings = _reason(reason, "promoted", force=force), settings_or_fail()

    async def change(store: Store) -> ChampionChange:
        from bot import promoting
        from models.catalog import load_catalog
        from models.own import OwnModel
        from models.trial import Trial
        from storage.checkpoint_values import NotPromotable

        checkpoints, trial = store.checkpoints, Trial(settings.device, settings.precision)
        own = OwnModel(load_catalog(settings.catalog), settings.preset)
        checkpoint = await checkpoints.get(name)
        await store.teaching.require(Path(checkpoint.path))
        task, seen = Task(checkpoint.task), await _champion(store, checkpoint.task)
        try:
            return await promoting.promote(
                checkpoints,
                trial,
                task,
                name,
                actor=_ACTOR,
                reason=why,
                seen=seen,
                own=own,
            )
        except NotPromotable as error:
            overruled = _overruled(error, force=force)
        change = await promoting.overrule(
            checkpoints,
            trial,
            task,
            name,
            actor=_ACTOR,
            reason=f"{why} (overruled: {overruled})",
            seen=seen,
            own=own,
        )
        typer.echo(f"overruled: {overruled}", err=True)
        return change

    _tell(with_store(change, settings=settings))


@app.command()
def rollback(task: OneTask, reason: Reason = "", force: Force = False, own: Own = False) -> None:
    """Let the model from before, or the preset's own, answer again; done twice, all is as it was.

    It is tried first. One that was refused, as the model that answers now may have been, needs --force.
    """
    why, settings = _reason(reason, "rolled back", force=force), settings_or_fail()

    async def change(store: Store) -> tuple[ChampionChange, ChampionChange | None]:
        from bot import promoting
        from models.catalog import load_catalog
        from models.own import OwnModel
        from models.trial import Trial
        from storage.checkpoint_values import NotPromotable

        trial, seen = Trial(settings.device, settings.precision), await _champion(store, task.value)
        its = OwnModel(load_catalog(settings.catalog), settings.preset)
        if own:
            return await promoting.promote(
                store.checkpoints,
                trial,
                Task(task.value),
                None,
                actor=_ACTOR,
                reason=why,
                seen=seen,
                own=its,
            ), None
        if (previous := (await store.checkpoints.standing(task.value)).previous) is not None:
            await store.teaching.require(Path(previous.path))
        before = await store.checkpoints.changes(task.value)
        back = partial(
            promoting.roll_back, store.checkpoints, trial, Task(task.value), actor=_ACTOR, seen=seen, own=its
        )
        try:
            done = await back(reason=why)
        except NotPromotable as error:
            overruled = _overruled(error, force=force)
            done = await back(reason=f"{why} (overruled: {overruled})", force=True)
            typer.echo(f"overruled: {overruled}", err=True)
        return done, next((each for each in reversed(before) if each.before == done.after), None)

    done, left = with_store(change, settings=settings)
    _tell(done)
    if done.after is not None and left is not None:
        typer.echo(f"{done.after} had answered until {left.at:%Y-%m-%d %H:%M}: {left.reason}")


def _overruled(error: NotPromotable, *, force: bool) -> str:
    """What --force overrules; without it, or where nobody can, the error goes on."""
    if not error.obstacle.yields_to_force:
        raise error
    if not force:
        raise StorageError(f"{error}; --force --reason WHY overrules that") from error
    return str(error)


async def _champion(store: Store, task: str) -> str | None:
    champion = (await store.checkpoints.standing(task)).champion
    return None if champion is None else champion.name


def _reason(given: str, otherwise: str, *, force: bool) -> str:
    if force and not given.strip():
        fail("--force overrules a rule; say why with --reason")
    return " ".join(given.split())[:_LONGEST_REASON] or otherwise


def _tell(change: ChampionChange) -> None:
    before, after = (name or "the preset's own" for name in (change.before, change.after))
    typer.echo(f"{change.task}: {after} answers from now on, in place of {before}")
