"""The only module that may read the time of day."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of the current instant."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards; only differences mean anything."""
        ...


class SystemClock:
    """The clock of this machine, shifted by a fixed `offset`.

    A shift lets a rehearsal or a test process live in another hour while every
    process that shares the shift still agrees with the others.
    """

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()


class ManualClock:
    """A clock that moves only when told to; safe to share between threads."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            message = "a clock needs an aware instant"
            raise ValueError(message)
        self._now = now.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the instant that was set, aware, in UTC."""
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        """Return the set instant in seconds, so that moving the clock moves this too."""
        return self.now().timestamp()

    def advance(self, by: timedelta) -> datetime:
        """Move the clock by a duration and return the new instant."""
        with self._lock:
            self._now += by
            return self._now

    def set(self, to: datetime) -> None:
        """Set the clock to an aware instant, forwards or backwards."""
        if to.tzinfo is None:
            message = "a clock needs an aware instant"
            raise ValueError(message)
        with self._lock:
            self._now = to.astimezone(UTC)
