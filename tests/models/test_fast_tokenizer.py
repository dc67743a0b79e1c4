from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    AutoTokenizer,
    BertTokenizerFast,
    DistilBertTokenizerFast,
    ElectraTokenizerFast,
    PreTrainedTokenizerFast,
    RobertaTokenizerFast,
)

from models.fast_tokenizer import read_fast
from models.tokenizers import Tokenizer, load_tokenizer
from tests.tiny import ENGLISH, VOCABULARY, write_byte_tokenizer

Maker = Callable[[Path], None]

BUILTIN = Path("models/builtin").absolute()


def wordpiece(tokenizer_class: type[PreTrainedTokenizerFast], **arguments: object) -> Maker:
    def make(folder: Path) -> None:
        (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
        tokenizer_class(vocab_file=str(folder / "vocab.txt"), **arguments).save_pretrained(folder)

    return make


def byte_level(*, add_prefix_space: bool = False) -> Maker:
    def make(folder: Path) -> None:
        write_byte_tokenizer(folder)
        again = RobertaTokenizerFast.from_pretrained(folder, add_prefix_space=add_prefix_space)
        again.save_pretrained(folder)

    return make


def of_no_family(folder: Path) -> None:
    wordpiece(BertTokenizerFast, do_lower_case=False)(folder)
    PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), unk_token="[UNK]", mask_token="[MASK]"
    ).save_pretrained(folder)


def as_published_once(settings: dict[str, Any], **specials: str) -> Maker:
    """Files as google-bert/bert-base-uncased has them: the class is that of config.json."""

    def make(folder: Path) -> None:
        wordpiece(BertTokenizerFast, do_lower_case=settings.get("do_lower_case", True))(folder)
        (folder / "tokenizer_config.json").write_text(json.dumps(settings))
        (folder / "config.json").write_text('{"model_type": "bert"}')
        (folder / "special_tokens_map.json").unlink()
        if specials:
            (folder / "special_tokens_map.json").write_text(json.dumps(specials))

    return make


def then(make: Maker, change: Callable[[Path], None]) -> Maker:
    def both(folder: Path) -> None:
        make(folder)
        change(folder)

    return both


def setting(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / "tokenizer_config.json"
        file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | changes))

    return change


def without(*names: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return change


def with_limits(folder: Path) -> None:
    """As files saved in the middle of training are."""
    file = folder / "tokenizer.json"
    limits = {"direction": "Right", "max_length": 5, "strategy": "LongestFirst", "stride": 0}
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"truncation": limits}))


def mask_described_otherwise(folder: Path) -> None:
    file = folder / "tokenizer_config.json"
    settings = json.loads(file.read_text("utf-8"))
    settings["added_tokens_decoder"]["4"]["lstrip"] = True
    file.write_text(json.dumps(settings))


def described_in_part(folder: Path) -> None:
    setting(added_tokens_decoder={"0": {"content": "[PAD]", "normalized": False, "special": True}})(folder)


def tokens_added_later(folder: Path) -> None:
    (folder / "added_tokens.json").write_text('{"<new>": 164}')


def mask_that_keeps_spaces(folder: Path) -> None:
    """A tokenizer.json in which RoBERTa's mask token leaves the space before it alone."""
    setting(added_tokens_decoder=None)(folder)
    file = folder / "tokenizer.json"
    content = json.loads(file.read_text("utf-8"))
    for token in content["added_tokens"]:
        token["lstrip"] = False
    file.write_text(json.dumps(content))
    settings = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    kept = {key: settings[key] for key in ("tokenizer_class", "model_max_length")}
    (folder / "tokenizer_config.json").write_text(json.dumps(kept))
    (folder / "special_tokens_map.json").unlink()


