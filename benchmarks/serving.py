"""Our model service beside eight others, on this machine: `make bench`, or `make bench-quick`.

    python -m benchmarks.serving --quick           three engines
    python -m benchmarks.serving                   all; about 40 minutes
    python -m benchmarks.serving --engine ours --checkpoint base    these alone
    python -m benchmarks.serving --precision int8  ours in this precision
    python -m benchmarks.serving --setup           only the preparations
    python -m benchmarks.serving --redraw FOLDER   a run's report again

Engines: hf-one, hf-batched, onnxruntime, openvino, ctranslate2, infinity, litserve, ray-serve, ours. The
peers' packages are in the extra `bench` (`pip install -e '.[bench]'`) or, where they don't go together with
ours, in environments of their own that are made in var/bench/venvs when first needed (1.1 to 1.5 GB each). An
engine that can't be installed, fails or answers wrongly is named in the table with the reason.

Results: var/bench/DATE/ with figures.json, report.md, picture.png and what the engines printed. Figures hold
for the machine and the hour: keep it quiet, and compare only within a run.
"""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from json import dumps, loads
from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from tqdm import tqdm

from benchmarks.engines import ENTRIES, Entry, Layout, entry, layouts
from benchmarks.figures import CheckpointFigures, Figures, reduce
from benchmarks.harness import Contest, Settings
from benchmarks.lanes import ROOT, EngineFailed, Lane, Place
from benchmarks.machine import look
from benchmarks.report import draw, markdown
from benchmarks.shape import NAMES, TRAINED, Name, is_made, shape
from benchmarks.traffic import Traffic
from benchmarks.venvs import SetupFailed, python_for
from models.cores import usable_cores

