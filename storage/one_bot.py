"""One bot on a SQLite file: a second one would change the messages of the first, and take them for deleted.

Commands beside the bot take no part in this.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from storage.engine import make_folder, parse_url, sqlite_file
from storage.errors import OtherBot, StorageError
from storage.file_lock import take


@contextmanager
def one_bot(url: str) -> Iterator[None]:
    """Hold a SQLite file for one bot while the block runs; it is free again with the process.

    That is a lock on a file beside it, by whichever link it is named. On a server's database, which several
    machines can reach, nothing keeps a second bot away: a lock of the server's would outlast a machine that
    lost its power, and end with a connection that a bot can do without.

    Args:
        url: The database, which this does not make.

    Raises:
        OtherBot: Another bot holds it.
        StorageError: It cannot be locked.
    """
    file = sqlite_file(parse_url(url))
    with ExitStack() as closing:
        if file is not None:
            make_folder(file)
            lock = Path(f"{file.resolve()}.bot.lock")
            try:
                free = take(closing.enter_context(lock.open("a")))
            except OSError as error:
                raise StorageError(f"cannot lock {lock}: {error.strerror}") from error
            if not free:
                raise OtherBot(str(file))
        yield
