"""Whatever people and time do to bookings and the queue, in whatever order: as the model says, and nobody twice.

After every step a checker of its own reads the finished tables: it sorts edges, and knows no rule of the house.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlmodel import Session, col, select

from models.enums import BookingState, HostKind, UserRole
from models.errors import Conflict
from models.tables.bookings import Booking
from models.tables.resources import Occupancy
from models.tables.venues import VenueResource
from models.tables.waits import Wait
from muster.clock import ManualClock
from muster.settings import load_settings
from scheduler.sweep import DUE
from services import booking_decisions, bookings, venues, waits
from services.access import COMMAND, WORKER, Actor
from services.house import open_house
from services.unit_of_work import Tx, UnitOfWork
from tests.conftest import NOW, fresh_postgres
from tests.service.booking_model import DONE, HOLD_HOURS, OPEN, Codes, Hall, Model
from tests.service.builders import add_user

SCALE = int(os.environ.get("MUSTER_TEST_SCALE", "1"))
HOUR = timedelta(hours=1)
BUFFER = 10  # minutes before and after; windows lie on whole hours, so neighbours need not touch
OCCUPYING = {BookingState.held, BookingState.confirmed, BookingState.used}
HALLS = {
    "whole": Hall(frozenset({"w", "e", "n"}), asks=False),
    "east": Hall(frozenset({"e"}), asks=False),
    "north": Hall(frozenset({"n"}), asks=True),
    "school": Hall(frozenset({"s"}), asks=True),
}
Open = Callable[[], AbstractContextManager[str]]

SOON, LENGTH, PICK = st.integers(1, 3), st.integers(1, 2), st.integers(0, 4)
ANY_HALL, WHO = st.sampled_from([*HALLS, "north"]), st.integers(0, 1)
DECISION = st.sampled_from(["confirm", "confirm", "keep", "decline", "cancel"])
ANSWER = st.sampled_from(["take", "take", "leave"])
#: What may happen, the frequent more often: a method of the machine and what it is told.
STEPS = st.one_of(
    *[st.tuples(st.just("book"), ANY_HALL, SOON, LENGTH, st.sampled_from([False, False, True]))] * 3,
    *[st.tuples(st.just("join"), PICK, st.none() | ANY_HALL, st.integers(0, 1), WHO)] * 2,
    *[st.tuples(st.just("decide"), PICK, DECISION)] * 2,
    *[st.tuples(st.just("answer"), PICK, ANSWER)] * 2,
    st.tuples(st.just("move"), PICK, SOON, LENGTH),
    st.tuples(st.just("pass_time"), st.integers(1, 2)),
    st.tuples(st.just("sweep")),
)


def overlaps_in(session: Session) -> list[tuple[int, int, int]]:
    """Sweep over the edges of everything that is taken: return (resource, booking, booking) where two meet."""
    edges: dict[int, list[tuple[datetime, int, int]]] = defaultdict(list)
    for row in session.exec(select(Occupancy)):
        edges[row.resource_id] += [
            (row.occupied_from, 1, row.booking_id or 0),
            (row.occupied_until, 0, row.booking_id or 0),
        ]
    found = []
    for resource_id, times in edges.items():
        inside: set[int] = set()
        for _, is_start, booking_id in sorted(times):
            if is_start:
                found += [(resource_id, other, booking_id) for other in inside]
                inside.add(booking_id)
            else:
                inside.discard(booking_id)
    return found


def wrongly_owned(session: Session) -> list[int]:
    """Return the bookings that own other parts or hours than they should: their venue's while they take it, else none."""
    parts: dict[int, set[int]] = defaultdict(set)
    for link in session.exec(select(VenueResource)):
        parts[link.venue_id].add(link.resource_id)
    owned: dict[int, list[tuple[int, datetime, datetime]]] = defaultdict(list)
    for row in session.exec(select(Occupancy)):
        owned[row.booking_id or 0].append((row.resource_id, row.occupied_from, row.occupied_until))
    wrong = []
    for booking in session.exec(select(Booking)):
        takes = parts[booking.venue_id] if booking.state in OCCUPYING else set()
        due = [(part, booking.occupied_from, booking.occupied_until) for part in sorted(takes)]
        if sorted(owned[booking.id]) != due:
            wrong.append(booking.id)
    return wrong