WORKPLACE = ROOT / "var" / "bench"
QUICK = Settings(rounds=2, seconds=2.5, light_seconds=1.5, at_least=64, most_offline=512)
FULL = Settings()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured.

    Attributes:
        entries: Engines.
        checkpoints: Their checkpoints.
        settings: How long and how often.
        precision: Of ours; None for int8 on random checkpoints, which have no accuracy to guard, and else
            for what the service chooses.
        folder: Where the results go.
        command: What was typed.
    """

    entries: tuple[Entry, ...]
    checkpoints: tuple[Name, ...]
    settings: Settings
    precision: str | None
    folder: Path
    command: str


def set_up(plan: Plan, say: Callable[[str], None]) -> tuple[dict[str, Path], dict[str, str]]:
    """Make checkpoints and environments.

    Returns:
        Per engine its interpreter, and of those that can't be installed the reason.
    """
    for name in plan.checkpoints:
        say(f"checkpoint {name}")
        if not is_made(name, WORKPLACE / "checkpoints" / name):
            # Not in this process, which is to stay small and to leave the cores alone.
            command = [sys.executable, "-W", "ignore", "-m", "benchmarks.checkpoints", name]
            subprocess.run([*command, str(WORKPLACE / "checkpoints")], cwd=ROOT, check=True)  # noqa: S603  # ours
    pythons, failures = {}, {}
    for each in plan.entries:
        say(f"environment of {each.name}")
        try:
            pythons[each.name] = python_for(each, WORKPLACE / "venvs")
        except SetupFailed as error:
            failures[each.name] = f"cannot be installed: {error}"
    return pythons, failures


def measure(plan: Plan, say: Callable[[str], None]) -> Iterator[Figures]:
    """Set up and measure.

    Args:
        plan: What.
        say: Called with every step as it begins.

    Yields:
        The figures so far, after every checkpoint: what was measured outlasts an interruption.
    """
    pythons, failures = set_up(plan, say)
    begun = datetime.now(UTC).astimezone()
    machine = look()
    peaks: dict[str, float] = {}
    settings = {key: float(value) for key, value in asdict(plan.settings).items()}

    def take_peak() -> None:
        say("peak of a core")
        taken = subprocess.run(
            [sys.executable, "-m", "benchmarks.peak"], cwd=ROOT, check=True, capture_output=True, text=True
        )
        for precision, rate in loads(taken.stdout).items():
            peaks[precision] = max(rate, peaks.get(precision, 0.0))

    results = []
    for name in plan.checkpoints:
        checkpoint = WORKPLACE / "checkpoints" / name
        size = shape(checkpoint)

        def make_lane(each: Entry, layout: Layout, checkpoint: Path = checkpoint) -> Lane:
            if each.name in failures:
                raise EngineFailed(failures[each.name])
            log = plan.folder / f"{checkpoint.name}-{each.name}.log"
            precision = plan.precision or ("auto" if checkpoint.name == TRAINED else "int8")
            return Lane(Place(each, layout, checkpoint, pythons[each.name], log, precision))

        contest = Contest(
            plan.entries,
            checkpoint,
            [size.operations(length) for length in Traffic.load(checkpoint / "traffic.json").lengths],
            plan.settings,
            make_lane=make_lane,
            cores=machine.cores,
            say=lambda step, name=name: say(f"{name}: {step}"),  # type: ignore[misc]  # mypy can't infer the default
        )
        results.append(CheckpointFigures(name, tuple(map(reduce, contest.run(take_peak)))))
        yield Figures(
            begun.isoformat(timespec="seconds"), plan.command, machine, settings, dict(peaks), tuple(results)
        )


def write(figures: Figures, folder: Path) -> None:
    """Write JSON, Markdown and, if matplotlib is there, the picture."""
    (folder / "figures.json").write_text(
        dumps(figures.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    report(figures, folder)


def report(figures: Figures, folder: Path) -> None:
    """Write Markdown and, if matplotlib is there, the picture."""
    (folder / "report.md").write_text(markdown(figures), encoding="utf-8")
    try:
        draw(figures, folder / "picture.png")
    except ImportError:
        typer.echo("no picture: matplotlib is missing; pip install -e '.[bench]'", err=True)


def steps(plan: Plan) -> int:
    """How many steps the progress bar has, if nothing fails."""
    starts = sum(len(layouts(each, usable_cores())) for each in plan.entries)
    per_checkpoint = starts + plan.settings.rounds * (len(plan.entries) + 1)
    return len(plan.checkpoints) * (1 + per_checkpoint) + len(plan.entries)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _chosen_engines(names: Sequence[str] | None, *, quick: bool) -> tuple[Entry, ...]:
    if not names:
        return tuple(each for each in ENTRIES if each.quick or not quick)
    try:
        return tuple(map(entry, dict.fromkeys(names)))
    except KeyError as error:
        raise typer.BadParameter(error.args[0]) from None


def _chosen_checkpoints(names: Sequence[str] | None, *, quick: bool) -> tuple[Name, ...]:
    unknown = sorted(set(names or ()) - set(get_args(Name)))
    if unknown:
        raise typer.BadParameter(f"no checkpoint {unknown[0]!r}; there are: {', '.join(NAMES)}")
    if names:
        return cast("tuple[Name, ...]", tuple(dict.fromkeys(names)))
    return tuple(name for name in NAMES if name != "base" or not quick)


def main(
    engine: Annotated[list[str] | None, typer.Option(help="Only these engines.")] = None,
    checkpoint: Annotated[list[str] | None, typer.Option(help="Only these: base, mini, builtin.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Three engines, two checkpoints, short.")] = False,
    rounds: Annotated[int | None, typer.Option(min=1, help="Rounds, instead of 3 (quick: 2).")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.5, help="Saturation per round and engine.")] = None,
    precision: Annotated[
        str | None, typer.Option(help="Ours in auto, fp32, bf16 or int8; else auto, random checkpoints int8.")
    ] = None,
    setup: Annotated[bool, typer.Option("--setup", help="Make checkpoints and environments only.")] = False,
    redraw: Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="A run's folder.")] = None,
) -> None:
    """Measure, and print the report."""
    if redraw is not None:
        figures = Figures.from_json(loads((redraw / "figures.json").read_text(encoding="utf-8")))
        report(figures, redraw)
        print(markdown(figures), end="")
        return
    base = QUICK if quick else FULL
    changed = {"rounds": rounds, "seconds": seconds}
    settings = Settings(**asdict(base) | {key: value for key, value in changed.items() if value is not None})
    folder = WORKPLACE / datetime.now(UTC).astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    plan = Plan(
        _chosen_engines(engine, quick=quick),
        _chosen_checkpoints(checkpoint, quick=quick),
        settings,
        precision,
        folder,
        shlex.join(["python", "-m", "benchmarks.serving", *sys.argv[1:]]),
    )
    if setup:
        _, failures = set_up(plan, lambda step: typer.echo(step, err=True))
        for name, reason in failures.items():
            typer.echo(f"{name} {reason}", err=True)
        raise typer.Exit(1 if failures else 0)
    folder.mkdir(parents=True)
    signal.signal(signal.SIGTERM, _interrupt)  # frozen engines don't end by themselves
    begin = time.monotonic()
    with tqdm(total=steps(plan), unit="step", file=sys.stderr) as progress:

        def say(step: str) -> None:
            progress.set_postfix_str(step)
            progress.update()

        for figures in measure(plan, say):
            write(figures, folder)
    print((folder / "report.md").read_text(encoding="utf-8"), end="")
    typer.echo(f"{time.monotonic() - begin:.0f} s; {folder.relative_to(ROOT)}", err=True)


app = typer.Typer(add_completion=False, rich_markup_mode=None)  # markup would swallow [bench]
app.command(help=(__doc__ or "").replace("\n\n    ", "\n\n\b\n    "))(main)  # examples keep their lines


if __name__ == "__main__":
    app()
