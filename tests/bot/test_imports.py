"""What starting costs is mostly what is imported: each command brings only what it needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny import catalog_file, write_checkpoint

ROOT = Path(__file__).parents[2]
TELEGRAM = {"telegram", "starlette", "uvicorn", "httpx"}
STORAGE = {"sqlalchemy", "alembic", "aiosqlite"}
HUB = {"huggingface_hub.file_download", "requests"}
MODELS = {"torch", "onnx", "onnxruntime", "numpy", "safetensors", "tokenizers", "sentencepiece"}
HEAVY = TELEGRAM | STORAGE | HUB | MODELS | {"transformers"}

ASK = """
import asyncio
from pathlib import Path
from models.catalog import load_catalog
from models.service import ModelService

async def ask():
    service = ModelService(load_catalog(Path({catalog!r})), device="cpu", precision="fp32")
    try:
        return await service.{question}
    finally:
        await service.close()

assert asyncio.run(ask()).model == "builtin"
"""
BUILD = """
from pathlib import Path
from models.catalog import load_catalog
from models.service import ModelService
ModelService(load_catalog(Path({catalog!r})))
"""

REFUSED = """
from tempfile import NamedTemporaryFile
from typer.testing import CliRunner
empty = NamedTemporaryFile(suffix=".tsv")
finetune = "finetune --model builtin"
pretrain = "pretrain --tokenizer models/builtin"
for given, why in (
    (f"{finetune} sentiment --sentiment gone.tsv", "gone.tsv: No such file or directory"),
    (f"{finetune} sentiment --sentiment {empty.name}", "the file is empty"),
    ("finetune --model ./nope sentiment --sentiment README.md", "./nope: there is no folder nope"),
    ("sweep --model ./nope sentiment --data README.md", "./nope: there is no folder nope"),
    ("evaluate --model ./nope --sentiment README.md", "./nope: there is no folder nope"),
    (f"{finetune} nli --nli gone.tsv --singles x", "--singles is for the task mask"),
    (f"{finetune} mask --documents gone.txt", "--steps or --minutes: text without labels has no epochs"),
    (f"{pretrain} --documents README.md --documents gone.txt", "gone.txt: No such file or directory"),
    (f"{pretrain} --documents README.md --singles gone.txt", "gone.txt: No such file or directory"),
    (f"{pretrain} --documents README.md --hidden 10 --heads 3", "--hidden 10 is no multiple of --heads 3"),
    ("pretrain --tokenizer gone --documents README.md", "gone: no tokenizer here"),
    ("tokenizer --korean README.ko.md --english gone.txt", "gone.txt: No such file or directory"),
):
    refused = CliRunner().invoke(bot.cli.app, ["train", *given.split(), "--out", "o"])
    assert (refused.exit_code, why in refused.stderr) == (1, True), refused.output
"""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    return catalog_file(folder / "catalog.toml", builtin=str(write_checkpoint(folder / "checkpoint")))


def imported_by(code: str, home: Path) -> set[str]:
    """The heavy modules that a new Python has imported after running some code."""
    report = (
        f"\nimport json, sys\nprint(json.dumps([name for name in {sorted(HEAVY)} if name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + report],
        cwd=ROOT,
        env={"PATH": "", "HF_HOME": str(home), "HOME": str(home)},  # an empty cache of the hub
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_command_line_starts_without_any_of_the_large_libraries(catalog: Path, tmp_path: Path) -> None:
    assert imported_by("import bot.cli" + BUILD.format(catalog=str(catalog)) + REFUSED, tmp_path) == set()


@pytest.mark.parametrize(
    ("question", "needed"),
    [
        ('sentiment("재밌다")', {"onnx", "onnxruntime", "numpy", "safetensors", "tokenizers"}),
        ('mask("재밌는 [MASK]")', {"onnx", "onnxruntime", "numpy", "safetensors", "tokenizers"}),
        ('tokens("재밌다")', {"numpy", "safetensors", "tokenizers", "sentencepiece"}),
    ],
)
def test_a_question_brings_what_its_models_need_and_no_more(
    catalog: Path, tmp_path: Path, question: str, needed: set[str]
) -> None:
    """Transformers would double the wait for a first answer; the hub's library is not for folders."""
    code = "import bot.cli" + ASK.format(catalog=str(catalog), question=question)
    assert imported_by(code, tmp_path) <= needed


def test_the_bot_starts_to_listen_before_the_models_libraries_are_imported(tmp_path: Path) -> None:
    assert imported_by("import bot.run", tmp_path).isdisjoint(HUB | MODELS | {"transformers"})
