r"""Train the bilingual WordPiece tokenizer.

    kobert-bot train tokenizer --out var/tokenizer --korean ko_docs.txt.xz --korean reviews.txt.xz \
        --english en_docs.txt.xz

WordPiece as in BERT (Devlin et al. 2018; Schuster & Nakajima 2012). English is lower-cased to save
vocabulary; accents are kept, because stripping them (NFD) would take Hangul syllables apart.
"""

from __future__ import annotations

import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tokenizers import Regex
from tokenizers.implementations import BertWordPieceTokenizer
from tokenizers.pre_tokenizers import BertPreTokenizer, Sequence, Split
from tqdm import tqdm
from transformers import BertTokenizerFast

from training.held_out import standing_in, told
from training.telling import Say, quiet
from training.textfiles import DataError, open_text

VOCAB_SIZE = 16_000  # 16,000 × 256 floats: already half of a 4×256 model
ALPHABET = 2_400  # all syllables in real use; a rare one would turn its whole word into [UNK]
MAX_POSITIONS = 256
LONGEST_WORD = 250  # characters; people write ㅋㅋㅋㅋ… longer than the usual 100
_ALONE = Split(Regex(r"[^\p{L}\p{N}\p{M}]"), "isolated")
_TRIED = 1_000_000  # characters that a dry run reads
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def sample(sources: list[str], characters: int, say: Say = quiet) -> Iterator[str]:
    """The first lines of each source that stand in no public test set, as many characters of each.

    Args:
        sources: Paths or URLs.
        characters: In all.
        say: Is told how many lines are left out.

    Raises:
        DataError: A source cannot be read, or is such a set.
    """
    share = characters // max(len(sources), 1)
    for source in sources:
        with open_text(source) as lines:
            left, leaked, read = share, Counter[str](), 0
            for line in lines:
                read += 1
                if name := standing_in({line, *line.split("\t")}):
                    leaked[name] += 1
                    continue
                yield unicodedata.normalize("NFC", line)
                left -= len(line)
                if left < 0:
                    break
        for note in told(source, leaked, read, "lines"):
            say(note)


def _alphabet(trainer: BertWordPieceTokenizer, texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """The commonest characters, and those of them that go on a word, written as ``##x``.

    Told to the trainer, they have their numbers before it begins. It would give out numbers in the order of a
    hash map, and settle ties by them: each run would learn other pieces
    (https://github.com/huggingface/tokenizers/issues/1794).
    """
    words = Counter(word for text in texts for word in text.split())
    characters: Counter[str] = Counter()
    going_on: set[str] = set()
    for word, times in words.items():
        for piece, _ in trainer.pre_tokenizer.pre_tokenize_str(trainer.normalizer.normalize_str(word)):
            for character in piece:
                characters[character] += times
            going_on.update(piece[1:])
    ranked = sorted(characters, key=lambda character: (-characters[character], character))
    alphabet = sorted(ranked[:ALPHABET])
    return alphabet, [f"##{character}" for character in alphabet if character in going_on]


def train_tokenizer(
    korean: list[str], english: list[str], *, characters: int, vocab_size: int = VOCAB_SIZE
) -> BertTokenizerFast:
    """Learn a WordPiece vocabulary.

    Args:
        korean: Paths or URLs of Korean text, one sentence a line; each gives an equal share of the sample.
        english: The same for English, which gets a third as many characters.
        characters: Korean characters to read.
        vocab_size: Entries, special tokens included.

    Returns:
        The tokenizer, ready for ``save_pretrained``; the same for the same text.

    Raises:
        DataError: A source cannot be read, or there is no text in any.
    """
    trainer = BertWordPieceTokenizer(lowercase=True, strip_accents=False)
    trainer.pre_tokenizer = Sequence([BertPreTokenizer(), _ALONE])

    def texts(say: Say = quiet) -> Iterator[str]:
        yield from sample(korean, characters, say)
        yield from sample(english, characters // 3, say)

    alphabet, going_on = _alphabet(trainer, texts(tqdm.write))
    if not alphabet:
        raise DataError(f"{', '.join([*korean, *english])}: there is no text in it")
    trainer.train_from_iterator(
        texts(),
        vocab_size=vocab_size,
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        min_frequency=2,
        special_tokens=[*SPECIALS, *going_on],
    )
    with TemporaryDirectory() as folder:
        trainer.save_model(folder)
        return wordpiece_tokenizer(Path(folder) / "vocab.txt")


def wordpiece_tokenizer(vocabulary: Path) -> BertTokenizerFast:
    """Make the tokenizer of a vocabulary file.

    BERT's own splitting leaves an emoji glued to the word before it, and one unknown character then turns the
    whole word into ``[UNK]``: here every character but letters, digits and marks stands alone.

    Args:
        vocabulary: One entry a line.
    """
    tokenizer = BertTokenizerFast(
        vocab_file=str(vocabulary), do_lower_case=True, strip_accents=False, model_max_length=MAX_POSITIONS
    )
    backend = tokenizer.backend_tokenizer
    backend.pre_tokenizer = Sequence([BertPreTokenizer(), _ALONE])
    backend.model.max_input_chars_per_word = LONGEST_WORD
    return tokenizer


def would_learn(korean: list[str], english: list[str], characters: int, vocab_size: int) -> str:
    """What a training would do, and how long it would take: by learning from a small part.

    Raises:
        DataError: A source cannot be read.
    """
    little = min(characters, _TRIED)
    begin = time.monotonic()
    made = train_tokenizer(korean, english, characters=little, vocab_size=vocab_size)
    minutes = (time.monotonic() - begin) / 60
    tried, whole, said = 0, 0, list[str]()
    for sources, part in ((korean, 1), (english, 3)):
        for source in sources:
            most, least = (each // part // len(sources) for each in (characters, little))
            found = 0
            for line in sample([source], most):
                found += len(line)
                if found > least and little < characters:
                    break  # it goes on: for how long, nobody has looked
            else:
                most = found
            tried, whole = tried + found, whole + most
            said.append(f"{'up to ' * (most != found)}{most:,} characters of {source}")
    limit = "up to " * (whole != tried)
    return (
        f"would learn {limit}{vocab_size if limit else made.vocab_size:,} entries from {', '.join(said)}: "
        f"{limit}about {minutes * whole / tried:.1f} minutes"
    )
