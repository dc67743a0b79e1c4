from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.catalog import BUILTIN, BadCatalog, Catalog, load_catalog
from models.errors import TaskNotServed, UnknownPreset
from models.results import Task


def test_the_shipped_presets_serve_what_they_say() -> None:
    catalog = load_catalog()
    assert tuple(catalog.presets) == ("builtin", "klue", "kobert", "google")
    for task in Task:
        for language in ("ko", "en"):
            assert catalog.serves("builtin", task, language)
    assert catalog.source("klue", Task.MASK, "ko").model == "klue/bert-base"
    assert catalog.source("google", Task.MASK, "en").model.endswith("bert-large-uncased")
    assert catalog.source("google", Task.NSP, "en").model.endswith("bert-base-uncased")
    kobert = catalog.source("kobert", Task.MASK, "ko")
    assert (kobert.model, kobert.tokenizer_class) == ("monologg/kobert-lm", "kobert")
    assert Path(kobert.tokenizer).is_dir()


def test_what_a_preset_does_not_serve_names_who_does() -> None:
    with pytest.raises(TaskNotServed, match=r"'klue'.*nli in Korean.*'builtin'.*nli\.ko"):
        load_catalog().source("klue", Task.NLI, "ko")


def test_what_another_preset_answers_is_known_by_task_and_language() -> None:
    catalog = load_catalog()
    assert catalog.unserved("builtin") == {}
    both, korean = ("ko", "en"), ("ko",)
    lacking = {Task.MASK: korean, Task.NSP: korean, Task.SENTIMENT: both, Task.NLI: both}
    assert catalog.unserved("google") == lacking
    with pytest.raises(UnknownPreset):
        catalog.unserved("none")


def test_an_unknown_preset_lists_the_known() -> None:
    with pytest.raises(UnknownPreset, match="builtin, klue"):
        load_catalog().source("nope", Task.NLI, "ko")


def read(tmp_path: Path, text: str) -> Catalog:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return load_catalog(file)


def test_a_file_of_ones_own_adds_to_the_shipped_presets(tmp_path: Path) -> None:
    catalog = read(
        tmp_path,
        """
        [presets.klue]
        nli.ko = { model = "./nli", labels = ["neutral", "entailment", "contradiction"], revision = "v1" }
        [presets.mine]
        mask.any = "/somewhere/else"
        """,
    )
    source = catalog.source("klue", Task.NLI, "ko")
    assert source.model == str(tmp_path / "nli")
    assert source.labels == ("neutral", "entailment", "contradiction")
    assert source.revision == "v1"
    assert catalog.source("klue", Task.MASK, "ko").model == "klue/bert-base"
    assert catalog.source("mine", Task.MASK, "en").model == "/somewhere/else"


def test_one_line_for_any_language_takes_the_place_of_all_shipped_ones_of_its_task(tmp_path: Path) -> None:
    one = f"{tmp_path}/one"
    added = read(tmp_path, "[presets.klue]\nnsp.en = './one'")
    assert added.apart("klue", Task.NSP) == {"nsp.ko": "klue/bert-base", "nsp.en": one}
    whole = read(tmp_path, "[presets.klue]\nnsp.any = './one'")
    assert {key: each.model for key, each in whole.lines("klue", Task.NSP).items()} == {"any": one}
    assert whole.apart("klue", Task.NSP) == {}
    assert whole.source("klue", Task.MASK, "ko").model == "klue/bert-base", "of the other tasks none"
    both = read(tmp_path, "[presets.klue]\nnsp.any = './one'\nnsp.en = './two'")
    assert set(both.lines("klue", Task.NSP)) == {"any", "en"}, "its own lines stay beside it"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("presets = [", "mine.toml"),
        ("[other]\nx = 1", "only tables"),
        ("[presets.a]\nguess.ko = 'x/y'", "no such task"),
        ("[presets.a]\nmask = 'x/y'", "name a language"),
        ("[presets.a]\nmask.fr = 'x/y'", "language is one of"),
        ("[presets.a]\nmask.ko = { modle = 'x/y' }", "write a checkpoint's name"),
        ("[presets.a]\nmask.ko = { model = 'x/y', tokenizer_class = 'magic' }", "tokenizer_class"),
        ("[presets.a]\nnli.ko = { model = 'x/y', labels = ['yes', 'no'] }", "labels must be"),
        ("[presets.a]\nmask.ko = { model = 'x/y', labels = ['yes'] }", "left out"),
        (
            "[presets.a]\nsentiment.ko = { model = 'x/y', labels = ['negative', 'positive', 'positive'] }",
            "labels must be",
        ),
        (
            "[presets.a]\nnli.ko = { model = 'x/y', labels = [['neutral'], 'neutral'] }",
            "labels must be",
        ),
        ("[presets.a]\nsentiment.ko = { model = 'x/y', labels = 'negative' }", "labels must be"),
        ("[presets.a]\nmask.ko = { model = 'x/y', revision = 1 }", "revision must be a text"),
        ("[presets.a]\nmask.ko = { model = 'x/y', tokenizer = 1 }", "tokenizer must be a text"),
        ("[presets.a]\nmask.ko = { model = 'x/y', tokenizer_class = ['auto'] }", "tokenizer_class"),
    ],
)
def test_a_mistake_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadCatalog, match=message) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadCatalog, match="No such file"):
        load_catalog(tmp_path / "none.toml")


def test_the_lines_of_a_task_are_the_presets_own_or_the_built_in_ones() -> None:
    catalog = load_catalog()
    own = catalog.lines("klue", Task.MASK)
    assert {language: source.model for language, source in own.items()} == {"ko": "klue/bert-base"}
    assert own["ko"].name is None
    builtin = catalog.lines(BUILTIN, Task.SENTIMENT)["any"]
    assert catalog.lines("klue", Task.SENTIMENT) == {"any": replace(builtin, name=BUILTIN)}
    with pytest.raises(UnknownPreset):
        catalog.lines("nobody", Task.MASK)


def test_a_task_that_each_language_has_a_model_for_is_told_with_its_lines(tmp_path: Path) -> None:
    one, two = f"{tmp_path}/one", f"{tmp_path}/two"
    (tmp_path / "catalog.toml").write_text(
        "[presets.mixed]\n"
        'sentiment.ko = "./one"\nsentiment.en = "./two"\n'
        'nli.ko = "./one"\nnli.en = "./one"\n'
        'nsp.any = "./one"\nnsp.en = { model = "./one", revision = "refs/pr/1" }\n'
        'mask.ko = "./two"\n'
    )
    catalog = load_catalog(tmp_path / "catalog.toml")
    assert catalog.apart("mixed", Task.SENTIMENT) == {"sentiment.ko": one, "sentiment.en": two}
    assert catalog.apart("mixed", Task.NSP) == {"nsp.any": one, "nsp.en": one}, "of two revisions"
    for task in (Task.NLI, Task.MASK, Task.TOKENS):
        assert catalog.apart("mixed", task) == {}
    assert not any(catalog.apart(BUILTIN, task) for task in Task)
    with pytest.raises(UnknownPreset):
        catalog.apart("nobody", Task.NLI)
