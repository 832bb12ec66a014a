"""Series: one rule, a booking or a kept refusal for each of its dates."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.enums import Layout
from models.tables.base import (
    Row,
    Stamped,
    instant_column,
    json_column,
    key_column,
    reference,
    text_column,
    word_column,
)


class BookingSeries(Row, Stamped, table=True):
    """A venue asked for again and again, by a recurrence rule in the venue's local time (RFC 5545 3.3.10)."""

    __tablename__ = "booking_series"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="window"),
        CheckConstraint("people_count IS NULL OR people_count > 0", name="people_count"),
    )

    id: int = key_column()
    venue_id: int = reference("venues.id")
    team_id: int | None = reference("teams.id", nullable=True, index=False)  #: whom it is for, where known
    rrule: str = text_column(300)
    starts_at: datetime = instant_column()  #: the first window; its local time is that of every date
    ends_at: datetime = instant_column()
    set_up_minutes: int = Field(default=0, nullable=False)
    tear_down_minutes: int = Field(default=0, nullable=False)
    purpose: str = text_column(200, default="")
    people_count: int | None = Field(default=None)
    layout: Layout | None = word_column(Layout, nullable=True)
    requested_by_id: int | None = reference("users.id", nullable=True, index=False)


class SeriesDate(Row, table=True):
    """One date of a series: its booking, or why there is none and what was offered instead."""

    __tablename__ = "series_dates"
    __table_args__ = (
        UniqueConstraint("series_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="window"),
        CheckConstraint("booking_id IS NOT NULL OR reasons IS NOT NULL", name="answer"),
    )

    id: int = key_column()
    series_id: int = reference("booking_series.id", index=False)
    starts_at: datetime = instant_column()
    ends_at: datetime = instant_column()
    booking_id: int | None = reference("bookings.id", nullable=True)
    reasons: list[dict[str, object]] | None = json_column(nullable=True)  #: code and params of each reason
    alternative: dict[str, object] | None = json_column(nullable=True)  #: venue_id, starts_at, ends_at, reason
