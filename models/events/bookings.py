"""What becomes of a booking."""

from dataclasses import dataclass
from datetime import datetime

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
    """A request for a venue was declined."""

    key = "booking.declined"
    venue_id: int
    activity_id: int | None
    reason: str = ""


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
