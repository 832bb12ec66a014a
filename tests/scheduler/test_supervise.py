"""A worker as somebody's child."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.supervise import HOME, Supervisor
from tests.scheduler.processes import wait_until

#: Ends when its standard input does, as a worker does.
CHILD = "import sys; sys.stdin.read()"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
PARENT = f"""
import sys, time
from scheduler.supervise import Supervisor
supervisor = Supervisor([sys.executable, "-c", {CHILD!r}])
supervisor.start()
while supervisor.pid is None:
    time.sleep(0.01)
print(supervisor.pid, flush=True)
time.sleep(60)
"""


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())


def pid_of(supervisor: Supervisor) -> int:
    wait_until(lambda: supervisor.pid is not None)
    pid = supervisor.pid
    assert pid is not None
    return pid


def test_a_crashed_worker_is_started_again() -> None:
    supervisor = Supervisor([sys.executable, "-c", CHILD])
    supervisor.start()
    first = pid_of(supervisor)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: supervisor.pid not in {None, first})
    supervisor.stop()
    assert supervisor.pid is None


def test_stop_ends_the_worker_and_may_be_repeated() -> None:
    supervisor = Supervisor([sys.executable, "-c", CHILD])
    supervisor.stop()
    supervisor = Supervisor([sys.executable, "-c", CHILD])
    supervisor.start()
    pid = pid_of(supervisor)
    supervisor.stop()
    supervisor.stop()
    assert not is_there(pid)


def test_a_stubborn_worker_is_killed(capfd: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor([sys.executable, "-c", STUBBORN])
    supervisor.start()
    pid = pid_of(supervisor)
    wait_until(lambda: "on" in capfd.readouterr().out)
    supervisor.stop(patience_seconds=0.3)
    assert not is_there(pid)


def test_no_orphan_stays_when_the_parent_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=HOME)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_there(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not is_there(child))


def test_the_supervisor_is_light() -> None:
    heavy = "import sys, scheduler.supervise; print(sorted({'apscheduler', 'sqlalchemy', 'jinja2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, cwd=HOME, check=True)
    assert done.stdout.strip() == "[]"
