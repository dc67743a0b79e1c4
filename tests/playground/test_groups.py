"""What a bot in a group is told, with privacy mode on and off."""

import pytest
from telegram import Bot

from bot.playground.people import Message
from bot.playground.world import World
from tests.e2e.sim import Group, Sim


async def heard(bot: Bot) -> list[str]:
    """The texts the bot got, confirmed."""
    updates = await bot.get_updates()
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return [u.effective_message.text or "" for u in updates if u.effective_message]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/mask@kobert_bot 오늘", True),
        ("/mask@KoBERT_bot 오늘", True),
        ("/mask 오늘", True),
        ("/mask@other_bot 오늘", False),
        ("오늘 날씨", False),
        ("@kobert_bot 안녕", False),
        ("이봐 /mask@kobert_bot", False),
    ],
)
async def test_privacy_mode(bot: Bot, sim: Sim, text: str, told: bool) -> None:
    member = sim.group().member(2)
    await member.says(text)
    assert await heard(bot) == ([text] if told else [])
    await sim.privacy(on=False)
    await member.says(text)
    assert await heard(bot) == [text]
    assert (await bot.get_me()).can_read_all_group_messages


async def test_a_reply_to_the_bot_is_told_and_one_to_a_member_is_not(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    await bot.send_message(await group.id(), "긍정")
    answer = await group.next_bot_message()
    thanks = await group.member(1).says("고마워", reply_to=answer)
    await group.member(2).says("나도", reply_to=thanks)
    assert await heard(bot) == ["고마워"]


async def test_an_edited_command_is_told_as_an_edit(bot: Bot, sim: Sim) -> None:
    member = sim.group().member(1)
    said = await member.says("/mask a")
    await member.edits(said, "/mask b")
    first, second = await bot.get_updates()
    assert first.message is not None
    assert second.edited_message is not None
    assert (second.edited_message.text, second.edited_message.message_id) == ("/mask b", said.id)


async def test_a_bot_that_was_kicked_hears_nothing(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    await group.set_bot("kicked")
    await group.member(1).says("/mask a")
    (update,) = await bot.get_updates()
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"


async def test_an_administrator_hears_everything(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    await group.set_bot("administrator")
    await group.member(3).says("오늘 날씨")
    assert await heard(bot) == ["오늘 날씨"]


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_groups_number_their_messages_as_telegram_does(bot: Bot, sim: Sim, kind: str) -> None:
    groups: list[Group] = [sim.group(kind=kind) for _ in range(2)]
    sent = [await bot.send_message(await group.id(), "x") for group in groups]
    own = kind == "supergroup"
    assert sent[1].message_id - sent[0].message_id == (0 if own else 1)
    assert all(str(message.chat_id).startswith("-100") is own for message in sent)


async def test_message_ids_grow_over_restarts_and_fit_31_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    ids: list[int] = []
    for started in (1_800_000_000.0, 1_800_000_100.0, 3_700_000_000.0):
        monkeypatch.setattr("bot.playground.world.time.time", lambda now=started: now)
        world = World("1:x")
        monkeypatch.undo()
        for chat in world.chats.values():
            sent = [world.add_message(chat, Message(0, world.bot, 0, {"text": "x"})) for _ in range(2)]
            ids.extend(message.message_id for message in sent)
    first, second, far = ids[:4], ids[4:8], ids[8:]
    assert first[1] - first[0] == 1
    assert max(first) < min(second) < max(second) < min(far)
    assert max(far) < 2**31
