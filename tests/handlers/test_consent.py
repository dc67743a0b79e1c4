from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.application import build_application
from handlers import pending, utf16
from handlers.context import Services
from handlers.pending import Pending, Unkept
from handlers.replies.texts import EN, KO
from storage.content import content_hash
from storage.store import ConsentStatus, FeedbackRow, Store
from tests.handlers.conftest import agree
from tests.handlers.offline import (
    ENGLISH,
    GROUP,
    KOREAN,
    NEWCOMER,
    Call,
    FakeModel,
    OfflineRequest,
    Telegram,
)
from tests.traces import traces

SECRET = "아무에게도 말하지 않은 비밀"
QUESTION = EN.consent_question.format(at="")
CHOICES = [[EN.agree_button, EN.decline_button]]
ASK = [[EN.ask_button]]
SKIP = EN.labelling.skip_button


def faces(call: Call) -> list[list[str]]:
    return [[button["text"] for button in row] for row in call.buttons]


async def votes(store: Store) -> list[FeedbackRow]:
    return [row async for row in store.feedback()]


async def status(store: Store, person: int) -> ConsentStatus | None:
    consent = await store.consent(person)
    return None if consent is None else consent.status


async def questions_of(store: Store, person: int) -> list[str]:
    return [question.text_a for question in (await store.own_data(person)).questions]


async def test_the_first_answer_asks_and_no_later_one_does(telegram: Telegram, store: Store) -> None:
    first = await telegram.says("/sentiment good", user=NEWCOMER)
    assert "Positive" in first.text
    assert first.text.endswith(f"\n\n{QUESTION}")
    assert faces(first) == CHOICES
    assert await status(store, NEWCOMER) is ConsentStatus.ASKED
    for command in ("/sentiment good", "/mask I go to ___."):
        later = await telegram.says(command, user=NEWCOMER)
        assert QUESTION not in later.text
        assert faces(later) == ASK
    assert len(telegram.answers) == 3  # one message per command
    assert await questions_of(store, NEWCOMER) == []


async def test_who_agreed_is_not_asked(telegram: Telegram) -> None:
    answer = await telegram.says("/sentiment good")
    assert QUESTION not in answer.text
    assert faces(answer) == [["✅ Right"], ["Negative"], [SKIP]]


async def test_the_question_is_put_in_the_persons_language_and_in_groups_names_the_bot(
    telegram: Telegram,
) -> None:
    korean = {"from": {"id": 44, "is_bot": False, "first_name": "P", "language_code": "ko"}}
    answer = await telegram.says("/sentiment 좋다", user=44, chat=GROUP, extra=korean)
    assert answer.text.endswith(KO.consent_question.format(at="@KobertBot"))


@pytest.mark.parametrize(
    "command", ["/mask {} ___", "/nsp {} | b", "/sentiment {}", "/nli a | {}", "/tokens {}"]
)
async def test_without_consent_not_a_byte_of_the_text_is_in_the_database(
    telegram: Telegram, tmp_path: Path, command: str
) -> None:
    text = command.partition(" ")[2].format(SECRET)
    first, _, second = text.partition(" | ")
    hashes = [content_hash(text), content_hash(first, second or None)]
    await telegram.says(command.format(SECRET), user=NEWCOMER)
    ask = await telegram.says(command.format(SECRET), user=NEWCOMER)
    await telegram.taps(ask.button(EN.ask_button), user=NEWCOMER, on=1002)
    assert telegram.toasts[-1].text == EN.consent_toast
    assert traces(tmp_path, SECRET, *hashes) == []


async def test_who_agrees_under_an_answer_votes_on_it(
    telegram: Telegram, store: Store, model: FakeModel
) -> None:
    answer = await telegram.says("/sentiment good", user=NEWCOMER)
    toast = await telegram.taps(answer.button(EN.agree_button), user=NEWCOMER)
    assert toast.text == EN.agreed_toast
    edited = telegram.answers[-1]
    assert (edited.method, edited.data["message_id"]) == ("editMessageText", 1001)
    assert f"{edited.text}\n\n{QUESTION}" == answer.text
    assert faces(edited) == [["✅ Right"], ["Negative"], [SKIP]]
    assert len(model.asked) == 1
    assert await questions_of(store, NEWCOMER) == ["good"]
    assert (await telegram.taps(edited.button("✅"), user=NEWCOMER)).text.startswith("Thank you, counted")
    assert faces(telegram.keyboards[-1])[0] == ["✅ Right · 1"]
    assert [row.label for row in await votes(store)] == ["positive"]
    assert faces(await telegram.says("/sentiment good", user=NEWCOMER))[0] == ["✅ Right"]


async def test_after_a_no_answers_are_bare_and_nothing_is_asked_or_kept(
    telegram: Telegram, store: Store, tmp_path: Path
) -> None:
    answer = await telegram.says(f"/sentiment {SECRET}", user=NEWCOMER)
    toast = await telegram.taps(answer.button(EN.decline_button), user=NEWCOMER)
    assert toast.text == EN.declined_toast
    edited = telegram.answers[-1]
    assert (edited.method, edited.data["message_id"]) == ("editMessageText", 1001)
    assert f"{edited.text}\n\n{QUESTION}" == answer.text
    later = await telegram.says("/sentiment good", user=NEWCOMER)
    for bare in (edited, later):
        assert "reply_markup" not in bare.data
    assert "Positive" in later.text
    assert await status(store, NEWCOMER) is ConsentStatus.DECLINED
    assert traces(tmp_path, SECRET) == []


