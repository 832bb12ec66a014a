"""Secret addresses of venues: the calendar that others subscribe to and the page beside the door.

Both carry the generation of the venue's `Feed` row in their token, so one step makes every address
given out before void. The row comes with the first reset; until then the generation is 1. A calendar
for outsiders tells only that the venue is taken; one of an organiser is read with that organiser's
own rights as they are today, and is void once they lead nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from models.enums import BookingState, FeedKind
from models.errors import NotFound
from models.events import FeedReset
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.feeds import Feed
from models.tables.users import User
from models.tables.venues import Venue
from services import access, sign_ins
from services.access import STRANGER, Actor
from services.queries.paging import AnyRow, AnySelect
from services.queries.venue_days import SHOWN, TAKING, sharing
from services.queries.venues import VenueRow, venue_row, venue_rows
from services.unit_of_work import Tx

BEFORE, AHEAD = timedelta(days=31), timedelta(days=400)
#: What a calendar program takes without choking; those that end first.
MOST_ENTRIES = 2000


@dataclass(frozen=True, slots=True)
class Address:
    """What the token of a secret address says: whose calendar, of which generation, and for which user."""

    kind: FeedKind
    subject_id: int
    generation: int
    user_id: int | None = None

    def __str__(self) -> str:
        parts = (self.kind.value, self.subject_id, self.generation, *([self.user_id] if self.user_id else []))
        return ".".join(map(str, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One stay at a venue; instants in UTC, with set-up and tear-down where `title` is None.

    `venue_name` is that of a whole or a part that was booked in its stead, None where it was itself;
    `title` is None where the reader may not know it, `""` where nobody wrote one.
    """

    booking_id: int
    sequence: int
    state: BookingState
    starts_at: datetime
    ends_at: datetime
    title: str | None
    venue_name: str | None

    @property
    def is_settled(self) -> bool:
        """Tell a booking that holds from one that may still come to nothing."""
        return self.state not in {BookingState.requested, BookingState.held}


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueFeed:
    """A venue's calendar from a month back to a year ahead, by start; `changed_at` is when it last changed."""

    venue: VenueRow
    entries: tuple[FeedEntry, ...]
    changed_at: datetime
    is_masked: bool


def parse(text: str) -> Address:
    """Return the address that a token's subject says.

    Raises:
        NotFound: it says none.
    """
    word, *numbers = text.split(".")
    try:
        return Address(FeedKind(word), *map(int, numbers))
    except (TypeError, ValueError) as error:
        raise NotFound("feed", text) from error


def generation(tx: Tx, kind: FeedKind, subject_id: int) -> int:
    """Return the generation of addresses that is good now; 1 where none was ever made void."""
    query = select(Feed).where(col(Feed.kind) == kind, col(Feed.subject_id) == subject_id)
    row = tx.session.execute(query).scalars().first()
    return 1 if row is None else row.generation


def require_current(tx: Tx, address: Address) -> None:
    """Let an address through that was not made void.

    Raises:
        NotFound: it was.
    """
    if generation(tx, address.kind, address.subject_id) != address.generation:
        raise NotFound("feed", str(address))


def reset_venue(tx: Tx, venue_id: int) -> int:
    """Make every secret address of a venue void and return the new generation; each call makes another.

    Raises:
        SignInNeeded, Forbidden: the actor manages nothing. NotFound.
    """
    access.require_role(tx.actor, access.MANAGING)
    tx.get(Venue, venue_id, noun="venue")
    tx.insert_missing(
        Feed, {"kind": FeedKind.venue, "subject_id": venue_id, "generation": 1, "created_at": tx.now, "version": 1}
    )
    query = select(Feed).where(col(Feed.kind) == FeedKind.venue, col(Feed.subject_id) == venue_id)
    row = tx.session.execute(query.with_for_update()).scalars().one()
    row.generation += 1
    tx.touch(row)
    tx.record(FeedReset(subject_id=venue_id, generation=row.generation))
    return int(row.generation)


def reader(tx: Tx, address: Address) -> Actor:
    """Return who reads a calendar: the user it was given to, with the rights of today, or nobody in particular.

    Raises:
        NotFound: that user is gone, or leads nobody any more.
    """
    if address.user_id is None:
        return STRANGER
    row = tx.session.get(User, address.user_id)
    if row is None or not row.is_active or not (found := sign_ins.actor_of(tx, row)).has(access.LEADING):
        raise NotFound("feed", str(address))
    return found


def venue_feed(tx: Tx, venue_id: int) -> VenueFeed:
    """Return a venue's calendar as the actor may read it: strangers learn when it is taken and nothing else.

    Raises:
        NotFound: no such venue.
    """
    found = tx.session.execute(venue_rows().where(col(Venue.id) == venue_id)).first()
    if found is None:
        raise NotFound("venue", venue_id)
    is_masked = tx.actor.kind == "stranger"
    rows = tx.session.execute(_stays(tx, venue_id)).all()
    changed = [row.Booking.decided_at or row.Booking.created_at for row in rows]
    return VenueFeed(
        venue=venue_row(found),
        entries=tuple(_entries(venue_id, rows, is_masked=is_masked)),
        changed_at=max(changed, default=found.Venue.created_at),
        is_masked=is_masked,
    )


def _stays(tx: Tx, venue_id: int) -> AnySelect:
    return (
        select(Booking, col(Venue.name).label("venue_name"), col(Activity.title))
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .outerjoin(Activity, (col(Activity.id) == col(Booking.activity_id)) & access.may_see_activity(tx.actor))
        .where(
            col(Booking.venue_id).in_(sorted(sharing(tx, [venue_id]))),
            col(Booking.state).in_(SHOWN),
            col(Booking.occupied_until) > tx.now - BEFORE,
            col(Booking.occupied_from) < tx.now + AHEAD,
        )
        .order_by(col(Booking.occupied_until), col(Booking.id))
        .limit(MOST_ENTRIES)
    )


def _entries(venue_id: int, rows: Iterable[AnyRow], *, is_masked: bool) -> Iterable[FeedEntry]:
    for row in sorted(rows, key=lambda row: (row.Booking.starts_at, row.Booking.id)):
        booking: Booking = row.Booking
        is_own = booking.venue_id == venue_id
        if not is_own and booking.state not in TAKING:
            continue
        is_whole = is_masked or not is_own
        yield FeedEntry(
            booking_id=booking.id,
            sequence=booking.version,
            state=booking.state,
            starts_at=booking.occupied_from if is_whole else booking.starts_at,
            ends_at=booking.occupied_until if is_whole else booking.ends_at,
            title=None if is_whole else row.title or booking.purpose,
            venue_name=None if is_own or is_masked else row.venue_name,
        )
