"""What finding five ways out costs over 200 venues and 30 days, against reading the same rows and asking one by one.

`reading` fetches what is taken of all venues in the thirty days with the bare driver, and does nothing with it.
`five ways out` is what comes with a refusal: other hours, other venues, other days, each passing every rule.
`find a hall` is the page and the API. `one by one` is the peer: the naive overlap query for each candidate,
`start < ? AND end > ?`, which knows no rules at all.
"""

import argparse
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta

import houses
import measuring
from sqlalchemy.engine import make_url

from models.enums import UserRole
from models.rules.alternatives import DAYS_AHEAD
from models.values import TimeWindow
from services import ways_out
from services.access import Actor, Grant
from services.queries.venue_search import VenueWish, available_venues

SEARCHER = Actor(kind="user", grants=(Grant(UserRole.administrator),), name="searcher")
DAYS = 30
TAKEN = """
SELECT o.resource_id, o.occupied_from, o.occupied_until FROM occupancies o
WHERE o.resource_id IN (SELECT resource_id FROM venue_resources) AND o.occupied_until > ? AND o.occupied_until <= ?
"""
OVERLAP = """
SELECT 1 FROM occupancies WHERE resource_id = ? AND occupied_from < ? AND occupied_until > ? LIMIT 1
"""
HOUR = timedelta(hours=1)


def main(words: list[str]) -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(prog="free_slots", description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--bookings", type=int, nargs="*", default=[48_000, 960_000], help="in the house")
    asked = parser.parse_args(words)
    for count in asked.bookings:
        with ExitStack() as stack:
            house = stack.enter_context(houses.house(stack.enter_context(houses.folder())))
            houses.load(house, count)
            _compare(house, count, asked.runs)


def _compare(house: houses.House, count: int, rounds: int) -> None:
    path = make_url(house.settings.database_url).database or ""
    plain = sqlite3.connect(path)
    start = house.first_day + timedelta(days=10, hours=14)
    wanted = TimeWindow(start, start + 2 * HOUR)
    around = (house.first_day, house.first_day + timedelta(days=DAYS))
    rows = len(_read(plain, *around))
    cases: dict[str, Callable[[], float]] = {
        "reading": lambda: measuring.milliseconds(lambda: _read(plain, *around)),
        "five ways out": lambda: measuring.milliseconds(lambda: _find(house, wanted)),
        "find a hall": lambda: measuring.milliseconds(lambda: _search(house, wanted)),
        "one by one": lambda: measuring.milliseconds(lambda: _naive(plain, house, wanted)),
    }
    ways = _find(house, wanted)
    print(measuring.machine())
    figures = measuring.interleaved(cases, rounds, "ms")
    venues = len(house.venue_ids)
    figures.show(f"{venues} venues, {DAYS} days, {rows:,} rows of {count:,}; {len(ways)} ways out found")
    figures.show_ratio("five ways out", "reading", wanted="at most 3")
    figures.show_ratio("find a hall", "reading", wanted="at most 3")
    figures.show_ratio("one by one", "five ways out")


def _read(plain: sqlite3.Connection, start: datetime, end: datetime) -> list[object]:
    return plain.execute(TAKEN, (_stored(start), _stored(end))).fetchall()


def _find(house: houses.House, wanted: TimeWindow) -> tuple[object, ...]:
    ask = ways_out.Ask(venue_id=house.venue_ids[0], window=wanted, occupied=wanted, people_count=25)
    with house.uow.read(SEARCHER) as tx:
        return ways_out.find(tx, ask)


def _search(house: houses.House, wanted: TimeWindow) -> tuple[object, ...]:
    wish = VenueWish(starts_at=wanted.starts_at, ends_at=wanted.ends_at, people_count=25, venue_id=house.venue_ids[0])
    with house.uow.read(SEARCHER) as tx:
        return available_venues(tx, wish)


def _naive(plain: sqlite3.Connection, house: houses.House, wanted: TimeWindow) -> int:
    """Ask for the same candidates: every venue then, the wanted one on other days and on every quarter hour."""
    own = house.parts[house.venue_ids[0]]
    tried = [(part, wanted.starts_at) for part in house.parts.values()]
    tried += [(own, wanted.starts_at + timedelta(days=days)) for days in range(-DAYS_AHEAD // 2, DAYS_AHEAD + 1)]
    tried += [(own, wanted.starts_at + timedelta(minutes=15 * number)) for number in range(-24, 28)]
    return sum(
        plain.execute(OVERLAP, (part, _stored(start + wanted.length), _stored(start))).fetchone() is None
        for part, start in tried
    )


def _stored(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")
