"""Special days of venues: closures and extra openings, which rule over the hours of the weekday."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import col, func, select

from models.enums import BookingState
from models.errors import Invalid, NotFound
from models.rules.venue_lists import MOST_DAYS, SpecialDays, special_day
from models.rules.verdicts import Reason
from models.tables.base import table_of
from models.tables.bookings import Booking
from models.tables.venues import Venue, VenueDays
from muster.localtime import day_bounds, zone
from services import venue_locks, venue_rows
from services.unit_of_work import Tx

OPEN_STATES = (BookingState.requested, BookingState.held, BookingState.confirmed)


def add(
    tx: Tx,
    venue_id: int,
    *,
    from_on: date | str,
    until_on: date | str,
    opens: str | None = None,
    closes: str | None = None,
    note: str = "",
) -> int:
    """Write a closure, or with `opens` and `closes` an extra opening, and return its id.

    It holds for the venue's local days `[from_on, until_on)`; times are local, "08:30", "24:00" for the
    end of the day. An opening replaces the weekday's hours of its days and opens holidays too. Where
    entries overlap, the one over fewer days decides, of equals the one written last; several openings
    over the same days are open together. Entries of a whole hold for its parts, before their own.
    What is booked stays booked: see `bookings_on`.

    Raises:
        SignInNeeded, Forbidden, NotFound.
        Invalid: no such days or times, or more entries than a venue may have.
    """
    row = venue_rows.managed(tx, venue_id)
    wanted = special_day(from_on=from_on, until_on=until_on, opens=opens, closes=closes, note=note)
    if isinstance(wanted, list):
        raise Invalid(*wanted)
    old = _present(tx, row.id)
    if len(old) >= MOST_DAYS:
        raise Invalid(Reason("too_many_items", {"field": "days", "limit": MOST_DAYS}))
    written = tx.add(VenueDays(venue_id=row.id, **_values(wanted)))
    venue_rows.note(tx, row, {"days": [told(old), told((*old, wanted))]})
    return written.id


def remove(tx: Tx, venue_id: int, days_id: int) -> None:
    """Take a closure or an extra opening away; the weekday's hours hold again.

    Raises:
        SignInNeeded, Forbidden.
        NotFound: no such venue, or none of its entries.
    """
    row = venue_rows.managed(tx, venue_id)
    old = _present(tx, row.id)
    found = tx.get(VenueDays, days_id, noun="venue_days")
    if found.venue_id != row.id:
        raise NotFound("venue_days", days_id)
    tx.session.delete(found)
    tx.session.flush()
    venue_rows.note(tx, row, {"days": [told(old), told(_present(tx, row.id))]})


def bookings_on(tx: Tx, venue_id: int, from_on: date, until_on: date) -> int:
    """Return how many open bookings touch a venue's local days `[from_on, until_on)`: its own, its parts', its whole's.

    Raises:
        NotFound.
    """
    row = tx.get(Venue, venue_id, noun="venue", for_update=False)
    where = zone(row.zone)
    query = (
        select(func.count())
        .select_from(Booking)
        .where(
            col(Booking.venue_id).in_(venue_locks.kin(row.id)),
            col(Booking.state).in_(OPEN_STATES),
            col(Booking.ends_at) > day_bounds(from_on, where)[0],
            col(Booking.starts_at) < day_bounds(until_on, where)[0],
        )
    )
    return tx.session.exec(query).one()


def replace(tx: Tx, venue_id: int, wanted: tuple[SpecialDays, ...]) -> dict[str, list[Any]]:
    """Bring a locked venue's special days to the cleaned ones; return what differed, as history tells it."""
    old = _present(tx, venue_id)
    if old == wanted:
        return {}
    tx.session.execute(delete(VenueDays).where(col(VenueDays.venue_id) == venue_id))
    write(tx, venue_id, wanted)
    return {"days": [told(old), told(wanted)]}


def write(tx: Tx, venue_id: int, wanted: Iterable[SpecialDays]) -> None:
    """Add cleaned special days to a venue that has none, in their order."""
    rows = [{"venue_id": venue_id} | _values(days) for days in wanted]
    if rows:
        tx.session.execute(insert(table_of(VenueDays)), rows)


def _present(tx: Tx, venue_id: int) -> tuple[SpecialDays, ...]:
    rows = tx.session.exec(select(VenueDays).where(col(VenueDays.venue_id) == venue_id).order_by(col(VenueDays.id)))
    return tuple(map(stored, rows))


def stored(row: VenueDays) -> SpecialDays:
    """Return an entry as cleaners give it."""
    return SpecialDays(row.from_on, row.until_on, row.opens_minute, row.closes_minute, row.note)


def _values(days: SpecialDays) -> dict[str, Any]:
    return {
        "from_on": days.from_on,
        "until_on": days.until_on,
        "opens_minute": days.opens_minute,
        "closes_minute": days.closes_minute,
        "note": days.note,
    }


def told(days: Iterable[SpecialDays]) -> list[str]:
    """Return special days as history tells them."""
    return [str(one) for one in days]
