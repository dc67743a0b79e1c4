"""What an evaluation found, as Markdown, as JSON and as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from training.evaluate import Classified, Figure


def report(
    model: str,
    files: Sequence[str],
    classified: Sequence[Classified],
    pretrained: Mapping[str, Sequence[Figure]],
) -> str:
    """Everything measured, as Markdown, under the model and the files."""
    lines = [f"# {model}", "", *(f"- {file}" for file in files), ""]
    for each in classified:
        lines += [
            f"## {each.task}",
            "",
            str(each.accuracy),
            "",
            "| | % | 95 % interval | n |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {one.name} | {100 * one.value:.2f} | {one.interval} | {one.n:,} |"
            for one in (*each.recalls, *each.parts)
        ]
        lines += ["", f"![confusion matrix]({each.task}-confusion.png)", ""]
        said = f"Calibration error {100 * each.error:.2f} points"
        if each.temperature is not None and each.error_after is not None:
            said += f"; with the temperature {each.temperature:.3f} {100 * each.error_after:.2f} points"
        lines += [f"{said}.", "", f"![reliability]({each.task}-reliability.png)", ""]
        lines += [f"{each.per_second:,.0f} texts a second, in batches of one length.", ""]
    for name, figures in pretrained.items():
        lines += [f"## {name}", "", *(f"- {each}" for each in figures), ""]
    return "\n".join(lines)


def as_json(
    classified: Sequence[Classified], pretrained: Mapping[str, Sequence[Figure]]
) -> dict[str, object]:
    """Everything measured, for programs."""
    return {
        "classification": [
            {
                "task": each.task,
                "labels": list(each.labels),
                "confusion": each.confusion.tolist(),
                "accuracy": asdict(each.accuracy),
                "recalls": [asdict(one) for one in each.recalls],
                "parts": [asdict(one) for one in each.parts],
                "calibration_error": each.error,
                "temperature": each.temperature,
                "calibration_error_with_temperature": each.error_after,
                "bins": each.bins,
                "bins_with_temperature": each.bins_after,
                "texts_per_second": each.per_second,
            }
            for each in classified
        ],
        "pretraining": {name: [asdict(one) for one in its] for name, its in pretrained.items()},
    }


def pictures(classified: Sequence[Classified], folder: Path) -> None:
    """Draw the confusion matrix and the reliability of each task."""
    from training.pictures import confusion, reliability  # noqa: PLC0415  # matplotlib, for reports only

    for each in classified:
        confusion(each.confusion, each.labels, folder / f"{each.task}-confusion.png")
        reliability(each.bins, each.bins_after, folder / f"{each.task}-reliability.png")
