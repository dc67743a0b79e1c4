"""``kobert-bot models``: list, show, promote, roll back, and what is wrong in one line."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.settings import Settings
from models.catalog import load_catalog
from models.own import OwnModel
from models.results import Task
from storage.store import Store
from storage.verdicts import Check, CheckName, CheckState, Verdict
from tests.trained import BROKEN, trained

_Found = TypeVar("_Found")


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder with settings of its own."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    monkeypatch.setenv("PSEUDONYM_KEY", "pepper")
    monkeypatch.setenv("DEVICE", "cpu")
    monkeypatch.setenv("PRECISION", "fp32")
    return tmp_path


def with_store(here: Path, do: Callable[[Store], Awaitable[_Found]]) -> _Found:
    async def run() -> _Found:
        store = await Store.open(f"sqlite+aiosqlite:///{here}/bot.db", pepper=b"pepper")
        try:
            return await do(store)
        finally:
            await store.close()

    return asyncio.run(run())


def make(
    here: Path, *, against: str = "builtin", weights: str | None = None, **models: tuple[float, bool | None]
) -> None:
    """Train models: how sure each is, and whether it has passed."""

    async def all_of_them(store: Store) -> None:
        for name, (certainty, passed) in models.items():
            await trained(
                store,
                here / "models",
                name.replace("_", "-"),
                certainty,
                passed=passed,
                against=against,
                weights=weights,
            )

    with_store(here, all_of_them)


def models(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["models", *arguments])


def said(*arguments: str) -> str:
    result = models(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: str) -> str:
    result = models(*arguments)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    [line] = result.stderr.splitlines()
    assert line.startswith("kobert-bot: ")
    return line.removeprefix("kobert-bot: ")


def test_without_a_database_or_a_model_it_is_said(here: Path) -> None:
    assert "there is no database sqlite+aiosqlite:///" in refused("list")
    make(here)
    assert said("list") == "no model has been trained here yet; the preset's own answers\n"
    assert json.loads(said("list", "--json")) == []
    assert refused("show", "nobody") == "there is no checkpoint 'nobody'"
    assert refused("promote", "nobody") == "there is no checkpoint 'nobody'"
    assert refused("rollback", "nli") == "nli has no champion before to roll back to"
    assert models("rollback", "tokens").exit_code == 2


def test_models_are_listed_shown_promoted_and_rolled_back(here: Path) -> None:
    make(here, sentiment_0001=(1.0, True))
    make(here, against="sentiment-0001", sentiment_0002=(2.0, True))
    assert "sentiment is answered by the preset's own model" in said("list")
    assert said("promote", "sentiment-0001") == (
        "sentiment: sentiment-0001 answers from now on, in place of the preset's own\n"
    )
    said("promote", "sentiment-0002", "--reason", "knows  more\nwords")
    header, first, second = said("list", "sentiment").splitlines()
    assert header.split() == ["task", "model", "alias", "state", "right", "made", "from", "data"]
    assert first.split()[:4] == ["sentiment", "sentiment-0001", "previous", "ready"]
    assert second.split()[:4] == ["sentiment", "sentiment-0002", "champion", "ready"]
    shown = said("show", "sentiment-0002")
    assert "sentiment-0001 → sentiment-0002, by command line: knows more words" in shown
    assert "Answers: numbers for all 30 rows." in shown
    done, until = said("rollback", "sentiment").splitlines()
    assert done == "sentiment: sentiment-0001 answers from now on, in place of sentiment-0002"
    assert re.fullmatch(r"sentiment-0001 had answered until [-\d]{10} \d\d:\d\d: knows more words", until)
    listed = json.loads(said("list", "--json"))
    assert [(each["name"], each["alias"]) for each in listed] == [
        ("sentiment-0001", "champion"),
        ("sentiment-0002", "previous"),
    ]
    assert json.loads(said("show", "sentiment-0001", "--json")) == listed[0]
    assert listed[0]["verdict"]["passed"] is True
    assert refused("promote", "sentiment-0001") == "sentiment-0001 is the champion already"
    assert said("rollback", "sentiment", "--own", "--reason", "why not") == (
        "sentiment: the preset's own answers from now on, in place of sentiment-0001\n"
    )
    assert "sentiment-0001 → the preset's own, by command line: why not" in said("show", "sentiment-0001")
    assert refused("rollback", "sentiment", "--own") == "the preset's own model is the champion already"


def test_a_model_that_moved_with_its_database_is_found_and_loads(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, before, after = "sqlite+aiosqlite:///var/kobert-bot.db", here / "before", here / "after"
    monkeypatch.setenv("DATABASE_URL", url)
    before.mkdir()
    monkeypatch.chdir(before)

    async def taught() -> None:
        store = await Store.open(url, pepper=b"pepper", teaching=Path("var/teaching"))
        await trained(store, before / "var/teaching/checkpoints", "sentiment-0001", 1.0)
        await store.close()

    asyncio.run(taught())
    before.rename(after)
    monkeypatch.chdir(after)
    assert "folder missing" not in said("list")
    assert f"  folder   {after}/var/teaching/checkpoints/sentiment-0001\n" in said("show", "sentiment-0001")
    wrong = here / "home"
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{after}/var/kobert-bot.db")
    wrong.mkdir()
    monkeypatch.chdir(wrong)
    assert refused("promote", "sentiment-0001").startswith(f"{wrong}/var/teaching is not the teaching folder")
    monkeypatch.chdir(after)
    said("promote", "sentiment-0001")


def test_force_overrules_a_verdict_with_a_reason_that_is_kept(here: Path) -> None:
    make(here, bad=(1.0, False), new=(2.0, None))
    why = "bad was refused (answers)"
    assert refused("promote", "bad") == f"{why}; --force --reason WHY overrules that"
    assert "  refused (answers)  " in said("list")
    assert [each["refusal"] for each in json.loads(said("list", "--json"))] == ["answers", None]
    assert "has not been compared with the champion; --force" in refused("promote", "new")
    assert refused("promote", "bad", "--force") == "--force overrules a rule; say why with --reason"
    assert refused("promote", "bad", "--force", "--reason", "  ").startswith("--force overrules")
    forced = models("promote", "bad", "--force", "--reason", "a demonstration")
    assert (forced.exit_code, forced.stderr) == (0, f"overruled: {why}\n")
    assert f"by command line: a demonstration (overruled: {why})" in said("show", "bad")
    assert "✗" in said("show", "bad")
    said("rollback", "sentiment", "--reason", "only a try")
    assert refused("rollback", "sentiment") == f"{why}; --force --reason WHY overrules that"
    assert refused("rollback", "sentiment", "--force") == "--force overrules a rule; say why with --reason"
    forced = models("rollback", "sentiment", "--force", "--reason", "another try")
    assert (forced.exit_code, forced.stderr) == (0, f"overruled: {why}\n")
    assert forced.stdout.splitlines()[1].endswith(": only a try")
    assert f"by command line: another try (overruled: {why})" in said("show", "bad")


def test_one_that_was_compared_with_a_former_champion_needs_force(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(here, first=(1.0, True), second=(2.0, True))
    said("promote", "second")
    why = "first has been compared with a model that no longer answers"
    assert refused("promote", "first") == f"{why}; --force --reason WHY overrules that"
    forced = models("promote", "first", "--force", "--reason", "a demonstration")
    assert (forced.exit_code, forced.stderr) == (0, f"overruled: {why}\n")
    assert f"by command line: a demonstration (overruled: {why})" in said("show", "first")
    said("rollback", "sentiment")
    make(here, against="another", third=(3.0, True))
    said("rollback", "sentiment")
    with_store(here, own_model_answers)
    assert refused("promote", "third").startswith(
        "third has been compared with a model that no longer answers"
    )
    monkeypatch.setenv("PRESET", "another")
    said("promote", "third")


def test_one_that_was_compared_with_other_weights_of_the_preset_needs_force(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program came with a better model since."""
    make(here, weights="0123456789ab", old=(1.0, True))
    make(here, weights=OwnModel(load_catalog(), "builtin").version(Task.SENTIMENT), new=(2.0, True))
    why = "old has been compared with a model that no longer answers"
    assert refused("promote", "old") == f"{why}; --force --reason WHY overrules that"
    said("promote", "new")
    said("rollback", "sentiment")
    gone = here / "gone.toml"
    gone.write_text('[presets.builtin]\nsentiment.any = "./nowhere"\n', encoding="utf-8")
    monkeypatch.setenv("CATALOG", str(gone))
    assert re.fullmatch(
        r"old has been compared .* be found \(PRESET builtin: there is no folder .*nowhere\); --force .*",
        refused("promote", "old"),
    )
    monkeypatch.delenv("CATALOG")
    forced = models("promote", "old", "--force", "--reason", "a demonstration")
    assert (forced.exit_code, forced.stderr) == (0, f"overruled: {why}\n")


