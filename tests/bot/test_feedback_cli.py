from __future__ import annotations

import asyncio
import errno
import json
import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import NoReturn

import pytest
from typer.testing import CliRunner, Result

from bot.agreeing import Agreeing
from bot.cli import app
from storage.store import ConsentStatus, NewPrediction, Store

pytest.importorskip("crowdkit")
pytest.importorskip("pyarrow")
URL = "sqlite+aiosqlite:///var/kobert-bot.db"
VOTERS = 4
SECRET = "누가 적은 이야기인지 모를"


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PSEUDONYM_KEY", "pepper")


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["feedback", *(str(argument) for argument in arguments)])


def done(*arguments: str | Path) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: str | Path) -> str:
    """The one line that a command ends with."""
    result = call(*arguments)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("kobert-bot: ")]
    assert lines, result.output
    return lines[-1]


@pytest.fixture
def voted() -> None:
    """Three careful people and one who says the opposite, on thirty texts."""

    async def vote() -> None:
        store = await Store.open(URL, pepper=b"pepper")
        for person in range(1, VOTERS + 1):
            await store.set_consent(person, ConsentStatus.AGREED)
        for number in range(30):
            shown = NewPrediction(
                "sentiment", f"{SECRET} {number} 번째 감상", None, "builtin", "positive", {"positive": 0.9},
                (("positive", "negative"),),
            )  # fmt: skip
            prediction = await store.add_prediction(shown, chat_id=7, asker_id=1)
            for person in range(1, VOTERS + 1):
                choice = number % 2 if person < VOTERS else 1 - number % 2
                await store.vote(prediction, person, 0, choice, chat_id=7)
        await store.close()

    asyncio.run(vote())


async def call_wrongly_cut() -> None:
    """Two of three say so of one text."""
    store = await Store.open(URL, pepper=b"pepper")
    shown = NewPrediction("tokens", SECRET, None, "builtin", "right", {}, (("right", "wrong"),))
    prediction = await store.add_prediction(shown, chat_id=7, asker_id=1)
    for person, choice in ((1, 1), (2, 1), (3, 0)):
        await store.vote(prediction, person, 0, choice, chat_id=7)
    await store.close()


@pytest.fixture
def empty() -> None:
    async def make() -> None:
        await (await Store.open(URL, pepper=b"pepper")).close()

    asyncio.run(make())


@pytest.mark.usefixtures("voted")
def test_agreement_is_told_in_a_table_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = done("agree").splitlines()
    assert told[0].split() == ["task", "votes", "voters", "decided", "level", "alpha", "left", "out"]
    assert told[1].split()[:5] == ["sentiment", "120", "4", "30", "0"]
    assert told[1].split()[-1] == "1", "the one who says the opposite"
    assert done("agree", "sentiment").splitlines()[1] == told[1]
    found = json.loads(done("agree", "--json"))
    assert found.keys() == {"sentiment"}
    outlook = found["sentiment"]
    assert outlook.keys() == {"rows", "learnt", "voted", "short"}
    assert outlook["rows"].keys() == {"train", "dev", "heldout", "gold"}
    assert sum(sum(part.values()) for part in outlook["rows"].values()) == 30
    assert outlook["rows"]["train"].keys() == {"negative", "positive"}
    assert outlook["short"] is None
    short = tmp_path / "test.tsv"
    short.write_text("id\tdocument\tlabel\n1\t시험 글\t1\n2\t다른 글\t0\n", encoding="utf-8")
    monkeypatch.setenv("TEACHING_TESTS", f"sentiment={short}")
    assert json.loads(done("agree", "--json"))["sentiment"] == {**outlook, "short": 2}
    [stats] = json.loads(done("stats", "--json"))
    assert stats["labels"] == {"negative": 15, "positive": 15}


class Unread(StringIO):
    """A pipe whose reader, such as head, has gone."""

    def flush(self) -> NoReturn:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


@pytest.mark.usefixtures("voted")
def test_an_export_whose_reader_has_enough_ends_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = StringIO()
    monkeypatch.setattr(sys, "stdout", Unread())
    monkeypatch.setattr(sys, "stderr", errors)
    with pytest.raises(SystemExit):
        app(["feedback", "export"])
    assert errors.getvalue() == ""


