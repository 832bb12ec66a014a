"""The program from outside: server, worker and SMTP sink as processes of their own."""

import json
import mailbox
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, TypeVar

import httpx

from muster.clock import SystemClock

ROOT = Path(__file__).resolve().parents[2]
MUSTER = Path(sys.executable).with_name("muster")
T = TypeVar("T")
PATIENCE = 60.0  # seconds; every one of them only where something is wrong or the machine is busy
CLOCK = SystemClock()
LINK = re.compile(r"http://127\.0\.0\.1:\d+(/a/\S+)")


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(look: Callable[[], T | None], what: str, patience: float = PATIENCE) -> T:
    """Return the first true result of `look`; fail after some seconds, saying what was waited for."""
    until = CLOCK.monotonic() + patience
    while CLOCK.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    message = f"waited {patience} s for {what}"
    raise AssertionError(message)


def stop(process: subprocess.Popen[Any], how: signal.Signals = signal.SIGTERM) -> int:
    """End a process and return its exit code."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        return process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


@dataclass
class Sink:
    """An SMTP server of its own process that keeps what it gets in a maildir."""

    folder: Path
    port: int = field(default_factory=free_port)

    @contextmanager
    def running(self) -> Iterator["Sink"]:
        """Listen until the block ends."""
        command = [sys.executable, "-W", "ignore", "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{self.port}"]
        command += ["-c", "aiosmtpd.handlers.Mailbox", str(self.folder)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_for(lambda: is_open(self.port), "the SMTP sink")
                yield self
            finally:
                stop(process)

    def mails(self, to: str | None = None) -> list[EmailMessage]:
        """Return what has arrived, to one address or to all, in no order."""
        box = mailbox.Maildir(self.folder, create=True)
        raw = [box.get_bytes(key) for key in box.keys()]  # noqa: SIM118 - a mailbox is no dict
        found = [message_from_bytes(one, policy=default) for one in raw]
        return [mail for mail in found if to is None or to in mail["To"]]


def is_open(port: int) -> bool:
    """Tell whether somebody listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def text_of(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def calendar_of(mail: EmailMessage) -> bytes:
    """Return the calendar part of a mail."""
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    content: bytes = part.get_payload(decode=True)
    return content


def answer_path(mail: EmailMessage) -> str:
    """Return the path of the answer link in a mail."""
    found = LINK.search(text_of(mail))
    assert found, text_of(mail)
    return found.group(1)


@dataclass
class House:
    """One house in a folder: its settings, its commands and its processes."""

    folder: Path
    database_url: str
    sink: Sink
    port: int = field(default_factory=free_port)
    offset_seconds: int = 0

    @property
    def address(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """Return the environment of every process of the house."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
        return kept | {
            "MUSTER_DATABASE_URL": self.database_url,
            "MUSTER_DATA_DIR": str(self.folder / "data"),
            "MUSTER_SMTP_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "MUSTER_MAIL_FROM": "大冶市总工会 <notice@example.org>",
            "MUSTER_BASE_URL": self.address,
            "MUSTER_QUIET_HOURS": "",
            "MUSTER_UNDO_SECONDS": "0",
            "MUSTER_REMINDER_OFFSET_SECONDS": "7200",
            "MUSTER_CLOCK_OFFSET_SECONDS": str(self.offset_seconds),
            "MUSTER_TICK_SECONDS": "1",
        }

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [str(MUSTER), *words],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def must(self, *words: str) -> str:
        """Run one command that must be fine; return what it printed."""
        done = self.command(*words)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stdout

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the server and the worker, each its own process, until the block ends."""
        log = (self.folder / "processes.log").open("ab")
        starts = (["serve", "--no-scheduler", "--port", str(self.port)], ["worker"])
        processes = [
            subprocess.Popen(
                [str(MUSTER), *words],
                cwd=ROOT, env=self.environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )
            for words in starts
        ]  # fmt: skip
        try:
            wait_for(self._is_ready, "the server to be ready with a worker")
            yield
        finally:
            codes = [stop(process) for process in processes]
            log.close()
        assert codes == [0, 0], self.log()

    def log(self) -> str:
        """Return what the processes wrote."""
        return (self.folder / "processes.log").read_text(encoding="utf-8")[-4000:]

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def figures(self, first: str, last: str) -> dict[str, Any]:
        """Return what `muster figures` counts."""
        found = json.loads(self.must("figures", "--from", first, "--to", last, "--json"))
        rows = found["figures"] if isinstance(found, dict) else found
        return {row["definition"]: row for row in rows}
