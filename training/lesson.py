"""Pictures of what training draws and reaches, for those who learn how BERT is made.

    python -m training.lesson --tokenizer models/builtin --documents ko_docs.txt.xz --out docs/pictures

draws masks, sentence pairs and the learning rate with the functions that train, and prints how a Korean and
an English sentence are cut and masked, as Markdown. ``--history`` adds the losses of a run, ``--evaluation``
what an evaluation found; with ``--hangul-font`` all words are Korean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import matplotlib as mpl
import numpy as np
import typer
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray
from transformers import BertTokenizerFast

from training.corpus import Corpus, corpus_of, numbered
from training.examples import Vocabulary, mask_tokens, sample_pairs
from training.fonts import family_of
from training.history import read_history
from training.picture_words import ENGLISH, KOREAN, Words
from training.pictures import DPI, HEIGHT, WIDTH, confusion, learning_curve, reliability
from training.pretrain import PEAK_LR, vocabulary_of
from training.record import RECORD, read_record
from training.schedule import WARM_UP, learning_rate
from training.start import load_tokenizer
from training.textfiles import DataError

DRAWN, SHOWN = 10_000, 24  # sequences that the shares are measured on, and those a picture has room for
LENGTH = 64  # tokens of each
SAME_DOCUMENT = 0.5  # share of the wrong pairs; with the default of training, 0, there would be one kind
KOREAN_TEXT = "토요일 아침에는 동네 도서관에서 빌린 소설책을 천천히 읽어요."
ENGLISH_TEXT = "On rainy evenings my grandmother tells stories about the old lighthouse keeper."

SPECIAL, PLAIN, FIRST, SECOND, THIRD = range(5)  # numbers of ``Words.fates`` and of ``Words.parts``
COLOURS = ("#404040", "#d4d4d4", "#0072b2", "#d55e00", "#009e73")  # the colour-blind can tell them apart

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def fates(
    ids: NDArray[np.int64], masked: NDArray[np.int64], positions: NDArray[np.int64], vocabulary: Vocabulary
) -> NDArray[np.int64]:
    """What ``mask_tokens`` made of ``ids``: a number of ``Words.fates`` for each, int64 ``[n, length]``."""
    found = np.where(ids < vocabulary.first_word, SPECIAL, PLAIN)
    before, after = ids.reshape(-1)[positions], masked.reshape(-1)[positions]
    changed = np.where(after == vocabulary.mask, FIRST, SECOND)
    found.reshape(-1)[positions] = np.where(after == before, THIRD, changed)
    return found


def parts(corpus: Corpus, vocabulary: Vocabulary, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw pairs, and tell where tokens come from: numbers of ``Words.parts``, int64 ``[DRAWN, LENGTH]``."""
    homes, segments, labels = sample_pairs(
        numbered(corpus),
        replace(vocabulary, cls=-1, sep=-1),  # of no document
        rng,
        n=DRAWN,
        length=LENGTH,
        same_document=SAME_DOCUMENT,
    )
    second = np.where(labels == 0, FIRST, np.where(homes[:, 1] == homes[:, -2], SECOND, THIRD))
    return np.where(homes < 0, SPECIAL, np.where(segments == 1, second[:, None], PLAIN))


def labels(names: Sequence[str], kinds: NDArray[np.int64], share: str) -> list[str]:
    """Give the last three names their shares: how often each of these kinds occurs among all three.

    Args:
        names: Of the kinds.
        kinds: Numbers of kinds.
        share: Is filled with a name and its percents.
    """
    counts = np.bincount(kinds.reshape(-1), minlength=len(names))[FIRST:]
    percents = 100 * counts / max(1, counts.sum())
    measured = [share.format(name, each) for name, each in zip(names[FIRST:], percents, strict=True)]
    return [*names[:FIRST], *measured]


