from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.application import build_application
from bot.run import CannotStart, _access, _group_presets, _page, _polling, _quotas, run
from bot.settings import Settings
from handlers.access import Reason
from handlers.context import Services
from models.catalog import load_catalog
from models.errors import UnknownPreset
from storage.store import Store
from tests.handlers.offline import FakeModel, OfflineRequest
from tests.tiny import catalog_file, write_checkpoint


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder and an environment without the settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    # A start logs to the standard error of its test, which is closed when the next one runs.
    monkeypatch.setattr(logging.getLogger(), "handlers", [*logging.getLogger().handlers])
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


class Hanging(OfflineRequest):
    """A server that never answers one method."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self.method = method
        self.asked = asyncio.Event()

    async def do_request(self, url: str, *args: object, **kwargs: object) -> tuple[int, bytes]:
        if url.endswith(self.method):
            self.asked.set()
            await asyncio.Event().wait()
        return await super().do_request(url, *args, **kwargs)  # type: ignore[arg-type]  # handed on as given


class Contested(OfflineRequest):
    """A server that gives the updates to somebody else at first, and then has none."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()
        for _ in range(2):
            self.refuse("getUpdates", 409, "Conflict: terminated by other getUpdates request")

    async def do_request(self, url: str, *args: object, **kwargs: object) -> tuple[int, bytes]:
        if url.endswith("getUpdates") and not self.refusals["getUpdates"]:
            self.free.set()
            await asyncio.sleep(0.05)
            return 200, b'{"ok": true, "result": []}'
        return await super().do_request(url, *args, **kwargs)  # type: ignore[arg-type]  # handed on as given


@pytest.mark.parametrize(
    ("preset", "named", "offered"),
    [
        ("builtin", (), ("builtin", "klue", "kobert", "google")),
        ("builtin", ("google", "builtin"), ("google", "builtin")),
        ("klue", ("google",), ("klue", "google")),
    ],
)
def test_groups_choose_from_the_presets_that_are_named_and_the_default(
    preset: str, named: tuple[str, ...], offered: tuple[str, ...]
) -> None:
    assert _group_presets(Settings(preset=preset, group_presets=named), load_catalog()) == offered


def test_a_preset_for_groups_that_there_is_not_is_one_line() -> None:
    with pytest.raises(UnknownPreset, match="there is no preset 'nope'"):
        _group_presets(Settings(group_presets=("nope",)), load_catalog())


def test_a_preset_that_there_is_not_is_told_before_anything_is_made(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Settings(group_presets=("nope",))) == 1
    assert "nope" in capsys.readouterr().err
    assert list(here.iterdir()) == []


async def test_a_taken_port_gives_the_next_one_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with _page(Settings(playground_port=port), "1:token") as url:
            free = int(url.rpartition(":")[2])
            assert port < free <= port + 20
            shown = capsys.readouterr().out
            assert f"Port {port} is taken, using {free}." in shown
            assert "포트" in shown


async def test_the_page_may_be_on_ipv6() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        port = taken.getsockname()[1]
        async with _page(Settings(playground_host="::1", playground_port=port), "1:token") as url:
            assert url.startswith("http://[::1]:")
            assert int(url.rpartition(":")[2]) > port


async def test_port_0_is_left_to_the_system(capsys: pytest.CaptureFixture[str]) -> None:
    async with _page(Settings(playground_port=0), "1:token") as url:
        assert int(url.rpartition(":")[2]) > 0
    assert capsys.readouterr().out == ""


async def test_an_address_of_another_machine_is_one_line() -> None:
    with pytest.raises(CannotStart, match=r"PLAYGROUND_HOST 192\.0\.2\.1: "):
        async with _page(Settings(playground_host="192.0.2.1"), "1:token"):
            pass


async def test_a_page_that_does_not_start_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def broken(**_: object) -> AsyncIterator[str]:
        if _:
            raise RuntimeError("the local Bot API server did not start")
        yield ""

    monkeypatch.setattr("bot.run.serve", broken)
    with pytest.raises(CannotStart, match="the local Bot API server did not start"):
        async with _page(Settings(playground_port=0), "1:token"):
            pass


