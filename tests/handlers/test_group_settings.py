from __future__ import annotations

import asyncio
from functools import partial

import pytest

from handlers.access import Access, Lists
from handlers.callback_data import encode
from handlers.quota import Bounds, Quotas
from handlers.replies.settings import preset_key
from handlers.replies.texts import EN, KO, Texts
from handlers.taps import Setting, SettingTap
from storage.store import GroupSettings, Store, Voters
from tests.handlers.offline import (
    ANONYMOUS_ADMIN,
    BOT_NAME,
    CHANNEL,
    ENGLISH,
    GROUP,
    KOREAN,
    LINKED_CHANNEL,
    Call,
    FakeModel,
    Telegram,
    captioned,
)

LINK = f"https://t.me/{BOT_NAME}?start=settings_{-GROUP}"
START = f"/start settings_{-GROUP}"
MOVED = "Bad Request: group chat was upgraded to a supergroup chat"
NO_CHANGE = GroupSettings()


@pytest.fixture
def lists() -> Lists:
    return Lists()


@pytest.fixture
def access(lists: Lists) -> Access:
    return Access(lists)


@pytest.fixture
def bounds() -> Bounds:
    return Bounds()


@pytest.fixture
def quotas(bounds: Bounds) -> Quotas:
    return Quotas(bounds)


@pytest.fixture
async def telegram(telegram: Telegram) -> Telegram:
    """A group that both people administer."""
    telegram.request.admins = {ENGLISH, KOREAN}
    return telegram


def faces(call: Call) -> list[list[str]]:
    return [[button["text"] for button in row] for row in call.buttons]


def ticked(call: Call) -> list[str]:
    return [face.split(maxsplit=2)[2] for row in faces(call) for face in row if face.startswith("✓")]


def checks(telegram: Telegram) -> int:
    return sum(call.method == "getChatMember" for call in telegram.request.calls)


async def test_an_administrator_sees_how_everything_is_set_and_what_it_may_be(telegram: Telegram) -> None:
    panel = await telegram.says("/settings", chat=GROUP)
    assert panel.text == EN.settings.format(
        title="Group",
        language=EN.each_own_language,
        voters=EN.voters_everybody,
        pause=EN.no_pause,
        preset="builtin (default)",
    )
    assert faces(panel) == [
        ["✓ 🌐 each member's own", "🌐 한국어", "🌐 English"],
        ["✓ 🗳 everybody", "🗳 admins only"],
        ["✓ ⏳ none", "⏳ 10 s", "⏳ 30 s"],
        ["⏳ 1 min", "⏳ 5 min", "⏳ 10 min"],
        ["✓ 🤖 builtin (default)", "🤖 klue", "🤖 google"],
        [EN.open_in_private_button],
    ]
    assert panel.buttons[-1][0]["url"] == LINK
    assert len(telegram.answers) == 1


@pytest.mark.parametrize(
    ("face", "expected", "shown"),
    [
        ("🌐 한국어", GroupSettings(language="ko"), "한국어"),
        ("🌐 English", GroupSettings(language="en"), "English"),
        ("🗳", GroupSettings(voters=Voters.ADMINS), EN.voters_admins),
        ("⏳ 5 min", GroupSettings(cooldown=300), "5 min"),
        ("🤖 klue", GroupSettings(preset="klue"), "klue"),
    ],
)
async def test_a_button_changes_its_setting_and_the_message_shows_it(
    telegram: Telegram, store: Store, face: str, expected: GroupSettings, shown: str
) -> None:
    panel = await telegram.says("/settings", chat=GROUP)
    toast = await telegram.taps(panel.button(face), chat=GROUP)
    assert toast.text == EN.setting_changed_toast
    assert await store.group_settings(GROUP) == expected
    edited = telegram.answers[-1]
    assert edited.method == "editMessageText"
    assert shown in ticked(edited)
    assert shown in edited.text
    assert len(ticked(edited)) == 4
    toast = await telegram.taps(panel.button(face), chat=GROUP)
    assert toast.text == EN.setting_unchanged_toast


async def test_a_preset_that_does_not_serve_everything_says_what(telegram: Telegram) -> None:
    panel = await telegram.says("/settings", chat=GROUP)
    await telegram.taps(panel.button("🤖 google"), chat=GROUP)
    assert "google does not answer: Sentiment. Another model does" in telegram.answers[-1].text


