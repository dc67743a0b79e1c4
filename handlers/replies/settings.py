"""A group's settings as a message with a button for every choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers import utf16
from handlers.replies.answers import duration
from handlers.replies.buttons import button
from handlers.replies.texts import LANGUAGES, TEXTS, Language, Texts, language_for
from handlers.taps import Setting, SettingTap
from models.results import Task
from storage.store import GroupSettings, Voters

_PAUSES = (10, 30, 60, 300, 600)
"""Seconds that a group may choose between two questions."""

_SIGNS = {Setting.LANGUAGE: "🌐", Setting.VOTERS: "🗳", Setting.COOLDOWN: "⏳", Setting.PRESET: "🤖"}
_IN_A_ROW = 3
_NAME_UNITS = 24  # of a preset's name on a button

Unserved = Mapping[Task, Sequence[str]]
"""Tasks, and the languages (``ko``, ``en``) in which a preset has no model for them."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What is shown of a group's settings.

    Attributes:
        group_id: The group.
        title: Its name.
        settings: What it has set.
        presets: Those it may choose from.
        default_preset: The operator's, which answers where it has chosen none.
        unserved: By preset, the tasks that another model answers in its place, and in which languages.
        least_pause: The operator's seconds between two questions; it may only choose more.
        link: Where the same is shown in a private chat; None for no button that leads there.
        language: Language of the message.
    """

    group_id: int
    title: str
    settings: GroupSettings
    presets: tuple[str, ...]
    default_preset: str
    unserved: Mapping[str, Unserved]
    least_pause: float
    link: str | None
    language: Language


@dataclass(frozen=True, slots=True)
class _Choice:
    setting: Setting
    value: str
    face: str
    chosen: bool


def panel_text(panel: Panel) -> str:
    """Say how everything is set, as Telegram HTML."""
    texts = TEXTS[panel.language]
    chosen = {choice.setting: choice.face for choice in _choices(panel, texts) if choice.chosen}
    preset = chosen.get(Setting.PRESET, panel.default_preset)
    if lacking := panel.unserved.get(_preset(panel)):
        preset = f"{preset}\n{_not_by(_preset(panel), lacking, texts)}"
    return texts.settings.format(
        title=escape(panel.title, quote=False),
        language=chosen[Setting.LANGUAGE],
        voters=chosen[Setting.VOTERS],
        pause=chosen[Setting.COOLDOWN],
        preset=escape(preset, quote=False),
    )


def _not_by(preset: str, lacking: Unserved, texts: Texts) -> str:
    """Say what another model answers in a preset's place; of a task that it has in one language, in which."""
    tasks = [
        texts.task_in[languages[0]].format(task=texts.task_name[task])
        if len(languages) == 1
        else texts.task_name[task]
        for task, languages in lacking.items()
    ]
    return texts.not_by_preset.format(preset=utf16.clip(preset, _NAME_UNITS), tasks=", ".join(tasks))


def panel_keyboard(panel: Panel) -> InlineKeyboardMarkup:
    """Draw the choices of each setting in rows of their own, the present one ticked."""
    texts = TEXTS[panel.language]
    rows: list[list[InlineKeyboardButton]] = []
    for setting, sign in _SIGNS.items():
        buttons = [
            _button(panel, choice, sign) for choice in _choices(panel, texts) if choice.setting is setting
        ]
        rows += [buttons[start : start + _IN_A_ROW] for start in range(0, len(buttons), _IN_A_ROW)]
    if panel.link is not None:
        rows.append([InlineKeyboardButton(texts.open_in_private_button, url=panel.link)])
    return InlineKeyboardMarkup(rows)


def pauses(least: float) -> tuple[int, ...]:
    """Return the seconds that a group may choose beside the operator's own."""
    return tuple(seconds for seconds in _PAUSES if seconds > least)


def preset_key(name: str) -> str:
    """Return what a button says for a preset, whose name may be too long for it; the same after a restart."""
    return sha256(name.encode()).hexdigest()[:12]


def _choices(panel: Panel, texts: Texts) -> Iterator[_Choice]:
    """Yield every choice; of each setting that has any, one is chosen."""
    now = panel.settings
    language = None if now.language is None else language_for(now.language)
    yield _Choice(Setting.LANGUAGE, "", texts.each_own_language, language is None)
    for one in LANGUAGES:
        yield _Choice(Setting.LANGUAGE, one, TEXTS[one].language_name, language == one)
    for voters, face in (
        (Voters.EVERYBODY, texts.voters_everybody),
        (Voters.ADMINS, texts.voters_admins),
    ):
        yield _Choice(Setting.VOTERS, voters.value, face, now.voters is voters)
    longer = pauses(panel.least_pause)
    default = duration(panel.least_pause, texts) if panel.least_pause else texts.no_pause
    yield _Choice(Setting.COOLDOWN, "", default, now.cooldown not in longer)
    for seconds in longer:
        yield _Choice(Setting.COOLDOWN, str(seconds), duration(seconds, texts), now.cooldown == seconds)
    preset = _preset(panel)
    for name in panel.presets:
        is_default = name == panel.default_preset
        face = utf16.clip(name, _NAME_UNITS)
        face = texts.default_preset.format(name=face) if is_default else face
        yield _Choice(Setting.PRESET, preset_key(name), face, name == preset)


def _preset(panel: Panel) -> str:
    """Which preset answers in the group."""
    chosen = panel.settings.preset
    return chosen if chosen is not None and chosen in panel.presets else panel.default_preset


def _button(panel: Panel, choice: _Choice, sign: str) -> InlineKeyboardButton:
    face = f"{'✓ ' if choice.chosen else ''}{sign} {choice.face}"
    tap = SettingTap(panel.group_id, choice.setting, choice.value, panel.language)
    return button(face, tap)
