"""What the mails about bookings say: asked for, decided, ended, nobody there yet, a place in the queue come free."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.enums import NotificationKind
from models.values import TimeWindow
from notifications.facts import Facts, Payload


class EndedHow(StrEnum):
    """How a booking came to its end without anybody saying so."""

    hold = "hold"  #: it was only held, and nobody confirmed it in time
    back_to_request = "back_to_request"  #: the same, but the request that it came from still stands
    no_show = "no_show"  #: nobody came, so the venue went to others


@dataclass(frozen=True, kw_only=True)
class BookingPayload(Payload):
    """Base of what is said about a booking."""

    booking_id: int
    venue_name: str
    #: The window asked for, without set-up and tear-down.
    window: TimeWindow
    #: The window in which the venue is taken.
    occupied: TimeWindow
    zone: str
    purpose: str
    asked_by_name: str
    asked_by_phone: str = ""
    organisation_name: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingAsked(BookingPayload):
    """The approver of a venue is asked to decide."""

    kind = NotificationKind.booking_asked
    #: Heads expected; 0 where nobody said.
    people_count: int = 0
    decide_url: str
    decide_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Instead(Facts):
    """A way out that was free when the venue was given to somebody else; taking it is one tap behind the link."""

    venue_name: str
    window: TimeWindow
    zone: str
    take_url: str
    #: Minutes of road from the venue asked for; None where it is the same one or a place is not known.
    way_minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class BookingDecided(BookingPayload):
    """Whoever asked for a venue learns the answer."""

    kind = NotificationKind.booking_decided
    is_confirmed: bool
    reason: str = ""
    page_url: str
    #: Where the venue went to somebody who asked for the same hours: what could be had in its place.
    instead: Instead | None = None


@dataclass(frozen=True, kw_only=True)
class BookingEnded(BookingPayload):
    """Whoever had a venue learns that it is no longer kept for them."""

    kind = NotificationKind.booking_ended
    how: EndedHow
    page_url: str


@dataclass(frozen=True, kw_only=True)
class NoShow(BookingPayload):
    """It has begun and nobody has said that they are there; soon the venue goes to others."""

    kind = NotificationKind.no_show
    #: Page with one button, "we are here"; opening it changes nothing.
    arrive_url: str
    #: When the venue is given to others.
    release_at: datetime


@dataclass(frozen=True, kw_only=True)
class PlaceOffered(BookingPayload):
    """Whoever waits for a venue learns that it came free and is held for them."""

    kind = NotificationKind.place_offered
    #: Page where it is taken or left; opening it changes nothing.
    take_url: str
    #: Until when it is held; then the next in line is asked.
    held_until: datetime
