"""What hangs on venues as lists: opening hours, special days, layouts, rights of teams."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from models.enums import Layout, VenueRightKind
from models.rules.hours import OpeningSpan
from models.rules.venue_lists import SpecialDays
from models.tables.teams import Team
from models.tables.venues import VenueDays, VenueHours, VenueLayout, VenueRight
from services.queries.paging import AnySelect
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class DaysRow:
    """Local days `[from_on, until_on)` on which a venue is closed, or open at other hours than the weekday's.

    `opens` and `closes` are local times as `08:30`, `24:00` for the end of the day; both None where it is closed.
    """

    id: int
    from_on: date
    until_on: date
    opens: str | None
    closes: str | None
    note: str

    @property
    def is_closed(self) -> bool:
        """Tell a closure from an extra opening."""
        return self.opens is None


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """How many people fit when the chairs stand this way."""

    layout: Layout
    capacity: int


@dataclass(frozen=True, slots=True)
class RightRow:
    """What a team, and all below it, may do at a venue."""

    id: int
    team_id: int
    team_name: str
    kind: VenueRightKind


def hours_of(tx: Tx, venue_ids: Collection[int]) -> dict[int, tuple[OpeningSpan, ...]]:
    """Return the opening hours of venues, by venue, in order; one statement."""
    found: dict[int, list[OpeningSpan]] = defaultdict(list)
    for row in tx.session.execute(select(VenueHours).where(col(VenueHours.venue_id).in_(venue_ids))).scalars():
        found[row.venue_id].append(OpeningSpan(row.weekday, row.opens_minute, row.closes_minute))
    return {venue_id: tuple(sorted(spans)) for venue_id, spans in found.items()}


def days_of(tx: Tx, venue_id: int) -> tuple[DaysRow, ...]:
    """Return the closures and extra openings of a venue, past ones too, by their first day."""
    which = col(VenueDays.venue_id) == venue_id
    rows = tx.session.execute(select(VenueDays).where(which).order_by(col(VenueDays.from_on), col(VenueDays.id)))
    return tuple(map(_days_row, rows.scalars()))


def layouts_of(tx: Tx, venue_id: int) -> tuple[LayoutRow, ...]:
    """Return how many people fit in each layout, in the order in which layouts are listed everywhere."""
    query = select(col(VenueLayout.layout), col(VenueLayout.capacity)).where(col(VenueLayout.venue_id) == venue_id)
    seats: dict[Layout, int] = {row.layout: row.capacity for row in tx.session.execute(query)}
    return tuple(LayoutRow(layout, seats[layout]) for layout in Layout if layout in seats)


def rights_of(tx: Tx, venue_id: int) -> tuple[RightRow, ...]:
    """Return which teams may do what at a venue, by the teams' pinyin; strangers are not told."""
    if tx.actor.kind == "stranger":
        return ()
    query: AnySelect = (
        select(VenueRight, col(Team.name).label("team_name"))
        .join(Team, col(Team.id) == col(VenueRight.team_id))
        .where(col(VenueRight.venue_id) == venue_id)
        .order_by(col(Team.sort_key), col(Team.id), col(VenueRight.kind))
    )
    return tuple(
        RightRow(row.VenueRight.id, row.VenueRight.team_id, row.team_name, row.VenueRight.kind)
        for row in tx.session.execute(query)
    )


def _days_row(row: VenueDays) -> DaysRow:
    days = SpecialDays(row.from_on, row.until_on, row.opens_minute, row.closes_minute, row.note)
    return DaysRow(row.id, row.from_on, row.until_on, days.opens, days.closes, row.note)
