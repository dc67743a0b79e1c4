"""The bot and the local Bot API server as subprocesses, as a person starts them."""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Self

PATIENCE = 60.0  # seconds; importing torch takes its time on a busy machine
FIRST_ANSWER = 50.0  # seconds; it waits for the model, which loads while the bot already listens
TOKEN = "4242:end-to-end"  # of the local server only

_ROOT = Path(__file__).parents[2]
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "OMP_NUM_THREADS")


class Program:
    """A subprocess whose output can be waited for.

    Args:
        arguments: After ``python -m``.
        folder: Where it runs; its log goes there too.
        settings: Its environment variables; nothing else of the project's is inherited.
    """

    def __init__(self, *arguments: str, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.log = folder / f"{arguments[0]}.log"
        self._seen: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        inherited = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=folder,
                env=inherited | {"PYTHONPATH": str(_ROOT), "PYTHONUNBUFFERED": "1"} | settings,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def line_with(self, words: str) -> str:
        """Wait for a line of output that holds ``words``."""
        end = time.monotonic() + PATIENCE
        while not any(words in line for line in self._seen):
            try:
                self._seen.append(self._lines.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"no {words!r} in {self._seen}\n{self.log.read_text()}") from None
            assert self._seen[-1], f"it ended without {words!r}: {self._seen}\n{self.log.read_text()}"
        return next(line for line in self._seen if words in line)

    def rest(self) -> str:
        """Wait for the end; gives the output that nobody has waited for."""
        self._reader.join()
        return "".join(iter(self._lines.get_nowait, ""))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Return the exit status."""
        try:
            status = self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self._reader.join()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGKILL)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _read(self) -> None:
        if self.process.stdout is not None:
            for line in self.process.stdout:
                self._lines.put(line)
        self._lines.put("")  # the end


async def eventually(check: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until ``check`` holds: for what another process does, and tells nobody."""
    async with asyncio.timeout(PATIENCE):
        while True:
            held = check()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(0.05)


def bot_program(folder: Path, catalog: Path, **settings: str) -> Program:
    """Start the bot; it runs in ``folder``, and so does its database."""
    return Program("bot", "run", folder=folder, CATALOG=str(catalog), DEVICE="cpu", **settings)


async def finished(folder: Path, *arguments: str, within: float = PATIENCE) -> str:
    """Run a command of the program to its end, for ``within`` seconds at most; gives what it printed."""
    with Program("bot", *arguments, folder=folder, DEVICE="cpu") as program:
        status = await asyncio.to_thread(program.process.wait, within)
        said = program.rest()
        assert status == 0, (said, program.log.read_text())
        return said


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask the database of the bot that runs in a folder, on a connection of our own."""
    with closing(sqlite3.connect(folder / "var" / "kobert-bot.db")) as database:
        return database.execute(query).fetchall()
