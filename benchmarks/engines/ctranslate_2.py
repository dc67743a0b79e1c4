"""CTranslate2: its BERT encoder in int8, which drops padding itself; the head is ours, in numpy."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.engines import Engine, Spec
from benchmarks.engines.conversion import converted
from benchmarks.engines.library import Library
from benchmarks.engines.tokens import FastTokenizer, softmax
from benchmarks.front import Answerer

BATCH = 16

_FOLDER = "ctranslate2-int8"


def _convert(folder: Path) -> None:
    from ctranslate2.converters import TransformersConverter  # noqa: PLC0415

    unfinished = folder / "ctranslate2-unfinished"
    TransformersConverter(str(_bert_trunk(folder))).convert(str(unfinished), quantization="int8", force=True)
    unfinished.rename(folder / _FOLDER)


def _bert_trunk(folder: Path) -> Path:
    """A folder with a ``BertModel``: the converter knows no ELECTRA, whose trunk is the same."""
    from transformers import AutoConfig, AutoTokenizer, BertConfig, BertModel  # noqa: PLC0415

    if AutoConfig.from_pretrained(folder, local_files_only=True).model_type == "bert":
        return folder
    from transformers import AutoModel  # noqa: PLC0415

    electra: Any = AutoModel.from_pretrained(folder, local_files_only=True)
    values = electra.config.to_dict() | {"architectures": ["BertModel"]}
    values.pop("model_type")
    # With a pooler, which the converter asks for and nobody reads.
    bert: Any = BertModel(BertConfig(**values))
    bert.load_state_dict(electra.state_dict(), strict=False)
    target = folder / "bert-trunk"
    bert.save_pretrained(target)
    AutoTokenizer.from_pretrained(folder, local_files_only=True).save_pretrained(target)
    return target


class _Head:
    """The classifying head of a checkpoint."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self._gelu = str(arrays["activation"]) == "gelu"
            self._dense = arrays["dense_weight"].T, arrays["dense_bias"]
            self._out = arrays["out_weight"].T, arrays["out_bias"]

    def __call__(self, first: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Hidden states of ``[CLS]``, ``[texts, hidden]``, to logits."""
        inner = first @ self._dense[0] + self._dense[1]
        inner = 0.5 * inner * (1 + _erf(inner / np.float32(math.sqrt(2)))) if self._gelu else np.tanh(inner)
        logits: npt.NDArray[np.float32] = inner @ self._out[0] + self._out[1]
        return logits


def _erf(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Error function to 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26."""
    part = 1 / (1 + 0.3275911 * np.abs(values))
    series = np.polyval((1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592, 0.0), part)
    result: npt.NDArray[np.float32] = np.sign(values) * (1 - series * np.exp(-values * values))
    return result


def build(spec: Spec) -> Engine:
    """Serve it: one encoder with a thread pool per worker."""
    import ctranslate2  # noqa: PLC0415

    encoder: Any = ctranslate2.Encoder(
        str(converted(__name__, spec.checkpoint, spec.checkpoint / _FOLDER)),
        device="cpu",
        compute_type="int8",
        inter_threads=spec.layout.workers,
        intra_threads=spec.layout.threads,
    )
    tokenizer = FastTokenizer(spec.checkpoint, spec.positions)
    head = _Head(spec.checkpoint / "head.npz")

    def answer(texts: list[str]) -> list[list[float]]:
        hidden = np.asarray(encoder.forward_batch(tokenizer.ids(texts)).last_hidden_state)
        return softmax(head(hidden[:, 0]))

    def load() -> Answerer:
        return answer

    return Library(
        load,
        workers=spec.layout.workers,
        batch=BATCH,
        remark=f"int8 trunk, head in numpy, up to {BATCH} texts",
    )


if __name__ == "__main__":
    _convert(Path(sys.argv[1]))
