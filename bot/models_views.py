"""Trained models on the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.console import table
from handlers.replies.counts import percents
from handlers.replies.verdict import verdict_lines
from storage.checkpoint_values import (
    ChampionChange,
    CheckpointState,
    Evaluation,
    Standing,
    TrainedCheckpoint,
)
from storage.verdicts import CheckName

NOTHING = "no model has been trained here yet; the preset's own answers"
_HEADER = ("task", "model", "alias", "state", "right", "made", "from", "data")
_TAINTED = (
    "⚠ learnt from a text that was deleted since. One that answers goes on while the bot trains another in "
    "its place, for a day at most; any other is retired, with its files"
)
_OWN = "the preset's own"
_NO_STANDING = Standing("")
_PSEUDONYM = 64  # digits


def models_table(found: Sequence[TrainedCheckpoint], standings: Mapping[str, Standing]) -> str:
    """One line a model, the newest of each task last, and who answers where none of them does."""
    if not found:
        return NOTHING
    ordered = sorted(found, key=lambda each: (each.task, each.id))
    rows = [_row(each, standings.get(each.task, _NO_STANDING)) for each in ordered]
    lines = [table(_HEADER, rows)]
    tasks = sorted({each.task for each in found})
    own = [task for task in tasks if standings.get(task, _NO_STANDING).champion is None]
    lines += [f"{task} is answered by {_OWN} model" for task in own]
    if any(each.tainted for each in found):
        lines.append(_TAINTED)
    return "\n".join(lines)


def models_json(
    found: Sequence[TrainedCheckpoint], standings: Mapping[str, Standing]
) -> list[dict[str, object]]:
    """The same with everything that is known."""
    return [model_json(each, standings.get(each.task, _NO_STANDING)) for each in found]


def model_json(checkpoint: TrainedCheckpoint, standing: Standing) -> dict[str, object]:
    """All that is known of a model, JSON-able."""
    return {
        "task": checkpoint.task,
        "name": checkpoint.name,
        "alias": _alias(checkpoint, standing),
        "state": checkpoint.state.value,
        "refusal": checkpoint.refusal,
        "tainted": checkpoint.tainted,
        "version": checkpoint.version,
        "path": checkpoint.path,
        "base": checkpoint.base,
        "parent": checkpoint.parent,
        "snapshot": checkpoint.snapshot,
        "seed": checkpoint.seed,
        "code": checkpoint.code,
        "metrics": dict(checkpoint.metrics),
        "verdict": None if checkpoint.verdict is None else checkpoint.verdict.as_json(),
        "made": checkpoint.created_at.isoformat(),
    }


def model_text(
    checkpoint: TrainedCheckpoint,
    standing: Standing,
    evaluations: Sequence[Evaluation],
    changes: Sequence[ChampionChange],
) -> str:
    """All that is known of a model, for people."""
    facts = (
        ("task", checkpoint.task),
        ("alias", _alias(checkpoint, standing) or "–"),
        ("state", _state(checkpoint)),
        ("version", checkpoint.version),
        ("folder", checkpoint.path),
        ("made", _moment(checkpoint.created_at)),
        ("from", checkpoint.parent or checkpoint.base),
        ("data", checkpoint.snapshot or "–"),
        ("seed", str(checkpoint.seed)),
        ("code", checkpoint.code or "–"),
        ("figures", json.dumps(dict(checkpoint.metrics), ensure_ascii=False)),
    )
    lines = [checkpoint.name, *(f"  {what:<8} {value}" for what, value in facts)]
    if checkpoint.tainted:
        lines.append(_TAINTED)
    lines.append("Verdict")
    if checkpoint.verdict is None:
        lines.append("  it has not been compared with the champion")
    else:
        lines += [f"  {line}" for line in verdict_lines(checkpoint.verdict, "en")]
    if evaluations:
        lines.append("Measured")
        lines += [
            f"  {_moment(each.at)}  {each.dataset}, against {each.against or _OWN}" for each in evaluations
        ]
    own = [each for each in changes if checkpoint.name in (each.before, each.after)]
    if own:
        lines.append("Promotions")
        lines += [f"  {_change(each)}" for each in own]
    return "\n".join(lines)


def _row(checkpoint: TrainedCheckpoint, standing: Standing) -> tuple[str, ...]:
    return (
        checkpoint.task,
        checkpoint.name,
        _alias(checkpoint, standing) or "–",
        _state(checkpoint),
        _right(checkpoint),
        _moment(checkpoint.created_at),
        checkpoint.parent or checkpoint.base,
        checkpoint.snapshot or "–",
    )


def _alias(checkpoint: TrainedCheckpoint, standing: Standing) -> str | None:
    named = {
        "champion": standing.champion,
        "previous": standing.previous,
        "candidate": standing.candidate,
    }
    return next((name for name, each in named.items() if each is not None and each.id == checkpoint.id), None)


def _state(checkpoint: TrainedCheckpoint) -> str:
    words: list[str] = [checkpoint.state.value]
    if checkpoint.refusal is not None:
        words.append(f"({checkpoint.refusal})")
    if checkpoint.tainted:
        words.append("⚠")
    if checkpoint.state is not CheckpointState.RETIRED and not Path(checkpoint.path).is_dir():
        words.append("(folder missing)")
    return " ".join(words)


def _right(checkpoint: TrainedCheckpoint) -> str:
    """How many rows of each set it had right when it was compared."""
    checks = () if checkpoint.verdict is None else checkpoint.verdict.checks
    found = {}
    for check in checks:
        share, rows = check.numbers.get("candidate"), check.numbers.get("set")
        if check.name in (CheckName.GAIN, CheckName.TEST) and isinstance(share, int | float):
            found[str(rows)] = f"{rows} {percents(share, 1)} of {check.numbers['n']:,}"
    return ", ".join(found.values()) or "–"


def _change(change: ChampionChange) -> str:
    before, after = change.before or _OWN, change.after or _OWN
    # A pseudonym says nothing to a reader; what is no person is said in words.
    who = change.actor if 0 < len(change.actor) < _PSEUDONYM else "a person"
    return f"{_moment(change.at)}  {before} → {after}, by {who}: {change.reason}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
