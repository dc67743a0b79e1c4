"""``kobert-bot feedback …``: what people said of the answers, what they agree on, and data sets of it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.console import Taught, counted, fail, in_one_line, progress, settings_or_fail, with_store
from training.feedback.formats import Format

if TYPE_CHECKING:
    from storage.store import Store

app = typer.Typer(
    help="What people said of the answers, what they agree on, and data sets of it.", no_args_is_help=True
)


OneTask = Annotated[Taught, typer.Argument(help="Of which task.")]
AnyTask = Annotated[Taught | None, typer.Argument(help="Of which task; of all without.")]
Out = Annotated[Path | None, typer.Option(help="File, or folder for dataset; standard output without.")]
Written = Annotated[Format, typer.Option("--format", help="What it is written as.")]
Source = Annotated[
    str, typer.Argument(help="JSON lines, Parquet or TSV; or the folder of an export or a snapshot.")
]
OfTask = Annotated[
    Taught | None, typer.Option("--task", help="What its labels are of; votes on others are left out.")
]
Gold = Annotated[
    bool, typer.Option("--gold", help="Its labels are known to be right: to measure by, never to train on.")
]
Replace = Annotated[
    bool,
    typer.Option(
        "--replace", help="Its labels take the place of others that you gave the same texts before."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many of each task.")]
Folder = Annotated[
    Path | None, typer.Option("--out", help="Folder of all snapshots; TEACHING_FOLDER/snapshots without.")
]
Confidence = Annotated[
    float,
    typer.Option("--min-confidence", min=0.0, max=1.0, help="Leave out less probable labels."),
]
Excluded = Annotated[
    list[str] | None,
    typer.Option("--exclude", help="File whose texts are left out, such as a test set. Several times."),
]


@app.command()
def export(out: Out = None, format_: Written = Format.JSONL) -> None:
    """Write every vote with its text, the model's answer and the label.

    \b
    jsonl    a JSON object a line
    parquet  the same as a table; probabilities and buttons are JSON in it
    dataset  a folder with both, and the card that Hugging Face's datasets.load_dataset reads

    An export outlives what people have deleted: keep it no longer than it is needed.
    """  # noqa: D301  # click's mark for "keep these lines" is a real backspace
    from training.feedback.exporting import write_lines, write_votes

    if out is None and format_ is not Format.JSONL:
        fail(f"{format_} needs --out: it is no text")

    async def write(store: Store) -> int:
        if out is None:
            written = await write_lines(store.feedback(), sys.stdout)
            sys.stdout.flush()  # at the end of the program a pipe that nobody reads would be complained of
            return written
        return await write_votes(store.feedback(), out, format_)

    count = with_store(write)
    typer.echo(f"exported {counted(count, 'vote')}", err=True)


@app.command(name="import")
def import_(file: Source, task: OfTask = None, gold: Gold = False, replace: Replace = False) -> None:
    """Take in votes that were exported, or texts with labels such as NSMC's ratings_train.txt.

    Done again it adds nothing. Whoever voted is known again when they come back, if PSEUDONYM_KEY is the
    same. A label of a file is yours: votes never change it, it takes the place of what voters decided, and
    `feedback conflicts` shows where they differ. Only a label of a snapshot that as many voters here have
    decided alike stays theirs. One that was imported before stays without --replace, and gold without both
    --gold and --replace. Of the rows that cannot be used, the first ten are told.

    What people had deleted after the file was written comes back with it: delete old exports.
    """
    from training.feedback.importing import keep, parse

    async def take_in(store: Store) -> dict[str, int]:
        with progress(total, "import") as bar:
            return dict(await keep(store, parsed, bar.update, replace=replace))

    parsed = in_one_line(lambda: parse(file, None if task is None else task.value, gold=gold))
    for line in parsed.bad[:_BAD_TOLD]:
        typer.echo(f"kobert-bot: {line}", err=True)
    if more := len(parsed.bad[_BAD_TOLD:]):
        typer.echo(f"kobert-bot: … and {counted(more, 'other row')}", err=True)
    if parsed.votes:
        typer.echo(f"kobert-bot: {_FORGOTTEN}", err=True)
    total = len(parsed.votes) + len(parsed.texts)
    for line in _imported(with_store(take_in, new=True)):
        typer.echo(line)
    if parsed.bad:
        fail(f"{file}: {counted(len(parsed.bad), 'row')} could not be used; the others were")


@app.command()
def agree(task: AnyTask = None, as_json: Json = False) -> None:
    """Decide from all votes which labels are right and whose votes count, and keep it.

    The bot does so by itself, some minutes after somebody voted. It may be stopped at any moment. As JSON it
    prints by task what a training would have now: rows of each label by part of the data set (of gold, those
    that the gate would ask), known labels that it would leave out (learnt), those that voters made (voted),
    and the number of texts of a test file that is too short, else null (short).
    """
    from bot.feedback_views import agreement_table
    from models.results import LABELS
    from training.feedback.deciding import decide_and_draw

    settings = settings_or_fail()

    async def decide_all(store: Store) -> str:
        found = {each: await decide_and_draw(store, each) for each in await _voted(store, task)}
        if not as_json:
            return agreement_table({each: agreed for each, (agreed, _) in found.items()})
        from training.retraining.outlook import outlook

        told = {
            each: await outlook(
                store,
                each,
                drawn,
                preset=settings.preset,
                catalog=settings.catalog,
                test=settings.teaching_tests.get(each),
            )
            for each, (_, drawn) in found.items()
            if each in LABELS  # labels of blanks are words of people's own, and are not trained on
        }
        return json.dumps({each: asdict(its) for each, its in told.items()})

    typer.echo(with_store(decide_all, settings=settings))


@app.command()
def stats(as_json: Json = False) -> None:
    """Tell how the teaching goes: texts, votes, agreement, labels, gold, who is left out and why.

    As JSON it is a list with an object for each task of which there are texts, all with the same keys. That
    of tokens, which is not taught, counts in wrongly_cut_votes and wrongly_cut_texts who says that a text was
    cut wrongly; they are 0 for the others.
    """
    from bot.feedback_views import stats_lines
    from models.results import Task
    from training.feedback.stats import stats as count

    async def tell(store: Store) -> str:
        there = await store.consensus.tasks()
        found = [await count(store, task) for task in (*Taught, Task.TOKENS) if task in there]
        if as_json:
            return json.dumps([each.as_json() for each in found], ensure_ascii=False, indent=1)
        return "\n\n".join(filter(None, map(stats_lines, found))) or NOTHING

    typer.echo(with_store(tell))


@app.command()
def conflicts(task: AnyTask = None, limit: Limit = 10) -> None:
    """Show where voters differ, or contradict an imported label, the least sure first, and who said what."""
    from bot.feedback_views import conflict_lines
    from training.feedback.deciding import agreement
    from training.feedback.why import conflicts as differing

    async def tell(store: Store) -> str:
        told = []
        for each in await _voted(store, task):
            found = differing(await agreement(store, each))
            shown = found[:limit]
            voters = {said.ballot.voter for account in shown for said in account.said}
            names = await store.consensus.pseudonyms(voters)
            texts = await store.consensus.texts({account.said[0].ballot.item for account in shown})
            told.append(conflict_lines(each, shown, len(found), texts, names))
        return "\n\n".join(told) or NOTHING

    typer.echo(with_store(tell))


@app.command()
def snapshot(
    task: OneTask, out: Folder = None, min_confidence: Confidence = 0.7, exclude: Excluded = None
) -> None:
    """Draw a data set of what the voters agree on: train, dev, heldout and gold, as JSON lines and Parquet.

    A text is always in the same part, whatever is drawn when. Texts of NSMC's test set and KLUE-NLI's
    development set are left out in any case. The same votes give the same hash.
    """
    from models.results import LABELS, Task
    from training.feedback.snapshot import take_snapshot

    settings = settings_or_fail()

    async def take(store: Store) -> tuple[list[str], list[str]]:
        folder = out or settings.teaching_folder / "snapshots"
        taken = await take_snapshot(
            store, task.value, folder, min_confidence=min_confidence, exclude=exclude or ()
        )
        rows = ", ".join(f"{part} {number:,}" for part, number in taken.manifest["rows"].items())
        left_out = (f"left out: {number:,} {why}" for why, number in taken.manifest["left_out"].items())
        learnt = taken.manifest["labels"].get("train", {})
        missing = [label for label in LABELS.get(Task(task), ()) if label not in learnt]
        return [f"{taken.name}: {rows}", *left_out, f"{taken.manifest_hash}  {taken.path}"], missing

    lines, missing = with_store(take, settings=settings)
    for line in lines:
        typer.echo(line)
    if missing:
        none = f"none of what there is to learn from (train) is labelled {' or '.join(missing)}"
        typer.echo(f"kobert-bot: {none}: a training on it would fail", err=True)


@app.command()
def gold(task: OneTask) -> None:
    """Make known what three people or more labelled alike without seeing the answer.

    They are people whom known labels of yours have proved right: ten or more of each one's votes were on such
    labels. What becomes gold so proves nobody. Only what was never trained on can become gold, and nothing is
    trained on it afterwards.
    """
    from bot.feedback_views import gold_lines
    from training.feedback.gold import FEWEST, promote_gold
    from training.feedback.grounded import LEAST

    promoted = with_store(lambda store: promote_gold(store, task.value))
    typer.echo(gold_lines(task.value, promoted, FEWEST, LEAST))


_BAD_TOLD = 10
NOTHING = "nobody has voted yet: votes come from the buttons under the bot's answers and from /label"


async def _voted(store: Store, task: Taught | None) -> list[str]:
    """The tasks to tell of."""
    if task is not None:
        return [task.value]
    there = await store.consensus.tasks()
    return [each.value for each in Taught if each.value in there]


_FORGOTTEN = "whoever sent /forgetme after this was exported comes back with it, votes and questions"


def _imported(counts: dict[str, int]) -> list[str]:
    told = (
        ("new", "vote", "new"),
        ("known", "vote", "here already"),
        ("voters", "voter", "not known here before: new, or back in spite of /forgetme"),
        ("withdrawn", "vote", "left out: of people who want nothing kept, or on what they asked"),
        ("labels new", "labelled text", "new"),
        ("labels known", "labelled text", "here already"),
        ("labels replaced", "labelled text", "decided otherwise by voters, which the file replaces"),
        ("labels corrected", "labelled text", "imported otherwise before, which the file replaces"),
        ("labels differ", "labelled text", "imported otherwise before, which stays without --replace"),
        ("labels gold", "label", "became gold"),
        ("labels gold confirmed", "label", "that voters had made gold confirmed"),
        ("labels gold replaced", "label", "that voters had made gold replaced by the file's"),
        ("labels gold corrected", "label", "known otherwise here replaced by the file's"),
        ("labels gold differs", "label", "known otherwise here, which stays without --gold and --replace"),
        ("labels gold dropped", "label", "that voters had made gold otherwise, which the file replaces"),
    )
    return [f"{counted(counts[key], what)} {why}" for key, what, why in told if counts.get(key)]
