"""Layouts of venues: how many people fit when the chairs stand this way."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import col, select

from models.enums import Layout
from models.errors import Invalid, NotFound
from models.rules import fields
from models.rules.venue_lists import LAYOUT_CLEANERS
from models.tables.base import table_of
from models.tables.venues import VenueLayout
from services import venue_rows
from services.unit_of_work import Tx


def put(tx: Tx, venue_id: int, layout: Layout, capacity: int) -> None:
    """Say how many people fit in a layout; repetition changes nothing, another number replaces the old one.

    A venue without layouts takes any, up to its capacity; once it has some, those are all that it can do.

    Raises:
        SignInNeeded, Forbidden, NotFound.
        Invalid: no such layout or number.
    """
    row = venue_rows.managed(tx, venue_id)
    values, reasons = fields.clean(LAYOUT_CLEANERS, {"layout": layout, "capacity": capacity})
    if reasons:
        raise Invalid(*reasons)
    venue_rows.note(tx, row, replace(tx, row.id, present(tx, row.id) | {values["layout"]: values["capacity"]}))


def remove(tx: Tx, venue_id: int, layout: Layout) -> None:
    """Take a layout away.

    Raises:
        SignInNeeded, Forbidden.
        NotFound: no such venue, or it has no such layout.
    """
    row = venue_rows.managed(tx, venue_id)
    left = present(tx, row.id)
    if left.pop(layout, None) is None:
        raise NotFound("venue_layout", layout)
    venue_rows.note(tx, row, replace(tx, row.id, left))


def replace(tx: Tx, venue_id: int, wanted: Mapping[Layout, int]) -> dict[str, list[Any]]:
    """Bring a locked venue's layouts to the cleaned ones; return what differed, as history tells it."""
    old = present(tx, venue_id)
    if old == wanted:
        return {}
    tx.session.execute(delete(VenueLayout).where(col(VenueLayout.venue_id) == venue_id))
    write(tx, venue_id, wanted)
    return {"layouts": [old, {layout: wanted[layout] for layout in Layout if layout in wanted}]}


def write(tx: Tx, venue_id: int, wanted: Mapping[Layout, int]) -> None:
    """Add cleaned layouts to a venue that has none."""
    rows = [{"venue_id": venue_id, "layout": layout, "capacity": seats} for layout, seats in wanted.items()]
    if rows:
        tx.session.execute(insert(table_of(VenueLayout)), rows)


def present(tx: Tx, venue_id: int) -> dict[Layout, int]:
    """Return a venue's layouts with their seats."""
    query = select(VenueLayout.layout, VenueLayout.capacity).where(col(VenueLayout.venue_id) == venue_id)
    return {Layout(layout): seats for layout, seats in tx.session.exec(query)}