async def test_every_setting_goes_back_to_what_it_was(telegram: Telegram, store: Store) -> None:
    panel = await telegram.says("/settings", chat=GROUP)
    before = [button["callback_data"] for row in panel.buttons for button in row if "✓" in button["text"]]
    for face in ("🌐 English", "🗳", "⏳ 5 min", "🤖 klue"):
        await telegram.taps(panel.button(face), chat=GROUP)
    assert await store.group_settings(GROUP) == GroupSettings("en", "klue", Voters.ADMINS, 300)
    for data in before:
        await telegram.taps(data, chat=GROUP)
    assert await store.group_settings(GROUP) == NO_CHANGE
    assert telegram.answers[-1].text == panel.text
    assert faces(telegram.answers[-1]) == faces(panel)


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_a_member_is_told_kindly_and_changes_nothing(
    telegram: Telegram, store: Store, user: int, texts: Texts
) -> None:
    panel = await telegram.says("/settings", chat=GROUP)
    telegram.request.admins = set()
    assert (await telegram.says("/settings", user=user, chat=GROUP)).text == texts.only_admins_toast
    toast = await telegram.taps(panel.button("🗳"), user=user, chat=GROUP)
    assert (toast.text, toast.data["show_alert"]) == (texts.only_admins_toast, "true")
    assert await store.group_settings(GROUP) == NO_CHANGE
    assert len(telegram.answers) == 2


async def test_a_member_is_told_so_once_and_hears_nothing_more(telegram: Telegram) -> None:
    telegram.request.admins = set()
    for _ in range(3):
        await telegram.says("/settings", user=KOREAN, chat=GROUP)
    await telegram.says("/settings", user=KOREAN, chat=GROUP, message_id=500, extra=CHANNEL)
    await telegram.says("/settings", user=KOREAN, chat=GROUP - 1)
    await telegram.says("/settings", user=ENGLISH, chat=GROUP)
    told = [(answer.method, answer.data["chat_id"], answer.text) for answer in telegram.answers]
    assert told == [
        ("sendMessage", GROUP, KO.only_admins_toast),
        ("sendMessage", GROUP, EN.only_admins_toast),  # the channel speaks English here
        ("sendMessage", GROUP - 1, KO.only_admins_toast),
        ("sendMessage", GROUP, EN.only_admins_toast),
    ]
    await telegram.says("/sentiment good", user=ENGLISH, chat=GROUP, message_id=600)
    mended = await telegram.says("/settings", user=ENGLISH, chat=GROUP, edits=600)
    assert (mended.method, mended.text) == ("editMessageText", EN.only_admins_toast)


async def test_who_is_no_administrator_any_more_is_found_out_at_the_next_tap(
    telegram: Telegram, store: Store
) -> None:
    panel = await telegram.says(START)
    await telegram.taps(panel.button("🗳"))
    before = checks(telegram)
    telegram.request.admins = set()
    assert (await telegram.taps(panel.button("🌐 한국어"))).text == EN.only_admins_toast
    assert checks(telegram) == before + 1
    assert await store.group_settings(GROUP) == GroupSettings(voters=Voters.ADMINS)
    assert (await telegram.says(START)).text == EN.not_your_group.format(name=BOT_NAME)


async def test_an_anonymous_administrator_asks_and_taps(telegram: Telegram, store: Store) -> None:
    telegram.request.admins = {KOREAN}
    panel = await telegram.says("/settings", user=5, chat=GROUP, extra=ANONYMOUS_ADMIN)
    assert ticked(panel)[0] == EN.each_own_language
    assert not any("url" in button for row in panel.buttons for button in row)  # whose chat would it be?
    assert checks(telegram) == 0
    toast = await telegram.taps(panel.button("🗳"), user=KOREAN, chat=GROUP)
    assert toast.text == KO.setting_changed_toast
    assert await store.group_settings(GROUP) == GroupSettings(voters=Voters.ADMINS)


@pytest.mark.parametrize("sender", [CHANNEL, LINKED_CHANNEL])
async def test_a_channel_administers_nothing(telegram: Telegram, sender: dict[str, object]) -> None:
    telegram.request.admins = {136817688, 777000}
    said = await telegram.says("/settings", chat=GROUP, extra=sender)
    assert said.text == EN.only_admins_toast


