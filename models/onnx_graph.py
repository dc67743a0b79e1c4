"""A packed BERT as a graph for ONNX Runtime, written node by node.

No exporter, so no torch: the graph holds just what is computed. Its operators are ONNX's and ONNX Runtime's
own fused ones (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).

Tokens lie end to end as rows. Only attention needs a rectangle: rows are gathered into one before it and out
of it after, so that everything else, nine tenths of the work, sees no padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from models.results import Task
from models.weights import Shape, Weights, class_layers, word_decoder

_FUSED = "com.microsoft"
_OPSETS = (("", 23), (_FUSED, 1))
_IR_VERSION = 11
_ACTIVATIONS = {
    "gelu": ("Gelu", _FUSED),
    "gelu_new": ("FastGelu", _FUSED),
    "gelu_pytorch_tanh": ("FastGelu", _FUSED),
    "relu": ("Relu", ""),
    "tanh": ("Tanh", ""),
}

_DIMENSIONS: dict[str, Sequence[str | int]] = {
    "input_ids": ["tokens"],
    "position_ids": ["tokens"],
    "token_type_ids": ["tokens"],
    "spread": ["sequences", "longest"],
    "gather": ["tokens"],
    "mask": ["sequences", 1, "longest", "longest"],
    "reads": ["reads"],
    "read_spread": ["sequences", "most"],
    "read_gather": ["reads"],
    "read_mask": ["sequences", 1, "most", "longest"],
}
INPUTS = tuple(_DIMENSIONS)
"""What the trunk is fed; int64 but for the masks, bool.

