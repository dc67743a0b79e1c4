"""The pictures of a lesson show what training draws."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from transformers import BertTokenizerFast
from typer.testing import CliRunner, Result

from training import lesson
from training.corpus import Corpus, corpus_of
from training.examples import Vocabulary, mask_tokens, sample_pairs
from training.history import HISTORY
from training.lesson import COLOURS, FATES, FIRST, PARTS, PLAIN, SECOND, SPECIAL, THIRD

SMALL = Vocabulary(cls=2, sep=3, mask=4, size=50, first_word=5, continues=np.arange(50) >= 40)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sequences that fit the little data."""
    monkeypatch.setattr(lesson, "LENGTH", 32)
    monkeypatch.setattr(lesson, "DRAWN", 300)


@pytest.fixture
def folder(tmp_path: Path, data: Path, tokenizer: BertTokenizerFast) -> Path:
    """A tokenizer and an encoded corpus."""
    tokenizer.save_pretrained(tmp_path / "tokenizer")
    corpus_of(str(data / "ko.txt"), tokenizer, tmp_path / "cache")
    next((tmp_path / "cache").glob("*/train")).rename(tmp_path / "ko")
    return tmp_path


def call(folder: Path, *more: str | Path, **instead: Path) -> Result:
    usual = {"tokenizer": folder / "tokenizer", "documents": folder / "ko", "out": folder / "out"}
    options = [str(each) for name, value in {**usual, **instead}.items() for each in (f"--{name}", value)]
    return CliRunner().invoke(lesson.app, [*options, *map(str, more)])


def test_every_token_is_told_by_what_happened_to_it() -> None:
    before = np.array([[2, 10, 11, 12, 13, 3], [2, 20, 21, 22, 23, 3]])
    after = np.array([[2, 4, 11, 30, 13, 3], [2, 20, 4, 22, 23, 3]])
    found = lesson.fates(before, after, np.array([1, 3, 8, 10]), SMALL)
    assert found.tolist() == [
        [SPECIAL, FIRST, PLAIN, SECOND, PLAIN, SPECIAL],
        [SPECIAL, PLAIN, FIRST, PLAIN, THIRD, SPECIAL],
    ]
    assert [FATES[number] for number in found[0, 1:4]] == ["[MASK]", "not asked", "random piece"]


def test_fifteen_percent_are_asked_and_of_them_eighty_ten_ten(
    vocabulary: Vocabulary, rng: np.random.Generator
) -> None:
    ids = rng.integers(vocabulary.first_word, vocabulary.size, size=(500, 200))
    ids[:, 0] = vocabulary.cls
    masked, positions, _ = mask_tokens(ids, vocabulary, rng)
    found = lesson.fates(ids, masked, positions, vocabulary)
    assert (found[:, 0] == SPECIAL).all()
    counts = np.bincount(found[:, 1:].reshape(-1), minlength=len(FATES))
    assert counts[SPECIAL] == 0
    assert counts[FIRST:].sum() / counts.sum() == pytest.approx(0.15, abs=0.005)
    assert counts[FIRST:] / counts[FIRST:].sum() == pytest.approx([0.8, 0.1, 0.1], abs=0.02)


def test_a_legend_has_the_measured_shares() -> None:
    kinds = np.array([SPECIAL] * 7 + [PLAIN] * 100 + [FIRST] * 5 + [SECOND] * 2 + [THIRD])
    assert lesson.labels(FATES, kinds, "asked") == [
        "[CLS], [SEP], [UNK]",
        "not asked",
        "[MASK]: 62.5 % of the asked",
        "random piece: 25.0 % of the asked",
        "kept: 12.5 % of the asked",
    ]


def test_pairs_are_those_of_training(corpus: Corpus, vocabulary: Vocabulary) -> None:
    found = lesson.parts(corpus, vocabulary, np.random.default_rng(3))
    ids, segments, labels = sample_pairs(
        corpus, vocabulary, np.random.default_rng(3), n=300, length=32, same_document=lesson.SAME_DOCUMENT
    )
    assert ((found == SPECIAL) == (ids < vocabulary.first_word)).all()
    inside = found != SPECIAL
    assert ((found == PLAIN) == ((segments == 0) & inside)).all()
    second = found[:, -2]
    assert ((second == FIRST) == (labels == 0)).all()
    assert (np.where(segments == 1, second[:, None], PLAIN)[inside] == found[inside]).all()


@pytest.mark.parametrize(("same_document", "wrong"), [(0.0, THIRD), (1.0, SECOND)])
def test_wrong_pairs_of_one_document_are_told_from_those_of_two(
    corpus: Corpus,
    vocabulary: Vocabulary,
    monkeypatch: pytest.MonkeyPatch,
    same_document: float,
    wrong: int,
) -> None:
    monkeypatch.setattr(lesson, "SAME_DOCUMENT", same_document)
    second = lesson.parts(corpus, vocabulary, np.random.default_rng(3))[:, -2]
    assert set(second.tolist()) == {FIRST, wrong}