async def test_the_panel_speaks_the_language_that_its_group_has_just_chosen(telegram: Telegram) -> None:
    panel = await telegram.says("/settings", chat=GROUP)
    await telegram.taps(panel.button("🌐 한국어"), chat=GROUP)
    redrawn = telegram.answers[-1]
    assert redrawn.text.startswith(KO.settings.split("{")[0])
    assert redrawn.buttons[-1][0]["url"] == LINK


async def test_a_group_that_hides_its_members_shows_who_leads_it(telegram: Telegram, store: Store) -> None:
    for _ in range(3):
        telegram.request.refuse("getChatMember", 400, "Bad Request: member list is inaccessible")
    panel = await telegram.says("/settings", chat=GROUP)
    await telegram.taps(panel.button("🗳"), chat=GROUP)
    assert await store.group_settings(GROUP) == GroupSettings(voters=Voters.ADMINS)
    assert (await telegram.taps(panel.button("🗳"), user=7, chat=GROUP)).text == EN.only_admins_toast


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_in_private_it_says_where_settings_are(telegram: Telegram, user: int, texts: Texts) -> None:
    said = await telegram.says("/settings", user=user)
    assert said.text == texts.settings_in_groups.format(name=BOT_NAME)


@pytest.mark.parametrize(("user", "texts"), [(KOREAN, KO), (ENGLISH, EN)])
async def test_the_link_shows_the_settings_in_private_and_they_are_changed_there(
    telegram: Telegram, store: Store, user: int, texts: Texts
) -> None:
    panel = await telegram.says(START, user=user)
    assert panel.data["chat_id"] == user
    assert panel.text.startswith(texts.settings.split("{")[0] + "Group")
    assert not any("url" in button for row in panel.buttons for button in row)
    assert checks(telegram) == 1
    toast = await telegram.taps(panel.button("🌐 English"), user=user)
    assert toast.text == texts.setting_changed_toast
    assert await store.group_settings(GROUP) == GroupSettings(language="en")
    assert telegram.answers[-1].data["chat_id"] == user
    assert texts.settings.split("{")[0] in telegram.answers[-1].text  # in its reader's own language
    assert not any("url" in button for row in telegram.answers[-1].buttons for button in row)  # it leads here
    assert await store.group_settings(user) == NO_CHANGE


