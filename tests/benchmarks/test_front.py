import asyncio
import threading

import pytest

from benchmarks.front import Answerer, Front


class Model:
    """Answers with the length of each text once it's let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Event()
        self.batches: list[list[str]] = []

    def load(self) -> Answerer:
        return self.answer

    def answer(self, texts: list[str]) -> list[list[float]]:
        self.batches.append(texts)
        self.begun.set()
        assert self.go.wait(10)
        if "bad" in texts:
            raise ValueError("bad")
        return [[float(len(text))] for text in texts]


async def test_while_a_batch_is_worked_on_the_next_gathers_around_the_oldest() -> None:
    model = Model()
    front = Front(model.load, workers=1, batch=3)
    await front.start()
    first = asyncio.gather(front.ask("x" * 5))
    await asyncio.to_thread(model.begun.wait, 10)
    others = ["a" * 100, "b" * 20, "c" * 90, "d" * 22, "e" * 80]
    rest = asyncio.gather(*map(front.ask, others))
    await asyncio.sleep(0)
    model.go.set()
    assert list(await first) == [[5.0]]
    assert list(await rest) == [[100.0], [20.0], [90.0], [22.0], [80.0]]
    await front.close()
    assert [sorted(map(len, batch)) for batch in model.batches] == [[5], [80, 90, 100], [20, 22]]


async def test_a_failure_goes_to_who_asked_and_the_worker_goes_on() -> None:
    model = Model()
    model.go.set()
    front = Front(model.load, workers=1, batch=1)
    await front.start()
    with pytest.raises(ValueError, match="bad"):
        await front.ask("bad")
    assert await front.ask("good") == [4.0]
    await front.close()


async def test_what_loading_raises_start_raises() -> None:
    def load() -> Answerer:
        raise OSError("no such file")

    front = Front(load, workers=2, batch=1)
    with pytest.raises(OSError, match="no such file"):
        await front.start()
