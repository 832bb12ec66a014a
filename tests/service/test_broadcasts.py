"""Messages to many: who is meant, the wait, the undo, and that each person gets it once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlmodel import col, select

from models.enums import (
    ActivityState,
    AnswerVia,
    AnswerWord,
    AssignmentRole,
    BroadcastState,
    ChannelKind,
    CheckInSource,
    DeliveryState,
    NotificationKind,
    TraitKind,
    UserRole,
)
from models.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from models.rules.audiences import AnswerIs, Audience, PresenceIs
from models.tables.activities import Activity
from models.tables.broadcasts import Broadcast
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from models.tables.opt_outs import OptOut
from models.tables.people import Person
from models.tables.reminders import Reminder
from muster.clock import ManualClock
from services import (
    activities,
    assignments,
    attendance,
    audiences,
    broadcasts,
    dead_addresses,
    previews,
    release_waits,
)
from services.access import COMMAND, WORKER, Actor
from services.queries.broadcasts import fates, list_broadcasts, read_broadcast
from services.unit_of_work import UnitOfWork
from tests.service.builders import START, SmallHouse, add_lecture, add_person, add_user, small_house

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ROLE = AssignmentRole.volunteer
WAIT = timedelta(seconds=30)
WORDS = {"subject": "周五请早到", "body": "门口在修路。\n请走北门。"}


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def send(uow: UnitOfWork, actor: Actor, audience: Audience, **more: str) -> int:
    with uow.write(actor) as tx:
        return broadcasts.send(tx, audience=audience, **(WORDS | more))


def send_due(uow: UnitOfWork) -> int:
    with uow.write(WORKER) as tx:
        return broadcasts.send_due(tx)


def told(uow: UnitOfWork, kind: NotificationKind = NotificationKind.broadcast) -> dict[int, tuple[DeliveryState, str]]:
    """Return what became of each person's message; more than one a person is a fault."""
    query = select(Delivery).join(Notification, col(Notification.id) == col(Delivery.notification_id))
    with uow.read(COMMAND) as tx:
        rows = tx.session.exec(query.where(col(Notification.kind) == kind)).all()
        assert len(rows) == len({row.person_id for row in rows})
        return {row.person_id or 0: (row.state, row.reason) for row in rows}


def names(uow: UnitOfWork, actor: Actor, **rule: object) -> list[str]:
    with uow.read(actor) as tx:
        return [person.name for person in audiences.resolve(tx, Audience(**rule))]  # type: ignore[arg-type]


def test_who_is_meant(uow: UnitOfWork, house: SmallHouse, clock: ManualClock) -> None:
    lecture, (li, wang, zhao) = add_lecture(uow, house), house.people
    with uow.write(house.organiser) as tx:
        asked = [assignments.offer(tx, activity_id=lecture, person_id=one, role=ROLE) for one in house.people]
        activities.release(tx, lecture)
        assignments.answer(tx, asked[0], word=AnswerWord.yes, via=AnswerVia.phone)
        assignments.answer(tx, asked[1], word=AnswerWord.yes, via=AnswerVia.phone)
        assignments.answer(tx, asked[2], word=AnswerWord.no, via=AnswerVia.phone, reason="出差")
        tx.get(Person, zhao, noun="person").left_on = date(2030, 1, 1)
    boss = house.organiser
    assert names(uow, boss, activity_id=lecture) == ["李样本", "王范例", "赵演示"]
    assert names(uow, boss, activity_id=lecture, answer=AnswerIs.accepted) == ["李样本", "王范例"]
    assert names(uow, boss, activity_id=lecture, answer=AnswerIs.declined) == ["赵演示"]
    assert names(uow, boss, activity_id=lecture, answer=AnswerIs.silent) == []
    assert names(uow, boss, team_id=house.headquarters) == ["李样本", "王范例", "赵演示"]
    assert names(uow, boss, team_id=house.headquarters, traits=((TraitKind.role, "cadre_lead"),)) == ["赵演示"]

    clock.set(START)
    with uow.write(house.organiser) as tx:
        seen = attendance.check_in(
            tx, activity_id=lecture, person_id=li, at=START, nonce="a", source=CheckInSource.roll_call
        )
        wrong = attendance.check_in(
            tx, activity_id=lecture, person_id=wang, at=START, nonce="b", source=CheckInSource.roll_call
        )
    with uow.write(house.organiser) as tx:
        attendance.reverse(tx, wrong, reason="认错了")
    assert seen
    attended, absent = PresenceIs.attended, PresenceIs.absent
    march = {"from_on": START.date(), "until_on": START.date()}
    assert names(uow, boss, activity_id=lecture, presence=attended) == ["李样本"]
    assert names(uow, boss, activity_id=lecture, presence=absent) == ["王范例"]
    assert names(uow, boss, presence=attended, **march) == ["李样本"]
    assert names(uow, boss, team_id=house.other_squad, presence=absent, **march) == ["赵演示"]


