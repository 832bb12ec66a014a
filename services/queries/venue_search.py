"""Find a hall: those that are free and fit, ranked by what they cost in trouble, and the nearest ways out.

All of it is a read that may be stale: whoever books is checked again, and the guard of the database decides.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from models.enums import Datum, HostKind
from models.rules import alternatives as ways
from models.rules import booking as rules
from models.rules.travel import travel_minutes
from models.rules.verdicts import Reason
from models.tables.bookings import Booking
from models.tables.resources import Occupancy
from models.tables.venues import Venue
from models.values import Place, TimeWindow
from services import venue_facts
from services.queries.venues import VenueRow, venue_row, venue_rows
from services.unit_of_work import Tx

#: As many as one can compare at a glance; two of them are kept for the wished venue where it is taken.
MOST, KEPT_FOR_WISHED = 5, 2
#: What an offer costs, in minutes of trouble, so that unlike ones can be ranked.
ASKING_COST, LACK_COST, EMPTY_SEATS_COST, MOST_EMPTY_COST = 60, 120, 15, 60
#: Roads are not worth a word below the one, and are a drawback above the other.
AT_HAND, FAR = timedelta(minutes=3), timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueWish:
    """What is looked for: a window, heads, a kind of host, equipment by its words.

    `near` is where the people are, `venue_id` the venue that they had in mind. Set-up and tear-down
    are the venue's own unless told in minutes. What the activity of `activity_id` has booked itself
    counts as free, since a new booking gives it back.
    """

    starts_at: datetime
    ends_at: datetime
    people_count: int | None = None
    kind: HostKind | None = None
    equipment: tuple[str, ...] = ()
    near: Place | None = None
    venue_id: int | None = None
    set_up_minutes: int | None = None
    tear_down_minutes: int | None = None
    activity_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOffer:
    """A venue and a window that were free, with what speaks for it and what against.

    `minutes` is the way from `near`, None where either place is not known; `is_as_wished` tells that the
    window is the one asked for. Reasons carry lengths of time as `timedelta`.
    """

    venue: VenueRow
    starts_at: datetime
    ends_at: datetime
    set_up_minutes: int
    tear_down_minutes: int
    minutes: int | None
    is_as_wished: bool
    pros: tuple[Reason, ...]
    cons: tuple[Reason, ...]


def available_venues(tx: Tx, wish: VenueWish, *, limit: int = MOST) -> tuple[VenueOffer, ...]:
    """Return offers, the least trouble first: free and fitting venues, then other hours and days of the wished one.

    Where no venue is wished, the nearest that fits stands in for it. Always the same few statements, however many venues.
    """
    search = _Search(tx, wish)
    free = search.free()
    wanted_id = wish.venue_id or search.nearest()
    is_free = any(one.offer.venue.id == wanted_id for one in free)
    chosen = free[: limit if is_free else limit - KEPT_FOR_WISHED]
    if not is_free:
        chosen += search.ways_out(wanted_id, limit - len(chosen))
        chosen += free[limit - KEPT_FOR_WISHED :]
    return tuple(one.offer for one in sorted(chosen[:limit], key=lambda one: _first_wished(one, wish)))


def place_of(tx: Tx, *, venue_id: int | None = None, org_id: int | None = None) -> Place | None:
    """Return where a venue is, else where a venue of an org is; None where nobody wrote that down."""
    for column, wanted in ((col(Venue.id), venue_id), (col(Venue.org_id), org_id)):
        if wanted is None:
            continue
        found = tx.session.execute(
            select(col(Venue.lat), col(Venue.lon))
            .where(column == wanted, col(Venue.lat).is_not(None), col(Venue.datum) == Datum.wgs84)
            .order_by(col(Venue.id))
            .limit(1)
        ).first()
        if found is not None:
            return Place(found.lat, found.lon)
    return None


def _booked_by(tx: Tx, activity_id: int) -> list[tuple[int, TimeWindow]]:
    """Return the parts that an activity's own booking takes, each with its window."""
    rows = tx.session.execute(
        select(col(Occupancy.resource_id), col(Occupancy.occupied_from), col(Occupancy.occupied_until))
        .join(Booking, col(Booking.id) == col(Occupancy.booking_id))
        .where(col(Booking.activity_id) == activity_id)
    )
    return [(row.resource_id, TimeWindow(row.occupied_from, row.occupied_until)) for row in rows]