async def test_the_button_in_place_of_the_votes_brings_the_question(telegram: Telegram, store: Store) -> None:
    await telegram.says("/sentiment good", user=NEWCOMER)
    later = await telegram.says("/sentiment better", user=NEWCOMER)
    toast = await telegram.taps(later.button(EN.ask_button), user=NEWCOMER, on=1002)
    assert (toast.text, toast.data["show_alert"]) == (EN.consent_toast, "true")
    assert faces(telegram.keyboards[-1]) == CHOICES
    await telegram.taps(telegram.keyboards[-1].button(EN.agree_button), user=NEWCOMER, on=1002)
    assert telegram.answers[-1].text == later.text
    assert faces(telegram.answers[-1]) == [["✅ Right"], ["Negative"], [SKIP]]
    assert await questions_of(store, NEWCOMER) == ["better"]


async def test_who_agreed_elsewhere_meanwhile_gets_the_votes_at_once(
    telegram: Telegram, store: Store
) -> None:
    await telegram.says("/sentiment good", user=NEWCOMER)
    later = await telegram.says("/sentiment better", user=NEWCOMER)
    await agree(store, NEWCOMER)
    await telegram.taps(later.button(EN.ask_button), user=NEWCOMER, on=1002)
    assert "text" not in telegram.toasts[-1].data
    assert faces(telegram.answers[-1]) == [["✅ Right"], ["Negative"], [SKIP]]


