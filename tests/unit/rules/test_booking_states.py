"""What may become of a booking, and what time does to it."""

from datetime import timedelta
from typing import Any

import pytest

from models.enums import BookingState
from models.rules import booking_states as rules
from models.rules.booking_states import BookingFacts, may_cancel, may_confirm, may_decline, may_keep, may_move, may_use
from models.values import TimeWindow
from tests.unit.rules.samples import LATER, NOW, OVER, RUNNING, codes, params

HELD, CONFIRMED, REQUESTED = BookingState.held, BookingState.confirmed, BookingState.requested
MINUTE = timedelta(minutes=1)
SOON, JUST_NOW = NOW + MINUTE, NOW - MINUTE
HALF_AN_HOUR = 30 * MINUTE


def booking(state: BookingState, when: TimeWindow = LATER, **facts: Any) -> BookingFacts:
    return BookingFacts(state=state, window=when, **facts)


@pytest.mark.parametrize("state", [REQUESTED, HELD])
def test_host_may_decide_what_is_open(state: BookingState) -> None:
    assert may_confirm(booking(state), NOW)
    assert may_decline(booking(state), NOW)
    assert may_cancel(booking(state), NOW)


@pytest.mark.parametrize(
    "state", [BookingState.declined, BookingState.cancelled, BookingState.used, BookingState.released]
)
def test_nothing_becomes_of_an_ended_booking(state: BookingState) -> None:
    for may in (may_confirm, may_decline, may_cancel, may_keep, may_move):
        assert codes(may(booking(state), NOW)) == ["wrong_state"]
        assert codes(may(booking(state, OVER), NOW)) == ["wrong_state", "already_over"]


def test_confirmed_booking_may_be_given_back_until_it_is_over() -> None:
    assert may_cancel(booking(CONFIRMED, RUNNING), NOW)
    assert codes(may_cancel(booking(CONFIRMED), LATER.ends_at)) == ["already_over"]
    assert codes(may_decline(booking(CONFIRMED), NOW)) == ["wrong_state"]
    assert may_move(booking(CONFIRMED), NOW)


def test_booking_counts_as_used_from_its_start_on() -> None:
    assert may_use(booking(CONFIRMED, RUNNING), NOW)
    assert codes(may_use(booking(REQUESTED), NOW)) == ["wrong_state", "not_started"]


def test_hold_ends_with_the_start_at_the_latest() -> None:
    assert rules.hold_ends_at(NOW, HALF_AN_HOUR, LATER.starts_at) == NOW + HALF_AN_HOUR
    assert rules.hold_ends_at(NOW, timedelta(days=9), LATER.starts_at) == LATER.starts_at


def test_hold_counts_as_ended_from_its_instant_on() -> None:
    assert not rules.has_lapsed(booking(HELD, held_until=SOON), NOW)
    assert rules.has_lapsed(booking(HELD, held_until=NOW), NOW)
    assert not rules.has_lapsed(booking(CONFIRMED, held_until=NOW), NOW)
    lapsed = booking(HELD, held_until=JUST_NOW)
    assert rules.after_hold(lapsed, NOW) is BookingState.cancelled
    for may in (may_confirm, may_keep, may_move):
        assert codes(may(lapsed, NOW)) == ["hold_expired"]
        assert params(may(lapsed, NOW), "hold_expired") == {"held_until": JUST_NOW}


def test_request_behind_a_hold_outlives_it_until_the_start() -> None:
    lapsed = booking(HELD, held_until=JUST_NOW, needs_approval=True)
    assert rules.after_hold(lapsed, NOW) is REQUESTED
    assert may_confirm(lapsed, NOW)
    assert may_move(lapsed, NOW)
    begun = booking(HELD, RUNNING, held_until=RUNNING.starts_at, needs_approval=True)
    assert rules.after_hold(begun, NOW) is BookingState.cancelled
    assert codes(may_confirm(begun, NOW)) == ["hold_expired"]


def test_hold_is_kept_by_oneself_where_nobody_is_asked() -> None:
    assert may_keep(booking(HELD, held_until=SOON), NOW)
    assert codes(may_keep(booking(HELD, held_until=SOON, needs_approval=True), NOW)) == ["host_decides"]
    assert codes(may_keep(booking(REQUESTED), NOW)) == ["host_decides"]
    assert codes(may_keep(booking(CONFIRMED), NOW)) == ["wrong_state"]


def test_people_say_that_they_are_there_from_an_hour_before_it_is_theirs() -> None:
    asked = booking(CONFIRMED, set_up=HALF_AN_HOUR)
    opens_at = LATER.starts_at - HALF_AN_HOUR - rules.EARLY
    assert rules.may_arrive(asked, opens_at)
    assert params(rules.may_arrive(asked, opens_at - MINUTE), "too_early_to_arrive") == {"opens_at": opens_at}
    assert codes(rules.may_arrive(asked, LATER.ends_at)) == ["already_over"]
    assert codes(rules.may_arrive(booking(HELD, RUNNING), NOW)) == ["wrong_state"]


def test_who_does_not_come_is_warned_once_after_half_the_wait() -> None:
    start = LATER.starts_at
    missing = booking(CONFIRMED)
    assert not rules.is_to_be_warned(missing, HALF_AN_HOUR, start + 14 * MINUTE)
    assert rules.is_to_be_warned(missing, HALF_AN_HOUR, start + 15 * MINUTE)
    assert not rules.is_to_be_warned(missing, HALF_AN_HOUR, LATER.ends_at)
    for known in ({"warned_at": start}, {"arrived_at": start}):
        assert not rules.is_to_be_warned(booking(CONFIRMED, **known), HALF_AN_HOUR, start + 15 * MINUTE)
    assert not rules.is_to_be_warned(booking(HELD), HALF_AN_HOUR, start + 15 * MINUTE)


def test_venue_goes_to_others_after_the_wait_and_never_soon_after_the_warning() -> None:
    start = LATER.starts_at
    warned = booking(CONFIRMED, warned_at=start + 15 * MINUTE)
    assert not rules.is_to_be_released(warned, HALF_AN_HOUR, start + 29 * MINUTE)
    assert rules.is_to_be_released(warned, HALF_AN_HOUR, start + 30 * MINUTE)
    assert not rules.is_to_be_released(warned, HALF_AN_HOUR, LATER.ends_at)
    late = booking(CONFIRMED, warned_at=start + 40 * MINUTE)
    assert rules.release_at(late, HALF_AN_HOUR, start + 40 * MINUTE) == start + 45 * MINUTE
    assert not rules.is_to_be_released(late, HALF_AN_HOUR, start + 44 * MINUTE)
    assert rules.is_to_be_released(late, HALF_AN_HOUR, start + 45 * MINUTE)
    assert not rules.is_to_be_released(booking(CONFIRMED), HALF_AN_HOUR, start + 60 * MINUTE)
    there = booking(CONFIRMED, warned_at=start, arrived_at=start)
    assert not rules.is_to_be_released(there, HALF_AN_HOUR, start + 60 * MINUTE)


def test_what_is_over_was_used_unless_its_activity_has_to_tell() -> None:
    assert rules.is_used_up(booking(CONFIRMED, OVER), NOW, has_activity=False)
    assert not rules.is_used_up(booking(CONFIRMED, OVER), NOW, has_activity=True)
    assert rules.is_used_up(booking(CONFIRMED, OVER, arrived_at=OVER.starts_at), NOW, has_activity=True)
    assert not rules.is_used_up(booking(CONFIRMED, RUNNING), NOW, has_activity=False)
    assert not rules.is_used_up(booking(REQUESTED, OVER), NOW, has_activity=False)
