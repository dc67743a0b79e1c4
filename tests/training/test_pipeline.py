"""From text files to a model that answers, by the commands a maintainer types."""

from __future__ import annotations

import json
import lzma
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForPreTraining
from typer.testing import CliRunner, Result

from bot.cli import app
from models.catalog import load_catalog
from models.service import ModelService
from tests.tiny import catalog_file
from training import corpus, evaluate_text, finetune, held_out, jobs, pretrain, run
from training.datasets import Labelled, read
from training.held_out import hashed
from training.history import read_history
from training.job import Job
from training.learnt import Learnt
from training.processes import Processes
from training.state import read_state
from training.telling import quiet
from training.textfiles import DataError

ROOT = Path(__file__).parents[2]

MARKS = ("산에", "웃었다", "친구들이")  # unlike neighbours, so unlike first vectors
POSITIVE, NEGATIVE = ("웃었다", "먹었다"), ("울었다", "도와주었다")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pipeline")
    rng = np.random.default_rng(0)
    for name, size in (("train", 300), ("dev", 60), ("test", 60)):
        rows = ["id\tdocument\tlabel"]
        for n in range(size):
            words = (NEGATIVE, POSITIVE)[n % 2]
            rows.append(f"{n}\t{name} {n} 영화 {rng.choice(words)}\t{n % 2}")
        (out / f"nsmc_{name}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        pairs = ["premise\thypothesis\tlabel"]
        for n in range(size):
            mark = MARKS[n % 3]
            label = ("entailment", "neutral", "contradiction")[n % 3]
            pairs.append(f"{name} {n}\t{name} {n} {mark}\t{label}")
        (out / f"nli_{name}.tsv").write_text("\n".join(pairs) + "\n", encoding="utf-8")
    return out


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["train", *map(str, arguments)])


def done(*arguments: str | Path) -> str:
    result = call(*arguments)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.stdout


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Lengths and sizes that fit the little data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pretrain, "LENGTHS", ((32, 1.0),))
        patch.setattr(evaluate_text, "LENGTH", 32)
        patch.setattr(evaluate_text, "PAIRS", 128)
        patch.setattr(finetune, "TOKENS", {"sentiment": 512, "nli": 512, "text": 512})
        patch.setattr(corpus, "HELD_OUT_EVERY", 4)
        yield


@pytest.fixture(scope="module")
def pretrained(folder: Path, data: Path) -> Path:
    """Tokenizer, corpora and three steps of pre-training, by the commands."""
    out = done(
        *("tokenizer", "--out", folder / "tok", "--korean", data / "ko.txt", "--english", data / "en.txt"),
        *("--vocab-size", "400", "--characters", "9999"),
    )
    assert f"in {folder / 'tok'}" in out
    assert (folder / "tok" / "record.json").exists()
    out = done(
        *("pretrain", "--tokenizer", folder / "tok", "--documents", f"{data / 'ko.txt'}=3"),
        *("--documents", data / "en.txt", "--singles", data / "reviews.txt", "--out", folder / "pre"),
        *("--steps", "3", "--tokens", "256", "--layers", "1", "--hidden", "64", "--heads", "2"),
        # In a corpus this small all words have the same neighbours, and vectors made of those are all alike.
        "--no-count-first",
    )
    assert "3 steps, 3 of them left" in out
    assert "documents shorter" not in out
    return folder / "pre"


def test_a_run_leaves_a_model_a_picture_and_a_record(pretrained: Path) -> None:
    assert (pretrained / "model" / "model.safetensors").exists()
    assert (pretrained / "curve.png").stat().st_size > 5_000
    record = json.loads((pretrained / "record.json").read_text("utf-8"))
    assert record["settings"]["masking"] == 0.15
    assert record["figures"]["steps"] == 3
    assert any(name.endswith("reviews.txt") for name in record["data"])
    assert all(len(digest) == 64 for digest in record["data"].values())
    assert record["packages"].keys() >= {"torch", "transformers"}
    assert {"mlm", "mlm accuracy", "nsp", "nsp accuracy", "tokens"} <= read_history(pretrained)[-1].keys()


