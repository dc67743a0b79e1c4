"""How good and how quick networks of several sizes are after the same time or as many steps of pre-training.

    python -m benchmarks.sizes 4x192 4x256 6x256 --minutes 5 --tokenizer models/builtin \
        --documents ko_docs.txt.xz --singles reviews.txt.xz

Each is pre-trained as ``kobert-bot train pretrain`` does it and measured as ``train evaluate`` does, on
held-out documents; then the model service answers lone questions with it, in float32.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

import torch
import typer
from transformers import BertTokenizerFast

from benchmarks.traffic import draw_lengths
from models.catalog import load_catalog
from models.multitask import BertForFourTasks
from models.service import ModelService
from training.corpus import Corpus, corpus_of
from training.evaluate import Figure
from training.evaluate_text import pretraining
from training.examples import Singles
from training.initial import initialise
from training.matching import give_matching_head
from training.pretrain import Documents, Recipe, Text, new_model, pretraining_run
from training.processes import Processes
from training.record import Origin
from training.schedule import Budget
from training.start import load_tokenizer
from training.textfiles import DataError

HEAD_WIDTH = 64
QUESTIONS = 200


@dataclass(frozen=True, slots=True)
class Sized:
    """One network.

    Attributes:
        name: Layers times width.
        parameters: How many it has.
        tokens: Read in the time it had.
        figures: Masked tokens and next sentences on held-out documents.
        milliseconds: Of a lone question, the median.
    """

    name: str
    parameters: int
    tokens: int
    figures: list[Figure]
    milliseconds: float


def begun(name: str, tokenizer: BertTokenizerFast, corpora: Sequence[Corpus]) -> BertForFourTasks:
    """A new model of a size as ``kobert-bot train pretrain`` begins with it, the same at every call.

    Args:
        name: Layers times width.
        tokenizer: Its tokenizer.
        corpora: What its word vectors are counted in; with none, all of it is random.
    """
    layers, hidden = (int(number) for number in name.split("x"))
    torch.manual_seed(0)
    model = new_model(tokenizer, layers=layers, hidden=hidden, heads=hidden // HEAD_WIDTH)
    if corpora:
        initialise(model, corpora)
        give_matching_head(model)
    return model


def trained(
    name: str, text: Text, held_out: Corpus, tokenizer: Path, out: Path, budget: Budget, origin: Origin
) -> Sized:
    """Pre-train a new network of one size, or go on with it, and measure it."""
    cutter = load_tokenizer(tokenizer)
    model = begun(name, cutter, [each.corpus for each in text.documents])
    run, make = pretraining_run(model, cutter, text, out / name, budget, Recipe(), origin=origin)
    run.go(make)
    model.train(mode=False)
    figures = pretraining(model, cutter, held_out, name)
    folder = out / name / "model"
    model.save_pretrained(folder)
    cutter.save_pretrained(folder)
    parameters = sum(each.numel() for each in model.parameters())
    return Sized(name, parameters, run.tokens, figures, asyncio.run(_milliseconds(folder)))


async def _milliseconds(model: Path) -> float:
    """Median time of a lone question, text in to answer out, with texts as long as those of chats."""
    catalog = model / "catalog.toml"
    catalog.write_text('[presets.bench]\nnsp.any = "./"\n', encoding="utf-8")
    service = ModelService(load_catalog(catalog), device="cpu", precision="fp32", preset="bench")
    taken = []
    try:
        for number, length in enumerate(draw_lengths(QUESTIONS, longest=250)):
            text = f"{number} " + "오늘 " * (length // 2)
            begin = time.perf_counter()
            await service.nsp(text, "오늘 " * (length // 2))
            taken.append(1_000 * (time.perf_counter() - begin))
    finally:
        await service.close()
    return median(taken[1:])  # the first one loads


def markdown(sizes: list[Sized]) -> str:
    """The table."""
    lines = [
        "| layers x width | parameters | tokens read | top 1 | top 5 | next sentence | lone question |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in sizes:
        top_1, top_5, random, _ = (f"{100 * figure.value:.1f} %" for figure in each.figures)
        lines.append(
            f"| {each.name} | {each.parameters / 1e6:.2f} M | {each.tokens / 1e6:.1f} M | {top_1} | {top_5} "
            f"| {random} | {each.milliseconds:.2f} ms |"
        )
    return "\n".join(lines)


def main(
    sizes: Annotated[list[str], typer.Argument(help="LAYERSxWIDTH; the width a multiple of 64.")],
    tokenizer: Annotated[Path, typer.Option(help="Folder of the tokenizer.")],
    documents: Annotated[list[str], typer.Option(help="Running text; the first is measured on, too.")],
    singles: Annotated[str | None, typer.Option(help="Single sentences.")] = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="Of pre-training, for each.")] = 5.0,
    steps: Annotated[int | None, typer.Option(min=1, help="For each, instead of minutes.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the runs.")] = Path("var/sizes"),
) -> None:
    """Print the table."""
    try:
        cutter, cache = load_tokenizer(tokenizer), out / "text"
        parts = [Documents(corpus_of(source, cutter, cache), 1.0) for source in documents]
        alone = None if singles is None else Singles(corpus_of(singles, cutter, cache, single=True))
        held_out = corpus_of(documents[0], cutter, cache, part="heldout")
        text, budget = Text(parts, alone), Budget(minutes, steps)
        asked = {"budget": budget, "tokenizer": tokenizer, "documents": documents, "singles": singles}
        sources = [str(tokenizer / "tokenizer.json"), *documents, *([] if singles is None else [singles])]
        origin = Origin.of(asked, sources, Processes(torch.device("cpu")))
        found = [trained(name, text, held_out, tokenizer, out, budget, origin) for name in sizes]
    except (DataError, ValueError) as error:
        typer.echo(f"benchmarks.sizes: {error}", err=True)
        raise typer.Exit(1) from None
    print(markdown(found))


if __name__ == "__main__":
    typer.run(main)
