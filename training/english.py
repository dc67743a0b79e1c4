"""English sentiment and inference examples from templates: the labelled sets at hand are all Korean.

    python -m training.english --out var/english          # writes sentiment.tsv (as NSMC) and nli.tsv

The words and sentence frames below are this project's own. They teach the heads, which see only Korean
otherwise, that English has opinions and contradictions too; they are no benchmark of anything.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Annotated

import typer

from training.command_line import in_one_line

_POSITIVE = (
    "wonderful great brilliant lovely moving funny charming delightful excellent superb gripping "
    "beautiful touching clever fresh perfect amazing enjoyable fantastic impressive hilarious "
    "magnificent splendid pleasant good fun exciting fascinating memorable outstanding terrific "
    "stunning warm elegant witty thrilling remarkable sweet satisfying powerful kind friendly delicious "
    "comfortable helpful happy nice best marvellous incredible"
).split()
_NEGATIVE = (
    "terrible awful boring dull bad stupid horrible poor weak tedious ugly annoying disappointing "
    "painful silly pointless lifeless messy clumsy cheap shallow predictable dreadful ridiculous slow "
    "noisy rude dirty cold bland tasteless broken useless unpleasant depressing miserable lazy empty "
    "confusing worst worthless disgusting sad forgettable tiresome unbearable pathetic lame unfunny "
    "overrated"
).split()
_THINGS = (
    "movie film story book show song game actor plot ending scene director music dialogue picture play "
    "performance script meal food service hotel room trip day weather place restaurant phone idea party "
    "concert series episode"
).split()
_DEGREES = ("", "really ", "very ", "so ", "truly ", "just ", "absolutely ", "quite ", "simply ")
_PRAISE = (
    "I loved it.", "I love this {thing}.", "I really enjoyed the {thing}.", "I would watch it again.",
    "Highly recommended.", "It made me smile.", "I laughed and cried.",
    "My favourite {thing} of the year.", "I cannot recommend it enough.", "We had a great time.",
    "Thank you, it was worth every minute.", "I am so happy with this {thing}.", "I like it a lot.",
    "The {thing} exceeded my expectations.", "Everyone should see it.", "It never gets old.",
    "A masterpiece.",
)  # fmt: skip
_BLAME = (
    "I hated it.", "I hate this {thing}.", "I regret watching the {thing}.",
    "I would never watch it again.", "Avoid it.", "A waste of time and money.", "I fell asleep.",
    "The worst {thing} of the year.", "I cannot recommend it.", "I want my money back.",
    "I am so angry about this {thing}.", "I do not like it at all.", "I walked out.",
    "The {thing} failed in every way.", "Nobody should see it.", "It made me sick.", "A complete mess.",
)  # fmt: skip

_AGENTS = (
    ("A man", "a person"), ("A woman", "a person"), ("A boy", "a child"), ("A girl", "a child"),
    ("A student", "a person"), ("A doctor", "a person"), ("A teacher", "a person"),
    ("The singer", "someone"), ("A farmer", "a person"), ("A young man", "a man"),
    ("An old woman", "a woman"), ("A little boy", "a boy"),
)  # fmt: skip
# What is done, what follows from it, and what cannot be at the same time.
_ACTIONS = (
    ("playing a guitar", "playing an instrument", "sleeping"),
    ("playing football", "playing a game", "lying in bed"),
    ("eating an apple", "eating fruit", "eating nothing"),
    ("drinking coffee", "drinking something", "drinking nothing"),
    ("running fast", "moving", "standing still"),
    ("reading a book", "reading", "driving a car"),
    ("driving a car", "in a vehicle", "on foot"),
    ("swimming", "in the water", "completely dry"),
    ("cooking dinner", "preparing food", "fast asleep"),
    ("singing a song", "making music", "silent"),
    ("crying", "showing feelings", "laughing"),
    ("laughing", "showing feelings", "crying"),
    ("walking a dog", "with an animal", "without any animal"),
    ("riding a horse", "on an animal", "far from any animal"),
    ("talking on the phone", "speaking", "silent"),
    ("painting a picture", "making something", "doing nothing"),
    ("washing the dishes", "cleaning", "sleeping on the sofa"),
    ("sleeping", "resting", "wide awake"),
)
_PLACES = (
    ("in the park", "outside", "indoors"),
    ("in the street", "outside", "inside a house"),
    ("on the beach", "outside", "in an office"),
    ("in the garden", "outside", "inside a building"),
    ("in the kitchen", "indoors", "outside in the rain"),
    ("at home", "indoors", "abroad on a ship"),
    ("in a hospital", "inside a building", "in a forest"),
    ("at school", "at a place of learning", "at the beach"),
)
_GUESSES = (
    "is waiting for a friend", "is very rich", "is late for work", "is doing this for the first time",
    "has two sisters", "won a prize last year", "is famous", "is thinking about the weekend",
    "lives near the sea", "is getting paid for it", "will go home by bus", "is wearing a red shirt",
    "has a birthday today", "likes cats", "is a good friend of mine",
)  # fmt: skip


def sentiment(rng: random.Random) -> tuple[str, str]:
    """Make one opinion and its NSMC label, ``1`` positive or ``0`` negative."""
    good = rng.random() < 0.5
    words, others = (_POSITIVE, _NEGATIVE) if good else (_NEGATIVE, _POSITIVE)
    word, second, other = rng.choice(words), rng.choice(words), rng.choice(others)
    thing, degree = rng.choice(_THINGS), rng.choice(_DEGREES)
    frames = (
        f"What a {word} {thing}!",
        f"The {thing} was {degree}{word}.",
        f"This {thing} is {degree}{word} and {second}.",
        f"It was {degree}{word}",
        f"Such a {word} {thing}, {degree}{second}",
        f"The {thing} was {word}, and the {rng.choice(_THINGS)} was {second}.",
        f"I thought it would be {other}, but it was {word}.",
        f"The {thing} was not {other} at all, it was {word}.",
        f"{word} {thing}",
        f"{degree}{word}!!",
    )
    text = rng.choice(frames)
    if rng.random() < 0.4:
        text = rng.choice(_PRAISE if good else _BLAME).format(thing=thing)
    elif rng.random() < 0.15:
        text, good = f"The {thing} is not {word}.", not good
    if rng.random() < 0.3:
        text = text.lower()
    return text, str(int(good))


def nli(rng: random.Random) -> tuple[str, str, str]:
    """Make a premise, a hypothesis and its label."""
    agent, kind = rng.choice(_AGENTS)
    action, general, opposite = rng.choice(_ACTIONS)
    place, around, elsewhere = rng.choice(_PLACES)
    the = "The " + agent.split(maxsplit=1)[1]
    premise = f"{agent} is {action} {place}."
    label = rng.choice(("entailment", "neutral", "contradiction"))
    other = rng.choice([entry[0] for entry in _ACTIONS if entry[0] != action])
    hypotheses = {
        "entailment": (
            f"{agent} is {action}.", f"{the} is {general}.", f"{kind.capitalize()} is {action}.",
            f"{the} is {around}.",
            f"Someone is {general}.", f"There is {kind} {place}.", f"{kind.capitalize()} is {around}.",
        ),
        "neutral": (
            f"{the} {rng.choice(_GUESSES)}.", f"{agent} {rng.choice(_GUESSES)}.",
            f"{the} is {action} because it is a holiday.", f"{the} was {other} this morning.",
        ),
        "contradiction": (
            f"{the} is {opposite}.", f"{the} is not {action}.", f"Nobody is {action}.",
            f"{the} is {elsewhere}.",
            f"{the} is not {around}.", f"There is nobody {place}.", f"No one is {general}.",
        ),
    }  # fmt: skip
    return premise, rng.choice(hypotheses[label]), label


@in_one_line
def main(
    out: Annotated[Path, typer.Option(help="Folder to write sentiment.tsv and nli.tsv to.")],
    rows: Annotated[int, typer.Option(help="Rows of each before repeated ones are dropped.")] = 12_000,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 0,
) -> None:
    """Write English examples made from templates."""
    rng = random.Random(seed)
    out.mkdir(parents=True, exist_ok=True)
    opinions = dict.fromkeys(sentiment(rng) for _ in range(rows))
    numbered = (f"{n}\t{text}\t{label}" for n, (text, label) in enumerate(opinions))
    lines = ["id\tdocument\tlabel", *numbered]
    (out / "sentiment.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    pairs = dict.fromkeys(nli(rng) for _ in range(rows))
    lines = ["premise\thypothesis\tlabel", *("\t".join(pair) for pair in pairs)]
    (out / "nli.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    typer.echo(f"{len(opinions):,} opinions and {len(pairs):,} pairs in {out}")


if __name__ == "__main__":
    typer.run(main)
