"""Trainings from people's votes, one after the other, each from the data set to the end of its row."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from unittest.mock import patch

from tqdm import tqdm

from storage.verdicts import Verdict
from tests.kills.killing import Tell
from tests.kills.looking import PEPPER
from tests.kills.stages import telling
from training.retraining import work
from training.retraining.command import retrain
from training.retraining.ledger import Ledger
from training.retraining.place import Teaching, TeachingPlace
from training.retraining.wish import Wish

WISH = Wish(steps=100, lr=0.005)  # enough to pass


def train_on(tell: Tell, url: str, folder: Path, catalog: Path, number: int | None) -> None:
    """Do the training that waits, or ask for one; so many, or on and on."""
    tqdm.set_lock(threading.RLock())  # its own has semaphores, which a kill leaves behind
    tests = {"sentiment": str(catalog.with_name("old.txt"))}
    place = TeachingPlace(url, PEPPER, folder, "builtin", catalog, tests)

    def words(verdict: Verdict) -> Sequence[str]:
        tell("ended", verdict.candidate)
        return ()

    keeps, finishes = Ledger.keep, Ledger.finish

    def keep(ledger: Ledger, **news: object) -> None:
        keeps(ledger, **news)
        for name, value in news.items():
            tell(f"kept {name}", (ledger.run.id, name, value))

    def finish(ledger: Ledger, *given: object, **options: object) -> None:
        tell("finishes", None)
        finishes(ledger, *given, **options)  # type: ignore[arg-type]  # passed on
        tell("finished", ledger.run.id)

    steps = ("take_snapshot", "finetune", "put_aside", "compare", "register", "promote", "remove")
    with (
        patch.object(Ledger, "keep", keep),
        patch.object(Ledger, "finish", finish),
        telling(tell, work, *steps),
    ):
        for done in count():
            if done == number:
                break
            retrain(Teaching(lambda: place, words), "sentiment", WISH, None, "cpu", polite=False)
