"""BERT in torch over packed sequences: for GPUs, and for bfloat16 on the CPU.

The model is Devlin et al. 2018 (https://arxiv.org/abs/1810.04805) with the parameter names of
``transformers.BertForPreTraining``; the computation differs in what it leaves out: padding, the last layer
where no head reads it, the vocabulary where there is no blank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.attention import attend
from models.encoding import Query
from models.packing import Pack, pack
from models.precision import Precision
from models.results import Task
from models.threads import compute_alone
from models.weights import Shape, Weights, check_trunk, class_layers, lacking, word_decoder

Step = Callable[[Tensor], Tensor]
"""Maps ``[rows, in]`` to ``[rows, out]``."""

_ACTIVATIONS: Mapping[str, Step] = {
    "gelu": functional.gelu,
    "gelu_new": lambda rows: functional.gelu(rows, approximate="tanh"),
    "gelu_pytorch_tanh": lambda rows: functional.gelu(rows, approximate="tanh"),
    "relu": torch.relu,
    "tanh": torch.tanh,
}


@dataclass(frozen=True, slots=True)
class _Norm:
    """A residual connection and the LayerNorm after it."""

    weight: Tensor
    bias: Tensor
    eps: float

    def __call__(self, rows: Tensor) -> Tensor:
        return functional.layer_norm(rows, self.weight.shape, self.weight, self.bias, self.eps)


@dataclass(frozen=True, slots=True)
class _Layer:
    """``inputs`` gives query, key and value side by side; in the last layer only key and value."""

    inputs: Step
    query: Step | None
    out: Step
    out_norm: _Norm
    up: Step
    down: Step
    down_norm: _Norm


class PackedBert:
    """A trunk and its heads, ready to run.

    Args:
        weights: By the names of ``transformers.BertForPreTraining``.
        shape: Of the trunk.
        tasks: Heads to load, those of them that are there.
        precision: ``fp32`` or ``bf16``.
        device: ``cpu`` or ``cuda``.

    Raises:
        ValueError: If a weight of the trunk is missing or has another shape than the configuration says.
    """

    def __init__(
        self, weights: Weights, shape: Shape, tasks: Sequence[Task], precision: Precision, device: str
    ) -> None:
        check_trunk(weights, shape)
        self._device = torch.device(device)
        self._dtype = torch.bfloat16 if precision is Precision.BF16 else torch.float32
        self._weights = weights
        self._shape = shape
        self._act = _ACTIVATIONS[shape.activation]
        self._words, self._places, self._segments = (
            self._tensor(weights[f"bert.embeddings.{kind}_embeddings.weight"])
            for kind in ("word", "position", "token_type")
        )
        self._norm = self._layer_norm("bert.embeddings.LayerNorm")
        self._layers = [self._layer(index) for index in range(shape.layers)]
        self._missing = {task: lacking(weights, task) for task in tasks}
        self._heads = {task: self._head(task) for task, missing in self._missing.items() if missing is None}
        self._weights = {}  # what is needed has been prepared

    def lacks(self, task: Task) -> str | None:
        """The name of a parameter that a task needs and the checkpoint has not."""
        return self._missing[task]

    @torch.inference_mode()
    def logits(self, queries: Sequence[Query]) -> list[NDArray[np.float32]]:
        """Run queries of any mix of tasks in one pass.

        Args:
            queries: At least one, of tasks that it doesn't lack.

        Returns:
            Per query, ``[positions, vocabulary]`` for ``mask``, else ``[classes]`` in the head's order.
        """
        compute_alone()
        packed = pack(queries, self._device)
        read = self._read(packed)
        answers: dict[int, NDArray[np.float32]] = {}
        for task in {query.task for query in queries}:
            rows = [row for row, query in enumerate(queries) if query.task is task]
            where = [index for row in rows for index in range(*packed.answers[row].indices(len(read)))]
            found = self._heads[task](read[torch.tensor(where, device=self._device)]).float().cpu().numpy()
            if task is Task.MASK:
                ends = np.cumsum([len(queries[row].positions) for row in rows])
                answers.update(zip(rows, np.split(found, ends[:-1]), strict=True))
            else:
                answers.update(zip(rows, found, strict=True))
        return [answers[row] for row in range(len(queries))]

    def forget_words(self) -> None:
        """As ``PackedNetwork.forget_words``."""
        self._heads.pop(Task.MASK, None)

    def _read(self, packed: Pack) -> Tensor:
        """The last hidden state of the rows that heads read, ``[reads, hidden]``."""
        rows = self._norm(
            functional.embedding(packed.input_ids, self._words)
            + functional.embedding(packed.position_ids, self._places)
            + functional.embedding(packed.token_type_ids.clamp(max=len(self._segments) - 1), self._segments)
        )
        for layer in self._layers:
            last = layer.query is not None
            if layer.query is not None:
                key, value = layer.inputs(rows).chunk(2, dim=-1)
                rows = rows[packed.reads]
                query = layer.query(rows)
            else:
                query, key, value = layer.inputs(rows).chunk(3, dim=-1)
            context = attend(query, key, value, packed, self._shape.heads, reads=last)
            rows = layer.out_norm(layer.out(context).add_(rows))
            rows = layer.down_norm(layer.down(self._act(layer.up(rows))).add_(rows))
        return rows

    def _layer(self, index: int) -> _Layer:
        own = f"bert.encoder.layer.{index}."
        names = [f"{own}attention.self.{name}" for name in ("query", "key", "value")]
        last = index == self._shape.layers - 1
        return _Layer(
            inputs=self._linear(*(names[1:] if last else names)),
            query=self._linear(names[0]) if last else None,
            out=self._linear(f"{own}attention.output.dense"),
            out_norm=self._layer_norm(f"{own}attention.output.LayerNorm"),
            up=self._linear(f"{own}intermediate.dense"),
            down=self._linear(f"{own}output.dense"),
            down_norm=self._layer_norm(f"{own}output.LayerNorm"),
        )

    def _head(self, task: Task) -> Step:
        if task is not Task.MASK:
            first, activation, last = class_layers(self._weights, task)
            return _chain(self._linear(first), _ACTIVATIONS[activation], self._linear(last))
        own = "cls.predictions.transform."
        decoder, bias = (self._tensor(each) for each in word_decoder(self._weights))
        return _chain(
            self._linear(f"{own}dense"),
            self._act,
            self._layer_norm(f"{own}LayerNorm"),
            lambda rows: functional.linear(rows, decoder, bias),
        )

    def _linear(self, *names: str) -> Step:
        """One layer of several side by side, which read the same rows."""
        weight = self._tensor(np.concatenate([self._weights[f"{name}.weight"] for name in names]))
        bias = self._tensor(np.concatenate([self._weights[f"{name}.bias"] for name in names]))
        return lambda rows: functional.linear(rows, weight, bias)

    def _layer_norm(self, name: str) -> _Norm:
        weight, bias = (self._tensor(self._weights[f"{name}.{kind}"]) for kind in ("weight", "bias"))
        return _Norm(weight, bias, self._shape.eps)

    def _tensor(self, values: NDArray[np.float32]) -> Tensor:
        return torch.tensor(values).to(self._device, self._dtype)


def _chain(*steps: Step) -> Step:
    def run(rows: Tensor) -> Tensor:
        for step in steps:
            rows = step(rows)
        return rows

    return run