async def test_in_a_group_a_button_speaks_for_whoever_taps_it(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good", user=NEWCOMER, chat=GROUP)
    said = len(telegram.answers)
    toast = await telegram.taps(answer.button(EN.agree_button), user=55, chat=GROUP)
    assert toast.text == EN.agreed_toast
    assert await status(store, 55) is ConsentStatus.AGREED
    assert await status(store, NEWCOMER) is ConsentStatus.ASKED
    await telegram.taps(answer.button(EN.decline_button), user=66, chat=GROUP)
    assert len(telegram.answers) == said  # the question stays for whoever asked
    assert telegram.keyboards == []
    await telegram.taps(answer.button(EN.agree_button), user=NEWCOMER, chat=GROUP)
    assert faces(telegram.answers[-1]) == [["✅ Right"], ["Negative"], [SKIP]]
    assert await questions_of(store, NEWCOMER) == ["good"]


async def test_others_are_told_why_there_is_nothing_to_vote_on(telegram: Telegram, store: Store) -> None:
    await telegram.says("/sentiment good", user=NEWCOMER, chat=GROUP)
    later = await telegram.says("/sentiment good", user=NEWCOMER, chat=GROUP)
    toast = await telegram.taps(later.button(EN.ask_button), user=KOREAN, chat=GROUP, on=1002)
    assert (toast.text, toast.data["show_alert"]) == (KO.not_kept_toast, "true")
    assert telegram.keyboards == []
    assert await votes(store) == []


async def test_a_member_who_has_not_agreed_finds_the_question_beside_the_votes(
    telegram: Telegram, store: Store
) -> None:
    answer = await telegram.says("/sentiment good", chat=GROUP)
    right = answer.button("✅")
    toast = await telegram.taps(right, user=NEWCOMER, chat=GROUP)
    assert (toast.text, toast.data["show_alert"]) == (EN.consent_to_vote_toast, "true")
    assert await votes(store) == []
    assert await store.consent(NEWCOMER) is None
    beside = telegram.keyboards[-1]
    assert faces(beside) == [["✅ Right"], ["Negative"], [SKIP], [EN.agree_to_vote_button]]
    await telegram.taps(beside.button(EN.agree_to_vote_button), user=NEWCOMER, chat=GROUP)
    assert len(telegram.keyboards) == 1
    assert (await telegram.taps(right, user=NEWCOMER, chat=GROUP)).text.startswith("Thank you, counted")
    assert faces(telegram.keyboards[-1]) == [["✅ Right · 1"], ["Negative"], [SKIP, EN.undo_button]]
    assert len(await votes(store)) == 1
    assert len(telegram.answers) == 1  # nobody got a message for it


async def test_who_withdrew_may_still_take_a_vote_back(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good")
    await telegram.taps(answer.button("✅"))
    await store.set_consent(ENGLISH, ConsentStatus.DECLINED)
    assert (await telegram.taps(answer.button("Negative"))).text == EN.consent_to_vote_toast
    assert faces(telegram.keyboards[-1])[-2:] == [[SKIP, EN.undo_button], [EN.agree_to_vote_button]]
    assert (await telegram.taps(telegram.keyboards[-1].button("↩️"))).text == EN.undone_toast


async def test_after_a_restart_nobody_is_asked_again_and_old_questions_are_settled_kindly(
    telegram: Telegram, store: Store, model: FakeModel
) -> None:
    first = await telegram.says("/sentiment good", user=NEWCOMER)
    second = await telegram.says("/sentiment good", user=NEWCOMER)
    await telegram.says("/sentiment good", user=55)
    request = OfflineRequest()
    async with build_application(Services(model, store), token="1:token", request=request) as application:
        again = Telegram(application, request)
        toast = await again.taps(second.button(EN.ask_button), user=NEWCOMER, on=1002)
        assert toast.text == EN.old_button_toast
        toast = await again.taps(first.button(EN.agree_button), user=NEWCOMER)
        assert toast.text == EN.agreed_toast
        assert again.keyboards[-1].data["message_id"] == 1001
        assert "reply_markup" not in again.keyboards[-1].data
        assert await status(store, NEWCOMER) is ConsentStatus.AGREED
        assert faces(await again.says("/sentiment good", user=55, message_id=50)) == ASK


async def test_an_edited_command_keeps_its_question_and_its_old_text_is_forgotten(
    telegram: Telegram, store: Store
) -> None:
    await telegram.says("/sentiment good", user=NEWCOMER, message_id=5)
    edited = await telegram.says("/nli one | two", user=NEWCOMER, edits=5)
    assert edited.text.endswith(QUESTION)
    assert faces(edited) == CHOICES
    await telegram.taps(edited.button(EN.agree_button), user=NEWCOMER)
    assert "False (contradiction)" in telegram.answers[-1].text
    assert await questions_of(store, NEWCOMER) == ["one"]


async def test_an_edit_to_another_kind_of_answer_leaves_nothing_to_agree_to(
    telegram: Telegram, store: Store
) -> None:
    answer = await telegram.says("/sentiment good", user=NEWCOMER, message_id=5)
    await telegram.says("/help", user=NEWCOMER, edits=5)
    await telegram.taps(answer.button(EN.agree_button), user=NEWCOMER)  # a tap that was on its way
    assert await questions_of(store, NEWCOMER) == []
    assert telegram.answers[-1].text.startswith("<b>What I can do")


async def test_of_several_answers_at_once_one_asks(telegram: Telegram) -> None:
    updates = [telegram.message("/sentiment good", user=NEWCOMER) for _ in range(4)]
    await asyncio.gather(*(telegram.application.process_update(update) for update in updates))
    assert [answer.text.endswith(QUESTION) for answer in telegram.answers].count(True) == 1
    assert len(telegram.answers) == 4


async def test_an_answer_without_room_for_the_question_leaves_it_to_the_next(
    telegram: Telegram, store: Store
) -> None:
    long = await telegram.says(f"/tokens {'가나다라 ' * 700}", user=NEWCOMER)
    assert QUESTION not in long.text
    assert utf16.length(long.text) <= utf16.MESSAGE_LIMIT
    assert faces(long) == ASK
    assert await store.consent(NEWCOMER) is None
    assert (await telegram.says("/sentiment good", user=NEWCOMER)).text.endswith(QUESTION)


async def test_where_there_is_nothing_to_vote_on_no_button_offers_to(
    telegram: Telegram, model: FakeModel
) -> None:
    model.cut_blanks = frozenset({0})
    assert faces(await telegram.says("/mask Long text ___.", user=NEWCOMER)) == CHOICES
    assert "reply_markup" not in (await telegram.says("/mask Long text ___.", user=NEWCOMER)).data


async def test_an_answer_that_did_not_arrive_has_asked_nothing(telegram: Telegram, store: Store) -> None:
    telegram.request.refuse("sendMessage", 403, "Forbidden: bot was blocked by the user")
    await telegram.says("/sentiment good", user=NEWCOMER)
    assert await store.consent(NEWCOMER) is None


def unkept(telegram: Telegram, answer_id: int, asker: int = NEWCOMER) -> Unkept:
    message = telegram.message("/sentiment good", user=asker).effective_message
    assert message is not None
    return Unkept(message, answer_id, asker, "", None, "en", asks=True)  # type: ignore[arg-type] # not read


async def test_an_unkept_answer_is_remembered_for_a_while_only(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered, old, new = Pending(), unkept(telegram, 1), unkept(telegram, 1)
    remembered.put(old)
    remembered.put(new)
    remembered._expire((NEWCOMER, 1), old)
    assert remembered.get(NEWCOMER, 1) is new  # whose own time is not over
    monkeypatch.setattr(pending, "REMEMBERED_S", 0.05)
    remembered.put(new)
    async with asyncio.timeout(60):
        while remembered.get(NEWCOMER, 1) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_unkept_answers_are_few_and_go_with_their_person(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "_MOST", 3)
    remembered = Pending()
    for number in range(1, 5):
        remembered.put(unkept(telegram, number))
    remembered.put(unkept(telegram, 2))
    assert [number for number in range(1, 5) if remembered.get(NEWCOMER, number)] == [2, 3, 4]
    remembered.put(unkept(telegram, 9, KOREAN))
    remembered.forget(NEWCOMER)
    assert remembered.get(NEWCOMER, 2) is None
    assert remembered.get(KOREAN, 9) is not None
