"""Absences: when people cannot be had, as they said themselves or to somebody who answers for them.

A note is for those who answer for the person, and for nobody else: it is in no reason and in no history.
"""

from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from models.enums import AbsenceKind
from models.errors import Conflict, Forbidden, Invalid, NotFound
from models.events import AbsenceWithdrawn, AbsenceWritten
from models.rules import absences as rules
from models.rules.absences import DayPart
from models.rules.verdicts import Reason
from models.tables.absences import Absence
from models.tables.people import Person
from models.values import TimeWindow
from muster.localtime import local_day, zone
from services import access, registers
from services.unit_of_work import Tx

NOTE_LIMIT = 200
HIGHEST_ID = 2**31 - 1
#: What begins the note of an absence that was read from a person's own calendar; its number follows.
FROM_CALENDAR = "calendar:"


def write(
    tx: Tx,
    *,
    person_id: int,
    starts_at: datetime,
    ends_at: datetime,
    kind: AbsenceKind = AbsenceKind.unavailable,
    note: str = "",
) -> int:
    """Write down that a person is away in `[starts_at, ends_at)`, aware instants; return the absence's id.

    The same window of the same kind twice is one absence; a new note replaces the old one. Duties that
    the person has then stay: whoever asked sees the conflict, and the person may decline.

    Raises:
        Invalid: a wrong window or too long a note, all of it. Forbidden, NotFound.
    """
    _answered_for(tx, person_id)
    house = zone(tx.settings.zone)
    if ends_at <= starts_at:
        raise Invalid(Reason("ends_before_start", {"field": "ends_at"}))
    first, last = local_day(starts_at, house), local_day(ends_at - datetime.resolution, house)
    reasons = rules.refusals(first, last + rules.ONE_DAY, DayPart.all_day, registers.today(tx))
    fields = {"from_on": "starts_at", "last_on": "ends_at"}
    told = [Reason(one.code, one.params | {"field": fields[one.params["field"]]}) for one in reasons]
    _refuse([*told, *_long_note(note)])
    return _written(tx, person_id, TimeWindow(starts_at, ends_at), kind, note)


def write_days(
    tx: Tx,
    *,
    person_id: int,
    from_on: date,
    until_on: date,
    part: DayPart = DayPart.all_day,
    kind: AbsenceKind = AbsenceKind.unavailable,
    note: str = "",
) -> tuple[int, ...]:
    """Write down that a person is away on local days `[from_on, until_on)` of the house's zone, or on a part of each.

    Returns the ids: whole days in a row are one absence, parts of days are one each. Repetition as `write`.

    Raises:
        Invalid: wrong days or too long a note, all of it. Forbidden, NotFound.
    """
    _answered_for(tx, person_id)
    _refuse([*rules.refusals(from_on, until_on, part, registers.today(tx)), *_long_note(note)])
    found = rules.windows(from_on, until_on, part, zone(tx.settings.zone))
    return tuple(_written(tx, person_id, window, kind, note) for window in found)


def withdraw(tx: Tx, absence_id: int) -> None:
    """Take an absence back: the person is there after all. Repetition changes nothing.

    Raises:
        Conflict: it is over, or was read from the person's own calendar. Forbidden, NotFound.
    """
    access.require_signed_in(tx.actor)
    row = tx.get(Absence, absence_id, noun="absence")
    try:
        _answered_for(tx, row.person_id)
    except NotFound as unseen:
        raise NotFound("absence", absence_id) from unseen
    if row.withdrawn_at is not None:
        return
    if row.by_user_id is None and row.note.startswith(FROM_CALENDAR):
        raise Conflict(Reason("absence_of_calendar"))
    if row.ends_at <= tx.now:
        raise Conflict(Reason("absence_over"))
    row.withdrawn_at = tx.now
    tx.touch(row)
    tx.record(AbsenceWithdrawn(subject_id=row.id, person_id=row.person_id))


def require_answering(tx: Tx, person_id: int) -> None:
    """Raise unless the actor answers for the person: it is themselves, or they lead or manage one of the person's teams.

    Raises:
        SignInNeeded, NotFound (not to be seen), Forbidden (seen, but others answer for them).
    """
    access.require_signed_in(tx.actor)
    seen = select(access.may_contact(tx.actor)).where(col(Person.id) == person_id, access.may_see_person(tx.actor))
    may_answer = tx.session.exec(seen).first() if 1 <= person_id <= HIGHEST_ID else None
    if may_answer is None:
        raise NotFound("person", person_id)
    if not may_answer:
        raise Forbidden(Reason("role_missing"))


def is_from_calendar() -> ColumnElement[bool]:
    """Return the condition that an absence was read from a person's own calendar and written by nobody."""
    return col(Absence.by_user_id).is_(None) & col(Absence.note).startswith(FROM_CALENDAR)


def _answered_for(tx: Tx, person_id: int) -> None:
    require_answering(tx, person_id)
    tx.get(Person, person_id, noun="person")  # one absence at a time, so that the same one is written once


def _written(tx: Tx, person_id: int, window: TimeWindow, kind: AbsenceKind, note: str) -> int:
    note = note.strip()
    row = tx.session.exec(
        select(Absence).where(
            col(Absence.person_id) == person_id,
            col(Absence.kind) == kind,
            col(Absence.starts_at) == window.starts_at,
            col(Absence.ends_at) == window.ends_at,
            col(Absence.withdrawn_at).is_(None),
            ~is_from_calendar(),
        )
    ).first()
    if row is not None:
        if note and note != row.note:
            row.note = note
            tx.touch(row)
        return row.id
    row = tx.add(
        Absence(
            person_id=person_id,
            kind=kind,
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            note=note,
            by_user_id=tx.actor.user_id,
            created_at=tx.now,
        )
    )
    tx.record(
        AbsenceWritten(
            subject_id=row.id, person_id=person_id, kind=kind, starts_at=window.starts_at, ends_at=window.ends_at
        )
    )
    return row.id


def _long_note(note: str) -> list[Reason]:
    if len(note.strip()) <= NOTE_LIMIT:
        return []
    return [Reason("too_long", {"field": "note", "limit": NOTE_LIMIT})]


def _refuse(reasons: list[Reason]) -> None:
    if reasons:
        raise Invalid(*reasons)
