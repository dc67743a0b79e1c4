"""Checkpoint to ONNX, once, for ONNX Runtime and OpenVINO."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def exported(folder: Path) -> Path:
    """Export the float32 classifier with free batch and length; gives back the file, made if missing."""
    path = folder / "model.onnx"
    if path.is_file():
        return path
    import torch  # noqa: PLC0415
    from transformers import AutoModelForSequenceClassification  # noqa: PLC0415

    # Eager attention: the pattern that the optimizers of both libraries know how to fuse.
    model: Any = AutoModelForSequenceClassification.from_pretrained(
        folder, attn_implementation="eager", local_files_only=True
    ).eval()

    class Logits(torch.nn.Module):
        """Positional inputs, logits alone."""

        def forward(self, ids: Any, mask: Any, types: Any) -> Any:  # noqa: ANN401  # traced tensors
            return model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits

    wrapper = Logits()
    wrapper.model = model
    example = tuple(torch.ones(2, 8, dtype=torch.long) for _ in INPUTS)
    unfinished = path.with_suffix(".tmp")
    with warnings.catch_warnings():  # tracing's remarks on constants that are constant
        warnings.simplefilter("ignore")
        torch.onnx.export(
            wrapper,
            example,
            unfinished,
            input_names=list(INPUTS),
            output_names=["logits"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in INPUTS} | {"logits": {0: "texts"}},
            opset_version=17,
            dynamo=False,
        )
    unfinished.rename(path)
    return path
