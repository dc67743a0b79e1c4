"""``/label`` in a private chat, and ``/mystats``."""

from __future__ import annotations

import asyncio

import pytest

from handlers.callback_data import encode
from handlers.replies.texts import EN, KO
from handlers.taps import ItemAction, ItemTap, MoreTap
from models.results import Task
from storage.labelling import Undone
from storage.store import ConsentStatus, FeedbackRow, Store
from tests.handlers.conftest import agree
from tests.handlers.offline import ENGLISH, GROUP, KOREAN, NEWCOMER, Call, Telegram
from tests.handlers.test_words import replying

OWN = EN.labelling


def faces(call: Call) -> list[list[str]]:
    return [[button["text"] for button in row] for row in call.buttons]


async def votes(store: Store) -> list[FeedbackRow]:
    return [row async for row in store.feedback()]


async def ask(telegram: Telegram, *commands: str) -> None:
    """Let somebody else ask, so that there is something to label."""
    for command in commands:
        await telegram.says(command, user=KOREAN)


async def films(telegram: Telegram, count: int = 3) -> None:
    await ask(telegram, *(f"/sentiment film {number}" for number in range(count)))


async def begin(telegram: Telegram, command: str = "/label") -> tuple[Call, int]:
    """Begin; return what is shown and the number of its message."""
    item = await telegram.says(command)
    return item, 1000 + sum(call.method == "sendMessage" for call in telegram.answers)


async def test_a_text_is_shown_without_the_answer_and_in_a_fixed_order(telegram: Telegram) -> None:
    await ask(telegram, "/sentiment <i>film</i> & co")
    item, _ = await begin(telegram)
    assert item.text == (
        f"🏷 <b>1/1</b> · {OWN.question['sentiment']}\n\n"
        "<blockquote>&lt;i&gt;film&lt;/i&gt; &amp; co</blockquote>"
    )
    assert faces(item) == [  # the model says positive
        ["Negative", "Positive"],
        [OWN.skip_button],
        [OWN.guideline_button, OWN.stop_button],
    ]
    assert "93" not in str(item.data)


async def test_a_label_from_before_the_answer_was_seen_stands_and_the_reader_is_told_so(
    telegram: Telegram, store: Store
) -> None:
    await films(telegram, 1)
    item, shown = await begin(telegram)
    await telegram.taps(item.button("Negative"), on=shown)
    await telegram.says("/sentiment film 0")
    toast = await telegram.taps(item.button("Positive"), on=shown)
    assert (toast.text, toast.data["show_alert"]) == (OWN.kept_toast, "true")
    assert [(row.label, row.blind) for row in await votes(store)] == [("negative", True)]
    done = telegram.answers[-1]
    again = await telegram.taps(done.button("↩️"), on=shown)
    assert again.text == OWN.unlabelled_toast
    toast = await telegram.taps(item.button("Positive"), on=shown)
    assert toast.text == OWN.labelled_toast.format(label="Positive")
    assert [(row.label, row.blind) for row in await votes(store)] == [("positive", False)]


async def test_pairs_show_both_texts_and_long_labels_a_row_each(telegram: Telegram) -> None:
    await ask(telegram, "/nli One. | Two.", "/nsp Three. | Four.")
    item, on = await begin(telegram, "/label nli")
    assert "First:\n<blockquote>One.</blockquote>\nSecond:\n<blockquote>Two.</blockquote>" in item.text
    assert faces(item)[:3] == [["True (entailment)"], ["Unknown (neutral)"], ["False (contradiction)"]]
    toast = await telegram.taps(item.button("Unknown"), on=on)
    assert toast.text == OWN.labelled_toast.format(label="Unknown (neutral)")
    item, _ = await begin(telegram, "/label NSP")
    assert [len(row) for row in faces(item)] == [1, 1, 1, 2]