@dataclass(frozen=True, slots=True)
class _Ranked:
    cost: float
    offer: VenueOffer


def _first_wished(one: _Ranked, wish: VenueWish) -> tuple[bool, float, datetime, int]:
    is_wished = one.offer.venue.id == wish.venue_id and one.offer.is_as_wished
    return not is_wished, one.cost, one.offer.starts_at, one.offer.venue.id


class _Search:
    def __init__(self, tx: Tx, wish: VenueWish) -> None:
        self._wish = wish
        self._now = tx.now
        self._window = TimeWindow(wish.starts_at, wish.ends_at)
        rows = [venue_row(row) for row in tx.session.execute(venue_rows())]
        self._rows: Mapping[int, VenueRow] = {
            row.id: row for row in rows if wish.kind in (None, row.kind) or row.id == wish.venue_id
        }
        self._options = {key: one for key, one in venue_facts.options(tx).items() if key in self._rows}
        reach = timedelta(days=ways.DAYS_AHEAD + 2)
        self._busy = venue_facts.busy(tx, self._window.widened(reach, reach))
        if wish.activity_id is not None:
            for resource_id, own in _booked_by(tx, wish.activity_id):
                self._busy[resource_id] = [window for window in self._busy[resource_id] if window != own]

    def free(self) -> list[_Ranked]:
        """Return the venues that could have the wished window, the wished one first, then by trouble."""
        found = [self._ranked(key, self._window) for key in self._options if self._is_possible(key, self._window)]
        return sorted(found, key=lambda one: _first_wished(one, self._wish))

    def ways_out(self, wanted_id: int, most: int) -> list[_Ranked]:
        """Return other hours and days of a venue, the least trouble first."""
        if wanted_id not in self._options:
            return []
        set_up, tear_down = self._buffers(wanted_id)
        wanted = ways.Wanted(
            venue_id=wanted_id,
            window=self._window,
            set_up=set_up,
            tear_down=tear_down,
            people_count=self._wish.people_count,
        )
        found = ways.alternatives([self._options[wanted_id]], self._busy, wanted, self._now)
        return [self._ranked(wanted_id, TimeWindow(way.starts_at, way.ends_at)) for way in found[:most]]

    def nearest(self) -> int:
        """Return the venue that would be the least trouble if it were free; 0 where none seats the people."""
        fitting = [key for key, one in self._options.items() if self._seats(one.venue)]
        return min(fitting, key=lambda key: (self._place_cost(key), key), default=0)

    def _seats(self, venue: rules.VenueFacts) -> bool:
        wanted, there = self._wish.people_count, venue.capacity
        return wanted is None or there is None or wanted <= there

    def _buffers(self, venue_id: int) -> tuple[timedelta, timedelta]:
        wish, row = self._wish, self._rows[venue_id]
        set_up = row.set_up_minutes if wish.set_up_minutes is None else wish.set_up_minutes
        tear_down = row.tear_down_minutes if wish.tear_down_minutes is None else wish.tear_down_minutes
        return timedelta(minutes=set_up), timedelta(minutes=tear_down)

    def _is_possible(self, venue_id: int, window: TimeWindow) -> bool:
        option = self._options[venue_id]
        occupied = window.widened(*self._buffers(venue_id))
        is_taken = any(taken.overlaps(occupied) for part in option.resource_ids for taken in self._busy.get(part, ()))
        return not is_taken and bool(rules.may_book(option.venue, window, occupied, self._now, self._wish.people_count))

    def _minutes(self, venue_id: int) -> int | None:
        near, place = self._wish.near, self._options[venue_id].venue.place
        return None if near is None or place is None else travel_minutes(near, place)

    def _place_cost(self, venue_id: int) -> float:
        """Return the trouble that lies in the venue itself: the way, asking, empty seats, what it lacks."""
        row, minutes = self._rows[venue_id], self._minutes(venue_id)
        cost = 0.0 if self._wish.near is None else float(ways.UNKNOWN_ROAD_COST if minutes is None else minutes)
        if self._wish.people_count and row.capacity > self._wish.people_count:
            cost += min(EMPTY_SEATS_COST * math.log2(row.capacity / self._wish.people_count), MOST_EMPTY_COST)
        return cost + ASKING_COST * row.needs_approval + LACK_COST * len(lacking_equipment(row, self._wish.equipment))

    def _ranked(self, venue_id: int, window: TimeWindow) -> _Ranked:
        row = self._rows[venue_id]
        set_up, tear_down = self._buffers(venue_id)
        minutes = self._minutes(venue_id)
        pros, cons = offer_reasons(
            row,
            by=window.starts_at - self._window.starts_at,
            people_count=self._wish.people_count,
            way=None if minutes is None else timedelta(minutes=minutes),
            equipment=self._wish.equipment,
        )
        offer = VenueOffer(
            venue=row,
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            set_up_minutes=int(set_up.total_seconds() // 60),
            tear_down_minutes=int(tear_down.total_seconds() // 60),
            minutes=minutes,
            is_as_wished=window == self._window,
            pros=pros,
            cons=cons,
        )
        return _Ranked(self._place_cost(venue_id) + self._delay_cost(window), offer)

    def _delay_cost(self, window: TimeWindow) -> float:
        days, rest = divmod(abs(window.starts_at - self._window.starts_at), timedelta(days=1))
        return days * ways.DAY_COST + rest.total_seconds() / 60


def offer_reasons(
    row: VenueRow,
    *,
    by: timedelta,
    people_count: int | None = None,
    way: timedelta | None = None,
    equipment: Sequence[str] = (),
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Return what speaks for a venue and what against.

    `by` is how much later than asked for it would be, `way` the time on the road, None where it is not known.
    """
    pros, cons = [], []
    if people_count is None:
        pros.append(Reason("offer_seats", {"capacity": row.capacity}))
    else:
        pros.append(Reason("offer_seats_enough", {"capacity": row.capacity, "wanted": people_count}))
    lacking = lacking_equipment(row, equipment)
    pros += [Reason("offer_has", {"what": word}) for word in equipment if word not in lacking]
    cons += [Reason("offer_lacks", {"what": word}) for word in lacking]
    if way is not None and way <= AT_HAND:
        pros.append(Reason("offer_at_hand"))
    elif way is not None:
        (cons if way > FAR else pros).append(Reason("offer_way", {"way": way}))
    cons += _delay(by)
    if row.needs_approval:
        cons.append(Reason("offer_asks"))
    else:
        pros.append(Reason("offer_at_once"))
    return tuple(pros), tuple(cons)


def lacking_equipment(row: VenueRow, equipment: Sequence[str]) -> tuple[str, ...]:
    """Return the words that a venue's equipment does not mention."""
    return tuple(word for word in equipment if word.casefold() not in row.equipment.casefold())


def venues_by_id(tx: Tx, venue_ids: Collection[int]) -> dict[int, VenueRow]:
    """Return venues by id; one statement."""
    rows = tx.session.execute(venue_rows().where(col(Venue.id).in_(venue_ids)))
    return {row.Venue.id: venue_row(row) for row in rows}


def _delay(by: timedelta) -> Sequence[Reason]:
    if not by:
        return ()
    days = abs(by) // timedelta(days=1)
    if days:
        return (Reason("offer_days_later" if by > timedelta() else "offer_days_earlier", {"days": days}),)
    return (Reason("offer_later" if by > timedelta() else "offer_earlier", {"by": abs(by)}),)
