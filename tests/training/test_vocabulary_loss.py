"""The loss over the vocabulary is torch's cross entropy, gradients included."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from training.vocabulary_loss import vocabulary_loss


def _inputs(rows: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    torch.manual_seed(0)
    hidden, weight, bias = torch.randn(rows, 16), torch.randn(300, 16), torch.randn(300)
    return hidden, weight, bias, torch.randint(300, (rows,))


def _with_gradients(loss_of: object, inputs: tuple[Tensor, Tensor, Tensor, Tensor]) -> list[Tensor]:
    leaves = [each.clone().requires_grad_() for each in inputs[:3]]
    assert callable(loss_of)
    loss = loss_of(*leaves, inputs[3])
    loss = loss[0] if isinstance(loss, tuple) else loss
    (3 * loss).backward()  # a weight before it reaches every gradient
    return [loss.detach(), *(each.grad for each in leaves if each.grad is not None)]


def _plain(hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    return functional.cross_entropy(functional.linear(hidden, weight, bias).float(), targets)


@pytest.mark.parametrize("rows", [1, 64, 65, 200])
def test_equals_cross_entropy_in_float32(rows: int) -> None:
    inputs = _inputs(rows)

    found, expected = (_with_gradients(each, inputs) for each in (vocabulary_loss, _plain))

    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def test_is_near_it_in_bfloat16() -> None:
    inputs = _inputs(100)
    with torch.autocast("cpu", torch.bfloat16):
        found = _with_gradients(vocabulary_loss, inputs)
    expected = _with_gradients(_plain, inputs)

    assert {each.dtype for each in found} == {torch.float32}
    for one, other in zip(found, expected, strict=True):
        assert (one - other).norm() <= 0.02 * other.norm()


def test_tells_how_many_are_guessed() -> None:
    hidden, weight, bias, _ = _inputs(130)
    guesses = functional.linear(hidden, weight, bias).argmax(-1)
    targets = torch.where(torch.arange(130) < 91, guesses, (guesses + 1) % 300)

    _, right = vocabulary_loss(hidden.requires_grad_(), weight, bias, targets)

    assert right.item() == pytest.approx(0.7)
    assert not right.requires_grad
