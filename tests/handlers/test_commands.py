from __future__ import annotations

import pytest

from handlers.commands import COMMANDS
from handlers.menus import EVERYTHING, menu
from handlers.replies.texts import LANGUAGES, TEXTS, Language
from tests.handlers.offline import BOT_NAME, ENGLISH, GROUP, KOREAN, FakeModel, Telegram, captioned

ASK = {
    "mask": ("I go to ___.", ("mask", "I go to ___.", None)),
    "nsp": ("A dog barks. | It is loud.", ("nsp", "A dog barks.", "It is loud.", None)),
    "sentiment": ("정말 좋아요", ("sentiment", "정말 좋아요", None)),
    "nli": ("A dog barks.\nIt is silent.", ("nli", "A dog barks.", "It is silent.", None)),
    "tokens": ("안녕", ("tokens", "안녕", None, None)),
}
HEADLINES: dict[str, dict[Language, str]] = {
    "mask": {"ko": "I go to <b>school</b>.", "en": "I go to <b>school</b>."},
    "nsp": {"ko": "<b>이어져요</b> 70%", "en": "<b>It follows</b> 70%"},
    "sentiment": {"ko": "<b>긍정</b> 93%", "en": "<b>Positive</b> 93%"},
    "nli": {"ko": "<b>거짓이에요 (모순)</b> 60%", "en": "<b>False (contradiction)</b> 60%"},
    "tokens": {
        "ko": "<b>조각 2개</b> ([CLS] 같은 표시는 빼고 셌어요)",
        "en": "<b>Pieces: 2</b>, marks such as [CLS] not counted",
    },
}


@pytest.mark.parametrize("user", [KOREAN, ENGLISH])
@pytest.mark.parametrize("command", ASK)
async def test_answers_in_the_users_language(
    telegram: Telegram, model: FakeModel, command: str, user: int
) -> None:
    text, question = ASK[command]
    answer = await telegram.says(f"/{command} {text}", user=user)
    assert model.asked == [question]
    assert answer.method == "sendMessage"
    language: Language = "ko" if user == KOREAN else "en"
    assert answer.text.splitlines()[0] == HEADLINES[command][language]
    assert answer.data["parse_mode"] == "HTML"
    assert TEXTS[language].by_model.format(model="<i>builtin</i>") in answer.text
    assert answer.buttons


@pytest.mark.parametrize("command", ASK)
async def test_the_model_is_told_which_chat_asks(telegram: Telegram, model: FakeModel, command: str) -> None:
    await telegram.says(f"/{command} {ASK[command][0]}", chat=GROUP)
    assert model.chats == [GROUP]


async def test_replies_to_the_command_even_when_it_is_gone(telegram: Telegram) -> None:
    answer = await telegram.says(f"/sentiment@{BOT_NAME} good", chat=GROUP, message_id=5)
    reply = answer.data["reply_parameters"]
    assert (reply["message_id"], reply["allow_sending_without_reply"]) == (5, True)
    assert len(telegram.answers) == 1


async def test_ignores_a_command_for_another_bot(telegram: Telegram, model: FakeModel) -> None:
    await telegram.application.process_update(telegram.message("/sentiment@OtherBot good", chat=GROUP))
    assert model.asked == []
    assert telegram.answers == []


@pytest.mark.parametrize("said", ["/unknown 글", "/", f"/unknown@{BOT_NAME}"])
async def test_a_command_it_does_not_know_is_told(telegram: Telegram, model: FakeModel, said: str) -> None:
    answer = await telegram.says(said, user=KOREAN)
    assert answer.text == TEXTS["ko"].unknown_command
    assert len(telegram.answers) == 1
    assert model.asked == []


@pytest.mark.parametrize(("command", "chat"), [("/mask", ENGLISH), (f"/mask@{BOT_NAME}", GROUP)])
async def test_a_command_in_a_caption_is_a_command(
    telegram: Telegram, model: FakeModel, command: str, chat: int
) -> None:
    await telegram.says("", chat=chat, extra=captioned(f"{command} I go to ___."))
    assert model.asked == [("mask", "I go to ___.", None)]


async def test_a_command_for_another_bot_in_a_caption_is_not(telegram: Telegram) -> None:
    extra = captioned("/mask@OtherBot I go to ___.")
    await telegram.application.process_update(telegram.message("", chat=GROUP, extra=extra))
    assert telegram.answers == []


@pytest.mark.parametrize(
    ("said", "chat"), [("안녕하세요", GROUP), ("/unknown", GROUP), ("/mask@OtherBot ___", KOREAN)]
)
async def test_says_nothing_to_what_is_not_for_it(telegram: Telegram, said: str, chat: int) -> None:
    await telegram.application.process_update(telegram.message(said, chat=chat))
    assert telegram.answers == []


async def test_stays_in_the_topic(telegram: Telegram) -> None:
    answer = await telegram.says(
        "/sentiment good", chat=GROUP, extra={"is_topic_message": True, "message_thread_id": 77}
    )
    assert answer.data["message_thread_id"] == 77


async def test_says_that_the_end_was_cut(telegram: Telegram, model: FakeModel) -> None:
    assert TEXTS["en"].truncated not in (await telegram.says("/sentiment good")).text
    model.truncated = True
    assert TEXTS["en"].truncated in (await telegram.says("/sentiment good")).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", ["start", "help"])
async def test_explains_every_command(telegram: Telegram, command: str, language: Language) -> None:
    answer = await telegram.says(f"/{command}", user=KOREAN if language == "ko" else ENGLISH)
    for name in ASK:
        assert f"<code>/{name} " in answer.text
    assert "HMAC" in answer.text
    assert "@" not in answer.text
    assert len(answer.text) < 4096


async def test_help_in_a_group_shows_the_bots_name(telegram: Telegram) -> None:
    answer = await telegram.says("/help", chat=GROUP)
    assert f"<code>/mask@{BOT_NAME} " in answer.text
    assert TEXTS["en"].group_help.format(at=f"@{BOT_NAME}") in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_names_every_command_within_telegrams_limits(language: Language) -> None:
    commands = menu(EVERYTHING, language)
    assert [command.command for command in commands] == list(COMMANDS)
    assert all(1 <= len(command.description) <= 256 for command in commands)
    assert len(TEXTS[language].description) <= 512
    assert len(TEXTS[language].short_description) <= 120
