from __future__ import annotations

import pytest

from handlers.access import Access, Lists
from handlers.quota import DAY, Bound, Bounds, Quotas, Refusal
from handlers.replies.answers import duration
from handlers.replies.texts import EN, KO, Texts
from tests.handlers.offline import ENGLISH, GROUP, KOREAN, FakeModel, Telegram
from tests.handlers.test_access import QUESTIONS, Clock, hears

ADMIN = 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bounds() -> Bounds:
    return Bounds()


@pytest.fixture
def quotas(bounds: Bounds, clock: Clock) -> Quotas:
    return Quotas(bounds, clock=clock)


@pytest.fixture
def access() -> Access:
    return Access(Lists(admins=frozenset({ADMIN})))


def ask(quotas: Quotas, person: int | None = 7, chat: int = 7, *, mends: bool = False) -> Refusal | None:
    with quotas.question(person, chat, mends=mends) as refusal:
        return refusal


def fail(quotas: Quotas, person: int | None = 7, chat: int = 7) -> None:
    with pytest.raises(RuntimeError), quotas.question(person, chat):
        raise RuntimeError("no answer")


def test_without_bounds_nothing_is_refused_or_kept(quotas: Quotas) -> None:
    assert [ask(quotas, person, chat) for person in range(50) for chat in (person, GROUP)] == [None] * 100
    assert quotas._accounts == {}


@pytest.mark.parametrize("bounds", [Bounds(user_cooldown=10)])
def test_a_person_waits_between_two_questions_and_is_told_once(quotas: Quotas, clock: Clock) -> None:
    for _ in range(2):
        assert ask(quotas) is None
        clock.now += 4
        assert ask(quotas) == Refusal(Bound.USER_COOLDOWN, 6.0, 0, tell=True)
        assert ask(quotas, chat=GROUP) == Refusal(Bound.USER_COOLDOWN, 6.0, 0, tell=False)
        assert ask(quotas, 8, GROUP) is None  # somebody else does not wait
        clock.now += 6  # what was refused made the pause no longer
    assert ask(quotas) is None


@pytest.mark.parametrize("bounds", [Bounds(chat_cooldown=10)])
def test_a_group_waits_whoever_asks_and_private_chats_do_not(quotas: Quotas, clock: Clock) -> None:
    assert ask(quotas, 1, GROUP) is None
    assert ask(quotas, 2, GROUP) == Refusal(Bound.CHAT_COOLDOWN, 10.0, 0, tell=True)
    assert ask(quotas, None, GROUP) == Refusal(Bound.CHAT_COOLDOWN, 10.0, 0, tell=False)
    assert ask(quotas, 1, GROUP - 1) is None
    assert [ask(quotas, 1, 1) for _ in range(3)] == [None] * 3
    clock.now += 10
    assert ask(quotas, None, GROUP) is None


@pytest.mark.parametrize(("bounds", "own", "pause"), [(Bounds(), 10, 10), (Bounds(chat_cooldown=20), 10, 20)])
def test_a_groups_own_pause_counts_where_it_is_longer(
    quotas: Quotas, clock: Clock, own: float, pause: float
) -> None:
    def asks(chat_cooldown: float, chat: int = GROUP) -> Refusal | None:
        with quotas.question(7, chat, chat_cooldown=chat_cooldown) as refusal:
            return refusal

    assert asks(own) is None
    assert asks(own) == Refusal(Bound.CHAT_COOLDOWN, pause, 0, tell=True)
    clock.now += pause
    assert asks(own) is None
    clock.now += pause
    assert asks(60) == Refusal(Bound.CHAT_COOLDOWN, 60 - pause, 0, tell=True)  # since the last question
    assert asks(own) is None  # its administrators have made it shorter again
    assert asks(own, chat=7) is None  # in private there is none


@pytest.mark.parametrize("bounds", [Bounds(chat_cooldown=10, chat_quota=2)])
def test_a_groups_count_follows_it_into_another_chat(quotas: Quotas, clock: Clock) -> None:
    moved = GROUP - 1
    assert ask(quotas, 1, GROUP) is None
    for _ in range(2):
        quotas.move(GROUP, moved)
    assert ask(quotas, 2, moved) == Refusal(Bound.CHAT_COOLDOWN, 10.0, 2, tell=True)
    clock.now += 10
    assert ask(quotas, 2, moved) is None
    clock.now += 10
    assert ask(quotas, 3, moved) == Refusal(Bound.CHAT_QUOTA, DAY - 20, 2, tell=True)
    quotas.move(GROUP, moved)  # told again
    assert ask(quotas, 3, moved) is not None


