"""Who sees what of the ledger of timers and deliveries."""

from datetime import timedelta

import pytest

from models.enums import (
    AnswerVia,
    AnswerWord,
    AssignmentRole,
    AttemptOutcome,
    DeliveryState,
    NotificationKind,
    ReminderKind,
    ReminderState,
    UserRole,
)
from models.errors import NotFound
from muster.clock import ManualClock
from services import activities, assignments, deliveries, leases, notify, workers
from services.access import STRANGER, WORKER, Actor
from services.deliveries import Tried
from services.queries import deliveries as ledger
from services.queries.health import read_scheduler
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.service.builders import SmallHouse, add_lecture, add_user, small_house

ALL = 100


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


@pytest.fixture
def lecture(uow: UnitOfWork, house: SmallHouse) -> int:
    """A public lecture of the squad, the day after tomorrow: one person asked, another has promised."""
    activity_id = add_lecture(uow, house, starts_at=NOW + timedelta(hours=47))
    with uow.write(house.organiser) as tx:
        activities.release(tx, activity_id)
        for person_id in house.people[:2]:
            assignments.offer(tx, activity_id=activity_id, person_id=person_id, role=AssignmentRole.model_demo)
    with uow.write(Actor(kind="link", person_id=house.people[1], detail="assignment:2")) as tx:
        assignments.answer(tx, 2, word=AnswerWord.yes, via=AnswerVia.link)
    return activity_id


def seen(uow: UnitOfWork, actor: Actor) -> dict[str, ledger.DeliveryRow]:
    with uow.read(actor) as tx:
        return {f"{row.kind.value}:{row.recipient_name}": row for row in ledger.list_deliveries(tx, limit=ALL).items}


def test_everybody_sees_their_share(uow: UnitOfWork, house: SmallHouse, lecture: int) -> None:
    everything = {"call_up:李样本", "call_up:王范例", "answer_received:organiser"}
    assert set(seen(uow, house.organiser)) == everything
    assert set(seen(uow, house.auditor)) == everything
    assert set(seen(uow, house.leader)) == everything
    assert set(seen(uow, house.member)) == {"call_up:李样本"}
    assert seen(uow, STRANGER) == {}
    with uow.write(WORKER) as tx:
        elsewhere = add_user(tx, "elsewhere", UserRole.organiser, house.other_squad)
    assert seen(uow, elsewhere) == {}


def test_addresses_are_masked_for_those_who_may_not_contact(uow: UnitOfWork, house: SmallHouse, lecture: int) -> None:
    with uow.write(WORKER) as tx:
        lease = leases.claim(tx, "w", limit=2, lease=timedelta(minutes=1))[-1]
        reply = "550 5.1.1 <organiser@example.org> unknown"
        tried = Tried(outcome=AttemptOutcome.refused, reason="address_dead", reply=reply)
        assert deliveries.record(tx, lease, tried) is DeliveryState.refused
    refused = "answer_received:organiser"
    whole = seen(uow, house.organiser)[refused]
    assert (whole.address, whole.reply, whole.is_masked) == ("organiser@example.org", reply, False)
    assert [attempt.reply for attempt in whole.attempts] == [reply]
    masked = seen(uow, house.auditor)[refused]
    assert (masked.address, masked.reply) == ("o***@example.org", "550 5.1.1 <o***@example.org> unknown")
    assert masked.is_masked
    assert "organiser@" not in str(masked)
    led = seen(uow, house.leader)
    assert led["call_up:李样本"].address == "li@example.org", "of the leader's own squad"
    assert led[refused].is_masked
    assert seen(uow, house.member)["call_up:李样本"].address == "li@example.org"


def test_the_reason_of_every_skip_is_there(uow: UnitOfWork, house: SmallHouse, lecture: int) -> None:
    with uow.write(WORKER) as tx:
        deliveries.withdraw(tx, activity_id=lecture, kinds=[NotificationKind.answer_received], reason="activity_moved")
    rows = seen(uow, house.auditor)
    answered = rows["call_up:王范例"]
    assert (answered.state, answered.reason, answered.sent_at) == (DeliveryState.obsolete, "already_answered", None)
    assert rows["answer_received:organiser"].reason == "activity_moved"
    waiting = rows["call_up:李样本"]
    assert waiting.next_try_at == waiting.due_at == uow.clock.now() + uow.settings.undo_wait
    assert (waiting.activity_title, waiting.activity_id) == ("劳模工匠进车间宣讲", lecture)


