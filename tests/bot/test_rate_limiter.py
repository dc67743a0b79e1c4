from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Sequence
from itertools import count, pairwise

import pytest
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.rate_limiter import PatientRateLimiter

PRIVATE, GROUP = 1, -1001


@pytest.fixture(autouse=True)
def _new_style_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


class Time:
    """Time that passes at once when everybody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), woken))
        await woken

    async def until_done(self, *calls: Awaitable[object]) -> Sequence[object]:
        done = asyncio.gather(*calls, return_exceptions=True)
        while not done.done():
            for _ in range(50):  # whoever can go on does
                await asyncio.sleep(0)
            if self._sleepers and not done.done():
                self.now, _, woken = heapq.heappop(self._sleepers)
                if not woken.done():
                    woken.set_result(None)
        return done.result()


class Server:
    """Takes calls, and refuses the first ones with the errors given."""

    def __init__(self, time: Time, *errors: TelegramError) -> None:
        self.time = time
        self.errors = list(errors)
        self.at: list[float] = []

    async def __call__(self) -> bool:
        self.at.append(round(self.time.now, 3))
        if self.errors:
            raise self.errors.pop(0)
        return True


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def limiter(time: Time) -> PatientRateLimiter:
    return PatientRateLimiter(clock=time.clock, sleep=time.sleep)


async def request(
    limiter: PatientRateLimiter, server: Server, endpoint: str = "sendMessage", chat: object = PRIVATE
) -> object:
    data = {} if chat is None else {"chat_id": chat}
    return await limiter.process_request(server, (), {}, endpoint, data, None)


async def test_a_chat_gets_one_message_a_second_in_order(time: Time, limiter: PatientRateLimiter) -> None:
    servers = [Server(time) for _ in range(4)]
    await time.until_done(*(request(limiter, server) for server in servers))
    assert [server.at for server in servers] == [[0.0], [1.0], [2.0], [3.0]]


async def test_edits_count_like_messages(time: Time, limiter: PatientRateLimiter) -> None:
    server = Server(time)
    endpoints = ("sendMessage", "editMessageText", "editMessageReplyMarkup", "copyMessage", "forwardMessage")
    await time.until_done(*(request(limiter, server, endpoint) for endpoint in endpoints))
    assert server.at == [0.0, 1.0, 2.0, 3.0, 4.0]


async def test_a_chat_that_waits_does_not_stop_another(time: Time, limiter: PatientRateLimiter) -> None:
    crowded, others = Server(time), Server(time)
    await time.until_done(
        *(request(limiter, crowded) for _ in range(5)),
        *(request(limiter, others, chat=chat) for chat in (2, 3, GROUP)),
    )
    assert (len(crowded.at), others.at) == (5, [0.0, 0.0, 0.0])


async def test_a_group_gets_at_most_twenty_in_any_minute(time: Time, limiter: PatientRateLimiter) -> None:
    server = Server(time)
    await time.until_done(*(request(limiter, server, chat=GROUP) for _ in range(50)))
    assert server.at[:21] == [float(second) for second in range(20)] + [60.0]
    assert all(later - earlier >= 60 for earlier, later in zip(server.at, server.at[20:], strict=False))
    assert all(later - earlier >= 1 for earlier, later in pairwise(server.at))


async def test_the_same_group_by_number_and_by_text_has_one_limit(
    time: Time, limiter: PatientRateLimiter
) -> None:
    server = Server(time)
    await time.until_done(*(request(limiter, server, chat=chat) for chat in (GROUP, str(GROUP), GROUP)))
    assert server.at == [0.0, 1.0, 2.0]


async def test_all_chats_together_get_thirty_in_any_second(time: Time, limiter: PatientRateLimiter) -> None:
    server = Server(time)
    await time.until_done(*(request(limiter, server, chat=chat) for chat in range(1, 101)))
    assert len(server.at) == 100
    assert all(later - earlier >= 1 for earlier, later in zip(server.at, server.at[30:], strict=False))
    assert server.at[-1] == 3.0


@pytest.mark.parametrize(
    ("endpoint", "chat"),
    [
        ("sendChatAction", GROUP),
        ("setMyCommands", None),
        ("answerCallbackQuery", None),
        ("answerInlineQuery", None),
        ("getChatMember", GROUP),
        ("leaveChat", GROUP),
    ],
)
async def test_what_is_no_message_neither_waits_nor_counts(
    time: Time, limiter: PatientRateLimiter, endpoint: str, chat: int | None
) -> None:
    messages, others = Server(time), Server(time)
    await time.until_done(
        *(request(limiter, messages, chat=GROUP) for _ in range(3)),
        *(request(limiter, others, endpoint, chat) for _ in range(100)),
    )
    assert messages.at == [0.0, 1.0, 2.0]
    assert set(others.at) == {0.0}


async def test_an_inline_message_counts_for_the_whole_bot_alone(
    time: Time, limiter: PatientRateLimiter
) -> None:
    server = Server(time)
    await time.until_done(*(request(limiter, server, "editMessageText", None) for _ in range(31)))
    assert server.at == [0.0] * 30 + [1.0]


async def test_a_429_makes_its_chat_wait_and_no_other(time: Time, limiter: PatientRateLimiter) -> None:
    refused, next_one, other = Server(time, RetryAfter(5)), Server(time), Server(time)
    await time.until_done(
        request(limiter, refused), request(limiter, next_one), request(limiter, other, chat=2)
    )
    assert other.at == [0.0]
    assert refused.at[0] == 0.0
    assert sorted([refused.at[1], *next_one.at]) == [5.1, 6.1]  # nobody knocks before


async def test_a_429_is_waited_out_as_long_as_it_says(time: Time, limiter: PatientRateLimiter) -> None:
    server = Server(time, RetryAfter(3), RetryAfter(1))
    assert await time.until_done(request(limiter, server)) == [True]
    assert server.at == [0.0, 3.1, 4.2]


async def test_a_429_for_a_toast_is_waited_out_too(time: Time, limiter: PatientRateLimiter) -> None:
    server = Server(time, RetryAfter(3))
    assert await time.until_done(request(limiter, server, "answerCallbackQuery", None)) == [True]
    assert server.at == [0.0, 3.1]


async def test_a_chat_that_must_wait_too_long_is_left_alone_until_then(
    time: Time, limiter: PatientRateLimiter
) -> None:
    refused, after = Server(time, RetryAfter(3600)), Server(time)
    errors = await time.until_done(request(limiter, refused), request(limiter, after))
    assert [type(error) for error in errors] == [RetryAfter, RetryAfter]
    assert (refused.at, after.at, time.slept) == ([0.0], [], [])
    time.now = 3600.0
    assert await time.until_done(request(limiter, after)) == [True]


async def test_a_dropped_connection_is_tried_again(time: Time, limiter: PatientRateLimiter) -> None:
    server = Server(time, NetworkError("gone"), NetworkError("gone"), NetworkError("gone"))
    assert await time.until_done(request(limiter, server, "answerCallbackQuery", None)) == [True]
    assert time.slept == [0.5, 1.0, 2.0]


async def test_patience_ends(time: Time, limiter: PatientRateLimiter) -> None:
    server = Server(time, *[NetworkError("gone")] * 9)
    assert [str(error) for error in await time.until_done(request(limiter, server))] == ["gone"]
    assert len(server.at) == 4


@pytest.mark.parametrize("error", [BadRequest("no"), TimedOut("slow")])
async def test_what_would_not_help_or_might_send_twice_is_not_tried_again(
    time: Time, limiter: PatientRateLimiter, error: TelegramError
) -> None:
    server = Server(time, error)
    assert await time.until_done(request(limiter, server)) == [error]
    assert len(server.at) == 1


async def test_an_edit_may_be_repeated_after_a_time_out(time: Time, limiter: PatientRateLimiter) -> None:
    server = Server(time, TimedOut("slow"))
    assert await time.until_done(request(limiter, server, "editMessageText")) == [True]
    assert len(server.at) == 2


async def test_what_is_on_its_way_into_a_group_that_moved_is_sent_there_and_no_edit_is(
    time: Time, limiter: PatientRateLimiter
) -> None:
    moved = ChatMigrated(-1002)
    server, data = Server(time, moved), {"chat_id": GROUP, "text": "x", "message_thread_id": 5}
    assert await time.until_done(limiter.process_request(server, (), {}, "sendMessage", data, None)) == [True]
    assert data == {"chat_id": -1002, "text": "x"}
    server = Server(time, moved)
    assert await time.until_done(request(limiter, server, "editMessageText", GROUP)) == [moved]


@pytest.mark.parametrize("endpoint", ["sendChatAction", "setMyCommands"])
async def test_what_nobody_waits_for_is_not_repeated(
    time: Time, limiter: PatientRateLimiter, endpoint: str
) -> None:
    server = Server(time, RetryAfter(5))
    errors = await time.until_done(request(limiter, server, endpoint))
    assert [type(error) for error in errors] == [RetryAfter]
    assert time.slept == []


async def test_chats_that_say_nothing_any_more_are_forgotten(time: Time, limiter: PatientRateLimiter) -> None:
    server = Server(time)
    await time.until_done(*(request(limiter, server, chat=-chat) for chat in range(1, 501)))
    assert len(limiter._lines) == 500
    time.now += 120.0
    await time.until_done(*(request(limiter, server) for _ in range(2)))
    assert set(limiter._lines) == {PRIVATE}
