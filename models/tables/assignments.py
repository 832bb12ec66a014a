"""Assignments and answers: who was asked, and what they said."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint

from models.enums import AnswerVia, AnswerWord, AssignmentRole, AssignmentState
from models.tables.base import Row, Stamped, instant_column, key_column, reference, text_column, word_column


class Assignment(Row, Stamped, table=True):
    """One person asked for one role at one activity; while accepted it owns an occupancy."""

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("activity_id", "person_id"),
        Index("ix_assignments_person_id_state", "person_id", "state"),
    )

    id: int = key_column()
    activity_id: int = reference("activities.id", index=False)
    person_id: int = reference("people.id", index=False)
    role: AssignmentRole = word_column(AssignmentRole)
    state: AssignmentState = word_column(AssignmentState, default=AssignmentState.offered)
    offered_at: datetime = instant_column()
    answered_at: datetime | None = instant_column(nullable=True)
    reconfirmed_at: datetime | None = instant_column(nullable=True)  #: when the person last said that it still holds
    overridden: str = text_column(200, default="")  #: codes of the soft conflicts that were known, in a row
    override_reason: str = text_column(500, default="")  #: why the person was asked all the same
    replaced_by_id: int | None = reference("assignments.id", nullable=True, index=False)


class Answer(Row, table=True):
    """What a person said, by which way; the newest wins and all are kept."""

    __tablename__ = "answers"

    id: int = key_column()
    assignment_id: int = reference("assignments.id")
    word: AnswerWord = word_column(AnswerWord)
    via: AnswerVia = word_column(AnswerVia)
    reason: str = text_column(500, default="")
    nominee_id: int | None = reference("people.id", nullable=True, index=False)  #: whom the person named instead
    by_user_id: int | None = reference(
        "users.id", nullable=True, index=False
    )  #: who wrote it down, where not the person
    at: datetime = instant_column()
