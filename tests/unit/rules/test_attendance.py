"""Check-ins, tallies, reversals and the classes of evidence."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from models.enums import ActivityState, CheckInSource, EvidenceClass, TallyMethod
from models.rules.attendance import (
    CLOCK_SLACK,
    DEVICE_SOURCES,
    CheckInFacts,
    ReversalFacts,
    Standing,
    check_in_window,
    evidence_class,
    may_check_in,
    may_reverse,
    may_tally,
    standing,
    tally_class,
)
from models.values import TimeWindow
from tests.unit.rules.samples import LATER, NOW, OVER, RUNNING, activity, codes, window

SCAN, ROLL_CALL = CheckInSource.scan, CheckInSource.roll_call
OPENS, SHUTS = LATER.starts_at - timedelta(hours=1), LATER.ends_at + timedelta(hours=4)
MUCH_LATER = LATER.ends_at + timedelta(days=2)
TICK = timedelta(seconds=1)


def seen(at: datetime, source: CheckInSource = SCAN, *, again: bool = False) -> CheckInFacts:
    return CheckInFacts(at=at, source=source, is_nonce_known=again)


def test_check_in_window_is_an_hour_before_to_four_hours_after() -> None:
    assert check_in_window(LATER) == TimeWindow(OPENS, SHUTS)


@pytest.mark.parametrize("at", [OPENS, LATER.starts_at, SHUTS - TICK])
def test_device_may_record_inside_the_window(at: datetime) -> None:
    assert may_check_in(activity(), seen(at), at)


def test_device_may_hand_in_later_what_it_saw_then() -> None:
    assert may_check_in(activity(), seen(LATER.starts_at), MUCH_LATER)
    assert may_check_in(activity(ActivityState.held), seen(LATER.starts_at), MUCH_LATER)


def test_device_outside_the_window_is_refused() -> None:
    assert codes(may_check_in(activity(), seen(OPENS - TICK), LATER.starts_at)) == ["check_in_too_early"]
    for source in DEVICE_SOURCES:
        assert codes(may_check_in(activity(), seen(SHUTS, source), MUCH_LATER)) == ["check_in_too_late"]


def test_organiser_may_write_down_later_instants() -> None:
    for source in set(CheckInSource) - DEVICE_SOURCES:
        assert may_check_in(activity(), seen(SHUTS + TICK, source), MUCH_LATER)
    assert codes(may_check_in(activity(), seen(OPENS - TICK, ROLL_CALL), MUCH_LATER)) == ["check_in_too_early"]


def test_clock_of_a_device_may_run_ahead_a_little() -> None:
    now = LATER.starts_at
    assert may_check_in(activity(), seen(now + CLOCK_SLACK), now)
    assert codes(may_check_in(activity(), seen(now + CLOCK_SLACK + TICK), now)) == ["in_future"]


def test_known_nonce_is_a_duplicate_scan() -> None:
    at = LATER.starts_at
    assert codes(may_check_in(activity(), seen(at, again=True), at)) == ["duplicate_scan"]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (ActivityState.closed, "closed_for_good"),
        (ActivityState.cancelled, "activity_cancelled"),
        (ActivityState.draft, "activity_not_released"),
        (ActivityState.postponed, "activity_postponed"),
    ],
)
def test_nothing_is_recorded_in_other_states(state: ActivityState, code: str) -> None:
    at = RUNNING.starts_at
    assert codes(may_check_in(activity(state, RUNNING), seen(at), NOW)) == [code]
    assert codes(may_tally(activity(state, RUNNING), 5, RUNNING, NOW)) == [code]


def test_tally_is_allowed_around_the_activity() -> None:
    assert may_tally(activity(when=RUNNING), 1, RUNNING, NOW)
    assert may_tally(activity(ActivityState.held, OVER), 40, None, NOW)


def test_tally_keeps_every_reason() -> None:
    answer = may_tally(activity(), 0, OVER, NOW)
    assert codes(answer) == ["tally_empty", "not_started", "tally_outside"]


def test_tally_of_another_day_is_refused() -> None:
    assert codes(may_tally(activity(when=OVER), 3, window("2026-02-27 14:00", "15:00"), NOW)) == ["tally_outside"]


def test_row_may_be_reversed_once_with_a_reason() -> None:
    assert may_reverse(ReversalFacts(is_reversal=False, is_reversed=False, has_reason=True))
    answer = may_reverse(ReversalFacts(is_reversal=True, is_reversed=True, has_reason=False))
    assert codes(answer) == ["is_a_reversal", "already_reversed", "reason_missing"]


@pytest.mark.parametrize(
    ("arrived_at", "now", "expected"),
    [
        (None, LATER.starts_at, Standing.expected),
        (None, LATER.ends_at - TICK, Standing.expected),
        (None, LATER.ends_at, Standing.absent),
        (LATER.starts_at - timedelta(minutes=5), LATER.ends_at, Standing.on_time),
        (LATER.starts_at + timedelta(minutes=10), LATER.starts_at, Standing.on_time),
        (LATER.starts_at + timedelta(minutes=10, seconds=1), LATER.ends_at, Standing.late),
    ],
)
def test_standing(arrived_at: datetime | None, now: datetime, expected: Standing) -> None:
    assert standing(LATER, arrived_at, now) is expected


@pytest.mark.parametrize(("has_out", "is_co_signed", "has_photo"), list(product([False, True], repeat=3)))
@pytest.mark.parametrize("source", list(CheckInSource))
def test_evidence_class_is_the_strongest_that_is_proven(
    source: CheckInSource, has_out: bool, is_co_signed: bool, has_photo: bool
) -> None:
    expected = EvidenceClass.d
    if has_photo:
        expected = EvidenceClass.c
    if is_co_signed:
        expected = EvidenceClass.b
    if source in {CheckInSource.scan, CheckInSource.link} and has_out:
        expected = EvidenceClass.a
    found = evidence_class(source, has_out=has_out, is_co_signed=is_co_signed, has_photo=has_photo)
    assert found is expected


@pytest.mark.parametrize(
    ("method", "is_co_signed", "has_photo", "expected"),
    [
        (TallyMethod.counter, False, True, EvidenceClass.d),
        (TallyMethod.counter, True, False, EvidenceClass.b),
        (TallyMethod.roster, False, True, EvidenceClass.c),
        (TallyMethod.host_certified, False, True, EvidenceClass.c),
        (TallyMethod.host_certified, False, False, EvidenceClass.d),
        (TallyMethod.estimate, False, True, EvidenceClass.d),
    ],
)
def test_tally_class(method: TallyMethod, is_co_signed: bool, has_photo: bool, expected: EvidenceClass) -> None:
    assert tally_class(method, is_co_signed=is_co_signed, has_photo=has_photo) is expected
