"""Many bookers and many promises at once, in threads and in processes of their own, and a checker that trusts none of it.

The checker reads the finished tables with a bare driver: no code of the house stands between it and the rows.
"""

import multiprocessing
import os
import random
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import psycopg
from sqlalchemy import insert
from sqlalchemy.engine import make_url
from sqlmodel import select

from models.enums import ActivityKind, ActivityState, AnswerVia, AssignmentRole, HostKind
from models.errors import Conflict, DomainError, VenueTaken
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.base import table_of
from models.tables.people import Person
from models.tables.resources import Resource
from models.tables.teams import Team
from muster.clock import ManualClock
from muster.settings import Settings
from services import assignments, bookings, venues
from services.access import COMMAND, Actor, Grant
from services.house import open_house
from services.unit_of_work import Tx, UnitOfWork

SCALE = int(os.environ.get("MUSTER_TEST_SCALE", "1"))
#: At 20 and above: what the house promises, 64 bookers and 10,000 attempts over 20 venues.
IS_FULL = SCALE >= 20
ATTEMPTS = 10_000 if IS_FULL else 160 * SCALE
BOOKERS = 64 if IS_FULL else 12
PROCESSES = 4 if IS_FULL else 2
SAMPLES = 100 if IS_FULL else 6
FIRST_DAY = datetime.fromisoformat("2026-03-10T08:00:00+08:00")  # Tuesday
BOOKER = Actor(kind="user", user_id=None, grants=(Grant("administrator"),), name="booker")
ROOT = str(Path(__file__).resolve().parents[2])
#: Imported once and inherited by every process.
PRELOADED = ["services.house", "services.bookings", "services.assignments", "services.venues"]


class TakenBack(Exception):
    """Ends a transaction that was only a try."""


@dataclass(frozen=True)
class Wish:
    """One attempt: a venue and a window for a booker; an assignment for somebody who says yes."""

    number: int
    subject_id: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: the id of what it made, or the codes of the refusal and how many ways out came with it."""

    number: int
    made_id: int | None = None
    codes: tuple[str, ...] = ()
    ways_out: int = 0


def twenty_venues(uow: UnitOfWork) -> list[int]:
    """Write twenty venues, open from eight to nine: eleven halls, and three with two parts each; return their ids."""
    found = []
    with uow.write(COMMAND) as tx:
        for number in range(11):
            found.append(_venue(tx, f"厅{number}", set_up=20, tear_down=10))
        for number in range(3):
            whole = _venue(tx, f"礼堂{number}", set_up=30, tear_down=15)
            found.append(whole)
            found += [_venue(tx, f"礼堂{number}{half}", parent_id=whole, set_up=10) for half in ("东", "西")]
    return found


def _venue(tx: Tx, name: str, *, parent_id: int | None = None, set_up: int = 0, tear_down: int = 0) -> int:
    return venues.create(
        tx,
        name=name,
        kind=HostKind.enterprise,
        capacity=100,
        hours=[(day, "08:00", "21:00") for day in range(7)],
        parent_id=parent_id,
        set_up_minutes=set_up,
        tear_down_minutes=tear_down,
    )


def booking_wishes(venue_ids: Sequence[int], count: int) -> list[Wish]:
    """Return attempts that crowd into so few days that most of them cannot all be had."""
    chance = random.Random(7)
    days = max(1, count // 700)
    wishes = []
    for number in range(count):
        start = FIRST_DAY + timedelta(days=chance.randrange(days), minutes=15 * chance.randrange(44))
        length = timedelta(minutes=chance.choice((30, 45, 60, 90, 120)))
        wishes.append(Wish(number, chance.choice(venue_ids), start, start + length))
    return wishes


def book(uow: UnitOfWork, wish: Wish) -> Outcome:
    """Try one booking."""
    try:
        with uow.write(BOOKER) as tx:
            made = bookings.create(tx, venue_id=wish.subject_id, starts_at=wish.starts_at, ends_at=wish.ends_at)
    except DomainError as refusal:
        return _refused(wish, refusal)
    return Outcome(wish.number, made)


def promises(uow: UnitOfWork, people: int, each: int) -> list[Wish]:
    """Write people who are asked to overlapping activities, so many each; return the answers to be given."""
    zone, chance, wishes = "Asia/Shanghai", random.Random(11), []
    with uow.write(COMMAND) as tx:
        team = tx.add(Team(kind="squad", name="分队", valid_from_on=FIRST_DAY.date(), created_at=tx.now))
        for number in range(each):
            start = FIRST_DAY + timedelta(days=number // 8, minutes=15 * chance.randrange(24))
            activity = {"kind": ActivityKind.service, "title": "x", "description": "", "zone": zone, "team_id": team.id}
            activity |= {"ref": f"r{number}", "uid": f"u{number}", "starts_at": start, "state": ActivityState.released}
            activity |= {"ends_at": start + timedelta(minutes=90), "created_at": tx.now, "equipment": "", "reason": ""}
            tx.add(Activity(**activity))
        for number in range(people):
            person = tx.add(Person(name=f"人{number}", sort_key="r", created_at=tx.now))
            tx.add(Resource(kind="person", person_id=person.id))
        rows = [
            {"activity_id": activity_id, "person_id": person_id, "offered_at": tx.now, "created_at": tx.now}
            | {
                "role": AssignmentRole.volunteer,
                "state": "offered",
                "version": 1,
                "overridden": "",
                "override_reason": "",
            }
            for activity_id in tx.session.exec(select(Activity.id))
            for person_id in tx.session.exec(select(Person.id))
        ]
        tx.session.execute(insert(table_of(Assignment)), rows)
        made = tx.session.exec(select(Assignment.id, Assignment.person_id)).all()
    wishes = [Wish(number, row[0]) for number, row in enumerate(made)]
    chance.shuffle(wishes)
    return wishes


def promise(uow: UnitOfWork, wish: Wish) -> Outcome:
    """Try one yes, as the person's own link would."""
    with uow.read(COMMAND) as tx:
        person_id = tx.session.exec(select(Assignment.person_id).where(Assignment.id == wish.subject_id)).one()
    link = Actor(kind="link", person_id=person_id, detail=f"assignment:{wish.subject_id}")
    try:
        with uow.write(link) as tx:
            assignments.accept(tx, wish.subject_id, via=AnswerVia.link)
    except DomainError as refusal:
        return _refused(wish, refusal)
    return Outcome(wish.number, wish.subject_id)


