"""Calls: people whom somebody has to telephone, because no message reaches them or none was answered."""

from datetime import datetime

from sqlalchemy import UniqueConstraint

from models.enums import CallReason, CallState
from models.tables.base import Row, Stamped, instant_column, key_column, reference, text_column, word_column


class Call(Row, Stamped, table=True):
    """One line of a leader's call list; void once the person answers by another way."""

    __tablename__ = "calls"
    __table_args__ = (UniqueConstraint("assignment_id", "reason", "schedule_rev"),)

    id: int = key_column()
    assignment_id: int = reference("assignments.id", index=False)
    activity_id: int = reference("activities.id")
    person_id: int = reference("people.id")
    leader_id: int | None = reference("people.id", nullable=True)  #: who ought to call; the organiser where empty
    reason: CallReason = word_column(CallReason)
    schedule_rev: int = 1  #: of the activity, when it was written
    state: CallState = word_column(CallState, default=CallState.open)
    due_at: datetime = instant_column()
    done_at: datetime | None = instant_column(nullable=True)
    by_user_id: int | None = reference("users.id", nullable=True, index=False)
    note: str = text_column(200, default="")
