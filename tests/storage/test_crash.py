"""What was acknowledged outlives the process, however it ends."""

from __future__ import annotations

import asyncio
import signal
import sys

from storage.privacy.pseudonym import Pseudonymizer
from storage.store import NewPrediction, Store
from tests.storage.conftest import ASKER, CHAT, Sql

VOTER = """
import asyncio, itertools, sys
from storage.store import ConsentStatus, Store

async def main(url, prediction):
    store = await Store.open(url, pepper=b"a secret of the tests")
    for user in itertools.count(1):
        await store.set_consent(user, ConsentStatus.AGREED)
        await store.vote(prediction, user, 0, user % 2, chat_id=int(sys.argv[3]))
        print("acknowledged", user, flush=True)

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def test_an_acknowledged_vote_survives_sigkill(
    store: Store, sentiment: NewPrediction, url: str, sql: Sql
) -> None:
    prediction = await store.add_prediction(sentiment, chat_id=CHAT, asker_id=ASKER)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", VOTER, url, str(prediction), str(CHAT), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    lines = [await asyncio.wait_for(child.stdout.readline(), timeout=60) for _ in range(20)]
    child.kill()
    lines += (await child.stdout.read()).splitlines()
    assert await child.wait() == -signal.SIGKILL

    acknowledged = [int(line.split()[1]) for line in lines if line.startswith(b"acknowledged")]
    assert acknowledged == list(range(1, len(acknowledged) + 1))
    assert len(acknowledged) >= 20
    kept: dict[str, str] = dict(
        await sql("SELECT pseudonym, label FROM votes JOIN annotators a ON a.id = annotator_id")
    )
    pseudonymizer = Pseudonymizer(b"a secret of the tests")
    for user in acknowledged:
        assert kept[pseudonymizer.person(user)] == ("positive", "negative")[user % 2]
    assert (await store.vote(prediction, 1, 0, 1, chat_id=CHAT)).status == "unchanged"
