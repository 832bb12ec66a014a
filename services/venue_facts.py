"""Venues as the facts that booking rules take. Constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import time, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, select
from sqlmodel import col

from models.enums import Datum, Layout
from models.rules.alternatives import VenueOption
from models.rules.rosters import items_of
from models.rules.venues import DaysFacts, OpeningHours, TeamTerms, VenueFacts
from models.tables.base import table_of
from models.tables.venues import Venue, VenueDays, VenueHours, VenueLayout, VenueResource
from models.values import DayWindow, Place
from muster.localtime import zone
from services import venue_terms
from services.unit_of_work import Tx
from services.venue_terms import Asking, Quota

AnyRow = Row[Any]


def options(tx: Tx, venue_id: int | None = None, *, asking: Asking | None = None) -> dict[int, VenueOption]:
    """Return one venue, or all of them, with the parts that booking each takes; by id.

    Special days of a whole hold for its parts as well, unless a part has entries of its own over as few
    days. Where it is told who is `asking`, the facts say what each venue is for that team: `may_book`
    then refuses for its rights and quota too, and `needs_approval` is the team's own.
    """
    only = None if venue_id is None else [venue_id]
    venues = _rows(tx, table_of(Venue), "id", only) if venue_id is None else _venue(tx, venue_id)
    lines = _lines(tx, {row.id: row.parent_id for row in venues})
    hours: dict[int, list[OpeningHours]] = defaultdict(list)
    for row in _rows(tx, table_of(VenueHours), "venue_id", only):
        hours[row.venue_id].append(_opening_hours(row.weekday, row.opens_minute, row.closes_minute))
    days: dict[int, list[DaysFacts]] = defaultdict(list)
    for row in _rows(tx, table_of(VenueDays), "venue_id", None if only is None else lines.get(only[0], only)):
        days[row.venue_id].append(_days(row))
    layouts: dict[int, dict[Layout, int]] = defaultdict(dict)
    for row in _rows(tx, table_of(VenueLayout), "venue_id", only):
        layouts[row.venue_id][row.layout] = row.capacity
    parts: dict[int, list[int]] = defaultdict(list)
    for row in _rows(tx, table_of(VenueResource), "venue_id", only):
        parts[row.venue_id].append(row.resource_id)
    terms = {} if asking is None else venue_terms.terms_of(tx, [_quota(row) for row in venues], asking)
    found = {}
    for row in venues:
        special = [one for place_id in lines[row.id] for one in days[place_id]]
        found[row.id] = _option(row, hours[row.id], special, layouts[row.id], parts[row.id], terms.get(row.id))
    return found


def _venue(tx: Tx, venue_id: int) -> list[Any]:
    """Return the row of one venue, without a statement where this transaction has it already."""
    found = tx.session.get(Venue, venue_id)
    return [] if found is None else [found]


def _rows(tx: Tx, table: Table, column: str, only: Collection[int] | None) -> list[AnyRow]:
    """Return the rows of some venues or of all in the order in which they were written; plain rows, for there are many."""
    if only is None:
        return list(tx.session.execute(_rows_of(table)))
    return list(tx.session.execute(_rows_of(table, column), {"only": list(only)}))


@cache
def _rows_of(table: Table, column: str | None = None) -> Select[Any]:
    """Return the statement of `_rows`: putting it together for every booking would cost more than running it."""
    query = select(table).order_by(*table.primary_key.columns)
    return query if column is None else query.where(table.c[column].in_(bindparam("only", expanding=True)))


def _lines(tx: Tx, parents: dict[int, int | None]) -> dict[int, list[int]]:
    """Return each venue after all that it is a part of, the outermost first; a statement for each level not yet known."""
    known, lines = dict(parents), {}
    for venue_id in parents:
        line, above = [venue_id], known[venue_id]
        while above is not None:
            line.append(above)
            if above not in known:
                known[above] = tx.session.execute(select(col(Venue.parent_id)).where(col(Venue.id) == above)).scalar()
            above = known[above]
        lines[venue_id] = line[::-1]
    return lines


def _option(
    row: AnyRow,
    hours: list[OpeningHours],
    days: list[DaysFacts],
    layouts: Mapping[Layout, int],
    parts: list[int],
    terms: TeamTerms | None,
) -> VenueOption:
    facts = VenueFacts(
        venue_id=row.id,
        zone=zone(row.zone),
        capacity=row.capacity,
        hours=tuple(sorted(hours)),
        days=tuple(days),
        holiday_rule=row.holiday_rule,
        valid=DayWindow(row.valid_from_on, row.valid_until_on),
        notice=timedelta(minutes=row.notice_minutes),
        notice_workdays=row.notice_workdays,
        shortest=timedelta(minutes=row.shortest_minutes),
        longest=timedelta(minutes=row.longest_minutes),
        horizon=timedelta(days=row.horizon_days),
        layouts=layouts,
        equipment=frozenset(items_of(row.equipment)),
        terms=terms,
        place=_place(row),
    )
    return VenueOption(
        venue=facts,
        resource_ids=tuple(sorted(parts)),
        set_up=timedelta(minutes=row.set_up_minutes),
        tear_down=timedelta(minutes=row.tear_down_minutes),
        needs_approval=row.needs_approval if terms is None else terms.needs_approval,
    )


def _place(row: AnyRow) -> Place | None:
    """Return where a venue is; coordinates in other datums are not used for roads."""
    return Place(row.lat, row.lon) if row.lat is not None and row.datum is Datum.wgs84 else None


def _quota(row: AnyRow) -> Quota:
    return Quota(row.id, row.zone, row.needs_approval, row.team_quota, row.quota_period)


@lru_cache(maxsize=10_000)
def _opening_hours(weekday: int, opens_minute: int, closes_minute: int) -> OpeningHours:
    return OpeningHours(weekday, _clock_time(opens_minute), _clock_time(closes_minute))


def _days(row: AnyRow) -> DaysFacts:
    if row.opens_minute is None:
        return DaysFacts(row.from_on, row.until_on, note=row.note)
    opens, closes = _clock_time(row.opens_minute), _clock_time(row.closes_minute)
    return DaysFacts(row.from_on, row.until_on, opens, closes, row.note)


def _clock_time(minute: int) -> time:
    """Return the local time of a minute of the day; 1440 is midnight at its end, 00:00."""
    return time(minute // 60 % 24, minute % 60)
