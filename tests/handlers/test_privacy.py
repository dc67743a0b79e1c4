from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.application import build_application
from handlers.context import Services
from handlers.replies.counts import Count
from handlers.replies.texts import EN, KO, Texts
from storage.privacy.pseudonym import Pseudonymizer
from storage.store import ConsentStatus, Store
from tests.handlers.offline import (
    BOT_NAME,
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
from training.feedback.ballots import Verdict

SECRET = "아무에게도 말하지 않은 비밀"


def pseudonyms(person: int) -> list[str]:
    pseudonymizer = Pseudonymizer(b"pepper")
    return [pseudonymizer.person(person), pseudonymizer.chat(person)]


def document(telegram: Telegram) -> Call:
    [sent] = [call for call in telegram.request.calls if call.method == "sendDocument"]
    return sent


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_privacy_says_what_is_kept_and_takes_consent_back_and_again(
    telegram: Telegram, store: Store, user: int, texts: Texts
) -> None:
    words = texts.privacy.format(retention=texts.kept_for_good, at="")
    agreed = f"{texts.privacy_agreed.format(date=datetime.now(UTC).date().isoformat())}\n\n{words}"
    shown = await telegram.says("/privacy", user=user)
    assert shown.text == agreed
    toast = await telegram.taps(shown.button(texts.withdraw_button), user=user)
    assert toast.text == texts.declined_toast
    edited = telegram.answers[-1]
    assert (edited.method, edited.text) == ("editMessageText", f"{texts.privacy_declined}\n\n{words}")
    consent = await store.consent(user)
    assert consent is not None
    assert consent.status is ConsentStatus.DECLINED
    assert "reply_markup" not in (await telegram.says("/sentiment good", user=user)).data
    await telegram.taps(edited.button(texts.agree_button), user=user)
    assert telegram.answers[-1].text == agreed
    assert (await telegram.says("/sentiment good", user=user)).buttons


async def test_a_text_that_somebody_else_asks_about_is_theirs_and_privacy_says_so(
    telegram: Telegram, store: Store
) -> None:
    said = telegram.message(SECRET, user=KOREAN, chat=GROUP).to_dict()["message"]
    await telegram.says("/sentiment", user=ENGLISH, chat=GROUP, extra={"reply_to_message": said})
    assert (await store.own_data(KOREAN)).questions == ()
    assert [one.text_a for one in (await store.own_data(ENGLISH)).questions] == [SECRET]
    assert "a message of yours" in (await telegram.says("/privacy", user=ENGLISH)).text
    assert "내가 쓴 메시지" in (await telegram.says("/privacy", user=KOREAN)).text


async def test_privacy_may_be_read_before_anything_is_asked(telegram: Telegram, store: Store) -> None:
    shown = await telegram.says("/privacy", user=NEWCOMER)
    assert shown.text.startswith(EN.privacy_undecided)
    assert await store.consent(NEWCOMER) is None
    await telegram.taps(shown.button(EN.agree_button), user=NEWCOMER)
    assert (await telegram.says("/sentiment good", user=NEWCOMER)).button("✅ Right")


async def test_in_a_group_privacy_tells_on_nobody_and_its_buttons_are_everybodys(
    telegram: Telegram, store: Store
) -> None:
    shown = await telegram.says("/privacy", chat=GROUP)
    assert shown.text == EN.privacy.format(retention=EN.kept_for_good, at=f"@{BOT_NAME}")
    await telegram.taps(shown.button(EN.agree_button), user=NEWCOMER, chat=GROUP)
    await telegram.taps(shown.button(EN.withdraw_button), user=ENGLISH, chat=GROUP)
    said = {person: await store.consent(person) for person in (NEWCOMER, ENGLISH)}
    assert {person: consent and consent.in_force for person, consent in said.items()} == {
        NEWCOMER: True,
        ENGLISH: False,
    }
    assert len(telegram.answers) == 1


async def test_privacy_tells_after_how_many_days_what_is_old_goes(store: Store, model: FakeModel) -> None:
    request = OfflineRequest()
    services = Services(model, store, retention_days=30)
    async with build_application(services, token="1:token", request=request) as application:
        shown = await Telegram(application, request).says("/privacy")
    assert EN.kept_for_days.format(days=Count(30)) in shown.text


async def test_mydata_is_a_file_with_everything(telegram: Telegram) -> None:
    answer = await telegram.says(f"/sentiment {SECRET}")
    await telegram.taps(answer.button("Negative"))
    await telegram.application.process_update(telegram.message("/mydata", message_id=77))
    sent = document(telegram)
    assert sent.data["caption"] == EN.mydata_caption
    assert sent.data["reply_parameters"]["message_id"] == 77
    data = json.loads(sent.data["document"])
    assert SECRET.encode() in sent.data["document"]  # for people to read
    assert data["pseudonym"] == pseudonyms(ENGLISH)[0]
    assert data["consent"]["status"] == "agreed"
    assert [question["text_a"] for question in data["questions"]] == [SECRET]
    assert [(vote["text_a"], vote["label"]) for vote in data["votes"]] == [(SECRET, "negative")]
    assert [event["action"] for event in data["events"]] == ["counted"]


@pytest.mark.parametrize(
    ("person", "texts", "says"),
    [
        (KOREAN, KO, "맞고 틀림을 가릴 수 있는 표 8개 가운데 2개가 맞았어요. 찍은 것보다 확실히 못해서"),
        (ENGLISH, EN, "Right in 2 of 8 votes that could be judged. That is clearly worse than guessing"),
    ],
)
async def test_why_votes_are_trusted_is_told_in_the_language_of_who_asks(
    telegram: Telegram, tmp_path: Path, person: int, texts: Texts, says: str
) -> None:
    answer = await telegram.says(f"/sentiment {SECRET}", user=person)
    await telegram.taps(answer.button("✅"), user=person)
    with closing(sqlite3.connect(tmp_path / "bot.db")) as another, another:
        for task, votes, judged, right, verdict in (
            ("nli", 9, 8, 2, "inverted"),
            ("nsp", 9, 0, 0, "new"),
            ("sentiment", 0, 0, 0, "new"),
        ):
            another.execute(
                "INSERT INTO trusts (annotator_id, task, votes, judged, correct, verdict, reason, updated_at)"
                " SELECT id, ?, ?, ?, ?, ?, 'as kept', '2026-01-01 12:00:00' FROM annotators"
                " WHERE id = (SELECT annotator_id FROM votes)",
                (task, votes, judged, right, verdict),
            )
    await telegram.application.process_update(telegram.message("/mydata", user=person))
    trusts = json.loads(document(telegram).data["document"])["trusts"]
    told = {trust["task"]: trust["reason"] for trust in trusts}
    assert told["nli"].startswith(says)
    assert told["nsp"].startswith(texts.labelling.trust_unjudged)
    assert told["sentiment"] == f"{texts.labelling.trust_none} (as kept)"


def test_there_are_words_for_every_verdict_on_a_voter() -> None:
    assert set(EN.labelling.trust_verdict) == set(KO.labelling.trust_verdict) == set(Verdict)


async def test_the_file_is_sent_once_though_the_command_comes_twice(telegram: Telegram) -> None:
    update = telegram.message("/mydata", user=NEWCOMER)
    for _ in range(2):
        await telegram.application.process_update(update)
    assert json.loads(document(telegram).data["document"])["questions"] == []


@pytest.mark.parametrize("command", ["mydata", "forgetme"])
async def test_in_a_group_nobodys_data_is_shown_or_deleted(telegram: Telegram, command: str) -> None:
    answer = await telegram.says(f"/{command}", chat=GROUP)
    assert answer.text == EN.only_in_private.format(command=command, name=BOT_NAME)
    assert "reply_markup" not in answer.data
    assert len(telegram.request.calls) == 2  # getMe and this


async def test_forgetme_asks_first_and_may_be_thought_better_of(telegram: Telegram, store: Store) -> None:
    await telegram.says("/sentiment good")
    asked = await telegram.says("/forgetme")
    assert asked.text == EN.forget_question
    toast = await telegram.taps(asked.button(EN.not_forget_button), on=1002)
    assert toast.text == EN.not_forgotten_toast
    assert (telegram.answers[-1].method, telegram.answers[-1].text) == ("editMessageText", EN.not_forgotten)
    assert len((await store.own_data(ENGLISH)).questions) == 1


async def test_after_forgetme_not_a_byte_of_the_person_is_in_the_database(
    telegram: Telegram, store: Store, tmp_path: Path
) -> None:
    person = 3434343434
    await store.set_consent(person, ConsentStatus.AGREED)
    await store.set_language(person, "ko")
    answers: list[Call] = []
    for chat in (person, GROUP):
        answer = await telegram.says(f"/mask {SECRET} ___.", user=person, chat=chat)
        answers.append(answer)
        await telegram.taps(answer.button("school"), user=person, chat=chat, on=1000 + len(answers))
    kept = await telegram.says("/sentiment 남의 글", chat=GROUP)
    await telegram.taps(kept.button("✅"), user=person, chat=GROUP, on=1003)
    assert {needle for _, needle in traces(tmp_path, SECRET, *pseudonyms(person))} == {
        SECRET,
        *pseudonyms(person),
    }
    asked = await telegram.says("/forgetme", user=person)
    toast = await telegram.taps(asked.button(KO.forget_button), user=person, on=1004)
    assert toast.text == KO.forgotten_toast
    assert (telegram.answers[-1].method, telegram.answers[-1].text) == ("editMessageText", KO.forgotten)
    assert "reply_markup" not in telegram.answers[-1].data
    assert traces(tmp_path, SECRET, *pseudonyms(person), str(person)) == []
    assert len((await store.own_data(ENGLISH)).questions) == 1
    old = await telegram.taps(answers[-1].button("school"), user=person, chat=GROUP, on=1002)
    assert old.text == EN.old_button_toast  # its chosen language is forgotten too


async def test_who_is_forgotten_is_asked_anew_and_what_was_remembered_in_memory_is_gone(
    telegram: Telegram, store: Store
) -> None:
    first = await telegram.says(f"/sentiment {SECRET}", user=NEWCOMER)
    asked = await telegram.says("/forgetme", user=NEWCOMER)
    await telegram.taps(asked.button(EN.forget_button), user=NEWCOMER, on=1002)
    assert await store.consent(NEWCOMER) is None
    await telegram.taps(first.button(EN.agree_button), user=NEWCOMER)
    assert (await store.own_data(NEWCOMER)).questions == ()
    again = await telegram.taps(asked.button(EN.forget_button), user=NEWCOMER, on=1002)
    assert again.text == EN.forgotten_toast
    assert (await telegram.says("/sentiment good", user=NEWCOMER)).text.endswith(
        EN.consent_question.format(at="")
    )
