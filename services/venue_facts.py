"""Venues as the facts that booking rules take. Constant number of statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    Row,
    Select,
    String,
    Table,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)
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
    if venue_id is None:
        venues, only = list(tx.session.execute(_ALL_VENUES)), None
    else:
        venues, only = _venue(tx, venue_id), [venue_id]
    lines = _lines(tx, {row.id: row.parent_id for row in venues})
    hours: dict[int, list[OpeningHours]] = defaultdict(list)
    days: dict[int, list[DaysFacts]] = defaultdict(list)
    layouts: dict[int, dict[Layout, int]] = defaultdict(dict)
    parts: dict[int, list[int]] = defaultdict(list)
    for row in _lists(tx, only, [] if only is None else lines.get(only[0], only)):
        match row.what:
            case "hours":
                hours[row.venue_id].append(_opening_hours(row.number, row.opens_minute, row.closes_minute))
            case "days":
                days[row.venue_id].append(_days(row))
            case "layout":
                layouts[row.venue_id][Layout(row.word)] = row.number
            case _:
                parts[row.venue_id].append(row.number)
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


def _lists(tx: Tx, only: Sequence[int] | None, line: Sequence[int]) -> Sequence[AnyRow]:
    """Return hours, special days, layouts and parts of one venue or of all, each in the order in which it was written.

    One statement, put together once: four would cost every booking more than what they read. Special days are
    those of the whole `line` that a venue is in.
    """
    tx.session.flush()
    if only is None:
        return tx.session.connection().execute(_LISTS).all()
    return tx.session.connection().execute(_LISTS_OF_ONE, {"only": only, "line": line}).all()


def _union(*, is_one: bool) -> CompoundSelect[Any]:
    """Return the statement of `_lists`; what a table has no column for is NULL."""
    hours, days = table_of(VenueHours), table_of(VenueDays)
    layouts, parts = table_of(VenueLayout), table_of(VenueResource)
    no_number, no_day, no_text = cast(null(), Integer), cast(null(), Date), cast(null(), String)

    def of(table: Table, what: str, order: Any, *columns: Any, among: str = "only") -> Select[Any]:
        query = select(literal_column(f"'{what}'").label("what"), table.c.venue_id, order.label("place"), *columns)
        return query.where(table.c.venue_id.in_(bindparam(among, expanding=True))) if is_one else query

    named = ("number", "opens_minute", "closes_minute", "from_on", "until_on", "word")
    first: tuple[Any, ...] = (hours.c.weekday, hours.c.opens_minute, hours.c.closes_minute, no_day, no_day, no_text)
    minutes = (days.c.opens_minute, days.c.closes_minute)
    return union_all(
        of(hours, "hours", hours.c.id, *(one.label(name) for one, name in zip(first, named, strict=True))),
        of(days, "days", days.c.id, no_number, *minutes, days.c.from_on, days.c.until_on, days.c.note, among="line"),
        of(
            layouts,
            "layout",
            layouts.c.id,
            layouts.c.capacity,
            no_number,
            no_number,
            no_day,
            no_day,
            type_coerce(layouts.c.layout, String),
        ),
        of(parts, "part", parts.c.resource_id, parts.c.resource_id, no_number, no_number, no_day, no_day, no_text),
    ).order_by("what", "venue_id", "place")


_ALL_VENUES = select(table_of(Venue)).order_by(table_of(Venue).c.id)
_LISTS, _LISTS_OF_ONE = _union(is_one=False), _union(is_one=True)


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
        return DaysFacts(row.from_on, row.until_on, note=row.word)
    opens, closes = _clock_time(row.opens_minute), _clock_time(row.closes_minute)
    return DaysFacts(row.from_on, row.until_on, opens, closes, row.word)


def _clock_time(minute: int) -> time:
    """Return the local time of a minute of the day; 1440 is midnight at its end, 00:00."""
    return time(minute // 60 % 24, minute % 60)
