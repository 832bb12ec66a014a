"""What stands against many windows at one venue, and the best way out of each: read once, asked for many.

All of it is a look that may be stale: every booking goes through `services.bookings` and the guard.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from models.enums import Layout
from models.errors import Conflict
from models.rules import booking as rules
from models.rules.alternatives import DAYS_AHEAD, Alternative, Wanted
from models.rules.venue_terms import period_around
from models.rules.venues import TeamTerms
from models.rules.verdicts import Reason, Refused
from models.tables.bookings import Booking
from models.values import TimeWindow
from muster.localtime import local_day, shift_days
from muster.workcalendar import is_workday
from services import bookings, busy, venue_facts
from services.attempts import attempt
from services.chances import Chances
from services.unit_of_work import Tx
from services.venue_terms import Asking


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked for at every date: the venue, for whom, what for; minutes None are the venue's own."""

    venue_id: int
    team_id: int | None
    purpose: str
    set_up_minutes: int | None
    tear_down_minutes: int | None
    people_count: int | None
    layout: Layout | None
    series_id: int | None = None

    def wanted(self, window: TimeWindow) -> Wanted:
        """Return what the search for ways out is asked."""
        return Wanted(
            venue_id=self.venue_id,
            window=window,
            set_up=_minutes(self.set_up_minutes),
            tear_down=_minutes(self.tear_down_minutes),
            people_count=self.people_count,
            layout=self.layout,
        )


@dataclass(frozen=True, slots=True)
class Unmet:
    """A window that was refused; with `is_workday_wanted` only because nobody works then, so that another day is the way."""

    window: TimeWindow
    is_workday_wanted: bool = False


class Prospects:
    """A venue as it is for a plan, with what is taken of it between the first and the last window."""

    def __init__(self, tx: Tx, plan: Plan, span: TimeWindow) -> None:
        self._tx = tx
        self._plan = plan
        self._wanted = plan.wanted(span)
        option = venue_facts.options(tx, plan.venue_id, asking=Asking(team_id=plan.team_id, around=span))
        self._option = option[plan.venue_id]
        around = self._wanted.occupied(self._option, span)
        rows = busy.rows(tx, around, self._option.resource_ids)
        self._taken = {
            row.booking_id or -number: TimeWindow(row.occupied_from, row.occupied_until)
            for number, row in enumerate(rows, start=1)
        }
        terms = self._option.venue.terms
        self._used: Counter[date] = Counter(terms.used if terms else {})

    @property
    def venue_id(self) -> int:
        """The venue that is looked at."""
        return self._plan.venue_id

    def against(
        self, window: TimeWindow, *, leaving: int | None = None, left: TimeWindow | None = None
    ) -> tuple[Reason, ...]:
        """Return what is seen against having the venue then.

        The booking `leaving` is not in the way; `left` is its window where it is one of this venue.
        """
        plan, occupied = self._plan, self._wanted.occupied(self._option, window)
        in_the_way = [one for key, one in self._taken.items() if key != leaving and one.overlaps(occupied)]
        reasons = [
            Reason("venue_taken", {"starts_at": one.starts_at, "ends_at": one.ends_at})
            for one in sorted(in_the_way)[:1]
        ]
        venue = replace(self._option.venue, terms=self._terms(left))
        answer = rules.may_book(venue, window, occupied, self._tx.now, plan.people_count, layout=plan.layout)
        return (*reasons, *(answer.reasons if isinstance(answer, Refused) else ()))

    def book(self, window: TimeWindow, *, leaving: int | None = None) -> int:
        """Book or ask for the window and return the booking's id; `leaving` is one elsewhere that is given up for it.

        Raises:
            Conflict: everything that stands against it; nothing is written then.
        """
        if reasons := self.against(window, leaving=leaving):
            raise Conflict(*reasons)
        plan = self._plan
        with attempt(self._tx):
            booking_id = bookings.create(
                self._tx,
                venue_id=plan.venue_id,
                starts_at=window.starts_at,
                ends_at=window.ends_at,
                purpose=plan.purpose,
                team_id=plan.team_id,
                set_up_minutes=plan.set_up_minutes,
                tear_down_minutes=plan.tear_down_minutes,
                people_count=plan.people_count,
                layout=plan.layout,
                series_id=plan.series_id,
            )
        if leaving is not None:
            self._taken.pop(leaving, None)
        self._note(booking_id, window)
        return booking_id

    def shift(self, booking: Booking, window: TimeWindow) -> None:
        """Move a booking of this venue to the window.

        Raises:
            Conflict: everything that stands against it; the booking stays as it was then.
        """
        left = TimeWindow(booking.starts_at, booking.ends_at)
        if reasons := self.against(window, leaving=booking.id, left=left):
            raise Conflict(*reasons)
        with attempt(self._tx):
            bookings.shift(self._tx, booking, starts_at=window.starts_at, ends_at=window.ends_at)
        self._used.subtract(self._periods(left))
        self._note(booking.id, window)

    def _note(self, booking_id: int, window: TimeWindow) -> None:
        self._taken[booking_id] = self._wanted.occupied(self._option, window)
        self._used.update(self._periods(window))

    def _terms(self, left: TimeWindow | None) -> TeamTerms | None:
        terms = self._option.venue.terms
        if terms is None or terms.quota is None:
            return terms
        used = self._used.copy()
        used.subtract(self._periods(left))
        return replace(terms, used=used)

    def _periods(self, window: TimeWindow | None) -> list[date]:
        """Return the first day of the week or month that a window counts in; nothing where none is counted."""
        venue = self._option.venue
        if window is None or venue.terms is None or venue.terms.period is None:
            return []
        return [period_around(local_day(window.starts_at, venue.zone), venue.terms.period)[0]]


