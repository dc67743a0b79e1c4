from __future__ import annotations

import asyncio
import gc
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.logs import set_up_logging
from storage.errors import StorageError

ROOT = Path(__file__).parents[2]
SECRET = "나의 비밀 이야기"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    names = ("bot", "handlers", "models", "storage", "telegram")
    own = {name: logging.getLogger(name).level for name in names}
    yield
    root.handlers[:] = before
    root.setLevel(level)
    for name, old in own.items():
        logging.getLogger(name).setLevel(old)


def test_the_log_never_shows_the_token(capsys: pytest.CaptureFixture[str]) -> None:
    url = "https://api.telegram.org/bot1:secret/getMe"
    set_up_logging("INFO", token="1:secret")
    logging.getLogger("httpx").info("HTTP Request: %s", url)
    logging.getLogger("anything").error("calling %s", url)
    logging.getLogger("anything").error("failed", exc_info=StorageError(f"{url} failed"))
    shown = capsys.readouterr().err
    assert "HTTP Request" not in shown
    assert shown.count("bot<token>/getMe") == 2
    assert "secret" not in shown


def test_of_an_exception_that_anybody_logs_types_and_places_are_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging("INFO", token="1:secret")
    log = logging.getLogger("telegram.Bot")
    try:
        dict[str, str]()[SECRET]
    except KeyError as error:
        log.critical("Error while parsing updates! Received data was %r", [SECRET], exc_info=error)
        record = log.makeRecord(log.name, logging.ERROR, "", 0, "again", (), (KeyError, error, None))
        record.exc_text = f"KeyError: {SECRET}"  # as a handler before this one has put it
        log.handle(record)
    shown = capsys.readouterr().err
    assert SECRET not in shown
    assert "Received data was %r" in shown
    assert "tests/bot/test_logs.py" in shown
    assert shown.count("\nKeyError\n") == 2


async def test_a_task_that_nobody_awaits_is_told_without_its_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging("INFO", token="1:secret")

    async def fail() -> None:
        raise KeyError(SECRET)

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()
    shown = capsys.readouterr().err
    assert "Task exception was never retrieved\nTraceback" in shown
    assert shown.endswith("KeyError\n")
    assert SECRET not in shown


def test_no_level_shows_what_telegram_sends_and_is_sent(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("DEBUG", token="1:secret")
    logging.getLogger("telegram.Bot").debug("Calling sendMessage with %s", SECRET)
    logging.getLogger("handlers.turns").debug("shown")
    logging.getLogger("telegram.Bot").info("Application started")
    shown = capsys.readouterr().err
    assert SECRET not in shown
    assert [line.rsplit(": ", 1)[1] for line in shown.splitlines()] == ["shown", "Application started"]


def test_a_command_that_fails_as_nobody_foresaw_says_where_and_not_what_it_read() -> None:
    code = f"""
import logging
from bot import cli

def fail():
    text = {SECRET!r}
    try:
        raise ValueError(text)
    except ValueError as error:
        logging.getLogger("storage").warning("going on", exc_info=error)
    cli._lines(text)  # no path

cli.app = fail
cli.main()
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert SECRET not in run.stderr
    assert "going on\nTraceback" in run.stderr
    assert "\nValueError\n" in run.stderr
    *_, before, last = run.stderr.splitlines()
    assert before == "AttributeError"
    assert last.startswith("kobert-bot: AttributeError at bot/cli.py:")
