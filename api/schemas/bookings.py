"""Bookings as programs send and get them."""

from pydantic import Field

from api.schemas.common import Id, Input, Instant, Minutes, Output, Text
from models.enums import BookingState


class BookingIn(Input):
    """A venue asked for; minutes default to the venue's own."""

    venue_id: Id
    starts_at: Instant
    ends_at: Instant
    purpose: Text = Field(default="", max_length=200)
    activity_id: Id | None = None
    set_up_minutes: Minutes | None = None
    tear_down_minutes: Minutes | None = None


class GiveBackIn(Input):
    """Why a booking is given back; may be left out."""

    reason: Text = Field(default="", max_length=500)


class BookingOut(Output):
    """One booking; what it occupies includes set-up and tear-down."""

    id: int
    venue_id: int
    venue_name: str
    activity_id: int | None
    starts_at: Instant
    ends_at: Instant
    occupied_from: Instant
    occupied_until: Instant
    set_up_minutes: int
    tear_down_minutes: int
    purpose: str
    state: BookingState
    reason: str
    requested_by: str | None
    version: int
