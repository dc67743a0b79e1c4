"""The pictures of a lesson show what training draws."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image
from transformers import BertTokenizerFast
from typer.testing import CliRunner, Result

from training import lesson, pictures
from training.corpus import Corpus, corpus_of
from training.evaluate import Classified
from training.evaluate import Figure as Figured
from training.examples import Vocabulary, mask_tokens, sample_pairs
from training.history import HISTORY
from training.lesson import COLOURS, FIRST, PLAIN, SECOND, SPECIAL, THIRD
from training.picture_words import ENGLISH, KOREAN, Words
from training.record import RECORD
from training.report import as_json

FATES, PARTS = ENGLISH.fates, ENGLISH.parts
FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
HANGUL = FONTS / "LastResortHE-Regular.ttf"  # a sign of its own for each script
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
    assert lesson.labels(FATES, kinds, ENGLISH.of_asked) == [
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
    lesson.grid(axes, kinds, PARTS, "title", KOREAN)
    (image,), legend = axes.images, axes.get_legend()
    assert legend is not None
    cells = [image.to_rgba(np.ma.array([number]))[0] for number in kinds[:, 0]]
    assert [text.get_text() for text in legend.get_texts()] == list(PARTS)
    assert [to_hex(patch.get_facecolor()) for patch in legend.get_patches()] == list(COLOURS)
    assert [to_hex(tuple(cell.tolist())) for cell in cells] == list(COLOURS)
    assert np.array_equal(np.asarray(image.get_array()), kinds)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("위치", "글")
    assert len(set(COLOURS)) == len(PARTS) == len(FATES)


def test_masks_are_drawn_by_pieces_and_by_whole_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    drawn: list[tuple[NDArray[np.int64], str]] = []
    monkeypatch.setattr(
        lesson, "grid", lambda _, kinds, names, title, __: drawn.append((kinds, " / ".join((title, *names))))
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
    assert f"> {lesson.ENGLISH_TEXT}" in result.stdout
    assert {each.name for each in (folder / "out").iterdir()} == {
        "masks.png",
        "pairs.png",
        "schedule.png",
        "curve.png",
    }
    wanted = {tuple(round(255 * part) for part in to_rgb(colour)) for colour in COLOURS}
    for name in ("masks.png", "pairs.png"):
        assert wanted <= colours_in(folder / "out" / name)


FOUND: dict[str, object] = {
    "task": "nli",
    "labels": ["entailment", "neutral", "contradiction"],
    "confusion": [[7, 2, 1], [0, 9, 1], [3, 3, 4]],
    "bins": [[0.4, 0.3, 10], [0.9, 0.8, 20]],
    "bins_with_temperature": None,
}


def recorded(folder: Path, *found: dict[str, object]) -> Path:
    folder.mkdir()
    (folder / RECORD).write_text(json.dumps({"figures": {"classification": found}}), "utf-8")
    return folder


def test_an_evaluation_is_drawn_in_korean_with_a_font_that_can(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[str, set[str]] = {}

    def keep(figure: Figure, path: Path) -> None:
        drawn[path.name] = {text.get_text() for text in figure.findobj(Text)}

    monkeypatch.setattr(pictures, "_save", keep)
    evaluation = recorded(folder / "evaluation", FOUND)
    result = call(folder, "--evaluation", evaluation, "--hangul-font", HANGUL)
    assert result.exit_code == 0, result.output + repr(result.exception)
    assert "- 조각: `[CLS] " in result.stdout
    assert {"함의", "중립", "모순", "대답", "정답", "9\n90.0%"} <= drawn["nli-confusion.png"]
    assert {"확신", "정확도", KOREAN.ideal, KOREAN.as_is} <= drawn["nli-reliability.png"]
    assert not any("온도" in text for text in drawn["nli-reliability.png"])


def test_a_written_evaluation_has_all_that_is_drawn(tmp_path: Path) -> None:
    bins, share = [(0.5, 0.4, 3)], Figured("", 0.5, 0.4, 0.6, 3)
    its = Classified(
        *("nli", ("a", "b"), np.eye(2, dtype=np.int64), share, (), (), 0.1, bins, 2.0, 0.05, bins, 9.0)
    )
    (tmp_path / RECORD).write_text(json.dumps({"figures": as_json([its], {})}), "utf-8")
    (found,) = lesson.classified_in(tmp_path)
    assert found["bins"] == found["bins_with_temperature"] == [[0.5, 0.4, 3]]
    lesson.draw_evaluation([found], tmp_path)
    assert {each.name for each in tmp_path.glob("*.png")} == {"nli-confusion.png", "nli-reliability.png"}


def test_both_languages_have_the_same_words_and_gaps() -> None:
    for field in fields(Words):
        one, other = getattr(ENGLISH, field.name), getattr(KOREAN, field.name)
        if field.name == "names":
            continue
        assert type(one) is type(other)
        if isinstance(one, str):
            gaps = [one.count("{"), other.count("{")]
            assert gaps[0] == gaps[1], field.name
            assert one != other
    assert KOREAN.masks.format("x", 15.04, 1234).endswith(
        "1,234개 가운데 15.0 %를 물음 (흰 선이 단어의 경계)"
    )


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


@pytest.mark.parametrize(
    "wrong",
    [
        "tokenizer",
        "documents",
        "history",
        "out",
        "length",
        "evaluation",
        "old evaluation",
        "font",
        "no Hangul",
    ],
)
def test_bad_input_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    (folder / "file").write_text("", encoding="utf-8")
    missing, more = folder / "missing", list[str | Path]()
    instead = {"tokenizer": {"tokenizer": missing}, "documents": {"documents": missing}}.get(wrong, {})
    if wrong == "out":
        instead = {"out": folder / "file"}
    if wrong == "history":
        more = ["--history", missing]
    if wrong == "evaluation":
        more = ["--evaluation", missing]
    if wrong == "old evaluation":
        old = recorded(folder / "old", {name: value for name, value in FOUND.items() if name != "bins"})
        more = ["--evaluation", old]
    if wrong == "font":
        more = ["--hangul-font", folder / "file"]
    if wrong == "no Hangul":
        more = ["--hangul-font", FONTS / "DejaVuSans.ttf"]
    if wrong == "length":
        monkeypatch.setattr(lesson, "LENGTH", 5_000)
    result = call(folder, *more, **instead)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    (line,) = [line for line in result.stderr.splitlines() if "doc/s" not in line and line.strip()]
    assert line.startswith("lesson: ")
    assert not (folder / "out").exists()