def ways_out(tx: Tx, plan: Plan, refused: Sequence[Unmet], kept: Iterable[TimeWindow] = ()) -> list[Alternative | None]:
    """Return the best way out for each refused window, none that would take what another is offered.

    `kept` are the plan's other windows at its venue, asked for or booked. What is past has no way out.
    """
    if not refused:
        return []
    span = spanning([unmet.window for unmet in refused])
    chances = Chances(tx, plan.wanted(span), team_id=plan.team_id)
    own = chances.options[plan.venue_id]
    spoken_for = [(frozenset(own.resource_ids), plan.wanted(span).occupied(own, window)) for window in kept]
    found: list[Alternative | None] = []
    for unmet in refused:
        chosen = None
        for way in _ways(chances, plan, unmet) if unmet.window.starts_at > tx.now else ():
            option = chances.options[way.venue_id]
            occupied = plan.wanted(span).occupied(option, TimeWindow(way.starts_at, way.ends_at))
            parts = frozenset(option.resource_ids)
            if not any(parts & others and occupied.overlaps(other) for others, other in spoken_for):
                spoken_for.append((parts, occupied))
                chosen = way
                break
        found.append(chosen)
    return found


def _ways(chances: Chances, plan: Plan, unmet: Unmet) -> Iterable[Alternative]:
    wanted = plan.wanted(unmet.window)
    return _workdays(chances, wanted) if unmet.is_workday_wanted else chances.ways_out(wanted)


def _workdays(chances: Chances, wanted: Wanted) -> Iterator[Alternative]:
    """Yield the same hours of working days that the venue is free on, the nearest first."""
    option = chances.options[wanted.venue_id]
    search = chances.search(wanted, [wanted.venue_id], alone=True)
    for days in sorted(range(-DAYS_AHEAD // 2, DAYS_AHEAD + 1), key=lambda n: (abs(n), n < 0)):
        starts_at = shift_days(wanted.window.starts_at, days, option.venue.zone)
        window = TimeWindow(starts_at, starts_at + wanted.window.length)
        if is_workday(local_day(starts_at, option.venue.zone)) and search.is_possible(option, window):
            occupied = wanted.occupied(option, window)
            yield Alternative(
                wanted.venue_id,
                window.starts_at,
                window.ends_at,
                Reason("other_day", {"days": days}),
                set_up_minutes=(window.starts_at - occupied.starts_at) // timedelta(minutes=1),
                tear_down_minutes=(occupied.ends_at - window.ends_at) // timedelta(minutes=1),
                needs_approval=option.needs_approval,
            )


def spanning(windows: Sequence[TimeWindow]) -> TimeWindow:
    """Return the window from the first start to the last end."""
    return TimeWindow(min(one.starts_at for one in windows), max(one.ends_at for one in windows))


def _minutes(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
