"""Secret addresses of calendars: of venues (and the page beside their door), of people and of teams.

All carry the generation of their `Feed` row in the token, so one step makes every address given out before
void. The row comes with the first reset; until then the generation is 1. A venue's calendar for outsiders tells
only that it is taken; one of an organiser, and every team's, is read with its user's own rights as they are today,
and is void once these are gone. A person's is that of their own duties (`services.duty_feeds`), for whoever holds it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from models.enums import BookingState, FeedKind
from models.errors import Forbidden, NotFound
from models.events import FeedReset, PersonFeedReset, TeamFeedReset
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.feeds import Feed
from models.tables.people import Person
from models.tables.teams import Team
from models.tables.users import User
from models.tables.venues import Venue
from services import absences, access, registers, sign_ins
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
    reached = _next_generation(tx, FeedKind.venue, venue_id)
    tx.record(FeedReset(subject_id=venue_id, generation=reached))
    return reached


def reset_person(tx: Tx, person_id: int) -> int:
    """Make the secret address of a person's duties void and return the new generation; each call makes another.

    Raises:
        SignInNeeded, NotFound, Forbidden: the actor does not answer for the person.
    """
    absences.require_answering(tx, person_id)
    reached = _next_generation(tx, FeedKind.person, person_id)
    tx.record(PersonFeedReset(subject_id=person_id, generation=reached))
    return reached


def reset_team(tx: Tx, team_id: int) -> int:
    """Make every secret address of a team's activities void and return the new generation; each call makes another.

    Raises:
        SignInNeeded, NotFound. Forbidden: the actor leads nobody there.
    """
    require_team(tx, team_id)
    access.require_over(tx.session, tx.actor, team_id, access.LEADING)
    reached = _next_generation(tx, FeedKind.team, team_id)
    tx.record(TeamFeedReset(subject_id=team_id, generation=reached))
    return reached


def person_address(tx: Tx, person_id: int) -> Address:
    """Return the address of a person's duties, for the person and those who answer for them.

    Raises:
        SignInNeeded, NotFound, Forbidden.
    """
    absences.require_answering(tx, person_id)
    return Address(FeedKind.person, person_id, generation(tx, FeedKind.person, person_id))


def team_address(tx: Tx, team_id: int) -> Address:
    """Return the actor's own address of a team's activities.

    Raises:
        SignInNeeded, NotFound. Forbidden: the actor is no user.
    """
    require_team(tx, team_id)
    if tx.actor.user_id is None:
        raise Forbidden(Reason("role_missing"))
    return Address(FeedKind.team, team_id, generation(tx, FeedKind.team, team_id), tx.actor.user_id)


def require_team(tx: Tx, team_id: int) -> Team:
    """Return a team in the actor's reach.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_signed_in(tx.actor)
    in_reach = access.team_in_reach(tx.actor, col(Team.id), access.SEEING)
    found: Team | None = None
    if 1 <= team_id <= absences.HIGHEST_ID:
        found = tx.session.execute(select(Team).where(col(Team.id) == team_id, in_reach)).scalars().first()
    if found is None:
        raise NotFound("team", team_id)
    return found


def _next_generation(tx: Tx, kind: FeedKind, subject_id: int) -> int:
    tx.insert_missing(
        Feed, {"kind": kind, "subject_id": subject_id, "generation": 1, "created_at": tx.now, "version": 1}
    )
    query = select(Feed).where(col(Feed.kind) == kind, col(Feed.subject_id) == subject_id)
    row = tx.session.execute(query.with_for_update()).scalars().one()
    row.generation += 1
    tx.touch(row)
    return int(row.generation)


def reader(tx: Tx, address: Address) -> Actor:
    """Return who reads a calendar: its person, or its user with the rights of today, or nobody in particular.

    Raises:
        NotFound: that person or user is gone, or the user has no right any more.
    """
    if address.kind is FeedKind.person:
        return _person(tx, address)
    if address.user_id is None:
        if address.kind is FeedKind.team:
            raise NotFound("feed", str(address))
        return STRANGER
    row = tx.session.get(User, address.user_id)
    needed = access.LEADING if address.kind is FeedKind.venue else access.SEEING
    if row is None or not row.is_active or not (found := sign_ins.actor_of(tx, row)).has(needed):
        raise NotFound("feed", str(address))
    return found


def _person(tx: Tx, address: Address) -> Actor:
    row = tx.session.get(Person, address.subject_id)
    if row is None or (row.left_on is not None and row.left_on <= registers.today(tx)):
        raise NotFound("feed", str(address))
    return Actor(kind="link", person_id=row.id, detail=f"feed:{row.id}", locale=row.locale)


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
