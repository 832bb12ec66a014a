"""Who may have a venue, who is asked, who decides, and who is told how to get in."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlmodel import col, select

from models.enums import AccessKind, AssignmentState, BookingState, QuotaPeriod, VenueRightKind
from models.rules import venue_terms as rules
from models.rules.venues import TeamTerms
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.bookings import Booking
from models.tables.teams import TeamAncestry
from models.tables.venues import Venue, VenueRight
from models.values import TimeWindow
from muster.localtime import day_bounds, local_day, zone
from services import access
from services.unit_of_work import Tx

#: Bookings in these states are counted against a team's quota.
COUNTED = (BookingState.requested, BookingState.held, BookingState.confirmed, BookingState.used)
#: Nothing takes a venue longer, buffers included: what begins in a period has ended so long after it.
LONGEST_TAKEN = timedelta(days=65)
#: Who may have a venue then is told how to get in.
LET_IN = (BookingState.confirmed, BookingState.used)

_above = col(TeamAncestry.ancestor_id) == col(VenueRight.team_id), col(TeamAncestry.team_id) == bindparam("asking")
#: Every right, with the asking team where it is one of the team's or of a team above it.
_RIGHTS = select(VenueRight.venue_id, VenueRight.kind, TeamAncestry.team_id).join(
    TeamAncestry, and_(*_above), isouter=True
)
_RIGHTS_AT = _RIGHTS.where(col(VenueRight.venue_id).in_(bindparam("venue_ids", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """For whom venues are asked for, None for no team, and the time within which bookings may begin.

    The booking of `leave_out_booking_id` is not counted against the quota: it is the one that is moved.
    """

    team_id: int | None
    around: TimeWindow
    leave_out_booking_id: int | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """What of a venue's row says how much and to whom."""

    venue_id: int
    zone: str
    needs_approval: bool
    team_quota: int | None
    quota_period: QuotaPeriod | None


def refusals(
    tx: Tx, venue: Venue, *, team_id: int | None, window: TimeWindow, leave_out_booking_id: int | None = None
) -> list[Reason]:
    """Return what stands against a team's having the venue then: `venue_not_for_team`, `quota_used_up`.

    A quota counts bookings that are asked for, held, confirmed or used, and that are of the team or any
    below it, by the venue's local week from Monday, or month, that they begin in. Who asks for no team
    has no quota, and a venue with rights only where they manage the whole house.
    """
    asking = Asking(team_id=team_id, around=window, leave_out_booking_id=leave_out_booking_id)
    terms = terms_of(tx, [_quota(venue)], asking)[venue.id]
    return rules.terms_reasons(terms, local_day(window.starts_at, zone(venue.zone)))


def needs_approval(tx: Tx, venue: Venue, team_id: int | None) -> bool:
    """Tell whether somebody is asked before a booking for the team holds.

    Never with a `book` right of the team or one above it, always with only a `request` right.
    """
    given, own = _rights(tx, [venue.id], team_id)
    return _standing(tx, _quota(venue), given[venue.id], own[venue.id], team_id)[1]


def may_decide(tx: Tx, venue_id: int) -> bool:
    """Tell whether the actor decides on requests for a venue: managers of the house, and of teams with `approve`."""
    if tx.actor.has_everywhere(access.MANAGING):
        return True
    deciding = select(VenueRight.id).where(
        col(VenueRight.venue_id) == venue_id,
        col(VenueRight.kind) == VenueRightKind.approve,
        access.team_in_reach(tx.actor, col(VenueRight.team_id), access.MANAGING),
    )
    return tx.session.exec(deciding.limit(1)).first() is not None


def access_for(tx: Tx, booking: Booking) -> tuple[AccessKind, str, str | None]:
    """Return how the people of a booking get in: the kind, the note, and the code for those who may have it.

    The code is for those who asked, who lead the team that it is for, who have accepted a part in its
    activity, and who manage venues; while it is confirmed and until what it takes is over. Others who
    lead nobody get an empty note as well.
    """
    venue = tx.session.get_one(Venue, booking.venue_id)
    is_let_in = booking.state in LET_IN and tx.now < booking.occupied_until and _is_of_it(tx, booking)
    note = venue.access_note if is_let_in or tx.actor.has(access.CONTACTING) else ""
    return venue.access_kind, note, venue.access_code if is_let_in else None


