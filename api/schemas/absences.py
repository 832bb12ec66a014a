"""Absences as programs send and get them; only for the person and those who answer for them."""

from pydantic import Field

from api.schemas.common import Input, Instant, Label, Output
from models.enums import AbsenceKind
from services.absences import NOTE_LIMIT


class AbsenceIn(Input):
    """A window `[starts_at, ends_at)` in which somebody is away; the note is read by those who answer for them."""

    starts_at: Instant
    ends_at: Instant
    kind: AbsenceKind = AbsenceKind.unavailable
    note: Label = Field(default="", max_length=NOTE_LIMIT)


class AbsenceOut(Output):
    """One absence; `by_name` is who wrote it down where that was not the person.

    What was read from the person's own calendar (`is_from_calendar`) has no note and ends with that calendar.
    """

    id: int
    person_id: int
    kind: AbsenceKind
    starts_at: Instant
    ends_at: Instant
    note: str
    by_name: str | None
    created_at: Instant
    withdrawn_at: Instant | None
    is_from_calendar: bool
    version: int
