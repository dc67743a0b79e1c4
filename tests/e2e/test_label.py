"""People label texts for the bot, alone and in a group, over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.replies.texts import EN, KO
from tests.e2e.processes import FIRST_ANSWER, TOKEN, Program, bot_program, rows
from tests.e2e.sim import Private, Said, Sim

pytestmark = [pytest.mark.usefixtures("shared_bot"), pytest.mark.timeout(300)]

BOT = "@kobert_bot"
OWN = EN.labelling


def faces(said: Said) -> list[str]:
    return [face for row in said.buttons for face in row]


async def asks(chat: Private, *commands: str) -> None:
    await chat.agrees()
    for command in commands:
        await chat.says(command)
        await chat.next_bot_message(FIRST_ANSWER)


async def test_one_person_asks_and_another_labels_a_batch(sim: Sim, shared_bot: Program) -> None:
    asker, labeller = sim.private(language="ko"), sim.private(language="en")
    await asks(asker, *(f"/sentiment 이 영화는 {number} 번 봐도 좋다" for number in range(3)))

    await labeller.says("/label sentiment")
    told = await labeller.next_bot_message(FIRST_ANSWER)
    assert told.text.startswith(OWN.consent_to_label[:30])
    await labeller.taps(told, EN.agree_button)

    item = await labeller.wait_edit(told)
    assert "1/3" in item.text
    assert faces(item)[:3] == ["Negative", "Positive", OWN.skip_button]

    await labeller.taps(item, OWN.guideline_button)
    guide = await labeller.wait_edit(item)
    assert "Negative" in guide.text
    await labeller.taps(guide, OWN.back_button)
    item = await labeller.wait_edit(guide)

    assert (await labeller.taps(item, "Positive")).text == OWN.labelled_toast.format(label="Positive")
    item = await labeller.wait_edit(item)
    await labeller.taps(item, OWN.skip_button)
    item = await labeller.wait_edit(item)
    assert "3/3" in item.text
    await labeller.taps(item, OWN.undo_last_button)
    item = await labeller.wait_edit(item)
    assert "2/3" in item.text
    for _ in range(2):
        await labeller.taps(item, "Negative")
        item = await labeller.wait_edit(item)
    assert item.text.startswith("🎉 Thank you! Labelled: 3, not sure: 0")
    blind = "SELECT label, blind FROM votes WHERE kind != 'skip' ORDER BY id DESC LIMIT 3"
    assert rows(shared_bot.folder, blind) == [("negative", 1), ("negative", 1), ("positive", 1)]

    await labeller.says("/mystats")
    stats = await labeller.next_bot_message()
    assert OWN.stats_blind.format(blind=3) in stats.text
    await labeller.says("/label sentiment")
    nothing = await labeller.next_bot_message()
    assert nothing.text == OWN.nothing_to_label_of_task.format(task=EN.task_name["sentiment"])


async def test_a_word_is_replied_to_an_answer_in_a_group(sim: Sim, shared_bot: Program) -> None:
    group = sim.group(members=2)
    asker, other = group.member(1), group.member(2)
    for member in (asker, other):
        await member.agrees()
    await asker.says(f"/mask{BOT} 나는 오늘 [MASK]에 출근을 했다")
    answer = await group.next_bot_message(FIRST_ANSWER)
    await other.taps(answer, KO.labelling.word_button)
    prompt = await group.next_bot_message()
    assert prompt.reply_to == answer.id
    await other.says("바닷가", reply_to=prompt)  # reaches the bot in privacy mode, too
    counted = await group.next_bot_message()
    assert "바닷가" in counted.text
    assert KO.undo_button in faces(await group.wait_edit(answer))
    typed = "SELECT choice, label, kind FROM votes ORDER BY id DESC LIMIT 1"
    assert rows(shared_bot.folder, typed) == [(-1, "바닷가", "correct")]

    await other.says("두 낱말", reply_to=answer)  # people talk
    said = await other.says("두 낱말", reply_to=prompt)
    told = await group.next_bot_message()
    assert (told.reply_to, told.text) == (said.id, KO.labelling.word_unreadable.format(most=30))


async def test_a_group_labels_a_message_and_its_admin_closes_it(sim: Sim) -> None:
    group = sim.group(members=3)
    admin, member = group.member(1), group.member(2)
    for person in (admin, member, group.member(3)):
        await person.agrees()
    said = await member.says("이 영화는 너무 좋다")
    await member.says(f"/label{BOT} sentiment", reply_to=said)
    assert (await group.next_bot_message()).text == KO.labelling.only_admins_label
    await admin.says(f"/label{BOT} sentiment", reply_to=said)
    post = await group.next_bot_message(FIRST_ANSWER)
    assert said.text in post.text
    assert faces(post)[:2] == ["부정", "긍정"]
    await member.taps(post, "긍정")
    post = await group.wait_edit(post)
    assert f"{KO.undo_button} · 👥 1" in faces(post)
    told = await member.taps(post, KO.labelling.guideline_button)
    assert (told.text, told.alert) == (KO.labelling.short_guideline_toast["sentiment"], True)
    assert (await member.taps(post, KO.labelling.post_button)).text == KO.labelling.only_admins_close_toast
    await admin.taps(post, KO.labelling.post_button)
    closed = await group.wait_edit(post)
    assert "긍정: 1" in closed.text
    assert closed.buttons == ()


async def test_a_batch_goes_on_where_a_killed_bot_left_it(
    sim: Sim, catalog: Path, tmp_path: Path, api_url: str, shared_bot: Program
) -> None:
    assert shared_bot.stop() == 0  # one bot at a time asks for updates
    settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api_url}
    asker, labeller = sim.private(language="ko"), sim.private(language="en")
    with bot_program(tmp_path, catalog, **settings) as bot:
        await asks(asker, *(f"/sentiment 영화 {number}" for number in range(3)))
        await labeller.agrees()
        await labeller.says("/label")
        item = await labeller.next_bot_message()
        await labeller.taps(item, "Negative")
        item = await labeller.wait_edit(item)
        assert "2/3" in item.text
        bot.stop(9)
    with bot_program(tmp_path, catalog, **settings) as bot:
        bot.line_with("is running")
        await labeller.taps(item, "Negative", timeout=60.0)
        item = await labeller.wait_edit(item)
        assert "3/3" in item.text
        assert rows(bot.folder, "SELECT count(*), min(blind) FROM votes") == [(2, 1)]
        bot.stop()
