"""What becomes of a booking."""

from dataclasses import dataclass
from datetime import datetime

from models.enums import BookingState
from models.events.base import AtVenue


@dataclass(frozen=True, kw_only=True)
class BookingRequested(AtVenue):
    """A venue was asked for."""

    key = "booking.requested"
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(AtVenue):
    """A venue was booked; from now on it is taken."""

    key = "booking.confirmed"
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingDeclined(AtVenue):
    """A request for a venue was declined; with another window of the venue where the host named one."""

    key = "booking.declined"
    reason: str = ""
    offered_from: datetime | None = None
    offered_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(AtVenue):
    """A booking was given back."""

    key = "booking.cancelled"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingMoved(AtVenue):
    """A booking got another window or venue."""

    key = "booking.moved"
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingHeld(AtVenue):
    """A venue is kept for somebody until an instant, then it comes free unless they say more."""

    key = "booking.held"
    occupied_from: datetime
    occupied_until: datetime
    held_until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingLapsed(AtVenue):
    """A hold ran out; `state` is what the booking became: requested or cancelled."""

    key = "booking.lapsed"
    state: BookingState
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingArrived(AtVenue):
    """Somebody said, or was seen, to be at the venue."""

    key = "booking.arrived"


@dataclass(frozen=True, kw_only=True)
class BookingWarned(AtVenue):
    """Nobody was there; whoever booked is told, and the venue goes to others at `release_at`."""

    key = "booking.warned"
    release_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingReleased(AtVenue):
    """Nobody came; what was left of the window is free again."""

    key = "booking.released"


@dataclass(frozen=True, kw_only=True)
class BookingUsed(AtVenue):
    """A venue was used as booked."""

    key = "booking.used"
