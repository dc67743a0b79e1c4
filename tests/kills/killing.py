"""Work in a process of its own that is killed at a random moment, again and again.

    killer = Killer(tmp_path / "work.log")
    killer.whole(vote, url, 40)               # tells how long it takes, and which stages it has
    ended = killer.at_any_time(vote, url)     # ended.told is what it had acknowledged

A process forks off one that has everything imported, so that it begins within milliseconds.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from tests.forking import FORKING, print_to

_PATIENCE_S = 100.0
_BEGUN = "begun"

Tell = Callable[..., None]
"""Acknowledges: a word for what was done, and with what."""
Told = tuple[Any, ...]
_Given = ParamSpec("_Given")
_Work = Callable[Concatenate[Tell, _Given], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process told before its end.

    Attributes:
        told: Words and values, in order.
        at: Seconds after its beginning, of each of them and of its end.
        code: As ``subprocess`` has it: -9 for one that was killed.
    """

    told: tuple[Told, ...]
    at: tuple[float, ...]
    code: int

    def of(self, word: str) -> list[Any]:
        """The value that was told with each of these words."""
        return [told[1] for told in self.told if told[0] == word]


@dataclass(slots=True)
class Killer:
    """Runs work to its end, or kills it.

    Attributes:
        log: File for what the processes print.
        seed: Of the moments.
        count: How many have been killed.
    """

    log: Path
    seed: int = field(default_factory=lambda: random.randrange(1_000_000))
    count: int = 0
    _rng: random.Random = field(init=False)
    _last: str = ""
    _span: float = 0.0
    _gaps: dict[str, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        print("seed", self.seed)  # noqa: T201  # to do it again

    @contextmanager
    def named(self) -> Iterator[None]:
        """Say with every failure in the block how to see it again."""
        try:
            yield
        except BaseException as error:
            error.add_note(f"seed {self.seed}, kill {self.count}: {self._last}\n{self._printed()}")
            raise

    def whole(self, work: _Work[_Given], *given: _Given.args, **_: _Given.kwargs) -> Ended:
        """Let work come to its end; kills fall into the time that it takes, and into its stages."""
        ended = self._run(work, given, None, 0.0)
        assert ended.code == 0, f"seed {self.seed}: it did not come to its end\n{self._printed()}"
        self._span = ended.at[-1]
        for (word, *_values), (since, until) in zip(ended.told, pairwise(ended.at), strict=True):
            self._gaps[word] = max(self._gaps.get(word, 0.0), until - since)
        return ended

    def at_any_time(self, work: _Work[_Given], *given: _Given.args, **_: _Given.kwargs) -> Ended:
        """Kill work that does not end by itself, at any moment of the time that the whole of it took."""
        return self._kill(work, given, _BEGUN, self._rng.uniform(0, self._span))

    def at_any_stage(self, work: _Work[_Given], *given: _Given.args, **_: _Given.kwargs) -> Ended:
        """The same, a short stage being as likely as a long one."""
        word = self._rng.choice(sorted(self._gaps))
        return self._kill(work, given, word, self._rng.uniform(0, self._gaps[word]))

    def right_after(self, word: str, work: _Work[_Given], *given: _Given.args, **_: _Given.kwargs) -> Ended:
        """Kill work as soon as it tells a word."""
        return self._kill(work, given, word, 0.0)

    def _kill(self, work: Callable[..., None], given: tuple[Any, ...], word: str, after: float) -> Ended:
        self._last = f"{after * 1_000:.1f} ms after {word!r}"
        ended = self._run(work, given, word, after)
        assert ended.code == -signal.SIGKILL, (
            f"seed {self.seed}: it ended by itself, before {self._last}\n{self._printed()}"
        )
        self.count += 1
        return ended

    def _run(
        self, work: Callable[..., None], given: tuple[Any, ...], word: str | None, after: float
    ) -> Ended:
        reading, writing = FORKING.Pipe(duplex=False)
        process = FORKING.Process(target=_child, args=(writing, self.log, work, given))
        process.start()
        writing.close()
        told, at = list[Told](), list[float]()
        begun = time.monotonic()
        until = begun + _PATIENCE_S
        killed = False
        with reading:
            while True:
                if not reading.poll(max(0.0, until - time.monotonic())):
                    process.kill()  # what it told until then is still in the pipe
                    killed, until = True, time.monotonic() + _PATIENCE_S
                try:
                    message: Told = reading.recv()
                except EOFError:
                    break
                now = time.monotonic()
                begun = begun if told else now
                told.append(message)
                at.append(now - begun)
                if word == message[0] and not killed:
                    word, until = None, now + after
        process.join()
        code = process.exitcode
        process.close()
        assert code is not None
        return Ended(tuple(told), (*at, time.monotonic() - begun), code)

    def _printed(self) -> str:
        return self.log.read_text(encoding="utf-8")[-4_000:] if self.log.exists() else ""


def _child(writing: Connection, log: Path, work: Callable[..., None], given: tuple[Any, ...]) -> None:
    """Tell of each thing that is done, on a pipe that a kill closes."""
    print_to(log)

    def tell(word: str, *values: object) -> None:
        writing.send((word, *values))

    tell(_BEGUN)
    work(tell, *given)
