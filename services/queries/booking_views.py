"""One booking with what the reader may do to it, and the bookings that stand in another's way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import BookingState
from models.errors import NotFound
from models.rules import booking_states as rules
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.users import User
from models.tables.venues import Venue
from services import access, booking_rows
from services.queries.bookings import BookingRow, read_booking
from services.queries.paging import AnyRow
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingView:
    """A booking with who decided it and whom to ask at the venue; contacts only for those who may contact."""

    booking: BookingRow
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    address: str
    contact_name: str | None
    contact_phone: str | None
    may_see_activity: bool
    may_confirm: bool
    may_decline: bool
    may_cancel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingBrief:
    """A booking that stands in the way: when, where, what for; the activity only where it may be seen."""

    id: int
    venue_id: int
    venue_name: str
    zone: str
    state: BookingState
    starts_at: datetime
    ends_at: datetime
    occupied_from: datetime
    occupied_until: datetime
    purpose: str
    asked_at: datetime
    activity_id: int | None
    activity_title: str | None


def read_view(tx: Tx, booking_id: int) -> BookingView:
    """Return one booking.

    Raises:
        SignInNeeded, NotFound.
    """
    row = read_booking(tx, booking_id)
    decider = aliased(User)
    found = tx.session.execute(
        select(Booking, Venue, col(decider.name).label("decided_by"), col(Activity.id).label("seen_id"))
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .outerjoin(decider, col(decider.id) == col(Booking.decided_by_id))
        .outerjoin(Activity, (col(Activity.id) == col(Booking.activity_id)) & access.may_see_activity(tx.actor))
        .where(col(Booking.id) == booking_id)
    ).first()
    if found is None:
        raise NotFound("booking", booking_id)
    booking, venue = found.Booking, found.Venue
    facts = booking_rows.facts_of(tx, booking, venue)
    decides = booking_rows.may_decide(tx, venue.id)
    is_masked = not tx.actor.has(access.CONTACTING)
    return BookingView(
        booking=row,
        asked_at=booking.created_at,
        decided_by=found.decided_by,
        decided_at=booking.decided_at,
        address=venue.address,
        contact_name=None if is_masked else venue.contact_name,
        contact_phone=None if is_masked else venue.contact_phone,
        may_see_activity=found.seen_id is not None,
        may_confirm=decides and bool(rules.may_confirm(facts, tx.now)),
        may_decline=decides and bool(rules.may_decline(facts, tx.now)),
        may_cancel=bool(rules.may_cancel(facts, tx.now)) and booking_rows.is_own(tx, booking),
    )


def briefs(tx: Tx, booking_ids: Collection[int]) -> tuple[BookingBrief, ...]:
    """Return bookings by start, for everybody who has a role in the house; one statement.

    Raises:
        SignInNeeded, Forbidden.
    """
    access.require_role(tx.actor, access.SEEING)
    rows = tx.session.execute(
        select(Booking, Venue, col(Activity.id).label("seen_id"), col(Activity.title).label("title"))
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .outerjoin(Activity, (col(Activity.id) == col(Booking.activity_id)) & access.may_see_activity(tx.actor))
        .where(col(Booking.id).in_(booking_ids))
        .order_by(col(Booking.occupied_from), col(Booking.id))
    )
    return tuple(map(_brief, rows))


def _brief(row: AnyRow) -> BookingBrief:
    booking: Booking = row.Booking
    return BookingBrief(
        id=booking.id,
        venue_id=booking.venue_id,
        venue_name=row.Venue.name,
        zone=row.Venue.zone,
        state=booking.state,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        occupied_from=booking.occupied_from,
        occupied_until=booking.occupied_until,
        purpose=booking.purpose,
        asked_at=booking.created_at,
        activity_id=row.seen_id,
        activity_title=row.title,
    )
