"""What every training run shares: optimiser, learning rate, precision, a state that survives a kill."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm
from transformers import PreTrainedModel

BETAS, EPS, WEIGHT_DECAY, CLIP = (0.9, 0.98), 1e-6, 0.01, 1.0
WARM_UP = 0.06  # share of the run
SAVE_EVERY = 300.0  # seconds


def learning_rate(progress: float, peak: float, warm_up: float = WARM_UP) -> float:
    """Linear warm-up, then linear decay to 0; ``progress`` runs from 0 to 1."""
    return peak * max(0.0, min(progress / warm_up, (1 - progress) / (1 - warm_up)))


def bf16_pays() -> bool:
    """Whether this processor multiplies bfloat16 natively (AVX-512 BF16, which every AMX chip has too)."""
    probe = Path("/proc/cpuinfo")
    return probe.exists() and "avx512_bf16" in probe.read_text(encoding="ascii", errors="replace")


def optimizer_for(model: PreTrainedModel, lr: float) -> torch.optim.AdamW:
    """AdamW without weight decay on biases and LayerNorm."""
    decay = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decay, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=lr, betas=BETAS, eps=EPS, fused=True)


_STATE = "state.pt"


@dataclass(frozen=True, slots=True)
class Budget:
    """When a run ends: after so many steps; where none are given, after so many minutes over all resumes."""

    minutes: float
    steps: int | None = None


def has_state(folder: Path) -> bool:
    """Whether a run in this folder can be continued."""
    return (folder / _STATE).exists()


@dataclass(slots=True)
class Run:
    """A training run whose budget drives its schedule, resumable at any moment.

    Attributes:
        model: What is trained, on the CPU.
        folder: Where ``state.pt`` lies; an existing one is continued.
        budget: When it ends.
        peak_lr: Highest learning rate.
        description: Stands before the bar.
        step: Steps made.
        spent: Seconds used up.
        tokens: Tokens read.
    """

    model: PreTrainedModel
    folder: Path
    budget: Budget
    peak_lr: float
    description: str
    step: int = 0
    spent: float = 0.0
    tokens: int = 0
    _optimizer: torch.optim.AdamW = field(init=False)
    _bar: tqdm[Any] = field(init=False)
    _mean: dict[str, float] = field(init=False, default_factory=dict)
    _began: float = field(init=False)
    _before: tuple[float, int] = field(init=False)
    _saved: float = field(init=False)

    def __post_init__(self) -> None:
        self._optimizer = optimizer_for(self.model, self.peak_lr)
        self.folder.mkdir(parents=True, exist_ok=True)
        if has_state(self.folder):
            # Our own file, and tensors only (weights_only).
            state = torch.load(self._file, weights_only=True)  # noqa: TID251
            self.model.load_state_dict(state["model"])
            self._optimizer.load_state_dict(state["optimizer"])
            self.step, self.spent, self.tokens = state["step"], state["spent"], state["tokens"]
        self._began = self._saved = time.monotonic()
        self._before = self.spent, self.tokens
        self._bar = tqdm(
            total=100,
            initial=self._percent,
            desc=self.description,
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}{postfix}",
            mininterval=5,
        )

    @property
    def _file(self) -> Path:
        return self.folder / _STATE

    @property
    def progress(self) -> float:
        """Share of the budget that is used up, 0…1."""
        if self.budget.steps is not None:
            return min(1.0, self.step / self.budget.steps)
        return min(1.0, self.spent / (60 * self.budget.minutes))

    @property
    def _percent(self) -> int:
        return int(100 * self.progress)

    @property
    def finished(self) -> bool:
        """Whether the budget is used up."""
        return self.progress >= 1.0

    def note(self, **values: float) -> None:
        """Show a running mean of these values beside the bar."""
        for name, value in values.items():
            self._mean[name] = 0.99 * self._mean.get(name, value) + 0.01 * value

    def update(self, tokens: int) -> bool:
        """Take an optimiser step with the gradients at hand; True when a checkpoint was written.

        Args:
            tokens: How many tokens the gradients came from.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(self.progress, self.peak_lr)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.tokens += tokens
        now = time.monotonic()
        self.spent = self._before[0] + now - self._began
        speed = (self.tokens - self._before[1]) / (now - self._began)
        shown = {name: f"{value:.3f}" for name, value in self._mean.items()}
        self._bar.set_postfix({**shown, "step": self.step, "tok/s": f"{speed:.0f}"}, refresh=False)
        self._bar.update(self._percent - self._bar.n)
        if now - self._saved <= SAVE_EVERY and not self.finished:
            return False
        self._saved = now
        self._save()
        return True

    def write(self, line: str) -> None:
        """Print a line without tearing the bar."""
        self._bar.write(line)

    def close(self) -> None:
        """Finish the bar."""
        self._bar.close()

    def _save(self) -> None:
        # Written aside and renamed: a kill at any moment leaves the old state or the new one.
        partial = self._file.with_suffix(".partial")
        state = {"step": self.step, "spent": self.spent, "tokens": self.tokens}
        torch.save(
            {**state, "model": self.model.state_dict(), "optimizer": self._optimizer.state_dict()}, partial
        )
        partial.replace(self._file)
