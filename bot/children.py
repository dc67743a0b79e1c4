"""Commands of this program that the bot runs beside itself, so that they never make a chat wait."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

_KEPT = 20  # last lines that a child said, for when it fails
_LONGEST = 300  # characters of one
Command = Callable[..., tuple[str, ...]]
"""Makes a command line of a command of this program."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended.

    Attributes:
        code: Its exit code; below zero, the signal that killed it.
        output: What it printed.
        said: The last line on its stderr.
    """

    code: int
    output: bytes
    said: str


def own_command(*arguments: str) -> tuple[str, ...]:
    """Return how to run a command of this program at the lowest priority."""
    nice = shutil.which("nice")
    return (*((nice, "-n", "19") if nice else ()), sys.executable, "-m", "bot", *arguments)


async def run_child(command: Sequence[str], *, patience: float = 20.0) -> Ended:
    """Run a command to its end; when this is cancelled, interrupt it, wait, and then kill it.

    It gets a session of its own: Ctrl-C in the bot's terminal reaches it through the bot alone.

    Args:
        command: Program and arguments.
        patience: Seconds that it may take to end once it is interrupted.
    """
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert child.stdout is not None  # noqa: S101  # piped
    assert child.stderr is not None  # noqa: S101
    try:
        output, said, code = await asyncio.gather(child.stdout.read(), _last_line(child.stderr), child.wait())
    except asyncio.CancelledError:
        await _stop(child, patience)
        raise
    return Ended(code, output, said)


async def _stop(child: asyncio.subprocess.Process, patience: float) -> None:
    with suppress(ProcessLookupError):
        child.send_signal(signal.SIGINT)
    try:
        async with asyncio.timeout(patience):
            await child.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _last_line(stream: asyncio.StreamReader) -> str:
    """Read a stream to its end, however long its lines are: a bar is one."""
    kept: deque[str] = deque(maxlen=_KEPT)
    rest = b""
    while some := await stream.read(4_096):
        *lines, rest = (rest + some).replace(b"\r", b"\n").split(b"\n")
        kept.extend(text for line in lines if (text := line.decode("utf-8", "replace").strip()))
        rest = rest[-_LONGEST:]
    if last := rest.decode("utf-8", "replace").strip():
        kept.append(last)
    return kept[-1][:_LONGEST] if kept else ""
