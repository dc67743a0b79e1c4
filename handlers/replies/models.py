"""Trained models as Telegram HTML with buttons, for those who run the bot."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.replies.buttons import button
from handlers.replies.models_texts import ModelsTexts
from handlers.replies.texts import TEXTS, Language, Texts
from handlers.replies.verdict import verdict_html
from handlers.taps import ModelsTap, Step
from models.errors import Unfit
from models.results import Task
from storage.checkpoint_values import CheckpointState, Standing, TrainedCheckpoint

_NO_STANDING = Standing("")


def models_list(standings: Mapping[str, Standing], preset: str, language: Language) -> str:
    """Say of each task who answers, who did, and who might.

    Args:
        standings: By task.
        preset: Whose own model answers where there is no champion.
        language: Of the words.
    """
    texts = TEXTS[language]
    parts = [
        _of_task(task, standings[task], preset, texts)
        for task in texts.task_name
        if _is_told(standings.get(task))
    ]
    return "\n\n".join([texts.models.title, *(parts or [texts.models.nothing_trained])])


def models_keyboard(
    standings: Mapping[str, Standing], preset: str, language: Language
) -> InlineKeyboardMarkup | None:
    """Draw a button for each change that can be made; None where there is none.

    Args:
        standings: By task.
        preset: Whose own model answers where there is no champion.
        language: Of the words.
    """
    texts = TEXTS[language].models
    rows: list[list[InlineKeyboardButton]] = []
    for task, name in TEXTS[language].task_name.items():
        standing = standings.get(task, _NO_STANDING)
        if standing.candidate is not None and standing.promotable(preset):
            face = texts.promote_button.format(task=name, name=standing.candidate.name)
            rows.append([_button(face, Step.PROMOTE, Task(task), standing, standing.candidate)])
        before = [standing.previous] if standing.can_roll_back else []
        if standing.champion is not None and None not in before:
            before.append(None)
        for each in before:
            face = texts.roll_back_button.format(task=name, name=_plain(each, texts))
            rows.append([_button(face, Step.ROLL_BACK, Task(task), standing, each)])
    return InlineKeyboardMarkup(rows) if rows else None


def question(tap: ModelsTap, standing: Standing, language: Language) -> str:
    """Ask whether they are sure, after the verdict on what is to take over."""
    texts = TEXTS[language].models
    other = wanted(tap, standing)
    words = texts.really_promote if tap.step is Step.PROMOTE else texts.really_roll_back
    asked = words.format(
        task=TEXTS[language].task_name[tap.task],
        name=model_name(other, texts),
        champion=model_name(standing.champion, texts),
    )
    if other is None or other.verdict is None:
        return asked
    return f"{verdict_html(other.verdict, language)}\n\n{asked}"


def wanted(tap: ModelsTap, standing: Standing) -> TrainedCheckpoint | None:
    """Return who is to take the champion's place; None for the catalogue's own."""
    if tap.step in (Step.PROMOTE, Step.PROMOTE_SURELY):
        return standing.candidate
    return standing.previous if tap.other_id else None


def question_keyboard(tap: ModelsTap, language: Language) -> InlineKeyboardMarkup:
    """Draw yes and no; both name the same models as the question."""
    texts = TEXTS[language].models
    surely = Step.PROMOTE_SURELY if tap.step is Step.PROMOTE else Step.ROLL_BACK_SURELY
    answers = ((texts.yes_button, surely), (texts.no_button, Step.LIST))
    buttons = [
        button(face, ModelsTap(step, tap.task, tap.champion_id, tap.other_id)) for face, step in answers
    ]
    return InlineKeyboardMarkup([buttons])


def model_name(checkpoint: TrainedCheckpoint | None, texts: ModelsTexts) -> str:
    """Name a checkpoint, or the catalogue's own, as HTML."""
    return escape(_plain(checkpoint, texts), quote=False)


def unfit_html(why: Unfit, detail: str, texts: ModelsTexts) -> str:
    """Say why a model cannot answer, and under it, in English, what is for whoever runs the bot."""
    return f"{texts.unfit[why]}\n<code>{escape(detail, quote=False)}</code>"


def row(checkpoint: TrainedCheckpoint | None) -> int:
    """Return a checkpoint's number on buttons: 0 for the catalogue's own."""
    return 0 if checkpoint is None else checkpoint.id


def _plain(checkpoint: TrainedCheckpoint | None, texts: ModelsTexts) -> str:
    return texts.own if checkpoint is None else checkpoint.name


def _is_told(standing: Standing | None) -> bool:
    return standing is not None and (
        standing.champion is not None or standing.candidate is not None or standing.has_previous
    )


def _of_task(task: str, standing: Standing, preset: str, all_texts: Texts) -> str:
    texts, name = all_texts.models, all_texts.task_name[task]
    lines = [f"<b>{name}</b>", texts.champion.format(name=_described(standing.champion, texts))]
    if standing.champion is not None and standing.champion.tainted:
        lines.append(texts.tainted)
    if standing.has_previous:
        refused = standing.previous is not None and standing.previous.state is CheckpointState.REFUSED
        words = texts.previous_refused if refused else texts.previous
        lines.append(words.format(name=_described(standing.previous, texts)))
    if standing.candidate is None:
        lines.append(texts.no_candidate)
    else:
        described, judged = _described(standing.candidate, texts), _judged(standing, preset, texts)
        lines.append(texts.candidate.format(name=described, verdict=judged))
    return "\n".join(lines)


def _judged(standing: Standing, preset: str, texts: ModelsTexts) -> str:
    """Say how the candidate did against the model that answers."""
    verdict = None if standing.candidate is None else standing.candidate.verdict
    if verdict is None or not standing.promotable(preset):
        return texts.other_rival
    return texts.waits if verdict.doubts else texts.passed


def _described(checkpoint: TrainedCheckpoint | None, texts: ModelsTexts) -> str:
    if checkpoint is None:
        return texts.own
    return f"{escape(checkpoint.name, quote=False)} ({checkpoint.created_at.date().isoformat()})"


def _button(
    face: str, step: Step, task: Task, standing: Standing, other: TrainedCheckpoint | None
) -> InlineKeyboardButton:
    tap = ModelsTap(step, task, row(standing.champion), row(other))
    return button(face, tap)
