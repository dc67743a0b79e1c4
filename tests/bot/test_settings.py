from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from bot.console import settings_or_fail
from bot.settings import (
    Settings,
    SettingsError,
    check_teaching_files,
    pseudonym_key,
    read_settings,
)
from bot.unread_settings import unread_settings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # away from a .env
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_anything_the_defaults_hold() -> None:
    settings = read_settings()
    assert settings.telegram_bot_token is None
    assert settings.database_url == "sqlite+aiosqlite:///var/kobert-bot.db"
    assert (settings.playground_host, settings.playground_port) == ("127.0.0.1", 8081)
    assert settings.concurrent_updates == 64


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("PRESET=klue\nQUEUE_SIZE=9\nSOMETHING_ELSE=1\n", encoding="utf-8")
    monkeypatch.setenv("PRESET", "google")
    assert (read_settings().preset, read_settings().queue_size) == ("google", 9)


def test_an_empty_value_is_the_default() -> None:
    empty = "TELEGRAM_BOT_TOKEN=\nADMIN_CHAT_ID=\nDEVICE=\nRETENTION_DAYS=\n"
    Path(".env").write_text(empty, encoding="utf-8")
    settings = read_settings()
    assert (settings.telegram_bot_token, settings.admin_chat_id, settings.device) == (None, None, "auto")
    assert settings.retention_days is None


def test_without_lists_and_limits_everybody_is_answered_as_often_as_they_like() -> None:
    settings = read_settings()
    assert settings.admin_ids == settings.allowed_ids == settings.blocked_ids == frozenset()
    assert settings.user_cooldown == settings.chat_cooldown == 0
    assert settings.user_daily_quota == settings.chat_daily_quota == 0


@pytest.mark.parametrize("ids", ["12,-1001", "12, -1001,", " -1001 12 "])
def test_lists_of_people_and_chats_are_forgiving(monkeypatch: pytest.MonkeyPatch, ids: str) -> None:
    monkeypatch.setenv("ALLOWED_IDS", ids)
    Path(".env").write_text("ADMIN_IDS=7\nBLOCKED_IDS=\n", encoding="utf-8")
    settings = read_settings()
    assert settings.allowed_ids == {12, -1001}
    assert settings.admin_ids == {7}
    assert settings.blocked_ids == frozenset()


@pytest.mark.parametrize(
    ("names", "read"),
    [("klue, builtin", ("klue", "builtin")), ("klue builtin klue,", ("klue", "builtin")), ("", ())],
)
def test_presets_for_groups_keep_their_order(
    monkeypatch: pytest.MonkeyPatch, names: str, read: tuple[str, ...]
) -> None:
    monkeypatch.setenv("GROUP_PRESETS", names)
    assert read_settings().group_presets == read


