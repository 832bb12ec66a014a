"""Waits: the queue for a venue that is taken."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.enums import Layout, WaitState
from models.tables.base import Row, Stamped, instant_column, key_column, reference, text_column, word_column


class Wait(Row, Stamped, table=True):
    """Somebody who would take a venue for a window if it came free; the lowest id is first in line."""

    __tablename__ = "waits"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="window"),
        CheckConstraint("occupied_from <= starts_at AND occupied_until >= ends_at", name="occupied"),
        CheckConstraint("state <> 'offered' OR booking_id IS NOT NULL", name="offer"),
        CheckConstraint("people_count IS NULL OR people_count > 0", name="people_count"),
        Index("ix_waits_state_venue_id", "state", "venue_id"),
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
    people_count: int | None = Field(default=None)
    layout: Layout | None = word_column(Layout, nullable=True)
    requested_by_id: int | None = reference("users.id", nullable=True)
    state: WaitState = word_column(WaitState, default=WaitState.waiting)
    booking_id: int | None = reference("bookings.id", nullable=True)  #: the hold that the offer is
    offered_until: datetime | None = instant_column(nullable=True)