@pytest.mark.parametrize(
    ("code", "description"),
    [
        (400, "Bad Request: chat not found"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (403, "Forbidden: bot is not a member of the supergroup chat"),
    ],
)
async def test_of_a_group_that_the_bot_is_not_in_nothing_is_told(
    telegram: Telegram, code: int, description: str
) -> None:
    telegram.request.refuse("getChat", code, description)
    said = await telegram.says(START)
    assert said.text == EN.not_your_group.format(name=BOT_NAME)
    assert checks(telegram) == 0


@pytest.mark.parametrize(
    "description", ["Bad Request: PARTICIPANT_ID_INVALID", "Forbidden: bot was kicked from the group chat"]
)
async def test_a_stranger_to_the_group_is_told_nothing_of_it(telegram: Telegram, description: str) -> None:
    telegram.request.admins = set()
    code = 403 if description.startswith("Forbidden") else 400
    telegram.request.refuse("getChatMember", code, description)
    telegram.request.refuse("getChatAdministrators", 400, "Bad Request: CHAT_ADMIN_REQUIRED")
    said = await telegram.says(START)
    assert said.text == EN.not_your_group.format(name=BOT_NAME)


@pytest.mark.parametrize("payload", ["settings_", "settings_x", f"settings_{'9' * 16}", "settings", "x"])
async def test_any_other_link_starts_as_ever(telegram: Telegram, payload: str) -> None:
    assert (await telegram.says(f"/start {payload}")).text.startswith(EN.start)


async def test_a_person_is_no_group(telegram: Telegram) -> None:
    data = encode(SettingTap(-KOREAN, Setting.VOTERS, "admins", "en"))
    assert (await telegram.says(f"/start settings_{KOREAN}")).text.startswith(EN.settings.split("{")[0])
    telegram.request.refuse("getChat", 400, "Bad Request: chat not found")
    assert (await telegram.taps(data)).text == EN.only_admins_toast


async def test_a_channel_is_no_group(telegram: Telegram, store: Store) -> None:
    telegram.request.channels = {-1009}
    said = await telegram.says("/start settings_1009")
    assert said.text == EN.not_your_group.format(name=BOT_NAME)
    toast = await telegram.taps(encode(SettingTap(-1009, Setting.VOTERS, "admins", "en")))
    assert toast.text == EN.only_admins_toast
    assert await store.group_settings(-1009) == NO_CHANGE


async def test_a_link_in_a_group_starts_as_ever(telegram: Telegram) -> None:
    assert (await telegram.says(START, chat=GROUP)).text.startswith(EN.start)


async def test_behind_an_old_link_a_group_that_moved_is_found(telegram: Telegram, store: Store) -> None:
    await store.change_group_settings(GROUP, lambda _: GroupSettings(voters=Voters.ADMINS))
    telegram.request.refuse("getChat", 400, MOVED, migrate_to_chat_id=-1002)
    panel = await telegram.says(START)
    assert EN.voters_admins in ticked(panel)
    await telegram.taps(panel.button("🌐 한국어"))
    assert await store.group_settings(-1002) == GroupSettings("ko", voters=Voters.ADMINS)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (Setting.LANGUAGE, "fr"),
        (Setting.VOTERS, ""),
        (Setting.VOTERS, "nobody"),
        (Setting.COOLDOWN, "1"),
        (Setting.COOLDOWN, "099"),
        (Setting.COOLDOWN, "x"),
        (Setting.PRESET, ""),
        (Setting.PRESET, preset_key("kobert")),
    ],
)
async def test_what_no_button_says_is_an_old_button(
    telegram: Telegram, store: Store, setting: Setting, value: str
) -> None:
    toast = await telegram.taps(encode(SettingTap(GROUP, setting, value, "en")), chat=GROUP)
    assert (toast.text, toast.data["show_alert"]) == (EN.old_button_toast, "true")
    assert await store.group_settings(GROUP) == NO_CHANGE


@pytest.mark.parametrize("bounds", [Bounds(chat_cooldown=45)])
async def test_the_operators_pause_is_the_least(telegram: Telegram, store: Store, model: FakeModel) -> None:
    panel = await telegram.says("/settings", chat=GROUP)
    assert [face for row in faces(panel)[2:4] for face in row] == [
        "✓ ⏳ 45 s",
        "⏳ 1 min",
        "⏳ 5 min",
        "⏳ 10 min",
    ]
    toast = await telegram.taps(encode(SettingTap(GROUP, Setting.COOLDOWN, "30", "en")), chat=GROUP)
    assert toast.text == EN.old_button_toast
    await store.change_group_settings(GROUP, lambda _: GroupSettings(cooldown=30))  # when it was allowed
    assert "45 s" in ticked(await telegram.says("/settings", chat=GROUP))
    await telegram.says("/sentiment good", chat=GROUP)
    refused = await telegram.says("/sentiment good", chat=GROUP)
    assert refused.text == EN.chat_cooldown.format(wait="45 s")
    assert len(model.asked) == 1


async def test_the_groups_pause_holds_in_the_group_alone(telegram: Telegram, model: FakeModel) -> None:
    panel = await telegram.says("/settings", chat=GROUP)
    await telegram.taps(panel.button("⏳ 1 min"), chat=GROUP)
    await telegram.says("/sentiment good", chat=GROUP)
    refused = await telegram.says("/sentiment good", user=KOREAN, chat=GROUP)
    assert refused.text == KO.chat_cooldown.format(wait="1분")
    for chat in (ENGLISH, ENGLISH, GROUP - 1, GROUP - 1):
        await telegram.says("/sentiment good", chat=chat)
    assert len(model.asked) == 5


@pytest.mark.parametrize(
    "command",
    ["/mask I go to ___.", "/nsp a | b", "/sentiment good", "/nli a | b", "/tokens a", "/help", "/language"],
)
async def test_the_groups_language_is_that_of_every_answer_there(
    telegram: Telegram, store: Store, command: str
) -> None:
    korean = await telegram.says(command, user=KOREAN, chat=GROUP)
    await store.change_group_settings(GROUP, lambda _: GroupSettings(language="ko"))
    english = await telegram.says(command, chat=GROUP)
    if command == "/language":
        assert (korean.text, english.text) == (KO.language_question, KO.language_of_group)
    else:
        assert english.text == korean.text
    assert (await telegram.says(command)).text != korean.text  # in private their own


