"""What people do with the bot, over HTTP, in polling mode."""

from __future__ import annotations

import asyncio

import pytest

from handlers.replies.texts import EN, KO
from tests.e2e.processes import FIRST_ANSWER, Program, eventually, rows
from tests.e2e.sim import Private, Sim
from tests.traces import traces

pytestmark = [pytest.mark.usefixtures("shared_bot"), pytest.mark.timeout(300)]


async def test_somebody_starts_and_is_told_everything(sim: Sim) -> None:
    chat = sim.private(language="ko")
    await chat.says("/start")
    answer = await chat.next_bot_message(FIRST_ANSWER)
    assert answer.text.startswith(KO.start)
    assert "/mask 오늘은 날씨가 ___ 좋다." in answer.text


@pytest.mark.parametrize(
    ("command", "korean", "english"),
    [
        ("mask", "나는 오늘 [MASK]에 출근을 했다", "soccer is a really fun ___ ."),
        ("nsp", "나는 오늘 회사에 | 출근을 했다", "soccer is fun .\nthe sky is blue ."),
        ("sentiment", "이 영화는 너무 좋다", "the movie is good"),
        ("nli", "축구는 재미있는 경기 /// 축구는 스포츠다", "pizza is good | pizza is bad"),
        ("tokens", "축구는 재미있는 스포츠다", "soccer is fun"),
    ],
)
async def test_every_command_answers_in_both_languages(
    sim: Sim, command: str, korean: str, english: str
) -> None:
    for language, texts, text in (("ko", KO, korean), ("en", EN, english)):
        chat = sim.private(language=language)
        await chat.agrees()
        asked = await chat.says(f"/{command} {text}")
        answer = await chat.next_bot_message(FIRST_ANSWER)
        assert texts.by_model.format(model="builtin") in answer.text
        assert answer.reply_to == asked.id
        right = texts.pieces_right_button if command == "tokens" else texts.right_button
        faces = [face for row in answer.buttons for face in row]
        assert (texts.none_button if command == "mask" else right) in faces


async def test_a_vote_is_counted_changed_and_taken_back(sim: Sim, shared_bot: Program) -> None:
    chat = sim.private(language="en")
    await chat.agrees()
    await chat.says("/sentiment the movie is good")
    answer = await chat.next_bot_message(FIRST_ANSWER)
    other = answer.buttons[1][0]

    toast = await chat.taps(answer, EN.right_button)
    assert toast.text.startswith("Thank you, counted: ")
    answer = await chat.wait_edit(answer)
    assert answer.buttons == (
        (f"{EN.right_button} · 1",),
        (other,),
        (EN.labelling.skip_button, EN.undo_button),
    )
    kinds = "SELECT kind FROM votes ORDER BY id DESC LIMIT 1"
    assert rows(shared_bot.folder, kinds) == [("confirm",)]

    assert (await chat.taps(answer, other)).text == EN.changed_toast.format(label=other)
    answer = await chat.wait_edit(answer)
    assert answer.buttons[:2] == ((EN.right_button,), (f"{other} · 1",))
    assert rows(shared_bot.folder, kinds) == [("correct",)]

    assert (await chat.taps(answer, EN.undo_button)).text == EN.undone_toast
    assert (await chat.wait_edit(answer)).buttons == (
        (EN.right_button,),
        (other,),
        (EN.labelling.skip_button,),
    )


async def test_a_group_asks_by_reply_and_everybody_votes(sim: Sim) -> None:
    group = sim.group(members=3)
    for number in (1, 2, 3):
        await group.member(number).agrees()
    said = await group.member(1).says("이 영화는 너무 좋다")
    asked = await group.member(2).says("/sentiment@kobert_bot", reply_to=said)
    answer = await group.next_bot_message(FIRST_ANSWER)
    assert answer.reply_to == asked.id
    await asyncio.gather(*(group.member(number).taps(answer, KO.right_button) for number in (1, 2, 3)))

    async def shows_three() -> bool:
        return (await group.look(answer)).buttons[0] == (f"{KO.right_button} · 3",)

    await eventually(shows_three)
    await group.silence()  # one message per command


