"""Measure the model service: requests per second and waiting times with N clients that ask without a pause.

    python -m benchmarks.serving                      # the built-in model; 1, 8 and 64 clients, 5 s each
    python -m benchmarks.serving --preset klue --device cuda --seconds 20
    python -m benchmarks.serving --clients 16 --json

Each client sends its next question when the last one is answered (closed loop), so the waiting time is what
a person feels under that load. Figures hold for the machine and the hour they were taken in: the first line
says how busy other programs kept it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Annotated

import psutil
import typer

from models.errors import Busy
from models.service import ModelService, build_service

QUEUE_SIZE = 256
Question = Callable[[ModelService], Awaitable[object]]

QUESTIONS: tuple[Question, ...] = (
    lambda service: service.sentiment("배우들의 연기가 좋아서 두 시간이 금방 지나갔다. 다시 보고 싶은 영화."),
    lambda service: service.mask("The capital of France is [MASK]."),
    lambda service: service.nsp("비가 많이 온다.", "그래서 우산을 챙겨 나갔다."),
    lambda service: service.nli("한 남자가 기타를 치고 있다.", "남자가 악기를 연주한다."),
    lambda service: service.mask("대한민국의 수도는 [MASK]이다."),
    lambda service: service.sentiment("지루하다"),
    lambda service: service.nsp("He opened the door.", "The room behind it was dark and cold."),
)


@dataclass(frozen=True, slots=True)
class Load:
    """What N clients saw.

    Attributes:
        clients: How many asked at the same time.
        answered: Questions answered in the measured time.
        refused: Questions turned away because the queue was full.
        per_second: Answers per second.
        p50_ms: Median wait for an answer, milliseconds.
        p95_ms: 95th percentile of that wait, milliseconds.
    """

    clients: int
    answered: int
    refused: int
    per_second: float
    p50_ms: float
    p95_ms: float


async def measure(service: ModelService, clients: int, seconds: float) -> Load:
    """Let ``clients`` closed-loop clients ask for ``seconds`` seconds."""
    waits: list[float] = []
    refused = 0
    started = time.perf_counter()

    async def client(offset: int) -> None:
        nonlocal refused
        for question in itertools.islice(itertools.cycle(QUESTIONS), offset % len(QUESTIONS), None):
            asked = time.perf_counter()
            if asked - started >= seconds:
                return
            try:
                await question(service)
            except Busy as busy:
                refused += 1
                await asyncio.sleep(busy.retry_after)
            else:
                waits.append(time.perf_counter() - asked)

    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(client(number))
    elapsed = time.perf_counter() - started
    waits.sort()
    p50, p95 = (waits[round(share * (len(waits) - 1))] * 1e3 for share in (0.50, 0.95))
    return Load(clients, len(waits), refused, len(waits) / elapsed, p50, p95)


async def measure_all(preset: str, device: str, loads: list[int], seconds: float) -> list[Load]:
    """Start the service, warm it up and measure it under each load in turn."""
    service = build_service(device=device, preset=preset, catalog_path=None, queue_size=QUEUE_SIZE)
    await service.start()
    try:
        await measure(service, clients=1, seconds=1.0)  # warm-up, not counted
        return [await measure(service, clients, seconds) for clients in loads]
    finally:
        await service.close()


def main(
    preset: Annotated[str, typer.Option(help="Which models answer.")] = "builtin",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    clients: Annotated[list[int] | None, typer.Option(min=1, help="How many ask at once.")] = None,
    seconds: Annotated[float, typer.Option(min=1.0, help="How long each load lasts.")] = 5.0,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object per load.")] = False,
) -> None:
    """Print requests per second and waiting times of the model service under each load."""
    busy = psutil.cpu_percent(interval=1.0)
    results = asyncio.run(measure_all(preset, device, clients or [1, 8, 64], seconds))
    if json_lines:
        for load in results:
            print(json.dumps({"preset": preset, "device": device, **asdict(load)}))
        return
    used = psutil.Process().memory_info().rss / 2**20
    print(f"{preset} on {device}; {psutil.cpu_count()} cores, {busy:.0f} % busy before; {used:.0f} MiB used")
    print("clients  answers/s   p50 ms   p95 ms  answered  refused")
    for load in results:
        rates = f"{load.clients:7d} {load.per_second:10.1f} {load.p50_ms:8.1f} {load.p95_ms:8.1f}"
        print(f"{rates} {load.answered:9d} {load.refused:8d}")


if __name__ == "__main__":
    typer.run(main)
