"""Words that people write in reply to an answer, and "not sure"."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from handlers.replies.texts import EN, KO, Texts
from storage.store import ConsentStatus, FeedbackRow, Store, Voters
from storage.values import GroupSettings
from tests.handlers.offline import (
    ANONYMOUS_ADMIN,
    BOT,
    ENGLISH,
    GROUP,
    KOREAN,
    NEWCOMER,
    Call,
    FakeModel,
    Telegram,
)

OWN = EN.labelling


def replying(to: int, **more: object) -> dict[str, object]:
    """Say which message of the bot's a message replies to."""
    replied = {"message_id": to, "date": 1_700_000_000, "from": BOT, "chat": {"id": 1, "type": "private"}}
    return {"reply_to_message": replied, **more}


def asked(to: int, person: int = ENGLISH) -> dict[str, object]:
    """The same of a message that asks somebody for a word."""
    user = {"id": person, "is_bot": False, "first_name": "Person"}
    mention = {"type": "text_mention", "offset": 0, "length": 6, "user": user}
    replied = replying(to)["reply_to_message"]
    assert isinstance(replied, dict)
    return {"reply_to_message": {**replied, "text": "Person, which word?", "entities": [mention]}}


def faces(call: Call) -> list[list[str]]:
    return [[button["text"] for button in row] for row in call.buttons]


async def votes(store: Store) -> list[FeedbackRow]:
    return [row async for row in store.feedback()]


