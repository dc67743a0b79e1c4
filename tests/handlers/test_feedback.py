from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

import pytest
from telegram import CallbackQuery, InaccessibleMessage, Update
from telegram.error import Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from handlers.callback_data import encode
from handlers.replies.counts import Count
from handlers.replies.keyboards import NONE_OF_THESE
from handlers.replies.texts import KO, TEXTS
from handlers.taps import LanguageTap, UndoTap, VoteTap
from handlers.turns import Redraws
from storage.store import FeedbackRow, Store
from tests.handlers.conftest import agree
from tests.handlers.offline import ENGLISH, GROUP, KOREAN, VERSION, Call, FakeModel, Telegram

EN = TEXTS["en"]
SKIP, WORD = EN.labelling.skip_button, EN.labelling.word_button


def faces(call: Call) -> list[list[str]]:
    return [[button["text"] for button in row] for row in call.buttons]


async def votes(store: Store) -> list[FeedbackRow]:
    return [row async for row in store.feedback()]


async def test_a_fresh_answer_has_no_counts_and_no_undo(telegram: Telegram) -> None:
    answer = await telegram.says("/nli one | two")
    assert faces(answer) == [["✅ Right"], ["True (entailment)", "Unknown (neutral)"], [SKIP]]


async def test_a_vote_is_counted_said_and_shown(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good")
    toast = await telegram.taps(answer.button("✅"))
    assert toast.text == EN.counted_toast.format(label="Positive")
    assert faces(telegram.keyboards[-1]) == [["✅ Right · 1"], ["Negative"], [SKIP, EN.undo_button]]
    assert [(row.label, row.kind) for row in await votes(store)] == [("positive", "confirm")]


@pytest.mark.parametrize(
    "command", ["/mask I go to ___.", "/nsp a | b", "/sentiment good", "/nli a | b", "/tokens a"]
)
async def test_a_vote_tells_which_weights_answered(telegram: Telegram, store: Store, command: str) -> None:
    answer = await telegram.says(command)
    await telegram.taps(answer.buttons[0][0]["callback_data"])
    assert [(row.model, row.version) for row in await votes(store)] == [("builtin", VERSION)]


async def test_a_vote_can_be_changed(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good")
    await telegram.taps(answer.button("✅"))
    toast = await telegram.taps(answer.button("Negative"))
    assert toast.text == EN.changed_toast.format(label="Negative")
    assert faces(telegram.keyboards[-1])[:2] == [["✅ Right"], ["Negative · 1"]]
    assert [(row.label, row.kind) for row in await votes(store)] == [("negative", "correct")]


async def test_a_vote_can_be_taken_back(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good")
    await telegram.taps(answer.button("✅"))
    undo = telegram.keyboards[-1].button("↩️")
    assert (await telegram.taps(undo)).text == EN.undone_toast
    assert faces(telegram.keyboards[-1]) == [["✅ Right"], ["Negative"], [SKIP]]
    assert await votes(store) == []
    assert (await telegram.taps(undo)).text == EN.nothing_to_undo_toast


async def test_the_same_tap_again_counts_once_and_redraws_nothing(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good")
    await telegram.taps(answer.button("✅"))
    toast = await telegram.taps(answer.button("✅"))
    assert toast.text == EN.unchanged_toast.format(label="Positive")
    assert len(telegram.keyboards) == 1
    assert len(await votes(store)) == 1


async def test_everyone_has_a_vote_and_a_toast_in_their_language(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good", chat=GROUP)
    await telegram.taps(answer.button("✅"), chat=GROUP)
    toast = await telegram.taps(answer.button("✅"), user=KOREAN, chat=GROUP)
    assert toast.text == KO.counted_toast.format(label="긍정")
    assert faces(telegram.keyboards[-1])[0] == ["✅ Right · 2"]  # the answer keeps its own language
    assert len(await votes(store)) == 2


async def test_taps_at_once_end_in_the_true_counts(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good", chat=GROUP)
    right = answer.button("✅")
    people = range(100, 120)
    await agree(store, *people)
    telegram.request.edits_go_through.clear()
    taps = [telegram.tap(right, user=person, chat=GROUP) for person in people]
    async with asyncio.TaskGroup() as group:
        for tap in taps:
            group.create_task(telegram.application.process_update(tap))
        while len(telegram.toasts) < len(taps):  # noqa: ASYNC110  # the request only records
            await asyncio.sleep(0.01)
        telegram.request.edits_go_through.set()
    assert faces(telegram.keyboards[-1])[0] == ["✅ Right · 20"]
    assert len(telegram.keyboards) == 2  # taps that come during one redraw share the next
    assert len(await votes(store)) == 20


async def test_mask_offers_every_candidate_and_none(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/mask I go to ___.")
    assert faces(answer) == [["school", "home", "park"], ["work", "<b>"], [EN.none_button, WORD], [SKIP]]
    toast = await telegram.taps(answer.button(EN.none_button))
    assert toast.text == EN.counted_toast.format(label=EN.none_toast)
    await telegram.taps(answer.button("school"))
    rows = await votes(store)
    assert [(row.label, row.kind) for row in rows] == [("school", "confirm")]


async def test_mask_with_several_blanks_has_a_row_and_a_vote_for_each(
    telegram: Telegram, store: Store
) -> None:
    answer = await telegram.says("/mask ___ and ___.")
    assert faces(answer) == [
        ["① school", "home", "park", "✖️"],
        ["② school", "home", "park", "✖️"],
        [WORD],
        [SKIP],
    ]
    await telegram.taps(answer.buttons[0][1]["callback_data"])
    await telegram.taps(answer.buttons[1][3]["callback_data"])
    assert faces(telegram.keyboards[-1]) == [
        ["① school", "home · 1", "park", "✖️"],
        ["② school", "home", "park", "✖️ · 1"],
        [WORD],
        [SKIP, EN.undo_button],
    ]
    assert [(row.slot, row.label) for row in await votes(store)] == [(0, "home"), (1, NONE_OF_THESE)]
    toast = await telegram.taps(telegram.keyboards[-1].button("↩️"))
    assert toast.text == EN.undone_toast
    assert await votes(store) == []


async def test_a_blank_that_was_cut_off_has_no_line_no_row_and_no_vote(
    telegram: Telegram, model: FakeModel, store: Store
) -> None:
    model.cut_blanks = frozenset({1})
    answer = await telegram.says("/mask ___ and ___ or ___.")
    assert faces(answer)[:-2] == [["① school", "home", "park", "✖️"], ["③ school", "home", "park", "✖️"]]
    assert "②" not in answer.text
    forged = encode(VoteTap(1, 1, 0, "en"))
    assert (await telegram.taps(forged)).text == EN.old_button_toast
    await telegram.taps(answer.buttons[1][0]["callback_data"])
    assert [(row.slot, row.label, row.kind) for row in await votes(store)] == [(2, "school", "confirm")]
    toast = await telegram.taps(telegram.keyboards[-1].button("↩️"))
    assert toast.text == EN.undone_toast


async def test_when_every_blank_was_cut_off_there_is_nothing_to_vote_on(
    telegram: Telegram, model: FakeModel
) -> None:
    model.cut_blanks = frozenset({0})
    answer = await telegram.says("/mask Long text ___.")
    assert "reply_markup" not in answer.data


async def test_twenty_five_blanks_stay_within_telegrams_limits(telegram: Telegram) -> None:
    answer = await telegram.says("/mask " + "___ " * 25)
    buttons = [button for row in answer.buttons for button in row]
    assert len(answer.buttons) == 20 + 2
    assert len(buttons) <= 100
    assert all(len(button["callback_data"].encode()) <= 64 for button in buttons)
    assert EN.more_blanks.format(count=Count(5)) in answer.text


async def test_tokens_are_cut_well_or_wrongly(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/tokens good", chat=GROUP)
    assert faces(answer) == [[EN.pieces_right_button, EN.pieces_wrong_button], [SKIP]]
    await telegram.taps(answer.button("✅"), chat=GROUP)
    await telegram.taps(answer.button("✖️"), user=KOREAN, chat=GROUP)
    assert [(row.label, row.kind) for row in await votes(store)] == [
        ("right", "confirm"),
        ("wrong", "correct"),
    ]


@pytest.mark.parametrize("data", ["", "0:old", "1:v:zz:0:0:en", "1:v:1:0:9:en", "1:v:1:7:0:en", "1:u:zz:ko"])
async def test_a_forged_or_forgotten_button_gets_a_kind_toast(
    telegram: Telegram, store: Store, data: str
) -> None:
    await telegram.says("/sentiment good")
    toast = await telegram.taps(data, user=KOREAN)
    assert toast.text == KO.old_button_toast
    assert await votes(store) == []
    assert len(telegram.answers) == 1


async def test_a_button_works_only_in_the_chat_of_its_answer(telegram: Telegram, store: Store) -> None:
    """Ids are sequential, so anybody could name the answer to somebody else's private question."""
    answer = await telegram.says("/mask My secret is ___.", user=ENGLISH)
    undo = encode(UndoTap(1, "en"))
    for data in (answer.button("school"), undo):
        toast = await telegram.taps(data, user=KOREAN)
        assert toast.text == KO.old_button_toast
    assert telegram.keyboards == []
    assert await votes(store) == []
    assert (await telegram.taps(answer.button("school"))).text == EN.counted_toast.format(label="school")


async def test_a_tap_that_telegram_forgot_still_counts(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good")
    telegram.request.refuse("answerCallbackQuery", 400, "Bad Request: query is too old and response timeout")
    await telegram.taps(answer.button("✅"))
    assert len(await votes(store)) == 1
    assert faces(telegram.keyboards[-1])[0] == ["✅ Right · 1"]


async def test_a_keyboard_that_is_already_so_is_no_error(
    telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "handlers.errors")
    answer = await telegram.says("/sentiment good")
    telegram.request.refuse("editMessageReplyMarkup", 400, "Bad Request: message is not modified")
    await telegram.taps(answer.button("✅"))
    assert len(telegram.toasts) == 1
    assert len(telegram.answers) == 1
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_redraw_that_fails_after_a_vote_is_logged_and_nothing_else(
    telegram: Telegram, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await telegram.says("/sentiment good")
    telegram.request.refuse("editMessageReplyMarkup", 400, "Bad Request: chat not found")
    await telegram.taps(answer.button("✅"))
    assert [toast.text for toast in telegram.toasts] == [EN.counted_toast.format(label="Positive")]
    assert len(telegram.answers) == 1
    assert len(await votes(store)) == 1
    assert [
        "redrawn" in record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING
    ] == [True]


async def test_the_vote_is_committed_before_it_is_acknowledged(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good")
    seen: list[int] = []
    original = telegram.request.do_request

    async def watch(url: str, *args: object, **kwargs: object) -> tuple[int, bytes]:
        if url.endswith("answerCallbackQuery"):
            seen.append(len(await votes(store)))
        return await original(url, *args, **kwargs)  # type: ignore[arg-type]

    telegram.request.do_request = watch  # type: ignore[method-assign]
    await telegram.taps(answer.button("✅"), user=ENGLISH)
    assert seen == [1]


async def test_the_buttons_of_a_message_too_old_to_be_read_are_redrawn(telegram: Telegram) -> None:
    answer = await telegram.says("/sentiment good")
    tap = telegram.tap(answer.button("✅"))
    assert tap.callback_query is not None
    assert tap.callback_query.message is not None
    old = InaccessibleMessage(tap.callback_query.message.chat, 1001)
    query = CallbackQuery("7", tap.callback_query.from_user, "1", message=old, data=answer.button("✅"))
    query.set_bot(telegram.application.bot)
    await telegram.application.process_update(Update(tap.update_id, callback_query=query))
    assert faces(telegram.keyboards[-1])[0] == ["✅ Right · 1"]
    assert (telegram.keyboards[-1].data["chat_id"], telegram.keyboards[-1].data["message_id"]) == (
        ENGLISH,
        1001,
    )


async def test_a_language_is_chosen_under_a_message_too_old_to_be_read(telegram: Telegram) -> None:
    await telegram.says("/language")
    tap = telegram.tap(encode(LanguageTap("ko")))
    assert tap.callback_query is not None
    assert tap.callback_query.message is not None
    old = InaccessibleMessage(tap.callback_query.message.chat, 1001)
    query = CallbackQuery("7", tap.callback_query.from_user, "1", message=old, data=encode(LanguageTap("ko")))
    query.set_bot(telegram.application.bot)
    await telegram.application.process_update(Update(tap.update_id, callback_query=query))
    assert (telegram.answers[-1].method, telegram.answers[-1].text) == ("editMessageText", KO.language_set)
    assert len(telegram.toasts) == 1


@pytest.mark.parametrize(
    "refuse",
    [
        partial(RetryAfter, 1000),
        TimedOut,
        partial(NetworkError, "Bad Gateway"),
        partial(Forbidden, "blocked"),
    ],
)
async def test_a_redraw_that_telegram_refuses_for_now_is_one_line(
    caplog: pytest.LogCaptureFixture, refuse: Callable[[], TelegramError]
) -> None:
    async def draw() -> None:
        raise refuse()

    await Redraws().redraw(1, 2, draw)
    assert [(record.levelno, record.exc_info) for record in caplog.records] == [(logging.WARNING, None)]


async def test_a_redraw_that_fails_through_a_mistake_is_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def draw() -> None:
        raise KeyError("bug")

    await Redraws().redraw(1, 2, draw)
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "Traceback" in record.getMessage()
