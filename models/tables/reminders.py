"""Reminders: timers tied to an activity; they keep the rule as well as the instant."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from models.enums import ReminderKind, ReminderState
from models.tables.base import Row, instant_column, key_column, reference, text_column, word_column


class Reminder(Row, table=True):
    """One timer for one person; a moved activity gets new rows under a new `schedule_rev`."""

    __tablename__ = "reminders"
    __table_args__ = (Index("ix_reminders_due", "state", "due_at"),)

    id: int = key_column()
    kind: ReminderKind = word_column(ReminderKind)
    activity_id: int = reference("activities.id")
    assignment_id: int | None = reference("assignments.id", nullable=True)
    rule: str = text_column(60)  #: the rule it came from, as text: `-1d@16:00 start`
    due_at: datetime = instant_column()
    schedule_rev: int = Field(nullable=False)
    dedupe_key: str = text_column(120, unique=True)
    state: ReminderState = word_column(ReminderState, default=ReminderState.waiting)
    reason: str = text_column(60, default="")  #: code, why it was cancelled or skipped
    settled_at: datetime | None = instant_column(nullable=True)
    created_at: datetime = instant_column()