def grid(axes: Axes, kinds: NDArray[np.int64], names: Sequence[str], title: str, words: Words) -> None:
    """Draw the first sequences, a cell for each token, with a legend beside.

    Args:
        axes: To draw on.
        kinds: Number of each token's kind, int64 ``[n, length]``.
        names: Of the kinds.
        title: Stands above.
        words: Of the axes.
    """
    rows, columns = kinds[:SHOWN].shape
    colours = ListedColormap(COLOURS)
    axes.imshow(kinds[:SHOWN], cmap=colours, vmin=0, vmax=THIRD, aspect="auto", interpolation="nearest")
    axes.hlines(np.arange(1, rows) - 0.5, -0.5, columns - 0.5, color="white", linewidth=1)
    axes.set_title(title, loc="left", fontsize="medium")
    axes.set(xlabel=words.position, ylabel=words.sequence)
    axes.spines[:].set_visible(False)
    handles = [Patch(color=colour, label=name) for colour, name in zip(COLOURS, names, strict=True)]
    axes.legend(handles=handles, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)


def draw_masks(
    ids: NDArray[np.int64], vocabulary: Vocabulary, seed: int, path: Path, words: Words = ENGLISH
) -> None:
    """Draw what masking makes of sequences: piece by piece above, by whole words below."""
    figure = _figure(2 * HEIGHT)
    for axes, whole_words in zip(figure.subplots(2), (False, True), strict=True):
        chance = np.random.default_rng(seed)
        masked, positions, _ = mask_tokens(ids, vocabulary, chance, whole_words=whole_words)
        kinds = fates(ids, masked, positions, vocabulary)
        pieces = int((kinds != SPECIAL).sum())
        title = words.masks.format(
            words.whole_words if whole_words else words.pieces, 100 * len(positions) / pieces, pieces
        )
        grid(axes, kinds, labels(words.fates, kinds, words.of_asked), title, words)
        row, column = np.nonzero(~vocabulary.continues[ids[:SHOWN]])
        axes.vlines(column - 0.5, row - 0.5, row + 0.5, color="white", linewidth=1.5)
    figure.savefig(path)


def draw_pairs(kinds: NDArray[np.int64], path: Path, words: Words = ENGLISH) -> None:
    """Draw where the two texts of sentence pairs come from."""
    figure = _figure(HEIGHT)
    title = words.pairs.format(len(kinds), SHOWN)
    grid(figure.subplots(), kinds, labels(words.parts, kinds[:, -2], words.of_pairs), title, words)
    figure.savefig(path)


def draw_schedule(path: Path, words: Words = ENGLISH) -> None:
    """Draw the learning rate over a run."""
    progress = np.linspace(0, 1, 501)
    figure = _figure(0.75 * HEIGHT)
    axes = figure.subplots()
    axes.plot(progress, [learning_rate(each, PEAK_LR) for each in progress])
    axes.axvspan(0, WARM_UP, alpha=0.15, label=words.warm_up.format(100 * WARM_UP))
    axes.set(xlabel=words.steps_made, ylabel=words.learning_rate, xlim=(0, 1), ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path)


def draw_evaluation(classified: Sequence[Mapping[str, Any]], out: Path, words: Words = ENGLISH) -> None:
    """Draw what an evaluation found, as its record has it: confusion and reliability of each task."""
    for each in classified:
        counts = np.array(each["confusion"], dtype=np.int64)
        confusion(counts, each["labels"], out / f"{each['task']}-confusion.png", words)
        reliability(
            each["bins"], each["bins_with_temperature"], out / f"{each['task']}-reliability.png", words
        )


def classified_in(folder: Path) -> Sequence[Mapping[str, Any]]:
    """What the record of an evaluation says of labels.

    Raises:
        DataError: There is no such record, or one of a version that did not write what is drawn.
    """
    try:
        found: list[dict[str, Any]] = (read_record(folder) or {})["figures"]["classification"]
        for each in found:
            _ = [each[name] for name in ("task", "labels", "confusion", "bins", "bins_with_temperature")]
    except (KeyError, TypeError):
        raise DataError(
            f"{folder / RECORD}: no evaluation of labels to draw; train evaluate makes one"
        ) from None
    return found


