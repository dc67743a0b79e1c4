from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.catalog import Source
from models.errors import CheckpointUnavailable, ModelServiceError
from models.fingerprint import WEIGHTS, fingerprint
from models.results import Task
from models.trial import Trial, source_of
from tests.tiny import write_checkpoint
from tests.trained import BROKEN, steady

SHIPPED = Path(__file__).parents[2] / "models" / "kobert_tokenizer"


async def tried(folder: Path, task: Task = Task.SENTIMENT, version: str | None = None) -> None:
    its = fingerprint(folder, WEIGHTS) if version is None else version
    await Trial("cpu", "fp32")(task, source_of("a name", str(folder)), its)


async def test_what_can_serve_passes(tmp_path: Path) -> None:
    await tried(steady(tmp_path / "a", 1.0))
    await tried(write_checkpoint(tmp_path / "mask", "bert-mask"), Task.MASK)


async def test_what_cannot_serve_is_told_in_one_line(tmp_path: Path) -> None:
    good = steady(tmp_path / "good", 1.0)
    cut = steady(tmp_path / "cut", 1.0)
    (cut / "model.safetensors").write_bytes((cut / "model.safetensors").read_bytes()[:1000])
    bare = Path(shutil.copytree(good, tmp_path / "bare"))
    (bare / "config.json").unlink()
    headless = write_checkpoint(tmp_path / "headless", "bert-mask")
    for folder, version, why in (
        (tmp_path / "none", "x", "there is no folder"),
        (steady(tmp_path / "nan", BROKEN), None, "not numbers"),
        (good, "0123456789ab", "has changed: its weights are [0-9a-f]{12}, not 0123456789ab"),
        (tmp_path, "0123456789ab", "has changed: its weights are gone"),
        (cut, None, "cannot be loaded"),
        (bare, None, "config.json"),
        (headless, None, "no trained weights for sentiment"),
    ):
        with pytest.raises(CheckpointUnavailable, match=why) as caught:
            await tried(folder, version=version)
        assert "\n" not in str(caught.value)


async def test_a_device_that_is_not_there_is_told(tmp_path: Path) -> None:
    good = steady(tmp_path / "good", 1.0)
    with pytest.raises(ModelServiceError, match="PRECISION"):
        await Trial("cpu", "fp64")(Task.SENTIMENT, source_of("a", str(good)), None)


def test_a_folder_with_koberts_tokenizer_is_read_with_it(tmp_path: Path) -> None:
    plain = str(steady(tmp_path / "plain", 1.0))
    assert source_of("a", plain) == Source(plain, plain, "auto", name="a")
    kobert = Path(shutil.copytree(SHIPPED, tmp_path / "kobert"))
    assert source_of("b", str(kobert)).tokenizer_class == "kobert"
