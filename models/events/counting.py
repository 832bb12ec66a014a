"""Who came, how many were counted, and what backs it."""

from dataclasses import dataclass
from datetime import datetime

from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class CheckedIn(Event):
    """A person was seen coming or going; `subject_id` is the attendance row."""

    key = "attendance.recorded"
    activity_id: int
    person_id: int
    at: datetime
    direction: str
    source: str


@dataclass(frozen=True, kw_only=True)
class AttendanceReversed(Event):
    """An attendance row was taken back by another row."""

    key = "attendance.reversed"
    activity_id: int
    reverses_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TallyRecorded(Event):
    """Heads without names were counted."""

    key = "tally.recorded"
    activity_id: int
    count: int
    method: str


@dataclass(frozen=True, kw_only=True)
class TallyReversed(Event):
    """A tally was taken back by another row."""

    key = "tally.reversed"
    activity_id: int
    reverses_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class EvidenceAdded(Event):
    """A document was filed."""

    key = "evidence.added"
    activity_id: int
    sha256: str
    kind: str
