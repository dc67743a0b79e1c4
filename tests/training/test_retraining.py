from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.rebuilding import see_to
from handlers.replies.texts import EN, KO
from handlers.replies.training import run_html
from models.catalog import load_catalog
from models.own import OwnModel
from models.results import Task
from storage.agreed import ImportedText, NewLabel
from storage.checkpoint_values import CheckpointState, NewCheckpoint, TrainedCheckpoint
from storage.runs import READER, Failure, RunState
from storage.store import Store
from tests.databases import with_tables
from tests.tiny import catalog_file
from tests.trained import verdict
from tests.training.learning_once import learning_once
from tests.training.retraining_world import (
    PEOPLE,
    PEPPER,
    shuffle,
    texts,
    tiny_catalog_file,
    turn_round,
    vote,
)
from training.feedback.parts import part_of
from training.finetuning_commands import REFUSED
from training.gate.compare import compare
from training.gate.rules import Rules
from training.jobs import finetune
from training.retraining import work
from training.retraining.ledger import WHERE_TO_LOOK
from training.retraining.material import material
from training.retraining.registering import Judged, register

ROOT = Path(__file__).parents[2]
COMMAND = ("train", "finetune", "sentiment", "--from-feedback")
QUICK = ("--lr", "0.003", "--steps", "220")
OPTIONS = {"lr": 0.003, "steps": 220}
LEARNT = {0, REFUSED}
"""Exit codes of a training that came to its end, whatever the gate says of the model."""
_Found = TypeVar("_Found")


@pytest.fixture(scope="module")
def voted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Databases: votes and gold, votes that mean nothing, wrong votes and no gold."""
    folder = tmp_path_factory.mktemp("voted")
    asyncio.run(vote(f"sqlite+aiosqlite:///{folder}/right.db"))
    for name, changed in (("shuffled", shuffle), ("wrong", turn_round)):
        changed(Path(shutil.copyfile(folder / "right.db", folder / f"{name}.db")))
    tiny_catalog_file(folder)
    lines = [f"{n}\t시험 {n} {('나쁘다', '좋다')[n % 2]} 목소리\t{n % 2}" for n in range(100)]
    (folder / "old.txt").write_text("\n".join(["id\tdocument\tlabel", *lines]) + "\n")
    return folder


@pytest.fixture(autouse=True)
def surroundings(voted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(voted, tmp_path, "right")
    monkeypatch.chdir(tmp_path)
    settings = {
        "CATALOG": f"{voted}/catalog.toml",
        "DATABASE_URL": url(tmp_path),
        "DEVICE": "cpu",
        "PSEUDONYM_KEY": PEPPER,
        "PYTHONPATH": str(ROOT),
        "TEACHING_TESTS": f"sentiment={voted}/old.txt",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def learnt_once(voted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn only what no test of this file has learnt from the same."""
    monkeypatch.setattr(work, "finetune", learning_once(voted / "learnt"))


def use(voted: Path, folder: Path, name: str) -> None:
    shutil.copyfile(voted / f"{name}.db", folder / "bot.db")


def url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/bot.db"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def asked(folder: Path, do: Callable[[Store], Awaitable[_Found]]) -> _Found:
    async def run() -> _Found:
        store = await Store.open(url(folder), pepper=PEPPER.encode(), teaching=folder / "var" / "teaching")
        try:
            return await do(store)
        finally:
            await store.close()

    return asyncio.run(run())


def champion(folder: Path) -> TrainedCheckpoint | None:
    return asked(folder, lambda store: store.checkpoints.standing("sentiment")).champion


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "bot.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_a_model_learns_what_people_say_passes_and_serves_and_the_next_goes_on_from_it(
    tmp_path: Path,
) -> None:
    done = call(*COMMAND, *QUICK)
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert "sentiment-0001 is the champion now" in done.stdout
    assert "✓ Gain" in done.stdout
    first = champion(tmp_path)
    assert first is not None
    assert (first.name, first.base, first.parent, first.snapshot) == (
        "sentiment-0001",
        "builtin",
        None,
        "sentiment-0001",
    )
    assert first.verdict is not None
    assert first.verdict.passed
    catalog = load_catalog(Path(os.environ["CATALOG"]))
    assert first.verdict.weights == OwnModel(catalog, "builtin").version(Task.SENTIMENT)
    assert Path(first.path).parent == tmp_path / "var" / "teaching" / "checkpoints"
    [(correct,)] = rows(tmp_path, "SELECT correct FROM evaluations WHERE dataset = 'gold'")
    measured = json.loads(str(correct))
    assert len(measured["rows"]) == len(measured["champion"]) == len(measured["candidate"])
    assert sum(measured["candidate"]) > sum(measured["champion"])
    assert rows(tmp_path, "SELECT state, checkpoint_id, worker IS NULL FROM training_runs") == [
        ("done", first.id, 0)
    ]
    assert not list((tmp_path / "var" / "teaching" / "runs").iterdir())

    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
        connection.execute("UPDATE gold_items SET source = 'voters' WHERE id <= 3")
    taught = [ImportedText("sentiment", text, None, 0, label, gold=True) for text, label in texts()[2:8:2]]
    asked(tmp_path, lambda store: store.imports.add_texts(taught))
    again = call(*COMMAND, *QUICK, "--no-promote")
    assert again.exit_code in LEARNT, again.output
    assert (same := champion(tmp_path)) is not None
    assert same.name == first.name
    second = asked(tmp_path, lambda store: store.checkpoints.get("sentiment-0002"))
    assert second.parent == first.name
    assert second.verdict is not None
    assert (second.verdict.champion, second.verdict.weights) == (first.name, None)
    assert "No candidate was judged on these rows before" in done.stdout
    assert "Of these known labels" not in done.stdout
    assert "Of these known labels 3 are what trusted voters said alike and blind, 125 came" in again.stdout
    assert "Candidates that these rows have judged before: 1." in again.stdout
    assert (
        "Left out: 3 known labels (gold) with a text that one of the two models learnt from" in again.stdout
    )