BERT = wordpiece(BertTokenizerFast, model_max_length=64)
AS_THEY_ARE: dict[str, Maker] = {
    "bert": BERT,
    "bert-cased": wordpiece(BertTokenizerFast, do_lower_case=False, strip_accents=False, model_max_length=64),
    "bert-chinese": wordpiece(BertTokenizerFast, tokenize_chinese_chars=False),
    "bert-of-config": as_published_once({"do_lower_case": False, "model_max_length": 512}),
    "bert-uncased-of-config": as_published_once({"do_lower_case": True, "max_len": 99}),
    "bert-with-map": as_published_once({"do_lower_case": True}, mask_token="[MASK]", unk_token="[UNK]"),
    "bert-no-limit": then(BERT, setting(model_max_length=10**30)),
    "bert-limits-in-file": then(BERT, with_limits),
    "bert-additional": wordpiece(BertTokenizerFast, additional_special_tokens=["[unused0]"]),
    "distilbert": wordpiece(DistilBertTokenizerFast),
    "electra": wordpiece(ElectraTokenizerFast, do_lower_case=False),
    "roberta": byte_level(),
    "roberta-prefix": byte_level(add_prefix_space=True),
    "no-family": of_no_family,
}
CHANGED: dict[str, Maker] = {
    "bert-other-case": then(BERT, setting(do_lower_case=False)),
    "bert-other-accents": then(BERT, setting(strip_accents=False)),
    "bert-other-chinese": then(BERT, setting(tokenize_chinese_chars=False)),
    "bert-more-special": then(BERT, setting(sep_token="축구")),
    "bert-extra-special": then(BERT, setting(extra_special_tokens={"eye_token": "축구"})),
    "bert-additional-new": then(BERT, setting(additional_special_tokens=["<new>"])),
    "bert-split-special": then(BERT, setting(split_special_tokens=True)),
    "bert-vocab-only": then(BERT, without("tokenizer.json")),
    "bert-described-otherwise": then(BERT, mask_described_otherwise),
    "bert-described-in-part": then(BERT, described_in_part),
    "roberta-merges-only": then(byte_level(), without("tokenizer.json")),
    "roberta-other-prefix": then(byte_level(), setting(add_prefix_space=True)),
    "roberta-other-trim": then(byte_level(), setting(trim_offsets=False)),
    "roberta-mask-keeps-spaces": then(byte_level(), mask_that_keeps_spaces),
    "added-tokens": then(BERT, tokens_added_later),
}
EVERY = AS_THEY_ARE | CHANGED


Both = Callable[[str], tuple[Tokenizer, Any]]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {"builtin": BUILTIN}
    for name, make in EVERY.items():
        made[name] = tmp_path_factory.mktemp(name)
        make(made[name])
    return made


@pytest.fixture(scope="module")
def both(folders: dict[str, Path]) -> Both:
    pairs = {
        name: (load_tokenizer(folder, "auto"), AutoTokenizer.from_pretrained(folder))
        for name, folder in folders.items()
    }
    # Not the pairs themselves: Hypothesis writes out its tests' arguments, and whole vocabularies with them.
    return lambda name: pairs[name]


@pytest.mark.parametrize("name", ["builtin", *AS_THEY_ARE])
def test_a_file_that_says_everything_is_read_as_transformers_reads_it(
    folders: dict[str, Path], name: str
) -> None:
    backend = read_fast(folders[name])
    assert backend is not None
    reference = AutoTokenizer.from_pretrained(folders[name]).backend_tokenizer
    reference.no_truncation()
    assert json.loads(backend._rust.to_str()) == json.loads(reference.to_str())


@pytest.mark.parametrize("name", CHANGED)
def test_a_file_that_transformers_changes_is_left_to_it(folders: dict[str, Path], name: str) -> None:
    assert read_fast(folders[name]) is None


@pytest.mark.parametrize("name", ["builtin", *EVERY])
def test_vocabulary_special_tokens_and_limits_are_those_of_transformers(both: Both, name: str) -> None:
    ours, reference = both(name)
    assert ours.mask_token == reference.mask_token
    assert ours.mask_id == reference.mask_token_id
    assert ours.max_length == min(reference.model_max_length, 512)
    assert ours.vocabulary.special == frozenset(reference.all_special_ids)
    pieces = reference.convert_ids_to_tokens(list(range(len(reference))))
    assert ours.vocabulary.pieces == tuple(piece or "" for piece in pieces)


SPECIAL = (
    "[MASK]",
    "[CLS]",
    "[SEP]",
    "[UNK]",
    "[PAD]",
    "<mask>",
    "<s>",
    "</s>",
    "[unused0]",
    "[mask]",
    "[MAS",
)
fragments = st.one_of(
    st.sampled_from(SPECIAL),
    st.sampled_from(
        (
            *VOCABULARY[5:],
            *ENGLISH,
            "축구는",
            "ÄÖ",
            "e\u0301",
            "\u1112\u1161\u11ab",
            "👩‍👩‍👧",
            "漢字",
            " ",
            "\u3000",
        )
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)
texts = st.lists(fragments, max_size=25).map("".join) | st.lists(fragments, max_size=25).map(" ".join)


@pytest.mark.parametrize(
    "name", ["builtin", "bert-cased", "bert-vocab-only", "roberta", "roberta-other-prefix"]
)
@settings(max_examples=40, deadline=None)
@given(first=texts, second=st.none() | texts.filter(bool))  # "" is no second text to transformers
def test_ids_segments_and_characters_are_those_of_transformers(
    both: Both, name: str, first: str, second: str | None
) -> None:
    ours, reference = both(name)
    pair = (first,) if second is None else (first, second)
    expected = reference(
        *pair,
        truncation="longest_first",
        max_length=ours.max_length,
        return_token_type_ids=True,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
    )
    encoding = ours.encode(*pair)
    assert list(encoding.ids) == expected["input_ids"]
    assert list(encoding.segments) == expected["token_type_ids"]
    assert list(encoding.spans) == expected["offset_mapping"]
    assert [int(text is None) for text in encoding.texts] == expected["special_tokens_mask"]
