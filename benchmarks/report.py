"""The run as Markdown and as a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.engines import BASELINE, OURS
from benchmarks.figures import CheckpointFigures, EngineFigures, Figures, LoadFigures

_HEAD = (
    "| engine | workers × threads | served /s | × HF | p50 / p95 / p99 ms | light p50 ms | offline /s "
    "| of int8 peak | memory MiB | loop lag p99 ms | same class |"
)
_COLUMNS = 11
_INT8_PEERS = ("onnxruntime", "openvino", "ctranslate2")


def markdown(figures: Figures) -> str:
    """The tables, ready for ``docs/performance.md``."""
    return "\n".join(_lines(figures)) + "\n"


def _lines(figures: Figures) -> Iterator[str]:
    machine, settings = figures.machine, figures.settings
    peaks = ", ".join(f"{name} {rate:.0f}" for name, rate in figures.peaks.items())
    yield f"`{figures.command}`, {figures.date[:16].replace('T', ' ')}"
    yield ""
    yield f"- {machine.processor}, {machine.cores} cores ({', '.join(machine.features) or 'no SIMD named'}),"
    yield f"  {machine.memory_gib:.0f} GiB; {machine.system}"
    yield f"- before the run {machine.busy:.0%} of the cores were busy, {machine.steal:.0%} stolen;"
    yield f"  {_noise(figures)}"
    yield f"- one core at most, 10⁹ operations/s: {peaks}"
    rounds, clients = f"{settings['rounds']:.0f} rounds", f"{settings['clients']:.0f} clients"
    heavy, light = f"{settings['seconds']:g} s with {clients}", f"{settings['light_seconds']:g} s with one"
    yield f"- {rounds} of {heavy} and {light}; rates are medians of the rounds"
    for checkpoint in figures.checkpoints:
        yield ""
        yield f"### {checkpoint.name}"
        yield ""
        yield _HEAD
        yield "|" + " --- |" * _COLUMNS
        for engine in checkpoint.engines:
            yield _row(engine, checkpoint, figures)
        yield ""
        yield from _ratios(checkpoint, figures)
    yield ""
    yield from _remarks(figures)


def _row(engine: EngineFigures, checkpoint: CheckpointFigures, figures: Figures) -> str:
    if engine.saturated is None or engine.light is None:
        reason = (engine.failure or "").replace("|", "\\|")
        return f"| {engine.title} | not measured: {reason} |" + " |" * (_COLUMNS - 2)
    heavy, light = engine.saturated, engine.light
    layout = heavy.layout if heavy.layout == light.layout else f"{heavy.layout}, light {light.layout}"
    baseline = _rate(checkpoint, BASELINE)
    title = f"**{engine.title}**" if engine.name == OURS else engine.title
    cells = (
        title,
        layout,
        _number(heavy.per_second) + (f" ({heavy.failed} failed)" if heavy.failed else ""),
        f"{heavy.per_second / baseline:.1f}" if baseline else "–",
        f"{_number(heavy.p50_ms)} / {_number(heavy.p95_ms)} / {_number(heavy.p99_ms)}",
        _number(light.p50_ms),
        _number(engine.offline),
        f"{_share(engine, figures):.0%}",
        f"{engine.memory_mib:.0f}",
        "–" if heavy.lag_p99_ms is None else _number(heavy.lag_p99_ms),
        f"{engine.same:.0%}",
    )
    return "| " + " | ".join(cells) + " |"


def _ratios(checkpoint: CheckpointFigures, figures: Figures) -> Iterator[str]:
    """Ours beside the others: what the targets are about."""
    ours = _find(checkpoint, OURS)
    if ours is None or ours.saturated is None or ours.light is None:
        yield f"Ours was not measured: {ours.failure if ours else 'it was left out'}."
        return
    measured = [
        (each, each.saturated, each.light)
        for each in checkpoint.engines
        if each.name != OURS and each.saturated is not None and each.light is not None
    ]
    yield "Ours beside the others:"
    yield ""
    for each, heavy, _ in measured:
        if each.name == BASELINE:
            yield (
                f"- saturated {ours.saturated.per_second / heavy.per_second:.1f} × {each.title}; "
                f"p99 1/{heavy.p99_ms / ours.saturated.p99_ms:.1f} of its"
            )
    peers = [each for each in measured if each[0].name in _INT8_PEERS]
    if peers:
        best, heavy, _ = max(peers, key=lambda each: each[1].per_second)
        yield f"- saturated {ours.saturated.per_second / heavy.per_second:.2f} × the best peer, {best.title}"
        soonest, _, light = min(peers, key=lambda each: each[2].p50_ms)
        yield f"- light p50 {ours.light.p50_ms / light.p50_ms:.2f} × the soonest peer's, {soonest.title}"
    lag = ours.saturated.lag_p99_ms
    yield f"- {_share(ours, figures):.0%} of the int8 peak offline" + (
        "" if lag is None else f"; loop lag p99 {_number(lag)} ms at saturation"
    )


def _remarks(figures: Figures) -> Iterator[str]:
    """What each engine is, once."""
    seen: dict[str, str] = {}
    for checkpoint in figures.checkpoints:
        for engine in checkpoint.engines:
            if engine.failure is None and engine.name not in seen:
                versions = ", ".join(f"{name} {number}" for name, number in (engine.versions or {}).items())
                seen[engine.name] = f"- {engine.title}: {engine.remark} ({versions})"
    yield from seen.values()


def _noise(figures: Figures) -> str:
    loads = [
        load
        for checkpoint in figures.checkpoints
        for engine in checkpoint.engines
        for load in (engine.saturated, engine.light)
        if load is not None
    ]
    if not loads:
        return "nothing was measured"
    return (
        f"while engines were measured, other programs used up to {max(each.others for each in loads):.0%} "
        f"and other machines up to {max(each.steal for each in loads):.0%}"
    )


def _share(engine: EngineFigures, figures: Figures) -> float:
    return engine.giga_operations / (figures.peaks["int8"] * figures.machine.cores)


def _find(checkpoint: CheckpointFigures, name: str) -> EngineFigures | None:
    return next((each for each in checkpoint.engines if each.name == name), None)


def _rate(checkpoint: CheckpointFigures, name: str) -> float | None:
    engine = _find(checkpoint, name)
    return engine.saturated.per_second if engine and engine.saturated else None


def _number(value: float) -> str:
    """Three digits are all that repeats."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def draw(figures: Figures, path: Path) -> None:
    """Draw bars: per checkpoint a row, and in it throughput, tail and light wait.

    Raises:
        ImportError: If matplotlib is missing; it's in the extra ``bench``.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # an extra
    from matplotlib.figure import Figure  # noqa: PLC0415

    panels: tuple[tuple[str, Callable[[EngineFigures], float | None]], ...] = (
        ("64 clients: answers per second (longer is better)", lambda each: _of(each.saturated, "per_second")),
        ("64 clients: p99, ms (shorter is better)", lambda each: _of(each.saturated, "p99_ms")),
        ("one client: p50, ms (shorter is better)", lambda each: _of(each.light, "p50_ms")),
    )
    rows = len(figures.checkpoints)
    engines = max(len(each.engines) for each in figures.checkpoints)
    picture = Figure(figsize=(15, (1.2 + 0.36 * engines) * rows + 0.8), layout="constrained")
    FigureCanvasAgg(picture)
    axes = picture.subplots(rows, len(panels), squeeze=False)
    for row, checkpoint in enumerate(figures.checkpoints):
        titles = [each.title for each in checkpoint.engines]
        for column, (title, value_of) in enumerate(panels):
            plot = axes[row][column]
            values = [value_of(each) for each in checkpoint.engines]
            colors = ["#c2410c" if each.name == OURS else "#94a3b8" for each in checkpoint.engines]
            plot.barh(titles, [value or 0.0 for value in values], color=colors)
            plot.bar_label(
                plot.containers[0],
                ["not measured" if value is None else _number(value) for value in values],
                padding=4,
                fontsize=9,
            )
            plot.invert_yaxis()
            plot.margins(x=0.18)
            plot.spines[["top", "right"]].set_visible(False)
            plot.set_title(f"{checkpoint.name} · {title}", fontsize=10, loc="left")
            if column:
                plot.set_yticklabels([])
    machine = figures.machine
    picture.suptitle(
        f"{machine.processor}, {machine.cores} cores · {figures.date[:10]} · {_noise(figures)}", fontsize=10
    )
    picture.savefig(path, dpi=110)


def _of(load: LoadFigures | None, name: str) -> float | None:
    return None if load is None else float(getattr(load, name))
