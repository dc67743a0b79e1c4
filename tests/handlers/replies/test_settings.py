from __future__ import annotations

from dataclasses import replace

import pytest

from handlers import utf16
from handlers.callback_data import decode
from handlers.replies.settings import Panel, panel_keyboard, panel_text, pauses
from handlers.replies.texts import EN, LANGUAGES, Language
from handlers.taps import SettingTap
from models.results import Task
from storage.store import GroupSettings, Voters

LONG = "a preset with a very long name, <b>bold</b> & " + "길다" * 40
PANEL = Panel(
    group_id=-1009999999999999,
    title="G",
    settings=GroupSettings(),
    presets=("builtin", LONG),
    default_preset="builtin",
    unserved={LONG: {Task.MASK: ("ko",), Task.NLI: ("ko", "en")}},
    least_pause=0.0,
    link=None,
    language="en",
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "settings",
    [GroupSettings(), GroupSettings("ko", LONG, Voters.ADMINS, 600), GroupSettings("xx", "gone", cooldown=7)],
)
def test_of_each_setting_one_choice_is_ticked_and_every_button_can_be_read(
    settings: GroupSettings, language: Language
) -> None:
    keyboard = panel_keyboard(replace(PANEL, settings=settings, language=language)).inline_keyboard
    buttons = [button for row in keyboard for button in row]
    taps = []
    for button in buttons:
        assert isinstance(button.callback_data, str)
        assert len(button.callback_data.encode()) <= 64
        tap = decode(button.callback_data)
        assert isinstance(tap, SettingTap)
        assert (tap.group_id, tap.language) == (PANEL.group_id, language)
        taps.append(tap)
        assert utf16.length(button.text) <= 40
    ticked = [tap.setting for tap, button in zip(taps, buttons, strict=True) if button.text.startswith("✓")]
    assert sorted(ticked) == sorted({tap.setting for tap in taps})
    assert len(set(taps)) == len(taps)
    assert max(map(len, keyboard)) <= 3


def test_what_is_set_is_said_and_names_are_text() -> None:
    said = panel_text(replace(PANEL, settings=GroupSettings("ko", LONG, Voters.ADMINS, 600), title="<i>"))
    assert "&lt;i&gt;" in said
    for value in ("한국어", EN.voters_admins, "10 min", "a preset with a very"):
        assert value in said
    html = replace(PANEL, presets=("<b>",), default_preset="<b>")
    assert "&lt;b&gt; (default)" in panel_text(html)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            (
                "🤖 Model: google\nℹ️ google does not answer: Blanks in Korean, Inference. Another model "
                "does, and the answer names it.\n\n"
            ),
        ),
        (
            "ko",
            (
                "🤖 모델: google\nℹ️ google 모델이 하지 않는 것: 한국어 빈칸, 추론. 이런 질문에는 다른 모델이 "
                "대답하고, 그 이름은 답에 적혀 있어요.\n\n"
            ),
        ),
    ],
)
def test_what_the_preset_does_not_serve_is_said(language: Language, told: str) -> None:
    panel = replace(
        PANEL, presets=("builtin", "google"), unserved={"google": PANEL.unserved[LONG]}, language=language
    )
    assert told in panel_text(replace(panel, settings=GroupSettings(preset="google")))
    assert "ℹ️" not in panel_text(panel)
    assert "google (" in panel_text(replace(panel, default_preset="google"))
    assert "ℹ️ google " in panel_text(replace(panel, default_preset="google"))


def test_without_presets_to_choose_from_the_default_is_named() -> None:
    panel = replace(PANEL, presets=())
    assert EN.settings.format(
        title="G", language=EN.each_own_language, voters=EN.voters_everybody, pause="none", preset="builtin"
    ) == panel_text(panel)
    assert len(panel_keyboard(panel).inline_keyboard) == 4


@pytest.mark.parametrize(
    ("least", "longer"), [(0, (10, 30, 60, 300, 600)), (45.5, (60, 300, 600)), (600, ())]
)
def test_a_group_chooses_longer_pauses_alone(least: float, longer: tuple[int, ...]) -> None:
    assert pauses(least) == longer
