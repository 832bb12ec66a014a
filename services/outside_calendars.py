"""Calendars that people keep elsewhere: read now and then as busy time, and as nothing else.

What is kept are windows, as absences that stand until the next reading; titles, places and guests never reach the
database. The address is as good as a password: it is in no history, no log and no answer. Entries that came from
this house (its own invitations) do not count, or every duty would stand against itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert
from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from models.enums import AbsenceKind
from models.errors import Conflict, Invalid, NotFound
from models.events import OutsideCalendarEnded, OutsideCalendarGiven
from models.rules import calendar_addresses as rules
from models.rules.verdicts import Reason
from models.tables.absences import Absence
from models.tables.activities import Activity
from models.tables.base import table_of
from models.tables.outside_calendars import OutsideCalendar
from models.tables.people import Person
from models.values import TimeWindow
from muster.hosts import is_loopback
from muster.localtime import zone
from services import access, registers
from services.absences import FROM_CALENDAR, is_from_calendar
from services.outside_busy import Busy, merged
from services.unit_of_work import Tx

#: Calendars of one person; and how many a worker takes in hand at once.
MOST, BATCH = 5, 20
#: So long a worker may take for those in its hand; then another one may try.
CLAIM = timedelta(minutes=15)
#: A file that has not changed is asked for whole all the same once a day, since the days ahead move on.
WHOLE_EVERY = timedelta(days=1)
SHORTEST_BETWEEN = timedelta(minutes=1)


class Fault(StrEnum):
    """Why a calendar could not be read."""

    unreachable = "unreachable"
    refused = "refused"  #: the other side wants a password, or does not give it out
    missing = "missing"  #: nothing is there any more
    too_slow = "too_slow"
    too_big = "too_big"
    no_calendar = "no_calendar"
    inside = "inside"  #: it leads into a network that is not read from


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideRow:
    """One calendar as its owner sees it: only the host of its address is told."""

    id: int
    host: str
    created_at: datetime
    read_at: datetime | None
    next_read_at: datetime
    fault: Fault | None
    window_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A calendar to read; `etag` is empty where the whole file is wanted, `zone` is that of times without one."""

    id: int
    url: str
    etag: str
    zone: ZoneInfo
    allows_loopback: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a calendar said; `busy` is None where it has not changed."""

    busy: tuple[Busy, ...] | None
    etag: str = ""


def give(tx: Tx, url: str) -> int:
    """Have the actor's own calendar read from now on; return its id. The same address twice is one calendar.

    Raises:
        SignInNeeded. NotFound: nobody is behind the login.
        Invalid: not an address that may be read, or one too many.
    """
    person_id = _own(tx)
    address, allows = rules.tidied(url), allows_loopback(tx)
    refused = rules.refusal(address, allows_loopback=allows)
    if refused is not None:
        raise Invalid(refused)
    tx.get(Person, person_id, noun="person")  # one at a time, so that the same one is given once
    known = tx.session.exec(_standing(person_id)).all()
    same = next((row for row in known if row.url == address), None)
    if same is not None:
        return same.id
    if len(known) >= MOST:
        raise Invalid(Reason("calendars_too_many", {"field": "url", "limit": MOST}))
    row = tx.add(OutsideCalendar(person_id=person_id, url=address, next_read_at=tx.now, created_at=tx.now))
    tx.record(OutsideCalendarGiven(subject_id=row.id, person_id=person_id))
    return row.id


def end(tx: Tx, calendar_id: int) -> None:
    """Read one of the actor's own calendars no more and forget its busy times. Repetition changes nothing.

    Raises:
        SignInNeeded, NotFound.
    """
    row = _owned(tx, calendar_id)
    if row.ended_at is not None:
        return
    row.ended_at, row.url, row.etag, row.fault = tx.now, "", "", ""
    tx.touch(row)
    _replace(tx, row, ())
    tx.record(OutsideCalendarEnded(subject_id=row.id, person_id=row.person_id))


def read_soon(tx: Tx, calendar_id: int) -> None:
    """Have one of the actor's own calendars read as soon as a worker has time.

    Raises:
        SignInNeeded, NotFound. Conflict: it is read no more.
    """
    row = _owned(tx, calendar_id)
    if row.ended_at is not None:
        raise Conflict(Reason("calendar_ended"))
    if row.read_at is None or tx.now - row.read_at >= SHORTEST_BETWEEN:
        row.next_read_at = min(row.next_read_at, tx.now)
        row.etag = ""


def list_own(tx: Tx) -> tuple[OutsideRow, ...]:
    """Return the actor's own calendars that are read, the oldest first.

    Raises:
        SignInNeeded. NotFound: nobody is behind the login.
    """
    person_id = _own(tx)
    rows = tx.session.exec(_standing(person_id)).all()
    notes = tx.session.exec(
        select(Absence.note, func.count())
        .where(col(Absence.person_id) == person_id, is_from_calendar(), col(Absence.ends_at) > tx.now)
        .group_by(col(Absence.note))
    )
    counts = dict(notes.all())
    return tuple(
        OutsideRow(
            id=row.id,
            host=urlsplit(row.url).hostname or "",
            created_at=row.created_at,
            read_at=row.read_at,
            next_read_at=row.next_read_at,
            fault=Fault(row.fault) if row.fault else None,
            window_count=counts.get(_note(row.id), 0),
        )
        for row in rows
    )


def take_due(tx: Tx) -> tuple[Due, ...]:
    """Return calendars whose time has come, a batch, and put them off, so that no other worker reads them too.

    Those of people who left are not read.
    """
    gone = select(Person.id).where(col(Person.left_on) <= registers.today(tx))
    due = (
        select(OutsideCalendar)
        .where(
            col(OutsideCalendar.ended_at).is_(None),
            col(OutsideCalendar.next_read_at) <= tx.now,
            col(OutsideCalendar.person_id).not_in(gone),
        )
        .order_by(col(OutsideCalendar.next_read_at))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    house, allows, taken = zone(tx.settings.zone), allows_loopback(tx), []
    for row in tx.session.exec(due).all():
        row.next_read_at = tx.now + CLAIM
        is_fresh = row.read_at is not None and tx.now - row.read_at < WHOLE_EVERY
        etag = row.etag if is_fresh and not row.fault else ""
        taken.append(Due(id=row.id, url=row.url, etag=etag, zone=house, allows_loopback=allows))
    return tuple(taken)


def settle(tx: Tx, calendar_id: int, outcome: Reading | Fault) -> None:
    """Take over what a reading gave: the busy times of before are replaced, or the fault is kept and they stay."""
    row = tx.get(OutsideCalendar, calendar_id, noun="outside_calendar")
    if row.ended_at is not None:
        return
    if isinstance(outcome, Fault):
        row.fault = outcome.value
        row.next_read_at = rules.next_try(tx.now, well_at=row.read_at or row.created_at)
        return
    row.fault = ""
    row.next_read_at = rules.next_reading(tx.now, seed=row.id)
    if outcome.busy is not None:
        row.read_at, row.etag = tx.now, outcome.etag
        _replace(tx, row, merged(_without_ours(tx, outcome.busy)))


def allows_loopback(tx: Tx) -> bool:
    """Tell whether this house lives on one machine, where calendars on that same machine may be read."""
    return is_loopback(urlsplit(tx.settings.base_url).hostname or "")


def _replace(tx: Tx, row: OutsideCalendar, windows: Sequence[TimeWindow]) -> None:
    """Bring the absences of a calendar to these windows; what is the same stays as it is."""
    mine = (col(Absence.person_id) == row.person_id) & is_from_calendar() & (col(Absence.note) == _note(row.id))
    known = tx.session.execute(select(col(Absence.id), col(Absence.starts_at), col(Absence.ends_at)).where(mine)).all()
    wanted = {(window.starts_at, window.ends_at) for window in windows}
    gone = [one.id for one in known if (one.starts_at, one.ends_at) not in wanted]
    tx.session.execute(delete(Absence).where(mine, col(Absence.id).in_(gone)))
    new = sorted(wanted - {(one.starts_at, one.ends_at) for one in known})
    shared = {"person_id": row.person_id, "kind": AbsenceKind.unavailable, "note": _note(row.id), "created_at": tx.now}
    if new:
        values = [shared | {"starts_at": start, "ends_at": stop, "version": 1} for start, stop in new]
        tx.session.execute(insert(table_of(Absence)), values)


def _without_ours(tx: Tx, busy: Collection[Busy]) -> tuple[TimeWindow, ...]:
    uids = sorted({one.uid for one in busy})
    ours: set[str] = set()
    for start in range(0, len(uids), 5000):
        query = select(Activity.uid).where(col(Activity.uid).in_(uids[start : start + 5000]))
        ours |= set(tx.session.exec(query))
    return tuple(one.window for one in busy if one.uid not in ours)


def _standing(person_id: int) -> SelectOfScalar[OutsideCalendar]:
    return (
        select(OutsideCalendar)
        .where(col(OutsideCalendar.person_id) == person_id, col(OutsideCalendar.ended_at).is_(None))
        .order_by(col(OutsideCalendar.id))
    )


def _own(tx: Tx) -> int:
    access.require_signed_in(tx.actor)
    if tx.actor.person_id is None or tx.actor.kind != "user":
        raise NotFound("person", 0)
    return tx.actor.person_id


def _owned(tx: Tx, calendar_id: int) -> OutsideCalendar:
    person_id = _own(tx)
    row = tx.get(OutsideCalendar, calendar_id, noun="outside_calendar")
    if row.person_id != person_id:
        raise NotFound("outside_calendar", calendar_id)
    return row


def _note(calendar_id: int) -> str:
    return f"{FROM_CALENDAR}{calendar_id}"
