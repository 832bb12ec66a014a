"""What becomes of a series of bookings; `subject_id` is the series."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class SeriesCreated(Event):
    """A venue was asked for again and again; `refused` are the starts that could not be had."""

    key = "series.created"
    venue_id: int
    rrule: str
    starts_at: datetime
    ends_at: datetime
    count: int
    refused: tuple[datetime, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SeriesChanged(Event):
    """Dates of a series were to be moved or renamed: `scope` one, following or all; so many could not."""

    key = "series.changed"
    date_id: int
    scope: str
    wanted: dict[str, Any] = field(default_factory=dict)
    count: int
    refused_count: int


@dataclass(frozen=True, kw_only=True)
class SeriesSplit(Event):
    """A series ends before a date; the rest of it goes on as another series."""

    key = "series.split"
    rest_id: int
    from_at: datetime


@dataclass(frozen=True, kw_only=True)
class SeriesCancelled(Event):
    """Dates of a series were given up: `scope` one, following or all."""

    key = "series.cancelled"
    date_id: int
    scope: str
    count: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SeriesDateBooked(Event):
    """A date that had been refused was booked or asked for after all, perhaps elsewhere or at another time."""

    key = "series.date_booked"
    date_id: int
    booking_id: int
    venue_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class SeriesDateRefused(Event):
    """A date was tried once more and refused again; `codes` are the reasons."""

    key = "series.date_refused"
    date_id: int
    starts_at: datetime
    codes: tuple[str, ...]
