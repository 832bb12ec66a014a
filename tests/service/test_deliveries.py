"""The outbox as services know it: leases, fences, what follows from a try, what dead workers left."""

from datetime import datetime, timedelta

import pytest

from models.enums import AttemptOutcome, DeliveryPhase, DeliveryState, NotificationKind
from models.errors import Conflict
from models.rules.delivery import UNCERTAIN_WAIT
from models.tables.activities import Activity
from models.tables.deliveries import Delivery
from muster.clock import ManualClock
from services import activities, deliveries, leases, notify, recovery
from services.access import WORKER
from services.deliveries import Settled, Tried
from services.delivery_facts import DeliveryFacts
from services.leases import Lease
from services.unit_of_work import UnitOfWork
from tests.scheduler.builders import LEASE, Crowd, add_crowd, ask, attempts, rows
from tests.service.builders import LENGTH, START, SmallHouse, small_house

MINUTE = timedelta(minutes=1)
SENT = Tried(outcome=AttemptOutcome.sent, reply="250 queued")
LATER = Tried(outcome=AttemptOutcome.retry, reply="450 later", reason="recipient_later")
UNKNOWN = Tried(outcome=AttemptOutcome.uncertain, reason="cut_in_data")


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


@pytest.fixture
def crowd(uow: UnitOfWork, house: SmallHouse) -> Crowd:
    made = add_crowd(uow, house, 3)
    ask(uow, made)
    return made


def claim(uow: UnitOfWork, worker_id: str = "w1", limit: int = 100) -> tuple[Lease, ...]:
    with uow.write(WORKER) as tx:
        return leases.claim(tx, worker_id, limit=limit, lease=LEASE)


def mark(uow: UnitOfWork, lease: Lease) -> bool:
    with uow.write(WORKER) as tx:
        return leases.mark_data(tx, lease)


def prepare(uow: UnitOfWork, lease: Lease) -> DeliveryFacts | Settled:
    with uow.write(WORKER) as tx:
        return deliveries.prepare(tx, lease, lateness={NotificationKind.reminder: timedelta(days=2)})


def record(uow: UnitOfWork, lease: Lease, tried: Tried) -> DeliveryState | None:
    with uow.write(WORKER) as tx:
        return deliveries.record(tx, lease, tried)


def recover(uow: UnitOfWork, *alive: str) -> recovery.Recovered:
    with uow.write(WORKER) as tx:
        return recovery.recover(tx, lambda worker_id: worker_id in alive)


def row(uow: UnitOfWork, lease: Lease) -> Delivery:
    return next(found for found in rows(uow) if found.id == lease.delivery_id)


def outcomes(uow: UnitOfWork, lease: Lease) -> list[AttemptOutcome]:
    return [attempt.outcome for attempt in attempts(uow, lease.delivery_id)]


