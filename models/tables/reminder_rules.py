"""Reminder rules: when people are reminded, by kind of activity and by role; where none is written the house's own hold."""

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.enums import ActivityKind, AssignmentRole, ReminderKind
from models.tables.base import Row, Stamped, key_column, text_column, word_column


class ReminderPlan(Row, Stamped, table=True):
    """One promise for a kind of activity and a role; no kind or no role means every one that has no row of its own."""

    __tablename__ = "reminder_plans"
    __table_args__ = (
        CheckConstraint("lateness_minutes IS NULL OR lateness_minutes BETWEEN 1 AND 43200", name="lateness"),
        Index("ix_reminder_plans_kind", "kind", "activity_kind", "role"),
    )

    id: int = key_column()
    kind: ReminderKind = word_column(ReminderKind)
    activity_kind: ActivityKind | None = word_column(ActivityKind, nullable=True)
    role: AssignmentRole | None = word_column(AssignmentRole, nullable=True)
    rule: str = text_column(60)  #: as `ReminderRule.spelled` writes it
    lateness_minutes: int | None = Field(
        default=None
    )  #: how long after it was due it still helps; until the start where empty