async def own_model_answers(store: Store) -> None:
    await store.checkpoints.promote(
        "sentiment", None, actor="test", reason="x", seen="first", preset="builtin"
    )


def test_what_cannot_serve_is_refused_before_anything_moves(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(here, good=(1.0, True))
    make(here, against="good", broken=(BROKEN, True), gone=(2.0, True), changed=(3.0, True))
    said("promote", "good")
    shutil.rmtree(here / "models/gone")
    shutil.copy(here / "models/good/model.safetensors", here / "models/changed/model.safetensors")
    assert "answers are not numbers" in refused("promote", "broken")
    assert "there is no folder" in refused("promote", "gone")
    assert "has changed: its weights are" in refused("promote", "changed")
    (here / "gone.toml").write_text('[presets.builtin]\nsentiment.any = "./nowhere"\n', encoding="utf-8")
    monkeypatch.setenv("CATALOG", str(here / "gone.toml"))
    for back in ((), ("--own",)):
        assert "there is no folder" in refused("rollback", "sentiment", *back)
    monkeypatch.delenv("CATALOG")
    assert "there is no folder" in refused("promote", "gone", "--force", "--reason", "please")
    make(here, against="another", lost=(4.0, True))
    shutil.rmtree(here / "models/lost")
    why = "lost has been compared with a model that no longer answers; --force --reason WHY overrules that"
    assert refused("promote", "lost") == why, "what is quickly known is said first"
    assert "there is no folder" in refused("promote", "lost", "--force", "--reason", "please")
    listed = {line.split()[1]: line for line in said("list").splitlines()[1:]}
    assert "champion" in listed["good"]
    assert "ready (folder missing)" in listed["gone"]


def test_what_learnt_a_deleted_text_is_marked_and_retired_unless_it_answers(here: Path) -> None:
    make(here, champion=(1.0, True), other=(2.0, True))
    said("promote", "champion")
    with closing(sqlite3.connect(here / "bot.db")) as connection, connection:
        connection.execute("UPDATE checkpoints SET tainted = true")
    listed = said("list")
    assert "ready ⚠" in listed
    assert "retired ⚠" in listed
    assert listed.splitlines()[-1].startswith("⚠ learnt from a text that was deleted since.")
    assert [(here / "models" / name).exists() for name in ("champion", "other")] == [True, False]
    assert refused("promote", "other") == "other is retired, and its folder deleted"
    assert "⚠ learnt from a text that was deleted since" in said("show", "champion")


def test_a_bad_setting_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    assert refused("list").startswith("DATABASE_URL")


def test_a_share_stands_beside_its_number_of_rows(here: Path) -> None:
    gain = Check(CheckName.GAIN, CheckState.PASSED, {"set": "gold", "candidate": 0.75, "n": 1_200})

    async def judged(store: Store) -> None:
        await trained(store, here / "models", "new", 1.0, passed=None)
        await store.checkpoints.judge("new", Verdict(True, "sentiment", "builtin", "new", (gain,)))

    with_store(here, judged)
    assert "gold 75.0% of 1,200" in said("list")