async def test_in_the_groups_language_are_mistakes_too_and_toasts_are_in_their_readers(
    telegram: Telegram, store: Store, model: FakeModel
) -> None:
    await store.change_group_settings(GROUP, lambda _: GroupSettings(language="ko"))
    assert (await telegram.says("/mask", chat=GROUP)).text == KO.usage["mask"].format(at=f"@{BOT_NAME}")
    assert (await telegram.says("/mydata", chat=GROUP)).text.startswith(KO.only_in_private[:8])
    answer = await telegram.says("/sentiment good", chat=GROUP)
    assert (await telegram.taps(answer.button("✅"), chat=GROUP)).text.startswith("Thank you")
    model.error = RuntimeError("broken")
    await telegram.says("/sentiment good", chat=GROUP)
    assert KO.unexpected in [call.text for call in telegram.answers[-2:]]


@pytest.mark.parametrize(
    ("language", "toast"), [("ko", EN.language_set_elsewhere_toast), ("en", EN.language_set_toast)]
)
async def test_who_chooses_a_language_where_the_group_has_its_own_hears_where_theirs_holds(
    telegram: Telegram, store: Store, language: str, toast: str
) -> None:
    await store.change_group_settings(GROUP, lambda _: GroupSettings(language=language))
    question = await telegram.says("/language", chat=GROUP)
    assert (await telegram.taps(question.button("English"), chat=GROUP)).text == toast
    assert await store.language(ENGLISH) == "en"


@pytest.mark.parametrize(
    ("command", "asked"),
    [
        ("/mask a ___", ("mask", "a ___")),
        ("/nsp a | b", ("nsp", "a", "b")),
        ("/sentiment a", ("sentiment", "a")),
        ("/nli a | b", ("nli", "a", "b")),
        ("/tokens a", ("tokens", "a", None)),
    ],
)
async def test_the_groups_models_answer_there(
    telegram: Telegram, store: Store, model: FakeModel, command: str, asked: tuple[str, ...]
) -> None:
    await store.change_group_settings(GROUP, lambda _: GroupSettings(preset="klue"))
    await telegram.says(command, chat=GROUP)
    await telegram.says(command)
    assert model.asked == [(*asked, "klue"), (*asked, None)]