def test_a_cell_has_the_colour_that_the_legend_gives_its_name() -> None:
    kinds = np.arange(len(COLOURS)).repeat(8).reshape(-1, 8)
    axes = Figure().subplots()
    lesson.grid(axes, kinds, PARTS, "title")
    (image,), legend = axes.images, axes.get_legend()
    assert legend is not None
    cells = [image.to_rgba(np.ma.array([number]))[0] for number in kinds[:, 0]]
    assert [text.get_text() for text in legend.get_texts()] == list(PARTS)
    assert [to_hex(patch.get_facecolor()) for patch in legend.get_patches()] == list(COLOURS)
    assert [to_hex(tuple(cell.tolist())) for cell in cells] == list(COLOURS)
    assert np.array_equal(np.asarray(image.get_array()), kinds)
    assert len(set(COLOURS)) == len(PARTS) == len(FATES)


def test_masks_are_drawn_by_pieces_and_by_whole_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    drawn: list[tuple[NDArray[np.int64], str]] = []
    monkeypatch.setattr(
        lesson, "grid", lambda _, kinds, names, title: drawn.append((kinds, " / ".join((title, *names))))
    )
    ids = rng.integers(SMALL.first_word, SMALL.size, size=(2_000, 32))
    ids[:, ::2] = np.where(ids[:, ::2] >= 40, 39, ids[:, ::2])  # every other begins a word, and some go on
    lesson.draw_masks(ids, SMALL, 0, folder / "masks.png")
    goes_on = SMALL.continues[ids[:, 1:]]
    for (kinds, said), by_words in zip(drawn, (False, True), strict=True):
        asked = kinds >= FIRST
        share, fates = re.findall(r"([\d.]+) %", said)[0], re.findall(r": ([\d.]+) % of the asked", said)
        assert float(share) == round(100 * asked.mean(), 1)
        assert [float(each) for each in fates] == [
            round(100 * (kinds[asked] == fate).mean(), 1) for fate in (FIRST, SECOND, THIRD)
        ]
        assert (asked[:, 1:] == asked[:, :-1])[goes_on].all() == by_words


def colours_in(picture: Path) -> set[tuple[int, ...]]:
    with Image.open(picture) as image:
        return {tuple(pixel) for pixel in np.asarray(image.convert("RGB")).reshape(-1, 3).tolist()}


def test_the_command_draws_the_pictures_and_prints_the_sentences(folder: Path) -> None:
    (folder / "run").mkdir()
    lines = [f'{{"step": {n}, "tokens": {n * 1000}, "mlm": {9 - n}, "nsp accuracy": 0.6}}' for n in range(3)]
    (folder / "run" / HISTORY).write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = call(folder, "--korean", "고양이가 산에 살았다.", "--history", folder / "run", "--seed", "1")
    assert result.exit_code == 0, result.output + repr(result.exception)
    assert "> 고양이가 산에 살았다.\n\n- pieces: `[CLS] " in result.stdout
    assert f"> {lesson.ENGLISH}" in result.stdout
    assert {each.name for each in (folder / "out").iterdir()} == {
        "masks.png",
        "pairs.png",
        "schedule.png",
        "curve.png",
    }
    wanted = {tuple(round(255 * part) for part in to_rgb(colour)) for colour in COLOURS}
    for name in ("masks.png", "pairs.png"):
        assert wanted <= colours_in(folder / "out" / name)


def test_the_schedule_rises_to_the_peak_and_falls_to_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[list[float]] = []
    monkeypatch.setattr(Axes, "plot", lambda _, __, rates: drawn.append(rates))
    lesson.draw_schedule(tmp_path / "schedule.png")
    (rates,) = drawn
    assert rates[0] == rates[-1] == 0
    assert max(rates) == pytest.approx(1e-3)
    assert rates.index(max(rates)) / (len(rates) - 1) == pytest.approx(0.06)


def test_a_sentence_is_shown_with_what_is_asked_of_it(tokenizer: BertTokenizerFast) -> None:
    text = "고양이가 산에 살았다. 강아지는 바다를 좋아했다. 친구들이 토끼를 도와주었다."
    kinds = set()
    for seed in range(20):
        said = lesson.as_markdown(text, tokenizer, seed)
        pieces, *masked = re.findall(r"`(\[CLS\] .*?)`", said)
        asked = re.findall(r"- asked: (.*)", said)
        for read, answers in zip(masked, asked, strict=True):
            pairs = re.findall(r"`(\S+)` \((.*?)\)", answers)
            kinds |= {fate for _, fate in pairs}
            assert read.count("[MASK]") == sum(fate == "[MASK]" for _, fate in pairs)
            differing = [was for was, now in zip(pieces.split(), read.split(), strict=True) if was != now]
            assert differing == [piece for piece, fate in pairs if fate != "kept"]
    assert kinds == {"[MASK]", "random piece", "kept"}


@pytest.mark.parametrize("wrong", ["tokenizer", "documents", "history", "out", "length"])
def test_bad_input_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    (folder / "file").write_text("", encoding="utf-8")
    missing, more = folder / "missing", list[str | Path]()
    instead = {"tokenizer": {"tokenizer": missing}, "documents": {"documents": missing}}.get(wrong, {})
    if wrong == "out":
        instead = {"out": folder / "file"}
    if wrong == "history":
        more = ["--history", missing]
    if wrong == "length":
        monkeypatch.setattr(lesson, "LENGTH", 5_000)
    result = call(folder, *more, **instead)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    (line,) = [line for line in result.stderr.splitlines() if "doc/s" not in line and line.strip()]
    assert line.startswith("lesson: ")
    assert not (folder / "out").exists()
