"""What votes can be exported as; of the standard library alone, so that ``--help`` can name them at once."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What an export is written as."""

    JSONL = "jsonl"
    PARQUET = "parquet"
    DATASET = "dataset"