@pytest.mark.usefixtures("voted")
def test_stats_tell_who_is_left_out_and_why() -> None:
    done("agree")
    done("snapshot", "sentiment")
    [stats] = json.loads(done("stats", "--json"))
    assert {
        key: stats[key] for key in ("task", "texts", "votes", "blind_share", "voters", "queue", "snapshots")
    } == {
        "task": "sentiment",
        "texts": 30,
        "votes": 120,
        "blind_share": 0.0,
        "voters": 4,
        "queue": 0,
        "snapshots": {"sentiment-0001": "whole"},
    }
    assert -1 < stats["alpha"] < 1
    [out] = stats["left_out"]
    assert out["verdict"] == "inverted"
    told = done("stats")
    assert f"  {out['voter'][:8]} inverted: {out['reason']}" in told
    assert "sentiment-0001 whole" in told
    assert SECRET not in told
    assert "tokens" not in told
    asyncio.run(call_wrongly_cut())
    assert done("stats").endswith("\n\ntokens: 2 votes for cut wrongly, 1 text\n")
    sentiment, tokens = json.loads(done("stats", "--json"))
    assert list(tokens) == list(sentiment)
    cut = ("task", "texts", "votes", "labels", "wrongly_cut_votes", "wrongly_cut_texts")
    assert [tokens[key] for key in cut] == ["tokens", 1, 3, {}, 2, 1]
    assert [sentiment[key] for key in cut[-2:]] == [0, 0]


@pytest.mark.usefixtures("voted")
def test_votes_on_pieces_hide_no_agreement_from_the_bot() -> None:
    """It reads the alpha of each task that is told of."""
    asyncio.run(call_wrongly_cut())

    async def alphas() -> Mapping[str, float | None]:
        store = await Store.open(URL, pepper=b"pepper")
        try:
            return await Agreeing(store).agreement()
        finally:
            await store.close()

    assert asyncio.run(alphas()).keys() == {"sentiment", "tokens"}


@pytest.mark.usefixtures("voted")
def test_conflicts_show_every_vote_and_what_became_of_it() -> None:
    told = done("conflicts", "sentiment", "--limit", "2")
    assert told.startswith("sentiment: 30 where voters differ")
    assert told.count(SECRET) == 2
    assert told.count("counted") == 2 * (VOTERS - 1)
    assert told.count("left out: right in 0 of") == 2
    assert told.count("decided: ") == 2


@pytest.mark.usefixtures("voted")
def test_a_snapshot_is_drawn_and_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, line = done("snapshot", "sentiment").splitlines()
    digest, path = line.split()
    assert Path(path) == tmp_path / "var" / "teaching" / "snapshots" / "sentiment-0001"
    assert rows.startswith("sentiment-0001: train ")
    assert done("snapshot", "sentiment", "--out", tmp_path / "mine").splitlines()[-1].split()[0] == digest
    test_set = tmp_path / "test.tsv"
    test_set.write_text(f"id\tdocument\tlabel\n1\t{SECRET} 3 번째 감상!\t1\n", encoding="utf-8")
    assert "left out: 1 stands in test.tsv" in done("snapshot", "sentiment", "--exclude", test_set)
    assert refused("snapshot", "sentiment", "--exclude", "none.tsv").startswith(
        "kobert-bot: none.tsv: No such file or directory"
    )
    assert "nobody has voted on nli yet" in refused("snapshot", "nli")
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/var/kobert-bot.db")
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)  # where nobody who is forgotten would be looked for
    wrong = f"kobert-bot: {home}/var/teaching is not the teaching folder of this database"
    assert refused("snapshot", "sentiment").startswith(wrong)
    assert not list(home.iterdir())
    done("snapshot", "sentiment", "--out", tmp_path / "mine")


