from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from models.batching import Batcher
from models.errors import WorkerStopped
from tests.models.doubler import Killed


@dataclass(frozen=True, slots=True)
class Plan:
    """One request of a random mix.

    Attributes:
        fate: Of its item: ``well``, ``answered`` with an exception, ``raises``, ``kills`` or ``cancelled``.
    """

    chat: int | None
    runner: int
    cost: int
    fate: str


PLANS = st.builds(
    Plan,
    st.sampled_from([None, 1, 2, 3]),
    st.integers(0, 2),
    st.integers(0, 60),
    st.sampled_from(["well"] * 6 + ["answered", "raises", "kills", "cancelled", "cancelled"]),
)


@dataclass(eq=False)
class Mixed:
    """Does to each item what its plan says."""

    plans: Sequence[Plan]
    gate: threading.Event
    batches: list[list[int]] = field(default_factory=list)

    def run(self, items: Sequence[int]) -> list[int | Exception]:
        assert self.gate.wait(10)
        self.batches.append(list(items))
        fates = [self.plans[item].fate for item in items]
        if "kills" in fates:
            raise Killed
        if "raises" in fates:
            raise ValueError(f"one of {items}")
        return [
            KeyError(item) if fate == "answered" else item for item, fate in zip(items, fates, strict=True)
        ]


@given(st.lists(PLANS, max_size=60), st.integers(1, 3))
@settings(deadline=None, max_examples=60)
def test_everyone_gets_exactly_their_own_outcome(plans: list[Plan], workers: int) -> None:
    asyncio.run(mixed(plans, workers))


async def mixed(plans: list[Plan], workers: int) -> None:
    gate = threading.Event()
    runners = [Mixed(plans, gate) for _ in range(3)]
    batcher = Batcher(queue_size=200, batch_cost=100)
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[int]] = [
        loop.create_task(batcher.submit(runners[plan.runner], item, plan.cost, chat=plan.chat))
        for item, plan in enumerate(plans)
    ]
    await asyncio.sleep(0)
    for task, plan in zip(tasks, plans, strict=True):
        if plan.fate == "cancelled":
            task.cancel()
    await asyncio.sleep(0)
    batcher.start(workers)
    gate.set()
    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        await batcher.close()
    whole = [[batch for batch in runner.batches if not _half(batch, runner.batches)] for runner in runners]
    killed = [batch for its in whole for batch in its if any(plans[item].fate == "kills" for item in batch)]
    for item, (plan, outcome) in enumerate(zip(plans, outcomes, strict=True)):
        fate = "killed" if any(item in batch for batch in killed) else plan.fate
        assert _is_right(item, fate, outcome), (item, fate, outcome)
    worked = [item for its in whole for batch in its for item in batch]
    assert sorted(worked) == [item for item, plan in enumerate(plans) if plan.fate != "cancelled"]
    for number, its in enumerate(whole):
        _check_batches(its, number, plans, in_order=workers == 1)  # of several, any may note its batch first


def _is_right(item: int, fate: str, outcome: object) -> bool:
    match fate:
        case "cancelled":
            return isinstance(outcome, asyncio.CancelledError)
        case "killed":
            return isinstance(outcome, WorkerStopped)
        case "answered":
            return isinstance(outcome, KeyError) and outcome.args == (item,)
        case "raises":
            return isinstance(outcome, ValueError) and str(outcome) == f"one of [{item}]"
        case _:
            return outcome == item


def _check_batches(batches: list[list[int]], runner: int, plans: list[Plan], *, in_order: bool) -> None:
    order: dict[int, list[int]] = defaultdict(list)
    for batch in batches:
        assert len(batch) == 1 or sum(max(plans[item].cost, 1) for item in batch) <= 100
        for item in batch:
            assert plans[item].runner == runner
            if (chat := plans[item].chat) is not None:  # else it is a chat of its own
                order[chat].append(item)
    assert not in_order or all(its == sorted(its) for its in order.values())


def _half(batch: list[int], batches: list[list[int]]) -> bool:
    """Whether a batch is a part of another one, tried alone after that one raised."""
    return any(set(batch) < set(other) for other in batches)
