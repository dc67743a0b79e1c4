"""A tiny model, people who vote, and the folders of a retraining, for tests."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime
from pathlib import Path

from storage.agreed import ImportedText
from storage.export import FeedbackRow
from storage.imports import Answers
from storage.store import Store
from tests.tiny import catalog_file, write_checkpoint

PEPPER = "a secret of the tests"
PEOPLE = tuple(hashlib.sha256(f"voter {number}".encode()).hexdigest()[:16] for number in range(6))
"""Pseudonyms of those who vote."""
GOOD, BAD = ("좋다", "재미있는", "good", "fun"), ("나쁘다", "짜증나네요", "bad", "work")
SUBJECTS = (
    "영화",
    "드라마",
    "경기",
    "놀이",
    "학교",
    "회사",
    "사무실",
    "공장",
    "서울",
    "친구",
    "이야기",
    "장소",
)
_LABELS = ("positive", "negative")
_AT = datetime(2026, 1, 2, tzinfo=UTC)


def tiny_catalog_file(folder: Path) -> Path:
    """A catalogue whose builtin preset is a tiny random model."""
    checkpoint = write_checkpoint(folder / "checkpoint")
    return catalog_file(folder / "catalog.toml", builtin=str(checkpoint))


def texts() -> list[tuple[str, str]]:
    """Texts of a small domain, and what is right for each."""
    return [
        (f"{subject} {word} {number}", label)
        for number in range(3)
        for subject in SUBJECTS
        for words, label in ((GOOD, "positive"), (BAD, "negative"))
        for word in words
    ]


async def make_known(store: Store) -> None:
    """Keep 128 other texts of the domain as gold, enough for the gate to decide on."""
    known = [
        ImportedText("sentiment", f"{subject} {word} 정답 {number}", None, 0, label, gold=True)
        for number in range(2)
        for subject in SUBJECTS[:8]
        for words, label in ((GOOD, "positive"), (BAD, "negative"))
        for word in words
    ]
    await store.imports.add_texts(known)


async def vote(url: str, *, shuffled: bool = False, votes: int = 3) -> None:
    """Let people vote; ``shuffled`` gives them labels that mean nothing, on which they agree."""
    chance = random.Random(0)
    found = texts()
    labels = [label for _, label in found]
    if shuffled:
        chance.shuffle(labels)
    store = await Store.open(url, pepper=PEPPER.encode())
    rows = [
        _vote(number, text, label, person)
        for number, ((text, _), label) in enumerate(zip(found, labels, strict=True))
        for person in chance.sample(PEOPLE, votes)
    ]
    await store.imports.add_votes(rows, Answers())
    await make_known(store)
    await store.close()


async def vote_wrongly(url: str) -> None:
    """Let five new accounts say the opposite of what is right of every text; there is no gold."""
    opposite = {"positive": "negative", "negative": "positive"}
    store = await Store.open(url, pepper=PEPPER.encode())
    rows = [
        _vote(number, text, opposite[label], person)
        for number, (text, label) in enumerate(texts())
        for person in PEOPLE[:5]
    ]
    await store.imports.add_votes(rows, Answers())
    await store.close()


def _vote(number: int, text: str, label: str, person: str) -> FeedbackRow:
    return FeedbackRow(
        prediction_id=number,
        task="sentiment",
        text_a=text,
        text_b=None,
        model="builtin",
        version="",
        shown="positive",
        probabilities={"positive": 0.6, "negative": 0.4},
        slot=0,
        label=label,
        kind="confirm" if label == "positive" else "correct",
        annotator=person,
        created_at=_AT,
        updated_at=_AT,
        choice=_LABELS.index(label),
        blind=False,
        options=[list(_LABELS)],
    )
