"""One engine in a process of its own: orders come as JSON lines on stdin, answers go to stdout.

Started by ``benchmarks.lanes`` in the environment of the engine. Standard library only, but for the engine.

    {"do": "answer", "texts": […]}                          → {"answers": [[p, p], …]}
    {"do": "load", "clients": 64, "seconds": 4, "from": 0}  → what the clients saw (``clients.Load``)
    {"do": "offline", "count": 1024}                        → {"elapsed": seconds}
    {"do": "stop"}                                          → {}

An order that fails is answered {"error": "…"}. Whatever libraries print goes to standard error.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO

from benchmarks.clients import all_at_once, closed_loop
from benchmarks.engines import Engine, Layout, Spec
from benchmarks.traffic import Traffic


async def obey(engine: Engine, traffic: Traffic, order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order."""
    match order["do"]:
        case "answer":
            asked = [asyncio.wait_for(engine.ask(text), timeout=120) for text in order["texts"]]
            return {"answers": [list(each) for each in await asyncio.gather(*asked)]}
        case "load":
            texts = _from(traffic.texts, order.get("from", 0))
            load = await closed_loop(
                engine.ask,
                texts,
                clients=order["clients"],
                seconds=order["seconds"],
                at_least=order.get("at_least", 0),
                at_most=order.get("at_most", 120.0),
            )
            return asdict(load) if engine.shares_loop else asdict(load) | {"lags_ms": []}
        case "offline":
            # In order of length, so that no engine has to pad.
            chosen = sorted(range(order["count"]), key=traffic.lengths.__getitem__)
            return {"elapsed": await all_at_once(engine.ask, [traffic.texts[index] for index in chosen])}
        case "stop":
            return {}
        case unknown:
            raise ValueError(f"unknown order {unknown!r}")


def _from(texts: tuple[str, ...], start: int) -> tuple[str, ...]:
    start %= len(texts)
    return texts[start:] + texts[:start]


def versions(packages: list[str]) -> dict[str, str]:
    """Installed versions."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


async def serve(about: dict[str, Any], answers: BinaryIO) -> None:
    """Build and start the engine, then carry out orders until told to stop."""

    def say(value: dict[str, Any]) -> None:
        answers.write(json.dumps(value).encode() + b"\n")
        answers.flush()

    engine: Engine | None = None
    try:
        folder = Path(about["checkpoint"])
        traffic = Traffic.load(folder / "traffic.json")
        layout = Layout(about["workers"], about["threads"])
        spec = Spec(folder, about["positions"], layout, about["precision"])
        engine = importlib.import_module(about["module"]).build(spec)
        await engine.start()
        say({"remark": engine.remark, "versions": versions(about["packages"])})
    except Exception as error:  # noqa: BLE001  # named in the report
        say({"error": _named(error)})
        if engine is not None:
            await engine.close()
        return
    try:
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            order = json.loads(line)
            try:
                say(await obey(engine, traffic, order))
            except Exception as error:  # noqa: BLE001  # named in the report
                say({"error": _named(error)})
            if order["do"] == "stop":
                break
    finally:
        await engine.close()


def _named(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def main() -> None:
    """Keep standard output for the answers and serve."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asyncio.run(serve(json.loads(sys.argv[1]), answers))


if __name__ == "__main__":
    main()
