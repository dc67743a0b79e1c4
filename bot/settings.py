"""Settings, read once from the environment and ``.env``; every key is explained in ``.env.example``."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PSEUDONYM_KEY_FILE = Path("var/pseudonym.key")
ENV_FILE = ".env"


class SettingsError(Exception):
    """A setting cannot be used; one line says which and why."""


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _ids(value: object) -> object:
    """Read numbers of people and chats, with commas or spaces between them."""
    if not isinstance(value, str):
        return value
    try:
        return frozenset(int(number) for number in re.split(r"[,\s]+", value.strip(", \t\r\n")) if number)
    except ValueError:
        raise ValueError("must be numbers with commas between them") from None


def _names(value: object) -> object:
    """Read names with commas or spaces between them, in their order."""
    if not isinstance(value, str):
        return value
    return tuple(dict.fromkeys(name for name in re.split(r"[,\s]+", value) if name))


def _files(value: object) -> object:
    """Read ``task=file`` with commas between them."""
    if not isinstance(value, str):
        return value
    pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
    files = {task.strip(): file.strip() for task, _, file in pairs}
    if not all(files.values()) or len(files) < len(pairs) or not files.keys() <= _TAUGHT:
        raise ValueError(
            f"must be task=file with commas between them; tasks are {', '.join(sorted(_TAUGHT))}"
        )
    return files


_TAUGHT = frozenset({"sentiment", "nli", "nsp"})
Files = Annotated[dict[str, str], NoDecode, BeforeValidator(_files)]
Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_ids)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]


class Settings(BaseSettings):
    """What can be set; the environment goes before ``.env``, and an empty value means the default.

    Attributes:
        telegram_bot_token: From @BotFather; without it the bot runs on a page of its own.
        telegram_api_url: A Bot API server, without ``/bot``.
        database_url: Where votes are kept: any SQLAlchemy URL with an async driver.
        device: Where the models run.
        precision: What their matrix products are computed in.
        preset: Which checkpoints answer.
        catalog: Another catalogue of presets, TOML.
        group_presets: The presets that a group's administrators may choose; empty for all of the catalogue.
        queue_size: Requests that may wait for a model before the bot says that it is busy.
        answer_deadline: Seconds that a request may wait for its answer before it is told that none comes.
        playground_host: Interface of the local page.
        playground_port: Its port; the next free one is taken when it is not free.
        pseudonym_key: Secret that turns user ids into pseudonyms; empty for one made once in ``var/``.
        retention_days: After how many days a question is deleted with its answer and votes; None for never.
        teaching_folder: Where data sets, trainings and trained models are kept.
        teaching_tests: The original test file of a task, which a new model must not do worse on.
        teaching_replays: A file of what a task's model learnt before, mixed in so that it is not forgotten.
        agree_minutes: Between two times that it is found out what voters agree on; 0 for never.
        log_level: Of Python's logging.
        concurrent_updates: Updates handled at once.
        admin_chat_id: Chat that gets reports of unexpected errors and of trained models that cannot serve.
        admin_ids: People who run the bot, whom none of the following holds.
        allowed_ids: The only people and chats that are answered; empty for everybody.
        blocked_ids: People and chats that are not.
        user_cooldown: Seconds between two questions of a person; 0 for none.
        chat_cooldown: Seconds between two questions in a group; 0 for none.
        user_daily_quota: Questions of a person in a day; 0 for any number.
        chat_daily_quota: Questions in a group in a day; 0 for any number.
    """

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str | None = None
    database_url: str = "sqlite+aiosqlite:///var/kobert-bot.db"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["auto", "fp32", "bf16", "int8"] = "auto"
    preset: str = "builtin"
    catalog: Path | None = None
    group_presets: Names = ()
    queue_size: int = Field(default=256, ge=1)
    answer_deadline: float = Field(default=60.0, gt=0, allow_inf_nan=False)
    playground_host: str = "127.0.0.1"
    playground_port: int = Field(default=8081, ge=0, le=65535)
    pseudonym_key: SecretStr | None = None
    retention_days: int | None = Field(default=None, ge=1, le=36_500)
    teaching_folder: Path = Path("var/teaching")
    teaching_tests: Files = Field(default_factory=dict)
    teaching_replays: Files = Field(default_factory=dict)
    agree_minutes: float = Field(default=10.0, ge=0, allow_inf_nan=False)
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"
    concurrent_updates: int = Field(default=64, ge=1)
    admin_chat_id: int | None = None
    admin_ids: Ids = frozenset()
    allowed_ids: Ids = frozenset()
    blocked_ids: Ids = frozenset()
    user_cooldown: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    chat_cooldown: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    user_daily_quota: int = Field(default=0, ge=0)
    chat_daily_quota: int = Field(default=0, ge=0)

    @field_validator("telegram_api_url")
    @classmethod
    def _without_bot(cls, url: str | None) -> str | None:
        """Accept ``http://host:8081/`` and ``http://host:8081/bot`` too."""
        if url is None:
            return None
        if not url.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return url.rstrip("/").removesuffix("/bot")


