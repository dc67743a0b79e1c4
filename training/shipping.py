"""Put beside the built-in model what its fine-tunings leave: their records, and the hashes of their texts.

    cd DATA; python -m training.shipping FIRST_RUN SECOND_RUN …

``DATA`` is the folder that the records name files in; a run is its folder or its record. The records become
``models/builtin/finetuning-1.json`` and so on, in the order of the runs, without the names of folders and
without what only serves to go on with a run.
"""

from __future__ import annotations

import json
from functools import reduce
from pathlib import Path
from typing import Annotated, Any

import typer

from training.command_line import in_one_line
from training.datasets import Example, balanced, read, read_rated, without
from training.learnt import LEARNT, Learnt
from training.record import RECORD
from training.textfiles import DataError

BUILTIN = Path(__file__).parents[1] / "models" / "builtin"
_NEEDED = frozenset(("tasks", "files", "dev", "held_out", "rated", "replay", "skip_bad"))
"""Settings that say what was learnt from."""


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


def _record(run: str) -> dict[str, Any]:
    """The record of a fine-tuning.

    Raises:
        DataError: It is none.
    """
    path = Path(run)
    path = path / RECORD if path.is_dir() else path
    wrong = DataError(f"{path}: not the record of a fine-tuning")
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise wrong from None
    settings = body.get("settings") if isinstance(body, dict) else None
    if not isinstance(settings, dict) or not settings.keys() >= _NEEDED:
        raise wrong
    its: dict[str, Any] = body
    return its


@in_one_line
def main(
    runs: Annotated[list[str], typer.Argument(help="Folders of the fine-tunings, or their records.")],
    folder: Annotated[Path, typer.Option(help="Of the model.")] = BUILTIN,
) -> None:
    """Write the records of runs and the hashes of their texts into a model's folder."""
    records = [_record(run) for run in runs]
    learnt = reduce(Learnt.and_, map(learnt_by, records))  # all is read before anything is written
    for old in folder.glob("finetuning-*.json"):
        old.unlink()
    for number, record in enumerate(records, start=1):
        path = folder / f"finetuning-{number}.json"
        path.write_text(json.dumps(shown(record), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    learnt.save(folder)
    typer.echo(f"{folder / LEARNT}: {len(learnt.texts):,} texts, {len(learnt.files):,} files")


if __name__ == "__main__":
    typer.run(main)
