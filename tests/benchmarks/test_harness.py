from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from benchmarks.engines import Entry, Layout
from benchmarks.harness import Contest, Settings
from benchmarks.lanes import EngineFailed, Lane
from benchmarks.machine import Disturbance, Watch
from tests.benchmarks import echo_engine

SETTINGS = Settings(rounds=2, seconds=0.3, light_seconds=0.1, clients=4, at_least=4, most_offline=64)


class FakeLane:
    """Takes orders without a process; what it's told is kept in ``journal``, all that run in ``running``."""

    def __init__(self, entry: Entry, layout: Layout, journal: list[str], running: set["FakeLane"]) -> None:
        self.entry, self.layout, self.journal, self.running = entry, layout, journal, running
        self.running.add(self)
        self.place = self
        self.remark, self.versions = "fake", {"fake": "1"}
        self.wrong = entry.name == "wrong"

    def _note(self, what: str) -> None:
        self.journal.append(f"{self.entry.name} {self.layout} {what}")

    def wait_started(self) -> None:
        if self.entry.name == "absent":
            raise EngineFailed("cannot be installed: no wheel")
        self._note("start")

    def order(self, **order: Any) -> dict[str, Any]:  # noqa: ANN401  # as Lane.order
        assert self.running == {self}, "frozen or closed, or not alone"
        if order["do"] == "answer":
            answers = [echo_engine.probabilities(text) for text in order["texts"]]
            return {"answers": [each[::-1] for each in answers] if self.wrong else answers}
        if order["do"] == "offline":
            self._note(f"offline {order['count']}")
            return {"elapsed": 2.0}
        self._note(f"load {order['clients']} from {order.get('from', 0)}")
        if self.entry.name == "breaks" and order.get("from"):
            raise EngineFailed("out of memory")
        mute = self.entry.name == "mute"
        return {
            # two workers take twice the load, two threads answer one client sooner
            "answered": 0 if mute else 10 * self.layout.workers,
            "failed": {"Busy": 5} if mute else {},
            "elapsed": 1.0,
            "waits_ms": [10.0 / self.layout.threads],
            "lags_ms": [1.0],
        }

    def memory(self) -> int:
        return 7 * 2**20

    def freeze(self) -> None:
        self.running.discard(self)
        self._note("freeze")

    def thaw(self) -> None:
        self.running.add(self)

    def close(self) -> None:
        self.running.discard(self)
        self._note("close")


class FakeWatch:
    def read(self) -> Disturbance:
        return Disturbance(0.25, 0.5)


@pytest.fixture
def journal() -> list[str]:
    return []


@pytest.fixture
def contest(tmp_path: Path, journal: list[str]) -> Callable[..., Contest]:
    folder = echo_engine.write_checkpoint(tmp_path)
    running: set[FakeLane] = set()

    def build(*names: str) -> Contest:
        return Contest(
            [echo_engine.entry(name) for name in names],
            folder,
            [100.0] * 64,
            SETTINGS,
            make_lane=lambda entry, layout: cast("Lane", FakeLane(entry, layout, journal, running)),
            cores=2,
            say=lambda _: None,
            watch=lambda _: cast("Watch", FakeWatch()),
        )

    return build


def test_each_kind_of_load_gets_the_layout_that_takes_it_better(
    contest: Callable[..., Contest], journal: list[str]
) -> None:
    (contestant,) = contest("echo").run()
    assert contestant.failure is None
    assert (contestant.saturated.layout, contestant.relaxed.layout) == ("2×1", "1×2")
    assert contestant.saturated.rates == [20, 20]
    assert contestant.relaxed.rates == [10, 10]
    assert contestant.saturated.waits_ms == [10, 10]
    assert contestant.relaxed.waits_ms == [5, 5]
    assert contestant.saturated.others == [0.25, 0.25]
    assert contestant.saturated.steal == [0.5, 0.5]
    assert contestant.offline == [32, 32]
    assert contestant.operations == [3200, 3200]
    assert contestant.memory == 7 * 2**20
    assert contestant.agreement is not None
    assert contestant.agreement.worst == 0
    assert journal.count("echo 1×2 close") == journal.count("echo 2×1 close") == 1
    # every engine is asked the same texts in a round, other ones in the next
    assert [line for line in journal if "load 4" in line] == [
        "echo 1×2 load 4 from 0",
        "echo 2×1 load 4 from 0",
        "echo 2×1 load 4 from 0",
        "echo 2×1 load 4 from 1024",
    ]


def test_rounds_take_turns_and_only_one_runs_at_a_time(
    contest: Callable[..., Contest], journal: list[str]
) -> None:
    rounds: list[int] = []
    contest("a", "b", "c").run(lambda: rounds.append(len(journal)))
    first, second = journal[rounds[0] : rounds[1]], journal[rounds[1] :]
    for part in (first, second):
        assert {line[0] for line in part if "load 4" in line} == {"a", "b", "c"}
    orders = [[line[0] for line in part if "load 4" in line] for part in (first, second)]
    assert orders == [[line[0] for line in part if "load 1" in line] for part in (first, second)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent", "cannot be installed: no wheel"),
        ("wrong", "wrong answers: probabilities differ by up to"),
        ("mute", "answered nothing under load (Busy)"),
        ("breaks", "in round 2: out of memory"),
    ],
)
def test_an_engine_that_fails_is_named_and_the_others_go_on(
    contest: Callable[..., Contest], journal: list[str], name: str, reason: str
) -> None:
    failed, fine = contest(name, "echo").run()
    assert failed.failure is not None
    assert failed.failure.startswith(reason)
    assert fine.failure is None
    assert len(fine.saturated.rates) == 2
    starts = sum(line.startswith(f"{name} ") and line.endswith("start") for line in journal)
    closes = sum(line.startswith(f"{name} ") and line.endswith("close") for line in journal)
    assert closes >= starts


def test_an_interruption_leaves_no_process_behind(
    contest: Callable[..., Contest], journal: list[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        contest("a", "b").run(interrupt)
    assert sorted({line for line in journal if line.endswith("close")}) == [
        "a 1×2 close",
        "a 2×1 close",
        "b 1×2 close",
        "b 2×1 close",
    ]