class Bookings(RuleBasedStateMachine):
    """Two organisers, a hall with two parts, a school; one of the parts and the school want to be asked."""

    open: Open

    def __init__(self) -> None:
        super().__init__()
        self.model = Model(HALLS)
        self.clock = ManualClock(NOW)
        self.stack = ExitStack()
        self.uow = self.stack.enter_context(house_at(self.stack.enter_context(type(self).open()), self.clock))
        self.people, self.halls = prepare(self.uow)
        self.ids: list[int] = []  #: of bookings, in the model's order
        self.wait_ids: list[int] = []

    def teardown(self) -> None:
        self.stack.close()

    def window(self, start: int, length: int) -> dict[str, Any]:
        return {"starts_at": NOW + start * HOUR, "ends_at": NOW + (start + length) * HOUR - HOUR / 3}

    def does(self, wanted: Codes, act: Callable[[Tx], Any], who: int = 0) -> Any:
        """Let somebody act; the refusal, or that there is none, must be the model's."""
        try:
            with self.uow.write(self.people[who]) as tx:
                done = act(tx)
        except Conflict as refusal:
            assert {reason.code for reason in refusal.reasons} == wanted
            return None
        assert wanted == DONE
        return done

    @rule(step=STEPS)
    def do(self, step: tuple[Any, ...]) -> None:
        """Take one step; a single rule, since of several Hypothesis switches some off for a whole run."""
        verb, *told = step
        if self.ids or verb in {"book", "pass_time", "sweep"}:
            getattr(self, verb)(*told)

    def on(self, act: Callable[..., Any], wanted: Codes, row_id: int, **more: Any) -> None:
        self.does(wanted, lambda tx: act(tx, row_id, **more))

    def book(self, hall: str, start: int, length: int, hold: bool) -> None:
        start += self.model.now
        before = len(self.model.bookings)
        wanted = self.model.book(hall, start, start + length, hold=hold)
        booked = self.does(
            wanted, lambda tx: bookings.create(tx, venue_id=self.halls[hall], hold=hold, **self.window(start, length))
        )
        if booked is not None:
            assert len(self.ids) == before
            self.ids.append(booked)

    def join(self, pick: int, hall: str | None, later: int, who: int) -> None:
        """Queue for the hours of a booking or a little later, there or elsewhere."""
        like = self.model.bookings[self.some_booking(pick)]
        hall, start, length = hall or like.hall, like.start + later, like.end - like.start
        wanted = self.model.join(hall, start, start + length, who)
        joined = self.does(
            wanted, lambda tx: waits.join(tx, venue_id=self.halls[hall], **self.window(start, length)), who
        )
        if joined is not None:
            self.wait_ids.append(joined)

    def decide(self, pick: int, verb: str) -> None:
        key = self.some_booking(pick)
        more = {"reason": "检修"} if verb == "decline" else {}
        self.on(getattr(booking_decisions, verb), getattr(self.model, verb)(key), self.ids[key], **more)

    def move(self, pick: int, start: int, length: int) -> None:
        key = self.some_booking(pick)
        start += self.model.now
        wanted = self.model.move(key, start, start + length)
        self.on(bookings.move, wanted, self.ids[key], **self.window(start, length))

    def answer(self, pick: int, verb: str) -> None:
        if not self.wait_ids:
            return
        live = [key for key, one in enumerate(self.model.waits) if one.state in {"waiting", "offered"}]
        key = recent(live if live and pick else list(range(len(self.wait_ids))), pick)
        self.on(getattr(waits, verb), getattr(self.model, verb)(key), self.wait_ids[key])

    def pass_time(self, hours: int) -> None:
        self.model.now += hours
        self.clock.advance(hours * HOUR)

    def sweep(self) -> None:
        self.model.sweep()
        for step in DUE.values():
            with self.uow.write(WORKER) as tx:
                step(tx)

    @invariant()
    def is_as_the_model_says(self) -> None:
        with self.uow.read(WORKER) as tx:
            booked = tx.session.exec(select(Booking).order_by(col(Booking.id))).all()
            waiting = tx.session.exec(select(Wait).order_by(col(Wait.id))).all()
            assert overlaps_in(tx.session) == []
            assert wrongly_owned(tx.session) == []
        offered = {wait.id: wait.booking_id for wait in waiting}
        for one in self.model.bookings[len(self.ids) :]:  # offered meanwhile; only the queue knows
            self.ids.append(offered[self.wait_ids[one.wait or 0]] or 0)
        told = {booking.id: (booking.state.value, booking.held_until) for booking in booked}
        assert told == {
            row_id: (one.state, None if one.held_until is None else NOW + one.held_until * HOUR)
            for row_id, one in zip(self.ids, self.model.bookings, strict=True)
        }
        assert [wait.state.value for wait in waiting] == [one.state for one in self.model.waits]

    def some_booking(self, pick: int) -> int:
        """Return one of the last few bookings, mostly one that lies ahead and may still become something."""
        ahead = [key for key, one in enumerate(self.model.bookings) if one.state in OPEN and one.start > self.model.now]
        return recent(ahead if ahead and pick else list(range(len(self.ids))), pick)


