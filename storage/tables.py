"""The tables, as SQLAlchemy typed declarative classes.

A change here needs a revision in ``storage/migrations/versions``; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    String,
    TypeDecorator,
    Unicode,
    UnicodeText,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def utc_now() -> datetime:
    """Return the present moment with its time zone."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware UTC in Python; ``timestamptz`` in PostgreSQL; others keep UTC without saying so."""

    # MySQL cuts a plain DATETIME to whole seconds.
    impl = DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - given by SQLAlchemy
        """Refuse a time without a zone: nobody could tell later which moment was meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - given by SQLAlchemy
        """Give the zone back that the database dropped."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Common ground: constraints have names, because a migration can only drop what has one."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy reads this class attribute


class Annotator(Base):
    """A person, known by pseudonym alone: whether their texts and votes may be kept, and their language.

    Without consent the row says no more than that they were asked, what they said, and the language they
    chose. Rows from before anybody was asked say nothing of consent; their votes are kept.
    """

    __tablename__ = "annotators"
    __table_args__ = (CheckConstraint("consent IN ('asked', 'agreed', 'declined')", name="consent"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime]
    consent: Mapped[str | None] = mapped_column(String(16))
    consent_version: Mapped[int | None]
    consent_at: Mapped[datetime | None]


class Input(Base):
    """A text, or a pair, that was asked about; equal texts share a row per task.

    A text is stored together with its answer, so that a vote has something to be about, and only when the
    person who asked has agreed; ``predictions`` says who that was. It goes with the last prediction about it.
    """

    __tablename__ = "inputs"
    __table_args__ = (UniqueConstraint("task", "content_hash"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    task: Mapped[str] = mapped_column(String(32))
    text_a: Mapped[str] = mapped_column(UnicodeText)
    text_b: Mapped[str | None] = mapped_column(UnicodeText)
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class ModelVersion(Base):
    """A model that answered, per task; ``version`` tells its weights from others under the same name."""

    __tablename__ = "model_versions"
    __table_args__ = (UniqueConstraint("task", "name", "version"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    task: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Unicode(255))  # a key in MySQL has no room for a text without end
    version: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Prediction(Base):
    """An answer that was shown, with the buttons under it, and the chat where alone they work.

    ``asker_id`` is who asked, and may have it deleted; rows from before that was kept have none.
    """

    __tablename__ = "predictions"
    # Buttons in old messages hold this id, so it must never be given out again after a deletion.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads this class attribute

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    input_id: Mapped[int] = mapped_column(ForeignKey("inputs.id"), index=True)
    model_version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"))
    chat_pseudonym: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(UnicodeText)
    probabilities: Mapped[dict[str, Any]] = mapped_column(JSON)
    options: Mapped[list[list[str]]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"), index=True)


class Vote(Base):
    """What one person holds to be right in one slot of one answer.

    ``choice`` is the button, ``label`` what it stood for: a candidate word may read like "none of these".
    """

    __tablename__ = "votes"
    __table_args__ = (
        UniqueConstraint("prediction_id", "annotator_id", "slot"),
        CheckConstraint("kind IN ('confirm', 'correct')", name="kind"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"))
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"), index=True)
    slot: Mapped[int]
    choice: Mapped[int]
    label: Mapped[str] = mapped_column(UnicodeText)
    kind: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class VoteEvent(Base):
    """One change of one vote; rows are only ever added, and replayed in order they give ``votes``."""

    __tablename__ = "vote_events"
    __table_args__ = (CheckConstraint("action IN ('counted', 'changed', 'undone')", name="action"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), index=True)
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"), index=True)
    slot: Mapped[int]
    action: Mapped[str] = mapped_column(String(16))
    old_label: Mapped[str | None] = mapped_column(UnicodeText)
    new_label: Mapped[str | None] = mapped_column(UnicodeText)
    at: Mapped[datetime]


class Answer(Base):
    """Which message answered which command, so that an edited command edits its answer.

    The chat is a pseudonym because a private chat's id is its user's id. ``asked_at`` is the command's own
    date: a Bot API server that starts anew counts its messages from 1 again, and those are other commands.
    """

    __tablename__ = "answers"
    __table_args__ = (Index(None, "chat_pseudonym", "answer_message_id"),)

    chat_pseudonym: Mapped[str] = mapped_column(String(64), primary_key=True)
    command_message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    answer_message_id: Mapped[int] = mapped_column(BigInteger)
    prediction_id: Mapped[int | None] = mapped_column(ForeignKey("predictions.id"), index=True)
    task: Mapped[str | None] = mapped_column(String(16))
    asked_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class GroupSetting(Base):
    """What the administrators of a group have set, who of them is not kept; it is nobody's own data.

    ``NULL`` is what the operator, or each member, has chosen. ``moved_to`` is the chat in which the group
    goes on since it became a supergroup, and then its settings are there.
    """

    __tablename__ = "group_settings"
    __table_args__ = (CheckConstraint("voters IN ('everybody', 'admins')", name="voters"),)

    chat_pseudonym: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str | None] = mapped_column(String(16))
    preset: Mapped[str | None] = mapped_column(Unicode(255))
    voters: Mapped[str] = mapped_column(String(16))
    cooldown: Mapped[int | None]
    moved_to: Mapped[str | None] = mapped_column(String(64))