def _refused(wish: Wish, refusal: DomainError) -> Outcome:
    ways = len(refusal.alternatives) if isinstance(refusal, VenueTaken) else 0
    codes = tuple(reason.code for reason in refusal.reasons)
    kind = type(refusal).__name__ if not isinstance(refusal, Conflict) else "Conflict"
    return Outcome(wish.number, codes=(kind, *codes), ways_out=ways)


Try = Callable[[UnitOfWork, Wish], Outcome]


def in_threads(uow: UnitOfWork, attempt: Try, wishes: Sequence[Wish], threads: int) -> list[Outcome]:
    """Let so many threads try their share, all beginning at the same instant."""
    start = Barrier(threads)

    def run(share: Sequence[Wish]) -> list[Outcome]:
        start.wait()
        return [attempt(uow, wish) for wish in share]

    with ThreadPoolExecutor(threads) as pool:
        return [one for found in pool.map(run, _shares(wishes, threads)) for one in found]


def in_processes(
    settings: Settings, attempt: Try, wishes: Sequence[Wish], *, processes: int, threads: int
) -> list[Outcome]:
    """Let processes, each with so many threads and a database pool of its own, try their share."""
    if ROOT not in sys.path:
        sys.path.append(ROOT)  # children import this module by its name, and inherit the path
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(processes, context, _begin, (context.Barrier(processes),)) as pool:
        tasks = [pool.submit(_process, settings, attempt, share, threads) for share in _shares(wishes, processes)]
        return [one for task in tasks for one in task.result()]


_together: Any = None


def _begin(together: Any) -> None:
    global _together  # noqa: PLW0603 - what a process of the pool starts with
    _together = together


def _process(settings: Settings, attempt: Try, wishes: Sequence[Wish], threads: int) -> list[Outcome]:
    uow = open_house(settings, clock=ManualClock(datetime.fromisoformat("2026-03-02T01:00:00+00:00")))
    try:
        uow.database.ping()
        _together.wait()
        return in_threads(uow, attempt, wishes, threads)
    finally:
        uow.database.dispose()


def _shares(wishes: Sequence[Wish], count: int) -> list[Sequence[Wish]]:
    return [wishes[number::count] for number in range(count)]


##### The checker


