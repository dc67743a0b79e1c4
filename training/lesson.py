"""Pictures of what pre-training draws, for those who learn how BERT is made.

    python -m training.lesson --tokenizer models/builtin --documents ko_docs.txt.xz --out docs/pictures

draws masks, sentence pairs and the learning rate with the functions that train, and prints how a Korean and
an English sentence are cut and masked, as Markdown. ``--history`` adds the losses of a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

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
from training.history import read_history
from training.pictures import DPI, HEIGHT, WIDTH, learning_curve
from training.pretrain import PEAK_LR, vocabulary_of
from training.schedule import WARM_UP, learning_rate
from training.start import load_tokenizer
from training.textfiles import DataError

DRAWN, SHOWN = 1_000, 24  # sequences that the shares are measured on, and those a picture has room for
LENGTH = 64  # tokens of each
SAME_DOCUMENT = 0.5  # share of the wrong pairs; with the default of training, 0, there would be one kind
KOREAN = "토요일 아침에는 동네 도서관에서 빌린 소설책을 천천히 읽어요."
ENGLISH = "On rainy evenings my grandmother tells stories about the old lighthouse keeper."

FATES = ("[CLS], [SEP], [UNK]", "not asked", "[MASK]", "random piece", "kept")
PARTS = ("[CLS], [SEP]", "A", "B follows A", "B of the same document", "B of another document")
SPECIAL, PLAIN, FIRST, SECOND, THIRD = range(5)  # numbers of either
COLOURS = ("#404040", "#d4d4d4", "#0072b2", "#d55e00", "#009e73")  # the colour-blind can tell them apart

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def fates(
    ids: NDArray[np.int64], masked: NDArray[np.int64], positions: NDArray[np.int64], vocabulary: Vocabulary
) -> NDArray[np.int64]:
    """Tell what ``mask_tokens`` made of ``ids``: a number of ``FATES`` for each, int64 ``[n, length]``."""
    found = np.where(ids < vocabulary.first_word, SPECIAL, PLAIN)
    before, after = ids.reshape(-1)[positions], masked.reshape(-1)[positions]
    changed = np.where(after == vocabulary.mask, FIRST, SECOND)
    found.reshape(-1)[positions] = np.where(after == before, THIRD, changed)
    return found


def parts(corpus: Corpus, vocabulary: Vocabulary, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw pairs, and tell where each token comes from: a number of ``PARTS``, int64 ``[DRAWN, LENGTH]``."""
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


def labels(names: Sequence[str], kinds: NDArray[np.int64], whole: str) -> list[str]:
    """Give the last three names their shares: how often each of these kinds occurs among all three."""
    counts = np.bincount(kinds.reshape(-1), minlength=len(names))[FIRST:]
    percents = 100 * counts / max(1, counts.sum())
    measured = [
        f"{name}: {each:.1f} % of the {whole}" for name, each in zip(names[FIRST:], percents, strict=True)
    ]
    return [*names[:FIRST], *measured]


def grid(axes: Axes, kinds: NDArray[np.int64], names: Sequence[str], title: str) -> None:
    """Draw the first sequences, a cell for each token, with a legend beside.

    Args:
        axes: To draw on.
        kinds: Number of each token's kind, int64 ``[n, length]``.
        names: Of the kinds.
        title: Stands above.
    """
    rows, columns = kinds[:SHOWN].shape
    colours = ListedColormap(COLOURS)
    axes.imshow(kinds[:SHOWN], cmap=colours, vmin=0, vmax=THIRD, aspect="auto", interpolation="nearest")
    axes.hlines(np.arange(1, rows) - 0.5, -0.5, columns - 0.5, color="white", linewidth=1)
    axes.set_title(title, loc="left", fontsize="medium")
    axes.set(xlabel="position", ylabel="sequence")
    axes.spines[:].set_visible(False)
    handles = [Patch(color=colour, label=name) for colour, name in zip(COLOURS, names, strict=True)]
    axes.legend(handles=handles, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)


def draw_masks(ids: NDArray[np.int64], vocabulary: Vocabulary, seed: int, path: Path) -> None:
    """Draw what masking makes of sequences: piece by piece above, by whole words below."""
    figure = _figure(2 * HEIGHT)
    for axes, whole_words in zip(figure.subplots(2), (False, True), strict=True):
        chance = np.random.default_rng(seed)
        masked, positions, _ = mask_tokens(ids, vocabulary, chance, whole_words=whole_words)
        kinds = fates(ids, masked, positions, vocabulary)
        title = "Whole words" if whole_words else "Each piece for itself"
        words = int((kinds != SPECIAL).sum())
        title += (
            f": {100 * len(positions) / words:.1f} % of {words:,} pieces are asked (words have white borders)"
        )
        grid(axes, kinds, labels(FATES, kinds, "asked"), title)
        row, column = np.nonzero(~vocabulary.continues[ids[:SHOWN]])
        axes.vlines(column - 0.5, row - 0.5, row + 0.5, color="white", linewidth=1.5)
    figure.savefig(path)


