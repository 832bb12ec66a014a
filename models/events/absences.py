"""When people said that they are away. What they said about why is theirs and not told here."""

from dataclasses import dataclass
from datetime import datetime

from models.enums import AbsenceKind
from models.events.base import Event


@dataclass(frozen=True, kw_only=True)
class AbsenceWritten(Event):
    """A person is away in `[starts_at, ends_at)`, said by themselves or by somebody who answers for them."""

    key = "absence.written"
    person_id: int
    kind: AbsenceKind
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class AbsenceWithdrawn(Event):
    """A person is there after all."""

    key = "absence.withdrawn"
    person_id: int
