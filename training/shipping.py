"""Put beside the built-in model what its fine-tunings leave: their records, and the hashes of their texts.

    cd DATA; python -m training.shipping FIRST_RUN SECOND_RUN …

``DATA`` is the folder that the records name files in; a run is its folder or its record. The records become
``models/builtin/finetuning-1.json`` and so on, in the order of the runs, without the names of folders and
without what only serves to go on with a run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.datasets import Example, balanced, read, read_rated, without
from training.learnt import LEARNT, Learnt
from training.record import RECORD

BUILTIN = Path(__file__).parents[1] / "models" / "builtin"


def learnt_by(record: dict[str, Any]) -> Learnt:
    """What a fine-tuning learnt labels of, or chose weights by, found again in the files that it names.

    Nothing but its own held-out files is left out: which texts are public, it may have known less of.

    Raises:
        DataError: A file is not there, or not what it was.
    """
    settings = record["settings"]
    skip_bad = settings["skip_bad"]
    held_out = [
        example
        for task, sources in settings["held_out"].items()
        for source in sources
        for example in read(task, source, skip_bad=skip_bad).examples
    ]
    rows, files = list[Example](), list[str]()
    for task, sources in settings["files"].items():
        of_task = [*sources, *(settings["replay"] if task == settings["tasks"][0] else [])]
        if task in settings["dev"]:
            of_task.append(settings["dev"][task])
        found = [
            example
            for source in of_task
            for example in read(task, source, skip_bad=skip_bad, flagged=False, scored=True).examples
        ]
        if task == "sentiment" and settings["rated"]:
            found += balanced(without(read_rated(*settings["rated"], skip_bad=skip_bad).examples, found))
            of_task.append(settings["rated"][0])
        rows += without(found, held_out)
        files += of_task
    return Learnt.of(rows, files)


def shown(record: dict[str, Any]) -> dict[str, Any]:
    """A record as it ships."""
    kept: dict[str, Any] = _named({name: value for name, value in record.items() if name != "origin"})
    return kept


def _named(value: Any) -> Any:  # noqa: ANN401  # JSON
    """A value without the folders outside of the data: of such a path the last two names are kept."""
    if isinstance(value, dict):
        return {_named(name): _named(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_named(each) for each in value]
    if isinstance(value, str) and value.startswith(("/", "../", "./")):
        return "/".join([part for part in Path(value).parts if part not in ("/", "..", ".")][-2:])
    return value


def _records(runs: list[str]) -> Iterator[dict[str, Any]]:
    for run in runs:
        path = Path(run)
        yield json.loads((path / RECORD if path.is_dir() else path).read_text(encoding="utf-8"))


def main(runs: list[str], folder: Path = BUILTIN) -> None:
    """Write the records of runs and the hashes of their texts into a model's folder."""
    learnt = Learnt()
    for old in folder.glob("finetuning-*.json"):
        old.unlink()
    for number, record in enumerate(_records(runs), start=1):
        path = folder / f"finetuning-{number}.json"
        path.write_text(json.dumps(shown(record), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        learnt = learnt.and_(learnt_by(record))
    learnt.save(folder)
    print(f"{folder / LEARNT}: {len(learnt.texts):,} texts, {len(learnt.files):,} files")


if __name__ == "__main__":
    main(sys.argv[1:])
