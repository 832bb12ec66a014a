"""What becomes of a booking."""

from dataclasses import dataclass
from datetime import datetime

from models.enums import BookingState
from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class BookingRequested(Event):
    """A venue was asked for."""

    key = "booking.requested"
    venue_id: int
    activity_id: int | None
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(Event):
    """A venue was booked; from now on it is taken."""

    key = "booking.confirmed"
    venue_id: int
    activity_id: int | None
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingDeclined(Event):
    """A request for a venue was declined; with another window of the venue where the host named one."""

    key = "booking.declined"
    venue_id: int
    activity_id: int | None
    reason: str = ""
    offered_from: datetime | None = None
    offered_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(Event):
    """A booking was given back."""

    key = "booking.cancelled"
    venue_id: int
    activity_id: int | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingMoved(Event):
    """A booking got another window or venue."""

    key = "booking.moved"
    venue_id: int
    activity_id: int | None
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingHeld(Event):
    """A venue is kept for somebody until an instant, then it comes free unless they say more."""

    key = "booking.held"
    venue_id: int
    activity_id: int | None
    occupied_from: datetime
    occupied_until: datetime
    held_until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingLapsed(Event):
    """A hold ran out; `state` is what the booking became: requested or cancelled."""

    key = "booking.lapsed"
    venue_id: int
    activity_id: int | None
    state: BookingState
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingArrived(Event):
    """Somebody said, or was seen, to be at the venue."""

    key = "booking.arrived"
    venue_id: int
    activity_id: int | None


@dataclass(frozen=True, kw_only=True)
class BookingWarned(Event):
    """Nobody was there; whoever booked is told, and the venue goes to others at `release_at`."""

    key = "booking.warned"
    venue_id: int
    activity_id: int | None
    release_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingReleased(Event):
    """Nobody came; what was left of the window is free again."""

    key = "booking.released"
    venue_id: int
    activity_id: int | None


@dataclass(frozen=True, kw_only=True)
class BookingUsed(Event):
    """A venue was used as booked."""

    key = "booking.used"
    venue_id: int
    activity_id: int | None