@pytest.mark.usefixtures("voted")
def test_votes_go_out_and_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = done("export")
    done("export", "--format", "parquet", "--out", tmp_path / "v.parquet")
    done("export", "--format", "dataset", "--out", tmp_path / "v")
    assert refused("export", "--format", "parquet") == "kobert-bot: parquet needs --out: it is no text"
    assert (tmp_path / "v" / "votes.jsonl").read_text("utf-8") == before
    for source in (tmp_path / "v.parquet", tmp_path / "v"):
        home = tmp_path / f"copy of {source.name}"
        home.mkdir()
        monkeypatch.chdir(home)
        first = call("import", source)
        assert first.stdout.splitlines() == [
            "120 votes new",
            "4 voters not known here before: new, or back in spite of /forgetme",
        ]
        assert "kobert-bot: whoever sent /forgetme after this was exported comes back" in first.stderr
        assert done("import", source) == "120 votes here already\n"
        assert done("export") == before


def test_bad_rows_are_told_one_by_one_and_the_others_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "nsmc.tsv"
    file.write_text("id\tdocument\tlabel\n1\t좋은 글\t1\n2\t나쁜 글\t7\n3\n4\t나쁜 글\t0\n", encoding="utf-8")
    result = call("import", file)
    assert result.exit_code == 1
    assert result.stdout == "2 labelled texts new\n"
    assert result.stderr.splitlines() == [  # no progress bar beside them: this is no terminal
        f"kobert-bot: {file}: row 3 the label '7' is not one of negative (0), positive (1)",
        f"kobert-bot: {file}: row 4 has 1 columns, the header has 3",
        f"kobert-bot: {file}: 2 rows could not be used; the others were",
    ]


@pytest.mark.parametrize(
    ("rows", "more", "counted"),
    [
        (1, [], "1 row"),
        (11, ["kobert-bot: … and 1 other row"], "11 rows"),
        (1_500, ["kobert-bot: … and 1,490 other rows"], "1,500 rows"),
    ],
)
def test_of_many_bad_rows_ten_are_told_and_all_are_counted(
    tmp_path: Path, rows: int, more: list[str], counted: str
) -> None:
    file = tmp_path / "nsmc.tsv"
    file.write_text("id\tdocument\tlabel\n0\t좋은 글\t1\n" + "1\t좋은 글\t7\n" * rows, encoding="utf-8")
    result = call("import", file)
    assert result.exit_code == 1
    assert result.stdout == "1 labelled text new\n"
    assert result.stderr.splitlines()[min(rows, 10) :] == [
        *more,
        f"kobert-bot: {file}: {counted} could not be used; the others were",
    ]


def test_a_file_of_another_task_is_told_in_one_line_and_nothing_is_made(tmp_path: Path) -> None:
    file = tmp_path / "nsmc.tsv"
    file.write_text("id\tdocument\tlabel\n" + "1\t좋은 글\t1\n" * 20, encoding="utf-8")
    told = refused("import", file, "--task", "nli")
    assert told.endswith("none of its 20 rows can be used. --task sentiment would fit: is the task right?")
    assert "\n" not in told
    assert not (tmp_path / "var").exists()


def test_a_file_of_another_encoding_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "nsmc.tsv"
    file.write_bytes(b"id\tdocument\tlabel\n1\tok good\t1\n" + "2\t나쁜 글\t0\n".encode("cp949"))
    assert "row 3 is not UTF-8; it looks like CP949" in refused("import", file)
    assert not (tmp_path / "var").exists()
    file.write_bytes(b"id\tdocument\tlabel\n")
    assert refused("import", file).endswith("there is no row to import in it")


def test_a_snapshot_on_which_a_training_would_fail_says_so(tmp_path: Path) -> None:
    file = tmp_path / "nsmc.tsv"
    rows = [f"{number}\t{number}번째로 본 좋은 영화\t1\n" for number in range(40)]
    file.write_text("id\tdocument\tlabel\n" + "".join(rows), encoding="utf-8")
    done("import", file)
    result = call("snapshot", "sentiment")
    assert result.exit_code == 0
    assert result.stderr == (
        "kobert-bot: none of what there is to learn from (train) is labelled negative: "
        "a training on it would fail\n"
    )
    others = "".join(rows).replace("좋은", "나쁜").replace("\t1\n", "\t0\n")
    file.write_text(f"id\tdocument\tlabel\n{others}", encoding="utf-8")
    done("import", file)
    assert call("snapshot", "sentiment").stderr == ""