@pytest.mark.parametrize("bounds", [Bounds(user_quota=3)])
def test_a_day_begins_with_its_first_question(quotas: Quotas, clock: Clock) -> None:
    for _ in range(2):
        for _ in range(3):
            assert ask(quotas) is None
            clock.now += 3600
        assert ask(quotas) == Refusal(Bound.USER_QUOTA, DAY - 3 * 3600, 3, tell=True)
        clock.now += DAY - 3 * 3600 - 1
        assert ask(quotas, chat=GROUP) == Refusal(Bound.USER_QUOTA, 1.0, 3, tell=False)
        clock.now += 1


@pytest.mark.parametrize("bounds", [Bounds(chat_quota=2)])
def test_a_group_has_a_quota_for_all_its_members(quotas: Quotas) -> None:
    assert [ask(quotas, person, GROUP) for person in (1, None)] == [None, None]
    assert ask(quotas, 2, GROUP) == Refusal(Bound.CHAT_QUOTA, DAY, 2, tell=True)
    assert ask(quotas, 2, 2) is None


@pytest.mark.parametrize("bounds", [Bounds(user_cooldown=10, user_quota=1, chat_cooldown=20, chat_quota=9)])
def test_of_several_the_longest_is_told(quotas: Quotas, clock: Clock) -> None:
    assert ask(quotas, 7, GROUP) is None
    refusal = ask(quotas, 7, GROUP)
    assert refusal is not None
    assert refusal.bound is Bound.USER_QUOTA
    assert ask(quotas, 8, GROUP) == Refusal(Bound.CHAT_COOLDOWN, 20.0, 9, tell=True)
    clock.now += 20
    assert ask(quotas, 8, GROUP) is None


@pytest.mark.parametrize("bounds", [Bounds(user_cooldown=10, user_quota=2, chat_cooldown=10, chat_quota=2)])
def test_what_failed_counts_for_nothing(quotas: Quotas, clock: Clock) -> None:
    for _ in range(5):
        fail(quotas, 7, GROUP)
    assert ask(quotas, 7, GROUP) is None
    clock.now += 4
    assert ask(quotas, 7, GROUP) is not None
    clock.now += 6
    fail(quotas, 7, GROUP)
    assert ask(quotas, 7, GROUP) is None


@pytest.mark.parametrize("bounds", [Bounds(user_cooldown=10, user_quota=2)])
def test_a_failure_gives_no_later_question_its_pause_back(quotas: Quotas, clock: Clock) -> None:
    def slow() -> None:
        with quotas.question(7, 7):
            clock.now += 10
            assert ask(quotas) is None
            raise RuntimeError("no answer")

    with pytest.raises(RuntimeError):
        slow()
    refusal = ask(quotas)
    assert refusal is not None
    assert (refusal.bound, refusal.seconds) == (Bound.USER_COOLDOWN, 10.0)


@pytest.mark.parametrize("bounds", [Bounds(user_cooldown=10, user_quota=2)])
def test_an_edit_waits_for_no_pause_but_counts_and_is_told_each_time(quotas: Quotas) -> None:
    assert ask(quotas) is None
    assert ask(quotas, mends=True) is None
    for _ in range(2):
        assert ask(quotas, mends=True) == Refusal(Bound.USER_QUOTA, DAY, 2, tell=True)
    assert ask(quotas) == Refusal(Bound.USER_QUOTA, DAY, 2, tell=False)


@pytest.mark.parametrize("bounds", [Bounds(user_cooldown=10, user_quota=5, chat_cooldown=10)])
def test_who_asks_nothing_any_more_is_forgotten(quotas: Quotas, clock: Clock) -> None:
    for person in range(500):
        ask(quotas, person, -person)
    assert len(quotas._accounts) == 1000 - 1  # person 0 speaks in private
    clock.now += 3600
    ask(quotas)
    assert len(quotas._accounts) == 500  # the groups' pauses are over, the days are not
    clock.now += DAY
    ask(quotas)
    assert set(quotas._accounts) == {("user", 7)}


@pytest.mark.parametrize(
    ("seconds", "korean", "english"),
    [
        (0.2, "1초", "1 s"),
        (59.0, "59초", "59 s"),
        (59.5, "1분", "1 min"),
        (61.0, "2분", "2 min"),
        (3600.0, "1시간", "1 h"),
        (3601.0, "1시간 1분", "1 h 1 min"),
        (DAY, "24시간", "24 h"),
    ],
)
def test_a_wait_is_told_in_words_and_never_too_short(seconds: float, korean: str, english: str) -> None:
    assert (duration(seconds, KO), duration(seconds, EN)) == (korean, english)


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
@pytest.mark.parametrize("bounds", [Bounds(user_quota=2)])
async def test_past_the_days_questions_one_message_says_when_they_are_renewed(
    telegram: Telegram, model: FakeModel, clock: Clock, user: int, texts: Texts
) -> None:
    for _ in range(2):
        for text in QUESTIONS[:2]:
            assert texts.user_quota not in (await hears(telegram, text, user=user))[0]
        clock.now += 3600
        told = texts.user_quota.format(count=2, wait=duration(23 * 3600, texts))
        assert await hears(telegram, QUESTIONS[2], user=user) == [told]
        for text in QUESTIONS:
            assert await hears(telegram, text, user=user) == []
        assert len(await hears(telegram, "/help", user=user)) == 1  # asks no model
        clock.now += 23 * 3600
    assert len(model.asked) == 4


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("bounds", [Bounds(user_cooldown=30)])
async def test_every_command_that_asks_the_model_waits(
    telegram: Telegram, model: FakeModel, clock: Clock, question: str
) -> None:
    await hears(telegram, question, user=KOREAN)
    assert await hears(telegram, question, user=KOREAN) == [KO.user_cooldown.format(wait="30초")]
    assert await hears(telegram, question, user=KOREAN) == []
    clock.now += 30
    assert len(await hears(telegram, question, user=KOREAN)) == 1
    assert len(model.asked) == 2


