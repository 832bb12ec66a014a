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


#: How long a server that fails is left alone: first, and at most, however often it fails.
REST_FIRST = timedelta(minutes=1)
REST_LONGEST = timedelta(minutes=15)


class Breaker:
    """Keeps away from a mail server that fails, and tries it with one message before believing in it again.

    Closed: nothing is wrong. Open: it rests. Probing: the rest is over and nothing has come through yet; whoever
    sends takes one message at a time. Every further fault doubles the rest. Instants are of any steady clock.
    """

    def __init__(self, now: float) -> None:
        self._until = now
        self._fault_count = 0

    def is_open(self, now: float) -> bool:
        """Tell whether to leave the server alone."""
        return now < self._until

    def is_probing(self, now: float) -> bool:
        """Tell whether one message is to be tried before the rest."""
        return self._fault_count > 0 and not self.is_open(now)

    def fault(self, now: float, asked: timedelta = timedelta(0)) -> timedelta:
        """Note that the server failed everybody; return the rest, no shorter than was asked for.

        Several connections find the same fault at once; only the first of them counts.
        """
        if not self.is_open(now):
            self._fault_count += 1
        doublings = min(self._fault_count - 1, 10)
        rest = max(asked, min(REST_FIRST * (1 << max(doublings, 0)), REST_LONGEST))
        self._until = max(self._until, now + rest.total_seconds())
        return rest

    def rest(self, now: float, wait: timedelta) -> None:
        """Rest for a fault of our own, which says nothing about the server."""
        self._until = max(self._until, now + wait.total_seconds())

    def success(self) -> None:
        """Note that the server dealt with a message."""
        self._fault_count = 0


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
