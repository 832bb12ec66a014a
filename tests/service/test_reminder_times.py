"""When reminders come: the house's own plans, quiet hours of people, catching up, moving many, the daily digest."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import ActivityKind, AnswerVia, AnswerWord, AssignmentRole, NotificationKind, ReminderKind
from models.enums import ReminderState as State
from models.errors import Forbidden, Invalid, NotFound
from models.tables.assignments import Assignment
from models.tables.history import HistoryEntry
from models.tables.notifications import Notification
from models.tables.people import Person
from models.tables.reminders import Reminder
from muster.clock import ManualClock
from services import activities, assignments, delivery_digests, firing, people, reminder_plans, reminders
from services.access import WORKER, Actor
from services.unit_of_work import UnitOfWork
from tests.scheduler.builders import Crowd, add_crowd
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture, small_house
from tests.service.statements import counted

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def write_timers(uow: UnitOfWork, crowd: Crowd, rule: str, due_at: datetime) -> None:
    with uow.write(WORKER) as tx:
        reminders.write(
            tx,
            [
                {"kind": ReminderKind.reminder, "activity_id": crowd.activity_id, "assignment_id": one}
                | {"rule": rule, "due_at": due_at, "schedule_rev": 1, "dedupe_key": f"test:{rule}:{one}"}
                | {"state": State.waiting, "reason": "", "settled_at": None, "created_at": tx.now}
                for one in crowd.assignment_ids
            ],
        )


def fire_all(uow: UnitOfWork) -> None:
    total = 100
    while total == 100:
        with uow.write(WORKER) as tx:
            total = firing.fire_due(tx, 100).total


def timers(uow: UnitOfWork, *kinds: ReminderKind) -> list[Reminder]:
    with uow.read(WORKER) as tx:
        query = select(Reminder).where(col(Reminder.kind).in_(kinds or (ReminderKind.reminder,)))
        return list(tx.session.exec(query.order_by(col(Reminder.id))).all())


def told(uow: UnitOfWork, kind: NotificationKind) -> list[Notification]:
    with uow.read(WORKER) as tx:
        query = select(Notification).where(col(Notification.kind) == kind).order_by(col(Notification.id))
        return list(tx.session.exec(query).all())


def yes(uow: UnitOfWork, assignment_id: int, person_id: int, word: AnswerWord = AnswerWord.yes) -> None:
    by_link = Actor(kind="link", person_id=person_id, detail=f"assignment:{assignment_id}")
    with uow.write(by_link) as tx:
        assignments.answer(tx, assignment_id, word=word, via=AnswerVia.link)


def asked(
    uow: UnitOfWork,
    house: SmallHouse,
    person_id: int,
    *,
    role: AssignmentRole = AssignmentRole.model_demo,
    **more: Any,
) -> tuple[int, int]:
    """Release a lecture that one person is asked to; return both ids."""
    lecture = add_lecture(uow, house, **more)
    with uow.write(house.organiser) as tx:
        first = assignments.offer(tx, activity_id=lecture, person_id=person_id, role=role)
        activities.release(tx, lecture)
    return lecture, first


def test_after_26_hours_one_reminder_a_person_and_none_for_what_is_past(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse
) -> None:
    down_at = clock.now()
    past = [add_crowd(uow, house, 50, starts_at=down_at + hours * HOUR) for hours in (20, 25)]
    future = [add_crowd(uow, house, 50, starts_at=down_at + hours * HOUR) for hours in (27, 40, 50)]
    for crowd in (*past, *future):
        write_timers(uow, crowd, "start-1d", down_at + HOUR)
        write_timers(uow, crowd, "start-2h", down_at + 2 * HOUR)
    clock.set(down_at + 26 * HOUR)
    fire_all(uow)

    found = timers(uow)
    assert len(found) == 500
    settled = Counter((one.state, one.reason, one.rule) for one in found)
    assert settled == {
        (State.fired, "", "start-2h"): 150,
        (State.skipped, "superseded", "start-1d"): 150,
        (State.skipped, "too_late", "start-1d"): 100,
        (State.skipped, "too_late", "start-2h"): 100,
    }
    sent = Counter(one.assignment_id for one in told(uow, NotificationKind.reminder))
    assert sent == {one: 1 for crowd in future for one in crowd.assignment_ids}


@SQLITE
def test_moving_a_thousand_people_is_one_statement_a_table(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse
) -> None:
    crowd = add_crowd(uow, house, 1000)
    write_timers(uow, crowd, "start-1d", START - DAY)
    to = START + 2 * DAY
    with counted(uow) as sent, uow.write(house.organiser) as tx:
        activities.move(tx, crowd.activity_id, starts_at=to, ends_at=to + LENGTH)
    begun = Counter(" ".join(one.split()[:3]) for one in sent if one.startswith(("INSERT", "UPDATE")))
    assert (begun["INSERT INTO reminders"], begun["UPDATE reminders SET"]) == (2, 1)  # the people's and the organiser's
    assert (begun["INSERT INTO notifications"], begun["INSERT INTO deliveries"]) == (1, 1)
    assert begun["UPDATE deliveries SET"] <= 1
    about = ("reminders", "deliveries", "notifications", "people ")
    assert sum(any(f"FROM {table}" in one for table in about) for one in sent) < 15
    assert Counter(one.state for one in timers(uow)) == {State.cancelled: 1000, State.waiting: 1000}
    assert len(told(uow, NotificationKind.changed)) == 1000


@SQLITE
def test_the_most_specific_plan_holds_and_its_lateness_too(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse
) -> None:
    kind = ReminderKind.reminder
    with pytest.raises(Forbidden), uow.write(house.leader) as tx:
        reminder_plans.put(tx, kind, [("start-3d", None)])
    with pytest.raises(Invalid) as refusal, uow.write(house.organiser) as tx:
        reminder_plans.put(tx, kind, [("end+1d", 0), ("start-61d", None), ("soon", None)])
    assert [one.code for one in refusal.value.reasons] == [
        "out_of_range", "reminder_on_wrong_side", "reminder_too_far", "no_reminder_rule",
    ]  # fmt: skip
    with uow.write(house.organiser) as tx:
        reminder_plans.put(tx, kind, [("start-3d", None)])
        reminder_plans.put(tx, kind, [("start-2wd@09:00", None), ("start-2h", 30)], activity_kind=ActivityKind.lecture)
    _, first = asked(uow, house, house.people[0])
    yes(uow, first, house.people[0])
    found = {one.rule: one for one in timers(uow)}
    assert set(found) == {"start-2wd@09:00", "start-2h"}
    clock.set(found["start-2h"].due_at + timedelta(minutes=31))
    fire_all(uow)
    states = {one.rule: (one.state, one.reason) for one in timers(uow)}
    assert states == {"start-2wd@09:00": (State.fired, ""), "start-2h": (State.skipped, "too_late")}

    with uow.write(house.organiser) as tx:
        reminder_plans.drop(tx, kind, "start-2h", activity_kind=ActivityKind.lecture)
        reminder_plans.drop(tx, kind, "start-2wd@09:00", activity_kind=ActivityKind.lecture)
        reminder_plans.add(tx, kind, "start-1d", 60)
        assert [(scope, len(some)) for scope, some in reminder_plans.list_plans(tx)] == [((kind, None, None), 2)]
        reminder_plans.remove(tx, kind)
        with pytest.raises(NotFound):
            reminder_plans.remove(tx, kind)
        assert [one.spelled() for one in reminder_plans.plans_for(tx, kind, ActivityKind.service, None)] == []
    with uow.read(WORKER) as tx:
        keys = Counter(one.event for one in tx.session.exec(select(HistoryEntry)).all())
    assert (keys["reminder_plan.set"], keys["reminder_plan.removed"]) == (4, 2)


@SQLITE
def test_nothing_is_due_in_a_persons_own_quiet_hours(uow: UnitOfWork, house: SmallHouse) -> None:
    li, wang, _ = house.people
    with uow.write(house.organiser) as tx:
        with pytest.raises(Invalid):
            people.change(tx, li, {"quiet_hours": "13:00-12:59"})
        people.change(tx, li, {"quiet_hours": "12:00-15:00"})
    for person_id in (li, wang):
        _, first = asked(uow, house, person_id, starts_at=START + (DAY if person_id == wang else timedelta(0)))
        yes(uow, first, person_id)
    by_li, by_wang = timers(uow)
    assert by_li.due_at < datetime(2026, 3, 9, 4, 0, tzinfo=UTC)  # noon in Daye
    assert by_wang.due_at > datetime(2026, 3, 10, 5, 45, tzinfo=UTC)


@SQLITE
def test_a_yes_comes_once_a_day_and_a_no_or_what_is_near_at_once(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse
) -> None:
    li, wang, zhao = house.people
    lecture, first = asked(uow, house, li)
    _, near = asked(uow, house, zhao, starts_at=clock.now() + 47 * HOUR, role=AssignmentRole.cadre_lead)
    with uow.write(house.organiser) as tx:
        second = assignments.offer(tx, activity_id=lecture, person_id=wang, role=AssignmentRole.model_demo)
    yes(uow, first, li)
    yes(uow, near, zhao)
    assert [one.assignment_id for one in told(uow, NotificationKind.answer_received)] == [near]
    yes(uow, second, wang)
    yes(uow, second, wang, AnswerWord.no)
    assert len(told(uow, NotificationKind.answer_received)) == 2
    at_five = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    (one, taken_back) = timers(uow, ReminderKind.digest)
    assert at_five - timedelta(minutes=7) <= one.due_at < at_five
    assert taken_back.state is State.cancelled
    clock.set(at_five)
    fire_all(uow)
    (digest,) = told(uow, NotificationKind.digest)
    assert digest.payload == {"assignment_ids": [first]}
    with uow.read(WORKER) as tx:
        (part,) = delivery_digests.digest_parts(tx, NotificationKind.digest, digest.payload)
        assert (part.names, part.open_duty_count) == (("李样本",), 1)
        person = tx.session.exec(select(Person).join(Assignment).where(col(Assignment.id) == first)).one()
        assert person.name == "李样本"

    yes(uow, second, wang)  # after today's digest: a late timer waits for tomorrow's
    with uow.write(WORKER) as tx:
        late = tx.get(Reminder, timers(uow, ReminderKind.digest)[-1].id, noun="reminder")
        late.due_at = clock.now()
        tx.session.add(late)
    fire_all(uow)
    assert len(told(uow, NotificationKind.digest)) == 1
    clock.set(at_five + DAY)
    fire_all(uow)
    assert [one.payload for one in told(uow, NotificationKind.digest)][1:] == [{"assignment_ids": [second]}]
    clock.set(at_five + 2 * DAY)
    fire_all(uow)
    assert len(told(uow, NotificationKind.digest)) == 2
