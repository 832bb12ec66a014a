"""Waits as pure arithmetic: no clock, no sleeping. The waits between tries at one delivery are in models.rules.delivery."""

from datetime import timedelta

RESTART_FIRST = timedelta(seconds=1)
RESTART_LONGEST = timedelta(minutes=1)
#: A child that ran this long had started well; its next crash counts as the first again.
RESTART_FORGIVEN_AFTER = timedelta(minutes=5)


def restart_wait(crash_count: int) -> timedelta:
    """Return how long to wait before a process is started again, after so many crashes in a row (1 is the first)."""
    doublings = min(max(crash_count, 1) - 1, 10)
    return min(RESTART_FIRST * (1 << doublings), RESTART_LONGEST)


class Bucket:
    """A token bucket: `rate` messages a second, with a second's worth at most saved up."""

    def __init__(self, rate: float) -> None:
        if rate <= 0:
            message = "a rate is more than nothing"
            raise ValueError(message)
        self._rate = rate
        self._size = max(1.0, rate)
        self._tokens = 1.0
        self._filled_at: float | None = None

    def take(self, now: float) -> float:
        """Take one token at an instant of any steady clock; return for how many seconds to wait before using it."""
        if self._filled_at is not None:
            gained = max(0.0, now - self._filled_at) * self._rate
            self._tokens = min(self._size, self._tokens + gained)
        self._filled_at = now
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate)
