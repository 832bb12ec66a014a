"""Addresses of calendars that people keep elsewhere: which may be read, and when they are read again.

Whoever writes such an address has this house read from it, so it must lead out into the world: over TLS, and
never to a network that only this machine can reach. A name is checked here by its letters; what it stands for
is checked again each time it is looked up.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

from models.rules.verdicts import Reason
from muster.hosts import is_inside, is_loopback, parts_of

LONGEST = 500
#: Successful readings are so far apart, each a little more or less, so that they do not all come at once.
READ_EVERY, SPREAD = timedelta(hours=4), timedelta(minutes=30)
#: After a failure it is tried again when as much time has passed as since it last went well, within these.
SOONEST, LATEST = timedelta(minutes=15), timedelta(hours=24)


def tidied(text: str) -> str:
    """Return an address as it is kept: `webcal` is how calendars say `https`."""
    parts = urlsplit(text.strip())
    scheme = "https" if parts.scheme in {"webcal", "webcals"} else parts.scheme
    return urlunsplit((scheme, *parts[1:4], ""))


def refusal(url: str, *, allows_loopback: bool) -> Reason | None:
    """Return what is wrong with an address, or None; `allows_loopback` is for houses that live on one machine."""
    if len(url) > LONGEST:
        return Reason("too_long", {"field": "url", "limit": LONGEST})
    parts = parts_of(url)
    if parts is None or not url.isascii():
        return Reason("calendar_address_wrong", {"field": "url"})
    host = parts.hostname or ""
    if is_loopback(host) and allows_loopback:
        return None
    if parts.scheme == "http":
        return Reason("calendar_address_open", {"field": "url"})
    return Reason("calendar_address_inside", {"field": "url"}) if is_inside(host) else None


def next_reading(now: datetime, *, seed: int) -> datetime:
    """Return when a calendar that was just read is read again; the same seed and instant give the same."""
    return now + READ_EVERY + SPREAD * ((seed * 2654435761 + int(now.timestamp())) % 1000 - 500) / 500


def next_try(now: datetime, *, well_at: datetime) -> datetime:
    """Return when a calendar that could not be read is tried again; `well_at` is when it was last read, or given."""
    return now + min(max(now - well_at, SOONEST), LATEST)
