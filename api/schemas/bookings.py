"""Bookings as programs send and get them."""

from pydantic import Field

from api.schemas.common import Flag, Heads, Id, Input, Instant, Minutes, Output, Text
from models.enums import BookingState, Layout


class WindowIn(Input):
    """A window for a booking; with a reason, people's soft conflicts do not refuse it."""

    starts_at: Instant
    ends_at: Instant
    override_reason: Text = Field(default="", max_length=500)


class VenueWish(Input):
    """What a venue is wanted for and when; minutes default to the venue's own."""

    venue_id: Id
    starts_at: Instant
    ends_at: Instant
    purpose: Text = Field(default="", max_length=200)
    activity_id: Id | None = None
    team_id: Id | None = None
    set_up_minutes: Minutes | None = None
    tear_down_minutes: Minutes | None = None
    people_count: Heads | None = None
    layout: Layout | None = None


class BookingIn(VenueWish):
    """A venue asked for; minutes default to the venue's own.

    With `hold` it is kept for a while and comes free again unless somebody confirms it.
    """

    hold: Flag = False
    override_reason: Text = Field(default="", max_length=500)


class GiveBackIn(Input):
    """Why a booking is given back; may be left out."""

    reason: Text = Field(default="", max_length=500)


class BookingOut(Output):
    """One booking; what it occupies includes set-up and tear-down, `held_until` is set while it is held."""

    id: int
    venue_id: int
    venue_name: str
    activity_id: int | None
    team_id: int | None
    series_id: int | None
    starts_at: Instant
    ends_at: Instant
    occupied_from: Instant
    occupied_until: Instant
    set_up_minutes: int
    tear_down_minutes: int
    purpose: str
    people_count: int | None
    layout: Layout | None
    state: BookingState
    held_until: Instant | None
    warned_at: Instant | None
    arrived_at: Instant | None
    reason: str
    override_reason: str
    requested_by: str | None
    version: int
