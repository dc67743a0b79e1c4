from __future__ import annotations

import torch
from transformers import BertConfig

from models.multitask import BertForFourTasks
from training.matching import give_matching_head


def network() -> BertForFourTasks:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=400,
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        attn_implementation="eager",
    )
    model = BertForFourTasks(config)
    model.train(mode=False)
    # As after training: words are as large as a LayerNorm leaves them, and the segments can be told apart.
    with torch.no_grad():
        embeddings = model.bert.embeddings
        embeddings.word_embeddings.weight.normal_()
        embeddings.position_embeddings.weight.normal_(std=0.1)
        embeddings.token_type_embeddings.weight.normal_(std=0.3)
    return model


def weights_of(model: BertForFourTasks) -> torch.Tensor:
    """Attention of the first layer, ``[heads, 12, 12]``, where words 10…14 stand in both segments."""
    ids = torch.tensor([[2, 10, 11, 12, 13, 14, 3, 12, 10, 90, 14, 3]])
    segments = torch.tensor([[0] * 7 + [1] * 5])
    with torch.inference_mode():
        output = model.bert(input_ids=ids, token_type_ids=segments, output_attentions=True)
    assert output.attentions is not None
    return torch.as_tensor(output.attentions[0][0])


def test_the_head_attends_to_the_same_word_in_the_other_text() -> None:
    model = network()
    pairs = [(7, 3), (8, 1), (10, 5), (3, 7), (1, 8), (5, 10)]
    before = weights_of(model)[-1]
    assert all(before[here, there] < 0.3 for here, there in pairs)
    give_matching_head(model)
    after = weights_of(model)[-1]
    assert all(after[here, there] > 0.8 for here, there in pairs)
    # A word without a partner finds none.
    assert after[9, 1:6].max() < 0.3


def test_other_heads_and_layers_stay_as_they_were() -> None:
    model = network()
    old = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    give_matching_head(model, head=1)
    changed = {name for name, tensor in model.state_dict().items() if not torch.equal(tensor, old[name])}
    own = "bert.encoder.layer.0.attention."
    assert changed == {
        f"{own}self.{part}.{kind}" for part in ("query", "key", "value") for kind in ("weight", "bias")
    } | {f"{own}output.dense.weight"}
    for part in ("query", "key", "value"):
        name = f"{own}self.{part}.weight"
        assert torch.equal(model.state_dict()[name][:64], old[name][:64])
    assert torch.equal(weights_of(model)[0], weights_of(network())[0])


def test_it_is_the_same_every_time() -> None:
    one, two = network(), network()
    give_matching_head(one, seed=3)
    give_matching_head(two, seed=3)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
