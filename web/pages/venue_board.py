"""What is on at venues, laid out for boards and days: slots in words, each day's hours as a strip, its parts to take."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models.enums import BookingState
from models.rules.booking import joined
from models.values import TimeWindow
from muster.i18n import Translator
from muster.localtime import local_day, zone
from muster.workcalendar import Day
from services.queries.free_busy import without
from services.queries.venue_days import BookedRow, VenueDay, VenueWeek
from services.queries.venues import VenueRow
from web.pages.venue_parts import SHORTEST_FREE, Part, Parts, bookable, part_of, stay_address, takes
from web.vocabulary import look

#: The strip shows quarter hours from 8:00 to 21:00.
STRIP_FROM, STRIP_LENGTH = timedelta(hours=8), 52
QUARTER = timedelta(minutes=15)
A_DAY = timedelta(days=1)

Piece = tuple[str, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One stay as a board shows it: tone and icon, its times, what it is, and where it leads.

    `part` is the number of the part of the day in which it begins; `take` the window to book in a free stretch.
    """

    tone: str
    glyph: str
    clock: str
    text: str
    starts_at: datetime
    ends_at: datetime
    part: int
    href: str | None = None
    take: TimeWindow | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of one venue; `pieces` are those of its strip, none where nothing is on."""

    day: Day
    pieces: tuple[Piece, ...]
    slots: tuple[Slot, ...]
    parts: tuple[Part, ...]

    def slots_in(self, part: int) -> list[Slot]:
        """Return what begins in a part of the day."""
        return [slot for slot in self.slots if slot.part == part]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One venue's week."""

    venue: VenueRow
    cells: tuple[Cell, ...]


