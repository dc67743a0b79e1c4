"""BERT's forward pass over packed sequences, for any Hugging Face BERT checkpoint.

The model is Devlin et al. 2018 (https://arxiv.org/abs/1810.04805) with the parameter names of
``transformers.BertForPreTraining``; the computation differs in what it leaves out: padding, the last layer
where no head reads it, the vocabulary where there is no blank. ``transformers`` is not imported here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from models.attention import attend
from models.encoding import Query
from models.linear import Linear, Precision, linear
from models.packing import Pack, pack
from models.results import Task

Weights = Mapping[str, Tensor]
"""float32 tensors by parameter name."""

Activation = Callable[[Tensor], Tensor]

ACTIVATIONS: Mapping[str, Activation] = {
    "gelu": functional.gelu,
    "gelu_new": lambda rows: functional.gelu(rows, approximate="tanh"),
    "gelu_pytorch_tanh": lambda rows: functional.gelu(rows, approximate="tanh"),
    "relu": torch.relu,
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a configuration says of the computation.

    Attributes:
        vocabulary: Words.
        positions: Tokens that a sequence may have.
        layers: At least 1.
        heads: Attention heads of each.
        eps: Of every LayerNorm.
        activation: Of the feed-forward and the masked-LM head; a key of ``ACTIVATIONS``.
    """

    vocabulary: int
    positions: int
    layers: int
    heads: int
    eps: float
    activation: str

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Shape:
        """Read ``config.json``; what is missing has the defaults of ``transformers.BertConfig``."""
        return cls(
            vocabulary=int(config.get("vocab_size", 30_522)),
            positions=int(config.get("max_position_embeddings", 512)),
            layers=int(config.get("num_hidden_layers", 12)),
            heads=int(config.get("num_attention_heads", 12)),
            eps=float(config.get("layer_norm_eps", 1e-12)),
            activation=str(config.get("hidden_act", "gelu")),
        )


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

    inputs: Linear
    query: Linear | None
    out: Linear
    out_norm: _Norm
    up: Linear
    down: Linear
    down_norm: _Norm


class PackedBert:
    """A trunk and its heads, ready to run.

    Args:
        weights: By the names of ``transformers.BertForPreTraining``; a task is served if its head is there.
        shape: Of the trunk.
        precision: Of the matrix products.
        device: Where it runs.

    Raises:
        ValueError: If a weight of the trunk is missing or has another shape than the configuration says.
    """

    def __init__(self, weights: Weights, shape: Shape, precision: Precision, device: torch.device) -> None:
        self.device = device
        self.precision = precision
        self._weights: Weights = {name: tensor.to(device) for name, tensor in weights.items()}
        self._shape = shape
        self._act = ACTIVATIONS[shape.activation]
        try:
            self._words, self._places, self._segments = (
                self._cast(f"bert.embeddings.{kind}_embeddings.weight")
                for kind in ("word", "position", "token_type")
            )
            self._norm = self._layer_norm("bert.embeddings.LayerNorm")
            self._layers = [self._layer(index) for index in range(shape.layers)]
        except KeyError as name:
            raise ValueError(f"{name.args[0]} is missing") from None
        if len(self._words) != shape.vocabulary or len(self._places) != shape.positions:
            raise ValueError(
                f"{len(self._words)} words and {len(self._places)} positions, "
                f"but its configuration says {shape.vocabulary} and {shape.positions}"
            )
        self._missing: dict[Task, str] = {}
        self._heads = self._make_heads()
        self._weights = {}  # what is needed has been prepared

    def lacks(self, task: Task) -> str | None:
        """The name of a parameter that a task needs and the checkpoint has not."""
        return self._missing.get(task)

    @torch.inference_mode()
    def logits(self, queries: Sequence[Query]) -> list[Tensor]:
        """Run queries of any mix of tasks in one pass.

        Args:
            queries: At least one, of tasks that it doesn't lack.

        Returns:
            Per query, float32 on the CPU: ``[positions, vocabulary]`` for ``mask``, else ``[classes]`` in the
            head's order.
        """
        packed = pack(queries, self.device)
        read = self._read(packed)
        answers: list[Tensor] = [read] * len(queries)
        for task in {query.task for query in queries}:
            rows = [row for row, query in enumerate(queries) if query.task is task]
            where = [index for row in rows for index in range(*packed.answers[row].indices(len(read)))]
            states = read if len(where) == len(read) else read[torch.tensor(where, device=self.device)]
            found = self._heads[task](states).float().cpu()
            if len(where) == len(read):  # `where` may be another order than 0, 1, 2, …
                found = found[torch.tensor(where)]
            if task is Task.MASK:
                counts = [len(queries[row].positions) for row in rows]
                parts: Sequence[Tensor] = found.split(counts)
            else:
                parts = found.unbind()
            for row, part in zip(rows, parts, strict=True):
                answers[row] = part
        return answers

    def _read(self, packed: Pack) -> Tensor:
        """The last hidden state of the rows that heads read, ``[reads, hidden]``."""
        rows = self._norm(
            functional.embedding(packed.input_ids, self._words)
            + functional.embedding(packed.position_ids, self._places)
            + functional.embedding(packed.token_type_ids, self._segments)
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

    def _make_heads(self) -> dict[Task, Callable[[Tensor], Tensor]]:
        """The heads whose weights are there; which are missing for the others is kept."""
        makers: dict[Task, Callable[[], Callable[[Tensor], Tensor]]] = {
            Task.MASK: self._word_head,
            Task.NSP: lambda: _chain(
                self._linear("bert.pooler.dense"), torch.tanh, self._linear("cls.seq_relationship")
            ),
            Task.SENTIMENT: lambda: self._class_head("sentiment"),
            Task.NLI: lambda: self._class_head("nli"),
        }
        heads = {}
        for task, make in makers.items():
            try:
                heads[task] = make()
            except KeyError as name:
                self._missing[task] = str(name.args[0])
        return heads

    def _word_head(self) -> Callable[[Tensor], Tensor]:
        own = "cls.predictions."
        bias = self._weights.get(f"{own}bias", self._weights.get(f"{own}decoder.bias"))
        decoder = self._weights.get(
            f"{own}decoder.weight", self._weights["bert.embeddings.word_embeddings.weight"]
        )
        if bias is None:
            raise KeyError(f"{own}bias")
        return _chain(
            self._linear(f"{own}transform.dense"),
            self._act,
            self._layer_norm(f"{own}transform.LayerNorm"),
            linear(decoder, bias, self.precision),
        )

    def _class_head(self, name: str) -> Callable[[Tensor], Tensor]:
        """Of ``BertForFourTasks``, else of ``BertForSequenceClassification`` whatever its task."""
        if f"{name}.dense.weight" in self._weights:
            return _chain(self._linear(f"{name}.dense"), functional.gelu, self._linear(f"{name}.out"))
        return _chain(self._linear("bert.pooler.dense"), torch.tanh, self._linear("classifier"))

    def _linear(self, *names: str) -> Linear:
        """One layer of several side by side, which read the same rows."""
        weight = torch.cat([self._weights[f"{name}.weight"] for name in names])
        bias = torch.cat([self._weights[f"{name}.bias"] for name in names])
        return linear(weight, bias, self.precision)

    def _layer_norm(self, name: str) -> _Norm:
        return _Norm(self._cast(f"{name}.weight"), self._cast(f"{name}.bias"), self._shape.eps)

    def _cast(self, name: str) -> Tensor:
        return self._weights[name].to(self.precision.dtype)


def _chain(*steps: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    def run(rows: Tensor) -> Tensor:
        for step in steps:
            rows = step(rows)
        return rows

    return run
