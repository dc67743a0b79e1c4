from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import callback_data
from handlers.callback_data import _BY_LETTER, _BY_TAP, _KINDS, BadCallbackData, decode, encode
from handlers.feedback import _ACTIONS
from handlers.replies.texts import LANGUAGES
from handlers.taps import (
    AskTap,
    CloseTap,
    ConsentTap,
    ForgetTap,
    GuideTap,
    ItemAction,
    ItemTap,
    LanguageTap,
    ModelsTap,
    MoreTap,
    OfferTap,
    Place,
    Setting,
    SettingTap,
    SkipTap,
    Step,
    Tap,
    UndoTap,
    VoteTap,
    WordTap,
)
from models.results import Task

IDS = st.integers(0, 2**63 - 1)
INDEXES = st.integers(0, 999)
LANGUAGE = st.sampled_from(LANGUAGES)
TAPS = st.one_of(
    st.builds(VoteTap, IDS, INDEXES, INDEXES, LANGUAGE),
    st.builds(UndoTap, IDS, LANGUAGE),
    st.builds(LanguageTap, LANGUAGE),
    st.builds(
        SettingTap,
        st.integers(-(2**63 - 1), 0),
        st.sampled_from(Setting),
        st.text("abcdefghijklmnopqrstuvwxyz0123456789", max_size=16),
        LANGUAGE,
    ),
    st.builds(ConsentTap, st.sampled_from(Place), st.booleans()),
    st.builds(AskTap),
    st.builds(ForgetTap, st.booleans()),
    st.builds(OfferTap, st.sampled_from(Task)),
    st.builds(ModelsTap, st.sampled_from(Step), st.sampled_from(Task), IDS, IDS),
    st.builds(SkipTap, IDS, LANGUAGE),
    st.builds(WordTap, IDS, LANGUAGE),
    st.builds(CloseTap, IDS, LANGUAGE),
    st.builds(GuideTap, st.sampled_from(Task)),
    st.builds(ItemTap, IDS, st.sampled_from(ItemAction), INDEXES),
    st.builds(MoreTap, st.sampled_from([None, *Task])),
)


@given(TAPS)
def test_reads_what_it_wrote_within_64_bytes(tap: Tap) -> None:
    data = encode(tap)
    assert decode(data) == tap
    assert len(data.encode()) <= 64


@pytest.mark.parametrize(
    ("tap", "data"),
    [
        (VoteTap(36, 0, 10, "en"), "1:v:10:0:10:en"),
        (UndoTap(35, "ko"), "1:u:z:ko"),
        (LanguageTap("ko"), "1:l:ko"),
        (SettingTap(-37, Setting.VOTERS, "admins", "en"), "1:g:11:v:admins:en"),
        (SettingTap(-37, Setting.LANGUAGE, "", "en"), "1:g:11:l::en"),
        (ConsentTap(Place.VOTE, agrees=True), "1:c:y:v"),
        (ConsentTap(Place.ANSWER, agrees=False), "1:c:n:a"),
        (AskTap(), "1:a"),
        (ForgetTap(sure=True), "1:f:y"),
        (OfferTap(Task.NLI), "1:o:nli"),
        (ModelsTap(Step.ROLL_BACK, Task.MASK, 0, 37), "1:p:r:mask:0:11"),
    ],
)
def test_buttons_in_old_chats_go_on_working(tap: Tap, data: str) -> None:
    assert encode(tap) == data
    assert decode(data) == tap


def test_every_kind_of_tap_is_written_and_done() -> None:
    kinds = {one for one in vars(callback_data).values() if isinstance(one, type) and issubclass(one, Tap)}
    assert set(_BY_TAP) == set(_ACTIONS) == kinds - {Tap}
    assert len(_BY_LETTER) == len(_KINDS)


@given(st.text(max_size=80))
def test_anything_else_is_refused_or_means_the_same_number(data: str) -> None:
    try:
        tap = decode(data)
    except BadCallbackData:
        return
    assert decode(encode(tap)) == tap


@pytest.mark.parametrize(
    "data",
    [
        None,
        "",
        "2:v:1:0:0:en",
        "1:v:1:0:0",
        "1:v:1:0:0:fr",
        "1:v:-1:0:0:en",
        "1:v:1:0:٣:en",
        "1:v:zzzzzzzzzzzzz:0:0:en",
        "1:v:1:0:0:en\n",
        "1:x:1:en",
        "1:g:z:l:ko",
        "1:g:-z:l:ko:en",
        "1:g:z:x:ko:en",
        "1:g:z:l:KO:en",
        "1:g:zzzzzzzzzzzzz:l:ko:en",
        "1:c:y",
        "1:c:y:x",
        "1:c:m:a",
        "1:a:en",
        "1:f:",
        "1:f:yes",
        "1:o:",
        "1:o:masks",
        "1:o:MASK",
        "1:s:1",
        "1:i:1:c",
        "1:i:1:z:0",
        "1:i:1:c:-1",
        "1:m",
        "1:m:masks",
    ],
)
def test_forged_or_old_data_is_refused(data: str | None) -> None:
    with pytest.raises(BadCallbackData):
        decode(data)


@pytest.mark.parametrize(
    "tap",
    [
        VoteTap(-1, 0, 0, "en"),
        VoteTap(1, 1000, 0, "en"),
        UndoTap(2**63, "ko"),
        SettingTap(1, Setting.VOTERS, "admins", "en"),
        SettingTap(-1, Setting.VOTERS, "of all kinds", "en"),
    ],
)
def test_writes_nothing_it_could_not_read(tap: Tap) -> None:
    with pytest.raises(ValueError, match="is not in"):
        encode(tap)
