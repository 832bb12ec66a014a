"""A venue that cannot be had: every reason, who is in the way, and the ways out, each taken with one click."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from models.errors import Conflict, VenueTaken
from models.rules.verdicts import Reason
from muster.catalogue import mark
from muster.localtime import zone
from services.access import Actor
from services.queries.activities import ActivityView, read_activity
from services.queries.booking_views import BookingBrief, briefs
from services.queries.venue_search import offer_reasons, venues_by_id
from services.queries.venues import VenueRow, VenueView, read_venue
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.pages.venue_find import Why
from web.problems import say
from web.status import status_of

TEMPLATE = "bookings/refused.html"
#: For each code: an icon, and in two words what stands against it.
KINDS: Mapping[str, tuple[str, str]] = {
    "venue_taken": ("hall", mark("refusal.taken")),
    "venue_closed": ("lock", mark("refusal.closed")),
    "outside_opening_hours": ("lock", mark("refusal.closed")),
    "venue_ended": ("lock", mark("refusal.closed")),
    "venue_not_yet_open": ("lock", mark("refusal.closed")),
    "too_many_people": ("people", mark("refusal.small")),
    "starts_in_past": ("clock", mark("refusal.late")),
    "notice_too_short": ("clock", mark("refusal.late")),
    "notice_workdays_too_short": ("clock", mark("refusal.late")),
    "beyond_horizon": ("cal", mark("refusal.early")),
    "window_too_long": ("clock", mark("refusal.length")),
    "window_too_short": ("clock", mark("refusal.length")),
    "person_busy": ("person", mark("refusal.person")),
}


@dataclass(slots=True)
class Refusal:
    """What was asked for, as far as the request got."""

    venue: VenueRow | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    activity_id: int | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Against:
    """One reason in words, with the bookings in the way where it is taken."""

    glyph: str
    code: str
    text: str
    conflicts: tuple[BookingBrief, ...]


@dataclass(frozen=True, slots=True)
class WayOut:
    """A window at a venue that was free a moment ago; `moves` tells that the activity would get another time."""

    venue: VenueRow
    starts_at: datetime
    ends_at: datetime
    whys: tuple[Why, ...]
    moves: bool


def refused(
    page: Page, uow: UnitOfWork, actor: Actor, error: Conflict, wanted: Refusal, *, is_deciding: bool = False
) -> Response:
    """Return the page of a refusal. Raises the error itself where it came before a venue was read."""
    if wanted.venue is None or wanted.starts_at is None or wanted.ends_at is None:
        raise error
    with uow.read(actor) as tx:
        view = read_venue(tx, wanted.venue.id)
        activity = read_activity(tx, wanted.activity_id) if wanted.activity_id else None
        conflicts = briefs(tx, _conflicting(error))
        ways = () if is_deciding else tuple(_ways_out(tx, page, error, activity, wanted))
    where = zone(view.venue.zone)
    return page.render(
        TEMPLATE,
        http_status=status_of(error),
        view=view,
        activity=activity,
        reasons=[_against(page, reason, conflicts, view) for reason in error.reasons],
        ways=ways,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        purpose=wanted.purpose,
        where=where,
        zone_of=zone,
        is_deciding=is_deciding,
    )


def _conflicting(error: Conflict) -> list[int]:
    return [one.booking_id for one in error.conflicts] if isinstance(error, VenueTaken) else []


def _against(page: Page, reason: Reason, conflicts: tuple[BookingBrief, ...], view: VenueView) -> Against:
    glyph, code = KINDS.get(reason.code, ("bang", ""))
    return Against(
        glyph,
        page.gettext(code) if code else "",
        say(reason, page.translator, zone(view.venue.zone)),
        conflicts if reason.code == "venue_taken" else (),
    )


def _ways_out(tx: Tx, page: Page, error: Conflict, activity: ActivityView | None, wanted: Refusal) -> list[WayOut]:
    """Return the ways out that were free when the refusal was made."""
    found = error.alternatives if isinstance(error, VenueTaken) else ()
    venues = venues_by_id(tx, {way.venue_id for way in found})
    people_count = activity.row.capacity if activity else None
    return [_way_out(page, venues[way.venue_id], way, people_count, wanted) for way in found]


def _way_out(page: Page, venue: VenueRow, way: Any, people_count: int | None, wanted: Refusal) -> WayOut:
    minutes = way.reason.params.get("minutes") if way.reason.code == "other_venue" else None
    by = way.starts_at - wanted.starts_at
    pros, cons = offer_reasons(
        venue, by=by, people_count=people_count, way=None if minutes is None else timedelta(minutes=minutes)
    )
    where = zone(venue.zone)
    told = [(True, reason) for reason in pros] + [(False, reason) for reason in cons]
    whys = tuple(Why(is_good, say(reason, page.translator, where)) for is_good, reason in told)
    return WayOut(venue, way.starts_at, way.ends_at, whys, moves=bool(by))
