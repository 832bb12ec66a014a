"""What becomes of a place in the queue for a taken venue."""

from dataclasses import dataclass
from datetime import datetime

from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class WaitJoined(Event):
    """Somebody asked to be told when a venue comes free."""

    key = "wait.joined"
    venue_id: int
    activity_id: int | None
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class WaitOffered(Event):
    """The venue came free and is held by a booking for the first in line."""

    key = "wait.offered"
    venue_id: int
    activity_id: int | None
    booking_id: int
    held_until: datetime


@dataclass(frozen=True, kw_only=True)
class WaitTaken(Event):
    """The offer was taken."""

    key = "wait.taken"
    venue_id: int
    activity_id: int | None
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class WaitWithdrawn(Event):
    """A place in line, or the offer, was given up."""

    key = "wait.withdrawn"
    venue_id: int
    activity_id: int | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class WaitExpired(Event):
    """The offer ran out, or the window began before there was one."""

    key = "wait.expired"
    venue_id: int
    activity_id: int | None