def test_claim_takes_what_is_due_and_the_longest_due_first(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    clock.advance(MINUTE)
    ask(uow, crowd, NotificationKind.changed)
    clock.advance(-2 * MINUTE)
    assert claim(uow) == ()
    clock.advance(3 * MINUTE)
    taken = claim(uow, limit=4)
    found = rows(uow)
    assert [lease.delivery_id for lease in taken] == [delivery.id for delivery in found[:4]]
    assert {(one.state, one.leased_by, one.lease_token) for one in found[:4]} == {(DeliveryState.leased, "w1", 1)}
    assert {one.leased_until for one in found[:4]} == {clock.now() + LEASE}
    assert len(claim(uow, "w2")) == 2
    assert claim(uow) == ()


def test_release_gives_back_what_has_not_begun(uow: UnitOfWork, crowd: Crowd) -> None:
    begun, *rest = claim(uow)
    assert mark(uow, begun)
    with uow.write(WORKER) as tx:
        assert leases.release(tx, "w2") == 0
        assert leases.release(tx, "w1") == 2
    assert row(uow, begun).state is DeliveryState.leased
    again = claim(uow)
    assert [lease.lease_token for lease in again] == [2, 2]
    assert not any(mark(uow, lease) for lease in rest), "a used up lease opens nothing"
    assert all(mark(uow, lease) for lease in again)


def test_renew_prolongs_own_leases_only(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    (mine,) = claim(uow, limit=1)
    (other,) = claim(uow, "w2", limit=1)
    clock.advance(MINUTE)
    with uow.write(WORKER) as tx:
        assert leases.renew(tx, "w1", lease=LEASE) == 1
    assert row(uow, mine).leased_until == clock.now() + LEASE
    assert row(uow, other).leased_until == clock.now() + LEASE - MINUTE


def test_kept_bytes_come_back(uow: UnitOfWork, crowd: Crowd) -> None:
    (lease,) = claim(uow, limit=1)
    with uow.write(WORKER) as tx:
        leases.keep_content(tx, lease, b"as it went out")
    facts = prepare(uow, lease)
    assert isinstance(facts, DeliveryFacts)
    assert facts.content == b"as it went out"
    with pytest.raises(Conflict), uow.write(WORKER) as tx:
        leases.keep_content(tx, lease, b"something else")


def test_prepare_reads_what_is_true_now(uow: UnitOfWork, house: SmallHouse, crowd: Crowd) -> None:
    (lease,) = claim(uow, limit=1)
    with uow.write(house.organiser) as tx:
        activities.change(tx, crowd.activity_id, {"title": "另一个题目"})
    facts = prepare(uow, lease)
    assert isinstance(facts, DeliveryFacts)
    assert facts.activity is not None
    assert facts.duty is not None
    assert facts.activity.title == "另一个题目"
    assert facts.activity.contact_name == "organiser"
    assert facts.activity.venue_name == "工人文化宫"
    assert facts.organisation_name == "大冶市总工会"
    assert (facts.recipient_name, facts.address, facts.locale) == ("样本0", "p0@example.org", "zh-CN")
    assert facts.duty.assignment_id == crowd.assignment_ids[0]
    assert facts.content is None


@pytest.mark.parametrize(
    ("later", "state", "reason"),
    [
        (START, DeliveryState.obsolete, "already_started"),
        (START - timedelta(days=5), DeliveryState.expired, "delivery_expired"),
    ],
)
def test_prepare_settles_what_comes_too_late(
    uow: UnitOfWork, crowd: Crowd, clock: ManualClock, later: datetime, state: DeliveryState, reason: str
) -> None:
    clock.set(later)
    for lease in claim(uow):
        assert prepare(uow, lease) == Settled(state, reason)
        assert prepare(uow, lease) == Settled(None, "lease_lost")
        found = row(uow, lease)
        assert (found.state, found.reason, found.settled_at) == (state, reason, later)
        assert (found.leased_by, found.attempts_count) == (None, 0)
        assert outcomes(uow, lease) == [AttemptOutcome(state.value)]


def test_prepare_settles_what_was_moved_while_it_was_held(uow: UnitOfWork, crowd: Crowd) -> None:
    (lease,) = claim(uow, limit=1)
    with uow.write(WORKER) as tx:  # behind the back of every reaction
        tx.get(Activity, crowd.activity_id, noun="activity").schedule_rev += 1
    assert prepare(uow, lease) == Settled(DeliveryState.obsolete, "activity_moved")


def test_sent_is_final(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    (lease,) = claim(uow, limit=1)
    assert mark(uow, lease)
    assert record(uow, lease, SENT) is DeliveryState.sent
    assert record(uow, lease, LATER) is None
    found = row(uow, lease)
    assert (found.state, found.reply, found.settled_at) == (DeliveryState.sent, "250 queued", clock.now())
    assert found.phase is DeliveryPhase.none
    assert outcomes(uow, lease) == [AttemptOutcome.sent]


def test_retries_climb_the_ladder_until_it_is_too_late(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    (lease,) = claim(uow, limit=1)
    delivery_id = lease.delivery_id
    waits = []
    state = None
    while state is not DeliveryState.expired:
        state = record(uow, lease, LATER)
        found = row(uow, lease)
        if state is DeliveryState.waiting:
            assert found.reason == "recipient_later"
            waits.append((found.next_try_at - clock.now()) / MINUTE)
            clock.set(found.next_try_at - timedelta(seconds=1))
            assert delivery_id not in {one.delivery_id for one in claim(uow)}
            clock.set(found.next_try_at)
            (lease,) = claim(uow)
    for wait, rung in zip(waits, [5, 10, 20, 40, 60, 60], strict=False):
        assert 0.8 * rung <= wait <= 1.2 * rung
    assert found.attempts_count == len(waits) + 1
    assert found.reason == "delivery_expired"
    assert found.expires_at - clock.now() < timedelta(hours=2)


def test_what_is_nobodys_fault_is_not_charged(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    (lease,) = claim(uow, limit=1)
    down = Tried(outcome=AttemptOutcome.retry, reason="host_unreachable", is_charged=False, retry_after=10 * MINUTE)
    assert record(uow, lease, down) is DeliveryState.waiting
    found = row(uow, lease)
    assert (found.attempts_count, found.next_try_at) == (0, clock.now() + 10 * MINUTE)
    assert outcomes(uow, lease) == [AttemptOutcome.retry]


def test_refusal_keeps_the_channels_reason(uow: UnitOfWork, crowd: Crowd) -> None:
    (lease,) = claim(uow, limit=1)
    dead = Tried(outcome=AttemptOutcome.refused, reason="address_dead", reply="550 5.1.1 no such user " + "x" * 600)
    assert record(uow, lease, dead) is DeliveryState.refused
    found = row(uow, lease)
    assert (found.reason, len(found.reply)) == ("address_dead", 500)


def test_unknown_fate_goes_out_once_more_and_no_further(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    (lease,) = claim(uow, limit=1)
    mark(uow, lease)
    assert record(uow, lease, UNKNOWN) is DeliveryState.waiting
    assert row(uow, lease).next_try_at == clock.now() + UNCERTAIN_WAIT
    clock.advance(UNCERTAIN_WAIT)
    again = next(one for one in claim(uow) if one.delivery_id == lease.delivery_id)
    assert record(uow, again, UNKNOWN) is DeliveryState.uncertain
    assert row(uow, lease).reason == "delivery_uncertain"
    assert outcomes(uow, lease) == [AttemptOutcome.uncertain] * 2


def test_withdrawn_messages_cannot_go_out(uow: UnitOfWork, crowd: Crowd) -> None:
    begun, held = claim(uow, limit=2)
    assert mark(uow, begun)
    with uow.write(WORKER) as tx:
        kinds = [NotificationKind.reminder]
        assert deliveries.withdraw(tx, activity_id=crowd.activity_id, kinds=kinds, reason="activity_moved") == 2
        assert deliveries.withdraw(tx, activity_id=crowd.activity_id, kinds=kinds, reason="again") == 0
    assert not mark(uow, held)
    assert record(uow, held, LATER) is None
    assert row(uow, held).reason == "activity_moved"
    assert claim(uow) == ()
    assert record(uow, begun, SENT) is DeliveryState.sent


def test_withdraw_is_about_something(uow: UnitOfWork, crowd: Crowd) -> None:
    with uow.write(WORKER) as tx:
        with pytest.raises(ValueError, match="needs an activity"):
            deliveries.withdraw(tx, kinds=list(NotificationKind), reason="everything")
        one = crowd.assignment_ids[0]
        assert deliveries.withdraw(tx, assignment_id=one, kinds=[NotificationKind.call_up], reason="x") == 0
        assert deliveries.withdraw(tx, assignment_id=one, kinds=[NotificationKind.reminder], reason="x") == 1


def test_cancelling_an_activity_takes_its_messages_back(uow: UnitOfWork, house: SmallHouse, crowd: Crowd) -> None:
    begun, *_held = claim(uow)
    assert mark(uow, begun)
    with uow.write(house.organiser) as tx:
        activities.cancel(tx, crowd.activity_id, reason="台风")
    by_state = {found.id: found.state for found in rows(uow)[:3]}
    assert by_state.pop(begun.delivery_id) is DeliveryState.leased
    assert set(by_state.values()) == {DeliveryState.obsolete}
    told = rows(uow)[3:]
    assert [found.person_id for found in told] == [row(uow, begun).person_id], "only who may know is told"


def test_people_know_what_was_sent_or_may_have_been(uow: UnitOfWork, crowd: Crowd) -> None:
    def told() -> list[bool]:
        with uow.read(WORKER) as tx:
            return [notify.was_told(tx, one) for one in crowd.assignment_ids]

    first, second, third = claim(uow)
    assert told() == [False, False, False]
    mark(uow, first)
    assert told() == [True, False, False]
    record(uow, first, UNKNOWN)
    mark(uow, second)
    record(uow, second, SENT)
    record(uow, third, LATER)
    assert told() == [True, True, False]


def test_rows_of_dead_workers_come_back(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    begun, held, other = (*claim(uow, limit=2), *claim(uow, "w2"))
    mark(uow, begun)
    assert not recover(uow, "w1", "w2"), "whoever lives keeps what they hold"
    assert recover(uow, "w2") == recovery.Recovered(unsent=1, uncertain=1)
    assert row(uow, held).next_try_at == clock.now()
    assert row(uow, begun).next_try_at == clock.now() + UNCERTAIN_WAIT
    assert [attempt.reason for attempt in attempts(uow, begun.delivery_id)] == ["perhaps_accepted"]
    assert row(uow, other).leased_by == "w2"
    assert not mark(uow, held)
    clock.advance(UNCERTAIN_WAIT)
    again = next(one for one in claim(uow, "w3") if one.delivery_id == begun.delivery_id)
    mark(uow, again)
    assert recover(uow, "w2") == recovery.Recovered(unsent=1, uncertain=1)
    assert row(uow, begun).state is DeliveryState.uncertain


def test_a_paused_worker_is_reported_but_left_alone(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    claim(uow)
    clock.advance(timedelta(days=1))
    assert recover(uow, "w1") == recovery.Recovered(overdue=3)
    assert {found.state for found in rows(uow)} == {DeliveryState.leased}


def test_a_worker_finds_what_it_holds_on_paper_only(uow: UnitOfWork, crowd: Crowd) -> None:
    busy, *_lost = claim(uow)
    with uow.write(WORKER) as tx:
        found = recovery.recover(tx, lambda _: False, worker_id="w1", in_hand={busy.delivery_id})
    assert found == recovery.Recovered(unsent=2)
    assert row(uow, busy).leased_by == "w1"


def test_what_was_accepted_is_not_sent_again_though_the_lease_was_lost(uow: UnitOfWork, crowd: Crowd) -> None:
    first, second = claim(uow, limit=2)
    mark(uow, first)
    mark(uow, second)
    recover(uow)
    assert record(uow, first, SENT) is DeliveryState.sent
    assert record(uow, second, LATER) is None
    assert row(uow, first).state is DeliveryState.sent
    assert outcomes(uow, first) == [AttemptOutcome.uncertain, AttemptOutcome.sent]
    assert row(uow, second).state is DeliveryState.waiting


def test_next_due_and_backlog(uow: UnitOfWork, crowd: Crowd, clock: ManualClock) -> None:
    due_at = clock.now()
    with uow.read(WORKER) as tx:
        assert leases.next_due_at(tx) == due_at
        assert leases.backlog(tx) == leases.Backlog(3, due_at)
    for lease in claim(uow):
        record(uow, lease, LATER)
    with uow.read(WORKER) as tx:
        next_due_at = leases.next_due_at(tx)
        assert next_due_at is not None
        assert next_due_at > due_at
        assert leases.backlog(tx) == leases.Backlog(0, None)


def test_a_move_withdraws_and_tells_those_who_promised(uow: UnitOfWork, house: SmallHouse, crowd: Crowd) -> None:
    claim(uow, limit=1)
    with uow.write(house.organiser) as tx:
        tx.get(Activity, crowd.activity_id, noun="activity").venue_id = None
    with uow.write(house.organiser) as tx:
        activities.move(tx, crowd.activity_id, starts_at=START + LENGTH, ends_at=START + 2 * LENGTH)
    found = rows(uow)
    assert {one.reason for one in found[:3]} == {"activity_moved"}
    assert {one.state for one in found[3:]} == {DeliveryState.waiting}
    assert len(found) == 6
