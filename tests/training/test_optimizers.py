from __future__ import annotations

import pytest
import torch
from transformers import BertTokenizerFast

from training.optimizers import MUON_LR, WEIGHT_DECAY, Muon, adamw, muon_and_adamw, orthogonal
from training.pretrain import new_model


@pytest.mark.parametrize("shape", [(8, 8), (4, 16), (16, 4)])
def test_an_update_goes_about_as_far_in_every_direction(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    left, _ = torch.linalg.qr(torch.randn(shape[0], 4))
    right, _ = torch.linalg.qr(torch.randn(shape[1], 4))
    matrix = left @ torch.diag(torch.tensor([100.0, 30.0, 3.0, 1.0])) @ right.T
    values = torch.linalg.svdvals(orthogonal(matrix))[:4]
    assert values.min() > 0.6
    assert values.max() < 1.3
    turned = left.T @ orthogonal(matrix) @ right
    assert torch.allclose(turned, torch.diag(turned.diagonal()), atol=1e-4)  # the directions stay


def test_muon_finds_a_least_square_and_its_steps_are_of_one_size() -> None:
    torch.manual_seed(0)
    weight, goal = torch.nn.Parameter(torch.zeros(8, 8)), torch.randn(8, 8)
    optimizer = Muon([weight], lr=0.2, weight_decay=0.0)
    before = weight.detach().clone()
    for step in range(200):
        optimizer.param_groups[0]["lr"] = 0.2 * (1 - step / 200)
        ((weight - goal) ** 2).sum().backward()
        optimizer.step()
        optimizer.zero_grad()
        if step == 0:
            moved = (weight.detach() - before).square().mean().sqrt()
            assert moved == pytest.approx(0.2 * 0.2, rel=0.3)  # AdamW's usual size
    assert (weight - goal).abs().max() < 0.05


def test_muon_decays_weights_and_leaves_what_has_no_gradient() -> None:
    decayed, idle = (torch.nn.Parameter(torch.ones(4, 4)) for _ in range(2))
    optimizer = Muon([decayed, idle], lr=0.1, weight_decay=0.5)
    decayed.grad = torch.zeros(4, 4)
    optimizer.step()
    assert torch.allclose(decayed, torch.full((4, 4), 0.95))
    assert torch.equal(idle, torch.ones(4, 4))


def test_every_weight_has_one_optimizer_and_the_embeddings_have_adamw(tokenizer: BertTokenizerFast) -> None:
    model = new_model(tokenizer, layers=2, hidden=16, heads=2)
    muon, other = muon_and_adamw(model, 1e-3)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    taken = [
        [names[id(each)] for group in one.param_groups for each in group["params"]] for one in (muon, other)
    ]
    assert sorted(taken[0] + taken[1]) == sorted(names.values())
    assert len(taken[0]) == 2 * 6
    assert all(".layer." in name and name.endswith("weight") for name in taken[0])
    assert muon.param_groups[0]["lr"] == MUON_LR * 1e-3
    decays = {
        group["weight_decay"] for group in other.param_groups for each in group["params"] if each.ndim == 1
    }
    assert decays == {0.0}
    assert {group["weight_decay"] for group in muon.param_groups} == {WEIGHT_DECAY}


def test_lower_layers_learn_more_slowly(tokenizer: BertTokenizerFast) -> None:
    model = new_model(tokenizer, layers=2, hidden=16, heads=2)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    rates = {
        names[id(each)]: group["lr"]
        for one in adamw(model, 1.0, layer_decay=0.5)
        for group in one.param_groups
        for each in group["params"]
    }
    assert rates.keys() == set(names.values())
    assert rates["nli.out.weight"] == 1.0
    assert rates["bert.pooler.dense.weight"] == 1.0
    assert rates["bert.encoder.layer.1.output.dense.weight"] == 0.5
    assert rates["bert.encoder.layer.0.output.dense.weight"] == 0.25
    assert rates["bert.embeddings.word_embeddings.weight"] == 0.125