def test_perhaps_twice_is_said(uow: UnitOfWork, house: SmallHouse, lecture: int, clock: ManualClock) -> None:
    clock.advance(uow.settings.undo_wait)
    with uow.write(WORKER) as tx:
        answered, asked = leases.claim(tx, "w", limit=2, lease=timedelta(minutes=1))
        deliveries.record(tx, answered, Tried(outcome=AttemptOutcome.sent))
        deliveries.record(tx, asked, Tried(outcome=AttemptOutcome.uncertain))
    clock.advance(timedelta(minutes=2))
    with uow.write(WORKER) as tx:
        for lease in leases.claim(tx, "w", limit=9, lease=timedelta(minutes=1)):
            deliveries.record(tx, lease, Tried(outcome=AttemptOutcome.sent))
    rows = seen(uow, house.auditor).values()
    assert sorted((len(row.attempts), row.is_perhaps_twice) for row in rows if row.sent_at) == [(1, False), (2, True)]


def test_filters_and_pages(uow: UnitOfWork, house: SmallHouse, lecture: int) -> None:
    with uow.read(house.organiser) as tx:
        first = ledger.list_deliveries(tx, activity_id=lecture, limit=2)
        second = ledger.list_deliveries(tx, activity_id=lecture, limit=2, cursor=first.next)
        assert len({row.id for row in (*first.items, *second.items)}) == 3
        assert second.next is None
        assert ledger.list_deliveries(tx, activity_id=lecture + 1).items == ()
        kinds = ledger.list_deliveries(tx, kind=NotificationKind.call_up, state=DeliveryState.waiting).items
        assert [row.person_id for row in kinds] == [house.people[0]]
        assert ledger.list_deliveries(tx, assignment_id=1, person_id=house.people[0]).items == kinds
        assert ledger.read_delivery(tx, kinds[0].id) == kinds[0]
    with uow.read(house.member) as tx:
        hidden = next(row.id for row in first.items if row.person_id != house.people[0])
        for unknown in (hidden, 10**12, 0):
            with pytest.raises(NotFound):
                ledger.read_delivery(tx, unknown)


def test_timers_are_listed_with_their_reason(uow: UnitOfWork, house: SmallHouse, lecture: int) -> None:
    with uow.write(house.organiser) as tx:
        activities.cancel(tx, lecture, reason="台风")
    with uow.read(house.auditor) as tx:
        rows = ledger.list_reminders(tx, activity_id=lecture).items
        assert {row.state for row in rows} == {ReminderState.cancelled}
        own = [row for row in rows if row.kind in {ReminderKind.reminder, ReminderKind.close_activity}]
        assert {row.reason for row in own} == {"activity_cancelled"}
        assert {
            (row.person_name, row.reason) for row in rows if row.kind in {ReminderKind.chase, ReminderKind.call}
        } == {
            ("李样本", "activity_cancelled"),
            ("王范例", "already_answered"),
        }
        assert [row.person_name for row in own if row.assignment_id] == ["王范例"]
        assert ledger.list_reminders(tx, state=ReminderState.waiting).items == ()
    with uow.read(house.leader) as tx:  # is 王范例
        assert ledger.list_reminders(tx, person_id=house.people[1], assignment_id=2).items
    with uow.read(house.member) as tx:
        assert {row.person_name for row in ledger.list_reminders(tx).items} == {"李样本"}  # only their own


def test_messages_without_an_activity_are_for_the_whole_house(uow: UnitOfWork, house: SmallHouse) -> None:
    assert house.leader.user_id is not None
    with uow.write(WORKER) as tx:
        later = tx.now + timedelta(minutes=15)
        notify.request_sign_in(tx, user_id=house.leader.user_id, url_path="/sign-in/secret", expires_at=later)
    for actor in (house.organiser, house.auditor, house.leader):
        rows = seen(uow, actor)
        assert len(rows) == 1
        assert "secret" not in str(rows)
    assert seen(uow, house.member) == {}


def test_workers_are_forgotten_when_they_hold_nothing(
    uow: UnitOfWork, house: SmallHouse, lecture: int, clock: ManualClock
) -> None:
    with uow.write(WORKER) as tx:
        workers.start(tx, "idle")
    clock.advance(timedelta(seconds=30))
    with uow.write(WORKER) as tx:
        workers.start(tx, "holder")
        workers.beat(tx, "holder")
        health = read_scheduler(tx)
        assert (health.seen_at, health.backlog_count, health.lag_seconds) == (tx.now, 2, 30)
        assert leases.claim(tx, "holder", limit=1, lease=timedelta(minutes=1))
        workers.stop(tx, "holder")
        assert workers.forget_old(tx) == 0
    clock.advance(timedelta(days=31))
    with uow.write(WORKER) as tx:
        assert workers.forget_old(tx) == 1
        leases.release(tx, "holder")
        assert workers.forget_old(tx) == 1


def test_mask_keeps_only_the_first_character() -> None:
    assert ledger.mask("to a.b+c@mail.example.org, x@y") == "to a***@mail.example.org, x***@y"
