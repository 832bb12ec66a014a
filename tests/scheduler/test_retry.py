"""Waits that need no clock."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.retry import Breaker, Bucket, restart_wait


def test_restarts_back_off_to_a_minute() -> None:
    assert [restart_wait(n) / timedelta(seconds=1) for n in (0, 1, 2, 3, 6, 7, 100)] == [1, 1, 2, 4, 32, 60, 60]


def test_a_bucket_needs_a_rate() -> None:
    with pytest.raises(ValueError, match="rate"):
        Bucket(0)


@given(
    rate=st.floats(min_value=0.05, max_value=50),
    pauses=st.lists(st.floats(min_value=0, max_value=5), min_size=2, max_size=60),
)
def test_a_bucket_never_lets_more_through_than_its_rate_and_one_second_saved(rate: float, pauses: list[float]) -> None:
    bucket, now, used_at = Bucket(rate), 1000.0, []
    for pause in pauses:
        now += pause
        now += bucket.take(now)
        used_at.append(now)
    for first in range(len(used_at)):
        for last in range(first + 1, len(used_at)):
            allowed = (used_at[last] - used_at[first]) * rate + max(1.0, rate)
            assert last - first <= allowed + 1e-6


def test_a_clock_that_stands_still_or_runs_back_gives_nothing_away() -> None:
    bucket = Bucket(1)
    assert bucket.take(100) == 0
    assert bucket.take(100) == pytest.approx(1)
    assert bucket.take(50) == pytest.approx(2)


def test_a_breaker_rests_longer_each_time_and_probes_until_something_comes_through() -> None:
    breaker, now = Breaker(0), 0.0
    assert not breaker.is_open(now)
    assert not breaker.is_probing(now)
    rests = []
    for _ in range(7):
        rests.append(breaker.fault(now) / timedelta(minutes=1))
        assert breaker.fault(now + 1) == timedelta(minutes=rests[-1]), "another connection finds the same fault"
        assert breaker.is_open(now + 1)
        now += 1 + 60 * rests[-1]
        assert not breaker.is_open(now)
        assert breaker.is_probing(now)
    assert rests == [1, 2, 4, 8, 15, 15, 15]
    breaker.success()
    assert not breaker.is_probing(now)
    assert breaker.fault(now, timedelta(hours=1)) == timedelta(hours=1), "what was asked for is granted"


def test_a_fault_of_our_own_says_nothing_about_the_server() -> None:
    breaker = Breaker(0)
    breaker.rest(0, timedelta(seconds=5))
    assert breaker.is_open(4)
    assert not breaker.is_probing(6)
