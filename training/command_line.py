"""What the commands of ``kobert-bot train`` share: options, a file of them, one line for what is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

if TYPE_CHECKING:
    from training.processes import Processes

Arguments = ParamSpec("Arguments")
_RESUMED = ("pretrain", "finetune", "sweep")

Minutes = Annotated[float | None, typer.Option(min=0.01, help="Training time, instead of epochs.")]
Steps = Annotated[int | None, typer.Option(min=1, help="Number of steps, instead of minutes.")]
Seed = Annotated[int, typer.Option(min=0, help="Of weights, data and dropout.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and how long; write nothing.")]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave out rows that cannot be used.")]
Masking = Annotated[float, typer.Option(min=0.01, max=0.9, help="Share of the tokens to predict.")]
WholeWords = Annotated[bool, typer.Option("--whole-words", help="Mask all pieces of a word together.")]
NspWeight = Annotated[float, typer.Option(min=0.0, help="Weight of the next-sentence loss in the sum.")]
SameDocument = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Share of the wrong pairs that come from one document.")
]
DocumentsOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Running text: a sentence a line, an empty line between documents; or an encoded folder. "
        "FILE=SHARE weighs it. May be given several times."
    ),
]
SinglesOption = Annotated[
    list[str] | None, typer.Option(help="Single sentences, one a line: masking only. Several times.")
]


def _configured(context: typer.Context, value: Path | None) -> Path | None:
    """Take the defaults of a command from a TOML file: ``lr = 3e-4``; the command line goes before it.

    Numbers that an option takes with commas between may be a list.
    """
    if value is None or context.resilient_parsing:
        return value
    try:
        given = tomllib.loads(value.read_text(encoding="utf-8"))
    except OSError as error:
        raise typer.BadParameter(f"{value}: {error.strerror or error}", ctx=context) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise typer.BadParameter(f"{value}: {error}", ctx=context) from None
    known = {str(each.name): each for each in context.command.params}
    defaults = {name.replace("-", "_"): setting for name, setting in given.items()}
    if unknown := sorted(defaults.keys() - known):
        raise typer.BadParameter(f"{value}: no option {', '.join(unknown)}", ctx=context)
    for name, setting in defaults.items():
        if getattr(known[name], "multiple", False) and not isinstance(setting, list):
            defaults[name] = [setting]
        elif isinstance(setting, list) and setting and all(isinstance(each, int | float) for each in setting):
            defaults[name] = ",".join(map(str, setting))
    context.default_map = {**(context.default_map or {}), **defaults}
    return value


Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        is_eager=True,
        callback=_configured,
        help="TOML file with options: lr = 3e-4, minutes = 60.",
    ),
]


def in_one_line(command: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """What is wrong with the data is a line and an exit code."""

    @wraps(command)
    def guarded(*arguments: Arguments.args, **options: Arguments.kwargs) -> None:
        from training.textfiles import DataError  # torch and others, which may be missing, come later

        try:
            command(*arguments, **options)
        except DataError as error:
            typer.echo(f"kobert-bot: {error}", err=True)
            raise typer.Exit(1) from None
        except ModuleNotFoundError as error:
            typer.echo(
                f"kobert-bot: training needs {error.name}, which is not installed: "
                "pip install -e '.[train,teach]'",
                err=True,
            )
            raise typer.Exit(1) from None
        except BrokenPipeError:  # whoever read has enough; typer ends the command without a word
            raise
        except OSError as error:  # a file where a folder should be, no room on the disk …
            why = f"{error.filename}: {error.strerror}" if error.filename else " ".join(str(error).split())
            typer.echo(f"kobert-bot: {why}", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            more = "; the same command goes on from the last checkpoint"
            if options.get("from_feedback"):
                more = "; a bot that runs takes it up, else the same command does; --cancel ends it"
            typer.echo(f"\nkobert-bot: stopped{more if command.__name__ in _RESUMED else ''}", err=True)
            raise typer.Exit(130) from None

    return guarded


@contextmanager
def processes_on(device: str) -> Iterator[Processes]:
    """Join the other processes of the same command, if there are any, while the block runs.

    Raises:
        DataError: There is no such device.
    """
    from training.processes import Processes
    from training.textfiles import DataError

    try:
        together = Processes.join(device)
    except (RuntimeError, ValueError) as error:
        raise DataError(f"{device}: {' '.join(str(error).split())[:200]}") from None
    yield together
    together.leave()  # not after an error: the others, who may not have it, would be waited for in vain


def tell(processes: Processes, *lines: str) -> None:
    """Print lines, once for all processes."""
    if processes.leads:
        for line in lines:
            typer.echo(line)


class TaskName(StrEnum):
    """What a head is fine-tuned for."""

    SENTIMENT = "sentiment"
    NLI = "nli"
    NSP = "nsp"
    MASK = "mask"


LabelledFiles = Annotated[list[str] | None, typer.Option(help="TSV file or URL as published; several times.")]
DevFile = Annotated[
    str | None, typer.Option(help="File to choose the best weights by; else a part of the first file.")
]
HeldOut = Annotated[list[str] | None, typer.Option(help="File whose texts must not train; several times.")]
