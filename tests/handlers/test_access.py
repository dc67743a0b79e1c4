from __future__ import annotations

from collections.abc import Mapping

import pytest

from handlers.access import Access, Lists, Reason
from handlers.replies.texts import EN, KO, Texts
from storage.store import Store
from tests.handlers.offline import ENGLISH, GROUP, KOREAN, FakeModel, Telegram

ADMIN, MEMBER, STRANGER, BLOCKED = 1, 2, 3, 4
OURS, BAD_GROUP = -100, -200
DAY = 24 * 3600.0
QUESTIONS = ["/mask I go to ___.", "/nsp a | b", "/sentiment good", "/nli a | b", "/tokens a"]
EVERYTHING = [*QUESTIONS, "/start", "/help", "/language", "just a text"]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lists() -> Lists:
    return Lists()


@pytest.fixture
def access(lists: Lists, clock: Clock) -> Access:
    return Access(lists, clock=clock)


async def hears(
    telegram: Telegram,
    text: str,
    *,
    user: int,
    chat: int | None = None,
    extra: Mapping[str, object] | None = None,
) -> list[str]:
    """Send a message and return what the bot says to it."""
    before = len(telegram.answers)
    await telegram.application.process_update(telegram.message(text, user=user, chat=chat, extra=extra))
    return [answer.text for answer in telegram.answers[before:]]


@pytest.mark.parametrize(
    ("lists", "person", "chat", "reason"),
    [
        (Lists(), STRANGER, STRANGER, None),
        (Lists(), None, OURS, None),
        (Lists(allowed=frozenset({MEMBER, OURS})), MEMBER, MEMBER, None),
        (Lists(allowed=frozenset({MEMBER, OURS})), MEMBER, GROUP, None),  # a listed person, anywhere
        (Lists(allowed=frozenset({MEMBER, OURS})), STRANGER, OURS, None),  # anybody, in a listed group
        (Lists(allowed=frozenset({MEMBER, OURS})), None, OURS, None),
        (Lists(allowed=frozenset({MEMBER, OURS})), STRANGER, STRANGER, Reason.PRIVATE),
        (Lists(allowed=frozenset({MEMBER, OURS})), STRANGER, GROUP, Reason.PRIVATE),
        (Lists(allowed=frozenset({MEMBER, OURS})), None, GROUP, Reason.PRIVATE),
        (Lists(allowed=frozenset({MEMBER}), admins=frozenset({ADMIN})), ADMIN, ADMIN, None),
        (Lists(blocked=frozenset({BLOCKED, BAD_GROUP})), BLOCKED, OURS, Reason.BLOCKED),
        (Lists(blocked=frozenset({BLOCKED, BAD_GROUP})), STRANGER, BAD_GROUP, Reason.BLOCKED),
        (Lists(blocked=frozenset({BLOCKED, BAD_GROUP})), None, BAD_GROUP, Reason.BLOCKED),
        (Lists(blocked=frozenset({BLOCKED, BAD_GROUP})), STRANGER, OURS, None),
        (
            Lists(blocked=frozenset({BLOCKED}), allowed=frozenset({BLOCKED, OURS})),
            BLOCKED,
            OURS,
            Reason.BLOCKED,
        ),
        (Lists(blocked=frozenset({ADMIN, BAD_GROUP}), admins=frozenset({ADMIN})), ADMIN, BAD_GROUP, None),
    ],
)
def test_who_is_answered_where(access: Access, person: int | None, chat: int, reason: Reason | None) -> None:
    assert access.refusal(person, chat) is reason


@pytest.mark.parametrize("lists", [Lists(blocked=frozenset({BLOCKED, BAD_GROUP}))])
def test_a_blocked_person_is_told_once_wherever_and_a_blocked_group_once_whoever_asks(access: Access) -> None:
    assert access.is_news(BLOCKED, OURS, Reason.BLOCKED)
    assert not access.is_news(BLOCKED, GROUP, Reason.BLOCKED)
    assert access.is_news(STRANGER, BAD_GROUP, Reason.BLOCKED)
    assert not access.is_news(MEMBER, BAD_GROUP, Reason.BLOCKED)


def test_who_goes_on_asking_stays_untold_and_who_comes_back_after_a_day_is_told(
    access: Access, clock: Clock
) -> None:
    assert access.is_news(STRANGER, STRANGER, Reason.PRIVATE)
    for _ in range(3):
        clock.now += DAY - 1
        assert not access.is_news(STRANGER, STRANGER, Reason.PRIVATE)
    clock.now += DAY
    assert access.is_news(STRANGER, STRANGER, Reason.PRIVATE)


