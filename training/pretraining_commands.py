"""``kobert-bot train tokenizer`` and ``pretrain``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.command_line import (
    Config,
    Device,
    DocumentsOption,
    DryRun,
    Masking,
    NspWeight,
    SameDocument,
    Seed,
    SinglesOption,
    Steps,
    WholeWords,
    in_one_line,
    processes_on,
    tell,
)
from training.command_text import encoded_text


@in_one_line
def tokenizer(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder to write the tokenizer to.")],
    korean: Annotated[list[str], typer.Option(help="Korean text file or URL; several times.")],
    english: Annotated[list[str] | None, typer.Option(help="English text; several times.")] = None,
    characters: Annotated[int, typer.Option(min=1, help="Korean characters to learn from.")] = 30_000_000,
    vocab_size: Annotated[int, typer.Option(min=100, help="Entries, special tokens included.")] = 16_000,
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Train a WordPiece tokenizer on text files (.txt, .xz, .gz)."""
    from training.textfiles import require_there

    sources = [*korean, *(english or [])]
    require_there(sources)
    from training.record import write_record  # torch: seconds that a slip of the pen needn't wait for
    from training.tokenizer import sample, train_tokenizer, would_learn

    if dry_run:
        typer.echo(would_learn(korean, english or [], characters, vocab_size))
        return
    made = train_tokenizer(korean, english or [], characters=characters, vocab_size=vocab_size)
    made.save_pretrained(out)
    write_record(out, context.params, sources, {"entries": made.vocab_size})
    for text in sample(sources, 3):
        typer.echo(" ".join(made.tokenize(text)))
    typer.echo(f"{made.vocab_size:,} entries in {out}")


@in_one_line
def pretrain(
    context: typer.Context,
    tokenizer: Annotated[Path, typer.Option(help="Folder of the tokenizer.")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, logs and the model.")],
    documents: DocumentsOption = None,
    singles: SinglesOption = None,
    minutes: Annotated[float, typer.Option(min=0.01, help="Training time in all.")] = 60.0,
    steps: Steps = None,
    lr: Annotated[float, typer.Option(min=0.0, help="Peak learning rate.")] = 1e-3,
    tokens: Annotated[int, typer.Option(min=64, help="Tokens of a step, in each process.")] = 4_096,
    masking: Masking = 0.15,
    whole_words: WholeWords = False,
    nsp_weight: NspWeight = 1.0,
    same_document: SameDocument = 0.0,
    singles_share: Annotated[
        float, typer.Option(min=0.0, max=0.9, help="Share of the tokens that single sentences have.")
    ] = 0.2,
    layers: Annotated[int, typer.Option(min=1, help="Layers of the network.")] = 4,
    hidden: Annotated[int, typer.Option(min=8, help="Width of the network.")] = 256,
    heads: Annotated[int, typer.Option(min=1, help="Attention heads; they divide the width.")] = 4,
    count_first: Annotated[
        bool, typer.Option(help="Begin with word vectors from counting neighbours, not at random.")
    ] = True,
    matching_head: Annotated[
        bool, typer.Option(help="Begin with a head that looks for the same word in the other text.")
    ] = True,
    seed: Seed = 0,
    device: Device = "auto",
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Pre-train BERT: masked LM and next sentence, the two losses summed."""
    from training.textfiles import DataError, require_there, require_tokenizer, shares

    if hidden % heads:
        raise DataError(f"--hidden {hidden} is no multiple of --heads {heads}")
    if not documents:
        raise DataError("--documents: next-sentence prediction needs running text")
    require_tokenizer(tokenizer)
    texts = [*(name for name, _ in shares(documents)), *(singles or [])]
    require_there(texts)
    import torch  # seconds, as above

    from training.finishing import finish
    from training.initial import initialise
    from training.matching import give_matching_head
    from training.pretrain import Recipe, new_model, pretraining_run
    from training.record import Origin
    from training.run import told
    from training.schedule import Budget
    from training.start import load_tokenizer
    from training.state import has_state

    with processes_on(device) as processes:
        cutter = load_tokenizer(tokenizer)
        text = encoded_text(documents, singles, cutter, out / "text", processes, keep=not dry_run)
        torch.manual_seed(seed)
        model = new_model(cutter, layers=layers, hidden=hidden, heads=heads, device=processes.device)
        if not has_state(out) and not dry_run:
            corpora = [each.corpus for each in text.documents]
            if count_first:
                initialise(model, corpora, seed=seed)
            if matching_head:
                give_matching_head(model)
        sources = [str(tokenizer / "tokenizer.json"), *texts]
        recipe = Recipe(masking, whole_words, nsp_weight, same_document, singles_share, tokens)
        run, make = pretraining_run(
            model,
            cutter,
            text,
            out,
            Budget(minutes, steps),
            recipe,
            lr=lr,
            seed=seed,
            processes=processes,
            origin=Origin.of(context.params, sources, processes),
        )
        tell(processes, told(run, run.plan(make)))
        if dry_run:
            return
        run.go(make)
        finish(run, cutter, context.params, sources, ["mask", "nsp"] if nsp_weight else ["mask"])
        tell(processes, f"{out / 'model'}: the model; {out / 'curve.png'}: its losses")
