"""Lending: one thing to one activity at a time, whoever asks; loans follow their activity."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, delete, select

from models.enums import EquipmentKind, LoanState
from models.errors import Conflict, EquipmentTaken, Forbidden, Invalid, NotFound
from models.events import LoanCancelled, LoanMoved, LoanReturned
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.equipment import Equipment, Loan
from models.tables.resources import Occupancy
from models.values import TimeWindow
from muster.clock import ManualClock
from services import activities, equipment, loan_rows, loans
from services.access import COMMAND, Actor
from services.queries import equipment as queries
from services.queries.loans import list_loans, read_loan
from services.unit_of_work import Tx, UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture, small_house
from tests.service.refusals import codes
from tests.service.test_occupancies import race

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LETTERS = {"投影机": "T", "音响": "Y", "中巴": "B"}
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def add_things(uow: UnitOfWork, name: str = "投影机", count: int = 1, **others: Any) -> list[int]:
    """Write things of a name, numbered T-1, T-2, ..."""
    kind = EquipmentKind.vehicle if "seats" in others else EquipmentKind.device
    codes = [f"{LETTERS[name]}-{number}" for number in range(1, count + 1)]
    with uow.write(COMMAND) as tx:
        return [equipment.create(tx, name=name, kind=kind, code=code, **others) for code in codes]


def lend(uow: UnitOfWork, house: SmallHouse, thing: int, activity: int, **minutes: int) -> int:
    with uow.write(house.organiser) as tx:
        return loans.lend(tx, equipment_id=thing, activity_id=activity, **minutes)


def taken(uow: UnitOfWork) -> list[tuple[int | None, datetime, datetime]]:
    with uow.read(COMMAND) as tx:
        rows = tx.session.exec(select(Occupancy).where(col(Occupancy.loan_id).is_not(None))).all()
        return sorted((row.loan_id, row.occupied_from, row.occupied_until) for row in rows)  # type: ignore[type-var]


def overlapping(uow: UnitOfWork) -> int:
    """Count pairs of live loans of one thing that overlap, as the finished table tells."""
    with uow.read(COMMAND) as tx:
        rows = tx.session.exec(select(Loan).where(col(Loan.state) == LoanState.lent)).all()
    windows = [(row.equipment_id, TimeWindow(row.occupied_from, row.occupied_until)) for row in rows]
    return sum(
        one == other and window.overlaps(another)
        for number, (one, window) in enumerate(windows)
        for other, another in windows[:number]
    )


def test_lent_thing_is_away_with_the_minutes_of_its_kind(uow: UnitOfWork) -> None:
    house = small_house(uow)
    lecture = add_lecture(uow, house)
    [projector] = add_things(uow)
    [bus] = add_things(uow, "中巴", seats=19)
    first, second = lend(uow, house, projector, lecture), lend(uow, house, bus, lecture)
    assert taken(uow) == [
        (first, START - 30 * MINUTE, START + LENGTH + 30 * MINUTE),
        (second, START - HOUR, START + LENGTH + HOUR),
    ]
    with uow.read(house.organiser) as tx:
        found = queries.of_activity(tx, lecture)
        assert found.note == Reason("too_few_seats", {"seats": 19, "people": 80})
        assert [row.label for row in found.loans] == ["中巴 B-1", "投影机 T-1"]


def test_refusal_tells_every_reason_and_offers_what_is_free(uow: UnitOfWork) -> None:
    house = small_house(uow)
    first, second = add_lecture(uow, house), add_lecture(uow, house, starts_at=START + LENGTH + 59 * MINUTE)
    one, other = add_things(uow, count=2)
    in_the_way = lend(uow, house, one, first)
    with pytest.raises(EquipmentTaken) as refusal:
        lend(uow, house, one, second)
    assert refusal.value.code == "equipment_taken"
    assert [reason.code for reason in refusal.value.reasons] == ["equipment_lent"]
    assert [clash.loan_id for clash in refusal.value.conflicts] == [in_the_way]
    assert [way.equipment_id for way in refusal.value.alternatives] == [other]
    lend(uow, house, one, second, before_minutes=29)  # from the very minute that it is back
    with uow.write(COMMAND) as tx:
        equipment.end(tx, other, date(2026, 3, 12))
    late = add_lecture(uow, house, starts_at=START + 2 * DAY)
    with pytest.raises(EquipmentTaken) as refusal:
        lend(uow, house, other, late)
    assert codes(refusal) == [("equipment_ended", None)]
    assert [way.equipment_id for way in refusal.value.alternatives] == [one]
    with uow.write(COMMAND) as tx:
        activities.cancel(tx, late, reason="停电")
    with pytest.raises(EquipmentTaken) as refusal:
        lend(uow, house, other, late)
    assert codes(refusal) == [("activity_cancelled", None), ("equipment_ended", None)]
    with pytest.raises(Conflict) as plain:
        lend(uow, house, one, late)
    assert not isinstance(plain.value, EquipmentTaken)
    with pytest.raises(Invalid) as wrong:
        lend(uow, house, one, first, before_minutes=-1, after_minutes=1441)
    assert codes(wrong) == [("out_of_range", "before_minutes"), ("out_of_range", "after_minutes")]


def test_the_guard_has_the_last_word_and_leaves_nothing_behind(uow: UnitOfWork) -> None:
    house = small_house(uow)
    [projector] = add_things(uow)
    first, second = add_lecture(uow, house), add_lecture(uow, house)
    with uow.write(house.organiser) as tx:
        thing = tx.get(Equipment, projector, noun="equipment")
        made = [
            loan_rows.make(tx, tx.get(Activity, lecture, noun="activity"), thing, (5, 5)) for lecture in (first, second)
        ]
        assert [loan is None for loan in made] == [False, True]  # nobody had looked whether it is free
    with uow.read(COMMAND) as tx:
        assert [row.activity_id for row in tx.session.exec(select(Loan))] == [first]
    assert len(taken(uow)) == 1


def test_of_many_who_lend_one_thing_at_once_one_gets_it(uow: UnitOfWork) -> None:
    house = small_house(uow)
    [projector] = add_things(uow)
    lectures = [add_lecture(uow, house) for _ in range(8)]

    def attempt(number: int) -> bool:
        try:
            lend(uow, house, projector, lectures[number])
        except EquipmentTaken as refusal:
            assert [reason.code for reason in refusal.reasons] == ["equipment_lent"]
            return False
        return True

    assert race(8, attempt) == 1
    assert len(taken(uow)) == 1


def test_of_many_who_want_two_at_once_each_gets_two_or_none(uow: UnitOfWork) -> None:
    house = small_house(uow)
    add_things(uow, count=7)
    lectures = [add_lecture(uow, house) for _ in range(6)]

    def attempt(number: int) -> bool:
        try:
            with uow.write(house.organiser) as tx:
                assert len(set(loans.lend_named(tx, activity_id=lectures[number], name="投影机", count=2))) == 2
        except EquipmentTaken as refusal:
            assert refusal.reasons[0].code == "equipment_too_few"
            return False
        return True

    assert race(6, attempt) == 3
    assert len(taken(uow)) == 6
    assert overlapping(uow) == 0


@on_sqlite
def test_several_are_lent_all_or_none(uow: UnitOfWork) -> None:
    house = small_house(uow)
    lecture, other = add_lecture(uow, house), add_lecture(uow, house)
    one, two, three = add_things(uow, count=3)
    lend(uow, house, two, other)
    with pytest.raises(EquipmentTaken) as refusal, uow.write(house.organiser) as tx:
        loans.lend_named(tx, activity_id=lecture, name="投影机", count=3)
    assert refusal.value.reasons[0].params == {"field": "count", "name": "投影机", "wanted": 3, "free": 2}
    assert [reason.code for reason in refusal.value.reasons[1:]] == ["equipment_lent"]
    assert [way.equipment_id for way in refusal.value.alternatives] == [one, three]
    assert len(taken(uow)) == 1
    with uow.write(house.organiser) as tx:
        lent = loans.lend_named(tx, activity_id=lecture, name=" 投影机 ", count=2)
        assert [read_loan(tx, loan_id).equipment_id for loan_id in lent] == [one, three]
    with pytest.raises(Conflict) as unknown, uow.write(house.organiser) as tx:
        loans.lend_named(tx, activity_id=lecture, name="飞艇")
    assert codes(unknown) == [("equipment_unknown", "name")]
    with pytest.raises(Invalid) as wrong, uow.write(house.organiser) as tx:
        loans.lend_named(tx, activity_id=lecture, name="投影机", count=0)
    assert codes(wrong) == [("out_of_range", "count")]


@on_sqlite
def test_the_bus_that_seats_everybody_is_taken(uow: UnitOfWork) -> None:
    house = small_house(uow)
    lecture = add_lecture(uow, house, capacity=18)
    with uow.write(house.organiser) as tx:
        buses = {
            seats: equipment.create(tx, name="中巴", kind=EquipmentKind.vehicle, seats=seats) for seats in (45, 19, 7)
        }
        [loan] = loans.lend_named(tx, activity_id=lecture, name="中巴")
        assert read_loan(tx, loan).equipment_id == buses[19]
        assert queries.of_activity(tx, lecture).note is None


def test_loans_follow_a_move_and_what_is_away_is_swapped(uow: UnitOfWork) -> None:
    house = small_house(uow)
    lecture, other = add_lecture(uow, house), add_lecture(uow, house, starts_at=START + DAY)
    one, two, _ = add_things(uow, count=3)
    [amplifier] = add_things(uow, "音响")
    with uow.write(house.organiser) as tx:
        loans.lend_named(tx, activity_id=lecture, name="投影机", count=2)
    sound = lend(uow, house, amplifier, lecture, before_minutes=45, after_minutes=0)
    lend(uow, house, one, other)
    to = START + DAY + HOUR
    with uow.write(house.organiser) as tx:
        activities.move(tx, lecture, starts_at=to, ends_at=to + LENGTH)
        said = [(event.old_equipment, event.equipment) for event in loans.swaps(tx)]
        assert [event.subject_id for event in tx.events if isinstance(event, LoanMoved)] == [2, sound]
    assert said == [("投影机 T-1", "投影机 T-3")]
    with uow.read(house.organiser) as tx:
        found = queries.of_activity(tx, lecture).live
        assert {row.occupied_from for row in found} == {to - 30 * MINUTE, to - 45 * MINUTE}
        assert two in {row.equipment_id for row in found}
    assert overlapping(uow) == 0
    near = START + DAY + 10 * MINUTE
    with uow.write(house.organiser) as tx:  # over its own old window
        activities.move(tx, lecture, starts_at=near, ends_at=near + LENGTH)
        assert loans.swaps(tx) == ()


def test_move_is_refused_whole_where_nothing_of_the_name_is_free(uow: UnitOfWork) -> None:
    house = small_house(uow)
    lecture, other = add_lecture(uow, house), add_lecture(uow, house, starts_at=START + DAY)
    [projector], [amplifier] = add_things(uow), add_things(uow, "音响")
    for thing in (projector, amplifier):
        lend(uow, house, thing, lecture)
        lend(uow, house, thing, other)
    before = taken(uow)
    with pytest.raises(EquipmentTaken) as refusal, uow.write(house.organiser) as tx:
        activities.move(tx, lecture, starts_at=START + DAY, ends_at=START + DAY + LENGTH)
    assert [reason.params["equipment"][:2] for reason in refusal.value.reasons] == ["投影", "音响"]
    assert taken(uow) == before
    with uow.read(COMMAND) as tx:
        assert tx.get(Activity, lecture, noun="activity", for_update=False).starts_at == START


def test_postponing_and_cancelling_let_everything_go(uow: UnitOfWork) -> None:
    house = small_house(uow)
    put_off, called_off = add_lecture(uow, house), add_lecture(uow, house, starts_at=START + DAY)
    [projector] = add_things(uow)
    for lecture in (put_off, called_off):
        lend(uow, house, projector, lecture)
        with uow.write(house.organiser) as tx:
            activities.release(tx, lecture)
    with uow.write(house.organiser) as tx:
        activities.postpone(tx, put_off)
        activities.cancel(tx, called_off, reason="停电")
        told = [event.reason for event in tx.events if isinstance(event, LoanCancelled)]
    assert told == ["activity_postponed", "activity_cancelled"]
    assert taken(uow) == []
    with pytest.raises(Conflict) as refusal:
        lend(uow, house, projector, put_off)
    assert codes(refusal) == [("activity_postponed", None)]


@on_sqlite
def test_returned_thing_is_free_at_once(uow: UnitOfWork, clock: ManualClock) -> None:
    house = small_house(uow)
    lecture, next_one = add_lecture(uow, house), add_lecture(uow, house, starts_at=START + 50 * MINUTE)
    [projector] = add_things(uow)
    loan = lend(uow, house, projector, lecture)
    with pytest.raises(Conflict) as early, uow.write(house.leader) as tx:
        loans.give_back(tx, loan)
    assert codes(early) == [("loan_not_begun", None)]
    clock.set(START + 30 * MINUTE)
    with pytest.raises(EquipmentTaken):
        lend(uow, house, projector, next_one)
    with uow.write(house.leader) as tx:
        loans.give_back(tx, loan)
        row = read_loan(tx, loan)
        assert (row.state, row.occupied_until, row.may_return) == (LoanState.returned, clock.now(), False)
        assert isinstance(tx.events[-1], LoanReturned)
    lend(uow, house, projector, next_one)
    with pytest.raises(Conflict) as again, uow.write(house.leader) as tx:
        loans.give_back(tx, loan)
    assert codes(again) == [("loan_settled", None)]


@on_sqlite
def test_who_may_lend_return_and_cancel(uow: UnitOfWork) -> None:
    house = small_house(uow)
    lecture = add_lecture(uow, house)
    one, two = add_things(uow, count=2)
    loan = lend(uow, house, one, lecture)
    stranger = Actor(kind="stranger")
    for actor, error in ((house.leader, Forbidden), (house.member, Forbidden), (house.auditor, Forbidden)):
        with pytest.raises(error), uow.write(actor) as tx:
            loans.lend(tx, equipment_id=two, activity_id=lecture)
        with pytest.raises(error), uow.write(actor) as tx:
            loans.cancel(tx, loan)
    with pytest.raises(Forbidden), uow.write(house.member) as tx:
        loans.give_back(tx, loan)
    with pytest.raises(NotFound), uow.write(house.organiser) as tx:
        loans.cancel(tx, 99)
    with pytest.raises(Invalid), uow.write(house.organiser) as tx:
        loans.cancel(tx, loan, reason="长" * 501)
    with uow.write(house.organiser) as tx:
        loans.cancel(tx, loan, reason="用不上了")
        assert [type(event) for event in tx.events] == [LoanCancelled]
    assert taken(uow) == []
    with pytest.raises(Exception, match="sign_in"), uow.read(stranger) as tx:
        queries.list_equipment(tx)


def act(tx: Tx, verb: str, lecture: int, amount: int) -> None:
    """Do one thing to one of the lectures, which lie close together."""
    live = list_loans(tx, activity_id=lecture, state=LoanState.lent).items
    match verb:
        case "lend":
            loans.lend_named(tx, activity_id=lecture, name="投影机", count=1 + amount % 2, before_minutes=amount)
        case "move":
            starts_at = START + amount * 13 * MINUTE
            activities.move(tx, lecture, starts_at=starts_at, ends_at=starts_at + LENGTH)
        case "cancel" if live:
            loans.cancel(tx, live[amount % len(live)].id)
        case "off":
            loans.release_all(tx, tx.get(Activity, lecture, noun="activity"), reason="activity_cancelled")


steps = st.lists(
    st.tuples(st.sampled_from(["lend", "lend", "move", "cancel", "off"]), st.integers(0, 4), st.integers(0, 40)),
    min_size=5,
    max_size=20,
)


@on_sqlite
def test_nothing_is_ever_lent_twice_whatever_people_do(uow: UnitOfWork) -> None:
    house = small_house(uow)
    add_things(uow, count=3)
    lectures = [add_lecture(uow, house, starts_at=START + number * HOUR) for number in range(5)]

    @settings(max_examples=20, deadline=None)
    @given(steps)
    def live_through(story: list[tuple[str, int, int]]) -> None:
        with uow.write(COMMAND) as tx:
            tx.session.exec(delete(Occupancy))
            tx.session.exec(delete(Loan))
        for verb, which, amount in story:
            try:
                with uow.write(house.organiser) as tx:
                    act(tx, verb, lectures[which], amount)
            except EquipmentTaken as refusal:
                assert refusal.reasons
            assert overlapping(uow) == 0
        with uow.read(COMMAND) as tx:
            live = select(Loan.id, Loan.occupied_from, Loan.occupied_until).where(col(Loan.state) == LoanState.lent)
            assert sorted(map(tuple, tx.session.exec(live))) == taken(uow)

    live_through()
