from __future__ import annotations

import asyncio

import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.rate_limiter import PatientRateLimiter


@pytest.fixture(autouse=True)
def _new_style_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(round(seconds, 3))

    monkeypatch.setattr("bot.rate_limiter.asyncio.sleep", sleep)
    return waits


class Server:
    def __init__(self, *errors: TelegramError) -> None:
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self) -> bool:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return True


async def request(server: Server, endpoint: str = "sendMessage") -> object:
    return await PatientRateLimiter().process_request(server, (), {}, endpoint, {"chat_id": 1}, None)


async def test_a_429_is_waited_out_as_long_as_it_says(slept: list[float]) -> None:
    server = Server(RetryAfter(3), RetryAfter(1))
    assert await request(server) is True
    assert (server.calls, slept) == (3, [3.1, 1.1])


async def test_a_dropped_connection_is_tried_again(slept: list[float]) -> None:
    server = Server(NetworkError("gone"), NetworkError("gone"), NetworkError("gone"))
    assert await request(server) is True
    assert slept == [0.5, 1.0, 2.0]


async def test_patience_ends(slept: list[float]) -> None:
    with pytest.raises(NetworkError, match="gone"):
        await request(Server(*[NetworkError("gone")] * 9))
    assert len(slept) == 3
    with pytest.raises(RetryAfter):
        await request(Server(RetryAfter(3600)))
    assert len(slept) == 3


@pytest.mark.parametrize("error", [BadRequest("no"), TimedOut("slow")])
async def test_what_would_not_help_or_might_send_twice_is_not_tried_again(
    slept: list[float], error: TelegramError
) -> None:
    server = Server(error)
    with pytest.raises(type(error)):
        await request(server)
    assert (server.calls, slept) == (1, [])


async def test_an_edit_may_be_repeated_after_a_time_out(slept: list[float]) -> None:
    assert await request(Server(TimedOut("slow")), "editMessageText") is True
    assert len(slept) == 1


@pytest.mark.parametrize("endpoint", ["sendChatAction", "setMyCommands"])
async def test_what_nobody_waits_for_neither_waits_nor_counts(slept: list[float], endpoint: str) -> None:
    with pytest.raises(RetryAfter):
        await request(Server(RetryAfter(5)), endpoint)
    limiter, server = PatientRateLimiter(), Server()
    async with asyncio.timeout(1):
        for _ in range(100):
            await limiter.process_request(server, (), {}, endpoint, {"chat_id": -1}, None)
    assert slept == []


async def test_a_waiting_chat_does_not_stop_another() -> None:
    limiter, slow, quick = PatientRateLimiter(), Server(RetryAfter(1)), Server()
    done: list[str] = []

    async def send(name: str, server: Server, chat_id: int) -> None:
        await limiter.process_request(server, (), {}, "sendMessage", {"chat_id": chat_id}, None)
        done.append(name)

    await asyncio.gather(send("refused", slow, 1), send("other", quick, 2))
    assert done == ["other", "refused"]
