"""``/label`` in a group."""

from __future__ import annotations

import pytest

from handlers.replies.texts import EN, KO
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
    assert faces(post) == [["Negative", "Positive"], [OWN.skip_button], [OWN.post_button]]


@pytest.mark.parametrize("task", ["nli", "nsp"])
async def test_two_texts_are_put_up(telegram: Telegram, model: FakeModel, task: str) -> None:
    await telegram.says(f"/label {task} One. | Two.", chat=GROUP)
    await telegram.says(f"/label {task} Two.", chat=GROUP, extra=pointing_at("One."))
    assert model.asked == [(task, "One.", "Two.", None)] * 2
    missing = await telegram.says(f"/label {task} One.", chat=GROUP)
    assert missing.text.startswith(EN.one_text_missing)


async def test_everybody_votes_unseen_and_only_how_many_is_shown(telegram: Telegram, store: Store) -> None:
    post = await put_up(telegram)
    await telegram.taps(post.button("Negative"), chat=GROUP)
    await telegram.taps(post.button("Negative"), chat=GROUP, user=KOREAN)
    counted = faces(telegram.keyboards[-1])
    assert counted == [
        ["Negative", "Positive"],
        [OWN.skip_button, f"{EN.undo_button} · 👥 2"],
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
    late = await telegram.taps(post.button("Positive"), chat=GROUP, user=KOREAN)
    assert late.text == KO.labelling.closed_toast
    assert [row.label for row in await votes(store)] == ["negative", ""]


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
