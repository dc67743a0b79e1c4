"""A head that looks for the same word in the other text, given at the start instead of waited for.

Inference turns on which words of the hypothesis stand in the premise. A small trunk with little text behind
it has not yet found such a head by itself, and fine-tuning on some ten thousand pairs finds shortcuts in the
hypothesis alone sooner. So one head of the first layer begins as one:

- equal rows of query and key make equal words attend to each other, as in the mimetic initialisation of
  Trockman & Kolter 2023 (https://arxiv.org/abs/2305.09828);
- one more dimension prefers the other segment;
- value and output take away a part of what was found, so that words without a partner stand out: comparing
  after aligning, as in the decomposable attention of Parikh et al. 2016 (https://arxiv.org/abs/1606.01933).

Training goes on from there; the model stays a plain BERT.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import BertPreTrainedModel

MATCH = 8.0
"""Attention logit of a word and itself, before the preference for the other segment; others are around 0."""
OTHER_SEGMENT = 6.0
"""How much higher the logit of a word in the other segment is than in its own."""
SUBTRACTED = 0.5
"""The share of the found word that is taken away."""

_SAMPLE = 4_000  # embeddings that the directions are measured on
_POSITION_AXES = 24  # main directions of the position embeddings, which a match must not read


@torch.no_grad()
def give_matching_head(model: BertPreTrainedModel, *, head: int = -1, seed: int = 0) -> None:
    """Overwrite one head of the first layer with one that matches words across segments.

    Args:
        model: Has a trunk ``bert``; changed in place.
        head: Which head is given up.
        seed: Of the directions that words are compared along.
    """
    trunk: Any = model.base_model
    embeddings, attention = trunk.embeddings, trunk.encoder.layer[0].attention
    heads, size = attention.self.num_attention_heads, attention.self.attention_head_size
    generator = torch.Generator().manual_seed(seed)
    words = embeddings.word_embeddings.weight
    positions = embeddings.position_embeddings.weight
    ids = torch.randint(len(words), (_SAMPLE,), generator=generator)
    places = torch.randint(len(positions) // 4, (_SAMPLE,), generator=generator)
    first, second = (
        embeddings.LayerNorm(words[ids] + positions[places] + segment)
        for segment in embeddings.token_type_embeddings.weight[:2]
    )
    mean = (first + second).mean(0) / 2
    gap = (second - first).mean(0)
    segment = gap / gap.norm()
    middle = mean @ segment
    axes = _word_axes(size - 1, segment, positions, generator)
    sharpness = (MATCH * size**0.5 / ((first - mean) @ axes.T).square().sum(1).mean()).sqrt()
    # The segment's coordinate is ±gap/2 around its middle, so products are ±gap²/4, twice that apart.
    preference = (OTHER_SEGMENT * 2 * size**0.5) ** 0.5 / gap.norm()

    rows = slice((head % heads) * size, (head % heads + 1) * size)
    for projection, sign in ((attention.self.query, -1.0), (attention.self.key, 1.0)):
        projection.weight[rows] = torch.cat([axes * sharpness, sign * preference * segment[None]])
        projection.bias[rows] = torch.cat([-(axes @ mean) * sharpness, (-sign * preference * middle)[None]])
    value = torch.cat([axes, torch.zeros_like(segment)[None]])
    attention.self.value.weight[rows] = value
    attention.self.value.bias[rows] = -(value @ mean)
    attention.output.dense.weight[:, rows] = -SUBTRACTED * value.T


def _word_axes(count: int, segment: Tensor, positions: Tensor, generator: torch.Generator) -> Tensor:
    """Orthonormal random directions ``[count, hidden]`` that hardly see the segment and the position."""
    place_axes = torch.linalg.svd(positions - positions.mean(0))[2][:_POSITION_AXES]
    unwanted = torch.linalg.qr(torch.cat([segment[None], place_axes]).T)[0]
    random = torch.randn(count, len(segment), generator=generator)
    random -= random @ unwanted @ unwanted.T
    axes: Tensor = torch.linalg.qr(random.T)[0].T
    return axes
