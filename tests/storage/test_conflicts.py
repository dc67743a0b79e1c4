from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import conflicts
from storage.conflicts import again_after_conflict
from storage.engine import Database, parse_url
from storage.errors import Conflict, StorageError
from storage.store import ConsentStatus, EarlierAnswer, NewPrediction, Store, VoteStatus
from storage.tables import Annotator, utc_now
from tests.storage.conftest import ASKER


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"], indirect=True)
@pytest.mark.usefixtures("empty_store")
async def test_of_two_transactions_that_wait_for_each_other_both_succeed(url: str) -> None:
    database = Database(parse_url(url))
    both = asyncio.Barrier(2)
    tries: list[str] = []
    async with database.write() as connection:
        rows = [{"pseudonym": name, "language": "", "created_at": utc_now()} for name in ("ada", "bob")]
        await connection.execute(sa.insert(Annotator), rows)

    @again_after_conflict
    async def mark(first: str, second: str) -> None:
        tries.append(first)
        async with database.write() as connection:
            for name in (first, second):
                more = sa.func.concat(Annotator.language, first[0])
                await connection.execute(
                    sa.update(Annotator).where(Annotator.pseudonym == name).values(language=more)
                )
                if name == first and tries.count(first) == 1:
                    await both.wait()

    await asyncio.wait_for(asyncio.gather(mark("ada", "bob"), mark("bob", "ada")), timeout=30)
    assert len(tries) >= 3  # the server may give up both
    async with database.read() as connection:
        marks = (await connection.scalars(sa.select(Annotator.language))).all()
    assert [sorted(mark or "") for mark in marks] == [["a", "b"], ["a", "b"]]
    await database.close()


async def test_a_conflict_that_never_ends_is_told() -> None:
    tries = []

    @again_after_conflict
    async def fail() -> None:
        tries.append(1)
        raise Conflict("the database failed: deadlock")

    with pytest.raises(StorageError, match="deadlock"):
        await fail()
    assert len(tries) == conflicts.TRIES


async def test_another_failure_is_not_tried_again() -> None:
    tries = []

    @again_after_conflict
    async def fail() -> None:
        tries.append(1)
        raise StorageError("the disk is full")

    with pytest.raises(StorageError, match="full"):
        await fail()
    assert len(tries) == 1


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_what_writes_does_it_once_when_it_is_done_again(
    store: Store, sentiment: NewPrediction, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, now = store._database.write, utc_now()
    ends: list[bool] = []

    @asynccontextmanager
    async def write_at_the_second_try() -> AsyncIterator[AsyncConnection]:
        async with write() as connection:
            yield connection
            ends.append(len(ends) % 2 == 1)
            if not ends[-1]:
                raise Conflict("the database failed: deadlock")

    monkeypatch.setattr(store._database, "write", write_at_the_second_try)
    await store.set_consent(2, ConsentStatus.AGREED)
    prediction = await store.add_prediction(sentiment, chat_id=1, asker_id=ASKER)
    assert (await store.vote(prediction, 2, 0, 0, chat_id=1)).status is VoteStatus.COUNTED
    assert (await store.undo_all(prediction, 2, chat_id=1)).status is VoteStatus.UNDONE
    await store.set_language(2, "ko")
    await store.remember_answer(1, 3, EarlierAnswer(4, prediction), asked_at=now)
    await store.forget(2)
    assert await store.delete_older_than(utc_now()) == 1
    assert ends == [False, True] * 8


def test_every_method_that_writes_is_done_again() -> None:
    methods = [
        (f"{file.stem}.{method.name}", method)
        for file in Path(conflicts.__file__).parent.rglob("*.py")
        for owner in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(owner, ast.ClassDef)
        for method in owner.body
        if isinstance(method, ast.AsyncFunctionDef) and "database.write()" in ast.unparse(method)
    ]
    again = again_after_conflict.__name__
    assert len(methods) > 30
    assert [
        name for name, method in methods if again not in [ast.unparse(each) for each in method.decorator_list]
    ] == []
