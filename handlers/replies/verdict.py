"""A verdict on a candidate model as lines that a person reads, in the chat and on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from handlers import utf16
from handlers.replies.counts import Count
from handlers.replies.texts import TEXTS, Language
from handlers.replies.verdict_texts import VerdictTexts
from storage.verdicts import RECALL_ROWS, Check, CheckName, CheckState, Number, Verdict

_SIGNS = {CheckState.PASSED: "✓", CheckState.FAILED: "✗", CheckState.NOT_SEEN: "–"}
_POINTS = {
    **dict.fromkeys(("gain", "low", "high", "worse"), "+.2f"),
    **dict.fromkeys(("champion", "candidate", "smallest"), ".2f"),
    **dict.fromkeys(("margin", "cap", "power", "share", "level"), ".4g"),
}
"""How shares are written, as percents."""
_AS_IS = {
    "p": ".2g",
    "p_given": ".2g",
    "alpha": ".2g",
    "bound": "g",
    "ratio": ".2f",
    "champion_ms": ".2f",
    "candidate_ms": ".2f",
}
"""How other numbers are; all that is not here is counted."""
_DOUBTFUL = "?"
_NAME_UNITS = 100  # of a model's name, which may be a long path


def verdict_lines(verdict: Verdict, language: Language) -> tuple[str, ...]:
    """Say how it ended and why: a line for each rule, plain text."""
    texts = TEXTS[language].verdict
    names = [utf16.clip(name, _NAME_UNITS) for name in (verdict.champion, verdict.candidate)]
    passed = texts.waits if verdict.doubts else texts.passed
    headline = (passed if verdict.passed else texts.refused).format(
        champion=names[0],
        candidate=names[1],
        task=TEXTS[language].task_name.get(verdict.task, verdict.task),
        why=" ".join(texts.doubts[doubt] for doubt in verdict.doubts),
    )
    state = CheckState.PASSED if verdict.passed else CheckState.FAILED
    lines = [f"{_SIGNS[state]} {headline}"]
    if verdict.leaving is not None:
        lines.append(
            texts.leaving.format(leaving=utf16.clip(verdict.leaving, _NAME_UNITS), champion=names[0])
        )
    if verdict.learnt:
        lines.append(texts.learnt.format(learnt=Count(verdict.learnt)))
    recalls = [check for check in verdict.checks if check.name is CheckName.RECALL]
    for check in verdict.checks:
        if check.name is CheckName.RECALL:
            lines += _recalls(recalls, texts, language)
            recalls = []
        else:
            lines += _rule(check, texts, language)
    return tuple(lines)


def verdict_html(verdict: Verdict, language: Language) -> str:
    """The same as Telegram HTML."""
    return escape("\n".join(verdict_lines(verdict, language)), quote=False)


def _rule(check: Check, texts: VerdictTexts, language: Language) -> Iterator[str]:
    words = _words(check, texts, language)
    sign, why = _SIGNS[check.state], ""
    if check.doubtful:
        sign, why = _DOUBTFUL, f" {texts.maybe_lost}"
    elif check.unclear:
        sign, why = _SIGNS[CheckState.NOT_SEEN], f" {texts.too_few}"
    yield f"{sign} {_template(check, texts).format(**words)}{why}"
    if check.name is CheckName.GAIN and check.state is not CheckState.NOT_SEEN:
        if check.numbers["set"] == "heldout":
            yield texts.on_heldout.format(**words)
        known, voted, earlier = (_count(check, each) for each in ("n", "voted", "earlier"))
        if voted:
            yield texts.voted.format(**words | {"given": Count(known - voted)})
        before = texts.judged_before if earlier else texts.first_judged
        yield before.format(**words, number=earlier + 1, next=earlier + 2)
        seen = texts.smallest_none if check.numbers["smallest"] is None else texts.smallest
        yield seen.format(**words)


def _recalls(checks: Sequence[Check], texts: VerdictTexts, language: Language) -> Iterator[str]:
    """One line for all classes that surely passed, and one for each of the others."""
    passed = [check for check in checks if check.state is CheckState.PASSED and not check.doubtful]
    if passed:
        words = _words(max(passed, key=_drop), texts, language)
        sign = _SIGNS[CheckState.PASSED]
        counts = {"count": Count(len(passed)), "rows": Count(RECALL_ROWS)}
        yield f"{sign} {texts.checks[CheckName.RECALL].format(**words, **counts)}"
    for check in checks:
        if check.doubtful:
            words = _words(check, texts, language)
            yield f"{_DOUBTFUL} {texts.failed[CheckName.RECALL].format(**words)} {texts.maybe_chance}"
        elif check.state is not CheckState.PASSED:
            yield from _rule(check, texts, language)


def _template(check: Check, texts: VerdictTexts) -> str:
    if check.name is CheckName.VOTERS and check.numbers.get("known") == 0:
        return texts.voters_agree
    said = {CheckState.FAILED: texts.failed, CheckState.NOT_SEEN: texts.not_seen}.get(check.state, {})
    return said.get(check.name, texts.checks[check.name])


def _count(check: Check, name: str) -> int:
    """Return how many there are of something; 0 where a check does not speak of it."""
    value = check.numbers.get(name)
    return value if isinstance(value, int) else 0


def _drop(check: Check) -> float:
    drop = check.numbers["drop"]
    return drop if isinstance(drop, float) else 0.0


def _words(check: Check, texts: VerdictTexts, language: Language) -> dict[str, str | Count]:
    """Every number as it is written."""
    return {key: _written(key, value, check, texts, language) for key, value in check.numbers.items()}


def _written(key: str, value: Number, check: Check, texts: VerdictTexts, language: Language) -> str | Count:
    if value is None:
        return "–"
    if isinstance(value, str):
        all_texts = TEXTS[language]
        labels = all_texts.labels.get(str(check.numbers.get("task")), {})
        named = {"set": texts.sets, "task": all_texts.task_name, "label": labels}.get(key, {})
        return named.get(value, value)
    if key in _POINTS:
        return f"{100 * value:{_POINTS[key]}}"
    if key == "drop":
        return f"{100 * max(value, 0.0):.2f}"  # of classes that all gained, the largest drop is none
    return f"{value:{_AS_IS[key]}}" if key in _AS_IS else Count(value)
