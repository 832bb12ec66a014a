"""The house as people reach it: a real `muster serve` process, and other servers that are asked the same."""

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import houses
from sqlalchemy.engine import make_url

from models.enums import UserRole
from muster.clock import SystemClock
from services import sign_ins, users
from services.access import COMMAND

MUSTER = Path(sys.executable).with_name("muster")
PATIENCE = 60.0


class Server(Protocol):
    """A server that takes bookings."""

    name: str
    address: str
    accepted: int  #: the status of a booking that was made

    def request(self, number: int) -> tuple[str, str, dict[str, str]]:
        """Return path, body and headers of a request for the free slot of that number."""
        ...


@dataclass
class Ours:
    """`muster serve` on a loaded house."""

    address: str
    token: str
    slots: list[houses.Gap]
    name: str = "muster"
    accepted: int = 201

    def request(self, number: int) -> tuple[str, str, dict[str, str]]:
        """Return the request for a free slot."""
        venue_id, start, end = self.slots[number]
        body = {"venue_id": venue_id, "starts_at": start.isoformat(), "ends_at": end.isoformat()}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return "/api/v1/bookings", json.dumps(body), headers


@dataclass
class Indico:
    """Indico's room booking; its rooms have the ids 1 to `rooms`, and its nights are free."""

    address: str
    token: str
    rooms: int
    name: str = "indico"
    accepted: int = 200

    def __post_init__(self) -> None:
        self._chance = random.Random(os.urandom(8))
        self._slots: dict[int, tuple[int, datetime]] = {}

    def request(self, number: int) -> tuple[str, str, dict[str, str]]:
        """Return the request for a free slot: twenty minutes of some night, in its own zone."""
        if number not in self._slots:
            midnight = SystemClock().now().replace(hour=0, minute=0, second=0, microsecond=0)
            night = midnight + timedelta(days=self._chance.randrange(40, 700), minutes=20 * self._chance.randrange(18))
            self._slots[number] = (self._chance.randrange(1, self.rooms + 1), night)
        room, start = self._slots[number]
        end = start + timedelta(minutes=20)
        body = {"room_id": room, "start_dt": f"{start:%Y-%m-%dT%H:%M}", "end_dt": f"{end:%Y-%m-%dT%H:%M}"}
        body |= {"repeat_frequency": "NEVER", "repeat_interval": 0, "reason": "x"}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return "/rooms/api/booking/create", json.dumps(body), headers


class Client:
    """One connection that is kept open."""

    def __init__(self, server: Server) -> None:
        self._server = server
        where = urlsplit(server.address)
        self._connection = HTTPConnection(where.hostname or "", where.port, timeout=60)

    def book(self, number: int) -> int:
        """Ask for a slot; return the status of the answer."""
        path, body, headers = self._server.request(number)
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@contextmanager
def serving(where: Path, bookings: int, workers: int) -> Iterator[Ours]:
    """Yield `muster serve` on a house of two hundred venues with so many bookings, on SQLite."""
    with houses.house(where) as house:
        houses.load(house, bookings)
        with house.uow.write(COMMAND) as tx:
            users.add(tx, name="bench", email="bench@example.org", role=UserRole.administrator)
            token = sign_ins.create_token(tx, email="bench@example.org")
        slots = houses.gaps(house, days=6)
        database = make_url(house.settings.database_url)
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    words = [str(MUSTER), "serve", "--no-scheduler", "--port", str(port), "--workers", str(workers)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")} | {
        "MUSTER_DATABASE_URL": database.render_as_string(hide_password=False),
        "MUSTER_DATA_DIR": str(where / "data"),
        "MUSTER_SMTP_URL": f"maildir:///{where / 'mailbox'}",
        "MUSTER_MAIL_FROM": "bench <notice@example.org>",
        "MUSTER_BASE_URL": address,
    }
    with (where / "serve.log").open("wb") as log:
        process = subprocess.Popen(words, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            _wait_for(port, process, where / "serve.log")
            yield Ours(address, token, slots)
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[Any], log: Path) -> None:
    for _ in range(int(PATIENCE / 0.2)):
        if process.poll() is not None:
            break
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            pass
        time.sleep(0.2)
    raise SystemExit(f"the server did not come up:\n{log.read_text(encoding='utf-8')[-2000:]}")
