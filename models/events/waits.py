"""What becomes of a place in the queue for a taken venue."""

from dataclasses import dataclass
from datetime import datetime

from models.events.base import AtVenue


@dataclass(frozen=True, kw_only=True)
class WaitJoined(AtVenue):
    """Somebody asked to be told when a venue comes free."""

    key = "wait.joined"
    occupied_from: datetime
    occupied_until: datetime


@dataclass(frozen=True, kw_only=True)
class WaitOffered(AtVenue):
    """The venue came free and is held by a booking for the first in line."""

    key = "wait.offered"
    booking_id: int
    held_until: datetime


@dataclass(frozen=True, kw_only=True)
class WaitTaken(AtVenue):
    """The offer was taken."""

    key = "wait.taken"
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class WaitWithdrawn(AtVenue):
    """A place in line, or the offer, was given up."""

    key = "wait.withdrawn"
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class WaitExpired(AtVenue):
    """The offer ran out, or the window began before there was one."""

    key = "wait.expired"