def test_gold_is_imported_and_told_of(tmp_path: Path) -> None:
    file = tmp_path / "gold.tsv"
    file.write_text("premise\thypothesis\tgold_label\n전제\t가설\tneutral\n", encoding="utf-8")
    assert done("import", file, "--gold").splitlines() == ["1 labelled text new", "1 label became gold"]
    [stats] = json.loads(done("stats", "--json"))
    assert (stats["task"], stats["gold"], stats["imported"]) == ("nli", {"maintainer": 1}, 1)
    file.write_text("premise\thypothesis\tgold_label\n전제\t가설\tentailment\n", encoding="utf-8")
    assert done("import", file, "--gold").splitlines() == [
        "1 labelled text imported otherwise before, which stays without --replace",
        "1 label known otherwise here, which stays without --gold and --replace",
    ]
    assert done("import", file, "--gold", "--replace").splitlines() == [
        "1 labelled text imported otherwise before, which the file replaces",
        "1 label known otherwise here replaced by the file's",
    ]
    told = done("gold", "nli")
    assert told.startswith("0 labels of nli became gold: it takes 3 people whom your own gold (1) has proved")
    assert "right, and there are 0. Ask the bot about such texts yourself, so that /label hands one" in told


@pytest.mark.usefixtures("voted")
def test_gold_is_asked_of_people_whom_known_labels_proved(tmp_path: Path) -> None:
    asked_first = done("gold", "sentiment")
    assert asked_first.startswith("0 labels of sentiment became gold: you have given none yet")
    assert "`kobert-bot feedback import FILE --task sentiment --gold`" in asked_first
    file = tmp_path / "known.tsv"
    rows = [f"{SECRET} {number} 번째 감상\t{1 - number % 2}" for number in range(12)]
    file.write_text("\n".join(["text\tlabel", *rows]) + "\n", encoding="utf-8")
    imported = done("import", file, "--task", "sentiment", "--gold").splitlines()
    assert imported == ["12 labelled texts here already", "12 labels became gold"]
    # Three people are proved now, and none of them has labelled anything blind.
    assert done("gold", "sentiment") == "0 labels of sentiment became gold\n"


@pytest.mark.usefixtures("voted")
def test_votes_against_an_imported_label_are_told_and_leave_it(tmp_path: Path) -> None:
    done("agree")
    file = tmp_path / "known.tsv"
    file.write_text(f"text\tlabel\n{SECRET} 0 번째 감상\t0\n", encoding="utf-8")
    assert done("import", file, "--task", "sentiment").splitlines() == [
        "1 labelled text decided otherwise by voters, which the file replaces"
    ]
    assert done("agree").splitlines()[-1] == "sentiment: by dawid-skene and imported"
    told = done("conflicts", "sentiment", "--limit", "1")
    assert "0 번째 감상\n  decided: negative (1.00, imported; votes do not change it)\n" in told
    [stats] = json.loads(done("stats", "--json"))
    assert (stats["imported"], sum(stats["labels"].values())) == (1, 30)


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("command", ["agree", "stats", "conflicts"])
def test_an_empty_database_says_so_kindly(command: str) -> None:
    assert "nobody has voted yet" in done(command)


@pytest.mark.parametrize(
    "command",
    [["agree"], ["stats"], ["conflicts"], ["snapshot", "nli"], ["gold", "nli"], ["export"]],
    ids=lambda command: command[0],
)
def test_a_database_that_is_not_there_is_said_and_not_made(command: list[str], tmp_path: Path) -> None:
    assert refused(*command).startswith("kobert-bot: there is no database sqlite+aiosqlite:///var/")
    assert not (tmp_path / "var").exists()


@pytest.mark.usefixtures("voted")
def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crowdkit.aggregation", None)
    assert "pip install 'kobert-bot[teach]'" in refused("agree")