def read_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: If one cannot be used, or ``.env`` cannot be read.
    """
    try:
        with reading_env_file():
            return Settings()
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)  # the input may be a secret
        said = (f"{'_'.join(map(str, each['loc'])).upper()}: {_plainly(each['msg'])}" for each in wrong)
        raise SettingsError("; ".join(said)) from None


@contextmanager
def reading_env_file() -> Iterator[None]:
    """Say in one line why ``.env`` cannot be read, if the block finds that.

    Raises:
        SettingsError: If it does.
    """
    try:
        yield
    except UnicodeDecodeError:
        raise SettingsError(f"{ENV_FILE} is not UTF-8") from None
    except OSError as error:
        raise SettingsError(f"cannot read {ENV_FILE}: {error.strerror}") from None


def names_in_environment() -> Iterator[str]:
    """Return what is set there, whoever it is for, in capitals."""
    return map(str.upper, os.environ)


def _plainly(message: str) -> str:
    """Say what pydantic found wrong as the checks here do: what a value must be."""
    said = message.removeprefix("Value error, ").partition(", unable to parse")[0]
    return said.replace("Input should", "must")


def check_teaching_files(settings: Settings) -> None:
    """See that the files can be read that trainings are to ask and to learn from.

    Raises:
        SettingsError: If one cannot.
    """
    for name, files in (
        ("TEACHING_TESTS", settings.teaching_tests),
        ("TEACHING_REPLAYS", settings.teaching_replays),
    ):
        for task, file in files.items():
            if file.startswith(("http://", "https://")):
                continue  # downloaded when it is wanted
            try:
                with Path(file).open("rb") as stream:
                    stream.read(1)
            except OSError as error:
                raise SettingsError(f"{name}: cannot read {file} for {task}: {error.strerror}") from None


def pseudonym_key(settings: Settings, file: Path = PSEUDONYM_KEY_FILE) -> bytes:
    """Return the secret behind the pseudonyms, making it on the first start.

    Args:
        settings: Where it may be given.
        file: Where it is kept otherwise, readable by its owner alone.

    Raises:
        SettingsError: If the file can be neither read nor written.
    """
    if settings.pseudonym_key is not None:
        return settings.pseudonym_key.get_secret_value().encode()
    try:
        with suppress(FileNotFoundError):
            return _read_key(file)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_hex(32))
            stream.flush()
            os.fsync(stream.fileno())  # votes are kept through a power cut, and are worth nothing without it
        try:
            os.link(draft, file)  # all or nothing: of two first starts at once, one key wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the file's name is kept in its folder
        finally:
            os.close(folder)
        return _read_key(file)
    except OSError as error:
        raise SettingsError(f"PSEUDONYM_KEY: cannot keep a key in {file}: {error.strerror}") from error


def _read_key(file: Path) -> bytes:
    return file.read_text(encoding="ascii").strip().encode()
