"""A store with people in it who vote, for tests of what comes of their votes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from storage.store import ConsentStatus, NewPrediction, Store

PEPPER = b"a secret of the tests"
CHAT = -1001234567890
LABELS = ("positive", "negative")


def question(text: str, second: str | None = None, task: str = "sentiment") -> NewPrediction:
    labels = LABELS if task == "sentiment" else ("entailment", "neutral", "contradiction")
    scores = dict.fromkeys(labels, 1 / len(labels))
    return NewPrediction(task, text, second, "builtin", labels[0], scores, (labels,))


async def open_store(url: str, people: int) -> Store:
    """Open a store in which people 1, 2, … have agreed that what they say is kept."""
    store = await Store.open(url, pepper=PEPPER)
    for person in range(1, people + 1):
        await store.set_consent(person, ConsentStatus.AGREED)
    return store


async def vote_on(
    store: Store, texts: Sequence[str], voters: int = 3, *, asker: int = 1, seed: int = 0
) -> None:
    """Let everybody vote on texts: negative on every third, now and then otherwise."""
    rng = random.Random(seed)
    for number, text in enumerate(texts):
        prediction = await store.add_prediction(question(text), chat_id=CHAT, asker_id=asker)
        for person in range(1, voters + 1):
            choice = int(number % 3 == 0) ^ int(rng.random() < 0.05)
            await store.vote(prediction, person, 0, choice, chat_id=CHAT)


def texts(number: int, about: str = "영화") -> list[str]:
    return [f"{about} 이야기 {index} 번째 감상을 적어 봅니다" for index in range(number)]


def left_in(folder: Path) -> set[str]:
    """What lies in the folder of all data sets."""
    return {path.name for path in folder.iterdir()} - {".lock"}