async def test_a_batch_is_labelled_skipped_undone_and_thanked_for(telegram: Telegram, store: Store) -> None:
    await films(telegram)
    item, on = await begin(telegram)
    assert (await telegram.taps(item.button("Positive"), on=on)).text == OWN.labelled_toast.format(
        label="Positive"
    )
    second = telegram.answers[-1]
    assert (second.method, second.data["message_id"]) == ("editMessageText", on)
    assert second.text.startswith("🏷 <b>2/3</b>")
    assert faces(second)[1] == [OWN.skip_button, OWN.undo_last_button]

    assert (await telegram.taps(second.button("↩️"), on=on)).text == OWN.unlabelled_toast
    assert telegram.answers[-1].text == item.text
    assert (await telegram.taps(second.button("↩️"), on=on)).text == OWN.nothing_to_unlabel_toast
    assert await votes(store) == []

    await telegram.taps(item.button("Negative"), on=on)
    assert (await telegram.taps(telegram.answers[-1].button("🤷"), on=on)).text == OWN.skipped_toast
    await telegram.taps(telegram.answers[-1].button("Negative"), on=on)
    done = telegram.answers[-1]
    assert done.text == OWN.batch_done.format(labelled=2, skipped=1)
    assert faces(done) == [[OWN.undo_last_button]]  # nothing is left
    assert [(row.label, row.kind) for row in await votes(store)] == [
        ("negative", "correct"),
        ("", "skip"),
        ("negative", "correct"),
    ]
    await telegram.taps(encode(MoreTap(Task.SENTIMENT)), on=on)
    assert telegram.answers[-1].text == OWN.nothing_to_label
    await telegram.taps(done.button("↩️"), on=on)
    assert telegram.answers[-1].text.startswith("🏷 <b>3/3</b>")


async def test_ten_more_follow_in_the_same_message(telegram: Telegram) -> None:
    await films(telegram, 12)
    item, on = await begin(telegram)
    for place in range(10):
        assert item.text.startswith(f"🏷 <b>{place + 1}/10</b>")
        await telegram.taps(item.button("Positive"), on=on)
        item = telegram.answers[-1]
    await telegram.taps(item.button("🏷"), on=on)
    assert telegram.answers[-1].text.startswith("🏷 <b>1/2</b>")
    assert telegram.answers[-1].data["message_id"] == on


async def test_taps_at_once_count_once(telegram: Telegram, store: Store) -> None:
    await films(telegram)
    item, on = await begin(telegram)
    taps = [telegram.tap(item.button("Positive"), on=on) for _ in range(5)]
    async with asyncio.TaskGroup() as group:
        for tap in taps:
            group.create_task(telegram.application.process_update(tap))
    assert len(await votes(store)) == 1
    assert telegram.answers[-1].text.startswith("🏷 <b>2/3</b>")


async def test_an_old_message_still_does_what_its_buttons_say(telegram: Telegram, store: Store) -> None:
    await films(telegram)
    old, on = await begin(telegram)
    await telegram.taps(old.button("Positive"), on=on)
    new, newer = await begin(telegram)
    assert new.text.startswith("🏷 <b>2/3</b>")
    assert newer > on
    toast = await telegram.taps(old.button("Negative"), on=on)
    assert toast.text == OWN.relabelled_toast.format(label="Negative")
    assert telegram.answers[-1].text.startswith("🏷 <b>2/3</b>")
    assert [row.label for row in await votes(store)] == ["negative"]


async def test_undo_under_the_message_of_an_older_batch_shows_its_text_or_says_that_it_is_gone(
    telegram: Telegram, store: Store
) -> None:
    await films(telegram, 1)
    item, on = await begin(telegram)
    await telegram.taps(item.button("Positive"), on=on)
    done = telegram.answers[-1]
    await ask(telegram, "/sentiment another film")
    newer, _ = await begin(telegram)
    assert (await telegram.taps(done.button("↩️"), on=on)).text == OWN.unlabelled_toast
    again = telegram.answers[-1]
    assert again.text == item.text.replace("1/1", "1/2")
    await telegram.taps(again.button("Negative"), on=on)
    assert [row.label for row in await votes(store)] == ["negative"]
    assert telegram.answers[-1].text == newer.text.replace("1/1", "2/2")
    await store.set_consent(KOREAN, ConsentStatus.DECLINED)
    assert (await telegram.taps(done.button("↩️"), on=on)).text == OWN.unlabelled_gone_toast
    assert telegram.answers[-1].text == OWN.nothing_done
    assert await votes(store) == []


