"""A tiny model, people who vote, and the folders of a retraining, for tests."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from contextlib import closing
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


async def vote(url: str) -> None:
    """Let three people vote on each text; all of them say what is right."""
    chance = random.Random(0)
    store = await Store.open(url, pepper=PEPPER.encode())
    rows = [
        _vote(number, text, label, person)
        for number, (text, label) in enumerate(texts())
        for person in chance.sample(PEOPLE, 3)
    ]
    await store.imports.add_votes(rows, Answers())
    await make_known(store)
    await store.close()


def shuffle(database: Path) -> None:
    """Give the votes labels that mean nothing, on which people agree."""
    with closing(sqlite3.connect(database)) as connection, connection:
        labels = dict(connection.execute("SELECT prediction_id, label FROM votes"))
        shuffled = list(labels.values())
        random.Random(0).shuffle(shuffled)
        connection.executemany(
            "UPDATE votes SET label = ?, choice = ? WHERE prediction_id = ?",
            [(label, _LABELS.index(label), number) for number, label in zip(labels, shuffled, strict=True)],
        )


def turn_round(database: Path) -> None:
    """Have five new accounts say the opposite of what is right of every text; there is no gold."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript(
            """
            CREATE TEMPORARY TABLE one AS SELECT * FROM votes GROUP BY prediction_id;
            UPDATE one SET label = iif(label = 'positive', 'negative', 'positive'), choice = 1 - choice;
            DELETE FROM votes;
            INSERT INTO votes
                (prediction_id, annotator_id, slot, choice, label, kind, blind, created_at, updated_at)
            SELECT prediction_id, a.id, slot, choice, label, kind, blind, one.created_at, updated_at
            FROM one, (SELECT id FROM annotators ORDER BY id LIMIT 5) AS a;
            DELETE FROM gold_items;
            DELETE FROM labels;
            """
        )


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
