"""What a web process is made of, built once by `api.bootstrap` and handed to every request."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection

from models.enums import ChannelKind
from muster.localtime import zone
from muster.settings import Settings
from muster.signing import Signer
from notifications.message import Message
from services.access import WORKER
from services.delivery_facts import DeliveryFacts
from services.passwords import Passwords
from services.queries import health
from services.queries.house import house_name
from services.unit_of_work import UnitOfWork
from web.templating import Templates

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PULSE_EVERY = timedelta(seconds=15)


@dataclass(slots=True)
class RequestCounts:
    """How many requests this process answered, by method and status; touched by the event loop only."""

    by_method_and_status: Counter[tuple[str, int]] = field(default_factory=Counter)

    def add(self, method: str, status: int) -> None:
        """Count one answer; methods that nobody knows share one counter."""
        self.by_method_and_status[method if method in METHODS else "OTHER", status] += 1


class Pulse:
    """What the frame of every page tells of the house, looked up no more often than `PULSE_EVERY`."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._lock = threading.Lock()
        self._looked_at: float | None = None
        self._is_running: bool | None = None
        self._house_name = ""

    def is_running(self) -> bool | None:
        """Tell whether a worker gave a sign of life lately; None where the database does not say."""
        with self._lock:
            self._look()
            return self._is_running

    def house_name(self) -> str:
        """Return the name of the federation at the top of the tree; empty where there is none yet."""
        with self._lock:
            self._look()
            return self._house_name

    def _look(self) -> None:
        now = self._uow.clock.monotonic()
        if self._looked_at is not None and abs(now - self._looked_at) < PULSE_EVERY.total_seconds():
            return
        self._looked_at = now
        try:
            with self._uow.read(WORKER) as tx:
                self._is_running = not health.read_scheduler(tx).is_silent
                self._house_name = house_name(tx)
        except SQLAlchemyError:
            self._is_running = None


class SpecimenWriter(Protocol):
    """Renders a message that is not written yet, in its recipient's language."""

    def __call__(self, facts: DeliveryFacts, *, channel: ChannelKind, stamp: datetime) -> Message:
        """Return the subject and the words as they would be at `stamp`, over a channel."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """The parts of a web process; all are safe to share between threads."""

    settings: Settings
    uow: UnitOfWork
    signer: Signer
    passwords: Passwords
    templates: Templates
    zone: ZoneInfo
    counts: RequestCounts
    pulse: Pulse
    write_specimen: SpecimenWriter

    @property
    def is_https(self) -> bool:
        """Tell whether people reach the house over TLS, as its base URL says."""
        return self.settings.base_url.startswith("https:")

    @property
    def house_name(self) -> str:
        """The name of the federation; until it is there, the name that mails are sent under."""
        return self.pulse.house_name() or parseaddr(self.settings.mail_from)[0] or self.settings.mail_domain


def wire(settings: Settings, uow: UnitOfWork, templates: Templates, write_specimen: SpecimenWriter) -> Wiring:
    """Put the parts of a web process together; `write_specimen` is what previews show messages with."""
    return Wiring(
        settings=settings,
        uow=uow,
        signer=Signer(settings.secret_key.get_secret_value()),
        passwords=Passwords(),
        templates=templates,
        zone=zone(settings.zone),
        counts=RequestCounts(),
        pulse=Pulse(uow),
        write_specimen=write_specimen,
    )


def wiring_of(request: HTTPConnection) -> Wiring:
    """Return the wiring of the process that answers a request."""
    wiring: Wiring = request.app.state.wiring
    return wiring
