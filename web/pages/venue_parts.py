"""The parts of a day at a venue: which could be had, from when until when, and what is in the way of the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.enums import BookingState
from models.rules.booking import joined
from models.values import TimeWindow
from muster.catalogue import mark
from muster.i18n import Translator
from muster.localtime import settle, to_local, zone
from services.queries.free_busy import without
from services.queries.venue_days import TAKING, BookedRow, VenueDay
from services.queries.venues import VenueRow
from web.vocabulary import look

#: How a part is called, in one or two letters too, and its local hours `[from, until)`.
PARTS = (
    (mark("part.morning"), mark("part.morning_short"), 8, 12),
    (mark("part.afternoon"), mark("part.afternoon_short"), 12, 18),
    (mark("part.evening"), mark("part.evening_short"), 18, 22),
)
SHORTEST_FREE = timedelta(minutes=30)
#: What is left of a day that has begun is offered from a round time on.
ROUND = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a day as a board shows it: `name` says it whole and how it stands, `short` in a letter or two.

    `glyph` is None where it is free or over. A free one leads to the form, filled; another one to what is on then.
    """

    name: str
    short: str
    tone: str
    glyph: str | None
    href: str


class Parts:
    """Says how the parts of a day stand; `now` is None where nobody asks whether they are over."""

    def __init__(self, translator: Translator, now: datetime | None, *, may_book: bool) -> None:
        self._say = translator
        self._now = now
        self._may_book = may_book

    def of(self, venue: VenueRow, day: VenueDay) -> tuple[Part, ...]:
        """Return the three parts of a day at a venue."""
        free = bookable(venue, day, self._now)
        return tuple(self._part(venue, day, number, free) for number in range(len(PARTS)))

    def _part(self, venue: VenueRow, day: VenueDay, number: int, free: Sequence[TimeWindow]) -> Part:
        name, short, *_ = PARTS[number]
        where, window = zone(venue.zone), part_window(venue, day, number)
        said = {
            "day": self._say.day_with_weekday(day.day.on),
            "part": self._say.gettext(name),
        }
        best = max(_cut(free, window), key=lambda one: one.length, default=None)
        if best is not None and best.length >= SHORTEST_FREE:
            clock = "–".join(self._say.time(at, where) for at in (best.starts_at, best.ends_at))
            return Part(
                name=self._say.gettext("%(day)s, %(part)s: free %(clock)s", **said, clock=clock),
                short=self._say.gettext(short),
                tone="free",
                glyph=None,
                href=book_address(venue, best) if self._may_book else _day_address(venue, day),
            )
        tone, glyph, state, href = self._taken(venue, day, window)
        return Part(
            name=self._say.gettext("%(day)s, %(part)s: %(state)s", **said, state=state),
            short=self._say.gettext(short),
            tone=tone,
            glyph=glyph,
            href=href or _day_address(venue, day),
        )

    def _taken(self, venue: VenueRow, day: VenueDay, window: TimeWindow) -> tuple[str, str | None, str, str | None]:
        """Return tone, icon and word of a part that cannot be had, and where it leads: to its one booking."""
        rows = [
            row for row in day.bookings if row.occupied_from < window.ends_at and row.occupied_until > window.starts_at
        ]
        own = [row for row in rows if row.venue.id == venue.id and row.state in TAKING]
        if own:
            seen = look(own[0].state)
            return seen.css, seen.icon, self._say.word(own[0].state), stay_address(own[0]) if len(rows) == 1 else None
        if any(takes(row) for row in rows):
            return "off", "off", self._say.word(BookingState.confirmed), None
        if any(span.starts_at < window.ends_at and span.ends_at > window.starts_at for span in day.opening):
            return "", None, self._say.gettext("over"), None
        return "off", "lock", self._say.gettext("closed"), None


def part_window(venue: VenueRow, day: VenueDay, number: int) -> TimeWindow:
    """Return the hours of a part of a local day."""
    _, _, first, last = PARTS[number]
    where = zone(venue.zone)
    start, end = (settle(datetime.combine(day.day.on, time(hour)), where) for hour in (first, last))
    return TimeWindow(start, end)


def part_of(venue: VenueRow, instant: datetime) -> int:
    """Return the number of the part of a day in which an instant lies; before the first one it is that."""
    hour = to_local(instant, zone(venue.zone)).hour
    return sum(hour >= first for _, _, first, _ in PARTS[1:])


def takes(row: BookedRow) -> bool:
    """Tell whether a booking occupies the venue; a request does not yet."""
    return row.state in TAKING


def stay_address(row: BookedRow) -> str | None:
    """Return where a booking's own page is, that of its activity first; None where the reader may not know of it."""
    if row.activity_id:
        return f"/activities/{row.activity_id}"
    return f"/bookings/{row.booking_id}" if row.booking_id else None


def bookable(venue: VenueRow, day: VenueDay, now: datetime | None = None) -> list[TimeWindow]:
    """Return what could be booked on a day: open, not taken, and with room for set-up and tear-down beside what is.

    What lies before `now` is left out, up to the next quarter of an hour.
    """
    busy = joined([TimeWindow(row.occupied_from, row.occupied_until) for row in day.bookings if takes(row)])
    starts, ends = {one.ends_at for one in busy}, {one.starts_at for one in busy}
    set_up, tear_down = timedelta(minutes=venue.set_up_minutes), timedelta(minutes=venue.tear_down_minutes)
    found = []
    for gap in without([TimeWindow(span.starts_at, span.ends_at) for span in day.opening], busy):
        start = gap.starts_at + (set_up if gap.starts_at in starts else timedelta())
        end = gap.ends_at - (tear_down if gap.ends_at in ends else timedelta())
        if now is not None and start <= now:
            start = now + ROUND - (now - day.starts_at) % ROUND
        if end - start >= SHORTEST_FREE:
            found.append(TimeWindow(start, end))
    return found


def wall(instant: datetime, where: ZoneInfo) -> str:
    """Return an instant as an input of local time holds it, `2026-03-10T14:00`."""
    return to_local(instant, where).strftime("%Y-%m-%dT%H:%M")


def book_address(venue: VenueRow, window: TimeWindow) -> str:
    """Return the address of the booking form, filled with a window."""
    where = zone(venue.zone)
    return f"/venues/{venue.id}?from={wall(window.starts_at, where)}&to={wall(window.ends_at, where)}#book"


def _day_address(venue: VenueRow, day: VenueDay) -> str:
    return f"/venues/{venue.id}?day={day.day.on}#venue-day"


def _cut(windows: Iterable[TimeWindow], by: TimeWindow) -> list[TimeWindow]:
    return [
        TimeWindow(max(one.starts_at, by.starts_at), min(one.ends_at, by.ends_at))
        for one in windows
        if one.overlaps(by)
    ]
