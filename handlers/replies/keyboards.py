"""The buttons under an answer: right, what would be right, not sure, undo, with the counts of the votes."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers import utf16
from handlers.replies.answers import CIRCLED
from handlers.replies.buttons import button
from handlers.replies.texts import LANGUAGES, TEXTS, Language, Texts
from handlers.taps import LanguageTap, OfferTap, SkipTap, UndoTap, VoteTap, WordTap
from models.results import Task
from storage.store import VoteCounts

NONE_OF_THESE = "none_of_these"
"""Label of a vote for a word that ``mask`` did not offer."""

PIECES_RIGHT = "right"

_BUTTONS_IN_A_ROW = 3
_WORD_UNITS = 16  # what a third of a phone's width shows


def vote_keyboard(tally: VoteCounts, language: Language) -> InlineKeyboardMarkup | None:
    """Draw the buttons of an answer.

    Args:
        tally: The answer's labels and how often each was voted for.
        language: Language of the answer.

    Returns:
        One row per blank for several blanks, else rows of up to three; below them what is no answer: another
        word, "not sure", and undo once there is a vote. None for an answer without anything to vote on.
    """
    if not any(tally.options):
        return None
    texts, several = TEXTS[language], len(tally.options) > 1
    face = _counted(texts.labelling.word_button, tally.typed)
    word = button(face, WordTap(tally.prediction_id, language))
    rows: list[list[InlineKeyboardButton]] = []
    for slot, labels in enumerate(tally.options):
        if not labels:  # a blank that was cut away
            continue
        buttons = [_vote_button(tally, slot, choice, language) for choice in range(len(labels))]
        rows += [buttons] if several else _rows(buttons, Task(tally.task))
    if tally.task == Task.MASK:
        if several:
            rows.append([word])
        else:
            rows[-1].append(word)
    last = [button(texts.labelling.skip_button, SkipTap(tally.prediction_id, language))]
    if tally.total:
        last.append(button(texts.undo_button, UndoTap(tally.prediction_id, language)))
    return InlineKeyboardMarkup([*rows, last])


def offer_keyboard(tasks: Sequence[Task], language: Language) -> InlineKeyboardMarkup:
    """Draw one button per task that a text can be asked, each in a row of its own."""
    faces = TEXTS[language].task_button
    buttons = [button(faces[task], OfferTap(task)) for task in tasks]
    return InlineKeyboardMarkup([[one] for one in buttons])


def language_keyboard() -> InlineKeyboardMarkup:
    """Draw one button per language, each in its own language."""
    return InlineKeyboardMarkup([[_language_button(language) for language in LANGUAGES]])


def label_name(task: str, label: str, texts: Texts) -> str:
    """Name a voted label for people, as plain text."""
    if task == Task.MASK:
        return texts.none_toast if label == NONE_OF_THESE else label
    return texts.labels[task][label]


def _rows(buttons: list[InlineKeyboardButton], task: Task) -> list[list[InlineKeyboardButton]]:
    if task is Task.TOKENS:
        return [buttons]
    if task is Task.MASK:
        *words, none = buttons
        starts = range(0, len(words), _BUTTONS_IN_A_ROW)
        return [*(words[start : start + _BUTTONS_IN_A_ROW] for start in starts), [none]]
    return [buttons[:1], buttons[1:]]  # "right" alone on top, the other labels below


def _vote_button(tally: VoteCounts, slot: int, choice: int, language: Language) -> InlineKeyboardButton:
    face = _counted(_face(tally, slot, choice, TEXTS[language]), tally.counts[slot][choice])
    return button(face, VoteTap(tally.prediction_id, slot, choice, language))


def _counted(face: str, votes: int) -> str:
    return f"{face} · {votes}" if votes else face


def _face(tally: VoteCounts, slot: int, choice: int, texts: Texts) -> str:
    label = tally.options[slot][choice]
    if tally.task == Task.TOKENS:
        return texts.pieces_right_button if label == PIECES_RIGHT else texts.pieces_wrong_button
    if tally.task != Task.MASK:
        return texts.right_button if label == tally.shown else label_name(tally.task, label, texts)
    several = len(tally.options) > 1
    if label == NONE_OF_THESE:
        return texts.none_button.split()[0] if several else texts.none_button
    word = utf16.clip(label, _WORD_UNITS)
    return f"{CIRCLED[slot]} {word}" if several and choice == 0 else word


def _language_button(language: Language) -> InlineKeyboardButton:
    return button(TEXTS[language].language_name, LanguageTap(language))
