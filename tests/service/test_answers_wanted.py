"""Silence, call lists and stand-ins: who is asked when, who is called, who comes instead."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import col, select

from models.enums import (
    AnswerVia,
    AnswerWord,
    AssignmentRole,
    AssignmentState,
    CallReason,
    CallState,
    NotificationKind,
    ReminderKind,
    ReminderState,
    StandInOfferState,
    StandInSearchState,
)
from models.errors import Conflict, DomainError, Forbidden, Invalid
from models.tables.assignments import Assignment
from models.tables.calls import Call
from models.tables.notifications import Notification
from models.tables.people import Person
from models.tables.reminders import Reminder
from models.tables.stand_ins import StandInOffer, StandInSearch
from muster.clock import ManualClock
from services import activities, assignments, calls, firing, stand_ins
from services.access import COMMAND, WORKER, Actor
from services.queries.calls import list_calls
from services.queries.stand_ins import of_assignment
from services.unit_of_work import UnitOfWork
from tests.service.builders import START, SmallHouse, add_lecture, add_person, small_house

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ROLE = AssignmentRole.model_demo
HOUR = timedelta(hours=1)
OFFER, SEARCHING = StandInOfferState, StandInSearchState.searching


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def released(uow: UnitOfWork, house: SmallHouse, *people: int) -> tuple[int, list[int]]:
    """Release a lecture to which people are asked; return it and the assignments."""
    lecture = add_lecture(uow, house)
    with uow.write(house.organiser) as tx:
        asked = [assignments.offer(tx, activity_id=lecture, person_id=one, role=ROLE) for one in people]
        activities.release(tx, lecture)
    return lecture, asked


def fire(uow: UnitOfWork) -> None:
    with uow.write(WORKER) as tx:
        while firing.fire_due(tx, 100).total:
            tx.session.flush()


def advance(uow: UnitOfWork) -> int:
    with uow.write(WORKER) as tx:
        return stand_ins.advance(tx)


def say(uow: UnitOfWork, person_id: int, assignment_id: int, word: AnswerWord, **values: object) -> None:
    with uow.write(Actor(kind="link", person_id=person_id, detail=f"assignment:{assignment_id}")) as tx:
        assignments.answer(tx, assignment_id, word=word, via=AnswerVia.link, **values)  # type: ignore[arg-type]


def notes(uow: UnitOfWork, kind: NotificationKind) -> list[Notification]:
    with uow.read(COMMAND) as tx:
        return list(tx.session.exec(select(Notification).where(col(Notification.kind) == kind)))


def the_calls(uow: UnitOfWork) -> list[Call]:
    with uow.read(COMMAND) as tx:
        return list(tx.session.exec(select(Call).order_by(col(Call.id))))


@SQLITE
def test_silence_is_asked_again_and_then_called(uow: UnitOfWork, clock: ManualClock, house: SmallHouse) -> None:
    _, (li, _wang) = released(uow, house, house.people[0], house.people[1])
    asked_at = clock.now()
    clock.advance(47 * HOUR + timedelta(minutes=50))
    fire(uow)
    assert notes(uow, NotificationKind.chase) == []
    clock.advance(timedelta(minutes=10))
    fire(uow)
    assert len(notes(uow, NotificationKind.chase)) == 2
    say(uow, house.people[0], li, AnswerWord.yes)
    clock.advance(25 * HOUR)
    fire(uow)
    (line,) = the_calls(uow)
    assert (line.person_id, line.reason, line.state) == (house.people[1], CallReason.no_answer, CallState.open)
    assert clock.now() - asked_at < START - asked_at
    with uow.read(COMMAND) as tx:
        left = tx.session.exec(
            select(Reminder).where(
                col(Reminder.kind).in_([ReminderKind.chase, ReminderKind.call]),
                col(Reminder.assignment_id) == li,
                col(Reminder.state) == ReminderState.waiting,
            )
        ).all()
    assert list(left) == []


@SQLITE
def test_people_without_an_address_are_called_at_once_and_the_answer_is_a_proxys(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse
) -> None:
    with uow.write(COMMAND) as tx:
        old = add_person(tx, "孙老", house.squad, role=ROLE)
        person = tx.get(Person, old, noun="person")
        person.answers_through_id = house.people[1]
        tx.add(person)
    _, (asked,) = released(uow, house, old)
    (line,) = the_calls(uow)
    assert (line.reason, line.leader_id) == (CallReason.no_channel, house.people[1])
    with pytest.raises(Forbidden), uow.read(house.member) as tx:
        list_calls(tx)
    with uow.read(house.leader) as tx:
        (row,) = list_calls(tx, is_mine=True).items
    assert (row.person_name, row.phone) == ("孙老", "+8613800000000")

    with uow.write(house.leader) as tx:
        calls.done(tx, line.id, word="unreached")
    (line,) = the_calls(uow)
    assert (line.state, line.due_at) == (CallState.open, clock.now() + calls.AGAIN_AFTER)
    with uow.write(house.leader) as tx:
        calls.done(tx, line.id, word="no", reason="腿脚不便")
    with pytest.raises(Conflict, match="call_closed"), uow.write(house.leader) as tx:
        calls.done(tx, line.id, word="yes")
    (line,) = the_calls(uow)
    assert line.state is CallState.done
    with uow.read(COMMAND) as tx:
        assert tx.get(Assignment, asked, noun="assignment").state is AssignmentState.declined
    say(uow, old, asked, AnswerWord.yes)
    assert the_calls(uow)[0].state is CallState.done


@SQLITE
def test_an_answer_by_any_way_voids_the_call(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(COMMAND) as tx:
        old = add_person(tx, "孙老", house.squad, role=ROLE)
    _, (asked,) = released(uow, house, old)
    say(uow, old, asked, AnswerWord.yes)
    assert [one.state for one in the_calls(uow)] == [CallState.void]


def squad(uow: UnitOfWork, house: SmallHouse, *names: str) -> list[int]:
    with uow.write(COMMAND) as tx:
        return [add_person(tx, name, house.squad, email=f"s{n}@example.org", role=ROLE) for n, name in enumerate(names)]


def chain(uow: UnitOfWork, assignment_id: int) -> tuple[StandInSearchState, list[StandInOfferState]]:
    with uow.read(COMMAND) as tx:
        search = of_assignment(tx, assignment_id)[-1]
    return search.state, [one.state for one in search.offers]


@SQLITE
def test_stand_ins_are_asked_in_turn_until_the_first_yes(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse
) -> None:
    squad(uow, house, "周一", "周二")
    lecture, (li,) = released(uow, house, house.people[0])
    say(uow, house.people[0], li, AnswerWord.no)
    with uow.write(house.organiser) as tx:
        stand_ins.start(tx, li)
    with pytest.raises(Conflict, match="search_running"), uow.write(house.organiser) as tx:
        stand_ins.start(tx, li)
    assert chain(uow, li) == (StandInSearchState.searching, [OFFER.offered, OFFER.waiting, OFFER.waiting])
    assert advance(uow) == 0
    clock.advance(12 * HOUR)
    assert advance(uow) == 1
    assert chain(uow, li)[1] == [OFFER.expired, OFFER.offered, OFFER.waiting]
    assert len(notes(uow, NotificationKind.stand_in)) == 2
    with uow.read(COMMAND) as tx:
        second = tx.session.exec(select(StandInOffer).where(col(StandInOffer.state) == OFFER.offered)).one()
    say(uow, second.person_id, second.assignment_id or 0, AnswerWord.no)
    advance(uow)
    assert chain(uow, li)[1] == [OFFER.expired, OFFER.declined, OFFER.offered]
    say(uow, second.person_id, second.assignment_id or 0, AnswerWord.yes)
    assert chain(uow, li) == (StandInSearchState.found, [OFFER.expired, OFFER.accepted, OFFER.skipped])
    with uow.read(COMMAND) as tx:
        row = tx.get(Assignment, li, noun="assignment")
        assert (row.state, row.replaced_by_id) == (AssignmentState.replaced, second.assignment_id)
        live = tx.session.exec(select(Assignment.state).where(col(Assignment.activity_id) == lecture)).all()
    assert sorted(live) == ["accepted", "replaced", "withdrawn", "withdrawn"]
    assert advance(uow) == 0


@SQLITE
def test_the_nominee_comes_first_and_an_exhausted_list_is_told(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse
) -> None:
    _, (li,) = released(uow, house, house.people[0])
    say(uow, house.people[0], li, AnswerWord.no)
    with pytest.raises(Invalid):
        say(uow, house.people[0], li, AnswerWord.no, nominee_id=house.people[2])
    say(uow, house.people[0], li, AnswerWord.no, nominee_id=house.people[1])
    assert advance(uow) == 1
    with uow.read(COMMAND) as tx:
        (search,) = of_assignment(tx, li)
    assert [(one.person_id, one.is_nominee, one.state.value) for one in search.offers] == [
        (house.people[1], True, "offered")
    ]
    clock.advance(12 * HOUR)
    assert advance(uow) == 1
    assert chain(uow, li)[0] is StandInSearchState.exhausted
    told = [one for one in notes(uow, NotificationKind.answer_received) if one.payload.get("is_exhausted")]
    assert len(told) == 1
    with pytest.raises(Conflict, match="search_ended"), uow.write(house.organiser) as tx:
        stand_ins.stop(tx, search.id)


def test_two_workers_expire_one_offer_once(uow: UnitOfWork, clock: ManualClock, house: SmallHouse) -> None:
    squad(uow, house, "周一", "周二", "周三")
    _, (li,) = released(uow, house, house.people[0])
    say(uow, house.people[0], li, AnswerWord.no)
    with uow.write(house.organiser) as tx:
        stand_ins.start(tx, li)
    for _ in range(2):
        clock.advance(12 * HOUR)
        start = Barrier(2)

        def work(_number: int, start: Barrier = start) -> None:
            start.wait()
            with suppress(DomainError):  # the database chose the other one; the next sweep comes
                advance(uow)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, range(2)))
    assert [one.value for one in chain(uow, li)[1]] == ["expired", "expired", "offered", "waiting"]
    assert len(notes(uow, NotificationKind.stand_in)) == 3


STEPS = ("wait", "wait", "sweep", "no", "yes", "late yes", "own yes", "own no", "stop", "start")


@SQLITE
@pytest.mark.parametrize("seed", range(3))
def test_a_search_never_has_two_open_offers_and_ends_with_the_first_yes(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse, seed: int
) -> None:
    luck = random.Random(seed)
    squad(uow, house, "周一", "周二", "周三")
    _, (li,) = released(uow, house, house.people[0])
    say(uow, house.people[0], li, AnswerWord.no)
    for step in ["start", *luck.choices(STEPS, k=25)]:
        _step(uow, clock, house, li, step)
        with uow.read(COMMAND) as tx:
            searches = of_assignment(tx, li)
        for search in searches:
            states = [one.state for one in search.offers]
            is_on, is_found = (search.state is word for word in (SEARCHING, StandInSearchState.found))
            assert states.count(StandInOfferState.offered) <= is_on
            assert states.count(StandInOfferState.accepted) == is_found
        assert [search.state for search in searches].count(SEARCHING) <= 1


def _step(uow: UnitOfWork, clock: ManualClock, house: SmallHouse, li: int, step: str) -> None:
    with uow.read(COMMAND) as tx:
        asked = tx.session.exec(
            select(StandInOffer.person_id, StandInOffer.assignment_id)
            .join(StandInSearch, col(StandInSearch.id) == col(StandInOffer.search_id))
            .where(col(StandInSearch.assignment_id) == li, col(StandInOffer.assignment_id).is_not(None))
            .order_by(col(StandInOffer.id).desc())
        ).all()
        searches = tx.session.exec(select(StandInSearch.id).where(col(StandInSearch.assignment_id) == li)).all()
    with suppress(Conflict):
        match step:
            case "wait":
                clock.advance(5 * HOUR)
            case "sweep":
                advance(uow)
            case "start":
                with uow.write(house.organiser) as tx:
                    stand_ins.start(tx, li)
            case "stop" if searches:
                with uow.write(house.organiser) as tx:
                    stand_ins.stop(tx, searches[-1])
            case "no" | "yes" if asked:
                say(uow, asked[0][0], asked[0][1] or 0, AnswerWord(step))
            case "late yes" if asked:
                say(uow, asked[-1][0], asked[-1][1] or 0, AnswerWord.yes)
            case "own yes" | "own no":
                say(uow, house.people[0], li, AnswerWord(step.removeprefix("own ")))
