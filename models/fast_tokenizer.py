"""Fast tokenizers straight from ``tokenizer.json``, by the Rust library that transformers wraps.

Importing transformers takes longer than loading a small model, and adds nothing where ``tokenizer.json`` says
everything. Where transformers would change what the file says, ``read_fast`` leaves it to transformers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tokenizers

from models.encoding import Frame, Pieces
from models.vocabulary import Vocabulary

_LONGEST = 512  # "no limit" is 1e30 in transformers; BERTs end here

_BERT = {"unk": "[UNK]", "sep": "[SEP]", "pad": "[PAD]", "cls": "[CLS]", "mask": "[MASK]"}
_ROBERTA = {
    "bos": "<s>",
    "eos": "</s>",
    "unk": "<unk>",
    "sep": "</s>",
    "pad": "<pad>",
    "cls": "<s>",
    "mask": "<mask>",
}
_SPECIAL_BY_CLASS: Mapping[str, Mapping[str, str]] = {
    "BertTokenizer": _BERT,
    "DistilBertTokenizer": _BERT,
    "ElectraTokenizer": _BERT,
    "RobertaTokenizer": _ROBERTA,
    "PreTrainedTokenizer": {},  # the class is PreTrainedTokenizerFast: nothing but what the files say
}
_CLASS_BY_FAMILY = {
    "bert": "BertTokenizer",
    "distilbert": "DistilBertTokenizer",
    "electra": "ElectraTokenizer",
    "roberta": "RobertaTokenizer",
}
_ROLES = ("bos", "eos", "unk", "sep", "pad", "cls", "mask")
# Keys of tokenizer_config.json by which transformers makes something else of tokenizer.json.
_REWRITING = (
    "auto_map",
    "extra_special_tokens",
    "fast_tokenizer_files",
    "from_slow",
    "init_inputs",
    "split_special_tokens",
)


class FastBackend:
    """A tokenizer of the Rust library.

    Args:
        rust: The tokenizer; its own limits are taken off, as ours are kept elsewhere.
        mask_token: How a blank is written; None if it has no mask token.
        special: Special tokens.
        max_length: The longest sequence it says its model reads.
    """

    def __init__(
        self, rust: tokenizers.Tokenizer, *, mask_token: str | None, special: Iterable[str], max_length: float
    ) -> None:
        rust.no_truncation()
        rust.no_padding()
        self._rust = rust
        self._special = frozenset(
            index for token in special if (index := rust.token_to_id(token)) is not None
        )
        self.max_length = int(min(max_length, _LONGEST))
        self.mask_token = mask_token
        self.mask_id: int | None = None if mask_token is None else rust.token_to_id(mask_token)
        single, pair = rust.encode("a"), rust.encode("a", "a")
        self.single = frame_of(single.ids, single.special_tokens_mask, single.type_ids, pair=False)
        self.pair = frame_of(pair.ids, pair.special_tokens_mask, pair.type_ids, pair=True)

    def vocabulary(self) -> Vocabulary:
        """What its ids stand for."""
        size = self._rust.get_vocab_size(with_added_tokens=True)
        return Vocabulary([self._rust.id_to_token(index) for index in range(size)], self._special)

    def cut(self, text: str, *, spans: bool) -> Pieces:
        """Cut a text; added tokens written out in it stay whole."""
        encoded = self._rust.encode(text, add_special_tokens=False)
        ids = encoded.ids
        return Pieces(ids, encoded.offsets if spans else ((0, 0),) * len(ids))


def frame_of(ids: Sequence[int], special: Sequence[int], segments: Sequence[int], *, pair: bool) -> Frame:
    """Learn from an example how a tokenizer frames its texts: every family does it differently.

    Args:
        ids: A short text, or a pair of them, encoded with special tokens.
        special: Per id whether it is one of the frame.
        segments: Per id its ``token_type_ids``.
        pair: Whether there are two texts.
    """
    words = [index for index, flag in enumerate(special) if not flag]
    first_end = next((index for index in range(words[0], len(ids)) if special[index]), len(ids))
    last_start = next(index for index in words if index >= first_end) if pair else words[0]
    last_end = words[-1] + 1
    middle = slice(first_end, last_start) if pair else slice(0, 0)
    return Frame(
        before=tuple(ids[: words[0]]),
        between=tuple(ids[middle]),
        after=tuple(ids[last_end:]),
        segments=(segments[0], segments[words[0]], segments[first_end], segments[last_start], segments[-1])
        if pair
        else (segments[0], segments[words[0]], 0, 0, segments[-1]),
    )


def read_fast(folder: Path) -> FastBackend | None:
    """Read ``tokenizer.json`` if transformers would take it as it is.

    Returns:
        The tokenizer ``AutoTokenizer.from_pretrained`` would give; None if that may differ from the file.

    Raises:
        Exception: Whatever a broken file makes the library raise.
    """
    file = folder / "tokenizer.json"
    if not file.is_file() or (folder / "added_tokens.json").is_file():
        return None
    settings = _read_json(folder / "tokenizer_config.json")
    name = settings.get("tokenizer_class") or _class_of_model(_read_json(folder / "config.json"))
    kind = name.removesuffix("Fast") if isinstance(name, str) else ""
    if kind not in _SPECIAL_BY_CLASS or any(settings.get(key) for key in _REWRITING):
        return None
    rust = tokenizers.Tokenizer.from_file(str(file))
    given = _special_settings(folder, settings)
    special = {
        role: str(_content(token)) for role, token in {**_SPECIAL_BY_CLASS[kind], **given}.items() if token
    }
    others = [str(_content(token)) for token in _additional(folder, settings)]
    if not (
        _adds_nothing(rust, settings, given, [*special.values(), *others])
        and _keeps_components(rust, kind, settings)
        and (kind != "RobertaTokenizer" or "mask" in given or _eats_space_before(rust, special["mask"]))
    ):
        return None
    limit = settings.get("model_max_length", settings.get("max_len"))
    return FastBackend(
        rust,
        mask_token=special.get("mask"),
        special=[*special.values(), *others],
        max_length=_LONGEST if limit is None else limit,
    )


def _read_json(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def _class_of_model(config: Mapping[str, Any]) -> object:
    if config.get("auto_map"):
        return None
    return config.get("tokenizer_class") or _CLASS_BY_FAMILY.get(config.get("model_type", ""))


def _source(folder: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Where the special tokens stand: ``added_tokens_decoder`` makes ``special_tokens_map.json`` obsolete."""
    if "added_tokens_decoder" in settings:
        return dict(settings)
    return {**settings, **_read_json(folder / "special_tokens_map.json")}


