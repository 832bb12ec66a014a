"""All that the page of one booking shows: the booking, what the reader may do, how to get in, who else asks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import AccessKind, BookingState, WaitState
from models.rules import booking_states as rules
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.users import User
from models.tables.venues import Venue, VenueResource
from models.tables.waits import Wait
from services import booking_rows, venue_locks, venue_terms
from services.queries.booking_views import BookingView, read_view
from services.queries.bookings import BookingRow, read_booking
from services.queries.paging import AnyRow
from services.unit_of_work import Tx

#: States in which somebody still has to decide.
UNDECIDED = (BookingState.requested, BookingState.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A request for hours that another one wants too, of the same venue or of a part or the whole of it.

    `people_count` is None where nobody said how many will come.
    """

    id: int
    venue_id: int
    venue_name: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    purpose: str
    asked_by: str | None
    asked_at: datetime
    people_count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class May:
    """What the reader may do to a booking now; `keep` turns a hold of their own into a booking."""

    decide: bool
    confirm: bool
    decline: bool
    keep: bool
    cancel: bool
    move: bool
    arrive: bool
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingSheet:
    """One booking as its page shows it; `people_count` is that of its activity where it has none of its own.

    `has_lapsed` tells of a hold that has run out. `release_at` is when the venue goes to others unless somebody
    comes, None where that does not happen. How to get in is told as `venue_terms.access_for` says, until it has
    ended. `rivals` are known to those who decide. `wait_id` is the place in the queue that the hold is offered to.
    """

    view: BookingView
    may: May
    people_count: int | None
    has_lapsed: bool
    release_at: datetime | None
    access_kind: AccessKind | None
    access_note: str
    access_code: str | None
    rivals: tuple[Rival, ...]
    wait_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A booking as the page behind its warning shows it; `is_open` tells that saying "we are here" still helps."""

    booking: BookingRow
    release_at: datetime | None
    is_open: bool


def read_arrival(tx: Tx, booking_id: int) -> Arrival:
    """Return a booking for whoever holds the link of its warning.

    Raises:
        NotFound.
    """
    row = read_booking(tx, booking_id)
    booking = tx.get(Booking, booking_id, noun="booking", for_update=False)
    venue = tx.get(Venue, booking.venue_id, noun="venue", for_update=False)
    facts = booking_rows.facts_of(tx, booking, venue)
    return Arrival(
        booking=row,
        release_at=release_at(facts, venue.no_show_minutes),
        is_open=bool(rules.may_arrive(facts, tx.now)),
    )


def read_sheet(tx: Tx, booking_id: int) -> BookingSheet:
    """Return one booking with all that its page shows.

    Raises:
        SignInNeeded, NotFound.
    """
    view = read_view(tx, booking_id)
    offer = (col(Wait.booking_id) == col(Booking.id)) & (col(Wait.state) == WaitState.offered)
    found = tx.session.execute(
        select(Booking, Venue, col(Activity.capacity).label("capacity"), col(Wait.id).label("wait_id"))
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .outerjoin(Activity, col(Activity.id) == col(Booking.activity_id))
        .outerjoin(Wait, offer)
        .where(col(Booking.id) == booking_id)
    ).one()
    booking: Booking = found.Booking
    facts = booking_rows.facts_of(tx, booking, found.Venue)
    may = _may(tx, booking, facts, is_offer=found.wait_id is not None)
    is_ahead = booking.state in rules.OPEN_STATES
    kind, note, code = venue_terms.access_for(tx, booking) if is_ahead else (None, "", None)
    return BookingSheet(
        view=view,
        may=may,
        people_count=booking.people_count or found.capacity,
        has_lapsed=rules.has_lapsed(facts, tx.now),
        release_at=release_at(facts, found.Venue.no_show_minutes),
        access_kind=kind,
        access_note=note,
        access_code=code,
        rivals=rivals(tx, booking) if may.decide and booking.state in UNDECIDED else (),
        wait_id=found.wait_id,
    )


def release_at(facts: rules.BookingFacts, no_show_minutes: int | None) -> datetime | None:
    """Return when the venue goes to others unless somebody comes; None where that does not happen."""
    if no_show_minutes is None or facts.state is not BookingState.confirmed or facts.arrived_at is not None:
        return None
    wait = timedelta(minutes=no_show_minutes)
    return rules.release_at(facts, wait, facts.warned_at or facts.window.starts_at + wait / 2)


def rivals(tx: Tx, booking: Booking) -> tuple[Rival, ...]:
    """Return the other requests that overlap a booking in what they would occupy, the first asked first.

    One statement; the caller has checked that the reader decides.
    """
    rows = tx.session.execute(
        select(
            Booking,
            col(Venue.name).label("venue_name"),
            col(Venue.zone).label("zone"),
            col(User.name).label("asked_by"),
            col(Activity.capacity).label("capacity"),
        )
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .outerjoin(User, col(User.id) == col(Booking.requested_by_id))
        .outerjoin(Activity, col(Activity.id) == col(Booking.activity_id))
        .where(
            col(Booking.venue_id).in_(venue_locks.kin(booking.venue_id)),
            col(Booking.id) != booking.id,
            col(Booking.state) == BookingState.requested,
            col(Booking.occupied_from) < booking.occupied_until,
            col(Booking.occupied_until) > booking.occupied_from,
        )
        .order_by(col(Booking.created_at), col(Booking.id))
    )
    return tuple(map(_rival, rows))


def rival_counts(tx: Tx, booking_ids: Collection[int]) -> dict[int, int]:
    """Return for each booking how many other requests want some of its hours; those without one are left out."""
    own, other = aliased(Booking), aliased(Booking)
    ours, theirs = aliased(VenueResource), aliased(VenueResource)
    counted = (
        select(col(own.id), func.count(func.distinct(col(other.id))))
        .join(ours, col(ours.venue_id) == col(own.venue_id))
        .join(theirs, col(theirs.resource_id) == col(ours.resource_id))
        .join(other, col(other.venue_id) == col(theirs.venue_id))
        .where(
            col(own.id).in_(booking_ids),
            col(other.id) != col(own.id),
            col(other.state) == BookingState.requested,
            col(other.occupied_from) < col(own.occupied_until),
            col(other.occupied_until) > col(own.occupied_from),
        )
        .group_by(col(own.id))
    )
    return dict(tx.session.execute(counted).all())


def _may(tx: Tx, booking: Booking, facts: rules.BookingFacts, *, is_offer: bool) -> May:
    decides, is_own = booking_rows.may_decide(tx, booking.venue_id), booking_rows.is_own(tx, booking)
    is_open = booking.state in UNDECIDED and not is_offer
    keeps = is_own and is_open and booking.state is BookingState.held and bool(rules.may_keep(facts, tx.now))
    return May(
        decide=decides,
        confirm=decides and is_open and not keeps and bool(rules.may_confirm(facts, tx.now)),
        decline=decides and is_open and not keeps and bool(rules.may_decline(facts, tx.now)),
        keep=keeps,
        cancel=is_own and not is_offer and bool(rules.may_cancel(facts, tx.now)),
        move=is_own and not is_offer and bool(rules.may_move(facts, tx.now)),
        arrive=(is_own or decides) and booking.arrived_at is None and bool(rules.may_arrive(facts, tx.now)),
        is_own=is_own,
    )


def _rival(row: AnyRow) -> Rival:
    booking: Booking = row.Booking
    return Rival(
        id=booking.id,
        venue_id=booking.venue_id,
        venue_name=row.venue_name,
        zone=row.zone,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        purpose=booking.purpose,
        asked_by=row.asked_by,
        asked_at=booking.created_at,
        people_count=booking.people_count or row.capacity,
    )
