"""What is taken of resources around a window, at a cost that does not grow with what lies before and after it.

Rows of one resource never overlap, so in the order of their ends they are also in the order of their
starts: those that overlap a window are the ones that end inside it, and at most the one that ends next.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, CompoundSelect, bindparam, select, union_all

from models.tables.base import table_of
from models.tables.resources import Occupancy, Resource
from models.values import TimeWindow
from muster.columns import UtcDateTime
from services.unit_of_work import Tx


class TakenRow(NamedTuple):
    """A resource taken by a booking, an assignment or a loan; ids are None where it is another of the three."""

    resource_id: int
    occupied_from: datetime
    occupied_until: datetime
    booking_id: int | None
    loan_id: int | None


def rows(tx: Tx, around: TimeWindow, resource_ids: Collection[int]) -> Iterator[TakenRow]:
    """Return what of these resources is taken in a window, in no order; one statement."""
    if not resource_ids:
        return iter(())
    tx.session.flush()
    found = tx.session.connection().execute(
        _ROWS, {"resource_ids": list(resource_ids), "starts_at": around.starts_at, "ends_at": around.ends_at}
    )
    return (TakenRow(*row) for row in found)


def _statement() -> CompoundSelect[Any]:
    """Return the statement of `rows`, put together once."""
    taken, later, resources = table_of(Occupancy), table_of(Occupancy).alias("later"), table_of(Resource)
    resource_ids: BindParameter[Any] = bindparam("resource_ids", expanding=True)
    starts_at, ends_at = (bindparam(name, type_=UtcDateTime()) for name in ("starts_at", "ends_at"))
    columns = (taken.c.resource_id, taken.c.occupied_from, taken.c.occupied_until, taken.c.booking_id, taken.c.loan_id)
    ending_inside = select(*columns).where(
        taken.c.resource_id.in_(resource_ids), taken.c.occupied_until > starts_at, taken.c.occupied_until <= ends_at
    )
    ending_next = (
        select(later.c.id)
        .where(later.c.resource_id == resources.c.id, later.c.occupied_until > ends_at)
        .order_by(later.c.occupied_until)
        .limit(1)
        .scalar_subquery()
    )
    reaching_over = (
        select(*columns)
        .join_from(resources, taken, taken.c.id == ending_next)
        .where(resources.c.id.in_(resource_ids), taken.c.occupied_from < ends_at)
    )
    return union_all(ending_inside, reaching_over)


_ROWS = _statement()


def windows(
    tx: Tx, around: TimeWindow, resource_ids: Collection[int], *, leave_out: Collection[int] = ()
) -> dict[int, list[TimeWindow]]:
    """Return, by resource, the windows taken in a window, but not by the bookings of `leave_out`; one statement."""
    found: dict[int, list[TimeWindow]] = defaultdict(list)
    for row in rows(tx, around, resource_ids):
        if row.booking_id is None or row.booking_id not in leave_out:
            found[row.resource_id].append(TimeWindow(row.occupied_from, row.occupied_until))
    return found
