"""Absences: when a person cannot be had, as they or their leader said."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index

from models.enums import AbsenceKind
from models.tables.base import Row, Stamped, instant_column, key_column, reference, text_column, word_column


class Absence(Row, Stamped, table=True):
    """A window `[starts_at, ends_at)` in which a person is away; taken back rather than deleted."""

    __tablename__ = "absences"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="window"),
        Index("ix_absences_person_id_ends_at", "person_id", "ends_at"),
    )

    id: int = key_column()
    person_id: int = reference("people.id", index=False)
    kind: AbsenceKind = word_column(AbsenceKind, default=AbsenceKind.unavailable)
    starts_at: datetime = instant_column()
    ends_at: datetime = instant_column()
    note: str = text_column(200, default="")  #: seen by those who answer for the person, nobody else
    by_user_id: int | None = reference("users.id", nullable=True, index=False)
    withdrawn_at: datetime | None = instant_column(nullable=True)
