"""The texts that every engine is asked: Korean-like, with the lengths of chat messages.

Token counts are log-normal with median 20 and 95th percentile 60, at most 512, ``[CLS]`` and ``[SEP]``
included. They are drawn stratified: any 64 texts in a row, counted from the first, hold one from each
64th of the distribution, so that a slow engine, which gets through fewer texts, gets the same mixture.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import NormalDist

MEDIAN = 20
P95 = 60
LONGEST = 512
SEED = 20_240_607
BLOCK = 64

_SHORTEST = 3  # [CLS], one piece, [SEP]
_FRAME = 2
_ENDINGS = ("은", "는", "이", "가", "을", "를", "에", "에서", "도", "로", "의", "하고", "했다", "합니다")
_HANGUL_WORD = re.compile("[가-힣]{2,}")


@dataclass(frozen=True, slots=True)
class Traffic:
    """Texts in the order in which they are asked.

    Attributes:
        texts: The texts.
        lengths: Tokens of each, special ones included.
    """

    texts: tuple[str, ...]
    lengths: tuple[int, ...]

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Traffic:
        """Read what ``save`` wrote."""
        parts = json.loads(path.read_text(encoding="utf-8"))
        return cls(tuple(parts["texts"]), tuple(parts["lengths"]))


def draw_lengths(count: int, *, longest: int = LONGEST, seed: int = SEED) -> list[int]:
    """Draw token counts.

    Args:
        count: How many; a multiple of 64 for whole strata.
        longest: More tokens than this are cut to it.
        seed: The same one gives the same counts.
    """
    rng = random.Random(seed)  # noqa: S311  # data, no secret
    spread = math.log(P95 / MEDIAN) / NormalDist().inv_cdf(0.95)
    normal = NormalDist(math.log(MEDIAN), spread)
    drawn: list[int] = []
    while len(drawn) < count:
        block = [(stratum + rng.uniform(1e-6, 1 - 1e-6)) / BLOCK for stratum in range(BLOCK)]
        rng.shuffle(block)
        drawn += [min(max(round(math.exp(normal.inv_cdf(share))), _SHORTEST), longest) for share in block]
    return drawn[:count]


def write_texts(
    lengths: Sequence[int], vocabulary: Iterable[str], count: Callable[[str], int], *, seed: int = SEED
) -> list[str]:
    """Write a text for every token count.

    Args:
        lengths: Tokens per text, special ones included.
        vocabulary: Pieces of a WordPiece tokenizer; whole Hangul words among them are used.
        count: How many tokens, special ones left out, a word alone is cut into.
        seed: The same one gives the same texts.

    Returns:
        Texts of exactly these lengths, for a tokenizer that cuts at white space first.
    """
    rng = random.Random(seed)  # noqa: S311  # data, no secret
    stems = [piece for piece in vocabulary if _HANGUL_WORD.fullmatch(piece) and count(piece) == 1]
    if not stems:
        raise ValueError("the vocabulary has no whole Hangul word")
    inflected = [stem + rng.choice(_ENDINGS) for stem in stems]
    bank = [(word, count(word)) for word in inflected]
    texts = []
    for length in lengths:
        words: list[str] = []
        room = length - _FRAME
        while room > 0:
            word, size = rng.choice(bank)
            if size > room:
                word, size = rng.choice(stems), 1
            words.append(word)
            room -= size
        texts.append(" ".join(words))
    return texts
