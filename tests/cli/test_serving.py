"""`muster serve`, `worker` and `demo` as processes: they answer, and they end in order."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.cli.shell import Shell
from tests.e2e.processes import free_port, stop, wait_for


@contextmanager
def running(shell: Shell, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    with shell.start(*arguments) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def status(address: str) -> int | None:
    try:
        return httpx.get(address, timeout=2).status_code
    except httpx.HTTPError:
        return None


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_serve_runs_the_scheduler_inside_and_ends_both_in_order(house: Shell, how: signal.Signals) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    house.sets["tick_seconds"] = "1"
    with running(house, "serve", "--port", str(port)) as process:
        wait_for(lambda: status(f"{address}/readyz") == 200, "the server with its scheduler")
        assert house.run("doctor").code == 0
        busy = house.run("db", "restore", "nothing.db")
        assert busy.code == 2
        assert stop(process, how) == 0
        out, err = process.communicate()
    assert out == f"Serving {address}; Ctrl-C ends it.\n"
    assert "Traceback" not in err
    assert "worker.stopped" in err
    assert "none is running" in house.run("doctor").out


def test_serve_without_a_scheduler_says_that_reminders_rest(house: Shell) -> None:
    port = free_port()
    with running(house, "serve", "--port", str(port), "--no-scheduler") as process:
        assert wait_for(lambda: status(f"http://127.0.0.1:{port}/healthz"), "the server") == 200
        assert status(f"http://127.0.0.1:{port}/readyz") == 503
        assert stop(process) == 0


def test_several_web_processes_share_one_port(house: Shell) -> None:
    port = free_port()
    with running(house, "serve", "--port", str(port), "--workers", "2", "--no-scheduler") as process:
        assert wait_for(lambda: status(f"http://127.0.0.1:{port}/healthz"), "the servers") == 200
        assert stop(process) == 0
        assert "Traceback" not in process.communicate()[1]
    assert status(f"http://127.0.0.1:{port}/healthz") is None


def test_a_port_that_is_taken_is_named(house: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = house.call("serve", "--port", str(port))
    assert ran.code == 2
    assert ran.line.startswith(f"127.0.0.1:{port}: ")
    assert house.call("serve", "--host", "no.such.host.invalid").code == 2


def test_a_second_worker_on_sqlite_is_refused(house: Shell) -> None:
    house.sets["tick_seconds"] = "1"
    with running(house, "worker") as process:
        wait_for(lambda: "fine" in house.run("doctor").out.splitlines()[2], "the worker")
        second = house.call("worker")
        assert second.code == 2
        assert "another worker" in second.line
        assert stop(process) == 0
        assert "Traceback" not in process.communicate()[1]


def test_demo_serves_the_sample_and_delivers_what_waits(sample: Shell) -> None:
    port = free_port()
    sample.sets["tick_seconds"] = "1"
    with running(sample, "demo", "--port", str(port)) as process:
        assert wait_for(lambda: status(f"http://127.0.0.1:{port}/healthz"), "the server") == 200
        assert stop(process) == 0
        out, err = process.communicate()
    assert f"http://127.0.0.1:{port}/mailbox" in out
    assert "Traceback" not in err
