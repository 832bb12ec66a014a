"""Early yeses: who is asked whether it still holds, when, and what a yes, a no and silence lead to."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from models.enums import (
    AnswerWord,
    AssignmentState,
    CallReason,
    CallState,
    NotificationKind,
    ReminderKind,
    ReminderState,
)
from models.errors import Invalid
from models.tables.assignments import Answer, Assignment
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from models.tables.people import Person
from models.tables.reminders import Reminder
from models.tables.stand_ins import StandInOffer
from muster.clock import ManualClock
from services import activities, calls, reconfirming, stand_ins
from services.access import COMMAND, WORKER
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, add_person, small_house
from tests.service.test_answers_wanted import HOUR, ROLE, fire, notes, released, say, the_calls

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY = timedelta(days=1)
#: Three days before the lecture of Tuesday is a Saturday, so that people are asked on Friday shortly before nine.
ASK_BY = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def promised(uow: UnitOfWork, house: SmallHouse, days: int | None = 3) -> tuple[int, list[int]]:
    """Release a lecture to which three people said yes; the last of them has no address."""
    with uow.write(COMMAND) as tx:
        old = add_person(tx, "孙老", house.squad, role=ROLE)
    people = [*house.people[:2], old]
    lecture, asked = released(uow, house, *people)
    with uow.write(house.organiser) as tx:
        activities.change(tx, lecture, {"reconfirm_days": days})
    for person_id, assignment_id in zip(people, asked, strict=True):
        say(uow, person_id, assignment_id, AnswerWord.yes)
    return lecture, asked


def timers(uow: UnitOfWork, *kinds: ReminderKind) -> list[Reminder]:
    with uow.read(COMMAND) as tx:
        found = select(Reminder).where(col(Reminder.kind).in_(kinds)).order_by(col(Reminder.id))
        return list(tx.session.exec(found))


def row(uow: UnitOfWork, assignment_id: int) -> Assignment:
    with uow.read(COMMAND) as tx:
        return tx.get(Assignment, assignment_id, noun="assignment", for_update=False)


def test_a_yes_keeps_a_no_frees_and_silence_is_called(uow: UnitOfWork, clock: ManualClock, house: SmallHouse) -> None:
    _, (li, wang, old) = promised(uow, house)
    due = [one.due_at for one in timers(uow, ReminderKind.reconfirm)]
    assert len(due) == 3
    assert all(ASK_BY - timedelta(minutes=7) <= at <= ASK_BY for at in due)
    clock.set(ASK_BY)
    fire(uow)
    assert sorted(one.assignment_id or 0 for one in notes(uow, NotificationKind.reconfirm)) == [li, wang]
    assert [(one.assignment_id, one.reason) for one in the_calls(uow) if one.state is CallState.open] == [
        (old, CallReason.reconfirm)
    ]
    clock.advance(HOUR)
    answered = len(timers(uow, ReminderKind.digest))
    for _ in range(2):
        say(uow, house.people[0], li, AnswerWord.yes)
    assert (row(uow, li).state, row(uow, li).reconfirmed_at) == (AssignmentState.accepted, clock.now())
    assert len(timers(uow, ReminderKind.digest)) == answered  # the organiser has known it
    with uow.read(COMMAND) as tx:
        assert len(tx.session.exec(select(Answer).where(col(Answer.assignment_id) == li)).all()) == 2
        assert reconfirming.open_among(tx, [li, wang, old]) == {wang, old}
    clock.advance(DAY)
    fire(uow)
    line = next(one for one in the_calls(uow) if one.assignment_id == wang and one.state is CallState.open)
    assert line.reason is CallReason.reconfirm
    with uow.write(house.leader) as tx:
        calls.done(tx, line.id, word="no", reason="住院")
    assert row(uow, wang).state is AssignmentState.declined
    fire(uow)
    assert len([one for one in the_calls(uow) if one.assignment_id == li and one.state is not CallState.void]) == 0


@SQLITE
def test_a_call_that_ends_with_yes_confirms(uow: UnitOfWork, clock: ManualClock, house: SmallHouse) -> None:
    _, (li, _wang, _old) = promised(uow, house)
    for at in (ASK_BY, ASK_BY + DAY):
        clock.set(at)
        fire(uow)
    line = next(one for one in the_calls(uow) if one.assignment_id == li and one.state is CallState.open)
    with uow.write(house.leader) as tx:
        calls.done(tx, line.id, word="yes")
    assert (row(uow, li).state, row(uow, li).reconfirmed_at) == (AssignmentState.accepted, clock.now())


@SQLITE
def test_it_moves_with_the_activity_and_with_the_organisers_mind(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse
) -> None:
    lecture, _ = promised(uow, house)
    with uow.write(house.organiser) as tx:
        activities.move(tx, lecture, starts_at=START + 7 * DAY, ends_at=START + 7 * DAY + LENGTH)
    waiting = [one for one in timers(uow, ReminderKind.reconfirm) if one.state is ReminderState.waiting]
    assert {one.due_at.date() for one in waiting} == {(ASK_BY + 7 * DAY).date()}
    with uow.write(house.organiser) as tx:
        activities.change(tx, lecture, {"reconfirm_days": 1})
    found = timers(uow, ReminderKind.reconfirm)
    assert [one.reason for one in found if one.id in {old.id for old in waiting}] == ["reconfirm_changed"] * 3
    assert {one.due_at.date() for one in found if one.state is ReminderState.waiting} == {(START + 6 * DAY).date()}
    with uow.write(house.organiser) as tx:
        activities.change(tx, lecture, {"reconfirm_days": None})
    clock.set(START + 7 * DAY - HOUR)
    fire(uow)
    assert notes(uow, NotificationKind.reconfirm) == []
    with pytest.raises(Invalid, match="out_of_range"), uow.write(house.organiser) as tx:
        activities.change(tx, lecture, {"reconfirm_days": 61})


@SQLITE
def test_whoever_said_yes_only_just_now_or_too_late_is_not_asked(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse
) -> None:
    lecture, (li, wang) = released(uow, house, *house.people[:2])
    with uow.write(house.organiser) as tx:
        activities.change(tx, lecture, {"reconfirm_days": 3})
    clock.set(ASK_BY - 12 * HOUR)
    say(uow, house.people[0], li, AnswerWord.yes)
    clock.set(ASK_BY)
    fire(uow)
    say(uow, house.people[1], wang, AnswerWord.yes)
    assert [one.reason for one in timers(uow, ReminderKind.reconfirm)] == ["answered_lately", "due_before_promise"]
    assert notes(uow, NotificationKind.reconfirm) == []


@SQLITE
def test_own_quiet_hours_hold_for_every_question(uow: UnitOfWork, clock: ManualClock, house: SmallHouse) -> None:
    with uow.write(COMMAND) as tx:
        stand_in = add_person(tx, "周一", house.squad, email="zhou@example.org", role=ROLE)
        for person_id in (house.people[0], stand_in):
            person = tx.get(Person, person_id, noun="person")
            person.quiet_hours = "08:00-16:00"
            tx.add(person)
    _, (li, wang, _old) = promised(uow, house)
    found = [one for one in timers(uow, ReminderKind.chase, ReminderKind.reconfirm) if one.assignment_id == li]
    assert {one.kind: (one.due_at + 8 * HOUR).hour for one in found} == {
        ReminderKind.chase: 7,
        ReminderKind.reconfirm: 7,
    }
    say(uow, house.people[1], wang, AnswerWord.no, nominee_id=stand_in)
    with uow.write(WORKER) as tx:
        stand_ins.advance(tx)
    with uow.read(COMMAND) as tx:
        asked = tx.session.exec(
            select(Delivery).join(Notification).where(col(Notification.kind) == NotificationKind.stand_in)
        ).one()
        until = tx.session.exec(select(StandInOffer.until)).one()
    assert asked.due_at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert until == asked.due_at + 12 * HOUR
