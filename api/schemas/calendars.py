"""Days and weeks of venues, when they are free, and which could be had, as programs get them."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.schemas.common import Day, Instant, Output, ReasonOut
from api.schemas.venues import VenueOut
from models.enums import BookingState, HostKind, Layout
from models.rules.venue_lists import MOST_HEADS
from models.rules.verdicts import Reason
from muster.workcalendar import DayKind
from services.queries.venue_search import MOST, VenueOffer
from web.forms import LARGEST_ID

MOST_OFFERS, MOST_WORDS, LONGEST_WORD = 50, 10, 40
RowKey = Annotated[int | None, Field(ge=1, le=LARGEST_ID)]
Buffer = Annotated[int | None, Field(ge=0, le=1440)]


class CalendarDayOut(Output):
    """A calendar day; not confirmed where the holidays of its year are not published yet."""

    on: Day
    kind: DayKind
    name: str | None
    is_confirmed: bool


class WindowOut(Output):
    """From `starts_at` until `ends_at`, which no longer belongs to it."""

    starts_at: Instant
    ends_at: Instant


class VenueNameOut(Output):
    """A venue by its name."""

    id: int
    name: str


class BookedOut(Output):
    """A booking in the way: of this venue, of a whole above it or of a part below it."""

    booking_id: int | None
    venue: VenueNameOut
    state: BookingState
    starts_at: Instant
    ends_at: Instant
    occupied_from: Instant
    occupied_until: Instant
    set_up_minutes: int
    tear_down_minutes: int
    held_until: Instant | None
    purpose: str | None
    booked_by: str | None
    activity_id: int | None
    activity_title: str | None


class SpecialDayOut(Output):
    """That a day's hours are others than its weekday's: closed, or open just then."""

    is_closed: bool
    note: str


class VenueDayOut(Output):
    """A local day of a venue: when it is open, what is booked; `special` is null where its usual hours hold."""

    day: CalendarDayOut
    starts_at: Instant
    ends_at: Instant
    opening: list[WindowOut]
    bookings: list[BookedOut]
    special: SpecialDayOut | None


class VenueWeekOut(Output):
    """Seven days of a venue, from a Monday."""

    venue: VenueOut
    days: list[VenueDayOut]


class FreeBusyOut(Output):
    """When a venue is taken, set-up and tear-down included, and when it is open and nobody has it."""

    venue_id: int
    starts_at: Instant
    ends_at: Instant
    busy: list[WindowOut]
    free: list[WindowOut]


class WishIn(BaseModel):
    """What venue is looked for, as the address says it; minutes are the venue's own where left out."""

    starts_at: Instant
    ends_at: Instant
    capacity: Annotated[int | None, Field(ge=1, le=MOST_HEADS)] = None
    layout: Layout | None = None
    kind: HostKind | None = None
    equipment: Annotated[
        list[Annotated[str, Field(max_length=LONGEST_WORD)]],
        Field(max_length=MOST_WORDS, description="Words that its equipment should mention; several by repeating it"),
    ] = []
    near: Annotated[
        str | None,
        Field(max_length=60, description="Where the people are: `30.0951,114.9744`, `venue:7` or `org:3`"),
    ] = None
    venue_id: RowKey = None
    team_id: RowKey = None
    activity_id: RowKey = None
    set_up_minutes: Buffer = None
    tear_down_minutes: Buffer = None
    limit: Annotated[int, Field(ge=MOST, le=MOST_OFFERS)] = MOST


class OfferReasonOut(ReasonOut):
    """What speaks for an offer, or against it; further members are the values it speaks of."""

    is_drawback: bool


class OfferOut(Output):
    """A venue and a window that were free, with what speaks for it and against; `minutes` is the way from `near`.

    `is_as_wished` tells that the window is the one asked for, `needs_approval` that it can only be asked for.
    """

    venue_id: int
    starts_at: Instant
    ends_at: Instant
    set_up_minutes: int
    tear_down_minutes: int
    minutes: int | None
    is_as_wished: bool
    needs_approval: bool
    reasons: list[OfferReasonOut]
    venue: VenueOut


def offer_out(offer: VenueOffer, tell: Callable[[Reason], dict[str, Any]]) -> OfferOut:
    """Return an offer; `tell` puts a reason into words."""
    return OfferOut(
        venue_id=offer.venue.id,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        set_up_minutes=offer.set_up_minutes,
        tear_down_minutes=offer.tear_down_minutes,
        minutes=offer.minutes,
        is_as_wished=offer.is_as_wished,
        needs_approval=offer.needs_approval,
        reasons=[
            OfferReasonOut(**tell(reason), is_drawback=is_drawback)
            for is_drawback, reasons in ((False, offer.pros), (True, offer.cons))
            for reason in reasons
        ],
        venue=VenueOut.of(offer.venue),
    )
