"""Throw-away database servers on a unix socket, where their programs are installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_START_S = 30


@contextmanager
def postgresql() -> Iterator[str]:
    """Start a PostgreSQL server and yield the URL of its first database; skip the test if it is absent."""
    _need_driver("asyncpg")
    programs = _programs(
        ["initdb", "postgres"], sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    )
    with _folder("pg") as (folder, user):
        data = folder / "data"
        options = ["--no-sync", "--auth=trust", "--username=bot", "--encoding=UTF8", "--locale=C"]
        _make([programs / "initdb", *options, f"--pgdata={data}"], folder, user)
        options = [
            "-F",
            "-c",
            "listen_addresses=",
            "-c",
            "max_connections=60",
            "-k",
            str(folder),
            "-D",
            str(data),
        ]
        with _server([programs / "postgres", *options], folder, user, ready="ready to accept connections"):
            yield f"postgresql+asyncpg://bot@/postgres?host={folder}"


@contextmanager
def mariadb() -> Iterator[str]:
    """Start a MariaDB server and yield the URL of its first database; skip the test if it is absent."""
    _need_driver("aiomysql")
    installer = _programs(["mariadb-install-db"], []) / "mariadb-install-db"
    server = _programs(["mariadbd"], [Path("/usr/sbin"), Path("/usr/libexec")]) / "mariadbd"
    with _folder("my") as (folder, user):
        data = f"--datadir={folder / 'data'}"
        _make([installer, "--no-defaults", "--auth-root-authentication-method=normal", data], folder, user)
        socket = folder / "socket"
        # The defaults of a server that nobody set up for Korean, which Debian's would hide.
        options = [
            "--skip-networking",
            "--character-set-server=latin1",
            "--max-connections=60",
            f"--socket={socket}",
        ]
        # What is tested is a killed client, never a power cut.
        options += ["--innodb-flush-log-at-trx-commit=2", f"--pid-file={folder / 'pid'}", data]
        with _server([server, "--no-defaults", *options], folder, user, ready="ready for connections"):
            yield f"mysql+aiomysql://root@/test?unix_socket={socket}"


def _need_driver(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")


def _programs(names: Sequence[str], folders: Sequence[Path]) -> Path:
    """Return the folder that holds all programs."""
    on_path = shutil.which(names[0])
    for folder in [*folders, *([Path(on_path).parent] if on_path else [])]:
        if all((folder / name).exists() for name in names):
            return folder
    pytest.skip(f"{' and '.join(names)} were not found")


@contextmanager
def _folder(kind: str) -> Iterator[tuple[Path, str | None]]:
    """Make a folder for a server and tell which user it runs as, if another than the present one."""
    # The servers refuse to run as root, and pytest's own folders are closed to other users.
    user = "nobody" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix=f"kobert-{kind}-", ignore_cleanup_errors=True) as name:
        if user is not None:
            shutil.chown(name, user)
        yield Path(name), user


def _make(command: Sequence[Path | str], folder: Path, user: str | None) -> None:
    made = subprocess.run(command, user=user, cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"{command[0]} failed: {made.stderr.strip()}")


@contextmanager
def _server(command: Sequence[Path | str], folder: Path, user: str | None, *, ready: str) -> Iterator[None]:
    path = folder / "log"
    with path.open("w") as log:
        server = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_for(lambda: ready in path.read_text(errors="replace"), path)
        yield
    finally:
        server.send_signal(signal.SIGKILL)  # nothing here is worth an orderly end
        server.wait(timeout=20)


def _wait_for(ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while not ready():
        assert time.monotonic() < deadline, f"the server did not start: {log.read_text(errors='replace')}"
        time.sleep(0.05)
