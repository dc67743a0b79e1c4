"""Texts that people are given to label, alone or in a group, with their buttons."""

from __future__ import annotations

from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.replies.answers import clipped, percent
from handlers.replies.buttons import button
from handlers.replies.texts import TEXTS, Language, Texts
from handlers.taps import CloseTap, GuideTap, ItemAction, ItemTap, MoreTap, SkipTap, UndoTap, VoteTap
from models.results import LABELS, Task
from storage.store import Item, OwnStats, PostResult, PostStatus, Progress, TaskStats, VoteCounts

_TEXT_UNITS = 3000
_PAIR_UNITS = 1500  # of each of two texts
_SHORT = 16  # letters of labels that share a row


def item_text(item: Item, language: Language) -> str:
    """Show a text to label, and how far its reader is."""
    texts = TEXTS[language]
    own = texts.labelling
    head = own.item.format(place=item.place, total=item.total, question=own.question[item.task])
    tail = f"\n\n{own.reply_with_word}" if item.task == Task.MASK else ""
    return f"{head}\n\n{_quoted(item.text_a, item.text_b, texts)}{tail}"


def item_keyboard(item: Item, language: Language) -> InlineKeyboardMarkup:
    """Draw the labels in the order that they always have, and below them what else may be done."""
    texts = TEXTS[language]
    own, number = texts.labelling, item.assignment_id
    labels = [label for label in LABELS.get(Task(item.task), ()) if label in item.labels]
    buttons = [
        button(
            texts.labels[item.task][label],
            ItemTap(number, ItemAction.CHOOSE, item.labels.index(label)),
        )
        for label in labels
    ]
    last = [button(own.skip_button, ItemTap(number, ItemAction.SKIP))]
    if item.last is not None:
        last.append(button(own.undo_last_button, ItemTap(item.last, ItemAction.UNDO)))
    leave = [
        button(own.guideline_button, ItemTap(number, ItemAction.GUIDE)),
        button(own.stop_button, ItemTap(number, ItemAction.STOP)),
    ]
    return InlineKeyboardMarkup([*_label_rows(buttons), last, leave])


def guideline_keyboard(item: Item, language: Language) -> InlineKeyboardMarkup:
    """Draw the way back from how to decide."""
    back = ItemTap(item.assignment_id, ItemAction.BACK)
    return InlineKeyboardMarkup([[button(TEXTS[language].labelling.back_button, back)]])


def done_text(progress: Progress, language: Language) -> str:
    """Thank for a batch."""
    own = TEXTS[language].labelling
    if not progress.labelled + progress.skipped:
        return own.nothing_done
    return own.batch_done.format(labelled=progress.labelled, skipped=progress.skipped)


def done_keyboard(progress: Progress, language: Language) -> InlineKeyboardMarkup | None:
    """Draw what may come after a batch; None where nothing may."""
    own, rows = TEXTS[language].labelling, []
    if progress.more:
        more = MoreTap(None if progress.task is None else Task(progress.task))
        rows.append([button(own.more_button, more)])
    if progress.last is not None:
        rows.append([button(own.undo_last_button, ItemTap(progress.last, ItemAction.UNDO))])
    return InlineKeyboardMarkup(rows) if rows else None


def post_text(task: Task, text_a: str, text_b: str | None, language: Language) -> str:
    """Show a text to a group that labels it."""
    texts = TEXTS[language]
    head = texts.labelling.post.format(question=texts.labelling.question[task])
    return f"{head}\n\n{_quoted(text_a, text_b, texts)}"


def post_keyboard(tally: VoteCounts, language: Language) -> InlineKeyboardMarkup | None:
    """Draw the labels of what a group labels, and how many people have voted; nothing once it is closed."""
    if tally.post is PostStatus.CLOSED:
        return None
    texts, number = TEXTS[language], tally.prediction_id
    names = texts.labels[tally.task]
    buttons = [
        button(names[label], VoteTap(number, 0, choice, language))
        for choice, label in enumerate(tally.options[0])
    ]
    last = [button(texts.labelling.skip_button, SkipTap(number, language))]
    if tally.voters:
        undo = f"{texts.undo_button} · 👥 {tally.voters}"
        last.append(button(undo, UndoTap(number, language)))
    guide = button(texts.labelling.guideline_button, GuideTap(Task(tally.task)))
    close = button(texts.labelling.post_button, CloseTap(number, language))
    return InlineKeyboardMarkup([*_label_rows(buttons), last, [guide], [close]])


def post_result(result: PostResult, language: Language) -> str:
    """Show what a group chose, most votes first, and what the model says."""
    texts = TEXTS[language]
    own, names = texts.labelling, texts.labels[result.task]
    ranked = sorted(result.votes.items(), key=lambda one: one[1], reverse=True)
    lines = [f"{'▓' * count} {names[label]}: <b>{count}</b>".strip() for label, count in ranked if count]
    if result.skipped:
        lines.append(own.post_unsure.format(count=result.skipped))
    said = own.post_model.format(label=names[result.label], percent=percent(result.probability))
    head = own.post_closed.format(question=own.question[result.task])
    quoted = _quoted(result.text_a, result.text_b, texts)
    body = "\n".join(lines) or own.post_nobody
    return f"{head}\n\n{quoted}\n\n{body}\n\n{said}"


def stats_text(stats: OwnStats, language: Language) -> str:
    """Tell somebody of their votes."""
    own = TEXTS[language].labelling
    if not stats.tasks:
        return own.stats_none
    parts = [own.stats_title, *(_task_stats(one, TEXTS[language]) for one in stats.tasks)]
    return "\n\n".join([*parts, own.stats_days.format(days=stats.days)])


def _task_stats(one: TaskStats, texts: Texts) -> str:
    own = texts.labelling
    lines = [
        own.stats_task.format(
            task=texts.task_name[one.task],
            confirmed=one.confirmed,
            corrected=one.corrected,
            skipped=one.skipped,
        )
    ]
    if one.blind:
        lines.append(own.stats_blind.format(blind=one.blind))
    if one.judged is None or one.right is None:
        lines.append(own.stats_not_judged)
    else:
        lines.append(own.stats_judged.format(right=one.right, judged=one.judged))
    return "\n".join(lines)


def _quoted(text_a: str, text_b: str | None, texts: Texts) -> str:
    if text_b is None:
        return f"<blockquote>{clipped(text_a, _TEXT_UNITS)}</blockquote>"
    own = texts.labelling
    first, second = clipped(text_a, _PAIR_UNITS), clipped(text_b, _PAIR_UNITS)
    return (
        f"{escape(own.first_text)}:\n<blockquote>{first}</blockquote>\n"
        f"{escape(own.second_text)}:\n<blockquote>{second}</blockquote>"
    )


def _label_rows(buttons: list[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    """Let short labels share a row, and give long ones a row each."""
    if not buttons:
        return []
    short = len(buttons) <= 2 and all(len(one.text) <= _SHORT for one in buttons)
    return [buttons] if short else [[one] for one in buttons]
