"""The card of a data set: what a person, and Hugging Face ``datasets``, need to know of the folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.feedback.parts import PARTS

_USES = {
    "train": "learnt from",
    "dev": "to choose weights by",
    "heldout": "measured on, never learnt from",
    "gold": "known from people who did not see an answer, or from the maintainer; never learnt from",
}


def card(manifest: Mapping[str, Any]) -> str:
    """Write ``README.md``; its head is read by ``datasets.load_dataset(folder)``.

    https://huggingface.co/docs/hub/datasets-manual-configuration tells of the head.
    """
    rows, settings = manifest["rows"], manifest["settings"]
    there = [part for part in PARTS if rows[part]]  # the library refuses a part of no rows
    files = "\n".join(f"  - split: {part}\n    path: {part}.parquet" for part in there)
    table = "\n".join(f"| {part} | {rows[part]:,} | {_USES[part]} |" for part in PARTS)
    left_out = "\n".join(f"- {why}: {number:,}" for why, number in manifest["left_out"].items())
    excluded = "\n".join(f"- `{each['file']}` (SHA-256 {each['sha256']})" for each in settings["exclude"])
    return f"""---
language:
- ko
pretty_name: What people taught kobert-bot about {manifest["task"]}
configs:
- config_name: default
  data_files:
{files}
---

# What people taught kobert-bot about {manifest["task"]}

Texts that people asked a chat bot about, with what its voters hold to be right. Drawn by kobert-bot's code
{manifest["code"]}. `manifest.json` has the SHA-256 of every file.

| Part | Rows | |
|---|---:|---|
{table}

Columns: `id` (hash of the text), `text_a`, `text_b` (the second of a pair), `slot` (the blank, for mask),
`label`, `confidence` (how probable the label is), `method` (how it was decided:
`gold` is the maintainer's, `gold-by-voters` is theirs), `voters` (how many counted).
Nothing in it tells who wrote or voted. `*.jsonl` and `*.parquet` hold the same.

A text's part follows from a hash of the text (salt `{settings["salt"]}`), so it is the same in every data
set drawn here; a pair goes with its first text. Labels less probable than {settings["min_confidence"]:g} are
not in it, and neither are texts of NSMC's test set and KLUE-NLI's development set, by hash.

Left out:

{left_out or "- nothing"}

Files whose texts are left out:

{excluded or "- none but those sets"}

People may have what they wrote deleted. When somebody does, this folder is deleted too: copy it nowhere that
would outlive it.
"""
