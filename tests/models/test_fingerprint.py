from __future__ import annotations

from pathlib import Path

from models.fingerprint import TOKENIZER, WEIGHTS, fingerprint
from models.service import ModelService
from tests.tiny import write_checkpoint


def test_a_fingerprint_changes_with_its_files_and_with_nothing_else(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    weights, tokenizer = fingerprint(tmp_path, WEIGHTS), fingerprint(tmp_path, TOKENIZER)
    assert weights != tokenizer
    assert len(weights) == 12
    (tmp_path / "README.md").write_text("a card")
    assert fingerprint(tmp_path, WEIGHTS) == weights
    file = tmp_path / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")
    assert fingerprint(tmp_path, WEIGHTS) != weights
    assert fingerprint(tmp_path, TOKENIZER) == tokenizer
    assert fingerprint(tmp_path / "nowhere", WEIGHTS) == ""


async def test_every_answer_names_the_weights_that_gave_it(service: ModelService) -> None:
    label = await service.sentiment("영화")
    words = await service.mask("영화 [MASK]")
    pieces = await service.tokens("영화")
    assert label.version == words.version != ""
    assert pieces.version not in {"", label.version}
