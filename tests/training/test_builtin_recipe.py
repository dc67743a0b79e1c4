"""The recipe of the built-in model names options that the commands have."""

from __future__ import annotations

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
