from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from models.downloads import DownloadProgress, Watch
from storage.store import ConsentStatus, NewPrediction, Store
from tests.tiny import catalog_file, write_checkpoint
from tests.trained import scores_of, trained


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    return catalog_file(folder / "catalog.toml", builtin=str(write_checkpoint(folder / "checkpoint")))


@pytest.fixture(autouse=True)
def surroundings(catalog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CATALOG", str(catalog))
    monkeypatch.setenv("DEVICE", "cpu")


def call(*arguments: str | Path, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (("mask", "축구는 정말 재미있는 [MASK]다"), {"masks", "text"}),
        (("nsp", "나는 오늘", "회사에 출근을 했다"), {"label", "scores"}),
        (("sentiment", "이 영화는 너무 좋다"), {"label", "scores"}),
        (("nli", "나는 오늘 | 회사에"), {"label", "scores"}),
        (("tokens", "영화 놀이"), {"tokens"}),
    ],
)
def test_each_task_answers_in_json_and_in_words(arguments: tuple[str, ...], keys: set[str]) -> None:
    result = call("ask", *arguments, "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer.keys() >= {"task", "model", "truncated"} | keys
    assert (answer["task"], answer["model"]) == (arguments[0], "builtin")
    words = call("ask", *arguments)
    assert words.exit_code == 0
    assert re.search(r"— builtin \([0-9a-f]{6}\)\n$", words.stdout)


def test_the_champion_answers_and_others_by_their_names(tmp_path: Path) -> None:
    """As the bot's chats are answered; what the database has not, cannot be asked."""

    async def train() -> None:
        store = await Store.open("sqlite+aiosqlite:///var/kobert-bot.db", pepper=b"pepper")
        for name, certainty in (("a", 1.0), ("b", -1.0), ("gone", 2.0)):
            await trained(store, tmp_path / "models", name, certainty)
        await store.checkpoints.promote(
            "sentiment", "a", actor="test", reason="x", seen=None, preset="builtin"
        )
        await store.close()

    def answer(*more: str) -> tuple[str, object]:
        result = call("ask", *more, "--json")
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)
        return told["model"], told["scores"]

    asyncio.run(train())
    assert answer("sentiment", "좋다") == ("a", scores_of(1.0))
    assert "— a (" in call("ask", "sentiment", "좋다").stdout
    assert answer("sentiment", "좋다", "--model", "b") == ("b", scores_of(-1.0))
    assert answer("sentiment", "좋다", "--preset", "builtin")[0] == "builtin"
    assert answer("nli", "좋다 | 영화")[0] == "builtin"
    lines = call("ask", "sentiment", "--file", "-", stdin="좋다\n영화\n".encode())
    assert [json.loads(line)["model"] for line in lines.stdout.splitlines()] == ["a", "a"]
    shutil.rmtree(tmp_path / "models" / "gone")
    for arguments, why in (
        (
            ("sentiment", "좋다", "--model", "c"),
            "there is no checkpoint 'c'; --model is one of `kobert-bot models list`, --preset one of",
        ),
        (("nli", "좋다 | 영화", "--model", "a"), "a was taught sentiment, not nli"),
        (("sentiment", "좋다", "--model", "gone"), "no folder"),
    ):
        result = call("ask", *arguments)
        assert result.exit_code == 1
        assert re.fullmatch(rf"kobert-bot: .*{re.escape(why)}.*\n", result.stderr), result.stderr


def test_a_file_gives_json_lines_on_stdout_and_no_progress_where_no_terminal_is(tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_bytes("\ufeff나는\t오늘\r\n영화\t놀이\n".encode())
    result = call("ask", "nli", "--file", file)
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["task"] for line in result.stdout.splitlines()] == ["nli", "nli"]
    assert result.stderr == ""
    cut = [json.loads(line)["tokens"] for line in call("ask", "tokens", "--file", file).stdout.splitlines()]
    assert [tokens[1]["start"] for tokens in cut] == [0, 0], "no byte order mark"
    assert [tokens[-1]["segment"] for tokens in cut] == [1, 1], "a tab makes a pair"


