"""The whole loop as those who live it see it: people label, the bot learns, is measured, and answers better.

The model that learns is the one that ships: it does not know the words of a small domain, and twelve people,
two of whom lie, teach them to it.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.domain import Review, reviews
from handlers.replies.texts import EN
from tests.e2e.processes import Program, eventually, rows
from tests.e2e.sim import Private, Said, Sim
from tests.e2e.teaching import (
    LABELS,
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
from tests.e2e.traces import traces

pytestmark = pytest.mark.timeout(900)

ITEMS, VOTERS, HOSTILE = 300, 12, 2
TO_LABEL = 50  # texts that each person labels blind, besides those they asked about
CARELESS = 0.1  # of the votes of those who mean well
KNOWN, UNSEEN = 120, 30  # texts whose labels the admin knows, and texts that nobody gave the bot
SEED = 20261126
QUESTION = "골목 카페 라떼 진짜 뽀둥하네요"
MODEL = re.compile(r"Model: (\S+) \((\w+)\)")
# 800 rows: of fewer than 740 the gate would leave it to a person whether nothing was lost
TESTED = (
    "어제 처음 친구와 다시 그제 작년에 같이 아침에 주말에 극장에서 "
    "엄마와 여름에 방금 드디어 끝까지 혼자서 일찍 늦게 여럿이 밤새"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("taught")


@pytest.fixture(scope="module")
def bot(folder: Path) -> Iterator[Program]:
    """The bot on its own page, with the model that ships, and files of what that must not forget."""
    write_old(folder / "old-test.tsv", TESTED.split(), wrong=True)
    write_old(folder / "old.tsv", ("오늘", "지난주에", "혼자", "집에서"), wrong=False)
    settings = {"TEACHING_TESTS": "sentiment=old-test.tsv", "TEACHING_REPLAYS": "sentiment=old.tsv"}
    with teachable(folder, **settings) as bot:
        yield bot
        assert bot.stop() == 0
        assert "Traceback" not in bot.log.read_text()


def write_old(file: Path, when: Sequence[str], *, wrong: bool) -> None:
    """Write plain sentences that the shipped model knows well, in the form of a public file.

    An eighth of the labels may be wrong, of both in like number, as some are in every public test file: where
    no model can be as often right as it is sure, one that is less sure after learning is not found worse.
    """
    words = (
        ("정말 재미있고 좋았어요", 1),
        ("최고였고 감동적이었어요", 1),
        ("정말 지루하고 별로였어요", 0),
        ("최악이고 돈이 아까웠어요", 0),
    )
    things = ("영화", "드라마", "연기", "음악", "이야기", "장면", "연출", "대사", "결말", "화면")
    texts = [
        (f"{time} 본 {thing} {said}", label) for time in when for thing in things for said, label in words
    ]
    lines = [
        f"{number}\t{text}\t{1 - label if wrong and number % 8 == number // 8 % 8 else label}"
        for number, (text, label) in enumerate(texts)
    ]
    file.write_text("\n".join(["id\tdocument\tlabel", *lines]) + "\n", encoding="utf-8")


def first_label(answer: str) -> str:
    """The label that an answer names first, which is the likelier one."""
    return min(LABELS, key=lambda name: answer.find(LABELS[name]))


def majority(folder: Path, seed: int) -> dict[str, str]:
    """What most say of each text that several voted on; a tie is decided by lot."""
    cast: dict[str, list[str]] = defaultdict(list)
    for text, label in rows(
        folder,
        "SELECT text_a, v.label FROM votes v JOIN predictions p ON p.id = v.prediction_id"
        " JOIN inputs i ON i.id = p.input_id",
    ):
        cast[text].append(label)
    lot = random.Random(seed)
    decided = {}
    for text, labels in sorted(cast.items()):
        counts = Counter(labels)
        most = max(counts.values())
        decided[text] = lot.choice(sorted(label for label, count in counts.items() if count == most))
    return decided


async def asked_until(stop: asyncio.Event, hurry: asyncio.Event, chat: Private) -> list[str]:
    """Ask the same again and again, and more often once in a hurry; gives the answers."""
    answers = []
    while not stop.is_set():
        await chat.says(f"/sentiment {QUESTION}")
        answers.append((await chat.next_bot_message(60.0)).text)
        with suppress(TimeoutError):  # people read; and the training gets a turn on a small machine
            await asyncio.wait_for(hurry.wait(), 1.0)
        await asyncio.sleep(0.1)
    return answers


@dataclass(slots=True)
class Story:
    """What happens to the bot of one folder, step by step.

    Attributes:
        folder: Where it runs.
        admin: Who runs it.
        voters: Those who teach it.
        texts: What they ask about, and what is right.
        known: Other texts, of which the admin knows what is right.
        unseen: Others still, which ask how much was learnt.
        old: Its answer to ``QUESTION`` before it learnt.
        new: The same after.
        before: Share of ``unseen`` that it had right before it learnt.
    """

    folder: Path
    admin: Private
    voters: list[Voter]
    texts: list[Review]
    known: list[Review]
    unseen: list[Review]
    old: str = ""
    new: str = ""
    before: float = 0.0

    async def votes_are_cast(self) -> None:
        """They ask about 300 texts, correct the answers, and label what others asked, blind."""
        await votes(self.folder, self.voters, self.texts, TO_LABEL)

    async def voters_agree(self) -> Said:
        """What they agree on is right more often than what most of them say, and the liars are found.

        It is found out before a training is offered, which is returned.
        """
        offer = await offered(self.admin)
        query = "SELECT text_a, label FROM labels l JOIN inputs i ON i.id = l.input_id"
        labels, most = dict(rows(self.folder, query)), majority(self.folder, SEED)
        assert f"Labels to learn from: {len(labels) - KNOWN}" in offer.text
        assert len(most) == ITEMS
        agreed = {text: label for text, label in labels.items() if text in most}
        assert self._right(agreed) > self._right(most) + 0.02  # what is left open counts as wrong
        query = "SELECT verdict, count(*) FROM trusts WHERE task = 'sentiment' GROUP BY verdict"
        assert dict(rows(self.folder, query)) == {"inverted": HOSTILE, "trusted": VOTERS - HOSTILE}
        return offer

    async def the_bot_learns(self, offer: Said) -> None:
        """An admin has the model taught while others ask it; it takes over between two answers."""
        self.old = await self.answer()
        self.before = await self._right_of_unseen()
        stop, hurry, taken_over = asyncio.Event(), asyncio.Event(), "answers from now on"
        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(asked_until(stop, hurry, voter.chat)) for voter in self.voters[:4]]
            shown = await started(self.admin, offer)
            shown = await watched(self.admin, shown, "comparing with the model", taken_over)
            hurry.set()
            shown = await watched(self.admin, shown, taken_over)
            await eventually(self._answers_otherwise)
            await asyncio.sleep(1)  # some more of the new ones
            stop.set()
        verdict = shown.text
        assert "✓ Gain, known labels (gold): " in verdict
        assert f"n = {KNOWN} known labels (gold)" in verdict
        assert "Old skill, test file" in verdict
        assert "not seen, because none was given" not in verdict
        assert "votes alone" not in verdict
        self.new = await self.answer()
        for task in asking:
            answers = task.result()
            # None failed, none is of two models, and none is of the old one once the new one has answered.
            assert answers == sorted(answers, key=[self.old, self.new].index)
        was, now = MODEL.search(self.old), MODEL.search(self.new)
        assert was is not None
        assert now is not None
        assert was[1] == "builtin"
        assert now[1] in {name for (name,) in rows(self.folder, "SELECT name FROM checkpoints")}
        assert was[2] != now[2]

    async def it_knows_the_words(self) -> None:
        """It is right about texts that nobody asked about; what was answered before still stands there."""
        after = await self._right_of_unseen()
        assert after >= 0.8
        assert after >= self.before + 0.15, (self.before, after)
        for voter in self.voters[4:7]:  # a chat of those who went on asking lets its old messages go
            _, answer = voter.asked[0]
            assert (await voter.chat.look(answer)).text == answer.text

    async def the_old_one_comes_back(self) -> None:
        """The way back brings the old answers back."""
        await self.admin.says("/models")
        panel = await self.admin.next_bot_message()
        await self.admin.taps(panel, "↩️")
        sure = await self.admin.wait_edit(panel)
        await self.admin.taps(sure, EN.models.yes_button)
        await eventually(self._answers_as_before)

    async def one_is_forgotten(self) -> None:
        """No file of the folder holds what a person wrote, or who they are; what was learnt of it goes."""
        leaver = self.voters[-1]
        theirs = [review.text for review, _ in leaver.asked]
        query = (
            "SELECT DISTINCT a.pseudonym FROM annotators a JOIN predictions p ON p.asker_id = a.id"
            f" JOIN inputs i ON i.id = p.input_id WHERE i.text_a = '{theirs[0]}'"
        )
        [(pseudonym,)] = rows(self.folder, query)
        escaped = [json.dumps(text)[1:-1] for text in theirs]
        needles = [*theirs, *escaped, pseudonym, str(await leaver.chat.user_id())]
        held = {Path(name).name for name, needle in traces(self.folder, needles) if needle in theirs}
        assert {"train.jsonl", "train.parquet"} <= held, "it learnt from their texts"
        await leaver.chat.says("/forgetme")
        question = await leaver.chat.next_bot_message()
        await leaver.chat.taps(question, EN.forget_button)
        await leaver.chat.wait_edit(question)
        assert traces(self.folder, needles) == []
        assert rows(self.folder, "SELECT state FROM dataset_snapshots") == [("stale",)]
        await eventually(lambda: rows(self.folder, "SELECT state FROM checkpoints") == [("retired",)])
        assert not list((self.folder / "var").rglob("checkpoints/*/model.safetensors"))

    async def answer(self, text: str = QUESTION) -> str:
        """Ask as the admin."""
        return (await answer_to(self.admin, text)).text

    async def _right_of_unseen(self) -> float:
        answers = [await self.answer(review.text) for review in self.unseen]
        pairs = zip(self.unseen, answers, strict=True)
        return sum(first_label(said) == review.label for review, said in pairs) / len(self.unseen)

    async def _answers_otherwise(self) -> bool:
        return await self.answer() != self.old

    async def _answers_as_before(self) -> bool:
        return await self.answer() == self.old

    def _right(self, labels: dict[str, str]) -> float:
        truth = {review.text: review.label for review in self.texts}
        return sum(truth[text] == label for text, label in labels.items()) / len(truth)


async def test_people_teach_the_bot_their_words(bot: Program, folder: Path) -> None:
    async with Sim(await page_of(bot)) as sim:
        admin = await admin_of(sim)
        voters = [
            Voter(sim.private(language="en"), number < HOSTILE, CARELESS, random.Random(number))
            for number in range(VOTERS)
        ]
        for voter in voters:
            await voter.chat.agrees()
        drawn = reviews(ITEMS + UNSEEN + KNOWN, SEED)
        unseen, known = drawn[ITEMS : ITEMS + UNSEEN], drawn[ITEMS + UNSEEN :]
        story = Story(folder, admin, voters, drawn[:ITEMS], known, unseen)
        await story.votes_are_cast()
        await gold(folder, known)
        await story.the_bot_learns(await story.voters_agree())
        await story.it_knows_the_words()
        await story.the_old_one_comes_back()
        await story.one_is_forgotten()
