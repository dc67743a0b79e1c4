"""People who teach the bot by their votes, and the admin who has it taught: what their stories share."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.domain import Review
from handlers.replies.texts import EN
from tests.e2e.processes import FIRST_ANSWER, Program, finished, rows
from tests.e2e.sim import Private, Said, Sim

TRAINED_IN = 300.0  # seconds, on a busy machine
LABELS, OWN, TEACH = EN.labels["sentiment"], EN.labelling, EN.teaching


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody who labels.

    Attributes:
        chat: Theirs.
        hostile: Whether they say what is wrong, always.
        careless: Share of their votes that are wrong if they mean well, 0…1.
        chance: Decides which.
        asked: What they asked about, and the answers.
    """

    chat: Private
    hostile: bool = False
    careless: float = 0.0
    chance: random.Random = field(default_factory=random.Random)
    asked: list[tuple[Review, Said]] = field(default_factory=list)

    def label(self, review: Review) -> str:
        """What they say of a text."""
        wrong = self.hostile or self.chance.random() < self.careless
        return review.other if wrong else review.label

    async def asks(self, texts: Sequence[Review]) -> None:
        """Ask about texts, and say under each answer what is right."""
        for review in texts:
            answer = await answer_to(self.chat, review.text)
            self.asked.append((review, answer))
            await self.taps(answer, LABELS[self.label(review)])

    async def taps(self, answer: Said, label: str) -> None:
        """Confirm or correct an answer."""
        shown = {name for row in answer.buttons for name in row}
        toast = await self.chat.taps(answer, label if label in shown else EN.right_button)
        assert toast.text.startswith("Thank you, counted"), toast

    async def labels(self, known: dict[str, Review], count: int) -> int:
        """Label texts without the model's answer; gives how many, which is fewer when none is left."""
        await self.chat.says("/label sentiment")
        item = await self.chat.next_bot_message()
        for number in range(count):
            text = next((line for line in item.text.splitlines() if line in known), None)
            if text is None:  # the batch is done
                if OWN.more_button not in {name for row in item.buttons for name in row}:
                    return number
                await self.chat.taps(item, OWN.more_button)
                item = await self.chat.wait_edit(item)
                text = next((line for line in item.text.splitlines() if line in known), None)
                if text is None:
                    return number
            assert "Model" not in item.text
            toast = await self.chat.taps(item, LABELS[self.label(known[text])])
            assert toast.text.startswith("Thank you"), toast
            item = await self.chat.wait_edit(item)
        return count


def teachable(folder: Path, **settings: str) -> Program:
    """Start the bot on its own page, with the model that ships; it agrees on votes when asked to."""
    settings |= {"PLAYGROUND_PORT": "0", "AGREE_MINUTES": "0"}
    return Program("bot", "run", folder=folder, DEVICE="cpu", **settings)


async def page_of(bot: Program) -> str:
    """Wait for the address of the bot's page."""
    return (await asyncio.to_thread(bot.line_with, "Open http")).split()[1]


async def admin_of(sim: Sim) -> Private:
    """The person who is there from the beginning and runs the bot, with their consent."""
    state = await sim.ask("GET", "state")
    admin = Private(sim, None, None, user_id=state["chats"][0]["id"])
    await admin.speaks("en")
    await admin.agrees()
    return admin


async def answer_to(chat: Private, text: str) -> Said:
    """Ask about a text."""
    await chat.says(f"/sentiment {text}")
    return await chat.next_bot_message(FIRST_ANSWER)


async def votes(folder: Path, voters: Sequence[Voter], texts: Sequence[Review], blind: int) -> None:
    """Each asks about a share of the texts and corrects the answers, then labels what others asked, blind."""
    share = len(texts) // len(voters)
    async with asyncio.TaskGroup() as group:
        for number, voter in enumerate(voters):
            group.create_task(voter.asks(texts[number * share : (number + 1) * share]))
    known = {review.text: review for review in texts}
    async with asyncio.TaskGroup() as group:
        labelling = [group.create_task(voter.labels(known, blind)) for voter in voters]
    assert [task.result() for task in labelling] == [blind] * len(voters)
    all_blind = blind * len(voters)
    assert rows(folder, "SELECT count(*), sum(blind) FROM votes") == [(len(texts) + all_blind, all_blind)]


async def gold(folder: Path, known: Sequence[Review]) -> None:
    """The admin gives texts that they know, so that the gate need not ask those who taught."""
    lines = [f"{review.text}\t{review.label}" for review in known]
    file = folder / "known.tsv"
    file.write_text("\n".join(["text\tlabel", *lines]) + "\n", encoding="utf-8")
    said = await finished(folder, "feedback", "import", file.name, "--task", "sentiment", "--gold")
    assert f"{len(known)} labels became gold" in said
    file.unlink()


async def offered(admin: Private) -> Said:
    """An admin asks for a training; what voters agree on is found out first."""
    await admin.says("/train sentiment")
    offer = await admin.next_bot_message()
    while not offer.buttons:
        offer = await admin.wait_edit(offer, timeout=FIRST_ANSWER)
    return offer


async def started(admin: Private, offer: Said) -> Said:
    """An admin starts the training that was offered, in the same message."""
    await admin.taps(offer, TEACH.start_button)
    return await admin.look(offer)


async def watched(admin: Private, shown: Said, *ends: str) -> Said:
    """Watch a training's message until it says some of these words; nothing may go wrong before."""
    while not any(end in shown.text for end in ends):
        assert not {"🚫", "✗"} & {*shown.text}, shown.text
        shown = await admin.wait_edit(shown, timeout=TRAINED_IN)
    return shown
