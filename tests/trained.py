"""Tiny trained models in a store; each gives every text the same probabilities, which tell whose they are."""

from __future__ import annotations

from math import exp, nan
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from models.fingerprint import WEIGHTS, fingerprint
from storage.checkpoint_values import NewCheckpoint, TrainedCheckpoint
from storage.store import Store
from storage.verdicts import Check, CheckName, CheckState, Number, Verdict
from tests.tiny import write_checkpoint


def steady(folder: Path, certainty: float) -> Path:
    """Write a checkpoint that finds every text positive by so much; NaN for one that is broken."""
    file = write_checkpoint(folder) / "model.safetensors"
    weights = load_file(file)
    weights["sentiment.out.weight"].zero_()
    weights["sentiment.out.bias"] = torch.tensor([0.0, certainty])
    save_file(weights, file, {"format": "pt"})
    return folder


def scores_of(certainty: float) -> dict[str, float]:
    """What such a checkpoint answers, in float32's arithmetic as the service has it."""
    powers = [exp(value - max(0.0, certainty)) for value in (0.0, certainty)]
    return dict(zip(("negative", "positive"), [power / sum(powers) for power in powers], strict=True))


_SHARES: dict[str, Number] = {
    "task": "sentiment",
    "n": 200,
    "champion": 0.5,
    "candidate": 0.75,
    "gained": 60,
    "lost": 10,
    "gain": 0.25,
    "low": 0.2,
    "high": 0.3,
    "smallest": 0.1,
}
GAIN = Check(
    CheckName.GAIN,
    CheckState.PASSED,
    {
        **_SHARES,
        "set": "gold",
        "p": 1e-9,
        "p_given": 1e-9,
        "alpha": 0.025,
        "level": 0.975,
        "power": 0.8,
        "earlier": 0,
        "gold": 200,
        "least_gold": 100,
        "voted": 0,
    },
)
TEST = Check(CheckName.TEST, CheckState.PASSED, {**_SHARES, "set": "test", "margin": 0.005})


def verdict(
    name: str, *, passed: bool = True, against: str = "builtin", weights: str | None = None
) -> Verdict:
    """A short one: what passed may be promoted by itself."""
    state = CheckState.PASSED if passed else CheckState.FAILED
    answers = Check(CheckName.ANSWERS, state, {"broken": 0 if passed else 3, "n": 30})
    checks = (answers, GAIN, TEST) if passed else (answers,)
    return Verdict(passed, "sentiment", against, name, checks, weights=weights)


async def trained(
    store: Store,
    folder: Path,
    name: str,
    certainty: float,
    *,
    passed: bool | None = True,
    against: str = "builtin",
    weights: str | None = None,
) -> TrainedCheckpoint:
    """Make a checkpoint and keep it with its verdict; None for one that was never compared."""
    path = steady(folder / name, certainty)
    version = fingerprint(path, WEIGHTS)
    await store.checkpoints.add(NewCheckpoint("sentiment", name, str(path), version, "builtin"))
    if passed is not None:
        await store.checkpoints.judge(name, verdict(name, passed=passed, against=against, weights=weights))
    return await store.checkpoints.get(name)


BROKEN = nan
