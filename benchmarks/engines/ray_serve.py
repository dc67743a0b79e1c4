"""Ray Serve: a replica per worker, called through a handle, without its HTTP proxy: its best."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from benchmarks.engines import Engine, Spec
from benchmarks.engines.torch_model import load

_BATCH = 32


class RayServe:
    """A one-machine cluster of its own with one deployment.

    Args:
        spec: What to serve.
    """

    shares_loop = False
    remark = f"fp32 model of transformers, @serve.batch of {_BATCH} within 5 ms, called through a handle"

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._handle: Any = None

    async def start(self) -> None:
        """Start the cluster and the replicas."""
        await asyncio.to_thread(self._start)
        await self.ask("시작")

    async def ask(self, text: str) -> Sequence[float]:
        """Call a replica."""
        answer: list[float] = await self._handle.remote(text)
        return answer

    async def close(self) -> None:
        """End the cluster."""
        await asyncio.to_thread(self._stop)

    def _start(self) -> None:
        import ray  # noqa: PLC0415  # its environment only
        from ray import serve  # noqa: PLC0415

        folder, positions, layout = self._spec.checkpoint, self._spec.positions, self._spec.layout

        class Sentiment:
            """A replica."""

            def __init__(self) -> None:
                self._answer = load(folder, positions, layout.threads)

            # ray is not installed where types are checked
            @serve.batch(max_batch_size=_BATCH, batch_wait_timeout_s=0.005)  # type: ignore[untyped-decorator]
            async def __call__(self, texts: list[str]) -> list[list[float]]:
                """A batch; the replica's loop stays free, as Ray's documentation advises."""
                return await asyncio.to_thread(self._answer, texts)

        deployment: Any = serve.deployment(
            num_replicas=layout.workers,
            max_ongoing_requests=4096,
            ray_actor_options={"num_cpus": layout.threads},
        )(Sentiment)
        ray.init(
            num_cpus=layout.workers * layout.threads + 1,  # one for Serve's controller
            include_dashboard=False,
            log_to_driver=False,
            object_store_memory=100 * 2**20,
        )
        serve.start(proxy_location="Disabled")
        self._handle = serve.run(deployment.bind(), route_prefix=None)

    @staticmethod
    def _stop() -> None:
        import ray  # noqa: PLC0415
        from ray import serve  # noqa: PLC0415

        serve.shutdown()
        ray.shutdown()


def build(spec: Spec) -> Engine:
    """Serve it."""
    return RayServe(spec)