def test_lines_that_cannot_be_answered_are_counted_and_kept_in_place() -> None:
    result = call("ask", "nli", "--file", "-", stdin="나는 오늘\n영화\t놀이\n".encode())
    assert result.exit_code == 1
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first == {"task": "nli", "line": 1, "error": "no tab between two texts"}
    assert second["task"] == "nli"
    assert "kobert-bot: 1 of the lines could not be answered" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (("ask", "mask", "빈칸이 없다"), b"", "no blank"),
        (("ask", "nli", "하나뿐"), b"", "compares two texts"),
        (("ask", "nli", "하나 | 둘 | 셋"), b"", "found 3"),
        (("ask", "sentiment", " "), b"", "empty"),
        (("ask", "sentiment", "--file", "-"), b"", "-: the file is empty"),
        (("ask", "nli", "--file", "-"), b"\n", "1 of the lines could not be answered"),
        (
            ("ask", "sentiment", "글", "--preset", "none"),
            b"",
            "there is no preset 'none'; there are: builtin",
        ),
        (
            ("ask", "sentiment", "글", "--model", "klue"),
            b"",
            "DATABASE_URL says where; --model is one of `kobert-bot models list`, --preset one of",
        ),
        (("ask", "mask", "--file", "missing.txt"), b"", "missing.txt: No such file"),
        (
            ("ask", "mask", "--file", "-"),
            b"a [MASK]\n\xb0\xa1\n",
            "-: row 2 is not UTF-8; it looks like CP949: iconv",
        ),
        (("ask", "mask", "--file", "-"), b"\xef\xbb\xbfa \xb0\xa1\n", "-: row 1 is not UTF-8"),
        (("ask", "sentiment", "--file", "-", "--preset", "none"), b"a\nb\n", "there is no preset 'none'"),
    ],
)
def test_bad_input_is_one_line_and_a_bad_exit(arguments: tuple[str, ...], stdin: bytes, message: str) -> None:
    result = call(*arguments, stdin=stdin)
    assert result.exit_code == 1
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("kobert-bot: "))
    assert message in line
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "mask"),
        ("ask", "poem", "글"),
        ("ask", "mask", "글", "--file", "-"),
        ("ask", "tokens", "글", "--model", "a"),
        ("ask", "mask", "글", "--model", "a", "--preset", "builtin"),
    ],
)
def test_a_wrong_command_line_is_explained(arguments: tuple[str, ...]) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_bad_setting_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVICE", "toaster")
    result = call("ask", "sentiment", "글")
    assert result.exit_code == 1
    assert result.stderr.startswith("kobert-bot: DEVICE: ")


def test_the_start_tells_of_a_setting_that_is_misspelt_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.run.set_up_logging", lambda *_, **__: None)  # it would keep this standard error
    env = "TELEGRAM_BOT_TOKN=1:secret\nTEACHING_TESTS=sentiment=gone.txt\n"
    (tmp_path / ".env").write_text(env, encoding="utf-8")
    result = call("run")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "kobert-bot: TELEGRAM_BOT_TOKN is no setting and is not read; did you mean TELEGRAM_BOT_TOKEN?",
        "kobert-bot: TEACHING_TESTS: cannot read gone.txt for sentiment: No such file or directory",
    ]


def test_votes_are_exported_as_json_lines(tmp_path: Path) -> None:
    async def vote() -> None:
        store = await Store.open("sqlite+aiosqlite:///var/kobert-bot.db", pepper=b"pepper")
        labels = ("negative", "positive")
        shown = NewPrediction("sentiment", "좋다", None, "builtin", "positive", {"positive": 0.9}, (labels,))
        await store.set_consent(7, ConsentStatus.AGREED)
        prediction = await store.add_prediction(shown, chat_id=7, asker_id=7)
        await store.vote(prediction, 7, 0, 0, chat_id=7)
        await store.close()

    asyncio.run(vote())
    result = call("feedback", "export")
    assert result.exit_code == 0, result.output
    row = json.loads(result.stdout)
    assert (row["text_a"], row["shown"], row["label"], row["kind"]) == (
        "좋다",
        "positive",
        "negative",
        "correct",
    )
    assert "exported 1 vote\n" in result.stderr
    assert call("feedback", "export", "--out", tmp_path / "votes.jsonl").exit_code == 0
    assert json.loads((tmp_path / "votes.jsonl").read_text("utf-8")) == row
    assert call("feedback", "export", "--out", tmp_path / "no" / "votes.jsonl").exit_code == 1


def test_a_database_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    result = call("feedback", "export")
    assert result.exit_code == 1
    assert result.stderr.startswith("kobert-bot: there is no database sqlite+aiosqlite:///var/")
    assert not (tmp_path / "var").exists()


def test_help_teaches() -> None:
    text = call("ask", "--help").stdout
    assert 'kobert-bot ask mask "축구는' in text
    assert "feedback" in call().output


def test_a_download_shows_on_stderr(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*_: object, watch: Watch, **__: object) -> Path:
        watch(DownloadProgress("klue/bert-base", "model.safetensors", 1, 4))
        watch(None)
        return catalog.parent / "checkpoint"

    monkeypatch.setattr("models.runtime.find_files", fetch)
    result = call("ask", "tokens", "영화", "--json")
    assert json.loads(result.stdout)["task"] == "tokens"
    assert "fetching klue/bert-base model.safetensors: 25 % of" in result.stderr
