"""Release, move, postpone, cancel, hold, close and edit an activity."""

from datetime import timedelta

import pytest

from models.enums import ActivityState, BookingState
from models.rules.activity import (
    Counted,
    VenueNeed,
    may_cancel,
    may_close,
    may_edit,
    may_hold,
    may_move,
    may_postpone,
    may_release,
)
from models.values import TimeWindow
from tests.unit.rules.samples import LATER, NOW, OVER, RUNNING, activity, codes

DRAFT, RELEASED, POSTPONED = ActivityState.draft, ActivityState.released, ActivityState.postponed
HELD, CLOSED, CANCELLED = ActivityState.held, ActivityState.closed, ActivityState.cancelled
NO_VENUE = VenueNeed()


def need(state: BookingState | None, booked: TimeWindow | None = LATER) -> VenueNeed:
    return VenueNeed(venue_id=3, booking_state=state, booked=booked)


@pytest.mark.parametrize("state", [DRAFT, POSTPONED])
@pytest.mark.parametrize("venue", [NO_VENUE, need(BookingState.confirmed), need(BookingState.confirmed, None)])
def test_release_is_allowed_with_a_future_window_and_its_venue_booked(state: ActivityState, venue: VenueNeed) -> None:
    assert may_release(activity(state), venue, NOW)


@pytest.mark.parametrize("booking", [None, *sorted(set(BookingState) - {BookingState.confirmed})])
def test_release_waits_for_the_venue(booking: BookingState | None) -> None:
    assert codes(may_release(activity(DRAFT), need(booking, None), NOW)) == ["venue_not_booked"]


def test_release_wants_the_booking_to_cover_the_whole_window() -> None:
    late = TimeWindow(LATER.starts_at + timedelta(minutes=1), LATER.ends_at)
    short = TimeWindow(LATER.starts_at, LATER.ends_at - timedelta(minutes=1))
    for booked in (late, short):
        assert codes(may_release(activity(DRAFT), need(BookingState.confirmed, booked), NOW)) == ["booking_too_narrow"]


def test_release_keeps_every_reason() -> None:
    answer = may_release(activity(CANCELLED, OVER), need(None), NOW)
    assert codes(answer) == ["wrong_state", "starts_in_past", "venue_not_booked"]


def test_release_at_the_very_start_is_too_late() -> None:
    assert codes(may_release(activity(DRAFT), NO_VENUE, LATER.starts_at)) == ["starts_in_past"]


@pytest.mark.parametrize("state", [DRAFT, RELEASED, POSTPONED])
def test_move_is_allowed_before_the_start(state: ActivityState) -> None:
    assert may_move(activity(state), LATER, NOW)


@pytest.mark.parametrize("state", [DRAFT, POSTPONED])
def test_move_gives_a_past_plan_a_new_date(state: ActivityState) -> None:
    assert may_move(activity(state, OVER), LATER, NOW)


@pytest.mark.parametrize(
    ("state", "when", "code"),
    [
        (RELEASED, RUNNING, "already_started"),
        (HELD, RUNNING, "already_held"),
        (CLOSED, OVER, "closed_for_good"),
        (CANCELLED, LATER, "activity_cancelled"),
    ],
)
def test_move_is_refused(state: ActivityState, when: TimeWindow, code: str) -> None:
    assert codes(may_move(activity(state, when), LATER, NOW)) == [code]


def test_move_goes_into_the_future_only() -> None:
    assert codes(may_move(activity(DRAFT), OVER, NOW)) == ["starts_in_past"]


def test_postpone_takes_a_released_activity_off_its_date_before_it_starts() -> None:
    assert may_postpone(activity(RELEASED), NOW)
    assert codes(may_postpone(activity(RELEASED, RUNNING), NOW)) == ["already_started"]
    assert codes(may_postpone(activity(DRAFT, RUNNING), NOW)) == ["wrong_state"]


@pytest.mark.parametrize("state", [DRAFT, RELEASED, POSTPONED])
def test_cancel_is_allowed_while_nothing_happened(state: ActivityState) -> None:
    assert may_cancel(activity(state))
    assert may_cancel(activity(state), Counted())


@pytest.mark.parametrize("state", [CLOSED, CANCELLED])
def test_cancel_is_refused_at_the_end(state: ActivityState) -> None:
    assert codes(may_cancel(activity(state), Counted(named_count=1))) == ["wrong_state"]


def test_cancel_of_a_held_activity_needs_that_nobody_was_counted() -> None:
    assert may_cancel(activity(HELD, OVER), Counted())
    assert may_cancel(activity(HELD, OVER))
    assert codes(may_cancel(activity(HELD, OVER), Counted(tally_count=40))) == ["already_counted"]


def test_the_very_start_is_too_late_to_move_or_postpone() -> None:
    last = LATER.starts_at - timedelta(microseconds=1)
    to = TimeWindow(LATER.ends_at, LATER.ends_at + timedelta(hours=1))
    assert may_move(activity(RELEASED), to, last)
    assert may_postpone(activity(RELEASED), last)
    assert codes(may_move(activity(RELEASED), to, LATER.starts_at)) == ["already_started"]
    assert codes(may_postpone(activity(RELEASED), LATER.starts_at)) == ["already_started"]


def test_hold_is_allowed_from_the_start_on() -> None:
    assert may_hold(activity(RELEASED), LATER.starts_at)
    assert codes(may_hold(activity(RELEASED), LATER.starts_at - timedelta(seconds=1))) == ["not_started"]
    assert codes(may_hold(activity(POSTPONED), NOW)) == ["wrong_state", "not_started"]


@pytest.mark.parametrize("counted", [Counted(named_count=1), Counted(tally_count=1)])
def test_close_needs_one_head_named_or_tallied(counted: Counted) -> None:
    assert may_close(activity(HELD, OVER), counted, NOW)


def test_close_without_any_head_is_refused() -> None:
    assert codes(may_close(activity(HELD, OVER), Counted(), NOW)) == ["nothing_counted"]


def test_close_keeps_every_reason() -> None:
    assert codes(may_close(activity(RELEASED), Counted(), NOW)) == ["wrong_state", "not_over", "nothing_counted"]


def test_close_is_allowed_at_the_very_end() -> None:
    assert may_close(activity(HELD), Counted(named_count=2), LATER.ends_at)


@pytest.mark.parametrize("state", [DRAFT, RELEASED, POSTPONED, HELD])
def test_edit_is_allowed_until_the_closing(state: ActivityState) -> None:
    assert may_edit(activity(state))


def test_edit_is_refused_after_the_end() -> None:
    assert codes(may_edit(activity(CLOSED))) == ["closed_for_good"]
    assert codes(may_edit(activity(CANCELLED))) == ["activity_cancelled"]
