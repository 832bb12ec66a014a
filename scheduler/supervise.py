"""Runs the worker as a child of another process and keeps it running.

The child holds the reading end of a pipe as its standard input. When this process ends, however
it ends, the kernel closes the pipe and the child ends in order: no orphans, no signals needed.
Nothing heavy is imported here; the web process stays light.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import structlog

from muster.clock import Clock, SystemClock
from scheduler.retry import RESTART_FORGIVEN_AFTER, restart_wait

log = structlog.get_logger(__name__)

HOME = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "-m", "scheduler", "--with-parent")
#: How long the child may take to finish the message in its hand.
PATIENCE_SECONDS = 25.0


class Supervisor:
    """Starts a worker, starts it again with growing waits when it crashes, ends it on `stop`."""

    def __init__(self, command: Sequence[str] = COMMAND, *, clock: Clock | None = None) -> None:
        self._command = tuple(command)
        self._clock = clock or SystemClock()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the worker; returns at once."""
        self._thread.start()

    def stop(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """End the worker in order, or by force when it takes too long; may be called more than once."""
        self._stopping.set()
        with self._lock:
            child = self._child
        if child is not None:
            _close_pipe(child)
            child.terminate()
            try:
                child.wait(patience_seconds)
            except subprocess.TimeoutExpired:
                log.warning("supervisor.kills", pid=child.pid)
                child.kill()
        if self._thread.is_alive():
            self._thread.join(patience_seconds)

    @property
    def pid(self) -> int | None:
        """The process id of the worker, None while there is none."""
        with self._lock:
            return None if self._child is None else self._child.pid

    def _watch(self) -> None:
        crash_count = 0
        while not self._stopping.is_set():
            started_at = self._clock.monotonic()
            child = self._spawn()
            if child is None:
                return
            code = child.wait()
            _close_pipe(child)
            with self._lock:
                self._child = None
            if self._stopping.is_set():
                return
            ran_well = self._clock.monotonic() - started_at > RESTART_FORGIVEN_AFTER.total_seconds()
            crash_count = 1 if ran_well else crash_count + 1
            wait = restart_wait(crash_count).total_seconds()
            log.error("supervisor.restarts", exit_code=code, crashes=crash_count, wait_seconds=wait)
            self._stopping.wait(wait)

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        """Start the child, unless `stop` came first."""
        path = os.pathsep.join(part for part in (str(HOME), os.environ.get("PYTHONPATH", "")) if part)
        with self._lock:
            if self._stopping.is_set():
                return None
            self._child = subprocess.Popen(  # noqa: S603 - our own program
                self._command,
                stdin=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C is for the parent, which then ends the child in order
            )
            return self._child


def _close_pipe(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        child.stdin.close()