def draw_pairs(kinds: NDArray[np.int64], path: Path) -> None:
    """Draw where the two texts of sentence pairs come from."""
    figure = _figure(HEIGHT)
    title = f"[CLS] A [SEP] B [SEP]: {len(kinds):,} pairs, the first {SHOWN} shown"
    grid(figure.subplots(), kinds, labels(PARTS, kinds[:, -2], "pairs"), title)
    figure.savefig(path)


def draw_schedule(path: Path) -> None:
    """Draw the learning rate over a run."""
    progress = np.linspace(0, 1, 501)
    figure = _figure(0.75 * HEIGHT)
    axes = figure.subplots()
    axes.plot(progress, [learning_rate(each, PEAK_LR) for each in progress])
    axes.axvspan(0, WARM_UP, alpha=0.15, label=f"warm-up: {100 * WARM_UP:.0f} % of the steps")
    axes.set(xlabel="share of the steps made", ylabel="learning rate", xlim=(0, 1), ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path)


def _figure(height: float) -> Figure:
    return Figure(figsize=(1.5 * WIDTH, height), dpi=DPI, layout="constrained")


def as_markdown(text: str, tokenizer: BertTokenizerFast, seed: int) -> str:
    """Show how a sentence is cut, what the model reads of it, and what it is asked."""

    def pieces(its: NDArray[np.int64]) -> list[str]:
        return [str(tokenizer.convert_ids_to_tokens(int(each))) for each in its]

    vocabulary = vocabulary_of(tokenizer)
    ids = np.array([tokenizer(text)["input_ids"]], dtype=np.int64)
    lines = [f"> {text}", "", f"- pieces: `{' '.join(pieces(ids[0]))}`"]
    for name, whole_words in (("pieces", False), ("whole words", True)):
        chance = np.random.default_rng(seed)
        masked, positions, targets = mask_tokens(ids, vocabulary, chance, whole_words=whole_words)
        its = fates(ids, masked, positions, vocabulary)[0, positions]
        asked = [f"`{piece}` ({FATES[fate]})" for piece, fate in zip(pieces(targets), its, strict=True)]
        lines.append(f"- {name} masked: `{' '.join(pieces(masked[0]))}`")
        lines.append(f"- asked: {', '.join(asked) or 'nothing'}")
    return "\n".join(lines)


@app.command()
def main(
    tokenizer: Annotated[Path, typer.Option(help="Folder of the tokenizer.")],
    documents: Annotated[str, typer.Option(help="Running text, or an encoded folder.")],
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")],
    korean: Annotated[str, typer.Option(help="Korean sentence to cut and mask.")] = KOREAN,
    english: Annotated[str, typer.Option(help="The English one.")] = ENGLISH,
    history: Annotated[Path | None, typer.Option(help="Folder of a run, to draw its losses.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of all draws.")] = 0,
) -> None:
    """Draw masks, sentence pairs and the learning rate as training does."""
    try:
        cutter = load_tokenizer(tokenizer)
        vocabulary = vocabulary_of(cutter)
        logged = None if history is None else read_history(history)
        with TemporaryDirectory() as cache:
            corpus = corpus_of(documents, cutter, Path(cache))
            chance = np.random.default_rng(seed)
            ids, _, _ = sample_pairs(corpus, vocabulary, chance, n=DRAWN, length=LENGTH)
            kinds = parts(corpus, vocabulary, np.random.default_rng(seed))
        out.mkdir(parents=True, exist_ok=True)
    except (DataError, OSError, ValueError) as error:  # ValueError: documents too short, or no JSON
        typer.echo(f"lesson: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(1) from None
    draw_masks(ids, vocabulary, seed, out / "masks.png")
    draw_pairs(kinds, out / "pairs.png")
    draw_schedule(out / "schedule.png")
    if logged is not None:
        learning_curve(logged, out / "curve.png")
    typer.echo("\n\n".join(as_markdown(text, cutter, seed) for text in (korean, english)))


if __name__ == "__main__":
    app()
