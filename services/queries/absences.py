"""When a person is away, for those who answer for them: the person, and whoever leads or manages their teams."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from models.enums import AbsenceKind
from models.errors import NotFound
from models.tables.absences import Absence
from models.tables.people import Person
from models.tables.users import User
from services import absences, access
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRow:
    """A window `[starts_at, ends_at)` in which a person is away; `by_name` is who wrote it down where not the person.

    What was read from the person's own calendar was written by nobody and has no note.
    """

    id: int
    person_id: int
    kind: AbsenceKind
    starts_at: datetime
    ends_at: datetime
    note: str
    by_name: str | None
    created_at: datetime
    withdrawn_at: datetime | None
    version: int
    is_from_calendar: bool = False


def list_absences(
    tx: Tx,
    person_id: int,
    *,
    is_past: bool = False,
    is_from_calendar: bool | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[AbsenceRow]:
    """Return a person's absences that still stand and are not over, the earliest first; with `is_past` those that are over.

    `is_from_calendar` keeps those read from the person's own calendar, or with False those that somebody wrote down.

    Raises:
        SignInNeeded, NotFound, Forbidden: see `services.absences.require_answering`. Invalid: limit or cursor.
    """
    absences.require_answering(tx, person_id)
    when = col(Absence.ends_at) <= tx.now if is_past else col(Absence.ends_at) > tx.now
    query = _rows().where(col(Absence.person_id) == person_id, col(Absence.withdrawn_at).is_(None), when)
    if is_from_calendar is not None:
        read = absences.is_from_calendar()
        query = query.where(read if is_from_calendar else ~read)
    keys = (Key(col(Absence.starts_at), is_descending=is_past), Key(col(Absence.id), is_descending=is_past))
    rows, following = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(_absence_row(row) for row in rows), following)


def read_absence(tx: Tx, absence_id: int) -> AbsenceRow:
    """Return one absence, withdrawn or not.

    Raises:
        SignInNeeded, NotFound (also where the actor does not answer for the person).
    """
    access.require_signed_in(tx.actor)
    answering = select(col(Person.id)).where(access.may_contact(tx.actor))
    query = _rows().where(col(Absence.id) == absence_id, col(Absence.person_id).in_(answering))
    row = tx.session.execute(query).first()
    if row is None:
        raise NotFound("absence", absence_id)
    return _absence_row(row)


def _rows() -> AnySelect:
    return select(
        Absence,
        col(User.name).label("by_name"),
        col(User.person_id).label("by_person_id"),
        absences.is_from_calendar().label("is_from_calendar"),
    ).outerjoin(User, col(User.id) == col(Absence.by_user_id))


def _absence_row(row: AnyRow) -> AbsenceRow:
    found: Absence = row.Absence
    return AbsenceRow(
        id=found.id,
        person_id=found.person_id,
        kind=found.kind,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        note="" if row.is_from_calendar else found.note,
        by_name=row.by_name if row.by_person_id != found.person_id else None,
        created_at=found.created_at,
        withdrawn_at=found.withdrawn_at,
        version=found.version,
        is_from_calendar=bool(row.is_from_calendar),
    )