@pytest.mark.parametrize("url", ["http://h:1", "http://h:1/", "http://h:1/bot", "http://h:1/bot/"])
def test_a_server_may_be_given_with_or_without_bot(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("TELEGRAM_API_URL", url)
    assert read_settings().telegram_api_url == "http://h:1"


@pytest.mark.parametrize("level", ["debug", " INFO"])
def test_log_levels_are_forgiving(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    monkeypatch.setenv("LOG_LEVEL", level)
    assert read_settings().log_level == level.strip().upper()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEVICE", "tpu"),
        ("QUEUE_SIZE", "0"),
        ("RETENTION_DAYS", "0"),
        ("RETENTION_DAYS", "10000000000"),
        ("ANSWER_DEADLINE", "0"),
        ("ANSWER_DEADLINE", "inf"),
        ("PLAYGROUND_PORT", "99999"),
        ("TELEGRAM_API_URL", "telegram"),
        ("ADMIN_CHAT_ID", "me"),
        ("ALLOWED_IDS", "12,@group"),
        ("BLOCKED_IDS", "[anna]"),
        ("USER_COOLDOWN", "-1"),
        ("CHAT_COOLDOWN", "inf"),
        ("USER_DAILY_QUOTA", "-5"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_cannot_be_is_one_line_without_the_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    message = str(refused.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    assert value == "0" or value not in message
    assert "Value error" not in message
    assert "Input" not in message
    assert "must" in message


def test_files_are_named_by_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEACHING_TESTS", "sentiment = ratings test.txt,nli=klue.tsv")
    assert read_settings().teaching_tests == {"sentiment": "ratings test.txt", "nli": "klue.tsv"}
    assert read_settings().teaching_replays == {}


@pytest.mark.parametrize("value", ["ratings.txt", "mask=a.txt", "nli=", "nli=a.tsv, nli=b.tsv"])
def test_files_without_a_task_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TEACHING_TESTS", value)
    with pytest.raises(SettingsError, match=r"TEACHING_TESTS: .*must be task=file with commas between them"):
        read_settings()


def test_a_name_that_is_nearly_a_setting_is_told_with_the_one_that_is_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    env = (
        "TELEGRAM_BOT_TOKN=1:secret\nBOT_TOKEN=1:secret\nADMINS=7\nPRESET=klue\nadmin_ids=7\n"
        "COMPOSE_PROJECT_NAME=bot\nPORT=80\nHTTP_PROXY=\nTZ=Asia/Seoul\nPYTHONPATH=.\n"
    )
    Path(".env").write_text(env, encoding="utf-8")
    monkeypatch.setenv("TEACHING_TEST", "sentiment=a.txt")
    monkeypatch.setenv("ADMIN", "another program's")
    assert tuple(unread_settings()) == (
        "ADMINS is no setting and is not read; did you mean ADMIN_IDS?",
        "BOT_TOKEN is no setting and is not read; did you mean TELEGRAM_BOT_TOKEN?",
        "TEACHING_TEST is no setting and is not read; did you mean TEACHING_TESTS?",
        "TELEGRAM_BOT_TOKN is no setting and is not read; did you mean TELEGRAM_BOT_TOKEN?",
    )


def test_the_example_has_no_misspelt_name() -> None:
    example = Path(__file__).parents[2] / ".env.example"
    Path(".env").write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    assert tuple(unread_settings()) == ()


def test_a_line_that_is_no_setting_is_told_by_its_number() -> None:
    env = "\n# PRESET\n\nPRESET klue\r\nexport DEVICE=cpu\n\n  1:secret\nTZ='a\nb'\nPRESET\nQUEUE_SIZE='9\n"
    Path(".env").write_text(env, encoding="utf-8", newline="")
    assert tuple(unread_settings()) == tuple(
        f".env: line {number} is no NAME=value and is not read" for number in (4, 7, 10, 11)
    )


def test_every_value_that_cannot_be_is_named_beside_the_names_that_are_not_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path(".env").write_text("TELEGRAM_TOKEN=1:secret\nQUEUE_SIZE=0\nDEVICE=tpu\n", encoding="utf-8")
    with pytest.raises(typer.Exit):
        settings_or_fail()
    assert capsys.readouterr().err.splitlines() == [
        "kobert-bot: TELEGRAM_TOKEN is no setting and is not read; did you mean TELEGRAM_BOT_TOKEN?",
        "kobert-bot: DEVICE: must be 'auto', 'cpu' or 'cuda'; QUEUE_SIZE: must be greater than or equal to 1",
    ]


@pytest.mark.parametrize("read", [read_settings, lambda: [*unread_settings()]])
def test_a_file_of_settings_that_is_not_utf_8_is_one_line(read: Callable[[], object]) -> None:
    Path(".env").write_bytes("PRESET=한국어".encode("cp949"))
    with pytest.raises(SettingsError, match=r"^\.env is not UTF-8$"):
        read()


@pytest.mark.parametrize("name", ["TEACHING_TESTS", "TEACHING_REPLAYS"])
def test_a_file_of_teaching_that_cannot_be_read_is_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    Path("there.txt").write_text("document\tlabel\n", encoding="utf-8")
    monkeypatch.setenv(name, "sentiment=there.txt,nli=https://example.org/dev.json")
    check_teaching_files(read_settings())
    monkeypatch.setenv(name, "sentiment=there.txt,nli=gone.tsv")
    with pytest.raises(SettingsError, match=rf"^{name}: cannot read gone\.tsv for nli: No such file"):
        check_teaching_files(read_settings())


def test_the_token_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:secret")
    monkeypatch.setenv("PSEUDONYM_KEY", "pepper")
    assert "secret" not in repr(read_settings())
    assert "pepper" not in repr(read_settings())


def test_a_given_key_is_used(tmp_path: Path) -> None:
    file = tmp_path / "var" / "key"
    assert pseudonym_key(Settings(pseudonym_key="pepper"), file) == b"pepper"
    assert not file.exists()


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "var" / "key"
    key = pseudonym_key(Settings(), file)
    assert len(key) == 64
    assert pseudonym_key(Settings(), file) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["key"]


def test_a_key_that_is_there_is_only_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "var" / "key"
    key = pseudonym_key(Settings(), file)
    monkeypatch.setattr("os.open", lambda *_: pytest.fail("the folder may be read-only by now"))
    assert pseudonym_key(Settings(), file) == key


def test_a_new_key_is_on_the_disk_in_a_folder_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    monkeypatch.setattr("os.fsync", lambda number: synced.append(stat.S_ISDIR(os.fstat(number).st_mode)))
    pseudonym_key(Settings(), tmp_path / "var" / "key")
    assert synced == [False, True]
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_a_key_that_cannot_be_kept_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(SettingsError, match="PSEUDONYM_KEY: cannot keep a key in"):
        pseudonym_key(Settings(), tmp_path / "var" / "key")
