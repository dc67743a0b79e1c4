"""The masked-LM loss without float32 logits kept: cross entropy over a vocabulary, gradient included.

Thousands of logits a masked token are the largest array of a training step. Softmax and its gradient go over
them several times; here a few rows at a time do so while they lie in the processor's cache, and what is kept
is the gradient itself (as Liger Kernel does it on GPUs, Hsu et al. 2024, https://arxiv.org/abs/2410.10989).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

_ROWS = 64  # × 16,000 floats: 4 MB


class _Loss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401  # torch's context has no type
        hidden: Tensor,
        weight: Tensor,
        bias: Tensor,
        targets: Tensor,
    ) -> tuple[Tensor, Tensor]:
        device = hidden.device.type
        kind = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else hidden.dtype
        with torch.autocast(device, enabled=False):
            rows, words, offset = hidden.to(kind), weight.to(kind), bias.to(kind)
            count = len(rows)
            error = rows.new_empty(count, len(words))  # of the logits: probability, less 1 at the target
            loss, right = torch.zeros(2, device=hidden.device)
            step = _ROWS if device == "cpu" else count
            for start in range(0, count, step):
                logits = torch.addmm(offset, rows[start : start + step], words.T).float()
                asked = targets[start : start + step, None]
                total = logits.logsumexp(-1, keepdim=True)
                of_target = logits.gather(1, asked)
                loss += (total - of_target).sum()
                right += (of_target[:, 0] >= logits.amax(-1)).sum()
                shares = logits.sub_(total).exp_()
                error[start : start + step] = shares.scatter_add_(
                    1, asked, torch.full_like(asked, -1, dtype=shares.dtype)
                )
            # A column of ones sums the bias's gradient in the same product.
            both = error.T @ torch.cat([rows, rows.new_ones(count, 1)], 1)
            ctx.save_for_backward((error @ words).to(hidden.dtype), both)
            ctx.kinds = weight.dtype, bias.dtype
            ctx.count = count
            right = right / count
            ctx.mark_non_differentiable(right)
            return loss / count, right

    @staticmethod
    def backward(ctx: Any, grad: Tensor, _: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:  # noqa: ANN401
        to_hidden, both = ctx.saved_tensors
        scale = grad / ctx.count
        of_weight, of_bias = ctx.kinds
        return (
            (to_hidden * scale).to(to_hidden.dtype),
            both[:, :-1].to(of_weight) * scale,
            both[:, -1].to(of_bias) * scale,
            None,
        )


def vocabulary_loss(hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Mean cross entropy of ``hidden @ weight.T + bias``, computed in autocast's precision where that is on.

    Args:
        hidden: ``[n, width]``, n > 0.
        weight: ``[vocabulary, width]``.
        bias: ``[vocabulary]``.
        targets: int64 ``[n]``.

    Returns:
        A float32 scalar with the gradients of the first three; and the share of targets that nothing is
        likelier than, a float32 scalar without any.
    """
    found: tuple[Tensor, Tensor] = _Loss.apply(hidden, weight, bias, targets)  # type: ignore[no-untyped-call]
    return found
