"""Who moves the weights: Muon for the matrices inside the trunk, AdamW for everything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from training.precision import bf16_pays

BETAS, EPS, WEIGHT_DECAY = (0.9, 0.98), 1e-6, 0.01
MOMENTUM = 0.95
MUON_LR = 2.0
"""Muon's learning rate in AdamW's; after 600,000 tokens the held-out loss was 7.27, with AdamW alone 7.36."""

_QUINTIC = (3.4445, -4.7750, 2.0315)  # Jordan's coefficients: steep at 0, never far from 1
_ROUNDS = 5


class Muon(torch.optim.Optimizer):
    """Momentum whose update is made orthogonal, so that every direction of a matrix learns alike.

    Jordan et al. 2024 (https://kellerjordan.github.io/posts/muon/); the update is scaled to AdamW's usual
    size as in Liu et al. 2025 (https://arxiv.org/abs/2502.16982), so both share a learning rate. torch's own
    (``torch.optim.Muon``) always computes in bfloat16, which a processor without it does many times slower.

    Args:
        params: Matrices.
        lr: Learning rate.
        weight_decay: Decoupled, as AdamW's.
        dtype: What the update is made orthogonal in.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float,
        weight_decay: float = WEIGHT_DECAY,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})
        self._dtype = dtype

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Update every matrix that has a gradient."""
        assert closure is None  # noqa: S101  # a line search makes no sense here
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                momentum = state.setdefault("momentum", torch.zeros_like(weight))
                momentum.lerp_(weight.grad, 1 - MOMENTUM)
                ahead = weight.grad.lerp(momentum, MOMENTUM)  # Nesterov's
                update = orthogonal(ahead, self._dtype)
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(update, alpha=-group["lr"] * 0.2 * max(weight.shape) ** 0.5)


def orthogonal(matrix: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """About the nearest matrix with orthonormal rows or columns: all singular values near 1.

    Five rounds of a Newton-Schulz iteration, which are products only.

    Args:
        matrix: ``[rows, columns]``.
        dtype: Of the products.
    """
    first, third, fifth = _QUINTIC
    upright = matrix.shape[0] > matrix.shape[1]
    found = matrix.T if upright else matrix
    found = (found / found.norm().clamp(min=1e-7)).to(dtype)
    for _ in range(_ROUNDS):
        gram = found @ found.T
        found = torch.addmm(found, torch.addmm(gram, gram, gram, beta=third, alpha=fifth), found, beta=first)
    found = found.to(matrix.dtype)
    return found.T if upright else found


def adamw(model: PreTrainedModel, lr: float, *, layer_decay: float = 1.0) -> list[torch.optim.Optimizer]:
    """AdamW without weight decay on biases and LayerNorm.

    Args:
        model: A BERT with its trunk as ``bert``.
        lr: Learning rate of the heads.
        layer_decay: Each layer's rate in that of the one above, down to the embeddings (Howard & Ruder 2018,
            https://arxiv.org/abs/1801.06146).
    """
    if layer_decay == 1.0:
        return [_adamw(model.parameters(), lr)]
    count = int(model.config.num_hidden_layers)
    by_depth: dict[int, list[Tensor]] = {}
    for name, parameter in model.named_parameters():
        layer = re.search(r"\.layer\.(\d+)\.", name)
        depth = count - int(layer[1]) if layer else count + 1 if ".embeddings." in name else 0
        by_depth.setdefault(depth, []).append(parameter)
    return [_adamw(its, lr * layer_decay**depth) for depth, its in sorted(by_depth.items(), reverse=True)]


def muon_and_adamw(model: PreTrainedModel, lr: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the encoder's layers, AdamW for embeddings, heads, biases and LayerNorm."""
    inner = [p for name, p in model.named_parameters() if ".layer." in name and p.ndim == 2]
    inside = set(map(id, inner))
    outer = [p for p in model.parameters() if id(p) not in inside]
    dtype = torch.bfloat16 if bf16_pays(inner[0].device) else torch.float32
    return [Muon(inner, MUON_LR * lr, dtype=dtype), _adamw(outer, lr)]


def _adamw(parameters: Iterable[Tensor], lr: float) -> torch.optim.AdamW:
    kept = list(parameters)
    groups: list[dict[str, Any]] = [
        {"params": [p for p in kept if p.ndim > 1], "weight_decay": WEIGHT_DECAY},
        {"params": [p for p in kept if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=lr, betas=BETAS, eps=EPS, fused=True)
