"""How the bot behaves in groups, over HTTP: topics, names that are no persons, coming and going, settings."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from handlers.replies.texts import EN, KO
from tests.e2e.processes import FIRST_ANSWER, TOKEN, Program, bot_program, eventually, rows
from tests.e2e.sim import Group, Said, Sim
from tests.traces import traces

pytestmark = [pytest.mark.usefixtures("shared_bot"), pytest.mark.timeout(300)]

BOT = "@kobert_bot"
SECRET = "아무에게도 말하지 않은 비밀"


def faces(said: Said) -> list[str]:
    return [face for row in said.buttons for face in row]


def ticked(said: Said) -> list[str]:
    return [face.split(maxsplit=2)[2] for face in faces(said) if face.startswith("✓")]


def log(bot: Program) -> str:
    return bot.log.read_text()


async def test_a_talk_in_a_topic_stays_there(sim: Sim) -> None:
    group = sim.group(members=3, forum=True)
    films, food = await group.topic("영화"), await group.topic("음식")
    asker = group.member(2)
    said = await group.member(1).says("짜증나네요 이 영화는 너무 좋다", thread_id=films)
    await group.silence()  # that was for nobody
    asked = await asker.says(f"/tokens{BOT}", reply_to=said, quote="너무 좋다", thread_id=films)
    answer = await group.next_bot_message(FIRST_ANSWER)
    assert (answer.thread_id, answer.reply_to) == (films, asked.id)
    assert "짜증나네요" not in answer.text
    await asker.edits(asked, f"/sentiment{BOT}")
    answer = await group.wait_edit(answer)
    assert KO.labels["sentiment"]["positive"] in answer.text

    for command, words in (("/mask", KO.usage["mask"][:8]), ("/mydata", KO.only_in_private[:8])):
        await asker.says(f"{command}{BOT}", thread_id=food)
        reply = await group.next_bot_message()
        assert reply.text.startswith(words)
        assert reply.thread_id == food
    await group.silence()  # one message for each command


async def test_who_speaks_in_the_name_of_a_chat_is_answered_and_not_kept(
    sim: Sim, shared_bot: Program
) -> None:
    group = sim.group(members=2)
    admin, member = group.member(1), group.member(2)
    await member.speaks("en")
    senders: list[dict[str, Any]] = [
        {"anonymous": True},
        {"channel": "소식"},
        {"channel": "소식", "linked": True},
    ]
    for sender in senders:
        await admin.says(f"/sentiment{BOT} {SECRET}", **sender)
        answer = await group.next_bot_message(FIRST_ANSWER)
        assert KO.labels["sentiment"]["positive"] in answer.text
        assert answer.buttons == ()
    assert traces(shared_bot.log.parent / "var", SECRET) == []
    people = "SELECT count(*) FROM annotators"
    before = rows(shared_bot.folder, people)

    await admin.says(f"/privacy{BOT}", anonymous=True)
    shown = await group.next_bot_message()
    assert (await admin.taps(shown, row=0, column=0)).text == KO.agreed_toast  # the tap is their own
    assert (await member.taps(shown, row=0, column=1)).text == EN.declined_toast
    assert rows(shared_bot.folder, people) == [(int(str(before[0][0])) + 2,)]


async def test_a_group_that_becomes_a_supergroup_is_known_there(sim: Sim) -> None:
    group = sim.group(members=2, kind="group")
    admin, member = group.member(1), group.member(2)
    await admin.agrees()
    await admin.says(f"/sentiment{BOT} 좋다")
    answer = await group.next_bot_message(FIRST_ANSWER)
    assert answer.buttons[0] == (KO.right_button,)
    panel = await settings(group)
    for face in ("English", KO.voters_admins):
        await admin.taps(panel, face)

    await group.migrates(updates=["from", "to", "to"])
    await group.silence()
    await member.says(f"/sentiment{BOT} 좋다")
    assert EN.labels["sentiment"]["positive"] in (await group.next_bot_message(FIRST_ANSWER)).text
    assert ticked(await settings(group))[:2] == ["English", EN.voters_admins]
    toast = await member.taps(answer, KO.right_button)  # a button in the old chat
    assert toast.text == KO.only_admins_vote_toast
    toast = await admin.taps(answer, KO.right_button)
    assert toast.text.startswith(KO.counted_toast.split("{label}", maxsplit=1)[0])


async def test_an_answer_on_its_way_into_a_group_that_moves_arrives(sim: Sim) -> None:
    group = sim.group(members=1, kind="group")
    await group.member(1).says(f"/help{BOT}")
    await group.next_bot_message(FIRST_ANSWER)
    await sim.fault("sendMessage", delay=1.0)
    await group.member(1).says(f"/help{BOT}")
    await group.migrates()
    assert (await group.next_bot_message()).text.startswith(KO.help.split("\n", maxsplit=1)[0][3:-4])


async def test_a_group_is_greeted_once_and_left_without_a_word(sim: Sim, shared_bot: Program) -> None:
    group = sim.group(members=2, bot=False)
    await group.member(2).speaks("en")
    await group.set_bot("member", by=group.member(2))
    greeting = await group.next_bot_message(FIRST_ANSWER)
    assert greeting.text.splitlines()[0].startswith(EN.greeting.split("<", maxsplit=1)[0])
    assert greeting.text.splitlines()[1] == EN.greeting.splitlines()[1].format(at=BOT)
    assert len(greeting.text.splitlines()) == 2
    for status in ("administrator", "member", "left", "member", "kicked"):
        await group.set_bot(status, by=group.member(1))
    known = sim.group(members=1)  # it has been there for long
    await known.set_bot("administrator")
    await known.silence(1.0)
    await group.silence(0.1)
    for kind in ("ERROR", "WARNING", "Traceback"):
        assert kind not in log(shared_bot)


async def test_a_person_who_blocks_the_bot_is_left_alone(sim: Sim, shared_bot: Program) -> None:
    chat = sim.private(language="ko")
    await chat.says("/help")
    await chat.next_bot_message(FIRST_ANSWER)
    await chat.says("/help")  # its answer waits for a second to pass
    await chat.set_bot("kicked")
    await chat.silence(1.5)
    await chat.set_bot("member")
    await chat.says("/start")
    assert (await chat.next_bot_message()).text.startswith(KO.start)
    await chat.silence(0.1)
    assert "ERROR" not in log(shared_bot)


async def test_administrators_set_a_group_and_it_holds_for_everybody(sim: Sim, shared_bot: Program) -> None:
    group = sim.group(members=3)
    admin, asker, other = (group.member(number) for number in (1, 2, 3))
    await asker.agrees()
    await asker.says(f"/settings{BOT}")
    assert (await group.next_bot_message()).text == KO.only_admins_toast
    await asker.says(f"/settings{BOT}")  # told once: the next message is the panel
    panel = await settings(group)
    toast = await asker.taps(panel, KO.voters_admins)
    assert (toast.text, toast.alert) == (KO.only_admins_toast, True)

    assert (await admin.taps(panel, "google")).text == KO.setting_changed_toast

    async def says_what_google_lacks() -> bool:
        return "한국어 빈칸, 한국어 다음 문장, 감정, 추론" in (await group.look(panel)).text

    await eventually(says_what_google_lacks)
    for face in ("second", "English", KO.voters_admins, "1분"):
        assert (await admin.taps(panel, face)).text == KO.setting_changed_toast

    async def shows_all() -> bool:
        return ticked(await group.look(panel)) == ["English", EN.voters_admins, "1 min", "second"]

    await eventually(shows_all)

    await asker.says(f"/sentiment{BOT} 좋다")
    answer = await group.next_bot_message(FIRST_ANSWER)
    assert EN.by_model.format(model="second (") in answer.text.splitlines()[-1]
    toast = await other.taps(answer, EN.right_button)
    assert (toast.text, toast.alert) == (KO.only_admins_vote_toast, True)
    await admin.agrees()
    assert (await admin.taps(answer, EN.right_button)).text.startswith("고마워요, 기록했어요")
    await other.says(f"/sentiment{BOT} 좋다")
    refused = await group.next_bot_message()
    assert refused.text.startswith(EN.chat_cooldown.split("{", maxsplit=1)[0])
    assert "second" in str(rows(shared_bot.folder, "SELECT preset FROM group_settings"))


async def test_a_group_is_set_from_a_private_chat_by_whoever_administers_it_now(sim: Sim) -> None:
    group = sim.group(members=2)
    admin, member = group.member(1), group.member(2)
    (link,) = (await settings(group)).urls

    stranger = await member.opens(link)
    assert (await stranger.next_bot_message()).text == KO.not_your_group.format(name=BOT[1:])
    await member.becomes("administrator")
    chat = await member.opens(link)
    await stranger.next_bot_message()
    panel = await stranger.look((await chat.messages())[-1])
    assert "우리 모임" in panel.text
    assert (await chat.taps(panel, "English")).text == KO.setting_changed_toast
    panel = await chat.wait_edit(panel)
    assert "English" in ticked(panel)

    await member.becomes("member")
    toast = await chat.taps(panel, "한국어")
    assert (toast.text, toast.alert) == (KO.only_admins_toast, True)
    assert "English" in ticked(await settings(group))
    await group.set_bot("kicked")
    own = await admin.opens(link)
    assert (await own.next_bot_message()).text == KO.not_your_group.format(name=BOT[1:])


async def test_an_anonymous_administrator_sets_the_group_too(sim: Sim) -> None:
    group = sim.group(members=2)
    admin, member = group.member(1), group.member(2)
    await admin.says(f"/settings{BOT}", anonymous=True)
    panel = await group.next_bot_message(FIRST_ANSWER)
    assert (await member.taps(panel, "한국어")).text == KO.only_admins_toast
    assert (await admin.taps(panel, "한국어")).text == KO.setting_changed_toast
    assert "한국어" in ticked(await group.wait_edit(panel))
    await admin.says(f"/settings{BOT}", channel="소식")
    assert (await group.next_bot_message()).text == KO.only_admins_toast


async def test_everybody_is_offered_the_commands_that_are_for_them(sim: Sim) -> None:
    group = sim.group(members=2)
    private, admin, member = sim.private(), await group.member(1).menu(), await group.member(2).menu()
    assert set(admin) - set(member) == {"settings", "label"}
    own = {"label", "mystats", "mydata", "forgetme", "start"}
    assert set(await private.menu()) - set(member) == own
    for language, texts in (("ko", KO), ("en", EN), ("fr", EN)):
        for person in (group.member(1), group.member(2), private):
            await person.speaks(language)
            path = f"chats/{await person.chat_id()}/commands"
            shown = await sim.ask("GET", path, user_id=await person.user_id())
            assert all(one["description"] == texts.menu[one["command"]] for one in shown)


async def settings(group: Group) -> Said:
    """Let the group's creator ask for its settings."""
    await group.member(1).says(f"/settings{BOT}")
    panel = await group.next_bot_message(FIRST_ANSWER)
    assert len(ticked(panel)) == 4
    return panel


