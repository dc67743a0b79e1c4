"""What the model service does in its loading threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from models.catalog import Source
from models.downloads import Watch
from models.errors import CheckpointUnavailable
from models.results import Task

if TYPE_CHECKING:
    from models.runtime import Loader, ModelRunner, TokensRunner


class Runners:
    """Loads models and tokenizers. Its methods block and may be called from any thread.

    Args:
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``fp32``, ``bf16`` or ``int8``.
        watch: Is told how far downloads are.
        wanted: Tells what to keep, when it comes to letting go of the rest.
    """

    def __init__(
        self,
        device: str,
        precision: str,
        watch: Watch,
        wanted: Callable[[], frozenset[tuple[Source, Task]]],
    ) -> None:
        self._device = device
        self._precision = precision
        self._watch = watch
        self._wanted = wanted
        self._loader: Loader | None = None
        self._making = threading.Lock()

    @property
    def run_anywhere(self) -> bool:
        """Whether there is no machine without the device and the precision."""
        return self._device in {"auto", "cpu"} and self._precision in {"auto", "fp32"}

    @property
    def loader(self) -> Loader | None:
        """What loads, once something is loaded or :meth:`ready` was called."""
        return self._loader

    def ready(self) -> Loader:
        """Find the device and return what loads.

        Raises:
            ModelServiceError: If the device or the precision isn't there.
        """
        with self._making:
            if self._loader is None:
                from models.runtime import Loader  # noqa: PLC0415  # what runs models, which --help needn't wait for

                self._loader = Loader(self._device, self._precision, self._watch)
            return self._loader

    def first(self, task: Task, source: Source) -> object:
        """Load what a task of the default preset needs."""
        if task is Task.TOKENS:
            return self.ready().tokenizer(source, download=True)
        return self.model(source, task)

    def model(self, source: Source, task: Task) -> ModelRunner:
        """The model and tokenizer of a catalogue line.

        Raises:
            CheckpointUnavailable: If they can't be loaded, or the head has no trained weights.
            TaskNotServed: If the model's family has no such head.
        """
        loader = self.ready()
        try:
            return loader.model(source, task)
        finally:
            if (source, task) not in self._wanted():  # it came after the swap that let go of it
                loader.keep(self._wanted())

    def tokens(self, source: Source, others: Mapping[str, Source], *, download: bool) -> TokensRunner:
        """A tokenizer, and by its side the first of others that is there.

        Args:
            source: The tokenizer.
            others: By name.
            download: Whether another one may be downloaded, and has to be there.

        Raises:
            CheckpointUnavailable: If one can't be loaded that has to be.
        """
        from models.runtime import TokensRunner  # noqa: PLC0415  # see ready

        loader = self.ready()
        tokenizer = loader.tokenizer(source, download=True)
        for name, other in others.items():
            try:
                return TokensRunner(tokenizer, name, loader.tokenizer(other, download=download))
            except CheckpointUnavailable:
                if download:  # asked for by name
                    raise
        return TokensRunner(tokenizer, None, None)

    def let_go(self) -> None:
        """Let go of what isn't wanted any more; waits while something is being loaded."""
        if self._loader is not None:
            self._loader.keep(self._wanted())