async def test_a_label_that_was_taken_back_is_not_told_to_be_gone_if_it_is_given_again_at_once(
    telegram: Telegram, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await films(telegram, 1)
    item, on = await begin(telegram)
    await telegram.taps(item.button("Positive"), on=on)
    undo = store.labelling.undo

    async def overtaken(user: int, number: int) -> Undone:
        undone = await undo(user, number)
        await store.labelling.label(user, number, 0)  # another tap
        return undone

    monkeypatch.setattr(store.labelling, "undo", overtaken)
    assert (await telegram.taps(telegram.answers[-1].button("↩️"), on=on)).text == OWN.unlabelled_toast
    assert [row.label for row in await votes(store)] == ["negative"]


async def test_how_to_decide_is_a_tap_away_and_loses_nothing(telegram: Telegram) -> None:
    await films(telegram)
    item, on = await begin(telegram)
    await telegram.taps(item.button("📖"), on=on)
    guide = telegram.answers[-1]
    assert guide.text == OWN.guideline["sentiment"]
    assert faces(guide) == [[OWN.back_button]]
    await telegram.taps(guide.button("⬅️"), on=on)
    assert telegram.answers[-1].text == item.text


async def test_stop_thanks_and_the_rest_comes_another_time(telegram: Telegram) -> None:
    await films(telegram)
    item, on = await begin(telegram)
    await telegram.taps(item.button("⏹"), on=on)
    assert telegram.answers[-1].text == OWN.nothing_done
    item, on = await begin(telegram)
    assert item.text.startswith("🏷 <b>1/2</b>")
    await telegram.taps(item.button("Positive"), on=on)
    await telegram.taps(telegram.answers[-1].button("⏹"), on=on)
    assert telegram.answers[-1].text == OWN.batch_done.format(labelled=1, skipped=0)


async def test_a_word_is_replied_and_anything_else_told(telegram: Telegram, store: Store) -> None:
    await ask(telegram, "/mask I go to ___.", "/mask ___ and ___.", "/mask The ___ is blue.")
    item, on = await begin(telegram, "/label mask")
    assert item.text.startswith("🏷 <b>1/2</b>")  # a text with two blanks is not given
    assert OWN.reply_with_word in item.text
    assert faces(item)[0] == [OWN.skip_button]
    assert (await telegram.says("two words", extra=replying(on))).text == OWN.word_unreadable.format(most=30)
    before = len(telegram.answers)
    await telegram.says("<sea>", extra=replying(on))
    said, second = telegram.answers[before:]
    assert said.text == "Thank you: &lt;sea&gt;"
    assert (second.data["message_id"], second.text[:15]) == (on, "🏷 <b>2/2</b> · ")
    assert faces(second)[0] == [OWN.skip_button, OWN.undo_last_button]
    await telegram.says("sky", extra=replying(on))
    assert telegram.answers[-1].text == OWN.batch_done.format(labelled=2, skipped=0)
    assert [(row.label, row.kind) for row in await votes(store)] == [("<sea>", "correct"), ("sky", "correct")]
    late = await telegram.says("late", extra=replying(on))  # nothing is shown there any more
    assert late.text == EN.offer


async def test_a_word_for_a_text_with_buttons_is_offered_as_ever(telegram: Telegram, store: Store) -> None:
    await films(telegram)
    _, on = await begin(telegram)
    assert (await telegram.says("great", extra=replying(on))).text == EN.offer
    assert await votes(store) == []


async def test_a_text_that_went_away_is_told_and_the_next_shown(telegram: Telegram, store: Store) -> None:
    await films(telegram)
    item, on = await begin(telegram)
    await store.forget(KOREAN)
    toast = await telegram.taps(item.button("Positive"), on=on)
    assert (toast.text, toast.data["show_alert"]) == (OWN.item_gone_toast, "true")
    assert telegram.answers[-1].text == OWN.nothing_done
    assert await votes(store) == []


async def test_who_has_not_agreed_is_told_what_it_takes(telegram: Telegram, store: Store) -> None:
    await films(telegram)
    said = await telegram.says("/label", user=NEWCOMER)
    assert said.text == OWN.consent_to_label
    assert faces(said) == [[EN.agree_button, EN.decline_button]]
    assert (
        await telegram.taps(said.button(EN.decline_button), user=NEWCOMER, on=1004)
    ).text == EN.declined_toast
    left = telegram.answers[-1]
    assert (left.data["message_id"], left.text) == (1004, OWN.nothing_done)
    item, on = await begin(telegram)
    await store.set_consent(ENGLISH, ConsentStatus.DECLINED)
    assert (await telegram.taps(item.button("Positive"), on=on)).text == OWN.label_consent_toast
    toast = await telegram.taps(encode(MoreTap(None)), on=on)
    assert toast.text == OWN.label_consent_toast
    assert await votes(store) == []


async def test_who_agrees_begins_at_once_with_what_they_asked_for(telegram: Telegram, store: Store) -> None:
    await films(telegram)
    await ask(telegram, "/mask I go to ___.")
    command = telegram.message("/label mask", user=NEWCOMER)
    await telegram.application.process_update(command)
    said, on = telegram.answers[-1], 1005
    toast = await telegram.taps(said.button(EN.agree_button), user=NEWCOMER, on=on, under=command)
    assert toast.text == EN.agreed_toast
    item = telegram.answers[-1]
    assert (item.method, item.data["message_id"]) == ("editMessageText", on)
    assert item.text.startswith(f"🏷 <b>1/1</b> · {OWN.question['mask']}")
    await telegram.says("sea", user=NEWCOMER, extra=replying(on))
    assert [row.label for row in await votes(store)] == ["sea"]
    assert telegram.answers[-1].text == OWN.batch_done.format(labelled=1, skipped=0)


async def test_who_agrees_where_the_command_is_gone_or_nothing_is_left_is_told_so(telegram: Telegram) -> None:
    said = await telegram.says("/label nli", user=NEWCOMER)
    await telegram.taps(said.button(EN.agree_button), user=NEWCOMER)
    assert telegram.answers[-1].text == OWN.nobody_asked
    await films(telegram)
    await telegram.taps(said.button(EN.agree_button), user=NEWCOMER)
    assert telegram.answers[-1].text.startswith(f"🏷 <b>1/3</b> · {OWN.question['sentiment']}")


@pytest.mark.parametrize("task", ["tokens", "films", "sentiment nli"])
async def test_what_cannot_be_labelled_is_told(telegram: Telegram, task: str) -> None:
    assert (await telegram.says(f"/label {task}")).text == OWN.what_can_be_labelled


async def test_nothing_left_is_told_kindly(telegram: Telegram) -> None:
    ko, nli = KO.labelling, EN.task_name["nli"]
    assert (await telegram.says("/label", user=KOREAN)).text == ko.nobody_asked
    await films(telegram, 1)
    assert (await telegram.says("/label", user=KOREAN)).text == ko.nothing_to_label
    assert (await telegram.says("/label nli")).text == OWN.nobody_asked_of_task.format(task=nli)
    await telegram.says("/nli a. | b.")
    for named in ("nli", "NLI", nli, nli.upper()):
        said = await telegram.says(f"/label {named}")
        assert said.text == OWN.nothing_to_label_of_task.format(task=nli)
    await telegram.application.context_types.context.services.store.set_consent(
        KOREAN, ConsentStatus.DECLINED
    )
    sentiment = EN.task_name["sentiment"]
    said = await telegram.says("/label sentiment")
    assert said.text == OWN.nobody_asked_of_task.format(task=sentiment), "what there is may not be shown"


async def test_buttons_forged_in_a_group_or_of_others_do_nothing(telegram: Telegram, store: Store) -> None:
    await films(telegram)
    item, on = await begin(telegram)
    await agree(store, NEWCOMER)
    tap = item.button("Positive")
    assert (await telegram.taps(tap, user=NEWCOMER)).text == OWN.item_gone_toast
    for data in (tap, encode(MoreTap(None))):
        assert (await telegram.taps(data, chat=GROUP)).text == EN.old_button_toast
    forged = encode(ItemTap(1, ItemAction.CHOOSE, 7))
    assert (await telegram.taps(forged, on=on)).text == EN.old_button_toast
    assert await votes(store) == []


async def test_a_message_edited_into_a_text_is_offered_as_ever(telegram: Telegram) -> None:
    await films(telegram)
    await telegram.says("/label", message_id=70)
    assert (await telegram.says("what a film", edits=70)).text == EN.offer


async def test_mystats_tells_of_votes_in_private_alone(telegram: Telegram) -> None:
    assert (await telegram.says("/mystats")).text == OWN.stats_none
    await films(telegram)
    answer = await telegram.says("/sentiment mine")
    await telegram.taps(answer.button("✅"))
    item, on = await begin(telegram)
    await telegram.taps(item.button("Negative"), on=on)
    await telegram.taps(telegram.answers[-1].button("🤷"), on=on)
    said = await telegram.says("/mystats")
    assert said.text == "\n\n".join(
        [
            OWN.stats_title,
            OWN.stats_task.format(task="Sentiment", confirmed=1, corrected=0, skipped=1)
            + f"\n{OWN.stats_blind.format(blind=1)}\n{OWN.stats_not_judged}",
            OWN.stats_days.format(days=1),
        ]
    )
    public = await telegram.says("/mystats", chat=GROUP)
    assert public.text == EN.only_in_private.format(command="mystats", name="KobertBot")
