"""Models that come into service and make way again, without end, each change known by its number."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from unittest.mock import patch

from typer.main import get_command

from bot import promoting
from bot.models_cli import app
from models.catalog import BUILTIN, load_catalog
from models.own import OwnModel
from models.results import Task
from models.trial import Trial
from storage.checkpoint_values import ChampionChanged
from storage.store import Store
from tests.kills.killing import Tell
from tests.kills.looking import PEPPER
from tests.trained import verdict

NAMES = ("sentiment-0001", "sentiment-0002", "sentiment-0003")
_TASK = Task.SENTIMENT
_OWN = OwnModel(load_catalog(), BUILTIN)


@dataclass(frozen=True, slots=True)
class Change:
    """A promotion or a step back; None is the catalogue's own model.

    Attributes:
        before: Who serves when it is asked for.
        after: Who serves then.
        back: Whether it is a step back.
        tried: Whether the model is tried first, as people's promotions are and the gate's are not.
    """

    before: str | None
    after: str | None
    back: bool
    tried: bool


def changes(seed: int) -> Iterator[Change]:
    rng = random.Random(seed)
    champion: str | None = None
    previous: str | None = None
    first = True
    while True:
        back = not first and rng.random() < 0.4
        after = previous if back else rng.choice([name for name in (None, *NAMES) if name != champion])
        yield Change(champion, after, back, tried=rng.random() < 0.25)
        champion, previous, first = after, champion, False


def promotions(seed: int) -> Iterator[Change]:
    """What is asked for on the command line."""
    rng = random.Random(seed)
    champion: str | None = None
    while True:
        after = rng.choice([name for name in NAMES if name != champion])
        yield Change(champion, after, back=False, tried=True)
        champion = after


def command_on(tell: Tell, url: str, seed: int, done: int, end: int | None) -> None:
    """Go on with ``kobert-bot models promote``; tells the number of each that says who answers now."""
    settings = {"DATABASE_URL": url, "PSEUDONYM_KEY": PEPPER.decode(), "DEVICE": "cpu"}
    command = get_command(app)
    with patch.dict(os.environ, settings):
        for number, change in islice(enumerate(promotions(seed)), done, end):
            if command.main(
                ["promote", str(change.after), "--force", "--reason", "better"], standalone_mode=False
            ):
                tell("made before", number)  # it is the champion already, and the command says so
            tell("change", number)


def change_on(tell: Tell, url: str, seed: int, done: int, end: int | None) -> None:
    """Go on after the changes that are done; tells the number of each that is acknowledged."""
    asyncio.run(_change_on(tell, url, islice(enumerate(changes(seed)), done, end)))


async def _change_on(tell: Tell, url: str, numbered: Iterator[tuple[int, Change]]) -> None:
    store = await Store.open(url, pepper=PEPPER)
    for number, change in numbered:
        try:
            await _do(store, change)
        except ChampionChanged:  # it was made before the kill, which came before anybody was told
            tell("made before", number)
        tell("change", number)
    await store.close()


async def _do(store: Store, change: Change) -> None:
    checkpoints, trial = store.checkpoints, Trial("cpu")
    actor, reason = "command line", "better"
    if change.after is not None and not change.back:
        weights = _OWN.version(_TASK) if change.before is None else None
        against = change.before or BUILTIN
        await checkpoints.judge(change.after, verdict(change.after, against=against, weights=weights))
    if change.back and change.tried:
        await promoting.roll_back(
            checkpoints, trial, _TASK, actor=actor, reason=reason, seen=change.before, own=_OWN
        )
    elif change.back:
        await checkpoints.rollback(_TASK, actor=actor, reason=reason, seen=change.before)
    elif change.tried:
        await promoting.promote(
            checkpoints,
            trial,
            _TASK,
            change.after,
            actor=actor,
            reason=reason,
            seen=change.before,
            own=_OWN,
        )
    else:
        await checkpoints.promote(
            _TASK, change.after, actor=actor, reason=reason, seen=change.before, preset=BUILTIN
        )
