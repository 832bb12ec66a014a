"""Attendance: write down who came and who left. Rows are added, never changed."""

from datetime import datetime

from sqlmodel import col, select

from models.enums import CheckInSource, Direction
from models.errors import Conflict, Invalid, NotFound, require
from models.events import AttendanceReversed, CheckedIn
from models.rules import attendance as rules
from models.rules.verdicts import Reason
from models.tables.attendance import Attendance
from models.tables.people import Person
from services import activity_rows, facts, reversals
from services.unit_of_work import Tx

NONCE_LIMIT = 64


def check_in(
    tx: Tx,
    activity_id: int,
    *,
    at: datetime,
    nonce: str,
    person_id: int | None = None,
    code: str | None = None,
    direction: Direction = Direction.arrival,
    source: CheckInSource = CheckInSource.roll_call,
) -> int:
    """Write down that a person came or left at an instant; return the row's id.

    A person is named by id or by their own code. The same nonce at the same activity is
    the same passage: its row is returned and nothing is written.

    Raises:
        Conflict: outside the check-in window, activity closed or cancelled: all reasons.
        Invalid, Forbidden, NotFound.
    """
    activity = activity_rows.led(tx, activity_id)
    person = _person(tx, person_id, code)
    if not 1 <= len(nonce) <= NONCE_LIMIT:
        raise Invalid(Reason("out_of_range", {"field": "nonce", "low": 1, "high": NONCE_LIMIT}))
    known = tx.session.exec(
        select(Attendance).where(col(Attendance.activity_id) == activity.id, col(Attendance.nonce) == nonce)
    ).first()
    if known is not None:
        if known.person_id != person.id:
            raise Conflict(Reason("duplicate_scan"))
        return known.id
    check = rules.CheckInFacts(at=at, source=source)
    require(rules.may_check_in(facts.activity_facts(activity), check, tx.now))
    row = tx.add(
        Attendance(
            activity_id=activity.id,
            person_id=person.id,
            direction=direction,
            at=at,
            source=source,
            nonce=nonce,
            recorded_by_id=tx.actor.user_id,
            recorded_at=tx.now,
        )
    )
    tx.record(
        CheckedIn(
            subject_id=row.id,
            activity_id=activity.id,
            person_id=person.id,
            at=at,
            direction=direction.value,
            source=source.value,
        )
    )
    return row.id


def reverse(tx: Tx, attendance_id: int, *, reason: str, activity_id: int | None = None) -> int:
    """Take a row back by another row that names it; allowed after closing, and then shown as a difference.

    With `activity_id`, only a row of that activity.

    Raises:
        Conflict: it is a reversal itself, was reversed already, or no reason was given.
    """
    row, columns = reversals.reversible(
        tx, Attendance, attendance_id, noun="attendance", reason=reason, activity_id=activity_id
    )
    back = tx.add(
        Attendance(
            person_id=row.person_id,
            direction=row.direction,
            at=row.at,
            source=row.source,
            nonce=f"reverses:{row.id}",
            **columns,
        )
    )
    tx.record(
        AttendanceReversed(subject_id=back.id, activity_id=row.activity_id, reverses_id=row.id, reason=back.reason)
    )
    return back.id


def _person(tx: Tx, person_id: int | None, code: str | None) -> Person:
    if (person_id is None) == (not code):
        raise Invalid(Reason("person_or_code", {"field": "person_id"}))
    by = col(Person.id) == person_id if person_id is not None else col(Person.code) == code
    person = tx.session.exec(select(Person).where(by)).first()
    if person is None:
        raise NotFound("person", person_id if person_id is not None else "code")
    return person