async def test_somebody_new_is_asked_once_agrees_votes_and_is_forgotten(
    sim: Sim, shared_bot: Program
) -> None:
    secret = "아무에게도 말하지 않은 비밀"
    chat = sim.private(language="ko")
    await chat.says(f"/sentiment {secret}")
    answer = await chat.next_bot_message(FIRST_ANSWER)
    assert answer.buttons == ((KO.agree_button, KO.decline_button),)
    files = shared_bot.folder / "var"
    assert traces(files, secret) == []

    assert (await chat.taps(answer, KO.agree_button)).text == KO.agreed_toast
    answer = await chat.wait_edit(answer)
    assert answer.buttons[0] == (KO.right_button,)
    assert (await chat.taps(answer, KO.right_button)).text.startswith("고마워요, 기록했어요: ")
    assert traces(files, secret) != []

    await chat.says("/mydata")
    sent = (await chat.next_bot_message()).raw["document"]
    data = await sim.ask("GET", f"files/{sent['file_id']}")
    assert [(vote["text_a"], vote["kind"]) for vote in data["votes"]] == [(secret, "confirm")]
    await chat.says("/forgetme")
    question = await chat.next_bot_message()
    assert (await chat.taps(question, KO.forget_button)).text == KO.forgotten_toast
    assert (await chat.wait_edit(question)).text == KO.forgotten
    assert traces(files, secret, str(await chat.user_id())) == []
    assert (await chat.taps(answer, KO.right_button)).text == KO.old_button_toast


async def test_in_a_group_a_member_is_asked_where_they_vote_and_nobody_gets_a_message(sim: Sim) -> None:
    group = sim.group(members=2)
    await group.member(1).agrees()
    await group.member(1).says("/sentiment@kobert_bot 좋다")
    answer = await group.next_bot_message(FIRST_ANSWER)
    toast = await group.member(2).taps(answer, KO.right_button)
    assert (toast.text, toast.alert) == (KO.consent_to_vote_toast, True)
    answer = await group.wait_edit(answer)
    await group.member(2).taps(answer, KO.agree_to_vote_button)
    await group.member(2).taps(answer, KO.right_button)
    assert (await group.wait_edit(answer)).buttons[0] == (f"{KO.right_button} · 1",)
    await group.silence()


async def test_a_group_quotes_a_fragment(sim: Sim) -> None:
    group = sim.group(members=2)
    said = await group.member(1).says("짜증나네요 이 영화는 너무 좋다")
    await group.member(2).says("/tokens@kobert_bot", reply_to=said, quote="너무 좋다")
    answer = await group.next_bot_message(FIRST_ANSWER)
    assert "너무 좋다" in answer.text
    assert "짜증나네요" not in answer.text


async def test_another_bots_command_is_ignored(sim: Sim) -> None:
    group = sim.group(members=1)
    await group.member(1).says("/sentiment@other_bot 좋다")
    asked = await group.member(1).says("/sentiment@kobert_bot 좋다")
    assert (await group.next_bot_message(FIRST_ANSWER)).reply_to == asked.id  # the first it says
    await group.silence()


async def test_an_edited_command_edits_its_answer(sim: Sim) -> None:
    chat = sim.private(language="en")
    await chat.agrees()
    asked = await chat.says("/mask soccer is fun")
    answer = await chat.next_bot_message(FIRST_ANSWER)
    assert answer.text.startswith("There is no blank.")
    await chat.edits(asked, "/mask soccer is a fun ___")
    answer = await chat.wait_edit(answer)
    assert answer.text.startswith("soccer is a fun")
    assert EN.none_button in answer.buttons[-2]
    await chat.silence()


