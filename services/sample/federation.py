"""Writes the sample federation into an empty house: its registers, then months of its life up to now."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import event
from sqlmodel import col, select

from models.enums import AttemptOutcome, TourState
from models.events import TourChanged
from models.tables.deliveries import Delivery
from models.tables.orgs import Org
from models.tables.people import Person
from models.tables.teams import Team
from models.tables.tours import Tour
from models.tables.users import User
from models.values import TimeWindow
from muster.clock import ManualClock
from muster.db import Database
from muster.ids import SeededIds
from muster.localtime import zone
from muster.settings import Settings
from services import bookings, sign_ins, tours
from services.access import COMMAND, Actor
from services.deliveries import Tried
from services.house import open_house
from services.leases import Lease
from services.sample import data
from services.sample.accounts import ACCOUNTS
from services.sample.away import plan_absences
from services.sample.casting import Casting, window_from
from services.sample.course import Course
from services.sample.data import Script
from services.sample.days import Days, spread
from services.sample.house import ACTING, LAST, write_account, write_house
from services.sample.replay import SENT, Replay
from services.sample.stage import MINUTE, Stage
from services.unit_of_work import Tx

SEED = 420281
#: The sample's worker rests from so long before now on; what is decided later waits for the real one.
QUIET = timedelta(minutes=30)
#: The registers are written so long before the closed month.
AHEAD = timedelta(days=40)
#: Whose mailbox is full, so that the ledger has something to show.
FULL_MAILBOX = "liu@example.org"
FULL = Tried(outcome=AttemptOutcome.refused, reason="mailbox_refused", reply="552 5.2.2 Mailbox full (sample)")
TOUR_PLANNED_WORKDAYS = -24
LATEST_HALL_SEARCH = 40


class SampleState(StrEnum):
    """What is in a house, as far as the sample is concerned."""

    empty = "empty"
    complete = "complete"
    partial = "partial"  #: the sample, but its writing was broken off
    foreign = "foreign"  #: somebody's own data


def state_of(tx: Tx) -> SampleState:
    """Tell what is in the house."""
    code = select(Org.id).where(col(Org.code) == data.read("house")["code"])
    if tx.session.exec(code).first() is not None:
        last = select(User.id).where(col(User.email) == LAST.email)
        return SampleState.partial if tx.session.exec(last).first() is None else SampleState.complete
    filled = (tx.session.exec(select(kind.id).limit(1)).first() for kind in (Org, Team, Person, User))
    return SampleState.empty if all(found is None for found in filled) else SampleState.foreign


def stored_hashes(tx: Tx) -> dict[str, str | None]:
    """Return the password hashes of the sample's accounts as they are now, by the account's word."""
    words = {account.email: account.word for account in ACCOUNTS}
    found = tx.session.exec(select(User.email, User.password_hash).where(col(User.email).in_(words)))
    return {words[email]: password_hash for email, password_hash in found}


def write(database: Database, settings: Settings, *, now: datetime, hashes: Mapping[str, str]) -> None:
    """Write the sample as it stands at `now` into an empty, migrated house that nobody else uses yet.

    `hashes` are the password hashes of the accounts by their word. The same `now` and settings
    tell the same story, whatever the database. When it is broken off, `state_of` says `partial`.
    """
    with _hasty(database):
        _write(database, settings, now=now, hashes=hashes)


@contextmanager
def _hasty(database: Database) -> Iterator[None]:
    """Let SQLite not wait for the disk at each of some hundred commits; at the end everything is on it.

    A power cut meanwhile may cost the file, which holds nothing but a half-written sample.
    """
    if not database.is_sqlite:
        yield
        return

    def hasten(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    database.dispose()
    event.listen(database.engine, "connect", hasten)
    try:
        yield
    finally:
        event.remove(database.engine, "connect", hasten)
        database.dispose()
    database.checkpoint()


def _write(database: Database, settings: Settings, *, now: datetime, hashes: Mapping[str, str]) -> None:
    days = Days(now, zone(settings.zone))
    begins_at = days.at(days.month_before()[0][0].replace(day=1) - AHEAD, time(9))
    clock = ManualClock(begins_at)
    uow = open_house(settings, clock=clock, ids=SeededIds(SEED), database=database)
    with uow.write(COMMAND) as tx:
        house = write_house(tx, days.today)
        for account in ACTING:
            write_account(tx, house, account, hashes[account.word])
    with uow.read(COMMAND) as tx:
        actors = {word: _actor(tx, user_id) for word, user_id in house.user_ids.items()}
    replay = Replay(uow, clock, now=now, quiet_from=now - QUIET, tried=_tried)
    _Story(Stage(house=house, actors=actors, replay=replay, days=days)).plan()
    replay.run()
    with uow.write(COMMAND) as tx:
        write_account(tx, house, LAST, hashes[LAST.word])


def _actor(tx: Tx, user_id: int) -> Actor:
    return sign_ins.actor_of(tx, tx.session.exec(select(User).where(col(User.id) == user_id)).one())


def _tried(tx: Tx, taken: Sequence[Lease]) -> list[Tried]:
    ids = [lease.delivery_id for lease in taken]
    full = select(Delivery.id).where(col(Delivery.id).in_(ids), col(Delivery.address) == FULL_MAILBOX)
    refused = set(tx.session.exec(full))
    return [FULL if delivery_id in refused else SENT for delivery_id in ids]


class _Story:
    """Finds day, hall and people for every script, and plans its course."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._days = stage.days
        self._casting = Casting(stage.house, stage.days)

    def plan(self) -> None:
        """Plan the whole story."""
        self._plan_closed_month()
        self._plan_tour()
        for script in data.running_scripts():
            window = self._window(script)
            to = self._window(script, later=1) if script.lately == "moved" else None
            self._course(script, window, to).plan()
        self._plan_loans()
        plan_absences(self._stage)

    def _course(self, script: Script, window: TimeWindow, to: TimeWindow | None = None) -> Course:
        whole = TimeWindow(window.starts_at, (to or window).ends_at)  # who is moved is kept free until then
        return Course(self._stage, script, window, self._casting.cast(script, whole), to=to)

    def _plan_closed_month(self) -> None:
        workdays, free_days = self._days.month_before()
        scripts = data.closed_scripts()
        for is_on_weekend, choice in ((False, workdays), (True, free_days)):
            rows = [script for script in scripts if script.is_on_weekend is is_on_weekend]
            for script, day in zip(rows, spread(choice, len(rows)), strict=True):
                position = choice.index(day)
                window = self._first_free(script, [*choice[position:], *choice[:position]])
                self._course(script, window).plan()

    def _plan_tour(self) -> None:
        script = data.tour_script()
        planned_at = self._days.at(self._days.workday(TOUR_PLANNED_WORKDAYS), time(10, 20))
        windows = [self._window(stop) for stop in script.stops]
        courses = [self._course(stop, window) for stop, window in zip(script.stops, windows, strict=True)]
        for course in courses:
            course.plan(planned_at)
        first_on, last_on = (self._days.day_of(at) for at in (min(windows).starts_at, max(windows).starts_at))

        def write_tour(tx: Tx) -> None:
            tour_id = tours.create(
                tx,
                name=script.name,
                aim=script.aim,
                team_id=self._stage.house.teams["HQ"],
                first_on=first_on,
                last_on=last_on,
                programme_id=self._stage.house.programmes["LECTURE"],
            )
            tours.set_stops(tx, tour_id, [course.activity_id for course in courses])
            row = tx.get(Tour, tour_id, noun="tour")
            row.state = TourState.released
            tx.touch(row)
            changes = {"state": [TourState.draft.value, TourState.released.value]}
            tx.record(TourChanged(subject_id=tour_id, changes=changes))

        self._stage.replay.plan(planned_at + 30 * MINUTE, self._stage.actors["organiser"], write_tour)

    def _plan_loans(self) -> None:
        for loan in data.loans():
            window = window_from(self._days.at(self._days.workday(loan.workdays), loan.at), loan.minutes)
            if not self._casting.take_hall(loan.venue, window):
                continue
            venue_id = self._stage.house.venues[loan.venue]

            def borrow(
                tx: Tx, venue_id: int = venue_id, window: TimeWindow = window, purpose: str = loan.purpose
            ) -> None:
                bookings.create(
                    tx, venue_id=venue_id, starts_at=window.starts_at, ends_at=window.ends_at, purpose=purpose
                )

            at = self._days.at(self._days.workday(-5), time(15, 40))
            self._stage.replay.plan(at, self._stage.actors["organiser"], borrow)

    def _window(self, script: Script, *, later: int = 0) -> TimeWindow:
        """Return the window of a running script: on its day, or the next one on which its hall is free."""
        if script.is_soon:
            window = window_from(self._days.soon(), script.minutes)
            if script.venue:
                self._casting.take_hall(script.venue, window)
            return window
        if script.days is not None:
            start = self._days.today + timedelta(days=script.days + later)
            return self._first_free(script, (start + timedelta(days=n) for n in range(LATEST_HALL_SEARCH)))
        n = script.workdays or 0
        step = -1 if n < 0 else 1
        choice = (self._days.workday(n + step * (later + more)) for more in range(LATEST_HALL_SEARCH))
        return self._first_free(script, choice)

    def _first_free(self, script: Script, choice: Iterable[date]) -> TimeWindow:
        for day in choice:
            window = window_from(self._days.at(day, script.at), script.minutes)
            if script.venue is None or self._casting.take_hall(script.venue, window):
                return window
        message = f"no day for {script.title}"
        raise ValueError(message)