async def test_a_stop_while_polling_is_set_up_is_orderly(here: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{here}/bot.db", pepper=b"pepper")
    request = Hanging("deleteWebhook")
    application = build_application(Services(FakeModel(), store), token="1:token", request=request)

    async def poll() -> None:
        async with _polling(application, "http://server"):
            raise AssertionError("it never gets here")

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        polling = group.create_task(poll())
        await request.asked.wait()
        polling.cancel()
    assert polling.cancelled()
    assert application.updater is not None
    assert not application.updater.running
    await store.close()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"telegram_api_url": "http://127.0.0.1:9"}, "TELEGRAM_API_URL needs TELEGRAM_BOT_TOKEN"),
        ({"database_url": "nonsense"}, "DATABASE_URL"),
        ({"preset": "nonsense"}, "nonsense"),
    ],
)
def test_what_stops_the_start_is_one_line(
    capsys: pytest.CaptureFixture[str], settings: dict[str, str], reason: str
) -> None:
    assert run(Settings.model_validate(settings)) == 1
    error = capsys.readouterr().err.strip()
    assert error.startswith("kobert-bot: ")
    assert reason in error
    assert "\n" not in error


@pytest.mark.parametrize("name", ["teaching_tests", "teaching_replays"])
def test_a_file_of_teaching_that_is_not_there_stops_the_start(
    here: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run(Settings.model_validate({name: {"sentiment": "gone.txt"}})) == 1
    line = f"kobert-bot: {name.upper()}: cannot read gone.txt for sentiment: No such file or directory\n"
    assert capsys.readouterr().err == line
    assert list(here.iterdir()) == []  # told before a database is made


def test_a_server_out_of_reach_is_one_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalog = catalog_file(here / "catalog.toml", builtin=str(write_checkpoint(here / "tiny")))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    settings = Settings.model_validate(
        {"telegram_bot_token": "1:secret", "telegram_api_url": f"http://127.0.0.1:{port}", "catalog": catalog}
    )
    assert run(settings) == 1
    error = capsys.readouterr().err
    assert f"no answer from the Bot API at http://127.0.0.1:{port}" in error.splitlines()[-1]
    assert "secret" not in error
    assert "Traceback" not in error


async def test_a_second_bot_with_the_same_token_is_one_line(
    here: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{here}/bot.db", pepper=b"pepper")
    request = Contested()
    application = build_application(Services(FakeModel(), store), token="1:token", request=request)
    async with asyncio.timeout(60), _polling(application, "http://server"):
        await request.free.wait()
    loud = [record for record in caplog.records if record.levelno >= logging.WARNING or record.exc_info]
    assert [(record.levelname, record.exc_info) for record in loud] == [("ERROR", None)]
    assert "another program takes this bot's updates" in loud[0].getMessage()
    await store.close()


def test_lists_and_limits_are_handed_to_the_handlers() -> None:
    settings = Settings(
        admin_ids=frozenset({1}),
        allowed_ids=frozenset({2, -5}),
        blocked_ids=frozenset({3}),
        user_cooldown=10,
        chat_cooldown=5,
        user_daily_quota=7,
        chat_daily_quota=9,
    )
    access = _access(settings, settings.admin_ids)
    reasons = [access.refusal(person, person) for person in (1, 2, 3, 4)]
    assert reasons == [None, None, Reason.BLOCKED, Reason.PRIVATE]
    bounds = _quotas(settings)._bounds
    assert (bounds.user_cooldown, bounds.chat_cooldown) == (10, 5)
    assert (bounds.user_quota, bounds.chat_quota) == (7, 9)


def test_the_deadline_is_handed_to_the_model_service(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}

    def build(_catalog: object, **settings: object) -> None:
        given.update(settings)
        raise CannotStart("seen enough")

    monkeypatch.setattr("bot.run.ModelService", build)
    assert run(Settings(answer_deadline=7)) == 1
    assert given["answer_deadline"] == 7
