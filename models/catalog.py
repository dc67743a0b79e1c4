"""Presets: which checkpoint serves which task in which language. The format is told in ``catalog.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from models.errors import ModelServiceError, TaskNotServed, UnknownPreset
from models.results import LABELS, Task
from models.text import Language

BUILTIN = "builtin"
"""The preset that ships with the program and needs no network."""

_SHIPPED = Path(__file__).with_name("catalog.toml")
_LANGUAGES = ("ko", "en", "any")
_LANGUAGE_NAMES = {"ko": "Korean", "en": "English"}
_TOKENIZER_CLASSES = ("auto", "kobert")
_KEYS = frozenset({"model", "tokenizer", "tokenizer_class", "labels", "revision"})


class BadCatalog(ModelServiceError):
    """A catalogue file cannot be read; the message names the file and the line's key."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a checkpoint and its tokenizer come from.

    Attributes:
        model: A hub id, or an absolute folder.
        tokenizer: The same for the tokenizer.
        tokenizer_class: ``auto`` or ``kobert``.
        labels: The names of a classification head's classes by index; None to read them from its
            ``config.json``.
        revision: Branch, tag or commit of ``model`` on the hub.
        name: What its answers call it; None for the name of the preset that it answers for.
    """

    model: str
    tokenizer: str
    tokenizer_class: Literal["auto", "kobert"] = "auto"
    labels: tuple[str, ...] | None = None
    revision: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """Presets by name, in the order of the files.

    Attributes:
        presets: Per preset, its sources by task and language (``ko``, ``en`` or ``any``).
    """

    presets: Mapping[str, Mapping[tuple[Task, str], Source]] = field(default_factory=dict)

    def source(self, preset: str, task: Task, language: Language) -> Source:
        """Find the checkpoint for a task.

        Raises:
            UnknownPreset: If there is no such preset.
            TaskNotServed: If the preset has nothing for this task and language.
        """
        found = self._find(self.checked(preset), task, language)
        if found is None:
            others = [name for name in self.presets if self._find(name, task, language) is not None]
            raise TaskNotServed(
                f"the preset {preset!r} has no checkpoint for {task} in {_LANGUAGE_NAMES[language]}; "
                f"use {' or '.join(map(repr, others)) or 'another'}, "
                f"or add a line {task}.{language} under [presets.{preset}] in your CATALOG file"
            )
        return found

    def checked(self, preset: str) -> str:
        """Give a preset's name back.

        Raises:
            UnknownPreset: If there is none of that name.
        """
        if preset not in self.presets:
            raise UnknownPreset(f"there is no preset {preset!r}; there are: {', '.join(self.presets)}")
        return preset

    def with_source(self, preset: str, task: Task, language: str, source: Source) -> Catalog:
        """A copy in which another checkpoint serves a task.

        Args:
            preset: Which preset.
            task: Which task.
            language: ``ko``, ``en``, or ``any`` for all: then lines of single languages go.
            source: The checkpoint.

        Raises:
            UnknownPreset: If there is no such preset.
            BadCatalog: If there is no such language.
        """
        if language not in _LANGUAGES:
            raise BadCatalog(f"the language is one of {', '.join(_LANGUAGES)}, not {language!r}")
        lines = dict(self.presets[self.checked(preset)])
        if language == "any":
            lines = {key: each for key, each in lines.items() if key[0] is not task}
        lines[task, language] = source
        return Catalog({**self.presets, preset: lines})

    def lines(self, preset: str, task: Task) -> Mapping[str, Source]:
        """What serves a task when nothing is swapped: the checkpoint by language (``ko``, ``en`` or ``any``).

        Where the preset has nothing for the task, that is the built-in one.

        Raises:
            UnknownPreset: If there is no such preset.
        """
        own = {
            each: source for (of, each), source in self.presets[self.checked(preset)].items() if of is task
        }
        if own or preset == BUILTIN:
            return own
        builtin = self.lines(BUILTIN, task)
        return {language: replace(source, name=BUILTIN) for language, source in builtin.items()}

    def own(self, preset: str, task: Task) -> Source:
        """The checkpoint that serves a task when nothing is swapped; where each language has one, the Korean.

        Raises:
            UnknownPreset: If there is no such preset.
            TaskNotServed: If the preset has nothing for this task.
        """
        language: Language = "en" if set(self.lines(preset, task)) == {"en"} else "ko"
        return self.source(preset, task, language)

    def apart(self, preset: str, task: Task) -> Mapping[str, str]:
        """The models by line (``sentiment.ko``) of a task that another one answers in each language.

        Empty where one checkpoint answers in all of them: only that can be held against one that would take
        its place.

        Raises:
            UnknownPreset: If there is no such preset.
        """
        lines = self.lines(preset, task)
        if len(set(lines.values())) < 2:
            return {}
        return {f"{task}.{language}": source.model for language, source in lines.items()}

    def sources(self) -> frozenset[tuple[Source, Task]]:
        """Every checkpoint and what it serves."""
        return frozenset((each, key[0]) for lines in self.presets.values() for key, each in lines.items())

    def serves(self, preset: str, task: Task, language: Language) -> bool:
        """Whether a preset exists and has a checkpoint for a task and language."""
        return preset in self.presets and self._find(preset, task, language) is not None

    def unserved(self, preset: str) -> Mapping[Task, tuple[Language, ...]]:
        """The tasks that another preset answers in place of one, with the languages in which it does.

        Raises:
            UnknownPreset: If there is no such preset.
        """
        lines = self.presets[self.checked(preset)]
        languages: tuple[Language, ...] = ("ko", "en")
        lacking = {
            task: tuple(each for each in languages if not {(task, each), (task, "any")} & lines.keys())
            for task in Task
        }
        return {task: found for task, found in lacking.items() if found}

    def _find(self, preset: str, task: Task, language: Language) -> Source | None:
        lines = self.presets[preset]
        return lines.get((task, language)) or lines.get((task, "any"))


def load_catalog(path: Path | None = None) -> Catalog:
    """Read the shipped presets and, over them, those of a file of one's own.

    A line of that replaces the same line; one for any language replaces all of its task that shipped.

    Args:
        path: A TOML file in the format of ``catalog.toml``; None for the shipped presets alone.

    Raises:
        BadCatalog: If a file is missing or doesn't follow the format.
    """
    merged: dict[str, dict[tuple[Task, str], Source]] = {}
    for file in (_SHIPPED,) if path is None else (_SHIPPED, path):
        for name, lines in _read(file).items():
            whole = {task for task, language in lines if language == "any"}
            kept = {key: each for key, each in merged.get(name, {}).items() if key[0] not in whole}
            merged[name] = kept | lines
    return Catalog(merged)


def _read(file: Path) -> dict[str, dict[tuple[Task, str], Source]]:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadCatalog(f"{file}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadCatalog(f"{file}: {error}") from error
    presets = data.pop("presets", {})
    if data or not isinstance(presets, dict):
        raise BadCatalog(f"{file}: only tables named [presets.NAME] belong here")
    return {name: _read_preset(file, name, table) for name, table in presets.items()}


def _read_preset(file: Path, name: str, table: object) -> dict[tuple[Task, str], Source]:
    lines: dict[tuple[Task, str], Source] = {}
    where = f"{file}: [presets.{name}]"
    if not isinstance(table, dict):
        raise BadCatalog(f"{where} must be a table")
    for task_name, languages in table.items():
        if task_name not in set(Task):
            raise BadCatalog(f"{where} {task_name}: no such task; there are {', '.join(Task)}")
        if not isinstance(languages, dict):
            raise BadCatalog(f"{where} {task_name}: name a language, e.g. {task_name}.any = …")
        for language, value in languages.items():
            if language not in _LANGUAGES:
                raise BadCatalog(
                    f"{where} {task_name}.{language}: the language is one of {', '.join(_LANGUAGES)}"
                )
            lines[Task(task_name), language] = _read_source(
                f"{where} {task_name}.{language}", Task(task_name), value, file.parent
            )
    return lines


def _read_source(where: str, task: Task, value: object, base: Path) -> Source:
    entry = {"model": value} if isinstance(value, str) else value
    if not isinstance(entry, dict) or not set(entry) <= _KEYS or not isinstance(entry.get("model"), str):
        raise BadCatalog(
            f"{where}: write a checkpoint's name, or a table with model and any of {sorted(_KEYS)}"
        )
    tokenizer_class = entry.get("tokenizer_class", "auto")
    if tokenizer_class not in _TOKENIZER_CLASSES:
        raise BadCatalog(f"{where}: tokenizer_class is one of {', '.join(_TOKENIZER_CLASSES)}")
    for key in ("tokenizer", "revision"):
        if not isinstance(entry.get(key, ""), str):
            raise BadCatalog(f"{where}: {key} must be a text")
    labels = entry.get("labels")
    if labels is not None and not _are_labels(labels, task):
        raise BadCatalog(
            f"{where}: labels must be {', '.join(LABELS.get(task, ())) or 'left out'}, in the head's order"
        )
    return Source(
        model=_resolved(entry["model"], base),
        tokenizer=_resolved(str(entry.get("tokenizer", entry["model"])), base),
        tokenizer_class=tokenizer_class,
        labels=None if labels is None else tuple(labels),
        revision=entry.get("revision"),
    )


def _are_labels(labels: object, task: Task) -> bool:
    """Whether these are the task's labels, each once, in any order."""
    return (
        isinstance(labels, list)
        and all(isinstance(label, str) for label in labels)
        and sorted(labels) == sorted(LABELS.get(task, ()))
    )


def is_folder(name: str) -> bool:
    """Whether a checkpoint's name means a folder; everything else is a hub id."""
    return name.startswith(("./", "../", "~", "/"))


def _resolved(name: str, base: Path) -> str:
    return str((base / Path(name).expanduser()).resolve()) if is_folder(name) else name
