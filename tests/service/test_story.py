"""One lecture from plan to figure through the services, on both databases."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, func, select

from models.enums import (
    ActivityState,
    AnswerVia,
    AnswerWord,
    AssignmentRole,
    AssignmentState,
    DeliveryState,
    NotificationKind,
    ReminderKind,
    ReminderState,
    TallyMethod,
)
from models.errors import Conflict, Forbidden, NotFound, VenueTaken
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from models.tables.reminders import Reminder
from models.tables.resources import Occupancy
from muster.clock import ManualClock
from services import activities, assignments, attendance, bookings, closings, firing, tallies
from services.access import WORKER, Actor
from services.queries import figures as figure_queries
from services.queries import verification
from services.queries.timeline import timeline
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture, small_house

PERIOD = figure_queries.Scope(from_on=date(2026, 3, 1), until_on=date(2026, 4, 1))


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def book(uow: UnitOfWork, house: SmallHouse, activity_id: int, hall: int | None = None) -> int:
    with uow.write(house.organiser) as tx:
        return bookings.create(
            tx, venue_id=hall or house.hall, starts_at=START, ends_at=START + LENGTH, activity_id=activity_id
        )


def offer(uow: UnitOfWork, house: SmallHouse, activity_id: int, person_id: int, *, why: str = "") -> int:
    with uow.write(house.organiser) as tx:
        return assignments.offer(
            tx, activity_id=activity_id, person_id=person_id, role=AssignmentRole.model_demo, override_reason=why
        )


def by_link(assignment_id: int, person_id: int) -> Actor:
    return Actor(kind="link", person_id=person_id, detail=f"assignment:{assignment_id}")


def say(uow: UnitOfWork, assignment_id: int, person_id: int, word: AnswerWord, reason: str = "") -> None:
    with uow.write(by_link(assignment_id, person_id)) as tx:
        assignments.answer(tx, assignment_id, word=word, via=AnswerVia.link, reason=reason)


def kinds(uow: UnitOfWork) -> dict[tuple[NotificationKind, DeliveryState], int]:
    with uow.read(WORKER) as tx:
        found = tx.session.exec(select(Notification, Delivery).join(Delivery)).all()
    result: dict[tuple[NotificationKind, DeliveryState], int] = {}
    for told, delivery in found:
        key = (told.kind, delivery.state)
        result[key] = result.get(key, 0) + 1
    return result


def test_a_lecture_goes_from_plan_to_figure(uow: UnitOfWork, clock: ManualClock, house: SmallHouse) -> None:
    lecture = add_lecture(uow, house)
    book(uow, house, lecture)
    li, wang, zhao = house.people
    first, second = offer(uow, house, lecture, li), offer(uow, house, lecture, wang)
    assert kinds(uow) == {}
    with uow.write(house.organiser) as tx:
        activities.release(tx, lecture)
    assert kinds(uow) == {(NotificationKind.call_up, DeliveryState.waiting): 2}

    say(uow, first, li, AnswerWord.yes)
    say(uow, first, li, AnswerWord.yes)
    say(uow, second, wang, AnswerWord.no, "家里有事")
    found = kinds(uow)
    assert found[(NotificationKind.answer_received, DeliveryState.waiting)] == 1  # the no; a yes can wait
    assert found[(NotificationKind.call_up, DeliveryState.obsolete)] == 2
    with uow.read(WORKER) as tx:
        due = tx.session.exec(select(Reminder).where(col(Reminder.state) == ReminderState.waiting)).all()
        assert len(due) == 3  # one for the person, one for the digest, one to close
        taken = tx.session.exec(select(func.count()).select_from(Occupancy)).one()
        assert taken == 2  # the hall and the person

    clock.set(START - timedelta(hours=20))
    with uow.write(WORKER) as tx:
        assert firing.fire_due(tx, 100).fired == 2
    assert kinds(uow)[(NotificationKind.digest, DeliveryState.waiting)] == 1
    with uow.write(WORKER) as tx:
        assert firing.fire_due(tx, 100).total == 0

    clock.set(START + timedelta(minutes=5))
    with uow.write(house.organiser) as tx:
        activities.hold(tx, lecture)
    with uow.write(house.leader) as tx:
        row = attendance.check_in(tx, lecture, at=START, nonce="a", person_id=li)
        assert attendance.check_in(tx, lecture, at=START, nonce="a", person_id=li) == row
        tallies.add(
            tx,
            lecture,
            count=60,
            method=TallyMethod.host_certified,
            counter="何样张",
            from_at=START,
            until_at=START + LENGTH,
        )
    clock.set(START + timedelta(hours=3))
    with uow.write(house.organiser) as tx:
        closings.sign(tx, lecture)

    with uow.read(house.auditor) as tx:
        values = {one.definition: one.value for one in figure_queries.figures(tx, PERIOD)}
        assert values["lecture.sessions@1"] == 1
        assert values["lecture.person_times@1"] == 61
        opened = figure_queries.evidence(tx, "lecture.person_times@1", PERIOD)
        assert sum(row.count for row in opened.rows) == opened.figure.value == 61
        assert timeline(tx, lecture).mix.total == 61
        (signed,) = verification.signed_activities(tx)
        assert signed.recorded_sha256 == signed.manifest_sha256
    with uow.read(WORKER) as tx:
        assert tx.get(Assignment, first, noun="assignment", for_update=False).state is AssignmentState.served


def test_cancelling_withdraws_what_waits_and_tells_who_knew(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse
) -> None:
    lecture = add_lecture(uow, house)
    book(uow, house, lecture)
    li, wang, _ = house.people
    told, silent = offer(uow, house, lecture, li), offer(uow, house, lecture, wang)
    with uow.write(house.organiser) as tx:
        activities.release(tx, lecture)
    with uow.write(WORKER) as tx:
        for delivery in tx.session.exec(select(Delivery).where(col(Delivery.person_id) == li)).all():
            delivery.state = DeliveryState.sent
    with uow.write(house.organiser) as tx:
        activities.cancel(tx, lecture, reason="停电")
    found = kinds(uow)
    assert found[(NotificationKind.call_up, DeliveryState.obsolete)] == 1
    assert found[(NotificationKind.cancelled, DeliveryState.waiting)] == 1
    with uow.read(WORKER) as tx:
        activity = tx.get(Activity, lecture, noun="activity", for_update=False)
        note = tx.session.exec(select(Notification).where(col(Notification.kind) == NotificationKind.cancelled)).one()
        assert (note.assignment_id, note.sequence) == (told, activity.sequence)
        assert activity.sequence == 1
        assert tx.session.exec(select(func.count()).select_from(Occupancy)).one() == 0
        states = {row.state for row in tx.session.exec(select(Assignment)).all()}
        assert states == {AssignmentState.withdrawn}
    assert silent


def test_moving_moves_the_hall_the_people_and_their_reminders(
    uow: UnitOfWork, clock: ManualClock, house: SmallHouse
) -> None:
    lecture = add_lecture(uow, house)
    book(uow, house, lecture)
    li = house.people[0]
    first = offer(uow, house, lecture, li)
    with uow.write(house.organiser) as tx:
        activities.release(tx, lecture)
    say(uow, first, li, AnswerWord.yes)
    to = START + timedelta(days=2)
    with uow.write(house.organiser) as tx:
        activities.move(tx, lecture, starts_at=to, ends_at=to + LENGTH)
    with uow.read(WORKER) as tx:
        waiting = tx.session.exec(select(Reminder).where(col(Reminder.state) == ReminderState.waiting)).all()
        assert {row.schedule_rev for row in waiting if row.kind is not ReminderKind.digest} == {2}
        mine = next(row for row in waiting if row.assignment_id == first and row.kind is ReminderKind.reminder)
        assert to - timedelta(hours=25) < mine.due_at <= to - timedelta(hours=24)
        starts = {row.occupied_from for row in tx.session.exec(select(Occupancy)).all()}
        assert starts == {to, to - timedelta(minutes=20)}
    assert kinds(uow)[(NotificationKind.changed, DeliveryState.waiting)] == 1


def test_a_taken_hall_is_refused_with_ways_out_that_can_be_booked(uow: UnitOfWork, house: SmallHouse) -> None:
    book(uow, house, add_lecture(uow, house))
    other = add_lecture(uow, house)
    with pytest.raises(VenueTaken) as refusal:
        book(uow, house, other)
    assert refusal.value.reasons[0].code == "venue_taken"
    assert refusal.value.conflicts and refusal.value.alternatives
    way = refusal.value.alternatives[0]
    with uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=way.venue_id, starts_at=way.starts_at, ends_at=way.ends_at)


def test_a_person_is_never_promised_twice(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    ids = []
    for _ in range(2):
        lecture = add_lecture(uow, house)
        ids.append(offer(uow, house, lecture, li, why="两场都先问着"))
        with uow.write(house.organiser) as tx:
            activities.release(tx, lecture)
    say(uow, ids[0], li, AnswerWord.yes)
    with pytest.raises(Conflict) as refusal:
        say(uow, ids[1], li, AnswerWord.yes)
    assert [reason.code for reason in refusal.value.reasons] == ["person_busy"]
    say(uow, ids[0], li, AnswerWord.no)
    say(uow, ids[1], li, AnswerWord.yes)


def test_each_role_does_only_its_own(uow: UnitOfWork, house: SmallHouse) -> None:
    lecture = add_lecture(uow, house)
    outsider = Actor(kind="user", user_id=house.leader.user_id, grants=())
    for actor, error in ((house.auditor, Forbidden), (house.member, Forbidden), (outsider, NotFound)):
        with pytest.raises(error), uow.write(actor) as tx:
            activities.release(tx, lecture)
    with uow.read(WORKER) as tx:
        assert tx.get(Activity, lecture, noun="activity", for_update=False).state is ActivityState.draft


def test_nothing_is_kept_of_a_refused_transaction(uow: UnitOfWork, house: SmallHouse) -> None:
    lecture = add_lecture(uow, house)
    with pytest.raises(VenueTaken), uow.write(house.organiser) as tx:
        activities.change(tx, lecture, {"title": "别的题目"})
        bookings.create(tx, venue_id=house.small_hall, starts_at=START, ends_at=START + LENGTH, activity_id=lecture)
    with uow.read(WORKER) as tx:
        assert tx.get(Activity, lecture, noun="activity", for_update=False).title == "劳模工匠进车间宣讲"
