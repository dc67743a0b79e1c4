"""Our model service as the bot runs it, but for a longer queue."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from benchmarks.engines import Engine, Spec

_WAITING = 4096  # offline, everything is asked at once
_DEADLINE = 60.0  # the bot's


class _Said(logging.Handler):
    """Keeps what the service logs of the precision it chose."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.last = "nothing said"
        logger = logging.getLogger("models.checkpoints")
        logger.setLevel(logging.INFO)
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        self.last = record.getMessage()


class Ours:
    """The service with one preset: the checkpoint.

    Args:
        spec: What to serve.
    """

    shares_loop = True

    def __init__(self, spec: Spec) -> None:
        from models.catalog import load_catalog  # noqa: PLC0415  # peers' environments lack its packages
        from models.service import ModelService  # noqa: PLC0415

        self._said = _Said()
        self._asked = spec.precision
        if spec.checkpoint.name == "builtin":
            catalog, preset = None, "builtin"
        else:
            catalog, preset = spec.checkpoint / "catalog.toml", "bench"
            catalog.write_text('[presets.bench]\nsentiment.any = "./"\n', encoding="utf-8")
        self._service = ModelService(
            load_catalog(catalog),
            device="cpu",
            precision=spec.precision,
            preset=preset,
            queue_size=_WAITING,
            answer_deadline=_DEADLINE,
        )

    @property
    def remark(self) -> str:
        """The precision, and what the service said of it."""
        return f"packed, precision {self._asked} ({self._said.last})"

    async def start(self) -> None:
        """Load, and answer once."""
        await self._service.start()
        await self.ask("시작")

    async def ask(self, text: str) -> Sequence[float]:
        """Ask for the sentiment."""
        scores = (await self._service.sentiment(text)).scores
        return [scores["negative"], scores["positive"]]

    async def close(self) -> None:
        """Stop it."""
        await self._service.close()


def build(spec: Spec) -> Engine:
    """Serve it."""
    return Ours(spec)