async def test_an_edited_command_takes_its_file_away(sim: Sim) -> None:
    chat = sim.private(language="en")
    asked = await chat.says("/mydata")
    file = await chat.next_bot_message(FIRST_ANSWER)
    assert "document" in file.raw
    await chat.edits(asked, "/sentiment")
    told = await chat.next_bot_message()
    assert (told.reply_to, told.text.split("\n")[0]) == (asked.id, EN.usage["sentiment"].split("\n")[0])
    assert [one.id for one in await chat.messages()] == [asked.id, told.id]


async def test_an_answer_that_was_refused_with_429_comes_later_and_others_go_on(sim: Sim) -> None:
    wait = 4
    await sim.fault("sendMessage", status=429, retry_after=wait)
    first, second = sim.private(language="en"), sim.private(language="en")
    await first.says("/sentiment good")

    async def calls(chat: Private) -> list[tuple[int, float]]:
        number = await chat.id()
        sent = await sim.calls("sendMessage")
        return [(call.status, call.at) for call in sent if int(call.params["chat_id"]) == number]

    async def refused() -> bool:
        return bool(await calls(first))

    await eventually(refused)
    await second.says("/sentiment bad")
    await second.next_bot_message(FIRST_ANSWER)
    await first.next_bot_message(FIRST_ANSWER)
    [(refusal, at), (answered, later)] = await calls(first)
    assert (refusal, answered) == (429, 200)
    assert later - at >= wait
    [(_, meanwhile)] = await calls(second)
    assert at < meanwhile < later


@pytest.mark.parametrize("method", ["sendMessage", "getUpdates", "answerCallbackQuery"])
async def test_a_dropped_connection_loses_nothing(sim: Sim, method: str) -> None:
    chat = sim.private(language="en")
    await chat.agrees()
    await sim.fault(method, drop=True)
    await chat.says("/sentiment good")
    answer = await chat.next_bot_message(FIRST_ANSWER)
    toast = await chat.taps(answer, EN.right_button)
    assert toast.text.startswith("Thank you, counted: ")
    assert (await chat.wait_edit(answer)).buttons[0] == (f"{EN.right_button} · 1",)


async def test_a_server_that_stumbles_is_asked_again(sim: Sim) -> None:
    await sim.fault("sendMessage", status=502)
    chat = sim.private(language="en")
    await chat.says("/sentiment good")
    await chat.next_bot_message(FIRST_ANSWER)
    assert [call.status for call in await sim.calls("sendMessage")][-2:] == [502, 200]


async def test_an_update_that_comes_twice_is_answered_once(sim: Sim) -> None:
    await sim.duplicate_updates()
    chat = sim.private(language="en")
    asked = [await chat.says(f"/sentiment {word}") for word in ("good", "bad")]
    answers = [await chat.next_bot_message(FIRST_ANSWER) for _ in asked]
    assert {answer.reply_to for answer in answers} == {said.id for said in asked}
    await chat.silence()


async def test_bad_buttons_and_old_taps_get_a_kind_answer(sim: Sim) -> None:
    chat = sim.private(language="ko")
    await chat.says("/sentiment 좋다")
    answer = await chat.next_bot_message(FIRST_ANSWER)
    for data in ("1:v:zzzz:0:0:ko", "nonsense", "0:vote:1"):
        toast = await chat.taps(answer, data=data)
        assert (toast.text, toast.alert) == (KO.old_button_toast, True)


async def test_the_menu_is_there_in_both_languages(sim: Sim) -> None:
    for language, texts in (("ko", KO), ("en", EN), ("fr", EN)):
        chat = sim.private(language=language)
        path = f"chats/{await chat.id()}/commands"
        menu = await sim.ask("GET", path, user_id=await chat.user_id())
        kept_from_most = {"settings", "models", "train", "stats", "export"}
        expected = {name: line for name, line in texts.menu.items() if name not in kept_from_most}
        assert {one["command"]: one["description"] for one in menu} == expected