def test_who_draws_the_examples_changes_no_weight(
    pretrained: Path, folder: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three steps of pre-training as the fixture's, and two of all tasks, stopped after one of them."""
    text = ("--documents", data / "ko.txt", "--singles", data / "reviews.txt")
    tasks = ("finetune", "sentiment", "mask", "nsp", "--model", pretrained / "model", "--seed", "5")
    asked = (*tasks, "--sentiment", folder / "nsmc_train.tsv", *text)
    done(*asked, "--out", tmp_path / "alone", "--steps", "2")
    for module in (pretrain, finetune):
        monkeypatch.setattr(module, "drawers", lambda _: 2)
    done(
        *("pretrain", "--tokenizer", folder / "tok", "--documents", f"{data / 'ko.txt'}=3"),
        *("--documents", data / "en.txt", "--singles", data / "reviews.txt", "--out", tmp_path / "pre"),
        *("--steps", "3", "--tokens", "256", "--layers", "1", "--hidden", "64", "--heads", "2"),
        "--no-count-first",
    )
    ahead = ("--out", tmp_path / "ahead")
    with monkeypatch.context() as patch:
        patch.setattr(run.Run, "_log", lambda *_: signal.raise_signal(signal.SIGINT))
        assert call(*asked, *ahead, "--steps", "2").exit_code == 130
    assert read_state(tmp_path / "ahead", torch.device("cpu"))["step"] == 1
    done(*asked, *ahead, "--steps", "2")

    for one, other in ((pretrained, tmp_path / "pre"), (tmp_path / "alone", tmp_path / "ahead")):
        ours, theirs = (load_file(each / "model" / "model.safetensors") for each in (one, other))
        assert all(torch.equal(ours[name], theirs[name]) for name in ours | theirs)


@pytest.mark.usefixtures("pretrained")
def test_a_dry_run_says_how_long_it_takes_and_leaves_nothing_behind(data: Path, folder: Path) -> None:
    out = done(
        *("pretrain", "--tokenizer", folder / "tok", "--documents", data / "ko.txt", "--out", folder / "dry"),
        *(
            "--minutes",
            "1",
            "--tokens",
            "128",
            "--layers",
            "1",
            "--hidden",
            "16",
            "--heads",
            "1",
            "--dry-run",
        ),
    )
    assert "tokens/s" in out
    assert "minutes" in out
    assert not (folder / "dry").exists()
    out = done(
        *(
            "finetune",
            "sentiment",
            "mask",
            "--model",
            folder / "pre" / "model",
            "--documents",
            data / "ko.txt",
        ),
        *("--sentiment", folder / "nsmc_train.tsv", "--out", folder / "dry", "--dry-run"),
    )
    assert "minutes" in out
    assert not (folder / "dry").exists()


async def test_all_tasks_at_once_over_one_trunk(pretrained: Path, folder: Path, data: Path) -> None:
    out = done(
        *("finetune", "sentiment", "nli", "mask", "nsp", "--model", pretrained / "model"),
        *("--sentiment", folder / "nsmc_train.tsv", "--nli", folder / "nli_train.tsv"),
        *("--held-out-sentiment", folder / "nsmc_test.tsv", "--held-out-nli", folder / "nli_test.tsv"),
        *("--documents", data / "ko.txt", "--singles", data / "reviews.txt", "--matching-head"),
        *("--out", folder / "fine", "--steps", "300", "--lr", "0.003", "--dropout", "0", "--half"),
    )
    assert "sentiment: 240 to learn from, 60 to choose by" in out
    assert "nli: 240 to learn from, 60 to choose by" in out
    model = folder / "fine" / "model"
    heldout = str(next((folder / "pre" / "text").glob("ko-*/heldout")))
    out = done(
        *("evaluate", "--model", model, "--nli", folder / "nli_test.tsv", "--out", folder / "evaluation"),
        *("--sentiment", folder / "nsmc_test.tsv", "--tune-sentiment", folder / "nsmc_dev.tsv"),
        *("--documents", heldout, "--json"),
    )
    found = json.loads(out)
    figures = {each["task"]: each for each in found["classification"]}
    assert figures["sentiment"]["accuracy"]["n"] == 60
    assert figures["sentiment"]["accuracy"]["value"] > 0.9, "the words tell the label"
    assert figures["sentiment"]["temperature"] > 0
    assert figures["nli"]["accuracy"]["value"] > 0.8
    assert len(found["pretraining"][heldout]) == 4
    record = json.loads((folder / "evaluation" / "record.json").read_text("utf-8"))
    assert record["figures"] == found
    assert record["data"].keys() >= {str(folder / "nli_test.tsv"), heldout, f"{model}"}

    out = done(
        "evaluate", "--model", model, "--sentiment", folder / "nsmc_test.tsv", "--out", folder / "evaluation"
    )
    assert "sentiment accuracy: " in out
    assert "the whole report, in place of the one that was there" in out
    told = (folder / "evaluation" / "report.md").read_text("utf-8")
    assert told.startswith(f"# {model}\n\n- {folder / 'nsmc_test.tsv'}\n\n## sentiment\n")
    assert (folder / "evaluation" / "sentiment-confusion.png").exists()

    service = ModelService(load_catalog(catalog_file(folder / "catalog.toml", builtin=str(model))))
    try:
        assert (await service.sentiment("test 1 영화 웃었다")).label == "positive"
        assert (await service.sentiment("test 0 영화 울었다")).label == "negative"
        labels = [(await service.nli("test 3", f"test 3 {mark}")).label for mark in MARKS]
        assert labels == ["entailment", "neutral", "contradiction"]
    finally:
        await service.close()


def test_a_dry_evaluation_says_what_and_how_long(folder: Path, data: Path, tmp_path: Path) -> None:
    given: tuple[str | Path, ...] = ("--sentiment", folder / "nsmc_test.tsv", "--documents", data / "ko.txt")
    out = done("evaluate", "--model", "builtin", *given, "--out", tmp_path / "out", "--dry-run")
    assert f"would measure 60 rows of sentiment; 384 pairs of {data / 'ko.txt'}, which is encoded" in out
    assert "minutes" in out
    assert not (tmp_path / "out").exists()
    result = call(
        *("evaluate", "--model", "builtin", *given, "--documents", tmp_path / "gone.txt", "--dry-run"),
        *("--out", tmp_path / "out"),
    )
    assert result.exit_code == 1
    assert "gone.txt: No such file" in result.stderr


def test_what_would_flatter_is_not_measured(pretrained: Path, folder: Path, tmp_path: Path) -> None:
    test = folder / "nsmc_test.tsv"
    for arguments, said in (
        (("--model", pretrained / "model", "--sentiment", test), "model never learnt sentiment"),
        (("--model", "builtin", "--sentiment", test, "--tune-sentiment", test), "all of it is measured"),
        (("--model", "builtin", "--sentiment", test, "--tune-nli", test), "there is no --nli to measure on"),
        (
            (
                "--model",
                pretrained / "model",
                "--documents",
                next((pretrained / "text").glob("ko-*")) / "train",
            ),
            "is what trains",
        ),
    ):
        result = call("evaluate", *arguments, "--out", tmp_path / "out")
        assert result.exit_code == 1
        assert said in result.stderr


def test_text_too_short_is_told_before_anything_is_measured(
    folder: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate_text, "LENGTH", 256)
    given: tuple[str | Path, ...] = ("--sentiment", folder / "nsmc_test.tsv", "--documents", data / "ko.txt")
    result = call("evaluate", "--model", "builtin", *given, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "pairs of 256 tokens, among the held-out ones, which are one in" in result.stderr
    assert "measuring" not in result.stderr


def test_the_temperature_is_fitted_without_what_is_measured(folder: Path, tmp_path: Path) -> None:
    test, more = folder / "nsmc_test.tsv", tmp_path / "more.tsv"
    rows = [*test.read_text("utf-8").splitlines()[:11], "1\t참 좋은 영화다\t1", "2\t지루한 영화다\t0"]
    more.write_text("\n".join(rows) + "\n", encoding="utf-8")
    given: tuple[str | Path, ...] = ("--sentiment", test, "--tune-sentiment", more, "--out", tmp_path / "out")
    result = call("evaluate", "--model", "builtin", *given)
    assert result.exit_code == 0
    assert f"{more}: 10 rows with a text that is measured left out" in result.stderr


def test_with_nothing_left_to_replay_it_is_as_without(folder: Path) -> None:
    """Passes over the rows make other batches of them, and other steps."""
    file = str(folder / "nsmc_test.tsv")
    job = Job(("sentiment",), "builtin", folder, replay=[file])
    told: list[str] = []

    assert jobs._replayed(job, [], told.append) is not None
    assert not told
    assert jobs._replayed(job, read("sentiment", file).examples, told.append) is None
    assert told[-1] == "--replay: nothing is left to go through again"


@pytest.mark.parametrize("task", ["sentiment", "mask", "nsp"])
def test_one_task_alone(pretrained: Path, folder: Path, data: Path, task: str) -> None:
    given: tuple[str | Path, ...] = (
        (
            "--sentiment",
            folder / "nsmc_train.tsv",
            "--sentiment-dev",
            folder / "nsmc_dev.tsv",
            "--epochs",
            "0.2",
        )
        if task == "sentiment"
        else ("--documents", data / "ko.txt", "--steps", "2")
    )
    out = done("finetune", task, "--model", pretrained / "model", *given, "--out", folder / f"only-{task}")
    assert f"{folder / f'only-{task}' / 'model'}: the model" in out
    last = read_history(folder / f"only-{task}")[-1]
    assert ("mlm" in last) == (task == "mask")
    assert ("nsp" in last) == ("nsp accuracy" in last) == (task == "nsp")
    assert ("the weights that did best on the development part: " in out) == (task == "sentiment")


def test_a_sweep_tries_each_once_and_prints_the_best_first(pretrained: Path, folder: Path) -> None:
    given: tuple[str | Path, ...] = (
        *("sweep", "sentiment", "--model", pretrained / "model", "--out", folder / "sweep"),
        *("--data", folder / "nsmc_train.tsv", "--lr", "1e-9,3e-3", "--epochs", "40", "--smoothing", "0"),
    )
    planned = done(*given, "--dry-run")
    assert "2 runs" in planned
    assert "would train 2 times, " in planned
    assert not (folder / "sweep").exists()
    table = done(*given).splitlines()[-2:]
    assert table[0].startswith("| 0.003 | 40 |")
    assert (folder / "sweep" / "table.md").read_text("utf-8").splitlines()[-2:] == table
    again = done(*given)
    assert "fine-tuning:" not in again
    assert again.splitlines()[-2:] == table
    otherwise = call(*given, "--seed", "1")
    assert otherwise.exit_code == 1
    assert "this trial was made otherwise (seed was 0, is 1); take another --out" in otherwise.stderr


def test_a_sweep_does_not_mix_trials_of_one_preset_with_other_weights(folder: Path, tmp_path: Path) -> None:
    given: tuple[str | Path, ...] = (
        *("sweep", "sentiment", "--model", "builtin", "--data", folder / "nsmc_train.tsv"),
        *("--lr", "1e-5", "--epochs", "0.01", "--out", tmp_path),
    )
    done(*given)
    assert "fine-tuning:" not in done(*given)
    (record,) = tmp_path.glob("*/record.json")
    body = json.loads(record.read_text("utf-8"))
    body["origin"]["data"]["builtin"] = "0" * 64  # as if a later version shipped others
    record.write_text(json.dumps(body), encoding="utf-8")
    result = call(*given)
    assert result.exit_code == 1
    assert "made otherwise (builtin has changed)" in result.stderr
    record.write_text("{", encoding="utf-8")
    assert "made otherwise (nothing says how)" in call(*given).stderr


def test_words_are_masked_whole_and_pairs_are_hard_when_fine_tuning_is_told_so(
    pretrained: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = Mock(wraps=pretrain.draw_pairs)
    monkeypatch.setattr(finetune, "draw_pairs", draw)
    given: tuple[str | Path, ...] = ("--documents", data / "ko.txt", "--steps", "1", "--out", tmp_path)
    model = pretrained / "model"
    done(
        *("finetune", "mask", "nsp", "--model", model, *given),
        *("--whole-words", "--same-document", "0.5", "--masking", "0.3"),
    )
    recipe = pretrain.Recipe(masking=0.3, whole_words=True, same_document=0.5)
    assert {each.args[4] for each in draw.call_args_list} == {recipe}
    for task, option in (("nsp", ("--whole-words",)), ("mask", ("--same-document", "0.5"))):
        result = call("finetune", task, "--model", model, *given, *option)
        assert result.exit_code == 1
        assert f"{option[0]} is for the task {'mask' if task == 'nsp' else 'nsp'}" in result.stderr


def test_a_sweep_draws_some_of_the_combinations(pretrained: Path, folder: Path, tmp_path: Path) -> None:
    given: tuple[str | Path, ...] = (
        *("sweep", "sentiment", "--model", pretrained / "model", "--data", folder / "nsmc_train.tsv"),
        *("--config", tmp_path / "sweep.toml", "--epochs", "0.1,0.2", "--trials", "2"),
    )
    (tmp_path / "sweep.toml").write_text("lr = [1e-4, 2e-4]\n", encoding="utf-8")
    rows = [done(*given, "--out", tmp_path / seed, "--seed", seed).splitlines()[-2:] for seed in ("0", "1")]
    tried = [{tuple(row.split("|")[1:3]) for row in its} for its in rows]
    assert [len(each) for each in tried] == [2, 2]
    assert tried[0] != tried[1]
    budget = ("--lr", "1e-5..1e-3", "--epochs", "2", "--steps")
    drawn = done(*given, *budget, "1", "--out", tmp_path / "range").splitlines()[-2:]
    rates = {float(row.split("|")[1]) for row in drawn}
    assert len(rates) == 2
    assert all(1e-5 <= rate <= 1e-3 for rate in rates)
    again = call(*given, *budget, "2", "--out", tmp_path / "range")
    assert "this trial was made otherwise (steps was 1 and is 2); take another --out" in again.stderr
    result = call(*given, "--steps", "1", "--out", tmp_path / "none")
    assert "--epochs says nothing where --minutes or --steps say how long a trial is" in result.stderr
    more = ("--epochs", "2", "--steps", "1", "--skip-bad", "--held-out-sentiment", folder / "nsmc_train.tsv")
    result = call(*given, *more, "--out", tmp_path / "none")
    assert "nsmc_train.tsv: 300 rows with a held-out text left out" in result.stdout
    result = call(*given, "--data", tmp_path / "gone.tsv", "--out", tmp_path / "none")
    assert "gone.tsv: No such file" in result.stderr
    assert "runs" not in result.stdout


def test_a_fine_tuning_that_is_killed_ends_with_the_same_weights(
    pretrained: Path, folder: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With dropout, text beside the labels, and the best weights so far kept."""
    monkeypatch.setattr(run, "SAVE_EVERY", 0.0)
    given: tuple[str | Path, ...] = (
        *("finetune", "sentiment", "mask", "nsp", "--model", pretrained / "model", "--steps", "6"),
        *("--sentiment", folder / "nsmc_train.tsv", "--documents", data / "ko.txt", "--lr", "1e-3"),
        *("--dropout", "0.1"),
    )
    done(*given, "--out", tmp_path / "whole")
    learn = run.Run._learn

    def dying(self: run.Run) -> None:
        if self.step == 3:
            raise KeyboardInterrupt
        learn(self)

    with monkeypatch.context() as patch:
        patch.setattr(run.Run, "_learn", dying)
        patch.setattr(run.Run, "plan", lambda _, __: run.Plan(6, 1.0, 1))
        assert call(*given, "--out", tmp_path / "killed").exit_code == 130
    assert "6 steps, 3 of them left" in done(*given, "--out", tmp_path / "killed")
    one, two = (load_file(tmp_path / name / "model" / "model.safetensors") for name in ("whole", "killed"))
    assert all(torch.equal(one[name], two[name]) for name in one)
    records = [
        json.loads((tmp_path / name / "record.json").read_text("utf-8")) for name in ("whole", "killed")
    ]
    assert records[0]["figures"]["best on the development part"] is not None
    assert records[0]["data"] == records[1]["data"]
    assert len(records[1]["code"]) == 1
    # A record that nothing could write again by chance, in the same second.
    record = tmp_path / "killed" / "record.json"
    record.write_text(json.dumps({**records[1], "ended": "before"}), encoding="utf-8")
    assert "nothing is left to do" in done(*given, "--out", tmp_path / "killed")
    assert json.loads(record.read_text("utf-8"))["ended"] == "before"
    record.unlink()  # killed before it was written
    done(*given, "--out", tmp_path / "killed")
    assert json.loads(record.read_text("utf-8"))["figures"] == records[1]["figures"]
    done(*given, "--out", tmp_path / "killed", "--half")
    assert json.loads(record.read_text("utf-8"))["settings"]["half"]
    done(*given, "--out", tmp_path / "killed", "--steps", "7")
    assert json.loads(record.read_text("utf-8"))["figures"]["steps"] == 7


def test_a_bert_with_kobert_s_tokenizer_is_fine_tuned_and_measured(folder: Path, tmp_path: Path) -> None:
    shipped = ROOT / "models" / "kobert_tokenizer"
    small = BertConfig(8002, 16, 1, 1, 32, max_position_embeddings=64, pad_token_id=1)
    BertForPreTraining(small).save_pretrained(tmp_path / "kobert")
    for name in ("tokenizer_78b3253a26.model", "vocab.txt"):
        shutil.copy(shipped / name, tmp_path / "kobert")
    files = {name: tmp_path / f"{name}.tsv" for name in ("train", "test")}
    for name, file in files.items():
        long = f"900\t{name} {'영화 ' * 90}\t1\n"  # and the model has 64 positions
        file.write_text((folder / f"nsmc_{name}.tsv").read_text("utf-8") + long, encoding="utf-8")
    given: tuple[str | Path, ...] = ("--sentiment", files["train"], "--steps", "2")
    out = tmp_path / "out"
    done("finetune", "sentiment", "--model", tmp_path / "kobert", *given, "--out", out)
    assert {each.name for each in (out / "model").iterdir()} >= {"tokenizer_78b3253a26.model", "vocab.txt"}
    test = ("--sentiment", files["test"])
    assert "sentiment accuracy" in done(
        "evaluate", "--model", out / "model", *test, "--out", tmp_path / "seen"
    )
    given = ("--documents", files["test"], "--dry-run", "--out", tmp_path / "seen")
    result = call("evaluate", "--model", tmp_path / "kobert", *given)
    assert result.exit_code == 1
    assert "masks and pairs need a WordPiece tokenizer" in result.stderr


def test_reviews_and_their_stars_train_too_and_none_of_them_twice(
    pretrained: Path, folder: Path, tmp_path: Path
) -> None:
    known = [line.split("\t")[1] for line in (folder / "nsmc_train.tsv").read_text("utf-8").splitlines()[1:4]]
    (tmp_path / "texts.txt").write_text("\n".join([*known, "볼만해요", "최고예요", "별로예요"]), "utf-8")
    (tmp_path / "stars.txt").write_text("1\n10\n1\n6\n10\n2", "utf-8")
    out = done(
        *("finetune", "sentiment", "--model", pretrained / "model", "--sentiment", folder / "nsmc_train.tsv"),
        *("--rated-texts", tmp_path / "texts.txt", "--ratings", tmp_path / "stars.txt", "--steps", "1"),
        *("--out", tmp_path / "out"),
    )
    assert "texts.txt: 1 rows rated 5 to 8 left out" in out
    assert "texts.txt: 3 rows that stand in another file left out" in out
    assert "sentiment: 242 to learn from, 60 to choose by" in out


def test_weights_are_not_chosen_by_a_public_test_set_nor_measured_on_what_trained_them(
    pretrained: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: tuple[str | Path, ...] = (
        *(
            "finetune",
            "sentiment",
            "--model",
            pretrained / "model",
            "--steps",
            "1",
            "--out",
            tmp_path / "out",
        ),
        *("--sentiment", folder / "nsmc_train.tsv"),
    )
    done(*given, "--held-out-sentiment", folder / "nsmc_test.tsv")
    result = call(
        *("evaluate", "--model", tmp_path / "out" / "model", "--sentiment", folder / "nsmc_train.tsv"),
        *("--out", tmp_path / "seen"),
    )
    assert result.exit_code == 1
    assert "the model knows it, so it measures nothing" in result.stderr
    done(
        *("evaluate", "--model", tmp_path / "out" / "model", "--sentiment", folder / "nsmc_test.tsv"),
        *("--out", tmp_path / "seen"),
    )
    rows = (folder / "nsmc_test.tsv").read_text("utf-8").splitlines()[1:]
    _check_known_rows(tmp_path, folder)
    public = frozenset(each for row in rows if (each := hashed(row.split("\t")[1])) is not None)
    monkeypatch.setattr(held_out, "public_sets", lambda: {"nsmc_test": public})
    result = call(*given, "--sentiment-dev", folder / "nsmc_test.tsv", "--seed", "1")
    assert result.exit_code == 1
    assert "nsmc_test" in result.stderr


def _check_known_rows(place: Path, folder: Path) -> None:
    """The model in ``out`` knows its rows in whatever file, and so does one that is trained from it."""
    header, *train = (folder / "nsmc_train.tsv").read_text("utf-8").splitlines()
    test = (folder / "nsmc_test.tsv").read_text("utf-8").splitlines()[1:]
    files = {"packed.tsv.xz": [header, *train], "few.tsv": [header, train[-1], *test]}
    for name, lines in files.items():
        content = ("\r\n".join(lines) + "\r\n").encode()
        (place / name).write_bytes(lzma.compress(content) if name.endswith(".xz") else content)
    done(
        *("finetune", "nli", "--model", place / "out" / "model", "--nli", folder / "nli_train.tsv"),
        *("--steps", "1", "--out", place / "after"),
    )
    for name in ("out", "after"):
        given = ("evaluate", "--model", place / name / "model", "--out", place / "seen", "--sentiment")
        result = call(*given, place / "packed.tsv.xz")
        assert result.exit_code == 1
        assert "300 of 300 rows have a text that the model learnt from" in result.stderr
        result = call(*given, place / "few.tsv", "--json")
        assert (
            f"{place / 'few.tsv'}: 1 rows with a text that the model learnt from or was chosen by left out"
            in result.stderr
        )
        assert json.loads(result.stdout)["classification"][0]["accuracy"]["n"] == 60
        result = call(*given, folder / "nsmc_test.tsv", "--tune-sentiment", place / "packed.tsv.xz")
        assert "the model learnt from" in result.stderr


@pytest.mark.usefixtures("pretrained")
def test_documents_too_short_for_a_pair_are_counted(data: Path, folder: Path, tmp_path: Path) -> None:
    text = (data / "ko.txt").read_text("utf-8") + "\n토끼는 웃었다.\n\n" + "토끼는 강을 좋아했다. " * 9
    (tmp_path / "short.txt").write_text(text, encoding="utf-8")
    out = done(
        *("finetune", "mask", "--model", folder / "pre" / "model", "--documents", tmp_path / "short.txt"),
        *("--steps", "1", "--out", tmp_path / "out", "--dry-run"),
    )
    assert "2 documents shorter than a pair of 32 tokens, or one sentence long: no pair begins in them" in out


@pytest.mark.usefixtures("pretrained")
def test_options_come_from_a_file_and_the_command_line_goes_before_it(
    folder: Path, data: Path, tmp_path: Path
) -> None:
    config = tmp_path / "settings.toml"
    config.write_text(f'tokens = 128\nsteps = 9\nmasking = 0.3\ndocuments = ["{data / "ko.txt"}"]\n', "utf-8")
    given: tuple[str | Path, ...] = (
        *("pretrain", "--config", config, "--tokenizer", folder / "tok", "--out", tmp_path / "out"),
        *("--layers", "1", "--hidden", "16", "--heads", "1", "--steps", "2"),
    )
    done(*given)
    settings = json.loads((tmp_path / "out" / "record.json").read_text("utf-8"))["settings"]
    assert (settings["tokens"], settings["masking"], settings["steps"]) == (128, 0.3, 2)
    config.write_text("learning = 1\n", "utf-8")
    result = call(*given)
    assert result.exit_code == 2
    assert "no option learning" in result.output.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("pretrain", "--tokenizer", "nowhere", "--documents", "x", "--out", "o"),
            "nowhere: no tokenizer here",
        ),
        (("pretrain", "--tokenizer", "t", "--out", "o"), "--documents: next-sentence"),
        (("pretrain", "--tokenizer", "t", "--out", "o", "--hidden", "10", "--heads", "3"), "no multiple"),
        (("finetune", "nli", "--model", "builtin", "--out", "o"), "nli learns from a file: --nli FILE"),
        (("finetune", "mask", "--model", "builtin", "--out", "o"), "mask learns from running text"),
        (
            ("finetune", "nli", "--model", "./none", "--out", "o", "--nli", "no.tsv"),
            "no.tsv: No such file",
        ),
        (("evaluate", "--model", "builtin"), "nothing to measure on"),
        (("evaluate", "--model", "builtin", "--device", "tpu"), "tpu: not one of auto, cpu, cuda"),
        pytest.param(
            ("evaluate", "--model", "builtin", "--device", "cuda"),
            "cuda: torch finds no GPU here",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU"),
        ),
        (("sweep", "nli", "--model", "builtin", "--out", "o", "--data", "x", "--lr", "a,b"), "--lr: numbers"),
        (
            ("sweep", "nli", "--model", "builtin", "--out", "o", "--data", "x", "--lr", "nan"),
            "--lr: nan is not",
        ),
        (
            ("sweep", "nli", "--model", "builtin", "--out", "o", "--data", "x", "--batch", "0"),
            "--batch: 0 is not",
        ),
        (("sweep", "mask", "--model", "builtin", "--out", "o", "--data", "x"), "sentiment or nli"),
        (
            ("sweep", "nli", "--model", "builtin", "--out", "o", "--data", ".", "--lr", "1e-5..1e-3"),
            "--lr is a range: --trials says how many to draw from it",
        ),
        (
            ("sweep", "nli", "--model", "builtin", "--out", "o", "--data", "x", "--smoothing", "0..0.1"),
            "a range goes from above 0 up",
        ),
        (("tokenizer", "--korean", "no.txt", "--out", "o", "--dry-run"), "no.txt: No such file or directory"),
        (
            ("finetune", "sentiment", "--model", "builtin", "--out", "o", "--rated-texts", "x"),
            "--rated-texts and --ratings go together",
        ),
        (
            ("finetune", "sentiment", "--model", "builtin", "--out", "o", "--sentiment", "x", "--nli", "y"),
            "--nli is given, but nli is not among the tasks",
        ),
        (
            (
                "finetune",
                "sentiment",
                "--model",
                "builtin",
                "--out",
                "o",
                "--sentiment",
                "x",
                "--singles",
                "y",
            ),
            "--singles is for the task mask",
        ),
        (
            (
                "finetune",
                "sentiment",
                "--model",
                "builtin",
                "--out",
                "o",
                "--sentiment",
                "x",
                "--debias",
                "1",
            ),
            "--debias is for the task nli",
        ),
    ],
)
def test_what_cannot_be_is_one_line_and_an_exit_code(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("kobert-bot: ")
    assert said in line


@pytest.mark.parametrize(
    ("name", "what_else"),
    [
        ("bultin", " (did you mean builtin?); of the hub: bultin is not on this machine"),
        ("var/nofolder", "; of the hub: var/nofolder is not on this machine"),
        ("var/no/folder", "\n"),
    ],
)
@pytest.mark.parametrize("command", [("finetune", "nli", "--nli"), ("sweep", "nli", "--data")])
def test_a_model_that_is_nowhere_is_told_before_anything_long_begins(
    command: tuple[str, ...],
    name: str,
    what_else: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("finetuning_commands", "sweeping_commands"):
        monkeypatch.setattr(f"training.{module}.processes_on", None)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    result = call(*command, folder / "nli_train.tsv", "--model", name, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        f"kobert-bot: {name}: there is no such folder, nor is it one of the presets builtin, klue, kobert, "
        f"google{what_else}"
    )


def test_a_file_where_a_folder_should_be_is_one_line(pretrained: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    model, given = pretrained / "model", ("--sentiment", folder / "nsmc_train.tsv")
    for arguments in (
        ("finetune", "sentiment", "--model", model, *given),
        ("evaluate", "--model", "builtin", *given),
    ):
        result = call(*arguments, "--out", tmp_path / "taken")
        assert result.exit_code == 1
        assert str(tmp_path / "taken") in result.stderr.splitlines()[-1]


def test_new_heads_are_drawn_by_the_seed(pretrained: Path, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(pretrained / "model", tmp_path / "trunk")
    kept = {
        name: value
        for name, value in load_file(tmp_path / "trunk" / "model.safetensors").items()
        if not name.startswith("sentiment.")
    }
    save_file(kept, tmp_path / "trunk" / "model.safetensors", {"format": "pt"})
    found: list[torch.Tensor] = []
    for name in ("one", "two"):
        torch.manual_seed(len(found))  # whatever was drawn before
        given: tuple[str | Path, ...] = ("--sentiment", folder / "nsmc_train.tsv", "--steps", "1")
        out = tmp_path / name
        done("finetune", "sentiment", "--model", tmp_path / "trunk", *given, "--out", out)
        found.append(load_file(out / "model" / "model.safetensors")["sentiment.out.weight"])
    assert torch.equal(*found)


def test_a_file_that_is_gone_when_a_training_ends_costs_nothing(
    pretrained: Path, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "gone.tsv"
    shutil.copy(folder / "nsmc_train.tsv", file)
    job = Job(
        ("sentiment",),
        str(pretrained / "model"),
        tmp_path / "out",
        files={"sentiment": [str(file)]},
        dev={"sentiment": str(folder / "nsmc_dev.tsv")},
        steps=1,
    )
    processes = Processes.join("cpu")
    jobs.finetune(job, processes, quiet, Mock(), after_step=lambda _: file.unlink(missing_ok=True))
    assert not file.exists()
    known = Learnt.load(tmp_path / "out" / "model")
    train = Labelled(read("sentiment", str(folder / "nsmc_train.tsv")).examples)
    with pytest.raises(DataError, match="of 300 rows have a text that the model learnt from"):
        known.unread(train, str(folder / "nsmc_train.tsv"))
    # Of its own development file a temperature is fitted, and nothing is measured on it.
    dev = str(folder / "nsmc_dev.tsv")
    given: tuple[str | Path, ...] = ("evaluate", "--model", tmp_path / "out" / "model", "--dry-run")
    out = ("--out", tmp_path / "figures")
    done(*given, "--sentiment", folder / "nsmc_test.tsv", "--tune-sentiment", dev, *out)
    assert "the model learnt from or was chosen by" in call(*given, "--sentiment", dev, *out).stderr
    # Where weights that go on from it are chosen by what it has learnt, that is said.
    given = ("finetune", "sentiment", "--model", tmp_path / "out" / "model", "--dry-run", *out)
    again = call(*given, "--sentiment", dev, "--sentiment-dev", folder / "nsmc_train.tsv")
    assert (
        "has learnt 300 of the 300 rows to choose weights by: their accuracy flatters; "
        "--sentiment-dev, or --dev of a sweep, takes others" in again.stdout
    )
