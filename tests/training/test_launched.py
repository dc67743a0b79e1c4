"""Runs as their processes: killed without a word, and two at a time."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch.distributed import TCPStore  # type: ignore[attr-defined]  # it names it in no list
from transformers import BertTokenizerFast
from typer.testing import CliRunner

from bot.cli import app
from tests.forking import exit_codes
from tests.training.launching import fine_tuned, heads, killed_while_it_saves
from training.pretrain import new_model
from training.processes import Processes

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(data: Path, tokenizer: BertTokenizerFast, tmp_path: Path) -> list[str]:
    tokenizer.save_pretrained(tmp_path / "tok")
    text = tmp_path / "long.txt"  # six short documents make a long one
    short = (data / "ko.txt").read_text("utf-8").split("\n\n")
    text.write_text("\n\n".join("\n".join(short[n : n + 6]) for n in range(0, 36, 6)), "utf-8")
    return [
        *("train", "pretrain", "--tokenizer", str(tmp_path / "tok"), "--documents", str(text)),
        *("--tokens", "256", "--layers", "1", "--hidden", "16", "--heads", "1", "--no-count-first"),
    ]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model" / "model.safetensors")


def same(one: Path, other: Path) -> bool:
    first, second = weights(one), weights(other)
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def here(arguments: list[str]) -> None:
    """Do in this process what a command does."""
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output + repr(result.exception)


def test_a_run_that_is_killed_goes_on_and_ends_with_the_same_weights(
    command: list[str], tmp_path: Path
) -> None:
    whole, killed = (
        [*command, "--steps", "60", "--out", str(tmp_path / name)] for name in ("whole", "killed")
    )
    here(whole)
    log = tmp_path / "log"
    assert exit_codes(log, killed_while_it_saves, (killed,)) == [-signal.SIGKILL], log.read_text()
    assert (
        torch.load(tmp_path / "killed" / "state.pt", weights_only=True)["step"] == 4
    )  # the first save comes before any step
    here(killed)
    assert same(tmp_path / "whole", tmp_path / "killed")


def together(folder: Path, work: Callable[..., None], *given: object) -> list[str]:
    """What two processes tell that meet as torchrun has them meet."""
    meeting = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    log, told = folder / "log", folder / "told"
    each = [(told, rank, meeting.port, *given) for rank in range(2)]
    assert exit_codes(log, work, *each) == [0, 0], log.read_text()
    return [told.with_suffix(f".{rank}").read_text() for rank in range(2)]


TORCHRUN = ("torch.distributed.run", "--nproc-per-node", "2", "--standalone")
ACCELERATE = (
    *("accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--main_process_port", "0"),
    *("--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"),
)


def launched(launcher: tuple[str, ...], arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Do a command as a launcher does it."""
    return subprocess.run(
        [sys.executable, "-m", *launcher, "-m", "bot", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_two_processes_train_one_model_and_either_launcher_the_same(
    command: list[str], tmp_path: Path
) -> None:
    command += ["--device", "cpu", "--steps", "4", "--out"]
    for name, launcher in (("torchrun", TORCHRUN), ("accelerate", ACCELERATE)):
        done = launched(launcher, [*command, str(tmp_path / name)])
        assert done.returncode == 0, done.stderr[-2_000:]
        assert done.stdout.count("4 steps, 4 of them left") == 1  # said once
    assert same(tmp_path / "torchrun", tmp_path / "accelerate")
    here([*command, str(tmp_path / "one")])
    alone, tokens = (
        torch.load(tmp_path / name / "state.pt", weights_only=True)["tokens"]
        for name in ("one", "accelerate")
    )
    assert tokens > 1.8 * alone
    assert not same(tmp_path / "accelerate", tmp_path / "one")


def test_accelerate_that_starts_one_process_of_two_is_refused(command: list[str], tmp_path: Path) -> None:
    alone = ("accelerate.commands.launch", "--cpu", "--num_processes", "2", *ACCELERATE[-6:])
    done = launched(alone, [*command, "--steps", "4", "--out", str(tmp_path / "one")])
    assert done.returncode != 0
    assert "add --multi_gpu to accelerate launch" in done.stderr
    assert not (tmp_path / "one").exists()


def test_fine_tuning_by_two_processes_leaves_both_with_the_same_weights(
    tmp_path: Path, tokenizer: BertTokenizerFast
) -> None:
    model = new_model(tokenizer, layers=1, hidden=16, heads=1)
    model.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    rows = [f"{n}\t고양이가 산에 {n}\t{n % 2}" for n in range(60)]
    (tmp_path / "rows.tsv").write_text("\n".join(["id\tdocument\tlabel", *rows]), "utf-8")
    command = [
        *("train", "finetune", "sentiment", "--model", str(tmp_path / "model"), "--device", "cpu"),
        *("--sentiment", str(tmp_path / "rows.tsv"), "--steps", "3", "--batch", "0.1", "--lr", "0.01"),
        *("--out", str(tmp_path / "run")),
    ]
    one, other = together(tmp_path, fine_tuned, command)
    assert one == other
    before = load_file(tmp_path / "model" / "model.safetensors")["sentiment.out.weight"]
    assert not torch.equal(weights(tmp_path / "run")["sentiment.out.weight"], before)


def test_processes_that_cannot_meet_do_not_train_each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "2")
    with pytest.raises(ValueError, match="start them with torchrun"):
        Processes.join("cpu")


def test_processes_begin_alike_and_what_none_of_them_used_has_no_gradient(tmp_path: Path) -> None:
    one, two = together(tmp_path, heads)
    assert one == two
    assert one.endswith("11 [[[0.5, 0.5]], [[0.5, 0.5]], None]")
