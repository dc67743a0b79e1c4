"""Paths of what lies in the teaching folder, relative to it: a copy of both then tells of its own files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from alembic import context, op

revision = "0010"
down_revision = "0009"

_TABLES = tuple(
    sa.table(name, sa.column("id", sa.Integer()), sa.column("path", sa.UnicodeText()))
    for name in ("dataset_snapshots", "checkpoints")
)


def upgrade() -> None:
    """Keep the paths relative; those outside of the folder stay.

    Database and folder may have been moved or copied here before. Then the paths lead to where they were, but
    some of what they name lies here: ``snapshots/NAME``, ``checkpoints/NAME``.
    """
    places = context.config.attributes["places"]
    teaching: Path | None = places.teaching
    if teaching is None:
        return
    paths = [path for _, _, path in _rows()]
    before = {path.parent.parent for path in paths if _is_there(teaching / path.parent.name / path.name)}
    for table, number, path in _rows():
        moved = path.parent.parent in before
        _keep(table, number, places.kept(teaching / path.parent.name / path.name if moved else path))


def downgrade() -> None:
    """Keep them absolute again."""
    places = context.config.attributes["places"]
    for table, number, path in _rows():
        _keep(table, number, str(places.found(str(path))))


def _rows() -> Iterator[tuple[sa.TableClause, int, Path]]:
    for table in _TABLES:
        for number, path in op.get_bind().execute(sa.select(table.c.id, table.c.path)).all():
            yield table, number, Path(path)


def _is_there(folder: Path) -> bool:
    """Whether a folder is here, or was being written when the program was killed."""
    return folder.is_dir() or folder.with_name(f".{folder.name}.draft").is_dir()


def _keep(table: sa.TableClause, number: int, path: str) -> None:
    op.execute(sa.update(table).where(table.c.id == number).values(path=path))
