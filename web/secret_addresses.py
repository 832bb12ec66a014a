"""Secret addresses, whole: a token that is signed for ever and ends when its subject's addresses are made void."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from services.feeds import Address
from web.wiring import Wiring

#: What tokens of calendars and of door pages are signed for; one cannot be used as the other.
CALENDAR, DOOR = "feed", "door"
#: Such addresses end when they are made void, not by themselves.
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CalendarLinks:
    """One calendar's address: to copy, and as the link that telephones open their calendar with."""

    url: str
    webcal: str


def door_url(wiring: Wiring, address: Address) -> str:
    """Return the address of the screen beside a door."""
    return _whole(wiring, "/d/{}", DOOR, address)


def calendar_links(wiring: Wiring, address: Address) -> CalendarLinks:
    """Return the address of a calendar."""
    url = _whole(wiring, "/feeds/{}/calendar.ics", CALENDAR, address)
    return CalendarLinks(url, f"webcal{url.removeprefix(urlsplit(url).scheme)}")


def _whole(wiring: Wiring, path: str, purpose: str, address: Address) -> str:
    token = wiring.signer.sign(purpose, str(address), FOREVER)
    return wiring.settings.base_url.rstrip("/") + path.format(token)