def rows_of(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a statement, read with the driver alone."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        connection = sqlite3.connect(f"file:{address.database}?mode=ro", uri=True)
        try:
            return list(connection.execute(statement))
        finally:
            connection.close()
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as found:
        return found.execute(statement).fetchall()


def overlaps(rows: Iterable[tuple[Any, Any, Any]]) -> list[tuple[Any, Any, Any]]:
    """Return the rows (what, from, until) that begin before one of the same thing before them has ended."""
    last: dict[Any, Any] = {}
    found = []
    for what, start, end in sorted(rows, key=lambda row: (row[0], row[1], row[2])):
        if what in last and start < last[what]:
            found.append((what, start, end))
        last[what] = max(end, last.get(what, end))
    return found


PARTS_TAKEN = """
SELECT r.resource_id, b.occupied_from, b.occupied_until
FROM bookings b JOIN venue_resources r ON r.venue_id = b.venue_id WHERE b.state IN ('held', 'confirmed', 'used')
"""
GUARDED = "SELECT resource_id, occupied_from, occupied_until FROM occupancies WHERE {holder} IS NOT NULL"
PEOPLE_TAKEN = """
SELECT r.id, v.starts_at, v.ends_at FROM assignments a JOIN activities v ON v.id = a.activity_id
JOIN resources r ON r.person_id = a.person_id WHERE a.state = 'accepted'
"""


@dataclass(frozen=True)
class Found:
    """What the checker saw: all of these are empty where nothing is wrong."""

    overlapping: list[Any]
    lost: set[int]  #: told to be theirs, and not in the table
    unasked: set[int]  #: in the table, and nobody was told
    unguarded: Counter[Any]  #: taken in one table and not in the other


def check_bookings(url: str, outcomes: Sequence[Outcome]) -> Found:
    """Look at every part of every venue in the finished tables."""
    confirmed = {row[0] for row in rows_of(url, "SELECT id FROM bookings WHERE state = 'confirmed'")}
    return _found(rows_of(url, PARTS_TAKEN), rows_of(url, GUARDED.format(holder="booking_id")), confirmed, outcomes)


def check_promises(url: str, outcomes: Sequence[Outcome]) -> Found:
    """Look at everybody who said yes in the finished tables."""
    accepted = {row[0] for row in rows_of(url, "SELECT id FROM assignments WHERE state = 'accepted'")}
    guarded = rows_of(url, GUARDED.format(holder="assignment_id"))
    return _found(rows_of(url, PEOPLE_TAKEN), guarded, accepted, outcomes)


def _found(
    taken: Sequence[tuple[Any, ...]], guarded: Sequence[tuple[Any, ...]], there: set[int], outcomes: Sequence[Outcome]
) -> Found:
    told = {one.made_id for one in outcomes if one.made_id is not None}
    both = Counter(taken)
    both.subtract(guarded)
    return Found(
        overlapping=overlaps(taken) + overlaps(guarded),
        lost=told - there,
        unasked=there - told,
        unguarded=Counter({key: count for key, count in both.items() if count}),
    )


def not_free(uow: UnitOfWork, wishes: Sequence[Wish]) -> list[Any]:
    """Ask again for what was refused, and take every way out in a transaction that is taken back; return what fails."""
    wrong: list[Any] = []
    for wish in wishes:
        with suppress(TakenBack), uow.write(BOOKER) as tx:
            _try_ways_out(tx, wish, wrong)
    return wrong


def _try_ways_out(tx: Tx, wish: Wish, wrong: list[Any]) -> None:
    ways: Sequence[Any] = ()
    try:
        bookings.create(tx, venue_id=wish.subject_id, starts_at=wish.starts_at, ends_at=wish.ends_at)
    except VenueTaken as refusal:
        ways = refusal.alternatives
    if not ways:
        wrong.append(wish)
    for way in ways:
        nested = tx.session.begin_nested()
        try:
            bookings.create(tx, venue_id=way.venue_id, starts_at=way.starts_at, ends_at=way.ends_at)
        except VenueTaken as refusal:
            wrong.append((wish, way, refusal.reasons))
        finally:
            nested.rollback()
    raise TakenBack


def by_person(url: str) -> dict[int, int]:
    """Return how many promises each person keeps."""
    found: dict[int, int] = defaultdict(int)
    for person_id, count in rows_of(
        url, "SELECT person_id, count(*) FROM assignments WHERE state = 'accepted' GROUP BY person_id"
    ):
        found[person_id] = count
    return found
