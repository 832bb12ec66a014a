"""What follows a try, and what makes a message pointless."""

import random
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import (
    ActivityState,
    AssignmentState,
    AttemptOutcome,
    BookingState,
    DeliveryState,
    NotificationKind,
    WaitState,
)
from models.rules.delivery import (
    LADDER,
    LONGEST_LIFE,
    DeliveryFacts,
    Finish,
    GiveUp,
    OutcomeFacts,
    Retry,
    expires_at,
    is_obsolete,
    next_step,
    retry_wait,
)
from tests.unit.rules.samples import LATER, NOW, OVER, RUNNING

KINDS = NotificationKind
FAR = NOW + timedelta(days=3)
TRY_AGAIN = OutcomeFacts(outcome=AttemptOutcome.retry)
UNCERTAIN = OutcomeFacts(outcome=AttemptOutcome.uncertain)


class Middle:
    """A random source without surprises."""

    def uniform(self, a: float, b: float, /) -> float:
        return (a + b) / 2


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (AttemptOutcome.sent, DeliveryState.sent),
        (AttemptOutcome.obsolete, DeliveryState.obsolete),
    ],
)
def test_final_outcomes_finish(outcome: AttemptOutcome, state: DeliveryState) -> None:
    step = next_step(OutcomeFacts(outcome=outcome), 1, KINDS.reminder, NOW, FAR, Middle())
    assert step == Finish(state)


@pytest.mark.parametrize(
    ("outcome", "state", "code"),
    [
        (AttemptOutcome.expired, DeliveryState.expired, "delivery_expired"),
        (AttemptOutcome.refused, DeliveryState.refused, "delivery_refused"),
    ],
)
def test_failures_give_up_with_a_reason(outcome: AttemptOutcome, state: DeliveryState, code: str) -> None:
    step = next_step(OutcomeFacts(outcome=outcome), 1, KINDS.reminder, NOW, FAR, Middle())
    assert isinstance(step, GiveUp)
    assert (step.state, step.reason.code) == (state, code)


