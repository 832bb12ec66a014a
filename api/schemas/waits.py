"""Places in line for taken venues as programs send and get them."""

from pydantic import Field

from api.schemas.bookings import VenueWish
from api.schemas.common import Input, Instant, Output, Text
from models.enums import Layout, WaitState


class WaitIn(VenueWish):
    """A taken venue to wait for; minutes default to the venue's own."""


class TakeIn(Input):
    """Why the offer is taken although somebody of the activity comes to it badly; may be left out."""

    override_reason: Text = Field(default="", max_length=500)


class WaitOut(Output):
    """One place in line; `before_count` are asked before, `booking_id` is what was offered."""

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
    people_count: int | None
    layout: Layout | None
    state: WaitState
    before_count: int
    booking_id: int | None
    offered_until: Instant | None
    requested_by: str | None
    version: int
