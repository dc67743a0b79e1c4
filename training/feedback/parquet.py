"""Parquet files with fixed columns: an empty one has them too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from training.textfiles import DataError

SNAPSHOT_COLUMNS: Mapping[str, str] = {
    "id": "string",
    "text_a": "string",
    "text_b": "string",
    "slot": "int32",
    "label": "string",
    "confidence": "double",
    "method": "string",
    "voters": "int32",
}


def write_parquet(file: Path, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """Write rows with these columns, and the types that pyarrow calls them by.

    Raises:
        DataError: pyarrow is not installed.
    """
    arrow, parquet = _pyarrow()
    schema = arrow.schema([(name, arrow.type_for_alias(kind)) for name, kind in columns.items()])
    parquet.write_table(arrow.Table.from_pylist(list(rows), schema=schema), file, compression="zstd")


def read_parquet(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file.

    Raises:
        DataError: It is no Parquet file, or pyarrow is not installed; one line.
    """
    arrow, parquet = _pyarrow()
    try:
        with parquet.ParquetFile(file) as opened:
            for batch in opened.iter_batches():
                yield from batch.to_pylist()
    except (OSError, arrow.ArrowException) as error:
        why = " ".join(str(error).split())[:200]
        raise DataError(f"{file}: cannot be read as Parquet ({why})") from error


def _pyarrow() -> tuple[Any, Any]:
    """Pyarrow and its Parquet part: half a second, and nothing that asks and chats has a need of it."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ModuleNotFoundError:
        raise DataError("Parquet needs pyarrow: pip install 'kobert-bot[teach]'") from None
