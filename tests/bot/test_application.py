from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram import Update

from bot.application import ALLOWED_UPDATES, build_application, introduce
from handlers.commands import COMMANDS
from handlers.context import Services
from handlers.menus import GROUP, GROUP_ADMINS, PRIVATE, menu
from handlers.replies.texts import LANGUAGES
from storage.store import Store
from tests.databases import with_tables
from tests.handlers.offline import FakeModel, OfflineRequest


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(with_tables(tmp_path / "bot.db"), pepper=b"pepper")
    yield store
    await store.close()


def services(store: Store) -> Services:
    return Services(FakeModel(), store)


async def test_menus_and_descriptions_are_set_in_both_languages(store: Store) -> None:
    request = OfflineRequest()
    async with build_application(services(store), token="1:token", request=request) as application:
        await introduce(application.bot)
    menus = {
        (call.data["scope"]["type"], call.data.get("language_code", "")): call.data["commands"]
        for call in request.calls
        if call.method == "setMyCommands"
    }
    assert menus == {
        (scope, "" if language == "en" else language): [one.to_dict() for one in menu(names, language)]
        for language in LANGUAGES
        for scope, names in (
            ("default", PRIVATE),
            ("all_private_chats", PRIVATE),
            ("all_group_chats", GROUP),
            ("all_chat_administrators", GROUP_ADMINS),
        )
    }
    assert "settings" not in PRIVATE
    assert "settings" not in GROUP
    assert set(GROUP_ADMINS) - set(GROUP) == {"settings", "label"}
    assert set(PRIVATE) - set(GROUP) == {"label", "mystats", "mydata", "forgetme", "start"}
    described = [call.method for call in request.calls if "Description" in call.method]
    assert sorted(described) == ["setMyDescription"] * 2 + ["setMyShortDescription"] * 2


async def test_the_operators_chat_has_a_menu_of_its_own(store: Store) -> None:
    request = OfflineRequest()
    async with build_application(services(store), token="1:token", request=request) as application:
        await introduce(application.bot, 77)
    scopes = [call.data for call in request.calls if call.method == "setMyCommands"]
    own = [data for data in scopes if data["scope"] == {"type": "chat", "chat_id": 77}]
    assert {data.get("language_code", "") for data in own} == {"", "ko"}
    assert {one["command"] for one in own[0]["commands"]} == set(COMMANDS)


async def test_what_operators_may_is_in_their_menus_alone(store: Store) -> None:
    request = OfflineRequest()
    async with build_application(services(store), token="1:token", request=request) as application:
        await introduce(application.bot, admins={5})
    offered = {
        call.data["scope"].get("chat_id"): [one["command"] for one in call.data["commands"]]
        for call in request.calls
        if call.method == "setMyCommands"
    }
    assert "models" in offered[5]
    assert set(PRIVATE) < set(offered[5])
    assert "models" not in {*offered[None], *PRIVATE, *GROUP, *GROUP_ADMINS}


async def test_a_server_that_refuses_them_is_one_line_each(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    request = OfflineRequest()
    for code in (400, 404):
        for method in ("setMyCommands", "setMyDescription", "setMyShortDescription"):
            request.refuse(method, code, "method not found")
    async with build_application(services(store), token="1:token", request=request) as application:
        await introduce(application.bot)
    warnings = [record for record in caplog.records if record.name == "bot.application"]
    assert len(warnings) == 6
    assert all("\n" not in record.getMessage() and record.exc_info is None for record in warnings)


async def test_a_stop_while_they_are_set_leaves_no_call_unmade(store: Store) -> None:
    request = OfflineRequest()
    async with build_application(services(store), token="1:token", request=request) as application:
        introducing = asyncio.ensure_future(introduce(application.bot))
        while "setMyCommands" not in [call.method for call in request.calls]:  # noqa: ASYNC110  # the request only records
            await asyncio.sleep(0)
        introducing.cancel()
        await asyncio.gather(introducing, return_exceptions=True)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            del introducing
            gc.collect()
    assert [str(one.message) for one in caught if "never awaited" in str(one.message)] == []


async def test_it_works_on_many_updates_at_once_and_asks_for_those_it_handles(store: Store) -> None:
    application = build_application(services(store), token="1:token", concurrent_updates=7)
    assert application.concurrent_updates == 7
    assert ALLOWED_UPDATES == [
        Update.MESSAGE,
        Update.EDITED_MESSAGE,
        Update.CALLBACK_QUERY,
        Update.INLINE_QUERY,
        Update.MY_CHAT_MEMBER,
    ]
    assert application.bot.base_url == "https://api.telegram.org/bot1:token"


async def test_another_server_is_given_without_bot(store: Store) -> None:
    application = build_application(services(store), token="1:token", api_url="http://127.0.0.1:8081")
    assert application.bot.base_url == "http://127.0.0.1:8081/bot1:token"
    assert application.bot.base_file_url == "http://127.0.0.1:8081/file/bot1:token"
