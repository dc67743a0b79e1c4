"""What was meant to be a setting and is not read: lines of ``.env``, and names that are nearly a setting."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from bot.settings import ENV_FILE, Settings, names_in_environment, reading_env_file

# Of difflib: in the environment, where other programs have names too, a letter or two amiss in a long name;
# what stands in .env is meant for the bot, so a word too few (BOT_TOKEN, ADMINS) is told as well.
_LIKENESS_ELSEWHERE, _LIKENESS = 0.85, 0.66


def unread_settings() -> Iterator[str]:
    """Say what is not read, a line each; of a name that is nearly a setting, which one is meant.

    A name that is like none of them belongs to another program.

    Raises:
        SettingsError: If ``.env`` cannot be read.
    """
    likeness = dict.fromkeys(names_in_environment(), _LIKENESS_ELSEWHERE)
    for each in _bindings():
        if each.error or (each.key is not None and each.value is None):  # what it says may be a secret
            yield f"{ENV_FILE}: line {_line(each)} is no NAME=value and is not read"
        elif each.key is not None:  # no comment
            likeness[each.key.upper()] = _LIKENESS
    known = [name.upper() for name in Settings.model_fields]
    for name in sorted(likeness.keys() - set(known)):
        for nearest in get_close_matches(name, known, n=1, cutoff=likeness[name]):
            yield f"{name} is no setting and is not read; did you mean {nearest}?"


def _bindings() -> tuple[Binding, ...]:
    file = Path(ENV_FILE)
    if not file.is_file():
        return ()
    with reading_env_file(), file.open(encoding="utf-8") as stream:
        return tuple(parse_stream(stream))


def _line(binding: Binding) -> int:
    """Return the number of its line; the empty ones before it count as its own."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
