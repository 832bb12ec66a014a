"""Bookings: the right to use a venue for a window, buffers included in what is occupied."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.enums import BookingState
from models.tables.base import Row, Stamped, instant_column, key_column, reference, text_column, word_column


class Booking(Row, Stamped, table=True):
    """A venue asked for or booked; while held or confirmed it owns rows in `occupancies`."""

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="window"),
        CheckConstraint("occupied_from <= starts_at AND occupied_until >= ends_at", name="occupied"),
        CheckConstraint("set_up_minutes BETWEEN 0 AND 1440", name="set_up"),
        CheckConstraint("tear_down_minutes BETWEEN 0 AND 1440", name="tear_down"),
        Index("ix_bookings_venue_until", "venue_id", "occupied_until"),
    )

    id: int = key_column()
    venue_id: int = reference("venues.id", index=False)
    activity_id: int | None = reference("activities.id", nullable=True)
    starts_at: datetime = instant_column()
    ends_at: datetime = instant_column()
    set_up_minutes: int = Field(default=0, nullable=False)
    tear_down_minutes: int = Field(default=0, nullable=False)
    occupied_from: datetime = instant_column()
    occupied_until: datetime = instant_column()
    purpose: str = text_column(200, default="")
    state: BookingState = word_column(BookingState)
    reason: str = text_column(500, default="")  #: why it was declined or cancelled
    requested_by_id: int | None = reference("users.id", nullable=True, index=False)
    decided_by_id: int | None = reference("users.id", nullable=True, index=False)
    decided_at: datetime | None = instant_column(nullable=True)