def terms_of(tx: Tx, venues: Collection[Quota], asking: Asking) -> dict[int, TeamTerms]:
    """Return what each venue is for the team that asks; at most three statements, however many venues."""
    only = [one.venue_id for one in venues] if len(venues) == 1 else None
    given, own = _rights(tx, only, asking.team_id)
    used = _used(tx, [one for one in venues if one.team_quota is not None], asking)
    found = {}
    for one in venues:
        may_have, is_asked = _standing(tx, one, given[one.venue_id], own[one.venue_id], asking.team_id)
        found[one.venue_id] = TeamTerms(
            may_have=may_have,
            needs_approval=is_asked,
            quota=None if asking.team_id is None else one.team_quota,
            period=one.quota_period,
            used=used[one.venue_id],
        )
    return found


def _quota(venue: Venue) -> Quota:
    return Quota(venue.id, venue.zone, venue.needs_approval, venue.team_quota, venue.quota_period)


def _standing(
    tx: Tx, venue: Quota, given: Collection[VenueRightKind], own: Collection[VenueRightKind], team_id: int | None
) -> tuple[bool, bool]:
    is_house = team_id is None and tx.actor.has_everywhere(access.MANAGING)
    return rules.standing(own, given, needs_approval=venue.needs_approval, is_house=is_house)


def _rights(
    tx: Tx, venue_ids: Collection[int] | None, team_id: int | None
) -> tuple[dict[int, set[VenueRightKind]], dict[int, set[VenueRightKind]]]:
    """Return, by venue, the rights that anybody has, and those of the team and of teams above it."""
    params: dict[str, object] = {"asking": team_id or 0}
    query = _RIGHTS if venue_ids is None else _RIGHTS_AT
    if venue_ids is not None:
        params["venue_ids"] = list(venue_ids)
    given: dict[int, set[VenueRightKind]] = defaultdict(set)
    own: dict[int, set[VenueRightKind]] = defaultdict(set)
    tx.session.flush()
    for venue_id, kind, team in tx.session.connection().execute(query, params):
        given[venue_id].add(VenueRightKind(kind))
        if team is not None:
            own[venue_id].add(VenueRightKind(kind))
    return given, own


def _used(tx: Tx, venues: Collection[Quota], asking: Asking) -> dict[int, Counter[date]]:
    """Return how many bookings the team has had in each week or month within reach, by venue and its first day."""
    used: dict[int, Counter[date]] = defaultdict(Counter)
    limited = {one.venue_id: (zone(one.zone), one.quota_period) for one in venues if one.quota_period is not None}
    if not limited or asking.team_id is None:
        return used
    bounds = []
    for where, period in limited.values():
        first, last = (local_day(at, where) for at in (asking.around.starts_at, asking.around.ends_at))
        from_on, until_on = rules.period_around(first, period)[0], rules.period_around(last, period)[1]
        bounds.append((day_bounds(from_on, where)[0], day_bounds(until_on, where)[0]))
    query = (
        select(Booking.venue_id, Booking.starts_at)
        .join(Activity, col(Activity.id) == col(Booking.activity_id), isouter=True)
        .where(
            col(Booking.venue_id).in_(limited),
            col(Booking.state).in_(COUNTED),
            col(Booking.occupied_until) > min(start for start, _ in bounds),
            col(Booking.occupied_until) < max(end for _, end in bounds) + LONGEST_TAKEN,
            col(Booking.starts_at) >= min(start for start, _ in bounds),
            col(Booking.starts_at) < max(end for _, end in bounds),
            _of_team(asking.team_id),
            col(Booking.id) != (asking.leave_out_booking_id or 0),
        )
    )
    for venue_id, starts_at in tx.session.exec(query):
        where, period = limited[venue_id]
        used[venue_id][rules.period_around(local_day(starts_at, where), period)[0]] += 1
    return used


def _of_team(team_id: int) -> ColumnElement[bool]:
    """Return the condition that a booking, or its activity, is of a team or one below it."""
    below = select(TeamAncestry.team_id).where(col(TeamAncestry.ancestor_id) == team_id)
    return or_(col(Booking.team_id).in_(below), col(Activity.team_id).in_(below))


def _is_of_it(tx: Tx, booking: Booking) -> bool:
    """Tell whether the actor has to do with a booking, or manages venues."""
    actor = tx.actor
    if actor.has(access.MANAGING) or (actor.user_id is not None and actor.user_id == booking.requested_by_id):
        return True
    activity = tx.session.get(Activity, booking.activity_id) if booking.activity_id is not None else None
    teams = {booking.team_id, activity.team_id if activity else None} - {None}
    if any(team is not None and access.has_role_over(tx.session, actor, team, access.LEADING) for team in teams):
        return True
    if activity is None or actor.person_id is None:
        return False
    part = select(Assignment.id).where(
        col(Assignment.activity_id) == activity.id,
        col(Assignment.person_id) == actor.person_id,
        col(Assignment.state).in_([AssignmentState.accepted, AssignmentState.served]),
    )
    return tx.session.exec(part.limit(1)).first() is not None