def _special_settings(folder: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    source = _source(folder, settings)
    return {role: source[f"{role}_token"] for role in _ROLES if f"{role}_token" in source}


def _additional(folder: Path, settings: Mapping[str, Any]) -> list[Any]:
    return list(_source(folder, settings).get("additional_special_tokens") or ())


def _content(token: object) -> object:
    return token["content"] if isinstance(token, dict) else token


def _adds_nothing(
    rust: tokenizers.Tokenizer, settings: Mapping[str, Any], given: Mapping[str, Any], special: Sequence[str]
) -> bool:
    """Whether all special tokens are in the file already, as the settings describe them."""
    inside = {index: _traits(token) for index, token in rust.get_added_tokens_decoder().items()}
    if not {*special} <= {traits[0] for traits in inside.values() if traits[-1]}:
        return False
    if "added_tokens_decoder" not in settings:
        return True
    described = {int(index): token for index, token in settings["added_tokens_decoder"].items()}
    names = {token["content"] for token in described.values()}
    return all(str(_content(token)) in names for token in given.values() if token) and all(
        inside.get(index) == _traits(tokenizers.AddedToken(**token)) for index, token in described.items()
    )


def _traits(token: tokenizers.AddedToken) -> tuple[str, bool, bool, bool, bool, bool]:
    return token.content, token.single_word, token.lstrip, token.rstrip, token.normalized, token.special


def _eats_space_before(rust: tokenizers.Tokenizer, mask: str) -> bool:
    """Whether a mask token is as RobertaTokenizer makes its own."""
    index = rust.token_to_id(mask)
    return _traits(rust.get_added_tokens_decoder()[index]) == (mask, False, True, False, False, True)


def _keeps_components(rust: tokenizers.Tokenizer, kind: str, settings: Mapping[str, Any]) -> bool:
    """Whether normalizer, pre-tokenizer and post-processor are as the settings (and their defaults) say."""
    prefix = {"add_prefix_space": settings.get("add_prefix_space", False)}
    expected: list[tuple[Any, dict[str, Any]]] = [(rust.pre_tokenizer, prefix)]
    if kind == "RobertaTokenizer":
        trim = {"trim_offsets": settings.get("trim_offsets", True)}
        expected.append((rust.post_processor, prefix | trim))
    elif kind != "PreTrainedTokenizer":
        if rust.normalizer is None:
            return False
        normal = {
            "lowercase": settings.get("do_lower_case", True),
            "strip_accents": settings.get("strip_accents"),
            "handle_chinese_chars": settings.get("tokenize_chinese_chars", True),
        }
        expected.append((rust.normalizer, normal))
    for component, wanted in expected:
        state = {} if component is None else json.loads(component.__getstate__())
        if any(state.get(key, value) != value for key, value in wanted.items()):
            return False
    return True
