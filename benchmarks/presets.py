"""Measure the model service as a chat asks it: questions of all tasks in turn, by N clients without a pause.

    python -m benchmarks.presets                      # the built-in model; 1, 8 and 64 clients, 5 s each
    python -m benchmarks.presets --preset klue --device cuda --seconds 20
    python -m benchmarks.presets --clients 16 --json

Any preset on any device; questions that the preset doesn't serve are left out. ``benchmarks.serving`` sets
the service beside other engines.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated

import psutil
import typer

from benchmarks.clients import Load, closed_loop
from benchmarks.figures import percentile
from benchmarks.questions import QUESTIONS, Question
from models.catalog import Catalog, load_catalog
from models.errors import ModelServiceError
from models.service import ModelService
from models.text import language_of


def served(catalog: Catalog, preset: str) -> list[Question]:
    """The questions that a preset has checkpoints for.

    Raises:
        ModelServiceError: If there is no such preset, or it serves none of them.
    """
    catalog.checked(preset)
    questions = [each for each in QUESTIONS if catalog.serves(preset, each.task, language_of(*each.texts))]
    if not questions:
        raise ModelServiceError(f"the preset {preset!r} serves none of the questions")
    return questions


async def measure_all(preset: str, device: str, loads: Sequence[int], seconds: float) -> list[Load]:
    """Start the service, warm it up and measure it under each load in turn.

    Raises:
        ModelServiceError: If the preset can't be loaded.
    """
    catalog = load_catalog()
    questions = served(catalog, preset)
    service = ModelService(catalog, device=device, preset=preset)

    async def ask(question: Question) -> object:
        return await question.ask(service, preset=preset)

    try:
        for question in questions:  # load everything, and show what can't be
            await ask(question)
        return [await closed_loop(ask, questions, clients=clients, seconds=seconds) for clients in loads]
    finally:
        await service.close()


def line(load: Load) -> str:
    """One line of the table."""
    waits = "".join(
        f" {percentile(load.waits_ms, share):8.1f}" if load.waits_ms else "        –"
        for share in (0.50, 0.95, 0.99)
    )
    return (
        f"{load.clients:7d} {load.per_second:10.1f}{waits} {load.answered:9d} {sum(load.failed.values()):7d}"
    )


def main(
    preset: Annotated[str, typer.Option(help="Which models answer.")] = "builtin",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    clients: Annotated[list[int] | None, typer.Option(min=1, help="How many ask at once.")] = None,
    seconds: Annotated[float, typer.Option(min=1.0, help="How long each load lasts.")] = 5.0,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object per load.")] = False,
) -> None:
    """Print requests per second and waiting times of the model service under each load."""
    busy = psutil.cpu_percent(interval=1.0)
    try:
        results = asyncio.run(measure_all(preset, device, clients or [1, 8, 64], seconds))
    except ModelServiceError as error:
        typer.echo(f"benchmarks.presets: {error}", err=True)
        raise typer.Exit(1) from None
    if json_lines:
        for load in results:
            waits = {
                f"p{share}_ms": percentile(load.waits_ms, share / 100) if load.waits_ms else None
                for share in (50, 95, 99)
            }
            figures = {"clients": load.clients, "answered": load.answered, "failed": load.failed}
            print(
                json.dumps(
                    {"preset": preset, "device": device, **figures, "per_second": load.per_second, **waits}
                )
            )
        return
    used = psutil.Process().memory_info().rss / 2**20
    print(f"{preset} on {device}; {psutil.cpu_count()} cores, {busy:.0f} % busy before; {used:.0f} MiB used")
    print("clients  answers/s   p50 ms   p95 ms   p99 ms  answered  failed")
    for load in results:
        print(line(load))


if __name__ == "__main__":
    typer.run(main)