async def test_an_operator_keeps_groups_within_bounds(
    sim: Sim, api_url: str, shared_bot: Program, catalog: Path, tmp_path: Path
) -> None:
    operator, group, other = sim.private(), sim.group(members=2, bot=False), sim.group(members=2, bot=False)
    blocked = other.member(2)
    bounds = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api_url,
        "ADMIN_CHAT_ID": str(await operator.id()),
        "BLOCKED_IDS": str(await blocked.user_id()),
        "CHAT_COOLDOWN": "45",
        "GROUP_PRESETS": "builtin, second",
    }
    assert await asyncio.to_thread(shared_bot.stop) == 0
    with bot_program(tmp_path, catalog, **bounds) as bot:
        await asyncio.to_thread(bot.line_with, "is running")
        await other.set_bot("member", by=blocked)
        await group.set_bot("member", by=group.member(1))
        await group.next_bot_message(FIRST_ANSWER)
        await other.silence()
        panel = await settings(group)
        offered = faces(panel)
        assert "✓ ⏳ 45초" in offered
        assert not {"⏳ 10초", "⏳ 30초", "🤖 klue", "🤖 google"} & set(offered)
        assert {"⏳ 1분", "🤖 second"} <= set(offered)

        async def has_everything() -> bool:
            return {"settings", "mydata"} <= set(await operator.menu())

        await eventually(has_everything)
        assert await asyncio.to_thread(bot.stop) == 0
