"""How ``kobert-bot feedback`` shows what was counted and decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.console import counted, table
from models.results import Task
from storage.agreed import IMPORTED

if TYPE_CHECKING:
    from storage.agreed import Text
    from training.feedback.ballots import Agreement
    from training.feedback.gold import Promoted
    from training.feedback.stats import TaskStats
    from training.feedback.why import Account

_DIGITS = 8  # of a pseudonym: enough for a person to tell people apart
_SHOWN_LABELS = 12
_LONGEST = 100  # characters of a text that are shown
_NONE = "–"


def agreement_table(found: Mapping[str, Agreement]) -> str:
    """Tell per task what was decided, and below who is left out."""
    rows = []
    notes = []
    for task, each in found.items():
        decided = sum(one.label is not None for one in each.consensus.values())
        ties = len(each.consensus) - decided
        out = [standing for standing in each.standings.values() if standing.left_out]
        rows.append(
            (task, len(each.ballots), len(each.standings), decided, ties, _figure(each.alpha), len(out))
        )
        methods = sorted({one.method.value for one in each.consensus.values()})
        if methods:
            notes.append(f"{task}: by {' and '.join(methods)}")
    if not rows:
        return "nobody has voted yet, so there is nothing to agree on"
    header = ("task", "votes", "voters", "decided", "level", "alpha", "left out")
    return "\n".join([table(header, rows), *notes])


def stats_lines(stats: TaskStats) -> str:
    """Tell how the teaching of a task goes; of tokens, which is not taught, only who says cut wrongly."""
    figures = stats.figures
    if figures.task == Task.TOKENS:
        votes, texts = stats.wrongly_cut
        return f"tokens: {counted(votes, 'vote')} for cut wrongly, {counted(texts, 'text')}" if votes else ""
    share = stats.blind_share
    gold = ", ".join(f"{number:,} from {source}" for source, number in figures.gold.items())
    frequent = sorted(figures.labels.items(), key=lambda each: -each[1])
    labels = ", ".join(f"{label} {number:,}" for label, number in frequent[:_SHOWN_LABELS])
    more = f" and {len(frequent) - _SHOWN_LABELS:,} others" if len(frequent) > _SHOWN_LABELS else ""
    imported = f" ({figures.imported:,} imported)" if figures.imported else ""
    snapshots = ", ".join(f"{name} {state}" for name, state in stats.snapshots.items())
    rows = [
        ("texts", f"{figures.texts:,}"),
        ("queue", f"{figures.queue:,} with fewer than 3 votes"),
        ("votes", f"{figures.votes:,}, and {figures.skips:,} skipped"),
        ("blind", _NONE if share is None else f"{share:.0%} given without seeing the answer"),
        ("voters", f"{figures.voters:,}, and {figures.proved:,} of them have proved right"),
        ("agreement", f"{_figure(stats.alpha)} (Krippendorff's alpha: 1 agreement, 0 chance)"),
        ("labels", f"{labels}{more}{imported}" or _NONE),
        ("gold", gold or _NONE),
        ("snapshots", snapshots or _NONE),
    ]
    left_out = [f"  {each.pseudonym[:_DIGITS]} {each.verdict}: {each.reason}" for each in stats.left_out]
    told = table((figures.task, ""), rows)
    return "\n".join([told, *(["left out:", *left_out] if left_out else [])])


def gold_lines(task: str, promoted: Promoted, fewest: int, least: int) -> str:
    """Tell how many labels became gold, and what is missing where none can.

    Args:
        task: The task.
        promoted: What came of it.
        fewest: So many people have to be proved right by known labels.
        least: So many votes on these it takes of each.
    """
    new = f"{promoted.new:,} label{'' if promoted.new == 1 else 's'} of {task} became gold"
    if promoted.proved >= fewest:
        return new
    ask = (
        f"Ask the bot about such texts yourself, so that /label hands one of them out in each batch; a person"
        f" counts after {least} votes on them, surely better than guessing."
    )
    if not promoted.known:
        return (
            f"{new}: you have given none yet, and yours show first who is right. Write some, and take them in"
            f" with `kobert-bot feedback import FILE --task {task} --gold`. {ask}"
        )
    return (
        f"{new}: it takes {fewest} people whom your own gold ({promoted.known:,}) has proved right, and there"
        f" {'is' if promoted.proved == 1 else 'are'} {promoted.proved}. {ask}"
    )


def conflict_lines(
    task: str,
    accounts: Sequence[Account],
    total: int,
    texts: Mapping[int, Text],
    names: Mapping[int, str],
) -> str:
    """Tell who said what of each text.

    Args:
        task: The task.
        accounts: What is shown.
        total: How many there are.
        texts: Their texts, by input.
        names: Pseudonyms, by voter.
    """
    if not accounts:
        return f"{task}: nobody differs"
    lines = [f"{task}: {total:,} where voters differ, the least sure first"]
    for account in accounts:
        place, decided = account.said[0].ballot.place, account.decided
        text = texts.get(place.item)
        slot = f", blank {place.slot + 1}" if task == "mask" else ""
        lines += ["", f"#{place.item}{slot}: {_NONE if text is None else _shown(text)}"]
        if decided is None or decided.label is None:
            lines.append("  decided: nothing, the votes are level")
        else:
            stays = "; votes do not change it" if decided.method.value == IMPORTED else ""
            told = f"{decided.confidence:.2f}, {decided.method.value}{stays}"
            lines.append(f"  decided: {decided.label} ({told})")
        rows = [
            (
                f"  {names.get(said.ballot.voter, _NONE)[:_DIGITS]}",
                said.ballot.label,
                "blind" if said.ballot.blind else "",
                f"trust {said.standing.trust:.2f}",
                "counted" if said.counted else f"left out: {said.standing.reason}",
            )
            for said in account.said
        ]
        lines.append(table(("  voter", "said", "", "", ""), rows))
    return "\n".join(lines)


def _shown(text: Text) -> str:
    both = text.text_a if text.text_b is None else f"{text.text_a} | {text.text_b}"
    line = " ".join(both.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _figure(number: float | None) -> str:
    return _NONE if number is None else f"{number:.2f}"
