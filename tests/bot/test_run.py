from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.run import CannotStart, _free_port, run
from bot.settings import Settings
from tests.tiny import catalog_file, write_checkpoint


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_taken_port_gives_the_next_one_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        free = _free_port(Settings(playground_port=port))
        assert port < free <= port + 20
        shown = capsys.readouterr().out
        assert f"Port {port} is taken, using {free}." in shown
        assert "포트" in shown


def test_port_0_is_left_to_the_system() -> None:
    assert _free_port(Settings(playground_port=0)) == 0


def test_an_address_of_another_machine_is_one_line() -> None:
    with pytest.raises(CannotStart, match=r"PLAYGROUND_HOST 192\.0\.2\.1: "):
        _free_port(Settings(playground_host="192.0.2.1"))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"telegram_api_url": "http://127.0.0.1:9"}, "TELEGRAM_API_URL needs TELEGRAM_BOT_TOKEN"),
        ({"database_url": "nonsense"}, "DATABASE_URL"),
        ({"preset": "nonsense"}, "nonsense"),
    ],
)
def test_what_stops_the_start_is_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], settings: dict[str, str], reason: str
) -> None:
    assert here.exists()
    assert run(Settings.model_validate(settings)) == 1
    error = capsys.readouterr().err.strip()
    assert error.startswith("kobert-bot: ")
    assert reason in error
    assert "\n" not in error


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