@pytest.mark.parametrize(
    "command", ["/mask ___", "/nli a | b", "/sentiment a", "/tokens a", "/help", "/settings"]
)
async def test_a_command_looks_the_settings_up_once(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    asked: list[int] = []

    async def group_settings(_: Store, chat_id: int) -> GroupSettings:
        asked.append(chat_id)
        return GroupSettings("ko")

    monkeypatch.setattr(Store, "group_settings", group_settings)
    await telegram.says(command, chat=GROUP)
    await telegram.says(command)
    assert asked == [GROUP]


async def test_a_command_in_a_caption_goes_by_the_settings_too(
    telegram: Telegram, store: Store, model: FakeModel
) -> None:
    await store.change_group_settings(GROUP, lambda _: GroupSettings("ko", "klue"))
    answer = await telegram.says("", chat=GROUP, extra=captioned("/sentiment good"))
    assert "긍정" in answer.text
    assert model.asked == [("sentiment", "good", "klue")]


async def test_a_preset_that_is_not_offered_any_more_is_the_default(
    telegram: Telegram, store: Store, model: FakeModel
) -> None:
    await store.change_group_settings(GROUP, lambda _: GroupSettings(preset="gone"))
    await telegram.says("/sentiment a", chat=GROUP)
    assert model.asked == [("sentiment", "a", None)]
    assert "builtin (default)" in ticked(await telegram.says("/settings", chat=GROUP))


async def test_where_only_administrators_vote_others_are_told_and_take_their_votes_back(
    telegram: Telegram, store: Store
) -> None:
    telegram.request.admins = {KOREAN}
    answer = await telegram.says("/sentiment good", chat=GROUP)
    await telegram.taps(answer.button("✅"), chat=GROUP)
    undo = telegram.keyboards[-1].button("↩️")
    await store.change_group_settings(GROUP, lambda _: GroupSettings(voters=Voters.ADMINS))
    toast = await telegram.taps(answer.button("Negative"), chat=GROUP)
    assert (toast.text, toast.data["show_alert"]) == (EN.only_admins_vote_toast, "true")
    assert [row.label async for row in store.feedback()] == ["positive"]
    assert (await telegram.taps(undo, chat=GROUP)).text == EN.undone_toast
    toast = await telegram.taps(answer.button("✅"), user=KOREAN, chat=GROUP)
    assert toast.text == KO.counted_toast.format(label="긍정")
    private = await telegram.says("/sentiment good")
    assert (await telegram.taps(private.button("✅"))).text.startswith("Thank you")


@pytest.mark.parametrize("lists", [Lists(blocked=frozenset({GROUP, KOREAN}))])
async def test_who_is_not_answered_sees_and_changes_nothing(telegram: Telegram, store: Store) -> None:
    assert (await telegram.says(START)).text == EN.blocked_toast
    data = partial(SettingTap, setting=Setting.VOTERS, value="admins", language="en")
    assert (await telegram.taps(encode(data(GROUP)))).text == EN.blocked_toast
    assert (await telegram.taps(encode(data(GROUP - 1)), user=KOREAN)).text == KO.blocked_toast
    for chat in (GROUP, GROUP - 1):
        assert await store.group_settings(chat) == NO_CHANGE


@pytest.mark.parametrize("lists", [Lists(allowed=frozenset({GROUP}))])
async def test_who_is_not_answered_in_private_finds_no_link_there(telegram: Telegram) -> None:
    panel = await telegram.says("/settings", chat=GROUP)
    assert not any("url" in button for row in panel.buttons for button in row)
    assert len(ticked(panel)) == 4


async def test_a_groups_name_is_text(telegram: Telegram) -> None:
    chat = {"chat": {"id": GROUP, "type": "supergroup", "title": "<b>A & B</b>"}}
    panel = await telegram.says("/settings", chat=GROUP, extra=chat)
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in panel.text


async def test_taps_of_two_at_once_are_both_kept_and_shown(telegram: Telegram, store: Store) -> None:
    panel = await telegram.says("/settings", chat=GROUP)
    taps = [
        telegram.tap(panel.button("🗳"), chat=GROUP),
        telegram.tap(panel.button("🤖 klue"), user=KOREAN, chat=GROUP),
        telegram.tap(panel.button("⏳ 30 s"), chat=GROUP),
    ]
    await asyncio.gather(*(telegram.application.process_update(tap) for tap in taps))
    assert await store.group_settings(GROUP) == GroupSettings(None, "klue", Voters.ADMINS, 30)
    assert ticked(telegram.answers[-1])[1:] == [EN.voters_admins, "30 s", "klue"]


async def test_a_tap_whose_toast_is_slow_overwrites_no_newer_state(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = await telegram.says("/settings", chat=GROUP)
    request, slow = telegram.request.do_request, asyncio.Event()

    async def slow_at_first(url: str, *args: object, **kwargs: object) -> tuple[int, bytes]:
        if url.endswith("answerCallbackQuery") and not telegram.toasts:
            answer = await request(url, *args, **kwargs)  # type: ignore[arg-type]  # handed on as given
            await slow.wait()
            return answer
        return await request(url, *args, **kwargs)  # type: ignore[arg-type]  # handed on as given

    monkeypatch.setattr(telegram.request, "do_request", slow_at_first)
    process = telegram.application.process_update
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        group.create_task(process(telegram.tap(panel.button("🗳"), chat=GROUP)))
        while not telegram.toasts:  # noqa: ASYNC110  # the request only records
            await asyncio.sleep(0.01)
        await process(telegram.tap(panel.button("🤖 klue"), chat=GROUP))
        slow.set()
    assert {EN.voters_admins, "klue"} <= set(ticked(telegram.answers[-1]))


async def test_an_edited_command_shows_settings_in_place_of_its_answer(telegram: Telegram) -> None:
    await telegram.says("/help", chat=GROUP, message_id=5)
    panel = await telegram.says("/settings", chat=GROUP, edits=5)
    assert panel.method == "editMessageText"
    assert len(ticked(panel)) == 4