class Board:
    """Lays days out in the reader's language; with `now`, what is over cannot be taken any more."""

    def __init__(self, translator: Translator, now: datetime | None = None, *, may_book: bool = False) -> None:
        self._say = translator
        self._now = now
        self._parts = Parts(translator, now, may_book=may_book)

    def row(self, week: VenueWeek, *, buffers: bool = False) -> BoardRow:
        """Return a week; with `buffers`, set-up and tear-down are slots of their own."""
        return BoardRow(week.venue, tuple(self.cell(week.venue, day, buffers=buffers) for day in week.days))

    def cell(self, venue: VenueRow, day: VenueDay, *, buffers: bool = False) -> Cell:
        """Return one day of a venue."""
        slots = [slot for row in day.bookings for slot in self._slots(venue, day, row, buffers=buffers)]
        if not day.opening:
            slots.insert(0, self._slot("off", "lock", day, day.starts_at, day.ends_at, self._closed(day), venue))
        elif day.special is not None:
            slots[:0] = [
                self._slot("", "info", day, span.starts_at, span.ends_at, self._open_then(day), venue)
                for span in day.opening
            ]
        pieces = tuple(_pieces(venue, day)) if slots else ()
        return Cell(day.day, pieces, tuple(slots), self._parts.of(venue, day))

    def lines(self, venue: VenueRow, day: VenueDay) -> tuple[Slot, ...]:
        """Return a whole day from midnight to midnight: closed, free, taken, each with its times, in order."""
        taken = [slot for row in day.bookings for slot in self._slots(venue, day, row, buffers=True)]
        busy = joined([_clipped(day, row.occupied_from, row.occupied_until) for row in day.bookings if takes(row)])
        whole = TimeWindow(day.starts_at, day.ends_at)
        opening = [TimeWindow(span.starts_at, span.ends_at) for span in day.opening]
        shut = [
            self._slot("off", "lock", day, gap.starts_at, gap.ends_at, self._closed(day), venue)
            for gap in without([whole], opening)
        ]
        could = bookable(venue, day, self._now)
        free = [
            self._slot(
                *("", "check", day, gap.starts_at, gap.ends_at, self._say.gettext("free"), venue),
                take=next((one for one in could if one.overlaps(gap)), None),
            )
            for gap in without(opening, busy)
            if gap.length >= SHORTEST_FREE
        ]
        return tuple(sorted([*taken, *shut, *free], key=lambda slot: (slot.starts_at, slot.ends_at)))

    def _closed(self, day: VenueDay) -> str:
        if day.special is not None and day.special.is_closed and day.special.note:
            return self._say.gettext("closed: %(why)s", why=day.special.note)
        return self._say.gettext("closed")

    def _open_then(self, day: VenueDay) -> str:
        return (day.special.note if day.special else "") or self._say.gettext("open at these hours")

    def _slots(self, venue: VenueRow, day: VenueDay, row: BookedRow, *, buffers: bool) -> Iterable[Slot]:
        if row.venue.id != venue.id:
            if takes(row):
                text = self._say.gettext("%(venue)s is booked", venue=row.venue.name)
                yield self._slot("off", "off", day, row.occupied_from, row.occupied_until, text, venue)
            return
        if buffers and row.occupied_from < row.starts_at:
            yield self._slot("off", "swap", day, row.occupied_from, row.starts_at, self._say.gettext("set-up"), venue)
        if row.starts_at < day.ends_at and row.ends_at > day.starts_at:
            seen = look(row.state)
            text = self._text(row, zone(venue.zone))
            yield self._slot(seen.css, seen.icon, day, row.starts_at, row.ends_at, text, venue, stay_address(row))
        if buffers and row.ends_at < row.occupied_until:
            yield self._slot("off", "swap", day, row.ends_at, row.occupied_until, self._say.gettext("tear-down"), venue)

    def _text(self, row: BookedRow, where: ZoneInfo) -> str:
        """Return what a booking is for; while it is not settled, how it stands, too."""
        named = row.activity_title or row.purpose or ""
        if row.state in {BookingState.confirmed, BookingState.used} and named:
            return named
        state = self._say.word(row.state)
        if row.state is BookingState.held and row.held_until is not None:
            state = self._say.gettext("held until %(when)s", when=self._near(row.held_until, where))
        return f"{named} {state}".strip()

    def _near(self, instant: datetime, where: ZoneInfo) -> str:
        on = local_day(instant, where)
        if self._now is not None and on == local_day(self._now, where):
            return f"{self._say.near_day(on, on)} {self._say.time(instant, where)}"
        return self._say.day(on)

    def _slot(
        self,
        tone: str,
        glyph: str,
        day: VenueDay,
        starts_at: datetime,
        ends_at: datetime,
        text: str,
        venue: VenueRow,
        href: str | None = None,
        *,
        take: TimeWindow | None = None,
    ) -> Slot:
        start, end = max(starts_at, day.starts_at), min(ends_at, day.ends_at)
        return Slot(
            tone=tone,
            glyph=glyph,
            clock=self._clock(day, start, end, zone(venue.zone)),
            text=text,
            starts_at=start,
            ends_at=end,
            part=part_of(venue, start),
            href=href,
            take=take,
        )

    def _clock(self, day: VenueDay, start: datetime, end: datetime, where: ZoneInfo) -> str:
        if (start, end) == (day.starts_at, day.ends_at):
            return self._say.gettext("all day")
        until = "24:00" if end == day.ends_at else self._say.time(end, where)
        return self._say.gettext("%(start)s–%(end)s", start=self._say.time(start, where), end=until)


def _clipped(day: VenueDay, starts_at: datetime, ends_at: datetime) -> TimeWindow:
    return TimeWindow(max(starts_at, day.starts_at), min(ends_at, day.ends_at))


def _pieces(venue: VenueRow, day: VenueDay) -> Iterable[Piece]:
    """Yield the pieces of a day's strip, what lies on top last."""
    whole = TimeWindow(day.starts_at, day.ends_at)
    for gap in without([whole], [TimeWindow(span.starts_at, span.ends_at) for span in day.opening]):
        yield from _piece("f-off", day, gap.starts_at, gap.ends_at)
    for row in day.bookings:
        is_own = row.venue.id == venue.id
        if takes(row):
            yield from _piece("f-off", day, row.occupied_from, row.occupied_until)
        if is_own:
            yield from _piece(f"f-{look(row.state).css}", day, row.starts_at, row.ends_at)


def _piece(css: str, day: VenueDay, starts_at: datetime, ends_at: datetime) -> Iterable[Piece]:
    start, end = (_quarters(day, at) for at in (starts_at, ends_at))
    if end > start:
        yield css, start, round(end - start, 2)


def _quarters(day: VenueDay, instant: datetime) -> float:
    """Return where an instant lies on the strip; a day of 23 or 25 hours is as wide as the others."""
    share = (instant - day.starts_at) / (day.ends_at - day.starts_at)
    return round(min(max((share * A_DAY - STRIP_FROM) / QUARTER, 0), STRIP_LENGTH), 2)