def recent(keys: list[int], pick: int) -> int:
    """Return one of the last keys."""
    return keys[-1 - pick % len(keys)]


@contextmanager
def house_at(url: str, clock: ManualClock) -> Iterator[UnitOfWork]:
    uow = open_house(load_settings(database_url=url, secret_key="test-secret-key-that-is-long-enough"), clock=clock)
    yield uow
    uow.database.dispose()


def prepare(uow: UnitOfWork) -> tuple[list[Actor], dict[str, int]]:
    """Write two organisers and the halls of the model."""
    with uow.write(COMMAND) as tx:
        people = [add_user(tx, name, UserRole.organiser, None) for name in ("one", "two")]
        common: dict[str, Any] = {
            "kind": HostKind.school,
            "capacity": 50,
            "set_up_minutes": BUFFER,
            "tear_down_minutes": BUFFER,
            "hold_minutes": HOLD_HOURS * 60,
        }
        whole = venues.create(tx, name="whole", **common)
        halls = {"whole": whole, "east": venues.create(tx, name="east", parent_id=whole, **common)}
        halls["north"] = venues.create(tx, name="north", parent_id=whole, needs_approval=True, **common)
        halls["school"] = venues.create(tx, name="school", needs_approval=True, **common)
    return people, halls


def drive(open_database: Open, *, examples: int, steps: int) -> None:
    class Machine(Bookings):
        open = staticmethod(open_database)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples * SCALE,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=SCALE == 1,
            phases=[Phase.generate] if SCALE == 1 else list(Phase),  # making a failure small takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_bookings_do_as_the_model_says(sqlite_template: Path, tmp_path: Path) -> None:
    @contextmanager
    def fresh() -> Iterator[str]:
        path = tmp_path / "machine.db"
        for old in tmp_path.glob("machine.db*"):
            old.unlink()
        shutil.copy(sqlite_template, path)
        yield f"sqlite:///{path}"

    drive(fresh, examples=7, steps=90)


@pytest.mark.postgres
def test_bookings_do_as_the_model_says_on_postgresql(postgres_template: str) -> None:
    drive(lambda: fresh_postgres(postgres_template), examples=2, steps=40)
