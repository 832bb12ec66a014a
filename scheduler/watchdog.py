"""Looks from outside at whether time goes on in this process.

A thread of its own, on a clock that never runs backwards, independent of APScheduler and of the
event loop: an exception in the wrong place, a clock set back or a hung database call must not
stop all reminders in silence.
"""

import os
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

log = structlog.get_logger(__name__)

EXIT_HUNG = 1
#: So many looks in a row without a sign of life, and the process ends.
LOOKS = 3


def end_process() -> None:
    """End this process at once; a hung one cannot be asked to end in order."""
    os._exit(EXIT_HUNG)


class Watchdog:
    """Nudges at the first look without a sign of life, bites at the third in a row.

    Looks are counted instead of time: a process that was paused for an hour has missed none.
    """

    def __init__(self, period: timedelta, *, nudge: Callable[[], None], bite: Callable[[], None] = end_process) -> None:
        self._period = period
        self._nudge = nudge
        self._bite = bite
        self._seen = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def beat(self) -> None:
        """Give a sign of life."""
        self._seen.set()

    def stop(self) -> None:
        """Look no more."""
        self._done.set()

    def _watch(self) -> None:
        missed_count = 0
        while not self._done.wait(self._period.total_seconds()):
            if self._seen.is_set():
                self._seen.clear()
                missed_count = 0
                continue
            missed_count += 1
            log.warning("watchdog.missed", missed=missed_count)
            if missed_count >= LOOKS:
                log.error("watchdog.ends_process")
                self._bite()
                return
            self._nudge()
