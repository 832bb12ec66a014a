"""Bookings: the right to use a venue for a window, buffers included in what is occupied."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from models.enums import BookingState, Layout
from models.tables.base import Row, Stamped, instant_column, key_column, reference, text_column, word_column


class Booking(Row, Stamped, table=True):
    """A venue asked for or booked; while held or confirmed it owns rows in `occupancies`."""

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="window"),
        CheckConstraint("occupied_from <= starts_at AND occupied_until >= ends_at", name="occupied"),
        CheckConstraint("set_up_minutes BETWEEN 0 AND 1440", name="set_up"),
        CheckConstraint("tear_down_minutes BETWEEN 0 AND 1440", name="tear_down"),
        CheckConstraint("people_count IS NULL OR people_count > 0", name="people_count"),
        CheckConstraint("state <> 'held' OR held_until IS NOT NULL", name="held_until"),
        Index("ix_bookings_venue_until", "venue_id", "occupied_until"),
        Index(
            "ix_bookings_requested_venue_until",
            "venue_id",
            "occupied_until",
            sqlite_where=text("state = 'requested'"),
            postgresql_where=text("state = 'requested'"),
        ),
        Index(
            "ix_bookings_confirmed_starts_at",
            "starts_at",
            sqlite_where=text("state = 'confirmed'"),
            postgresql_where=text("state = 'confirmed'"),
        ),
        Index(
            "ix_bookings_held_until",
            "held_until",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )

    id: int = key_column()
    venue_id: int = reference("venues.id", index=False)
    activity_id: int | None = reference("activities.id", nullable=True)
    team_id: int | None = reference("teams.id", nullable=True, index=False)  #: whom it is for, where known
    starts_at: datetime = instant_column()
    ends_at: datetime = instant_column()
    set_up_minutes: int = Field(default=0, nullable=False)
    tear_down_minutes: int = Field(default=0, nullable=False)
    occupied_from: datetime = instant_column()
    occupied_until: datetime = instant_column()
    purpose: str = text_column(200, default="")
    people_count: int | None = Field(default=None)  #: heads, where no activity says it
    layout: Layout | None = word_column(Layout, nullable=True)
    series_id: int | None = reference("booking_series.id", nullable=True)
    held_until: datetime | None = instant_column(nullable=True)  #: a hold that nobody confirms ends then
    warned_at: datetime | None = instant_column(nullable=True)  #: when its people were told that nobody is there
    arrived_at: datetime | None = instant_column(nullable=True)  #: when somebody said at the door: we are here
    override_reason: str = text_column(500, default="")  #: why it was booked although somebody cannot get there
    state: BookingState = word_column(BookingState)
    reason: str = text_column(500, default="")  #: why it was declined or cancelled
    requested_by_id: int | None = reference("users.id", nullable=True, index=False)
    decided_by_id: int | None = reference("users.id", nullable=True, index=False)
    decided_at: datetime | None = instant_column(nullable=True)
