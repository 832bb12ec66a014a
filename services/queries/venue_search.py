"""Find a hall: those that are free and fit, ranked by what they cost in trouble, and the nearest ways out.

All of it is a read that may be stale: whoever books is checked again, and the guard of the database decides.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select
from sqlmodel import col

from models.enums import Datum, HostKind, Layout
from models.rules.alternatives import MINUTE, UNKNOWN_ROAD_COST, Wanted, delay_cost
from models.rules.booking_states import OPEN_STATES
from models.rules.rosters import items_of
from models.rules.travel import travel_minutes
from models.rules.venue_terms import lacking
from models.rules.venues import VenueFacts
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.venues import Venue
from models.values import Place, TimeWindow
from services.chances import Chances
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
    """What is looked for: a window, heads, how the chairs stand, a kind of host, equipment by its words.

    `near` is where the people are, `venue_id` the venue that they had in mind. Set-up and tear-down are the
    venue's own unless told in minutes. The terms are those of the team.

    With an activity the team is its own, and so are heads and layout unless they are told. Those who accepted
    to come can come to whatever is offered; what it has booked itself counts as free, since a new booking
    gives that back.
    """

    starts_at: datetime
    ends_at: datetime
    people_count: int | None = None
    layout: Layout | None = None
    kind: HostKind | None = None
    equipment: tuple[str, ...] = ()
    near: Place | None = None
    venue_id: int | None = None
    set_up_minutes: int | None = None
    tear_down_minutes: int | None = None
    team_id: int | None = None
    activity_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOffer:
    """A venue and a window that were free, with what speaks for it and what against.

    `minutes` is the way from `near`, None where either place is not known; `is_as_wished` tells that the
    window is the one asked for, `needs_approval` that it can only be asked for. Reasons carry lengths of time
    as `timedelta`.
    """

    venue: VenueRow
    starts_at: datetime
    ends_at: datetime
    set_up_minutes: int
    tear_down_minutes: int
    minutes: int | None
    is_as_wished: bool
    needs_approval: bool
    pros: tuple[Reason, ...]
    cons: tuple[Reason, ...]


def available_venues(tx: Tx, wish: VenueWish, *, limit: int = MOST) -> tuple[VenueOffer, ...]:
    """Return offers, the least trouble first: free and fitting venues, then other hours and days of the wished one.

    Where no venue is wished, the nearest that fits stands in for it. Booked as offered, each passes every check.
    Always the same few statements, however many venues.
    """
    offers = _Offers(tx, wish)
    wanted_id = wish.venue_id or offers.nearest()
    free = offers.free(limit)
    is_free = any(one.offer.venue.id == wanted_id for one in free)
    chosen = free if is_free else free[: limit - KEPT_FOR_WISHED]
    if not is_free:
        chosen += offers.ways_out(wanted_id, limit - len(chosen))
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


def _filled(tx: Tx, wish: VenueWish) -> VenueWish:
    """Return the wish with what its activity says."""
    activity = tx.session.get(Activity, wish.activity_id) if wish.activity_id is not None else None
    if activity is None:
        return replace(wish, activity_id=None)
    return replace(
        wish,
        people_count=wish.people_count or activity.capacity,
        layout=wish.layout or activity.layout,
        team_id=activity.team_id,
    )


def _own_bookings(tx: Tx, activity_id: int | None) -> list[int]:
    """Return the bookings of an activity that a new one takes the place of."""
    if activity_id is None:
        return []
    found = select(col(Booking.id)).where(
        col(Booking.activity_id) == activity_id, col(Booking.state).in_(sorted(OPEN_STATES))
    )
    return list(tx.session.execute(found).scalars())


@dataclass(frozen=True, slots=True)
class _Ranked:
    cost: float
    offer: VenueOffer


def _first_wished(one: _Ranked, wish: VenueWish) -> tuple[bool, float, datetime, int]:
    is_wished = one.offer.venue.id == wish.venue_id and one.offer.is_as_wished
    return not is_wished, one.cost, one.offer.starts_at, one.offer.venue.id


class _Offers:
    def __init__(self, tx: Tx, wish: VenueWish) -> None:
        wish = _filled(tx, wish)
        self._wish = wish
        self._wanted = Wanted(
            venue_id=wish.venue_id or 0,
            window=TimeWindow(wish.starts_at, wish.ends_at),
            set_up=_minutes(wish.set_up_minutes),
            tear_down=_minutes(wish.tear_down_minutes),
            people_count=wish.people_count,
            layout=wish.layout,
        )
        rows = [venue_row(row) for row in tx.session.execute(venue_rows())]
        self._rows: Mapping[int, VenueRow] = {
            row.id: row for row in rows if wish.kind in (None, row.kind) or row.id == wish.venue_id
        }
        self._chances = Chances(
            tx,
            self._wanted,
            team_id=wish.team_id,
            activity_id=wish.activity_id,
            leave_out=_own_bookings(tx, wish.activity_id),
        )
        self._options = {key: one for key, one in self._chances.options.items() if key in self._rows}
        self._costs = {key: self._place_cost(key) for key in self._options}
        self._search = self._chances.search(self._wanted)

    def free(self, most: int) -> list[_Ranked]:
        """Return so many venues that could have the wished window, the wished one first, then by trouble."""
        ranked = sorted(self._options, key=lambda key: (key != self._wish.venue_id, self._costs[key], key))
        window = self._wanted.window
        possible = (key for key in ranked if self._search.is_possible(self._options[key], window))
        return [self._ranked(key, window) for key in islice(possible, most)]

    def ways_out(self, wanted_id: int, most: int) -> list[_Ranked]:
        """Return other hours and days of a venue, the least trouble first."""
        if wanted_id not in self._options:
            return []
        search = self._chances.search(replace(self._wanted, venue_id=wanted_id), [wanted_id], alone=True)
        return [self._ranked(wanted_id, TimeWindow(way.starts_at, way.ends_at)) for way in search.plain()[:most]]

    def nearest(self) -> int:
        """Return the venue that would be the least trouble if it were free; 0 where none would do."""
        fitting = [key for key, one in self._options.items() if self._search.fits(one)]
        return min(fitting, key=lambda key: (self._costs[key], key), default=0)

    def _way(self, venue_id: int) -> int | None:
        near, place = self._wish.near, self._options[venue_id].venue.place
        return None if near is None or place is None else travel_minutes(near, place)

    def _place_cost(self, venue_id: int) -> float:
        """Return the trouble that lies in the venue itself: the way, asking, empty seats, what it lacks."""
        option, minutes, heads = self._options[venue_id], self._way(venue_id), self._wish.people_count
        cost = 0.0 if self._wish.near is None else float(UNKNOWN_ROAD_COST if minutes is None else minutes)
        seats = _seats(option.venue, self._wish.layout)
        if heads and seats > heads:
            cost += min(EMPTY_SEATS_COST * math.log2(seats / heads), MOST_EMPTY_COST)
        lacks = lacking(option.venue.equipment, self._wish.equipment)
        return cost + ASKING_COST * option.needs_approval + LACK_COST * len(lacks)

    def _ranked(self, venue_id: int, window: TimeWindow) -> _Ranked:
        row, option, minutes = self._rows[venue_id], self._options[venue_id], self._way(venue_id)
        occupied = self._wanted.occupied(option, window)
        delay = window.starts_at - self._wanted.window.starts_at
        pros, cons = offer_reasons(
            row,
            by=delay,
            people_count=self._wish.people_count,
            way=_minutes(minutes),
            equipment=self._wish.equipment,
            needs_approval=option.needs_approval,
            seats=_seats(option.venue, self._wish.layout),
        )
        offer = VenueOffer(
            venue=row,
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            set_up_minutes=(window.starts_at - occupied.starts_at) // MINUTE,
            tear_down_minutes=(occupied.ends_at - window.ends_at) // MINUTE,
            minutes=minutes,
            is_as_wished=not delay,
            needs_approval=option.needs_approval,
            pros=pros,
            cons=cons,
        )
        return _Ranked(self._costs[venue_id] + delay_cost(delay), offer)


def offer_reasons(
    row: VenueRow,
    *,
    by: timedelta,
    people_count: int | None = None,
    way: timedelta | None = None,
    equipment: Sequence[str] = (),
    needs_approval: bool | None = None,
    seats: int | None = None,
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Return what speaks for a venue and what against.

    `by` is how much later than asked for it would be, `way` the time on the road, None where it is not known;
    `needs_approval` and `seats` are the venue's own where they are not told.
    """
    pros, cons = [], []
    seats = seats or row.capacity
    if people_count is None:
        pros.append(Reason("offer_seats", {"capacity": seats}))
    else:
        pros.append(Reason("offer_seats_enough", {"capacity": seats, "wanted": people_count}))
    lacks = lacking(items_of(row.equipment), equipment)
    pros += [Reason("offer_has", {"what": word}) for word in equipment if word not in lacks]
    cons += [Reason("offer_lacks", {"what": word}) for word in lacks]
    if way is not None and way <= AT_HAND:
        pros.append(Reason("offer_at_hand"))
    elif way is not None:
        (cons if way > FAR else pros).append(Reason("offer_way", {"way": way}))
    cons += _delay(by)
    if row.needs_approval if needs_approval is None else needs_approval:
        cons.append(Reason("offer_asks"))
    else:
        pros.append(Reason("offer_at_once"))
    return tuple(pros), tuple(cons)


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


def _minutes(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(minutes=count)


def _seats(venue: VenueFacts, layout: Layout | None) -> int:
    return (venue.layouts.get(layout) if layout else None) or venue.capacity or 0