@pytest.mark.parametrize(
    ("lists", "person", "reason", "listed"),
    [
        (Lists(), STRANGER, None, False),
        (Lists(allowed=frozenset({OURS})), STRANGER, None, True),
        (Lists(allowed=frozenset({OURS, GROUP})), STRANGER, None, False),
        (Lists(allowed=frozenset({MEMBER})), STRANGER, Reason.PRIVATE, False),
        (Lists(blocked=frozenset({OURS})), STRANGER, Reason.BLOCKED, True),
    ],
)
def test_the_lists_hold_for_the_chat_into_which_a_group_moves(
    access: Access, person: int, reason: Reason | None, listed: bool
) -> None:
    assert access.follow(OURS, GROUP) is listed
    assert access.refusal(person, GROUP) is reason
    assert not access.follow(OURS, GROUP)  # the operator is told once


def test_who_was_told_long_ago_is_forgotten(access: Access, clock: Clock) -> None:
    for person in range(1000):
        access.is_news(person, person, Reason.PRIVATE)
    clock.now += DAY
    access.is_news(STRANGER, STRANGER, Reason.PRIVATE)
    assert set(access._told) == {STRANGER}


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
@pytest.mark.parametrize("first", ["/sentiment good", "/start", "just a text"])
@pytest.mark.parametrize("lists", [Lists(allowed=frozenset({MEMBER, OURS}))])
async def test_a_private_bot_says_so_once_with_the_chats_number_and_then_nothing(
    telegram: Telegram, model: FakeModel, user: int, texts: Texts, first: str
) -> None:
    assert await hears(telegram, first, user=user) == [texts.private_toast.format(id=user)]
    for text in EVERYTHING:
        assert await hears(telegram, text, user=user) == []
    assert model.asked == []


@pytest.mark.parametrize("lists", [Lists(allowed=frozenset({KOREAN, OURS}))])
async def test_a_group_that_is_not_listed_hears_it_once_and_listed_people_are_answered(
    telegram: Telegram,
) -> None:
    said = await hears(telegram, "/sentiment good", user=ENGLISH, chat=GROUP)
    assert said == [EN.private_toast.format(id=GROUP)]
    assert await hears(telegram, "/sentiment good", user=STRANGER, chat=GROUP) == []
    assert "긍정" in (await hears(telegram, "/sentiment good", user=KOREAN, chat=GROUP))[0]
    assert "Positive" in (await hears(telegram, "/sentiment good", user=STRANGER, chat=OURS))[0]


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
@pytest.mark.parametrize("lists", [Lists(blocked=frozenset({KOREAN, ENGLISH}))])
async def test_a_blocked_person_is_told_once_and_others_are_answered(
    telegram: Telegram, model: FakeModel, user: int, texts: Texts
) -> None:
    assert await hears(telegram, "/sentiment good", user=user) == [texts.blocked_toast]
    for text in EVERYTHING:
        assert await hears(telegram, text, user=user) == []
    assert await hears(telegram, "/sentiment good", user=user, chat=GROUP) == []
    assert model.asked == []
    assert "Positive" in (await hears(telegram, "/sentiment good", user=MEMBER, chat=GROUP))[0]


@pytest.mark.parametrize("lists", [Lists(blocked=frozenset({-300}))])
async def test_a_blocked_channel_is_not_answered_where_it_speaks(telegram: Telegram) -> None:
    channel = {"sender_chat": {"id": -300, "type": "channel", "title": "Channel"}}
    anonymous = {"sender_chat": {"id": GROUP, "type": "supergroup", "title": "Group"}}
    assert await hears(telegram, "/sentiment good", user=5, chat=GROUP, extra=channel) == [EN.blocked_toast]
    assert await hears(telegram, "/sentiment good", user=5, chat=GROUP, extra=channel) == []
    assert "Positive" in (await hears(telegram, "/sentiment good", user=5, chat=GROUP, extra=anonymous))[0]


@pytest.mark.parametrize(
    ("lists", "toast"),
    [
        (Lists(blocked=frozenset({KOREAN})), KO.blocked_toast),
        (Lists(blocked=frozenset({GROUP}), admins=frozenset({ENGLISH})), KO.blocked_toast),
        (Lists(allowed=frozenset({ENGLISH})), KO.private_toast.format(id=GROUP)),
    ],
)
async def test_the_buttons_of_who_is_not_answered_do_not_count_and_say_so_each_time(
    telegram: Telegram, store: Store, toast: str
) -> None:
    answer = await telegram.says("/sentiment good", user=ENGLISH, chat=GROUP)
    for _ in range(2):
        assert (await telegram.taps(answer.button("✅"), user=KOREAN, chat=GROUP)).text == toast
    assert [row async for row in store.feedback()] == []
    await telegram.taps(answer.button("✅"), user=ENGLISH, chat=GROUP)
    assert len([row async for row in store.feedback()]) == 1