@pytest.mark.usefixtures("learnt_once")
def test_without_a_test_file_what_passed_stays_a_candidate_until_a_person_promotes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEACHING_TESTS")
    assert "no test file" in call(*COMMAND, *QUICK, "--dry-run").stdout
    done = call(*COMMAND, *QUICK)
    assert done.exit_code == 0, done.output + repr(done.exception)
    [headline] = [line for line in done.stdout.splitlines() if line.startswith("✓ sentiment-0001 passed")]
    assert "No test file was given" in headline
    assert "votes alone" not in headline
    assert done.stdout.splitlines()[-1].endswith("then: kobert-bot models promote sentiment-0001")
    assert rows(tmp_path, "SELECT count(*) FROM promotions") == [(0,)]
    run = asked(tmp_path, lambda store: store.runs.get(1))
    assert EN.teaching.waits in run_html(run, "en")
    assert run.progress["overtaken"] is False
    by_hand = call("models", "promote", "sentiment-0001")
    assert by_hand.exit_code == 0, by_hand.output
    assert (serves := champion(tmp_path)) is not None
    assert serves.name == "sentiment-0001"


@pytest.mark.usefixtures("learnt_once")
def test_gold_that_voters_made_promotes_nothing_by_itself(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
        connection.execute("UPDATE gold_items SET source = 'voters' WHERE id <= 29")  # of 128
    done = call(*COMMAND, *QUICK)
    assert done.exit_code == 0, done.output + repr(done.exception)
    [headline] = [line for line in done.stdout.splitlines() if line.startswith("✓ sentiment-0001 passed")]
    assert "Too much of the gold" in headline
    assert "No test file" not in headline
    assert "sentiment-0001 stays a candidate until a person promotes it" in done.stdout
    assert champion(tmp_path) is None
    assert asked(tmp_path, lambda store: store.checkpoints.standing("sentiment")).candidate is not None


def test_a_dry_run_says_what_would_be_learnt_from_whom_and_how_long_it_takes_and_does_nothing(
    tmp_path: Path,
) -> None:
    asked(tmp_path, decided_otherwise)
    before = (everything(tmp_path), files(tmp_path))
    done = call(*COMMAND, *QUICK, "--dry-run")
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert (everything(tmp_path), files(tmp_path)) == before
    kept = call("feedback", "snapshot", "sentiment")
    assert kept.exit_code == 0, kept.output
    [(members,)] = rows(tmp_path, "SELECT count(*) FROM snapshot_members WHERE split = 'train'")
    found = re.search(r"^train (\d+): negative (\d+), positive (\d+)$", done.stdout, re.MULTILINE)
    assert found is not None, done.stdout
    total, negative, positive = map(int, found.groups())
    assert total == negative + positive == members
    assert "voters: 6 whose votes agree (5 needed); the busiest has" in done.stdout
    assert "it would begin with builtin" in done.stdout
    assert (
        "it would be compared with builtin on gold 128 (candidates judged by it before: 0), heldout"
        in done.stdout
    )
    assert "the test file has 100 texts, too few to show that nothing is lost (about 736 do)" in done.stdout
    assert "imported" not in done.stdout
    assert "would be refused" not in done.stdout
    assert "220 steps" in done.stdout
    before = (everything(tmp_path), files(tmp_path))
    again = call(*COMMAND, "--dry-run", "--snapshot", "sentiment-0001")
    assert again.exit_code == 0, again.output
    told = done.stdout.splitlines()
    assert told[0] == "a new data set, which is not kept"
    assert again.stdout.splitlines()[:9] == ["sentiment-0001", *told[1:9]]
    assert call(*COMMAND, "--dry-run", "--snapshot", "sentiment-0009").exit_code == 1
    assert (everything(tmp_path), files(tmp_path)) == before


def test_a_dry_run_says_that_too_few_voters_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rules in (Rules(least_voters=7), Rules(voter_cap=0.05)):
        monkeypatch.setattr("training.retraining.rehearsal._RULES", rules)
        done = call(*COMMAND, *QUICK, "--dry-run")
        assert done.exit_code == 0, done.output + repr(done.exception)
        assert "so few voters, or one with so large a share, are not enough for the gate" in done.stdout
    assert not (tmp_path / "teaching" / "runs").exists()


def test_a_dry_run_says_beforehand_what_the_gate_will_say(tmp_path: Path, voted: Path) -> None:
    rows = [f"{n}\t{n}번째 영화 {('나빠요', '좋아요')[n % 2]}\t{n % 2}" for n in range(60)]
    labels = tmp_path / "labels.tsv"
    labels.write_text("\n".join(["id\tdocument\tlabel", *rows]) + "\n", encoding="utf-8")
    (tmp_path / "bot.db").unlink()
    imported = call("feedback", "import", str(labels))
    assert imported.exit_code == 0, imported.output
    done = call(*COMMAND, *QUICK, "--dry-run")
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert (
        "only imported labels would be learnt, with no vote behind them: the gate never passes" in done.stdout
    )
    assert (
        "known labels (gold): 0, of 100 that it takes to see a gain on them; it is looked for" in done.stdout
    )
    (tmp_path / "bot.db").unlink()
    learnt = [row for row in rows if part_of(row.split("\t")[1]) == "train"]
    labels.write_text("\n".join(["id\tdocument\tlabel", *learnt]) + "\n", encoding="utf-8")
    known = tmp_path / "known.tsv"
    known.write_text("id\tdocument\tlabel\n1\t아는 영화예요\t1\n", encoding="utf-8")
    for given in ((str(labels),), (str(known), "--gold")):
        assert call("feedback", "import", *given).exit_code == 0
    told = call(*COMMAND, *QUICK, "--dry-run").stdout
    assert "(gold): 1, of 100 that it takes to see a gain on them, and no held-out row: no gain can" in told
    use(voted, tmp_path, "right")
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
        connection.execute("UPDATE gold_items SET source = 'voters' WHERE id <= 29")  # of 128
    told = call(*COMMAND, *QUICK, "--dry-run").stdout
    assert (
        "of the known labels (gold) 99 came from you, of 100 that it takes: what passes waits until" in told
    )


async def decided_otherwise(store: Store) -> None:
    """Keep one label that the voters do not agree on any more."""
    [vote, *_] = await store.consensus.votes("sentiment")
    await store.consensus.replace("sentiment", [NewLabel(vote.item, 0, "positive", "majority", 0.8, 1)], [])


def everything(folder: Path) -> str:
    """All that the database holds, as SQL."""
    with closing(sqlite3.connect(folder / "bot.db")) as connection:
        return "\n".join(connection.iterdump())


def files(folder: Path) -> list[str]:
    return sorted(str(each) for each in folder.rglob("*"))


@pytest.mark.parametrize("option", ["--test", "--replay"])
def test_a_file_that_is_not_there_is_told_before_a_dry_run_draws_anything(
    monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    async def draws(*_: object) -> NoReturn:
        raise AssertionError("it draws already")

    monkeypatch.setattr("training.retraining.rehearsal.drawn_in_memory", draws)
    done = call(*COMMAND, *QUICK, "--dry-run", option, "gone.txt")
    assert done.exit_code == 1
    assert done.output.strip().startswith("kobert-bot: gone.txt: No such file or directory"), done.output
    assert done.output.count("\n") == 1


def test_labels_that_mean_nothing_are_refused_with_the_reason_and_nothing_changes(
    voted: Path, tmp_path: Path
) -> None:
    use(voted, tmp_path, "shuffled")
    done = call(*COMMAND, "--steps", "60", "--lr", "0.003")
    assert done.exit_code == REFUSED, done.output + repr(done.exception)
    assert "✗ sentiment-0001 does not take the place of builtin" in done.stdout
    assert "✗ Gain" in done.stdout
    assert champion(tmp_path) is None
    refused = asked(tmp_path, lambda store: store.checkpoints.get("sentiment-0001"))
    assert refused.state is CheckpointState.REFUSED
    assert rows(tmp_path, "SELECT state FROM training_runs") == [("done",)]
    assert rows(tmp_path, "SELECT count(*) FROM promotions") == [(0,)]


@pytest.mark.usefixtures("learnt_once")
def test_five_accounts_that_lie_alike_promote_nothing_until_a_person_does(
    voted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(voted, tmp_path, "wrong")
    monkeypatch.delenv("TEACHING_TESTS")
    done = call(*COMMAND, *QUICK)
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert "only if a person promotes it. It passed on votes alone" in done.stdout
    assert "✓ Gain, rows of held-out feedback" in done.stdout
    assert "✓ Voters: 5 people whose votes agree" in done.stdout
    assert "proved right" not in done.stdout
    assert "look at it, then: kobert-bot models promote sentiment-0001" in done.stdout
    standing = asked(tmp_path, lambda store: store.checkpoints.standing("sentiment"))
    assert standing.champion is None
    assert standing.candidate is not None
    assert standing.candidate.name == "sentiment-0001"
    assert rows(tmp_path, "SELECT count(*) FROM promotions") == [(0,)]
    assert json.loads(str(rows(tmp_path, "SELECT progress FROM training_runs")[0][0]))["promoted"] is False
    by_hand = call("models", "promote", "sentiment-0001", "--reason", "the votes were looked at")
    assert by_hand.exit_code == 0, by_hand.output
    assert (serves := champion(tmp_path)) is not None
    assert serves.name == "sentiment-0001"


def forget_a_learnt_text(folder: Path) -> None:
    """Mark what the champion learnt from, and the champion, as /forgetme does."""
    with closing(sqlite3.connect(folder / "bot.db")) as connection, connection:
        connection.execute("UPDATE dataset_snapshots SET state = 'stale'")
        connection.execute("UPDATE checkpoints SET tainted = true")


@pytest.mark.usefixtures("learnt_once")
def test_one_that_has_to_go_is_not_replaced_on_votes_alone(
    voted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(voted, tmp_path, "wrong")
    monkeypatch.delenv("TEACHING_TESTS")
    assert call(*COMMAND, *QUICK).exit_code == 0
    assert call("models", "promote", "sentiment-0001", "--reason", "looked at").exit_code == 0
    forget_a_learnt_text(tmp_path)
    done = call(*COMMAND, *QUICK)
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert "sentiment-0001 learnt from a text that was deleted and has to go" in done.stdout
    assert "✓ Gain, rows of held-out feedback" in done.stdout
    assert "It passed on votes alone" in done.stdout
    assert (serves := champion(tmp_path)) is not None
    assert serves.name == "sentiment-0001"


def test_what_was_learnt_before_is_mixed_in_and_the_original_test_is_asked_too(tmp_path: Path) -> None:
    for name, size in (("old", 60), ("test", 40)):
        lines = [f"{n}\t{name} {n} {('나쁘다', '좋다')[n % 2]} 목소리\t{n % 2}" for n in range(size)]
        (tmp_path / f"{name}.txt").write_text("\n".join(["id\tdocument\tlabel", *lines]) + "\n")
    done = call(*COMMAND, *QUICK, "--replay", "old.txt", "--test", "test.txt")
    assert done.exit_code in LEARNT, done.output + repr(done.exception)
    made = asked(tmp_path, lambda store: store.checkpoints.get("sentiment-0001"))
    record = json.loads((Path(made.path) / "record.json").read_text())
    assert record["settings"]["replay"] == ["old.txt"]
    assert made.verdict is not None
    assert [check.state for check in made.verdict.checks if check.name == "test"] == ["passed"]
    assert {row[0] for row in rows(tmp_path, "SELECT dataset FROM evaluations")} == {
        "test",
        "heldout",
        "gold",
    }


def test_the_files_of_the_settings_are_asked_and_mixed_in_where_nobody_names_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in (("old", 60), ("test", 40)):
        lines = [f"{n}\t{name} {n} {('나쁘다', '좋다')[n % 2]} 목소리\t{n % 2}" for n in range(size)]
        (tmp_path / f"{name}.txt").write_text("\n".join(["id\tdocument\tlabel", *lines]) + "\n")
    monkeypatch.setenv("TEACHING_TESTS", "nli=elsewhere.tsv, sentiment=test.txt")
    monkeypatch.setenv("TEACHING_REPLAYS", "sentiment=old.txt")
    done = call(*COMMAND, "--steps", "2")
    assert done.exit_code in LEARNT, done.output + repr(done.exception)
    made = asked(tmp_path, lambda store: store.checkpoints.get("sentiment-0001"))
    assert json.loads((Path(made.path) / "record.json").read_text())["settings"]["replay"] == ["old.txt"]
    assert rows(tmp_path, "SELECT count(*) FROM evaluations WHERE dataset = 'test'") == [(1,)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("train", "finetune", "mask", "--from-feedback"), "mask is not learnt from votes"),
        (("train", "finetune", "nli", "--from-feedback"), "nobody has voted on nli yet"),
        ((*COMMAND, "--snapshot", "sentiment-0099"), "there is no snapshot sentiment-0099 of sentiment"),
        ((*COMMAND, "--test", "missing.txt"), "missing.txt"),
        ((*COMMAND, "--run", "77"), "there is no training 77"),
        ((*COMMAND, "--cancel"), "no training of sentiment waits or runs"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = call(*arguments)
    assert done.exit_code == 1
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert {row[0] for row in rows(tmp_path, "SELECT state FROM training_runs")} <= {"failed"}
    assert rows(tmp_path, "SELECT count(*) FROM checkpoints") == [(0,)]


def test_what_nobody_foresaw_is_kept_as_its_type_and_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> NoReturn:
        raise KeyError("나의 비밀 이야기")

    monkeypatch.setattr("training.retraining.work.take_snapshot", broken)
    assert isinstance(call(*COMMAND).exception, KeyError)
    [(error,)] = rows(tmp_path, "SELECT error FROM training_runs")
    assert re.fullmatch(r"KeyError at training/retraining/\w+\.py:\d+", str(error))


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "bot.db")) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("failure", "detail"),
    [
        ("file", "gone.txt: "),
        ("file", "bad.txt: row 1: "),
        ("missing_label", None),
        ("nothing_to_learn", None),
        ("model", "broken: "),
        ("folder", "of another database"),
    ],
)
def test_why_it_failed_is_korean_in_a_korean_chat(
    voted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str, detail: str | None
) -> None:
    (tmp_path / "bad.txt").write_text("nothing\tof\tuse\n")
    match failure:
        case "file" if detail is not None and detail.startswith("gone"):
            monkeypatch.setenv("TEACHING_REPLAYS", "sentiment=gone.txt")
        case "file":
            monkeypatch.setenv("TEACHING_TESTS", "sentiment=bad.txt")
        case "missing_label":
            change(tmp_path, "DELETE FROM votes WHERE label = 'negative'")
        case "nothing_to_learn":
            change(tmp_path, "UPDATE votes SET kind = 'skip', label = ''")
        case "model":
            shutil.copytree(voted / "checkpoint", tmp_path / "broken")
            (tmp_path / "broken" / "model.safetensors").write_bytes(b"none")
            monkeypatch.setenv("CATALOG", str(catalog_file(tmp_path / "broken.toml", builtin="./broken")))
        case "folder":
            (tmp_path / "var" / "teaching").mkdir(parents=True)
            (tmp_path / "var" / "teaching" / "mark.txt").write_text("of another\n")
            for command in (COMMAND, (*COMMAND, "--dry-run")):
                assert "of another database" in call(*command).stderr
            assert rows(tmp_path, "SELECT count(*) FROM training_runs") == [(0,)]
            asked(tmp_path, lambda store: store.runs.ask("sentiment", actor="bot", options={}))
    how = ("--run", "1") if failure == "folder" else ("--steps", "2")
    assert call(*COMMAND, *how).exit_code == 1
    run = asked(tmp_path, lambda store: store.runs.get(1))
    assert run.failure == failure, run.error
    _, said, *quoted = run_html(run, "ko").split("\n")
    assert said == KO.teaching.failed.format(reason=KO.teaching.failures[failure])
    assert len(quoted) == (detail is not None)
    assert all(detail in each for each in quoted if detail is not None)


def answer_with_two(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Choose a preset that answers sentiment with a model for each language."""
    lines = [
        "[presets.two]",
        'sentiment.ko = "./korean"',
        'sentiment.en = "./english"',
        'nli.any = "./korean"',
    ]
    (folder / "two.toml").write_text("\n".join(lines) + "\n")
    monkeypatch.setenv("CATALOG", f"{folder}/two.toml")
    monkeypatch.setenv("PRESET", "two")


@pytest.mark.parametrize("asked_for", [(), ("--dry-run",), ("--run", "1")])
def test_where_each_language_has_a_model_of_its_own_none_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_for: tuple[str, ...]
) -> None:
    answer_with_two(tmp_path, monkeypatch)
    if "--run" in asked_for:
        asked(tmp_path, lambda store: store.runs.ask("sentiment", actor="bot", options={}))
    done = call(*COMMAND, *asked_for)
    assert done.exit_code == 1, done.output
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert f"sentiment.ko = {tmp_path}/korean, sentiment.en = {tmp_path}/english" in done.stderr
    assert rows(tmp_path, "SELECT state FROM training_runs") == [("failed",)] * ("--run" in asked_for)
    if "--run" in asked_for:
        assert asked(tmp_path, lambda store: store.runs.get(1)).failure is Failure.SEVERAL_MODELS
    assert rows(tmp_path, "SELECT count(*) FROM dataset_snapshots") == [(0,)]
    nli = call("train", "finetune", "nli", "--from-feedback")
    assert "nobody has voted on nli yet" in nli.stderr


@pytest.mark.parametrize("asked_for", [(), ("--dry-run",), ("--run", "1")])
def test_where_a_trained_model_answers_in_every_language_the_next_has_to_beat_that(
    voted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_for: tuple[str, ...]
) -> None:
    answer_with_two(tmp_path, monkeypatch)

    async def promote_one(store: Store) -> None:
        trained = NewCheckpoint("sentiment", "trained", f"{voted}/checkpoint", "v", "builtin")
        await store.checkpoints.add(trained)
        await store.checkpoints.promote(
            "sentiment", "trained", actor="x", reason="y", seen=None, preset="two", force=True
        )

    asked(tmp_path, promote_one)
    if "--run" in asked_for:
        asked(tmp_path, lambda store: store.runs.ask("sentiment", actor="bot", options={"steps": 2}))
    steps = () if "--run" in asked_for else ("--steps", "2")
    done = call(*COMMAND, *steps, *asked_for)
    assert done.exit_code in LEARNT, done.output + repr(done.exception)
    if "--dry-run" in asked_for:
        assert "it would be compared with trained on" in done.stdout
    else:
        assert "comparing sentiment-0001 with trained on" in done.stdout
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
        connection.execute("UPDATE checkpoints SET tainted = true WHERE name = 'trained'")
    refused = call(*COMMAND, "--dry-run")
    assert refused.exit_code == 1, "it has to go, and then the models of the preset answer"
    assert f"sentiment.ko = {tmp_path}/korean" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "finetune", "sentiment", "nli", "--from-feedback"),
        (*COMMAND, "--sentiment", "ratings.txt"),
        (*COMMAND, "--run", "1", "--lr", "0.1"),
        (*COMMAND, "--dry-run", "--cancel"),
        (*COMMAND, "--dry-run", "--run", "1"),
        ("train", "finetune", "sentiment", "--out", "o", "--model", "builtin", "--replay", "old.txt"),
        ("train", "finetune", "sentiment", "--model", "builtin"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments: tuple[str, ...]) -> None:
    assert call(*arguments).exit_code == 2


def forgetting(folder: Path, do: Callable[..., object], times: int) -> Callable[..., object]:
    """Let somebody be forgotten, so many times, just before something is done."""
    left = [None] * times

    async def forget(store: Store) -> None:
        change(folder, "UPDATE dataset_snapshots SET state = 'stale'")
        await store.erase_folders()

    def done(*arguments: object, **options: object) -> object:
        if left:
            left.pop()
            asked(folder, forget)
        return do(*arguments, **options)

    return done


@pytest.mark.usefixtures("learnt_once")
def test_a_text_deleted_before_it_is_read_or_while_it_is_learnt_makes_it_begin_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in (material, compare):
        monkeypatch.setattr(work, step.__name__, forgetting(tmp_path, step, 1))
    done = call(*COMMAND, *QUICK)
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert done.stdout.count("beginning anew") == 2
    assert (serves := champion(tmp_path)) is not None
    assert serves.snapshot == "sentiment-0003"
    assert not serves.tainted


def test_texts_deleted_all_the_while_fail_it_with_that_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "finetune", forgetting(tmp_path, finetune, 99))
    done = call(*COMMAND, *QUICK)
    assert done.exit_code == 1
    assert done.stderr == "kobert-bot: texts were deleted all the while: try again\n"
    assert asked(tmp_path, lambda store: store.runs.get(1)).failure is Failure.TEXTS_DELETED


@pytest.mark.usefixtures("learnt_once")
def test_what_learnt_a_deleted_text_gives_way_to_one_that_is_better_than_what_was_before_it(
    tmp_path: Path,
) -> None:
    assert call(*COMMAND, *QUICK).exit_code == 0
    forget_a_learnt_text(tmp_path)
    done = call(*COMMAND, *QUICK)
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert "sentiment-0002 is the champion now" in done.stdout
    second = champion(tmp_path)
    assert second is not None
    assert second.verdict is not None
    assert (second.parent, second.base) == (None, "builtin")
    assert (second.verdict.champion, second.verdict.leaving) == ("builtin", "sentiment-0001")
    assert "✓ Gain, known labels (gold)" in done.stdout
    assert rows(tmp_path, "SELECT against_id FROM evaluations ORDER BY id") == [(None,)] * 6


@pytest.mark.usefixtures("learnt_once")
def test_what_is_no_better_than_the_one_before_a_champion_that_has_to_go_leaves_the_place_to_that(
    tmp_path: Path,
) -> None:
    assert call(*COMMAND, *QUICK).exit_code == 0
    assert call(*COMMAND, *QUICK, "--no-promote").exit_code in LEARNT
    assert call("models", "promote", "sentiment-0002", "--force", "--reason", "a try").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
        connection.execute("UPDATE dataset_snapshots SET state = 'stale' WHERE name = 'sentiment-0002'")
        connection.execute("UPDATE checkpoints SET tainted = true WHERE name = 'sentiment-0002'")

    def look() -> str | None:
        """See to the champion as a running bot does, and say who is champion then."""
        marked = champion(tmp_path)
        assert marked is not None
        serves, _ = asked(tmp_path, lambda store: see_to(store, Task.SENTIMENT, marked))
        return None if serves is None else serves.name

    assert look() == "sentiment-0002"
    run = asked(tmp_path, lambda store: store.runs.current("sentiment"))
    assert run is not None
    done = call(*COMMAND, "--run", str(run.id))
    assert done.exit_code == REFUSED, done.output + repr(done.exception)
    assert "comparing sentiment-0003 with sentiment-0001 on" in done.stdout
    assert "✗ sentiment-0003 does not take the place of sentiment-0001" in done.stdout
    third = asked(tmp_path, lambda store: store.checkpoints.get("sentiment-0003"))
    assert third.verdict is not None
    assert (third.parent, third.verdict.champion, third.verdict.leaving) == (
        "sentiment-0001",
        "sentiment-0001",
        "sentiment-0002",
    )
    assert look() == "sentiment-0001"
    gone = asked(tmp_path, lambda store: store.checkpoints.get("sentiment-0002"))
    assert gone.state is CheckpointState.REFUSED


@pytest.mark.usefixtures("learnt_once")
def test_who_is_forgotten_while_the_model_learns_for_them_did_not_promote_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = 5151515151
    run = asked(tmp_path, lambda store: store.runs.ask("sentiment", actor=admin, options=OPTIONS)).run

    def forgetting(*arguments: object, **options: object) -> object:
        asked(tmp_path, lambda store: store.forget(admin))
        return compare(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("training.retraining.work.compare", forgetting)
    done = call(*COMMAND, "--run", str(run.id))
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert rows(tmp_path, "SELECT actor FROM promotions") == [("",)]


def start(*more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bot", *COMMAND, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def until(condition: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def progress(folder: Path) -> dict[str, object]:
    found = rows(folder, "SELECT progress FROM training_runs")
    return dict(json.loads(str(found[0][0]))) if found else {}


KILLED = """
import os, signal
from training.retraining import work
work.put_aside = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from bot.cli import app
app()
"""


def test_killed_the_same_command_goes_on_and_registers_once(tmp_path: Path) -> None:
    child = subprocess.run([sys.executable, "-c", KILLED, *COMMAND, *QUICK], capture_output=True, check=False)
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert rows(tmp_path, "SELECT id, state FROM training_runs") == [(1, "running")]
    assert progress(tmp_path)["phase"] == "training"
    assert (tmp_path / "var/teaching/runs/1/model/model.safetensors").exists(), "all was learnt"
    assert rows(tmp_path, "SELECT count(*) FROM checkpoints") == [(0,)]
    done = call(*COMMAND, *QUICK)
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert "nothing is left to do" in done.stdout
    assert rows(tmp_path, "SELECT id, state FROM training_runs") == [(1, "done")]
    assert rows(tmp_path, "SELECT name FROM checkpoints") == [("sentiment-0001",)]
    assert rows(tmp_path, "SELECT count(*) FROM promotions") == [(1,)]
    assert [each.name for each in (tmp_path / "var/teaching/checkpoints").iterdir()] == ["sentiment-0001"]


def test_somebody_cancels_it_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cancelled(*arguments: object, **options: object) -> object:
        told = call(*COMMAND, "--cancel")
        assert told.stdout == "training 1: is told to stop\n", told.output
        return finetune(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "finetune", cancelled)
    done = call(*COMMAND, "--steps", "100000")
    assert done.exit_code == 1, done.output
    assert "was cancelled; nothing of it is left" in done.stderr
    assert rows(tmp_path, "SELECT state FROM training_runs") == [(RunState.CANCELLED.value,)]
    assert not [each for each in (tmp_path / "var/teaching/runs").iterdir() if each.is_dir()]


async def register_and_cancel(
    store: Store, new: NewCheckpoint, judged: Judged, training: int
) -> TrainedCheckpoint:
    """Keep what came of a training, whose verdict passes, and have the training cancelled at that moment."""
    added = await register(store, new, judged, training)
    assert (await store.runs.cancel(training)).cancelling
    return added


@pytest.mark.usefixtures("learnt_once")
@pytest.mark.parametrize("options", [(), ("--no-promote",)])
def test_cancelled_while_it_is_registered_it_is_not_promoted_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.setattr("training.retraining.work.register", register_and_cancel)
    done = call(*COMMAND, *QUICK, *options)
    assert done.exit_code == 1, done.output
    assert "was cancelled; nothing of it is left" in done.stderr
    assert champion(tmp_path) is None
    assert rows(tmp_path, "SELECT state FROM checkpoints") == [(CheckpointState.RETIRED.value,)]
    assert rows(tmp_path, "SELECT count(*) FROM promotions") == [(0,)]
    assert rows(tmp_path, "SELECT state FROM training_runs") == [(RunState.CANCELLED.value,)]
    assert not list((tmp_path / "var/teaching/checkpoints").iterdir())


@pytest.mark.usefixtures("learnt_once")
def test_killed_right_after_it_is_cancelled_it_leaves_no_candidate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: object) -> None:
        raise SystemExit(137)

    monkeypatch.setattr("training.retraining.work.register", register_and_cancel)
    monkeypatch.setattr("training.retraining.work.Retraining.clear", killed)
    assert call(*COMMAND, *QUICK).exit_code == 137
    assert rows(tmp_path, "SELECT state FROM training_runs") == [(RunState.CANCELLED.value,)]
    [came] = asked(tmp_path, lambda store: store.checkpoints.all())
    assert (came.state, Path(came.path).is_dir()) == (CheckpointState.RETIRED, True)
    asked(tmp_path, lambda store: store.erase_folders())  # as a bot does at its start
    assert not Path(came.path).exists()
    assert "is retired" in call("models", "promote", "sentiment-0001").stderr


@pytest.mark.usefixtures("learnt_once")
def test_promoted_by_a_person_before_it_has_ended_it_is_told_as_the_champion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def promoting(store: Store, new: NewCheckpoint, judged: Judged, training: int) -> TrainedCheckpoint:
        added = await register(store, new, judged, training)
        await store.checkpoints.promote(
            "sentiment", added.name, actor="x", reason="y", seen=None, preset="builtin", force=True
        )
        return added

    monkeypatch.setattr("training.retraining.work.register", promoting)
    done = call(*COMMAND, *QUICK, "--no-promote")
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert "sentiment-0001 is the champion now" in done.stdout
    assert "no longer answers" not in done.stdout


def test_a_dry_run_that_is_told_to_end_leaves_no_text_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))

    def told(*_: object, **__: object) -> None:
        assert list(scratch.rglob("train.jsonl"))
        signal.raise_signal(signal.SIGHUP)

    monkeypatch.setattr("training.retraining.rehearsal.finetune", told)
    assert call(*COMMAND, *QUICK, "--dry-run").exit_code == 128 + signal.SIGHUP
    assert list(scratch.iterdir()) == []


@pytest.mark.usefixtures("learnt_once")
def test_another_promoted_while_it_is_compared_it_stays_a_candidate_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def promote_another(store: Store) -> None:
        await store.checkpoints.add(NewCheckpoint("sentiment", "another", "/nowhere", "v", "builtin"))
        await store.checkpoints.promote(
            "sentiment", "another", actor="x", reason="y", seen=None, preset="builtin", force=True
        )

    def promoting(*arguments: object, **options: object) -> object:
        asked(tmp_path, promote_another)
        return compare(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("training.retraining.work.compare", promoting)
    done = call(*COMMAND, *QUICK)
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert "sentiment-0001 passed, but against builtin, which no longer answers" in done.stdout
    assert "may be promoted" not in done.stdout
    assert (serves := champion(tmp_path)) is not None
    assert serves.name == "another"
    run = asked(tmp_path, lambda store: store.runs.get(1))
    assert EN.teaching.overtaken.format(champion="builtin") in run_html(run, "en")
    refused = call("models", "promote", "sentiment-0001")
    assert "has been compared with a model that no longer answers; --force" in refused.stderr


@pytest.mark.parametrize("since", ["as it was", "other weights", "unreadable"])
def test_taken_up_again_once_it_was_judged_it_is_promoted_only_over_the_weights_it_was_compared_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, since: str
) -> None:
    own = OwnModel(load_catalog(Path(os.environ["CATALOG"])), "builtin").version(Task.SENTIMENT)
    name = "sentiment-0001"

    async def judged_and_killed(store: Store) -> None:
        run = (await store.runs.ask("sentiment", actor="bot")).run
        await store.runs.claim(run.id, "here:1:one")
        await store.runs.beat(run.id, "here:1:one", {"name": name})
        await store.checkpoints.add(NewCheckpoint("sentiment", name, "/nowhere", "v", "builtin"))
        await store.checkpoints.judge(
            name, verdict(name, weights="older" if since == "other weights" else own)
        )
        await store.runs.let_go(run.id, "here:1:one")

    asked(tmp_path, judged_and_killed)
    if since == "unreadable":
        monkeypatch.setenv("CATALOG", str(tmp_path / "gone.toml"))
    done = call(*COMMAND, "--run", "1")
    assert done.exit_code == 0, done.output + repr(done.exception)
    assert ("cannot be told: " in done.stdout) is (since == "unreadable")
    assert (champion(tmp_path) is None) is (since != "as it was")
    overtaken = f"{name} passed, but against builtin, which no longer answers" in done.stdout
    assert overtaken is (since == "other weights")
    assert (f"{name} may be promoted: " in done.stdout) is (since == "unreadable")
    assert rows(tmp_path, "SELECT state FROM training_runs") == [("done",)]


def test_it_is_left_to_whoever_runs_it_and_interrupted_it_saves_and_waits(tmp_path: Path) -> None:
    child = start("--steps", "100000")
    until(lambda: progress(tmp_path).get("phase") == "training" and bool(progress(tmp_path).get("step")))
    second = call(*COMMAND, "--steps", "100000")
    assert second.exit_code == 1
    assert "runs already" in second.stderr
    assert second.stderr.endswith(f": {WHERE_TO_LOOK}\n")
    for where in ("/train in the chat", "`kobert-bot models list`", "--cancel"):
        assert where in WHERE_TO_LOOK
    assert rows(tmp_path, "SELECT state FROM training_runs") == [("running",)]
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=90)
    assert child.returncode == 130, errors
    assert b"stopped; a bot that runs takes it up, else the same command does; --cancel ends it" in errors
    assert rows(tmp_path, "SELECT state FROM training_runs") == [("queued",)]
    assert (tmp_path / "var/teaching/runs/1/state.pt").exists()
    other = call(*COMMAND, "--steps", "7")
    assert other.exit_code == 1
    assert "asked for with other options" in other.stderr


def left_to_a_bot(*more: str) -> None:
    """Begin a training, stop it, and let it be ended as a bot that runs does."""
    child = start(*QUICK, *more)
    until(lambda: "phase" in progress(Path.cwd()))  # which is after all imports
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=90)
    assert child.returncode == 130, errors
    assert rows(Path.cwd(), "SELECT id, state FROM training_runs") == [(1, "queued")]
    its = [sys.executable, "-m", "bot", *COMMAND, "--run", "1", "--polite"]
    assert subprocess.run(its, capture_output=True, check=False).returncode in LEARNT


def test_what_a_bot_has_ended_meanwhile_the_same_command_tells_once_and_begins_no_other(
    tmp_path: Path,
) -> None:
    left_to_a_bot()
    told = call(*COMMAND, *QUICK)
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith(
        "training 1 of sentiment, which this command began, has ended since; the same"
    )
    assert "sentiment-0001 is the champion now" in told.stdout
    assert rows(tmp_path, "SELECT id, state FROM training_runs") == [(1, "done")]
    again = call(*COMMAND, *QUICK)
    assert again.exit_code in LEARNT, again.output
    assert "training 2 of sentiment" in again.stdout


def test_of_what_a_bot_could_not_end_it_tells_why(tmp_path: Path) -> None:
    async def failed(store: Store) -> None:
        run = (await store.runs.ask("sentiment", actor="command line", options=OPTIONS)).run
        await store.runs.claim(run.id, "here:1:bot")
        told = {READER: "here:1:one"}
        await store.runs.finish(run.id, "here:1:bot", RunState.FAILED, progress=told, error="no room")

    asked(tmp_path, failed)
    told = call(*COMMAND, *QUICK)
    assert told.exit_code == 1
    assert told.stderr == (
        "kobert-bot: training 1 of sentiment, which this command began, has ended since: no room; the same "
        "command begins another one now\n"
    )
    assert rows(tmp_path, "SELECT id FROM training_runs") == [(1,)]


@pytest.mark.parametrize(
    ("state", "reader", "options"),
    [
        (RunState.CANCELLED, "here:1:one", OPTIONS),  # whoever did so begins anew
        (RunState.FAILED, "here:1:bot", OPTIONS),  # it was told
        (RunState.FAILED, None, OPTIONS),  # asked for in a chat
        (RunState.FAILED, "here:1:one", {**OPTIONS, "seed": 7}),
    ],
)
def test_another_training_is_begun_where_there_is_nothing_to_tell(
    tmp_path: Path, state: RunState, reader: str | None, options: dict[str, object]
) -> None:
    async def ended(store: Store) -> None:
        run = (await store.runs.ask("sentiment", actor="command line", options=options)).run
        await store.runs.claim(run.id, "here:1:bot")
        await store.runs.finish(run.id, "here:1:bot", state, progress={READER: reader} if reader else {})

    (tmp_path / "bot.db").unlink()
    with_tables(tmp_path / "bot.db")
    asked(tmp_path, ended)
    began = call(*COMMAND, *QUICK)  # which fails at once: nobody has voted
    assert "has ended since" not in began.output
    assert rows(tmp_path, "SELECT id FROM training_runs ORDER BY id") == [(1,), (2,)]


def test_who_passed_may_be_left_a_candidate_and_whoever_voted_is_in_no_file(tmp_path: Path) -> None:
    done = call(*COMMAND, *QUICK, "--no-promote")
    assert "sentiment-0001 may be promoted" in done.stdout
    assert champion(tmp_path) is None
    files = [file for file in (tmp_path / "var").rglob("*") if file.is_file()]
    assert {"model.safetensors", "record.json", "train.jsonl"} <= {file.name for file in files}
    for file in files:
        assert not any(person.encode() in file.read_bytes() for person in PEOPLE)
