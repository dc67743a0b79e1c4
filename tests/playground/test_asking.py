"""Messages that ask for a reply, and whom they mention: what people's apps are told, and what the bot is."""

import pytest
from telegram import Bot, ForceReply, InlineKeyboardMarkup, MessageEntity, ReplyKeyboardRemove
from telegram import User as TelegramUser

from tests.e2e.sim import Sim
from tests.playground.test_fidelity import KEYS, leftovers

Markup = InlineKeyboardMarkup | ReplyKeyboardRemove


async def test_that_a_reply_is_asked_for_is_told_to_the_page_alone(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    markup = ForceReply(selective=True, input_field_placeholder="낱말")
    sent = await bot.send_message(await chat.id(), "어떤 말?", reply_markup=markup)
    assert sent.reply_markup is None
    assert leftovers(sent) == {}
    seen = await chat.next_bot_message()
    assert seen.raw["force_reply"] == {"selective": True, "input_field_placeholder": "낱말"}
    await chat.says("바다", reply_to=seen)
    (update,) = await bot.get_updates()
    assert leftovers(update) == {}


@pytest.mark.parametrize("markup", [None, ReplyKeyboardRemove(), KEYS])
async def test_other_messages_ask_for_none(bot: Bot, sim: Sim, markup: Markup | None) -> None:
    chat = sim.private()
    await bot.send_message(await chat.id(), "x", reply_markup=markup)
    assert "force_reply" not in (await chat.next_bot_message()).raw


async def test_without_more_it_asks_everybody_in_the_fields_usual_words(bot: Bot, sim: Sim) -> None:
    group = sim.group()
    await bot.send_message(await group.id(), "x", reply_markup=ForceReply())
    asks = {"selective": False, "input_field_placeholder": None}
    assert (await group.next_bot_message()).raw["force_reply"] == asks


async def test_a_link_to_somebody_is_a_mention_and_one_to_a_stranger_only_words(bot: Bot, sim: Sim) -> None:
    chat = sim.private()
    person = await chat.id()
    source = f'<a href="tg://user?id={person}">@somebody</a>, <a href="tg://user?id=7">stranger</a>'
    sent = await bot.send_message(person, source, parse_mode="HTML")
    (mention,) = sent.entities
    assert (mention.type, sent.parse_entity(mention)) == (MessageEntity.TEXT_MENTION, "@somebody")
    assert mention.user == TelegramUser(person, "", is_bot=False)
    assert mention.url is None
    assert sent.text == "@somebody, stranger"