@pytest.mark.parametrize(
    ("bounds", "korean"),
    [
        (Bounds(chat_cooldown=90), KO.chat_cooldown.format(wait="2분")),
        (Bounds(chat_quota=1), KO.chat_quota.format(count=1, wait="24시간")),
    ],
)
async def test_a_group_is_told_once_in_the_language_of_who_asked(telegram: Telegram, korean: str) -> None:
    await hears(telegram, "/sentiment good", user=ENGLISH, chat=GROUP)
    assert await hears(telegram, "/sentiment good", user=KOREAN, chat=GROUP) == [korean]
    assert await hears(telegram, "/sentiment good", user=ENGLISH, chat=GROUP) == []


@pytest.mark.parametrize(
    "bounds", [Bounds(user_cooldown=9, user_quota=1), Bounds(chat_cooldown=9, chat_quota=1)]
)
async def test_admins_neither_wait_nor_count(telegram: Telegram, model: FakeModel) -> None:
    for _ in range(5):
        await hears(telegram, "/sentiment good", user=ADMIN, chat=GROUP)
    await hears(telegram, "/sentiment good", user=ENGLISH, chat=GROUP)
    assert len(model.asked) == 6


@pytest.mark.parametrize("bounds", [Bounds(user_quota=1, user_cooldown=5)])
async def test_a_question_without_an_answer_does_not_count(telegram: Telegram, model: FakeModel) -> None:
    assert await hears(telegram, "/mask", user=ENGLISH) == [EN.usage["mask"].format(at="")]
    model.error = RuntimeError("broken")
    assert (await hears(telegram, "/sentiment good", user=ENGLISH))[0] == EN.unexpected
    model.error = None
    assert "Positive" in (await hears(telegram, "/sentiment good", user=ENGLISH))[0]
    assert await hears(telegram, "/sentiment good", user=ENGLISH) != []


@pytest.mark.parametrize("bounds", [Bounds(user_quota=2, user_cooldown=60)])
async def test_a_typo_is_mended_at_once_and_past_the_quota_the_answer_says_so(telegram: Telegram) -> None:
    await telegram.says("/sentiment godo", message_id=50)
    mended = await telegram.says("/sentiment good", edits=50)
    assert (mended.method, "Positive" in mended.text) == ("editMessageText", True)
    past = await telegram.says("/sentiment better", edits=50)
    assert past.method == "editMessageText"
    assert past.text == EN.user_quota.format(count=2, wait="24 h")
    assert await hears(telegram, "/sentiment good", user=ENGLISH) == []


@pytest.mark.parametrize("bounds", [Bounds(user_cooldown=60)])
async def test_an_edit_of_what_was_refused_waits_too_and_then_takes_its_place(
    telegram: Telegram, model: FakeModel, clock: Clock
) -> None:
    await telegram.says("/sentiment good")
    refused = await telegram.says("/sentiment good", message_id=50)
    await telegram.says("/sentiment better", edits=50)
    assert len(model.asked) == 1
    clock.now += 60
    answer = await telegram.says("/sentiment best", edits=50)
    assert (refused.method, answer.method) == ("sendMessage", "editMessageText")
    assert "Positive" in answer.text


@pytest.mark.parametrize("bounds", [Bounds(user_quota=2)])
async def test_an_update_that_comes_twice_counts_once(telegram: Telegram, model: FakeModel) -> None:
    update = telegram.message("/sentiment good")
    for _ in range(3):
        await telegram.application.process_update(update)
    assert len(model.asked) == 1
    assert "Positive" in (await hears(telegram, "/sentiment good", user=ENGLISH))[0]


@pytest.mark.parametrize("bounds", [Bounds(user_quota=1)])
async def test_votes_are_welcome_past_the_quota(telegram: Telegram) -> None:
    answer = await telegram.says("/sentiment good")
    assert await hears(telegram, "/sentiment good", user=ENGLISH) != []
    assert (await telegram.taps(answer.button("✅"))).text == EN.counted_toast.format(label="Positive")
