"""The server of ``benchmarks.engines.lit_serve``: run in LitServe's own environment, imported by nobody.

python -m benchmarks.engines.lit_serve_server FOLDER POSITIONS WORKERS THREADS PORT
"""

from __future__ import annotations

import sys
from pathlib import Path

import litserve

from benchmarks.engines.torch_model import load

BATCH = 32
WITHIN = 0.005  # seconds


class Sentiment(litserve.LitAPI):  # type: ignore[misc]  # litserve is not installed where types are checked
    """As its documentation shows: decode, predict a batch, encode.

    Args:
        folder: The checkpoint.
        positions: Longest input in tokens.
        threads: Threads of one forward pass.
    """

    def __init__(self, folder: Path, positions: int, threads: int) -> None:
        super().__init__(max_batch_size=BATCH, batch_timeout=WITHIN)
        self._what = (folder, positions, threads)

    def setup(self, device: str) -> None:
        """Load, in each worker process."""
        del device
        self._answer = load(*self._what)

    def decode_request(self, request: dict[str, str]) -> str:
        """The text."""
        return request["text"]

    def predict(self, inputs: list[str]) -> list[list[float]]:
        """Probabilities of a batch."""
        return self._answer(inputs)

    def encode_response(self, output: list[float]) -> dict[str, list[float]]:
        """The answer."""
        return {"probabilities": output}


def main() -> None:
    """Serve until terminated."""
    folder, positions, workers, threads, port = sys.argv[1:]
    api = Sentiment(Path(folder), int(positions), int(threads))
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=int(workers), timeout=120)
    server.run(host="127.0.0.1", port=int(port), generate_client_file=False, log_level="warning")


if __name__ == "__main__":
    main()
