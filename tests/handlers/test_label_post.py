"""``/label`` in a group."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram.error import TimedOut

from handlers.callback_data import encode
from handlers.replies.texts import EN, KO
from handlers.taps import GuideTap, UndoTap
from models.results import Task
from storage.store import ConsentStatus, FeedbackRow, GroupSettings, Store, Voters
from tests.handlers.offline import (
    ANONYMOUS_ADMIN,
    ENGLISH,
    GROUP,
    KOREAN,
    NEWCOMER,
    Call,
    FakeModel,
    Telegram,
)

OWN = EN.labelling
ADMIN = ENGLISH
UNVOTED = [["Negative", "Positive"], [OWN.skip_button], [OWN.guideline_button], [OWN.post_button]]
VOTED = [
    ["Negative", "Positive"],
    [OWN.skip_button, f"{EN.undo_button} · 👥 1"],
    [OWN.guideline_button],
    [OWN.post_button],
]


@pytest.fixture(autouse=True)
def _admin(telegram: Telegram) -> None:
    telegram.request.admins.add(ADMIN)


def faces(call: Call) -> list[list[str]]:
    return [[button["text"] for button in row] for row in call.buttons]


async def votes(store: Store) -> list[FeedbackRow]:
    return [row async for row in store.feedback()]


def pointing_at(text: str) -> dict[str, object]:
    said = {"message_id": 3, "date": 1_700_000_000, "chat": {"id": GROUP, "type": "supergroup"}, "text": text}
    return {"reply_to_message": said}


async def put_up(telegram: Telegram, command: str = "/label sentiment A <b>good</b> film") -> Call:
    return await telegram.says(command, chat=GROUP, message_id=50)


async def test_a_replied_message_is_put_up_without_the_answer(telegram: Telegram, model: FakeModel) -> None:
    said = "A <b>good</b> film"
    post = await telegram.says("/label sentiment", chat=GROUP, extra=pointing_at(said))
    assert model.asked == [("sentiment", said, None)]
    assert post.text == (
        OWN.post.format(question=OWN.question["sentiment"])
        + "\n\n<blockquote>A &lt;b&gt;good&lt;/b&gt; film</blockquote>"
    )
    assert faces(post) == UNVOTED


@pytest.mark.parametrize("task", ["nli", "nsp"])
async def test_two_texts_are_put_up(telegram: Telegram, model: FakeModel, task: str) -> None:
    await telegram.says(f"/label {task} One. | Two.", chat=GROUP)
    await telegram.says(f"/label {task} Two.", chat=GROUP, extra=pointing_at("One."))
    assert model.asked == [(task, "One.", "Two.", None)] * 2
    missing = await telegram.says(f"/label {task} One.", chat=GROUP)
    assert missing.text.startswith(EN.one_text_missing)


@pytest.mark.parametrize("task", [Task.SENTIMENT, Task.NLI, Task.NSP])
async def test_a_task_may_be_called_as_the_bot_calls_it(
    telegram: Telegram, model: FakeModel, store: Store, task: Task
) -> None:
    words = ("One.",) if task is Task.SENTIMENT else ("One.", "Two.")
    for language, texts in (("en", EN), ("ko", KO)):
        await store.set_language(ENGLISH, language)
        await telegram.says(f"/label {texts.task_name[task]} {' | '.join(words)}", chat=GROUP)
    assert [asked[: 1 + len(words)] for asked in model.asked] == [(task, *words)] * 2


async def test_everybody_votes_unseen_and_only_how_many_is_shown(telegram: Telegram, store: Store) -> None:
    post = await put_up(telegram)
    await telegram.taps(post.button("Negative"), chat=GROUP)
    await telegram.taps(post.button("Negative"), chat=GROUP, user=KOREAN)
    counted = faces(telegram.keyboards[-1])
    assert counted == [
        ["Negative", "Positive"],
        [OWN.skip_button, f"{EN.undo_button} · 👥 2"],
        [OWN.guideline_button],
        [OWN.post_button],
    ]
    toast = await telegram.taps(post.button("Positive"), chat=GROUP, user=KOREAN)
    assert toast.text == KO.changed_toast.format(label="긍정")
    assert (await telegram.taps(post.button("🤷"), chat=GROUP)).text == OWN.skipped_toast
    assert [(row.label, row.kind) for row in await votes(store)] == [("", "skip"), ("positive", "confirm")]
    data = await store.own_data(KOREAN)
    assert [vote.blind for vote in data.votes] == [True]
    await telegram.taps(telegram.keyboards[-1].button("↩️"), chat=GROUP)
    assert faces(telegram.keyboards[-1])[1] == [OWN.skip_button, f"{EN.undo_button} · 👥 1"]


async def test_an_admin_closes_it_and_nobody_votes_after(telegram: Telegram, store: Store) -> None:
    post = await put_up(telegram)
    await telegram.taps(post.button("Negative"), chat=GROUP)
    refused = await telegram.taps(post.button("🏁"), chat=GROUP, user=KOREAN)
    assert refused.text == KO.labelling.only_admins_close_toast
    await telegram.taps(post.button("🤷"), chat=GROUP, user=KOREAN)
    for _ in range(2):
        await telegram.taps(post.button("🏁"), chat=GROUP)
        closed = telegram.answers[-1]
        assert closed.method == "editMessageText"
        assert closed.text.splitlines()[-4:] == [
            "▓ Negative: <b>1</b>",
            OWN.post_unsure.format(count=1),
            "",
            OWN.post_model.format(label="Positive", percent="93%"),
        ]
        assert "reply_markup" not in closed.data
    undo = encode(UndoTap(1, "en"))  # under a message that somebody has not seen change
    for stale in (post.button("Positive"), post.button("🤷"), undo):
        late = await telegram.taps(stale, chat=GROUP, user=KOREAN)
        assert (late.text, late.data["show_alert"]) == (KO.labelling.closed_toast, "true")
    assert [row.label for row in await votes(store)] == ["negative", ""]


async def test_a_vote_before_the_message_is_remembered_is_one_on_a_post(
    telegram: Telegram, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember, sent, goes_on = store.remember_answer, asyncio.Event(), asyncio.Event()

    async def late(*args: Any, **given: Any) -> None:  # noqa: ANN401 - as it is given
        sent.set()
        await goes_on.wait()
        await remember(*args, **given)

    monkeypatch.setattr(store, "remember_answer", late)
    posting = asyncio.create_task(put_up(telegram))
    await sent.wait()
    post = telegram.answers[-1]
    await telegram.taps(post.button("Negative"), chat=GROUP, user=KOREAN)
    assert faces(telegram.keyboards[-1]) == VOTED
    assert [row.blind for row in await votes(store)] == [True]
    goes_on.set()
    await posting
    await telegram.taps(post.button("🏁"), chat=GROUP)
    assert "▓ Negative: <b>1</b>" in telegram.answers[-1].text


async def test_a_post_whose_sending_timed_out_but_came_stays_one(
    telegram: Telegram, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = telegram.request.do_request

    async def times_out(url: str, *args: Any, **given: Any) -> tuple[int, bytes]:  # noqa: ANN401 - the same
        done = await request(url, *args, **given)
        if url.endswith("/sendMessage"):
            raise TimedOut
        return done

    monkeypatch.setattr(telegram.request, "do_request", times_out)
    post = await put_up(telegram)
    assert await store.answer_to(GROUP, 50, asked_at=datetime.fromtimestamp(1_700_000_000, UTC)) is None
    await telegram.taps(post.button("Negative"), chat=GROUP, user=KOREAN)
    assert faces(telegram.keyboards[-1]) == VOTED
    assert [row.blind for row in await votes(store)] == [True]
    await store.set_consent(NEWCOMER, ConsentStatus.AGREED)
    assert await store.labelling.start(NEWCOMER) is None
    await telegram.taps(telegram.keyboards[-1].button("🏁"), chat=GROUP)
    closed = telegram.answers[-1].text
    assert closed.endswith(OWN.post_model.format(label="Positive", percent="93%"))


async def test_an_answer_of_the_edited_command_is_no_post(telegram: Telegram, store: Store) -> None:
    await put_up(telegram, "/label sentiment A film")
    answer = await telegram.says("/sentiment A film", chat=GROUP, edits=50)
    assert faces(answer)[0] == [EN.right_button]
    await telegram.taps(answer.button(EN.right_button), chat=GROUP, user=KOREAN)
    assert [row.blind for row in await votes(store)] == [False]


async def test_who_saw_the_answer_before_votes_in_sight(telegram: Telegram, store: Store) -> None:
    await telegram.says("/sentiment A <b>good</b> film", user=KOREAN)
    post = await put_up(telegram)
    for person in (KOREAN, ADMIN):
        await telegram.taps(post.button("Negative"), chat=GROUP, user=person)
    assert [row.blind for row in await votes(store)] == [False, True]


@pytest.mark.parametrize(("task", "said"), [("sentiment", "One."), ("nsp", "One. | Two."), ("nli", "1 | 2")])
async def test_how_to_decide_is_one_tap_away_and_for_the_tapper_alone(
    telegram: Telegram, task: str, said: str
) -> None:
    post = await put_up(telegram, f"/label {task} {said}")
    before = len(telegram.request.calls)
    for person, own in ((KOREAN, KO.labelling), (NEWCOMER, OWN)):  # whoever, and in their language
        told = await telegram.taps(post.button(OWN.guideline_button), chat=GROUP, user=person)
        assert (told.text, told.data["show_alert"]) == (own.short_guideline_toast[task], "true")
    assert [call.method for call in telegram.request.calls[before:]] == ["answerCallbackQuery"] * 2


async def test_a_guideline_of_what_is_never_put_up_is_a_forged_button(telegram: Telegram) -> None:
    told = await telegram.taps(encode(GuideTap(Task.MASK)), chat=GROUP, user=KOREAN)
    assert told.text == KO.old_button_toast


async def test_what_is_put_up_stays_when_the_command_is_edited(telegram: Telegram) -> None:
    post = await put_up(telegram)
    await telegram.says("/label sentiment Another film", chat=GROUP, edits=50)
    assert telegram.answers[-1].text == post.text
    assert len(telegram.answers) == 1


async def test_only_admins_put_texts_up(telegram: Telegram, model: FakeModel) -> None:
    said = await telegram.says("/label sentiment 좋다", chat=GROUP, user=KOREAN)
    assert said.text == KO.labelling.only_admins_label
    said = await telegram.says("/label sentiment good", chat=GROUP, extra=ANONYMOUS_ADMIN)
    assert said.text == OWN.only_people_vote
    assert model.asked == []


async def test_who_is_no_admin_is_told_so_once(telegram: Telegram) -> None:
    for user in (KOREAN, KOREAN, 33, KOREAN):
        again = telegram.message("/label sentiment 좋다", chat=GROUP, user=user)
        await telegram.application.process_update(again)
    told = [call.text for call in telegram.answers]
    assert told == [KO.labelling.only_admins_label, OWN.only_admins_label]
    mended = await telegram.says("/label nli 좋다", chat=GROUP, user=KOREAN, edits=1)
    assert (mended.method, mended.text) == ("editMessageText", KO.labelling.only_admins_label)


@pytest.mark.parametrize("command", ["/label", "/label sentiment", "/label films good", "/label mask a ___"])
async def test_how_it_is_done_is_told(telegram: Telegram, command: str) -> None:
    said = await telegram.says(command, chat=GROUP)
    assert said.text == OWN.group_usage.format(at="@KobertBot")


async def test_without_the_admins_consent_nothing_is_kept_or_asked(
    telegram: Telegram, store: Store, model: FakeModel
) -> None:
    await store.set_consent(ADMIN, ConsentStatus.DECLINED)
    said = await put_up(telegram)
    assert said.text == OWN.post_consent.format(at="@KobertBot")
    assert model.asked == []
    assert (await store.own_data(ADMIN)).questions == ()


async def test_who_may_vote_follows_the_groups_settings(telegram: Telegram, store: Store) -> None:
    await store.change_group_settings(GROUP, lambda _: GroupSettings(voters=Voters.ADMINS))
    post = await put_up(telegram)
    refused = await telegram.taps(post.button("Negative"), chat=GROUP, user=KOREAN)
    assert refused.text == KO.only_admins_vote_toast
    toast = await telegram.taps(post.button("Negative"), chat=GROUP, user=ADMIN)
    assert toast.text == EN.counted_toast.format(label="Negative")


async def test_a_member_who_has_not_agreed_is_offered_to(telegram: Telegram, store: Store) -> None:
    post = await put_up(telegram)
    toast = await telegram.taps(post.button("Negative"), chat=GROUP, user=NEWCOMER)
    assert toast.text == EN.consent_to_vote_toast
    assert faces(telegram.keyboards[-1])[-1] == [EN.agree_to_vote_button]
    assert await votes(store) == []
