"""How the bot starts, stops and is killed."""

from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

import httpx
import pytest

from handlers.replies.texts import EN, KO
from tests.e2e.processes import FIRST_ANSWER, TOKEN, bot_program, eventually, finished, rows
from tests.e2e.sim import Sim

pytestmark = pytest.mark.timeout(300)  # every bot imports torch anew


async def test_sigterm_waits_for_the_answers_in_flight(
    sim: Sim, api_url: str, catalog: Path, tmp_path: Path
) -> None:
    settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api_url}
    with bot_program(tmp_path, catalog, **settings) as bot:
        await asyncio.to_thread(bot.line_with, "is running")
        chats = [sim.private(language="en") for _ in range(5)]
        for chat in chats:
            await chat.agrees()
        await sim.fault("sendMessage", delay=2.5, count=5)
        for chat in chats:
            await chat.says("/sentiment good")
        await eventually(lambda: count(tmp_path, "predictions") == 5)
        for chat in chats:  # on their way, none there yet
            assert (await chat.messages())[-1].text == "/sentiment good"
        assert await asyncio.to_thread(bot.stop, signal.SIGTERM) == 0
        for chat in chats:
            assert (await chat.next_bot_message(timeout=0)).buttons


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_during_the_start_ends_it_quietly(
    catalog: Path, tmp_path: Path, number: signal.Signals
) -> None:
    with bot_program(tmp_path, catalog, PLAYGROUND_PORT="0") as bot:
        await eventually((tmp_path / "var" / "pseudonym.key").exists)
        assert await asyncio.to_thread(bot.stop, number) == 0
        assert "Traceback" not in bot.log.read_text()


async def test_a_vote_survives_kill_9_and_buttons_a_restart(
    sim: Sim, api_url: str, catalog: Path, tmp_path: Path
) -> None:
    settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api_url}
    chat = sim.private(language="ko")
    with bot_program(tmp_path, catalog, **settings) as bot:
        await asyncio.to_thread(bot.line_with, "is running")
        await chat.agrees()
        await chat.says("/sentiment 이 영화는 너무 좋다")
        answer = await chat.next_bot_message(FIRST_ANSWER)
        await chat.taps(answer, KO.right_button)  # returns with the toast
        await chat.says("이 영화는 너무 좋다")
        offer = await chat.next_bot_message()
        assert await asyncio.to_thread(bot.stop, signal.SIGKILL) == -signal.SIGKILL
    assert count(tmp_path, "votes") == 1
    with bot_program(tmp_path, catalog, **settings) as bot:
        await asyncio.to_thread(bot.line_with, "is running")
        toast = await chat.taps(answer, KO.right_button)
        assert toast.text.startswith("이미 기록한 표예요: ")
        await chat.taps(offer, KO.task_button["tokens"], timeout=FIRST_ANSWER)
        assert KO.by_model.format(model="builtin") in (await chat.look(offer)).text
        assert await asyncio.to_thread(bot.stop) == 0
    assert count(tmp_path, "votes") == 1


async def test_without_a_token_it_serves_its_own_page(catalog: Path, tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        bot_program(tmp_path, catalog, PLAYGROUND_PORT=str(taken.getsockname()[1])) as bot,
    ):
        line = await asyncio.to_thread(bot.line_with, "Open http")
        assert f"Port {taken.getsockname()[1]} is taken" in bot.line_with("is taken")
        url = line.split()[1]
        async with httpx.AsyncClient() as http:
            page = await http.get(url)
            assert page.status_code == 200
            assert page.headers["content-type"].startswith("text/html")
        async with Sim(url) as sim:
            chat = sim.private(language="en")
            await chat.says("/sentiment good")
            answer = await chat.next_bot_message(FIRST_ANSWER)
            assert EN.by_model.format(model="builtin") in answer.text
        assert await asyncio.to_thread(bot.stop, signal.SIGINT) == 0
        assert "Traceback" not in bot.log.read_text()


async def test_a_second_bot_on_the_same_database_ends_at_once_and_says_why(
    api_url: str, catalog: Path, tmp_path: Path
) -> None:
    settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api_url}
    with bot_program(tmp_path, catalog, **settings) as first:
        await asyncio.to_thread(first.line_with, "is running")
        with bot_program(tmp_path, catalog, PLAYGROUND_PORT="0") as second:
            assert await asyncio.to_thread(second.wait) == 1
            assert second.rest() == ""
        said = first.log.read_text()  # both write to the same file
        assert "Traceback" not in said
        [line] = [line for line in said.splitlines() if line.startswith("kobert-bot: ")]
        assert line == (
            "kobert-bot: another bot runs on the database var/kobert-bot.db: stop that one, or give this one "
            "a DATABASE_URL and a TEACHING_FOLDER of its own"
        )
        assert "nobody has voted yet" in await finished(tmp_path, "feedback", "stats")
        await asyncio.to_thread(first.stop, signal.SIGKILL)
    with bot_program(tmp_path, catalog, **settings) as third:
        await asyncio.to_thread(third.line_with, "is running")
        assert await asyncio.to_thread(third.stop) == 0


def test_a_wrong_token_is_one_line(api_url: str, catalog: Path, tmp_path: Path) -> None:
    settings = {"TELEGRAM_BOT_TOKEN": "1:wrong-secret", "TELEGRAM_API_URL": api_url}
    with bot_program(tmp_path, catalog, **settings) as bot:
        assert bot.wait() == 1
    log = bot.log.read_text()
    assert log.splitlines()[-1] == f"kobert-bot: {api_url} does not know this TELEGRAM_BOT_TOKEN"
    assert "secret" not in log
    assert "Traceback" not in log


async def test_a_server_that_refuses_menus_does_not_stop_the_start(
    sim: Sim, api_url: str, catalog: Path, tmp_path: Path
) -> None:
    for method in ("setMyCommands", "setMyDescription", "setMyShortDescription"):
        await sim.fault(method, status=400, count=2)
    settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api_url}
    with bot_program(tmp_path, catalog, **settings) as bot:
        await asyncio.to_thread(bot.line_with, "is running")
        assert bot.log.read_text().count("the server refused the ") == 6
        chat = sim.private(language="en")
        await chat.says("/sentiment good")
        await chat.next_bot_message(FIRST_ANSWER)
        assert await asyncio.to_thread(bot.stop) == 0


def count(folder: Path, table: str) -> int:
    [(found,)] = rows(folder, f"SELECT count(*) FROM {table}")
    return int(found)
