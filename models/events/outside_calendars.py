"""Calendars that people keep elsewhere; where they are is as good as a password and not told."""

from dataclasses import dataclass

from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class OutsideCalendarGiven(Event):
    """A person has their own calendar read as busy time."""

    key = "outside_calendar.given"
    person_id: int


@dataclass(frozen=True, kw_only=True)
class OutsideCalendarEnded(Event):
    """It is read no more, and its busy times are forgotten."""

    key = "outside_calendar.ended"
    person_id: int