async def test_not_sure_is_kept_said_and_on_no_button(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good")
    for _ in range(2):
        assert (await telegram.taps(answer.button("🤷"))).text == OWN.skipped_toast
    assert faces(telegram.keyboards[-1]) == [["✅ Right"], ["Negative"], [OWN.skip_button, EN.undo_button]]
    assert [(row.label, row.kind) for row in await votes(store)] == [("", "skip")]
    assert (await telegram.taps(answer.button("✅"))).text == EN.changed_toast.format(label="Positive")
    await telegram.taps(answer.button("🤷"))
    assert (await telegram.taps(telegram.keyboards[-1].button("↩️"))).text == EN.undone_toast
    assert await votes(store) == []


async def test_who_has_not_agreed_is_offered_to_when_not_sure(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/sentiment good", chat=GROUP)
    for tap in ("🤷", "✅"):
        toast = await telegram.taps(answer.button(tap), user=NEWCOMER, chat=GROUP)
        assert toast.text == EN.consent_to_vote_toast
    assert faces(telegram.keyboards[-1])[-1] == [EN.agree_to_vote_button]
    assert await votes(store) == []


@pytest.mark.parametrize(("user", "texts"), [(ENGLISH, EN), (KOREAN, KO)])
async def test_a_word_replied_to_the_answer_is_a_vote(
    telegram: Telegram, store: Store, user: int, texts: Texts
) -> None:
    await telegram.says("/mask I go to ___.", user=user)
    said = await telegram.says("beach", user=user, extra=replying(1001))
    assert said.text == texts.labelling.word_counted.format(word="beach")
    assert [(row.label, row.kind) for row in await votes(store)] == [("beach", "correct")]
    *_, (_, word), last = faces(telegram.keyboards[-1])
    assert word == f"{texts.labelling.word_button} · 1"
    assert last == [texts.labelling.skip_button, texts.undo_button]
    assert telegram.keyboards[-1].data["message_id"] == 1001
    await telegram.taps(telegram.keyboards[-1].button("↩️"), user=user)
    assert faces(telegram.keyboards[-1])[-2][1] == texts.labelling.word_button


async def test_a_word_with_a_button_counts_there_and_its_edit_changes_it(
    telegram: Telegram, store: Store
) -> None:
    await telegram.says("/mask I go to ___.")
    await telegram.says("home", message_id=7, extra=replying(1001))
    assert faces(telegram.keyboards[-1])[0] == ["school", "home · 1", "park"]
    edited = await telegram.says("<b>each", edits=7, extra=replying(1001))
    assert (edited.method, edited.text) == ("editMessageText", OWN.word_changed.format(word="&lt;b&gt;each"))
    assert [row.label for row in await votes(store)] == ["<b>each"]
    same = await telegram.says("<b>each", extra=replying(1001))
    assert same.text == OWN.word_unchanged.format(word="&lt;b&gt;each")


@pytest.mark.parametrize("said", ["two words", "___", "a" * 40, "!!"])
async def test_what_is_no_word_is_told_how_it_would_be(telegram: Telegram, store: Store, said: str) -> None:
    await telegram.says("/mask I go to ___.", user=KOREAN)
    answer = await telegram.says(said, user=KOREAN, extra=replying(1001))
    assert answer.text == KO.labelling.word_unreadable.format(most=30)
    await telegram.says("/mask ___ and ___.")
    answer = await telegram.says(said.split(maxsplit=1)[0], extra=replying(1003))
    assert answer.text == OWN.words_unreadable.format(count=2, most=30)
    assert await votes(store) == []


async def test_in_a_group_people_talk_under_an_answer_and_words_are_read_where_they_were_asked(
    telegram: Telegram, store: Store
) -> None:
    await store.change_group_settings(GROUP, lambda _: GroupSettings(voters=Voters.ADMINS))
    telegram.request.admins.add(ENGLISH)
    answer = await telegram.says("/mask I go to ___.", chat=GROUP)
    before = len(telegram.answers)
    for talk in ("that is so funny", "funny"):
        for user, extra in ((ENGLISH, {}), (NEWCOMER, {}), (ENGLISH, ANONYMOUS_ADMIN)):
            said = telegram.message(talk, user=user, chat=GROUP, extra=replying(1001, **extra))
            await telegram.application.process_update(said)
    assert len(telegram.answers) == before
    await telegram.taps(answer.button(OWN.word_button), chat=GROUP)
    for talk in ("that is so funny", "funny"):  # what others say to who was asked
        said = telegram.message(talk, user=KOREAN, chat=GROUP, extra=asked(1002))
        await telegram.application.process_update(said)
    assert len(telegram.answers) == before + 1
    told = await telegram.says("that is so funny", chat=GROUP, extra=asked(1002))
    assert told.text == OWN.word_unreadable.format(most=30)
    assert await votes(store) == []
    await telegram.says("beach", message_id=9, chat=GROUP, extra=asked(1002))
    assert [row.label for row in await votes(store)] == ["beach"]
    told = await telegram.says("the beach", edits=9, chat=GROUP, extra=asked(1002))
    assert told.text == OWN.word_unreadable.format(most=30)  # a word that counted, and does not as it is now


async def test_whoever_is_asked_without_a_mention_may_answer(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/mask I go to ___.", chat=GROUP)
    await telegram.taps(answer.button(OWN.word_button), chat=GROUP)
    said = await telegram.says("beach", chat=GROUP, extra=replying(1002))
    assert said.text == OWN.word_counted.format(word="beach")
    assert [row.label for row in await votes(store)] == ["beach"]


async def test_words_for_several_blanks(telegram: Telegram, store: Store, model: FakeModel) -> None:
    model.cut_blanks = frozenset({1})
    await telegram.says("/mask ___ and ___ or ___.")
    said = await telegram.says("sand rock", extra=replying(1001))
    assert said.text == OWN.word_counted.format(word="sand, rock")
    await telegram.says("3: wood", extra=replying(1001))
    assert [(row.slot, row.label) for row in await votes(store)] == [(0, "sand"), (2, "wood")]


def prompts(telegram: Telegram) -> int:
    return sum("force_reply" in str(call.data.get("reply_markup")) for call in telegram.answers)


@pytest.mark.parametrize(
    ("chat", "soon", "later"), [(ENGLISH, 1.0, 3.0), (GROUP, 59.0, 61.0)], ids=["private", "group"]
)
async def test_a_tap_soon_after_does_not_ask_for_a_word_again_and_a_later_one_does_in_place_of_the_first(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch, chat: int, soon: float, later: float
) -> None:
    """Who taps again later has put the first question away; what somebody has replied to stays."""
    now = [100.0]
    monkeypatch.setattr("handlers.prompts.time", SimpleNamespace(monotonic=lambda: now[0]))
    answer = await telegram.says("/mask I go to ___.", chat=chat)
    tap = answer.button(OWN.word_button)
    for at, toast in (
        (0.0, OWN.word_prompted_toast),
        (soon, OWN.word_asked_toast),
        (later, OWN.word_prompted_toast),
    ):
        now[0] = 100.0 + at
        assert (await telegram.taps(tap, chat=chat)).text == toast
    assert prompts(telegram) == 2
    assert [call.data["message_id"] for call in telegram.deletions] == [1002]
    await telegram.says("beach", chat=chat, extra=asked(1003))
    now[0] += later
    await telegram.taps(tap, chat=chat)
    assert prompts(telegram) == 3
    assert len(telegram.deletions) == 1


async def test_a_question_that_telegram_does_not_take_is_asked_at_the_next_tap(telegram: Telegram) -> None:
    answer = await telegram.says("/mask I go to ___.", chat=GROUP)
    telegram.request.refuse("sendMessage", 400, "Bad Request: TOPIC_CLOSED")
    for _ in range(2):
        toast = await telegram.taps(answer.button(OWN.word_button), chat=GROUP)
        assert toast.text == OWN.word_prompted_toast


async def test_the_button_asks_for_a_word_and_the_reply_to_that_counts_after_a_restart(
    telegram: Telegram, store: Store
) -> None:
    answer = await telegram.says("/mask I go to ___.", chat=GROUP, user=KOREAN)
    toast = await telegram.taps(answer.button(KO.labelling.word_button), chat=GROUP)
    assert toast.text == OWN.word_prompted_toast
    [prompt] = [call for call in telegram.answers if "force_reply" in str(call.data.get("reply_markup"))]
    assert prompt.data["reply_markup"]["selective"] is True
    assert prompt.data["reply_parameters"]["message_id"] == 1001
    assert f'<a href="tg://user?id={ENGLISH}">Person</a>' in prompt.text
    said = await telegram.says("beach", chat=GROUP, extra=asked(1002))  # known without what is in memory
    assert said.text == OWN.word_counted.format(word="beach")
    assert telegram.keyboards[-1].data["message_id"] == 1001
    assert [row.label for row in await votes(store)] == ["beach"]


async def test_who_has_not_agreed_is_offered_to_and_no_word_is_kept(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/mask I go to ___.", chat=GROUP)
    tap = answer.button(OWN.word_button)
    assert (await telegram.taps(tap, user=NEWCOMER, chat=GROUP)).text == EN.consent_to_vote_toast
    await store.set_consent(NEWCOMER, ConsentStatus.AGREED)
    await telegram.taps(tap, user=NEWCOMER, chat=GROUP)
    await store.set_consent(NEWCOMER, ConsentStatus.DECLINED)  # having second thoughts
    said = await telegram.says("beach", user=NEWCOMER, chat=GROUP, extra=asked(1002, NEWCOMER))
    assert said.text == OWN.word_consent.format(at="@KobertBot")
    assert faces(telegram.keyboards[-1])[-1] == [EN.agree_to_vote_button]
    assert await votes(store) == []
    await store.set_consent(NEWCOMER, ConsentStatus.AGREED)
    await telegram.says("beach", user=NEWCOMER, chat=GROUP, extra=asked(1002, NEWCOMER))
    assert [row.label for row in await votes(store)] == ["beach"]


async def test_words_go_by_who_may_vote_in_the_group(telegram: Telegram, store: Store) -> None:
    await store.change_group_settings(GROUP, lambda _: GroupSettings(voters=Voters.ADMINS))
    answer = await telegram.says("/mask I go to ___.", chat=GROUP)
    for tap in (OWN.word_button, OWN.skip_button):
        assert (await telegram.taps(answer.button(tap), chat=GROUP)).text == EN.only_admins_vote_toast
    telegram.request.admins.add(ENGLISH)
    await telegram.taps(answer.button(OWN.word_button), chat=GROUP)
    telegram.request.admins.remove(ENGLISH)
    said = await telegram.says("beach", chat=GROUP, extra=asked(1002))
    assert said.text == EN.only_admins_vote_toast
    telegram.request.admins.add(ENGLISH)
    await telegram.says("beach", chat=GROUP, extra=asked(1002))
    assert [row.label for row in await votes(store)] == ["beach"]


async def test_who_speaks_in_the_name_of_the_group_has_no_vote(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/mask I go to ___.", chat=GROUP)
    await telegram.taps(answer.button(OWN.word_button), chat=GROUP)
    said = await telegram.says("beach", chat=GROUP, extra={**asked(1002), **ANONYMOUS_ADMIN})
    assert said.text == OWN.only_people_vote
    assert await votes(store) == []


async def test_a_reply_to_something_else_is_as_before(telegram: Telegram, store: Store) -> None:
    await telegram.says("/sentiment good", chat=GROUP)
    before = len(telegram.answers)
    for to in (1001, 4):
        await telegram.application.process_update(telegram.message("thanks", chat=GROUP, extra=replying(to)))
    assert len(telegram.answers) == before  # people talk
    await telegram.says("/sentiment good")
    assert (await telegram.says("what a film", extra=replying(1002))).text == EN.offer
    assert await votes(store) == []


async def test_a_word_for_an_answer_that_was_deleted_is_told(telegram: Telegram, store: Store) -> None:
    answer = await telegram.says("/mask I go to ___.", chat=GROUP, user=KOREAN)
    await store.forget(KOREAN)
    toast = await telegram.taps(answer.button(KO.labelling.word_button), chat=GROUP)
    assert toast.text == EN.old_button_toast