@pytest.mark.parametrize(("attempts", "wait"), [(0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (6, 60), (90, 60)])
def test_waits_climb_the_ladder_and_stay_at_an_hour(attempts: int, wait: int) -> None:
    step = next_step(TRY_AGAIN, attempts, KINDS.reminder, NOW, FAR, Middle())
    assert step == Retry(NOW + timedelta(minutes=wait))


def test_uncharged_failure_waits_a_minute_whatever_came_before() -> None:
    facts = OutcomeFacts(outcome=AttemptOutcome.retry, is_charged=False)
    assert next_step(facts, 4, KINDS.reminder, NOW, FAR, Middle()) == Retry(NOW + timedelta(minutes=1))


def test_longer_wait_that_the_other_side_asks_for_is_kept() -> None:
    for asked, waited in ((30, 30), (1, 5)):
        facts = OutcomeFacts(outcome=AttemptOutcome.retry, retry_after=timedelta(minutes=asked))
        assert next_step(facts, 1, KINDS.reminder, NOW, FAR, Middle()) == Retry(NOW + timedelta(minutes=waited))


def test_retry_after_the_end_of_its_life_expires_at_once() -> None:
    step = next_step(TRY_AGAIN, 1, KINDS.reminder, NOW, NOW + timedelta(minutes=5), Middle())
    assert isinstance(step, GiveUp)
    assert step.state is DeliveryState.expired


def test_message_of_unknown_fate_goes_out_once_more() -> None:
    assert next_step(UNCERTAIN, 1, KINDS.reminder, NOW, FAR, Middle()) == Retry(NOW + timedelta(minutes=1), True)


@pytest.mark.parametrize(
    ("facts", "kind", "life"),
    [
        (OutcomeFacts(outcome=AttemptOutcome.uncertain, resends_count=1), KINDS.reminder, timedelta(days=1)),
        (UNCERTAIN, KINDS.answer_received, timedelta(days=1)),
        (UNCERTAIN, KINDS.reminder, timedelta(minutes=1)),
    ],
)
def test_unknown_fate_is_left_open_otherwise(facts: OutcomeFacts, kind: NotificationKind, life: timedelta) -> None:
    step = next_step(facts, 1, kind, NOW, NOW + life, Middle())
    assert isinstance(step, GiveUp)
    assert (step.state, step.reason.code) == (DeliveryState.uncertain, "delivery_uncertain")


@given(st.integers(0, 2**32), st.integers(1, 100))
def test_retries_move_on_until_they_expire(seed: int, hours: int) -> None:
    source = random.Random(seed)
    now, until, instants = NOW, NOW + timedelta(hours=hours), [NOW]
    for attempts in range(1, 400):
        step = next_step(TRY_AGAIN, attempts, KINDS.call_up, now, until, source)
        if not isinstance(step, Retry):
            break
        now = step.at
        instants.append(now)
    assert isinstance(step, GiveUp)
    assert all(
        timedelta(minutes=4) <= later - earlier <= timedelta(minutes=72) for earlier, later in pairwise(instants)
    )
    assert instants[-1] < until


@given(st.integers(0, 2**32))
def test_jitter_is_at_most_a_fifth(seed: int) -> None:
    for attempts, rung in enumerate(LADDER, start=1):
        assert 0.8 * rung <= retry_wait(attempts, random.Random(seed)) <= 1.2 * rung
    uncharged = OutcomeFacts(outcome=AttemptOutcome.retry, is_charged=False)
    step = next_step(uncharged, 1, KINDS.reminder, NOW, FAR, random.Random(seed))
    assert isinstance(step, Retry)
    assert timedelta(seconds=48) <= step.at - NOW <= timedelta(seconds=72)


@pytest.mark.parametrize(
    ("kind", "until"),
    [
        (KINDS.call_up, LATER.starts_at),
        (KINDS.chase, LATER.starts_at),
        (KINDS.stand_in, LATER.starts_at),
        (KINDS.reminder, LATER.starts_at),
        (KINDS.booking_asked, LATER.starts_at),
        (KINDS.changed, LATER.ends_at),
        (KINDS.cancelled, LATER.ends_at),
        (KINDS.answer_received, LATER.ends_at),
        (KINDS.booking_decided, LATER.ends_at),
        (KINDS.close_activity, NOW + LONGEST_LIFE),
        (KINDS.sign_in, NOW + timedelta(minutes=15)),
    ],
)
def test_life_of_a_message(kind: NotificationKind, until: object) -> None:
    assert expires_at(kind, NOW, LATER) == until


def test_no_message_lives_longer_than_five_days() -> None:
    early = LATER.starts_at - timedelta(days=30)
    assert expires_at(KINDS.call_up, early, LATER) == early + LONGEST_LIFE
    assert expires_at(KINDS.changed, early, None) == early + LONGEST_LIFE


def facts(kind: NotificationKind, **changes: Any) -> DeliveryFacts:
    base: dict[str, Any] = {
        "kind": kind,
        "activity_state": ActivityState.released,
        "window": LATER,
        "schedule_rev": 2,
        "current_rev": 2,
        "assignment_state": AssignmentState.accepted,
    }
    return DeliveryFacts(**(base | changes))


def why(kind: NotificationKind, **changes: Any) -> str | None:
    reason = is_obsolete(facts(kind, **changes), NOW)
    return None if reason is None else reason.code


STILL_GOOD: list[tuple[NotificationKind, dict[str, Any]]] = [
    (KINDS.call_up, {"assignment_state": AssignmentState.offered}),
    (KINDS.chase, {"assignment_state": AssignmentState.offered}),
    (KINDS.stand_in, {"assignment_state": AssignmentState.offered}),
    (KINDS.reminder, {}),
    (KINDS.reconfirm, {}),
    (KINDS.changed, {}),
    (KINDS.changed, {"assignment_state": AssignmentState.offered}),
    (KINDS.changed, {"activity_state": ActivityState.postponed, "assignment_state": AssignmentState.offered}),
    (KINDS.cancelled, {"activity_state": ActivityState.cancelled, "assignment_state": AssignmentState.withdrawn}),
    (KINDS.cancelled, {"activity_state": ActivityState.postponed}),
    (KINDS.cancelled, {"assignment_state": AssignmentState.withdrawn}),
    (KINDS.answer_received, {"assignment_state": AssignmentState.declined}),
    (KINDS.close_activity, {"window": OVER}),
    (KINDS.close_activity, {"window": OVER, "activity_state": ActivityState.held}),
    (KINDS.digest, {"activity_state": None, "window": None}),
    (KINDS.broadcast, {"activity_state": ActivityState.cancelled, "window": OVER}),
    (KINDS.sign_in, {"activity_state": None, "window": None}),
    (KINDS.booking_asked, {"booking_state": BookingState.requested}),
    (KINDS.booking_asked, {"booking_state": None}),
    (KINDS.booking_decided, {"booking_state": BookingState.declined}),
    (KINDS.booking_ended, {"booking_state": BookingState.requested}),
    (KINDS.booking_ended, {"booking_state": BookingState.released, "window": RUNNING}),
    (KINDS.no_show, {"booking_state": BookingState.confirmed, "window": RUNNING}),
    (KINDS.place_offered, {"booking_state": BookingState.held, "wait_state": WaitState.offered}),
]


@pytest.mark.parametrize(("kind", "changes"), STILL_GOOD)
def test_message_still_holds(kind: NotificationKind, changes: dict[str, Any]) -> None:
    assert why(kind, **changes) is None


OBSOLETE: list[tuple[NotificationKind, dict[str, Any], str]] = [
    (KINDS.call_up, {}, "already_answered"),
    (KINDS.call_up, {"assignment_state": AssignmentState.declined}, "assignment_declined"),
    (KINDS.call_up, {"assignment_state": AssignmentState.offered, "window": RUNNING}, "already_started"),
    (KINDS.call_up, {"assignment_state": AssignmentState.offered, "current_rev": 3}, "activity_moved"),
    (KINDS.call_up, {"activity_state": ActivityState.draft}, "activity_not_released"),
    (KINDS.chase, {}, "already_answered"),
    (KINDS.stand_in, {"assignment_state": AssignmentState.withdrawn}, "assignment_withdrawn"),
    (KINDS.reminder, {"activity_state": ActivityState.cancelled}, "activity_cancelled"),
    (KINDS.reminder, {"activity_state": ActivityState.postponed}, "activity_postponed"),
    (KINDS.reminder, {"assignment_state": AssignmentState.offered}, "not_accepted"),
    (KINDS.reminder, {"assignment_state": AssignmentState.declined}, "assignment_declined"),
    (KINDS.reminder, {"assignment_state": AssignmentState.replaced}, "assignment_replaced"),
    (KINDS.reminder, {"assignment_state": AssignmentState.withdrawn}, "assignment_withdrawn"),
    (KINDS.reminder, {"current_rev": 3}, "activity_moved"),
    (KINDS.reminder, {"window": RUNNING}, "already_started"),
    (KINDS.reminder, {"has_left": True}, "person_left"),
    (KINDS.broadcast, {"has_left": True}, "person_left"),
    (KINDS.reconfirm, {"assignment_state": AssignmentState.declined}, "assignment_declined"),
    (KINDS.reconfirm, {"current_rev": 3}, "activity_moved"),
    (KINDS.changed, {"activity_state": ActivityState.cancelled}, "activity_cancelled"),
    (KINDS.changed, {"current_rev": 3}, "activity_moved"),
    (KINDS.changed, {"window": OVER}, "activity_over"),
    (KINDS.changed, {"assignment_state": AssignmentState.declined}, "assignment_declined"),
    (KINDS.cancelled, {}, "still_on"),
    (KINDS.cancelled, {"assignment_state": None}, "still_on"),
    (KINDS.cancelled, {"activity_state": ActivityState.cancelled, "window": OVER}, "activity_over"),
    (KINDS.answer_received, {"activity_state": ActivityState.cancelled}, "activity_cancelled"),
    (KINDS.close_activity, {"activity_state": ActivityState.closed}, "closed_for_good"),
    (KINDS.close_activity, {"activity_state": ActivityState.cancelled}, "activity_cancelled"),
    (KINDS.digest, {"is_empty": True}, "nothing_to_tell"),
    (KINDS.sign_in, {"has_left": True}, "person_left"),
    (KINDS.booking_asked, {"booking_state": BookingState.confirmed}, "already_decided"),
    (KINDS.booking_asked, {"booking_state": BookingState.requested, "window": OVER}, "activity_over"),
    (KINDS.booking_decided, {"booking_state": BookingState.cancelled}, "booking_changed"),
    (KINDS.booking_ended, {"booking_state": BookingState.confirmed}, "booking_changed"),
    (KINDS.booking_ended, {"booking_state": BookingState.cancelled, "window": OVER}, "activity_over"),
    (KINDS.no_show, {"booking_state": BookingState.confirmed, "has_arrived": True}, "people_arrived"),
    (KINDS.no_show, {"booking_state": BookingState.released}, "booking_changed"),
    (KINDS.place_offered, {"booking_state": BookingState.cancelled}, "offer_over"),
    (KINDS.place_offered, {"booking_state": BookingState.held, "wait_state": WaitState.taken}, "offer_over"),
    (KINDS.place_offered, {"booking_state": BookingState.held, "window": RUNNING}, "already_started"),
]


@pytest.mark.parametrize(("kind", "changes", "code"), OBSOLETE)
def test_message_lost_its_point(kind: NotificationKind, changes: dict[str, Any], code: str) -> None:
    assert why(kind, **changes) == code


def test_start_and_end_themselves_are_too_late() -> None:
    last = timedelta(microseconds=1)
    assert is_obsolete(facts(KINDS.reminder), LATER.starts_at - last) is None
    assert is_obsolete(facts(KINDS.reminder), LATER.starts_at) is not None
    assert is_obsolete(facts(KINDS.changed), LATER.ends_at - last) is None
    assert is_obsolete(facts(KINDS.changed), LATER.ends_at) is not None


def test_every_kind_is_judged_at_the_moment_of_sending() -> None:
    assert {kind for kind, _ in STILL_GOOD} == set(NotificationKind)
    assert {kind for kind, _, _ in OBSOLETE} == set(NotificationKind)