``spread``: the row of each place in the rectangle of sequences, any row where the place is empty. ``gather``:
the place of each row. ``mask``: whether a place is looked at, for each that looks. ``reads``: the rows that
heads read; the other ``read_`` are to them, in a rectangle of their own, what the above are to all rows.
"""


class _Graph:
    """Nodes and weights on their way into a model."""

    def __init__(self, weights: Weights, bits: int | None) -> None:
        self._weights = weights
        self._bits = bits
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []

    def constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(
        self,
        operator: str,
        inputs: Sequence[str],
        *outputs: str,
        domain: str = "",
        **attributes: Any,  # noqa: ANN401
    ) -> str:
        self._nodes.append(helper.make_node(operator, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def activation(self, kind: str, rows: str, out: str) -> str:
        operator, domain = _ACTIVATIONS[kind]
        return self.node(operator, [rows], out, domain=domain)

    def layer(self, rows: str, out: str, *names: str, exact: bool = False) -> str:
        """One linear layer, or several side by side that read the same rows."""
        weight = np.concatenate([self._weights[f"{name}.weight"] for name in names])
        bias = np.concatenate([self._weights[f"{name}.bias"] for name in names])
        return self.product(rows, out, weight, bias, exact=exact)

    def product(
        self,
        rows: str,
        out: str,
        weight: NDArray[np.float32],
        bias: NDArray[np.float32],
        *,
        exact: bool = False,
    ) -> str:
        added = self.constant(f"{out}.bias", bias)
        if self._bits is None or exact:
            product = self.node("MatMul", [rows, self.constant(f"{out}.weight", weight.T)], f"{out}.product")
            return self.node("Add", [product, added], out)
        largest = 2 ** (self._bits - 1) - 1
        scales = np.maximum(np.abs(weight).max(axis=1), np.float32(1e-8)) / np.float32(largest)
        whole = np.clip(np.rint(weight / scales[:, None]), -largest, largest).astype(np.int8)
        quantized = self.constant(f"{out}.weight", whole.T)
        factors = self.constant(f"{out}.scales", scales)
        zeros = self.constant(f"{out}.zeros", np.zeros(len(scales), np.int8))
        inputs = [rows, quantized, factors, zeros, added]
        return self.node("DynamicQuantizeMatMul", inputs, out, domain=_FUSED)

    def norm(self, rows: str, out: str, name: str, eps: float, residual: str | None = None) -> str:
        # Not the fused SkipLayerNormalization: that one isn't vectorised, and takes seven times as long.
        if residual is not None:
            rows = self.node("Add", [rows, residual], f"{out}.sum")
        inputs = [
            self.constant(f"{out}.{kind}", self._weights[f"{name}.{kind}"]) for kind in ("weight", "bias")
        ]
        return self.node("LayerNormalization", [rows, *inputs], out, epsilon=eps, axis=-1)

    def split(self, rows: str, parts: Sequence[str]) -> None:
        """Into the rectangle, then into parts of equal width."""
        rectangle = self.node("Gather", [rows, "spread"], f"{rows}.spread")
        self.node("Split", [rectangle], *parts, axis=-1, num_outputs=len(parts))

    def attention(self, parts: Sequence[str], mask: str, gather: str, heads: int) -> str:
        """Attention of queries, keys and values in rectangles ``[sequences, places, hidden]``; gives rows."""
        # The standard's operator takes two thirds of the time of ONNX Runtime's fused MultiHeadAttention.
        out = f"{parts[0]}.context"
        self.node("Attention", [*parts, mask], out, q_num_heads=heads, kv_num_heads=heads)
        places = self.node("Reshape", [out, "flat"], f"{out}.places")
        return self.node("Gather", [places, gather], f"{out}.rows")

    def model(self, inputs: Sequence[ValueInfoProto], outputs: Sequence[ValueInfoProto]) -> bytes:
        graph = helper.make_graph(self._nodes, "bert", inputs, outputs, self._constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        return bytes(model.SerializeToString())


def trunk_graph(weights: Weights, shape: Shape, classes: Sequence[Task], bits: int | None) -> bytes:
    """The trunk and its classifying heads.

    Args:
        weights: All of the trunk and of these heads.
        shape: Of the trunk.
        classes: Heads, each an output ``[reads, classes]`` named for its task.
        bits: Of the weights: 8, or 7 where sums of two products must fit into 16 bits; None for float32.

    Returns:
        An ONNX model. Inputs are ``INPUTS``; the first output, ``hidden``, is ``[reads, hidden]``.
    """
    graph = _Graph(weights, bits)
    tables = []
    for kind, ids in (("word", "input_ids"), ("position", "position_ids"), ("token_type", "token_type_ids")):
        table = graph.constant(f"{kind}.table", weights[f"bert.embeddings.{kind}_embeddings.weight"])
        tables.append(graph.node("Gather", [table, ids], kind))
    rows = graph.node("Sum", tables, "embedded")
    rows = graph.norm(rows, "embedded.norm", "bert.embeddings.LayerNorm", shape.eps)
    width = weights["bert.embeddings.word_embeddings.weight"].shape[1]
    graph.constant("flat", np.array([-1, width], np.int64))
    for index in range(shape.layers):
        own = f"bert.encoder.layer.{index}."
        names = [f"{own}attention.self.{name}" for name in ("query", "key", "value")]
        parts = [f"{index}.{name}" for name in ("queries", "keys", "values")]
        if index < shape.layers - 1:
            graph.split(graph.layer(rows, f"{index}.inputs", *names), parts)
            context = graph.attention(parts, "mask", "gather", shape.heads)
        else:  # all rows are looked at, but only those look, and are worked on after that, that a head reads
            graph.split(graph.layer(rows, f"{index}.inputs", *names[1:]), parts[1:])
            rows = graph.node("Gather", [rows, "reads"], "read")
            graph.node("Gather", [graph.layer(rows, f"{index}.read", names[0]), "read_spread"], parts[0])
            context = graph.attention(parts, "read_mask", "read_gather", shape.heads)
        out = graph.layer(context, f"{index}.out", f"{own}attention.output.dense")
        rows = graph.norm(out, f"{index}.out.norm", f"{own}attention.output.LayerNorm", shape.eps, rows)
        up = graph.activation(
            shape.activation, graph.layer(rows, f"{index}.up", f"{own}intermediate.dense"), f"{index}.active"
        )
        down = graph.layer(up, f"{index}.down", f"{own}output.dense")
        last_norm = "hidden" if index == shape.layers - 1 else f"{index}.down.norm"
        rows = graph.norm(down, last_norm, f"{own}output.LayerNorm", shape.eps, rows)
    for task in classes:
        first, activation, second = class_layers(weights, task)
        pooled = graph.activation(
            activation, graph.layer(rows, f"{task}.dense", first, exact=True), f"{task}.pool"
        )
        graph.layer(pooled, task.value, second, exact=True)
    given = [
        helper.make_tensor_value_info(
            name, TensorProto.BOOL if name.endswith("mask") else TensorProto.INT64, dimensions
        )
        for name, dimensions in _DIMENSIONS.items()
    ]
    return graph.model(given, [_floats(name) for name in ("hidden", *classes)])


def words_graph(weights: Weights, shape: Shape, bits: int | None) -> bytes:
    """The masked-LM head: ``hidden`` ``[blanks, hidden]`` in, ``words`` ``[blanks, vocabulary]`` out."""
    graph = _Graph(weights, bits)
    own = "cls.predictions.transform."
    rows = graph.layer("hidden", "dense", f"{own}dense", exact=True)
    rows = graph.norm(
        graph.activation(shape.activation, rows, "active"), "norm", f"{own}LayerNorm", shape.eps
    )
    graph.product(rows, "words", *word_decoder(weights))
    return graph.model([_floats("hidden")], [_floats("words")])


def _floats(name: str) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [f"{name}.rows", f"{name}.columns"])
