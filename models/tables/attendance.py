"""Attendance: a named person was seen coming or going. Rows are only ever added."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint

from models.enums import CheckInSource, Direction
from models.tables.base import Row, instant_column, key_column, reference, text_column, word_column


class Attendance(Row, table=True):
    """One passage of a named person; a reversal names the row that it takes back."""

    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("activity_id", "nonce"),
        UniqueConstraint("reverses_id"),
        Index("ix_attendances_activity_id_person_id", "activity_id", "person_id"),
    )

    id: int = key_column()
    activity_id: int = reference("activities.id", index=False)
    person_id: int = reference("people.id")
    direction: Direction = word_column(Direction)
    at: datetime = instant_column()  #: when the person passed, not when the row came in
    source: CheckInSource = word_column(CheckInSource)
    nonce: str = text_column(64)  #: given by the device; the same passage sent twice is one row
    recorded_by_id: int | None = reference("users.id", nullable=True, index=False)
    recorded_at: datetime = instant_column()
    reverses_id: int | None = reference("attendances.id", nullable=True, index=False)
    reason: str = text_column(500, default="")
