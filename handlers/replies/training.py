"""A training as one message: what it would learn from, how far it is, how it ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

from telegram import InlineKeyboardMarkup

from handlers import utf16
from handlers.replies.answers import duration
from handlers.replies.buttons import button
from handlers.replies.counts import Count, percents
from handlers.replies.teaching_texts import TeachingTexts
from handlers.replies.texts import TEXTS, Language
from handlers.replies.verdict import verdict_lines
from handlers.taps import TrainStep, TrainTap
from models.results import LABELS, Task
from storage.agreed import VOTERS, TaskFigures
from storage.outlook import Outlook
from storage.runs import FEWEST, Failure, Run, RunState, lacks
from storage.verdicts import LEAST_GOLD, LEAST_TESTED, LEAST_VOTERS, VOTER_CAP, Verdict

LEARNABLE = (Task.SENTIMENT, Task.NLI, Task.NSP)
"""What can be learnt from votes on whole texts and pairs."""
LEAST_LABELS = 200
"""With fewer, some twenty rows are held out, and only a large gain can be told from chance."""
_WHOLLY_TOLD = (
    Failure.NO_VOTES,
    Failure.NOTHING_TO_LEARN,
    Failure.TOO_FEW,
    Failure.MISSING_LABEL,
    Failure.NOTHING_TO_MEASURE,
    Failure.TEXTS_DELETED,
)
"""What needs no details."""
_BAR = 12
_REASON_UNITS = 500
_MODEL_UNITS = 100
_VERDICT_UNITS = 3_600


def obstacle(
    figures: TaskFigures,
    language: Language,
    *,
    given: Collection[str],
    outlook: Outlook | None,
) -> str | None:
    """Say what a training that began now would fail of for certain; None for nothing.

    Args:
        figures: Of the task.
        language: Of the words.
        given: Labels that there is something to learn from.
        outlook: What it would have; None where that is unknown.
    """
    texts, labels = TEXTS[language].teaching, figures.learnable
    if not figures.votes and not labels:
        return texts.nothing_yet
    learnt = outlook.rows["train"] if outlook is not None and labels else given
    names = TEXTS[language].labels[figures.task]
    if missing := [names[label] for label in LABELS[Task(figures.task)] if label not in learnt]:
        return texts.no_label.format(labels=", ".join(f"<b>{name}</b>" for name in missing))
    if not labels:
        return texts.no_agreed
    if outlook is None:
        return None
    return _too_little({part: outlook.count(part) for part in outlook.rows}, texts)


def _too_little(rows: Mapping[str, int], texts: TeachingTexts) -> str | None:
    match lacks(rows):
        case Failure.TOO_FEW:
            there = rows["train"]
            return texts.too_few.format(rows=Count(there), least=FEWEST, missing=Count(FEWEST - there))
        case Failure.NOTHING_TO_MEASURE:
            return texts.nothing_to_measure.format(labels=Count(sum(rows.values())))
        case _:
            return None


def apart_html(task: str, lines: Mapping[str, str], language: Language) -> str:
    """Say that nothing is trained for a task that another model answers in each language.

    Args:
        task: Which.
        lines: The models by line of the catalogue.
        language: Of the words.
    """
    listed = "\n".join(
        f"<code>{escape(line, quote=False)} = {escape(utf16.clip(model, _MODEL_UNITS), quote=False)}</code>"
        for line, model in lines.items()
    )
    texts = TEXTS[language]
    return texts.teaching.apart.format(
        task=texts.task_name[task], lines=listed, line=f"<code>{escape(task, quote=False)}.any</code>"
    )


def data_html(
    figures: TaskFigures,
    champion: str | None,
    language: Language,
    *,
    why_not: str | None,
    tested: bool,
    outlook: Outlook | None,
) -> str:
    """Say what there is to learn from, what is missing, and ask whether to start where that is possible.

    Args:
        figures: Of the task.
        champion: Name of the trained model that answers; None for the preset's own.
        language: Of the words.
        why_not: What a training would fail of for certain.
        tested: Whether the original test file is there, to see that nothing is forgotten.
        outlook: What it would have; None where that is unknown.
    """
    texts = TEXTS[language].teaching
    labels = figures.learnable
    gold, voted, held_out = sum(figures.gold.values()), figures.gold.get(VOTERS, 0), 1
    if outlook is not None:
        gold, voted, held_out = outlook.count("gold"), outlook.voted, outlook.count("heldout")
    own = TEXTS[language].models.own
    said = texts.data.format(
        task=TEXTS[language].task_name[figures.task],
        labels=Count(labels),
        voters=Count(figures.voters),
        proved=Count(figures.teachers),
        votes=Count(figures.votes),
        gold=Count(gold),
        champion=own if champion is None else escape(champion, quote=False),
    )
    known = [texts.learnt_gold.format(learnt=Count(outlook.learnt))] if outlook and outlook.learnt else []
    if why_not is not None:
        return "\n\n".join([said, "\n".join([why_not, *known])])
    wanting = [
        words.format(missing=Count(least - there), least=Count(least))
        for words, least, there in (
            (texts.few_labels, LEAST_LABELS, labels),
            (texts.few_voters, LEAST_VOTERS, figures.teachers),
            (texts.few_gold if held_out else texts.no_gain, LEAST_GOLD, gold),
            # With too few of all of them that is said already.
            (texts.few_given, LEAST_GOLD, gold - voted if gold >= LEAST_GOLD else LEAST_GOLD),
        )
        if there < least
    ]
    wanting += known
    if figures.busiest > VOTER_CAP:
        share, cap = percents(figures.busiest, 1), percents(VOTER_CAP)
        wanting.append(texts.busy_voter.format(share=share, cap=cap))
    if not tested:
        wanting.append(texts.no_test)
    elif outlook is not None and outlook.short is not None:
        wanting.append(texts.short_test.format(texts=Count(outlook.short), least=Count(LEAST_TESTED)))
    return "\n\n".join([said, *(["\n".join(wanting)] if wanting else []), texts.start_question])


def tasks_keyboard(language: Language) -> InlineKeyboardMarkup:
    """Draw a button for each task that can be learnt."""
    names = TEXTS[language].task_name
    return InlineKeyboardMarkup([[button(names[task], TrainTap(TrainStep.SHOW, task))] for task in LEARNABLE])


def start_keyboard(task: Task, language: Language) -> InlineKeyboardMarkup:
    """Draw the button that starts a training."""
    face = TEXTS[language].teaching.start_button
    return InlineKeyboardMarkup([[button(face, TrainTap(TrainStep.START, task))]])


def run_keyboard(run: Run, language: Language) -> InlineKeyboardMarkup | None:
    """Draw the button that cancels a training, as long as it can be cancelled."""
    if run.state.ended or run.cancelling:
        return None
    face = TEXTS[language].teaching.cancel_button
    return InlineKeyboardMarkup([[button(face, TrainTap(TrainStep.CANCEL, Task(run.task), run.id))]])


def moved_html(run: Run, language: Language, *, here: bool) -> str:
    """Say, in the message that showed a training, that another shows it now.

    Args:
        run: The training.
        language: Of the words.
        here: Whether that is in the same chat.
    """
    texts = TEXTS[language].teaching
    task = TEXTS[language].task_name[run.task]
    where = texts.shown_below if here else texts.shown_elsewhere.format(task=task)
    return f"{texts.title.format(task=task, number=run.id)}\n{where}"


def run_html(run: Run, language: Language) -> str:
    """Say how far a training is, or how it ended."""
    texts = TEXTS[language].teaching
    title = texts.title.format(task=TEXTS[language].task_name[run.task], number=run.id)
    lines = _end(run, texts, language) if run.state.ended else _way(run, texts, language)
    return "\n".join([title, *lines])


def _way(run: Run, texts: TeachingTexts, language: Language) -> Sequence[str]:
    queued = run.state is RunState.QUEUED
    phase = "queued" if queued else str(run.progress.get("phase", "snapshot"))
    said = texts.cancelling if run.cancelling else texts.phases.get(phase, phase)
    step, steps = run.progress.get("step"), run.progress.get("steps")
    if queued or phase not in ("training", "gate") or not isinstance(steps, int) or not steps:
        return [said]
    done = min(1.0, (step or 0) / steps)
    full = round(done * _BAR)
    lines = [said, f"{'▰' * full}{'▱' * (_BAR - full)} {percents(done)}"]
    if phase == "training":
        lines.append(" · ".join(_figures(run.progress, texts, language)))
    return lines


def _figures(progress: Any, texts: TeachingTexts, language: Language) -> list[str]:  # noqa: ANN401  # JSON
    parts = [texts.steps.format(step=Count(progress["step"]), steps=Count(progress["steps"]))]
    if (loss := progress.get("loss")) is not None:
        parts.append(texts.loss.format(loss=f"{loss:.3f}"))
    if (accuracy := progress.get("accuracy")) is not None:
        parts.append(texts.accuracy.format(accuracy=percents(accuracy)))
    if (left := progress.get("left_s")) is not None:
        parts.append(texts.left.format(time=duration(left, TEXTS[language])))
    return parts


def _end(run: Run, texts: TeachingTexts, language: Language) -> Sequence[str]:
    if run.state is RunState.CANCELLED:
        return [texts.cancelled]
    if run.state is RunState.FAILED:
        failed = texts.failed.format(reason=texts.failures[run.failure])
        return [failed] if run.failure in _WHOLLY_TOLD or not run.error else [failed, _quoted(run.error)]
    try:
        verdict = Verdict.from_json(run.progress.get("verdict"))
    except ValueError:  # another version wrote it
        return [texts.done.format(verdict="?")]
    words = escape(utf16.clip("\n".join(verdict_lines(verdict, language)), _VERDICT_UNITS), quote=False)
    if said := _became(run, verdict, texts):
        return [words, said]
    return [words]


def _quoted(detail: str) -> str:
    """Show what is for whoever runs the bot, in English."""
    return f"<code>{escape(utf16.clip(detail, _REASON_UNITS), quote=False)}</code>"


def _became(run: Run, verdict: Verdict, texts: TeachingTexts) -> str | None:
    """Say what became of the model that was trained; nothing more of one that was refused."""
    if run.progress.get("promoted"):
        return texts.promoted.format(name=escape(verdict.candidate, quote=False))
    if run.progress.get("overtaken"):
        return texts.overtaken.format(champion=escape(verdict.champion, quote=False))
    if verdict.doubts:
        return texts.waits
    return texts.not_promoted if verdict.passed else None
