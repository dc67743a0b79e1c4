"""The recipe of the built-in model names options that the commands have."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer.main

from training.commands import app

RECIPE = Path(__file__).parents[2] / "training" / "builtin"
COMMANDS = {command.name: command for command in typer.main.get_group(app).commands.values()}


@pytest.mark.parametrize("file", sorted(RECIPE.glob("*.toml")), ids=lambda file: file.stem)
def test_every_setting_is_an_option_of_its_command(file: Path) -> None:
    known = {option.name for option in COMMANDS[file.stem].params}
    given = {name.replace("-", "_") for name in tomllib.loads(file.read_text(encoding="utf-8"))}

    assert given <= known


def test_pretraining_and_finetuning_read_the_same_text() -> None:
    pretrain, finetune = (
        tomllib.loads((RECIPE / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("pretrain", "finetune")
    )

    assert finetune["documents"] == pretrain["documents"]
    assert finetune["singles"] == pretrain["singles"]


@pytest.mark.skipif(shutil.which("make") is None, reason="without make, nobody makes it")
@pytest.mark.parametrize(
    ("given", "folder", "fewer"), [((), "builtin", 0), (("STEPS=7",), "builtin-7-steps", 2)]
)
def test_a_try_has_few_steps_and_a_folder_of_its_own(
    given: tuple[str, ...], folder: str, fewer: int, tmp_path: Path
) -> None:
    commands = [
        "make",
        "--dry-run",
        "--old-file=.venv/.stamp-dev",
        "builtin-model",
        f"DATA={tmp_path}",
        *given,
    ]
    said = subprocess.run(commands, cwd=RECIPE.parents[1], check=True, capture_output=True, text=True).stdout

    assert said.count("--steps 7") == fewer
    assert said.count(f"--out {RECIPE.parents[1] / 'var' / folder}/") == 3