@SQLITE
def test_nobody_writes_beyond_their_reach(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(COMMAND) as tx:
        local = add_user(tx, "local", UserRole.organiser, house.squad)
    assert names(uow, local, traits=((TraitKind.role, "cadre_lead"),)) == []
    assert names(uow, local, team_id=house.squad) == ["李样本", "王范例"]
    for actor, rule, error in (
        (local, {"team_id": house.headquarters}, Forbidden),
        (house.leader, {"team_id": house.squad}, Forbidden),
        (house.organiser, {"team_id": 999}, Invalid),
        (house.organiser, {"activity_id": 999}, NotFound),
        (house.organiser, {}, Invalid),
    ):
        with pytest.raises(error):
            names(uow, actor, **rule)
    theirs = send(uow, house.organiser, Audience(team_id=house.other_squad))
    with uow.read(local) as tx, pytest.raises(NotFound):
        read_broadcast(tx, theirs)
    with uow.write(house.auditor) as tx, pytest.raises(Forbidden):
        broadcasts.undo(tx, theirs)
    with uow.read(local) as tx:
        assert list_broadcasts(tx).items == ()


def test_it_goes_once_after_the_wait_to_whom_the_preview_showed(
    uow: UnitOfWork, house: SmallHouse, clock: ManualClock
) -> None:
    li, wang, zhao = house.people
    with uow.write(COMMAND) as tx:
        mute = add_person(tx, "周无址", house.squad)
        for one in (wang, zhao):
            tx.session.add(OptOut(person_id=one, kind=NotificationKind.broadcast, channel=ChannelKind.mail, at=tx.now))
    key = send(uow, house.organiser, Audience(team_id=house.squad))
    with uow.read(COMMAND) as tx:
        assert broadcasts.next_due_at(tx) == clock.now() + WAIT
    assert send_due(uow) == 0
    with uow.write(COMMAND) as tx:
        add_person(tx, "后来者", house.squad, email="late@example.org")
    clock.advance(WAIT)
    assert (send_due(uow), send_due(uow)) == (1, 0)
    assert told(uow) == {
        li: (DeliveryState.waiting, ""),
        wang: (DeliveryState.obsolete, "opted_out"),
        mute: (DeliveryState.obsolete, "no_address"),
    }
    with uow.read(house.organiser) as tx:
        view = read_broadcast(tx, key)
        assert (view.row.state, view.row.people_count) == (BroadcastState.sent, 1)
        assert view.reasons == {"opted_out": 1, "no_address": 1}
        assert len(fates(tx, key).items) == 3
        assert broadcasts.next_due_at(tx) is None


def test_two_workers_and_one_undo_at_once(uow: UnitOfWork, house: SmallHouse, clock: ManualClock) -> None:
    keys = [send(uow, house.organiser, Audience(team_id=house.headquarters)) for _ in range(4)]
    clock.advance(WAIT)
    start = Barrier(3)

    def undo() -> int:
        undone = 0
        start.wait()
        for key in keys[2:]:
            try:
                with uow.write(house.organiser) as tx:
                    broadcasts.undo(tx, key)
                undone += 1
            except DomainError:
                pass
        return undone

    def work() -> int:
        start.wait()
        count = 0
        for _ in range(6):
            with suppress(DomainError):
                count += send_due(uow)
        return count

    with ThreadPoolExecutor(3) as pool:
        jobs: list[Callable[[], int]] = [undo, work, work]
        undone, *sent = [job.result() for job in [pool.submit(job) for job in jobs]]
    while (more := send_due(uow)) > 0:
        sent.append(more)
    with uow.read(COMMAND) as tx:
        states = [row.state for row in tx.session.exec(select(Broadcast)).all()]
        notes = tx.session.exec(select(Notification.dedupe_key)).all()
    assert states.count(BroadcastState.sent) == sum(sent) == 4 - states.count(BroadcastState.undone)
    assert undone == states.count(BroadcastState.undone)
    assert len(notes) == len(set(notes)) == 3 * sum(sent)


@SQLITE
def test_it_is_taken_back_as_long_as_nothing_is_written(uow: UnitOfWork, house: SmallHouse, clock: ManualClock) -> None:
    first, second = (send(uow, house.organiser, Audience(team_id=house.squad)) for _ in range(2))
    for _ in range(2):
        with uow.write(house.organiser) as tx:
            broadcasts.undo(tx, first)
    clock.advance(WAIT)
    while send_due(uow):
        pass
    assert len(told(uow)) == 2
    with uow.write(house.organiser) as tx, pytest.raises(Conflict, match="broadcast_sent"):
        broadcasts.undo(tx, second)


@SQLITE
def test_the_preview_says_what_happens_and_is_held_to(uow: UnitOfWork, house: SmallHouse, clock: ManualClock) -> None:
    li, wang, _zhao = house.people
    clock.advance(timedelta(hours=14))  # 23:00 in Daye
    with uow.write(COMMAND) as tx:
        dead_addresses.mark(tx, ChannelKind.mail, "LI@example.org", "550 no such user")
        tx.get(Person, wang, noun="person").quiet_hours = "20:00-08:00"
    audience = Audience(team_id=house.squad)
    with uow.read(house.organiser) as tx:
        preview = previews.of_broadcast(tx, audience, **WORDS)
    lines = {line.person_id: line for line in preview.lines}
    assert (lines[li].due_at, lines[li].reason and lines[li].reason.code) == (None, "address_dead")
    assert lines[wang].due_at == clock.now() + timedelta(hours=9)
    assert (preview.later_count, preview.by_reason()) == (1, {"address_dead": 1})
    with uow.write(COMMAND) as tx:
        add_person(tx, "后来者", house.squad, email="late@example.org")
    with pytest.raises(Conflict, match="audience_changed"):
        send(uow, house.organiser, audience, mark=preview.mark)
    with pytest.raises(Invalid) as caught:
        send(uow, house.organiser, Audience(), subject="", body="x" * 2001)
    assert [one.code for one in caught.value.reasons] == ["audience_empty", "missing", "too_long"]
    with uow.write(COMMAND) as tx:
        lone = add_person(tx, "孤身", house.other_squad)
        tx.get(Person, house.people[2], noun="person").email = None
    assert lone
    with pytest.raises(Conflict, match="nobody_reached"):
        send(uow, house.organiser, Audience(team_id=house.other_squad))


def test_a_release_is_taken_back_and_made_anew(uow: UnitOfWork, house: SmallHouse, clock: ManualClock) -> None:
    lecture = add_lecture(uow, house)
    with uow.write(house.organiser) as tx:
        for one in house.people:
            assignments.offer(tx, activity_id=lecture, person_id=one, role=ROLE)
    with uow.read(house.organiser) as tx:
        shown = {line.person_id: line.due_at for line in previews.of_release(tx, lecture).going}
    with uow.write(house.organiser) as tx:
        activities.release(tx, lecture)
    with uow.read(COMMAND) as tx:
        due = {row.person_id: row.due_at for row in tx.session.exec(select(Delivery)).all()}
    assert due == shown == dict.fromkeys(house.people, clock.now() + WAIT)
    with uow.write(house.organiser) as tx:
        release_waits.undo(tx, lecture)
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(select(Activity.state)).one() is ActivityState.draft
        assert {row.reason for row in tx.session.exec(select(Reminder)).all()} == {"release_undone"}
        assert {row.reason for row in tx.session.exec(select(Delivery)).all()} == {"release_undone"}
    with uow.write(house.organiser) as tx:
        activities.release(tx, lecture)
    clock.advance(WAIT)
    with uow.read(COMMAND) as tx:
        waiting = tx.session.exec(select(Delivery).where(col(Delivery.state) == DeliveryState.waiting)).all()
        assert {row.person_id for row in waiting} == set(house.people)
    with uow.write(house.organiser) as tx, pytest.raises(Conflict, match="release_gone_out"):
        release_waits.undo(tx, lecture)


@SQLITE
def test_a_release_that_somebody_answered_stays(uow: UnitOfWork, house: SmallHouse) -> None:
    lecture = add_lecture(uow, house)
    with uow.write(house.organiser) as tx:
        asked = assignments.offer(tx, activity_id=lecture, person_id=house.people[0], role=ROLE)
        activities.release(tx, lecture)
        assignments.answer(tx, asked, word=AnswerWord.yes, via=AnswerVia.phone)
    with uow.write(house.organiser) as tx, pytest.raises(Conflict, match="release_answered"):
        release_waits.undo(tx, lecture)
    with uow.write(house.member) as tx, pytest.raises(Forbidden):
        release_waits.undo(tx, lecture)