def _figure(height: float) -> Figure:
    return Figure(figsize=(1.5 * WIDTH, height), dpi=DPI, layout="constrained")


def as_markdown(text: str, tokenizer: BertTokenizerFast, seed: int, words: Words = ENGLISH) -> str:
    """Show how a sentence is cut, what the model reads of it, and what it is asked."""

    def pieces(its: NDArray[np.int64]) -> list[str]:
        return [str(tokenizer.convert_ids_to_tokens(int(each))) for each in its]

    vocabulary = vocabulary_of(tokenizer)
    ids = np.array([tokenizer(text)["input_ids"]], dtype=np.int64)
    lines = [f"> {text}", "", f"- {words.cut}: `{' '.join(pieces(ids[0]))}`"]
    for read, whole_words in zip(words.read, (False, True), strict=True):
        chance = np.random.default_rng(seed)
        masked, positions, targets = mask_tokens(ids, vocabulary, chance, whole_words=whole_words)
        its = fates(ids, masked, positions, vocabulary)[0, positions]
        asked = [f"`{piece}` ({words.fates[fate]})" for piece, fate in zip(pieces(targets), its, strict=True)]
        lines.append(f"- {read}: `{' '.join(pieces(masked[0]))}`")
        lines.append(f"- {words.asked}: {', '.join(asked) or words.nothing}")
    return "\n".join(lines)


@app.command()
def main(
    tokenizer: Annotated[Path, typer.Option(help="Folder of the tokenizer.")],
    documents: Annotated[str, typer.Option(help="Running text, or an encoded folder.")],
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")],
    korean: Annotated[str, typer.Option(help="Korean sentence to cut and mask.")] = KOREAN_TEXT,
    english: Annotated[str, typer.Option(help="The English one.")] = ENGLISH_TEXT,
    history: Annotated[Path | None, typer.Option(help="Folder of a run, to draw its losses.")] = None,
    evaluation: Annotated[Path | None, typer.Option(help="Folder of an evaluation, to draw it.")] = None,
    hangul_font: Annotated[
        Path | None, typer.Option(help="Font file with Hangul: the pictures speak Korean.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of all draws.")] = 0,
) -> None:
    """Draw masks, sentence pairs, the learning rate and what runs reached, as training does."""
    words = ENGLISH if hangul_font is None else KOREAN
    try:
        cutter = load_tokenizer(tokenizer)
        vocabulary = vocabulary_of(cutter)
        logged = None if history is None else read_history(history)
        classified = [] if evaluation is None else classified_in(evaluation)
        families = [] if hangul_font is None else [family_of(hangul_font)]
        with TemporaryDirectory() as cache:
            corpus = corpus_of(documents, cutter, Path(cache))
            chance = np.random.default_rng(seed)
            ids, _, _ = sample_pairs(corpus, vocabulary, chance, n=DRAWN, length=LENGTH)
            kinds = parts(corpus, vocabulary, np.random.default_rng(seed))
        out.mkdir(parents=True, exist_ok=True)
    except (DataError, OSError, ValueError) as error:  # ValueError: documents too short, or no JSON
        typer.echo(f"lesson: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(1) from None
    with mpl.rc_context({"font.family": [*families, *mpl.rcParams["font.family"]]}):
        draw_masks(ids, vocabulary, seed, out / "masks.png", words)
        draw_pairs(kinds, out / "pairs.png", words)
        draw_schedule(out / "schedule.png", words)
        if logged is not None:
            learning_curve(logged, out / "curve.png", words)
        draw_evaluation(classified, out, words)
    typer.echo("\n\n".join(as_markdown(text, cutter, seed, words) for text in (korean, english)))


if __name__ == "__main__":
    app()
