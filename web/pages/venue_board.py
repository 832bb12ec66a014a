"""What is on at venues, laid out for boards and days: slots in words, and each day's hours as a strip."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models.enums import BookingState
from models.rules.booking import joined
from models.values import TimeWindow
from muster.i18n import Translator
from muster.localtime import zone
from muster.workcalendar import Day
from services.queries.venue_days import TAKING, BookedRow, VenueDay, VenueWeek
from services.queries.venues import VenueRow
from web.vocabulary import look

#: The strip shows quarter hours from 8:00 to 21:00.
STRIP_FROM, STRIP_LENGTH = timedelta(hours=8), 52
QUARTER = timedelta(minutes=15)
SHORTEST_FREE = timedelta(minutes=30)
A_DAY = timedelta(days=1)

Piece = tuple[str, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One stay as a board shows it: tone and icon, its times, what it is, and where it leads."""

    tone: str
    glyph: str
    clock: str
    text: str
    starts_at: datetime
    ends_at: datetime
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of one venue; `pieces` are those of its strip, none where nothing is on."""

    day: Day
    pieces: tuple[Piece, ...]
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One venue's week."""

    venue: VenueRow
    cells: tuple[Cell, ...]


class Board:
    """Lays days out in the reader's language."""

    def __init__(self, translator: Translator) -> None:
        self._say = translator

    def row(self, week: VenueWeek, *, buffers: bool = False) -> BoardRow:
        """Return a week; with `buffers`, set-up and tear-down are slots of their own."""
        return BoardRow(week.venue, tuple(self.cell(week.venue, day, buffers=buffers) for day in week.days))

    def cell(self, venue: VenueRow, day: VenueDay, *, buffers: bool = False) -> Cell:
        """Return one day of a venue."""
        if not day.opening and not day.bookings:
            closed = self._slot("off", "off", day, day.starts_at, day.ends_at, self._say.gettext("closed"), venue)
            return Cell(day.day, (("f-off", 0, STRIP_LENGTH),), (closed,))
        slots = tuple(slot for row in day.bookings for slot in self._slots(venue, day, row, buffers=buffers))
        return Cell(day.day, tuple(_pieces(venue, day)) if slots else (), slots)

    def lines(self, venue: VenueRow, day: VenueDay) -> tuple[Slot, ...]:
        """Return a whole day from midnight to midnight: closed, free, taken, each with its times, in order."""
        taken = [slot for row in day.bookings for slot in self._slots(venue, day, row, buffers=True)]
        busy = joined([_clipped(day, row.occupied_from, row.occupied_until) for row in day.bookings if _takes(row)])
        whole = TimeWindow(day.starts_at, day.ends_at)
        opening = [TimeWindow(span.starts_at, span.ends_at) for span in day.opening]
        shut = [
            self._slot("off", "lock", day, gap.starts_at, gap.ends_at, self._say.gettext("closed"), venue)
            for gap in _without([whole], opening)
        ]
        free = [
            self._slot("", "check", day, gap.starts_at, gap.ends_at, self._say.gettext("free"), venue)
            for gap in _without(opening, busy)
            if gap.length >= SHORTEST_FREE
        ]
        return tuple(sorted([*taken, *shut, *free], key=lambda slot: (slot.starts_at, slot.ends_at)))

    def _slots(self, venue: VenueRow, day: VenueDay, row: BookedRow, *, buffers: bool) -> Iterable[Slot]:
        if row.venue.id != venue.id:
            if _takes(row):
                text = self._say.gettext("%(venue)s is booked", venue=row.venue.name)
                yield self._slot("off", "off", day, row.occupied_from, row.occupied_until, text, venue)
            return
        if buffers and row.occupied_from < row.starts_at:
            yield self._slot("off", "swap", day, row.occupied_from, row.starts_at, self._say.gettext("set-up"), venue)
        if row.starts_at < day.ends_at and row.ends_at > day.starts_at:
            seen = look(row.state)
            named = row.activity_title or row.purpose or ""
            is_settled = row.state in {BookingState.confirmed, BookingState.used}
            text = named if is_settled and named else f"{named} {self._say.word(row.state)}".strip()
            href = f"/activities/{row.activity_id}" if row.activity_id else f"/bookings/{row.booking_id}"
            yield self._slot(seen.css, seen.icon, day, row.starts_at, row.ends_at, text, venue, href)
        if buffers and row.ends_at < row.occupied_until:
            yield self._slot("off", "swap", day, row.ends_at, row.occupied_until, self._say.gettext("tear-down"), venue)

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
    ) -> Slot:
        start, end = max(starts_at, day.starts_at), min(ends_at, day.ends_at)
        return Slot(
            tone=tone,
            glyph=glyph,
            clock=self._clock(day, start, end, zone(venue.zone)),
            text=text,
            starts_at=start,
            ends_at=end,
            href=href,
        )

    def _clock(self, day: VenueDay, start: datetime, end: datetime, where: ZoneInfo) -> str:
        if (start, end) == (day.starts_at, day.ends_at):
            return self._say.gettext("all day")
        until = "24:00" if end == day.ends_at else self._say.time(end, where)
        return self._say.gettext("%(start)s–%(end)s", start=self._say.time(start, where), end=until)


def _takes(row: BookedRow) -> bool:
    return row.state in TAKING


def _clipped(day: VenueDay, starts_at: datetime, ends_at: datetime) -> TimeWindow:
    return TimeWindow(max(starts_at, day.starts_at), min(ends_at, day.ends_at))


def _without(windows: Sequence[TimeWindow], taken: Sequence[TimeWindow]) -> list[TimeWindow]:
    """Return what is left of windows; `taken` is sorted and touches nothing of itself."""
    left = []
    for window in windows:
        start = window.starts_at
        for busy in taken:
            if not busy.overlaps(window):
                continue
            if busy.starts_at > start:
                left.append(TimeWindow(start, busy.starts_at))
            start = max(start, busy.ends_at)
        if start < window.ends_at:
            left.append(TimeWindow(start, window.ends_at))
    return left


def _pieces(venue: VenueRow, day: VenueDay) -> Iterable[Piece]:
    """Yield the pieces of a day's strip, what lies on top last."""
    whole = TimeWindow(day.starts_at, day.ends_at)
    for gap in _without([whole], [TimeWindow(span.starts_at, span.ends_at) for span in day.opening]):
        yield from _piece("f-off", day, gap.starts_at, gap.ends_at)
    for row in day.bookings:
        is_own = row.venue.id == venue.id
        if _takes(row):
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
