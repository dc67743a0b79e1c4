"""The tables of questions, answers and votes, as SQLAlchemy typed declarative classes.

A change here, or in ``storage/teaching_tables``, needs a revision in ``storage/migrations/versions``; a test
compares the two.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    String,
    Unicode,
    UnicodeText,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage import teaching_tables
from storage.base import Base, utc_now

__all__ = [
    "Annotator",
    "Answer",
    "Base",
    "GroupSetting",
    "Input",
    "ModelVersion",
    "Prediction",
    "Vote",
    "VoteEvent",
    "teaching_tables",  # imported wherever the tables are, so that they are all known
    "utc_now",
]


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

    ``post`` is set where the answer was not shown, but its text put up for the group there to label, from the
    moment that it is kept: no tap can come before, whatever becomes of the message.
    ``asker_id`` is who asked, and may have it deleted; rows from before that was kept have none.
    """

    __tablename__ = "predictions"
    __table_args__ = (
        CheckConstraint("post IN ('open', 'closed')", name="post"),
        # Buttons in old messages hold this id, so it must never be given out again after a deletion.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    input_id: Mapped[int] = mapped_column(ForeignKey("inputs.id"), index=True)
    model_version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"))
    chat_pseudonym: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(UnicodeText)
    probabilities: Mapped[dict[str, Any]] = mapped_column(JSON)
    options: Mapped[list[list[str]]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"), index=True)
    post: Mapped[str | None] = mapped_column(String(16))


class Vote(Base):
    """What one person holds to be right in one slot of one answer.

    ``choice`` is the button, ``label`` what it stood for: a candidate word may read like "none of these". A
    choice below zero is no button: ``storage.values`` names them. ``blind`` is a vote by somebody who had not
    been shown what the model answered.
    """

    __tablename__ = "votes"
    __table_args__ = (
        UniqueConstraint("prediction_id", "annotator_id", "slot"),
        CheckConstraint("kind IN ('confirm', 'correct', 'skip')", name="kind"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"))
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"), index=True)
    slot: Mapped[int]
    choice: Mapped[int]
    label: Mapped[str] = mapped_column(UnicodeText)
    kind: Mapped[str] = mapped_column(String(16))
    blind: Mapped[bool] = mapped_column(Boolean(), server_default=false())
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class VoteEvent(Base):
    """One change of one vote; rows are only ever added, and replayed in order they give ``votes``.

    ``choice``, ``kind`` and ``blind`` are those of the vote after it: ``NULL`` when it was taken back, and in
    rows from before they were kept, but for the last of a vote that stood.
    """

    __tablename__ = "vote_events"
    __table_args__ = (CheckConstraint("action IN ('counted', 'changed', 'undone')", name="action"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), index=True)
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"), index=True)
    slot: Mapped[int]
    action: Mapped[str] = mapped_column(String(16))
    old_label: Mapped[str | None] = mapped_column(UnicodeText)
    new_label: Mapped[str | None] = mapped_column(UnicodeText)
    choice: Mapped[int | None]
    kind: Mapped[str | None] = mapped_column(String(16))
    blind: Mapped[bool | None] = mapped_column(Boolean())
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
