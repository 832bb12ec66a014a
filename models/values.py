"""Small frozen values that rows, rules and pages share; each checks itself."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from models.enums import CountingKind, EvidenceClass


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """A half-open window `[starts_at, ends_at)` of aware instants, kept in UTC."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        for name in ("starts_at", "ends_at"):
            value = getattr(self, name)
            if value.tzinfo is None:
                message = f"{name} needs a zone"
                raise ValueError(message)
            object.__setattr__(self, name, value.astimezone(UTC))
        if self.ends_at <= self.starts_at:
            message = "a window ends after it starts"
            raise ValueError(message)

    @property
    def length(self) -> timedelta:
        """Elapsed time, not wall time."""
        return self.ends_at - self.starts_at

    def overlaps(self, other: "TimeWindow") -> bool:
        """Tell whether the two share an instant; touching windows do not."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def contains(self, instant: datetime) -> bool:
        """Tell whether the instant lies inside; the end does not."""
        return self.starts_at <= instant < self.ends_at

    def widened(self, before: timedelta, after: timedelta) -> "TimeWindow":
        """Return the window with time added at both ends."""
        return TimeWindow(self.starts_at - before, self.ends_at + after)


@dataclass(frozen=True, slots=True)
class DayWindow:
    """A validity in local days, half open `[from_on, until_on)`; `until_on` None means open."""

    from_on: date
    until_on: date | None = None

    def __post_init__(self) -> None:
        if self.until_on is not None and self.until_on <= self.from_on:
            message = "a validity ends after it begins"
            raise ValueError(message)

    def contains(self, day: date) -> bool:
        """Tell whether the day lies inside; the end does not."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the WGS-84 ellipsoid, in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class EvidenceMix:
    """How much of a number rests on each evidence class; counts, not shares."""

    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0

    @property
    def total(self) -> int:
        """Sum over the classes."""
        return self.a + self.b + self.c + self.d

    def plus(self, evidence_class: EvidenceClass, count: int) -> "EvidenceMix":
        """Return the mix with a count added to one class."""
        counts = {"a": self.a, "b": self.b, "c": self.c, "d": self.d}
        counts[evidence_class.value] += count
        return EvidenceMix(**counts)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number computed from the ledger.

    `definition` is the stable id with its version, e.g. `lecture.sessions@1`;
    the period is in local days, half open; `as_of` is the instant up to which
    closings and reversals were read.
    """

    definition: str
    kind: CountingKind
    value: int
    from_on: date
    until_on: date
    as_of: datetime
    mix: EvidenceMix
    team_id: int | None = None
    programme_id: int | None = None
