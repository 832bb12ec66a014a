"""Calendars that people keep elsewhere, fetched when their time has come.

The address was written by somebody who may not mean well: connections go out into the world only, and each redirect
is a new address, checked like the first. Size, time and number of steps are bounded; nothing of an address or of a
file is logged.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin

import httpx
import structlog

from models.errors import DomainError
from models.rules import calendar_addresses as rules
from muster.clock import Clock
from notifications.channels.outside import InsideAddress, OutsideTransport
from scheduler.database_thread import DatabaseThread
from services import outside_busy, outside_calendars
from services.outside_calendars import Due, Fault, Reading

log = structlog.get_logger(__name__)

MOST_BYTES = 1_000_000
MOST_REDIRECTS = 3
#: For all of one calendar: finding, connecting, redirects, reading.
PATIENCE = timedelta(seconds=15)
STEP = httpx.Timeout(10.0)
#: For working out what a file says.
THINKING = timedelta(seconds=10)
LONGEST_ETAG = 200
_REDIRECTS, _REFUSED, _MISSING = frozenset({301, 302, 303, 307, 308}), frozenset({401, 403}), frozenset({404, 410})
_UNCHANGED, _FINE = 304, 200


class FetchError(Exception):
    """A calendar could not be had; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the file, None where it has not changed, and its tag."""

    data: bytes | None
    etag: str = ""


class CalendarReader:
    """Reads the calendars of people, one after another."""

    def __init__(self, database: DatabaseThread, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._is_stopping = False

    async def read(self) -> int:
        """Read a batch of those whose time has come; return how many went well."""
        count = 0
        for due in await self._database.write(outside_calendars.take_due):
            if self._is_stopping:
                break
            outcome = await self._outcome(due)
            await self._settle(due, outcome)
            count += isinstance(outcome, Reading)
        return count

    def stop(self) -> None:
        """Read nothing more after the one in hand; the others' time comes again."""
        self._is_stopping = True

    async def _outcome(self, due: Due) -> Reading | Fault:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                found = await fetch(due.url, etag=due.etag, allows_loopback=due.allows_loopback)
        except TimeoutError:
            return Fault.too_slow
        except FetchError as error:
            return error.fault
        if found.data is None:
            return Reading(None)
        try:
            busy = await asyncio.to_thread(
                outside_busy.read, found.data, house=due.zone, now=self._clock.now(), is_late=self._late()
            )
        except outside_busy.TooMuch:
            return Fault.too_big
        except outside_busy.NotACalendar:
            return Fault.no_calendar
        except Exception as error:  # noqa: BLE001 - the library meets files that nobody thought of
            log.warning("outside_calendar.unreadable", calendar=due.id, error=type(error).__name__)
            return Fault.no_calendar
        return Reading(busy, found.etag)

    async def _settle(self, due: Due, outcome: Reading | Fault) -> None:
        try:
            await self._database.write(lambda tx: outside_calendars.settle(tx, due.id, outcome))
        except DomainError as error:
            log.warning("outside_calendar.not_settled", calendar=due.id, error=error.code)
            return
        fault = outcome.value if isinstance(outcome, Fault) else ""
        log.info("outside_calendar.read", calendar=due.id, fault=fault)

    def _late(self) -> Callable[[], bool]:
        until = self._clock.monotonic() + THINKING.total_seconds()
        return lambda: self._clock.monotonic() > until


async def fetch(url: str, *, etag: str = "", allows_loopback: bool = False) -> Fetched:
    """Return the file at an address.

    Raises:
        FetchError: it cannot be had, or must not be read from there.
    """
    headers = {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "identity"}
    headers |= {"If-None-Match": etag} if etag else {}
    transport = OutsideTransport(may_stay=allows_loopback)
    try:
        async with httpx.AsyncClient(transport=transport, timeout=STEP, headers=headers, trust_env=False) as client:
            for _ in range(MOST_REDIRECTS + 1):
                if rules.refusal(url, allows_loopback=allows_loopback) is not None:
                    raise FetchError(Fault.inside)
                async with client.stream("GET", url) as answer:
                    if answer.status_code not in _REDIRECTS:
                        return await _read(answer)
                    url = urljoin(url, answer.headers.get("location", ""))
    except InsideAddress as error:
        raise FetchError(Fault.inside) from error
    except httpx.TimeoutException as error:
        raise FetchError(Fault.too_slow) from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise FetchError(Fault.unreachable) from error
    raise FetchError(Fault.unreachable)


async def _read(answer: httpx.Response) -> Fetched:
    status = answer.status_code
    if status == _UNCHANGED:
        return Fetched(None)
    if status in _REFUSED:
        raise FetchError(Fault.refused)
    if status in _MISSING:
        raise FetchError(Fault.missing)
    if status != _FINE:
        raise FetchError(Fault.unreachable)
    if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise FetchError(Fault.no_calendar)  # a packed file could be of any size
    data = bytearray()
    async for chunk in answer.aiter_raw():
        data += chunk
        if len(data) > MOST_BYTES:
            raise FetchError(Fault.too_big)
    tag = answer.headers.get("etag", "")
    return Fetched(bytes(data), tag if len(tag) <= LONGEST_ETAG and tag.isascii() else "")
