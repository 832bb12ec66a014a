"""Places in line for taken venues, as their pages and programs see them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import Layout, WaitState
from models.errors import NotFound
from models.rules import waits as rules
from models.tables.activities import Activity
from models.tables.users import User
from models.tables.venues import Venue, VenueResource
from models.tables.waits import Wait
from services import access, booking_rows, venue_terms, wait_rows
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRow:
    """One place in line; `occupied` includes set-up and tear-down.

    `before_count` is how many who want the same hours are asked before; 0 where it is no longer waiting.
    `offered_until` is set once something was offered.
    """

    id: int
    venue_id: int
    venue_name: str
    zone: str
    activity_id: int | None
    activity_title: str | None
    starts_at: datetime
    ends_at: datetime
    occupied_from: datetime
    occupied_until: datetime
    set_up_minutes: int
    tear_down_minutes: int
    purpose: str
    people_count: int | None
    layout: Layout | None
    state: WaitState
    before_count: int
    requested_by: str | None
    joined_at: datetime
    booking_id: int | None
    offered_until: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitView:
    """One place in line with how many stand before it, and what the reader may do.

    `needs_approval` tells that the host is asked once the offer is taken; `has_ended` that nobody has written
    down yet that its time is over.
    """

    wait: WaitRow
    before_count: int
    needs_approval: bool
    may_take: bool
    may_leave: bool
    has_ended: bool


def list_waits(
    tx: Tx,
    *,
    is_own: bool = True,
    venue_id: int | None = None,
    activity_id: int | None = None,
    state: WaitState | None = None,
    is_live: bool = True,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[WaitRow]:
    """Return places in line by start: one's own, or all for those who see the whole house; with `is_live` open ones.

    Raises:
        SignInNeeded, Forbidden; Invalid: limit or cursor.
    """
    access.require_role(tx.actor, access.SEEING)
    query = _rows()
    if is_own or not tx.actor.has_everywhere(access.SEEING):
        query = query.where(col(Wait.requested_by_id) == (tx.actor.user_id or 0))
    for column, value in ((Wait.venue_id, venue_id), (Wait.activity_id, activity_id), (Wait.state, state)):
        if value is not None:
            query = query.where(col(column) == value)
    if is_live:
        query = query.where(col(Wait.state).in_(sorted(rules.LIVE_STATES)), col(Wait.ends_at) > tx.now)
    keys = (Key(col(Wait.starts_at)), Key(col(Wait.id)))
    found, after = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(map(_row, found)), after)


def read_wait(tx: Tx, wait_id: int) -> WaitView:
    """Return one place in line, for whoever may know of it.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_signed_in(tx.actor)
    found = tx.session.execute(_rows().where(col(Wait.id) == wait_id)).first()
    if found is None or not wait_rows.may_see(tx, found.Wait):
        raise NotFound("wait", wait_id)
    row: Wait = found.Wait
    facts = rules.WaitFacts(state=row.state, starts_at=row.starts_at, offered_until=row.offered_until)
    acts = access.holds_link(tx.actor, "wait", wait_id) or booking_rows.is_own(tx, row)
    venue = tx.get(Venue, row.venue_id, noun="venue", for_update=False)
    has_ended = rules.has_ended(facts, tx.now)
    return WaitView(
        wait=_row(found),
        before_count=found.before_count,
        needs_approval=venue_terms.needs_approval(tx, venue, row.team_id),
        may_take=acts and bool(rules.may_take(facts, tx.now)),
        may_leave=acts and not has_ended and bool(rules.may_leave(facts)),
        has_ended=has_ended,
    )


def _before_count() -> ScalarSelect[int]:
    """Return a count for each row: those who want the same hours of the venue, or of what shares a part with it."""
    ahead, theirs, own = aliased(Wait), aliased(VenueResource), aliased(VenueResource)
    return (
        select(func.count(func.distinct(col(ahead.id))))
        .join(theirs, col(theirs.venue_id) == col(ahead.venue_id))
        .join(own, col(own.resource_id) == col(theirs.resource_id))
        .where(
            col(own.venue_id) == col(Wait.venue_id),
            col(Wait.state) == WaitState.waiting,
            col(ahead.state).in_(sorted(rules.LIVE_STATES)),
            col(ahead.id) < col(Wait.id),
            col(ahead.occupied_until) > col(Wait.occupied_from),
            col(ahead.occupied_from) < col(Wait.occupied_until),
        )
        .correlate(Wait)
        .scalar_subquery()
    )


def _rows() -> AnySelect:
    return (
        select(
            Wait,
            col(Venue.name).label("venue_name"),
            col(Venue.zone).label("zone"),
            col(Activity.title).label("activity_title"),
            col(User.name).label("requested_by"),
            _before_count().label("before_count"),
        )
        .join(Venue, col(Venue.id) == col(Wait.venue_id))
        .outerjoin(Activity, col(Activity.id) == col(Wait.activity_id))
        .outerjoin(User, col(User.id) == col(Wait.requested_by_id))
    )


def _row(found: AnyRow) -> WaitRow:
    one: Wait = found.Wait
    return WaitRow(
        id=one.id,
        venue_id=one.venue_id,
        venue_name=found.venue_name,
        zone=found.zone,
        activity_id=one.activity_id,
        activity_title=found.activity_title,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        occupied_from=one.occupied_from,
        occupied_until=one.occupied_until,
        set_up_minutes=one.set_up_minutes,
        tear_down_minutes=one.tear_down_minutes,
        purpose=one.purpose,
        people_count=one.people_count,
        layout=one.layout,
        state=one.state,
        before_count=found.before_count,
        requested_by=found.requested_by,
        joined_at=one.created_at,
        booking_id=one.booking_id,
        offered_until=one.offered_until,
        version=one.version,
    )
