"""The files that set the project up agree with each other and with the code."""

import re
import tomllib
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.settings import Settings

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
PINNED_EXTRAS = sorted(set(EXTRAS) - {"ray"})


def pins() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def distribution(requirement: str) -> str:
    """The normalised name in a requirement, as PEP 503 has it."""
    name = re.split(r"[\[<>=~! ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_pin_is_an_exact_public_version() -> None:
    assert [pin for pin in pins() if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []


@pytest.mark.parametrize("extra", [None, *PINNED_EXTRAS])
def test_every_dependency_is_pinned(extra: str | None) -> None:
    requirements = EXTRAS[extra] if extra else PROJECT["dependencies"]
    pinned = {distribution(pin) for pin in pins()}
    assert [each for each in requirements if distribution(each) not in pinned] == []


def test_env_example_shows_every_key_and_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = dotenv_values(ROOT / ".env.example")
    assert sorted(shown) == sorted(name.upper() for name in Settings.model_fields)
    for name in shown:
        monkeypatch.delenv(name, raising=False)
    assert Settings(_env_file=ROOT / ".env.example") == Settings(_env_file=None)
