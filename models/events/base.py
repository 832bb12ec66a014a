"""What every event is made of, and the shapes that several share."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import Enum
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events."""

    key: ClassVar[str] = ""
    subject_id: int

    @property
    def noun(self) -> str:
        """The glossary term of the row that the event is about."""
        return self.key.partition(".")[0]

    def payload(self) -> dict[str, Any]:
        """Return the fields but `subject_id` as plain JSON values; instants as RFC 3339 in UTC."""
        return {f.name: plain(getattr(self, f.name)) for f in fields(self) if f.name != "subject_id"}


def plain(value: Any) -> Any:
    """Return the JSON form of a field value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value


@dataclass(frozen=True, kw_only=True)
class AtVenue(Event):
    """Something about a venue that is booked or waited for, and the activity that it is for; concrete kinds set `key`."""

    venue_id: int
    activity_id: int | None


@dataclass(frozen=True, kw_only=True)
class RowCreated(Event):
    """A register row was written; concrete kinds set `key`."""

    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RowChanged(Event):
    """A register row was edited; concrete kinds set `key`."""

    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RowEnded(Event):
    """A register row's validity was given an end."""

    until_on: date
