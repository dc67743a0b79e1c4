"""What people teach by lot is refused, with the reason: the model that ships stays."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from benchmarks.domain import BLAME, PRAISE, Review, reviews
from storage.verdicts import LEAST_GOLD
from tests.e2e.processes import Program, rows
from tests.e2e.sim import Sim
from tests.e2e.teaching import (
    Voter,
    admin_of,
    answer_to,
    gold,
    offered,
    page_of,
    started,
    teachable,
    votes,
    watched,
)

pytestmark = pytest.mark.timeout(900)

VOTERS, ITEMS = 6, 78
TO_LABEL = 20  # texts that each person labels blind: so many that others' votes prove each of them
SEED = 20261126


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Program]:
    with teachable(tmp_path) as bot:
        yield bot
        assert bot.stop() == 0
        assert "Traceback" not in bot.log.read_text()


def by_lot(drawn: Sequence[Review]) -> list[Review]:
    """Shuffle the labels: of the texts with a word, one half is praised and the other blamed.

    Were the halves left to chance too, one shuffling in some would teach most of the words after all.
    """
    lot, shuffled = random.Random(SEED), []
    for word in (*PRAISE, *BLAME):
        texts = [review for review in drawn if word in review.text]
        lot.shuffle(texts)
        wrong = len(texts) // 2
        shuffled += [Review(review.text, review.other) for review in texts[:wrong]] + texts[wrong:]
    lot.shuffle(shuffled)
    return shuffled


async def test_a_model_that_learnt_nothing_is_refused(bot: Program, tmp_path: Path) -> None:
    drawn = reviews(LEAST_GOLD + ITEMS, SEED)
    known, taught = drawn[:LEAST_GOLD], by_lot(drawn[LEAST_GOLD:])
    async with Sim(await page_of(bot)) as sim:
        admin = await admin_of(sim)
        voters = [Voter(sim.private(language="en")) for _ in range(VOTERS)]
        for voter in voters:
            await voter.chat.agrees()
        # They all say what the lot says, so they agree and are trusted.
        await votes(tmp_path, voters, taught, TO_LABEL)
        await gold(tmp_path, known)
        offer = await offered(admin)
        trusts = "SELECT verdict, count(*) FROM trusts GROUP BY verdict"
        assert rows(tmp_path, trusts) == [("trusted", VOTERS)]
        before = [(await answer_to(admin, review.text)).text for review in known[:3]]
        verdict = (await watched(admin, await started(admin, offer), "the place of")).text
        assert "✗ sentiment-0001 does not take the place of builtin (Sentiment)." in verdict
        assert "✗ Gain, known labels (gold): " in verdict
        assert f"n = {LEAST_GOLD} known labels (gold)" in verdict
        assert f"✓ Voters: {VOTERS} people whose votes" in verdict  # who taught it is not why
        assert [(await answer_to(admin, review.text)).text for review in known[:3]] == before
    assert rows(tmp_path, "SELECT state FROM checkpoints") == [("refused",)]
    assert rows(tmp_path, "SELECT * FROM aliases WHERE alias = 'champion' AND checkpoint_id > 0") == []
