"""Find a hall for an activity, or for a window: offers with reasons, each taken with one click."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import BookingState, HostKind, Layout
from models.errors import Forbidden
from models.rules import rosters
from models.rules.loans import needs_of
from models.rules.verdicts import Reason
from muster.localtime import AmbiguousTime, BadTime, MissingTime, localise, parse_wall, zone
from services import access
from services.queries.activities import ActivityView, read_activity
from services.queries.bookings import BookingRow, list_bookings
from services.queries.led_teams import teams_led
from services.queries.paging import MAX_LIMIT
from services.queries.venue_search import VenueOffer, VenueWish, available_venues, place_of
from services.unit_of_work import Tx
from web.context import Page
from web.deps import ActorDep, PageDep, UowDep
from web.pages.asked import Asked, show_page
from web.pages.saving import word_options
from web.pages.venue_parts import wall
from web.problems import say
from web.templating import Problem

router = APIRouter(include_in_schema=False)

TEMPLATE = "venues/find.html"
OPEN_STATES = frozenset({BookingState.requested, BookingState.held, BookingState.confirmed})


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in words: does it speak for the offer?"""

    is_good: bool
    text: str

    @property
    def pair(self) -> tuple[bool, str]:
        """As the macro `option` takes it."""
        return self.is_good, self.text


@dataclass(frozen=True, slots=True)
class Shown:
    """An offer with its reasons in words."""

    offer: VenueOffer
    whys: tuple[Why, ...]


@dataclass(slots=True)
class Conditions:
    """What is looked for, as the address says it or the activity; faults are noted by field."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    people_count: int | None = None
    kind: HostKind | None = None
    layout: Layout | None = None
    equipment: tuple[str, ...] = ()
    team_id: int | None = None
    problems: list[Problem] = field(default_factory=list)


@router.get("/venues/find")
def find(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show offers for an activity's window, or for the one that the form names."""
    access.require_role(actor, access.LEADING)
    asked = Asked(request)
    activity_id = asked.number("activity")
    with uow.read(actor) as tx:
        activity = _managed(tx, activity_id) if activity_id else None
        conditions = _conditions(page, asked, activity)
        wish = _wish(tx, conditions, activity)
        offers = available_venues(tx, wish) if wish else ()
        booked = list_bookings(tx, activity_id=activity_id, limit=MAX_LIMIT).items if activity_id else ()
        teams = () if activity else teams_led(tx)
    current = next((row for row in booked if row.state in OPEN_STATES), None)
    where = zone(activity.row.zone) if activity else page.wiring.zone
    values: dict[str, Any] = {
        "activity": activity,
        "offers": [_shown(page, offer) for offer in offers if not _is_current(offer, current)],
        "current": current,
        "conditions": conditions,
        "given": _given(asked, conditions, where),
        "is_asked": wish is not None,
        "kinds": word_options(page.translator, HostKind),
        "layouts": word_options(page.translator, Layout),
        "teams": teams,
        "carried": _carried(conditions, activity),
        "zone_of": zone,
        "asked": asked,
    }
    return show_page(request, page, TEMPLATE, "venue-options", **values)


def _managed(tx: Tx, activity_id: int) -> ActivityView:
    view = read_activity(tx, activity_id)
    if not view.may_manage:
        raise Forbidden(Reason("role_missing", {"team_id": view.row.team_id}))
    return view


def _conditions(page: Page, asked: Asked, activity: ActivityView | None) -> Conditions:
    found = Conditions(
        people_count=asked.number("people"),
        kind=asked.word("kind", HostKind),
        layout=asked.word("layout", Layout),
        equipment=rosters.items_of(asked["equipment"]),
        team_id=asked.number("team"),
    )
    if activity is not None:
        found.starts_at, found.ends_at = activity.row.starts_at, activity.row.ends_at
        found.people_count = found.people_count or activity.row.capacity
        if not asked.has("layout"):
            found.layout, found.equipment = activity.layout, tuple(need.name for need in needs_of(activity.equipment))
        where = zone(activity.row.zone)
    else:
        where = page.wiring.zone
    for name in ("starts_at", "ends_at"):
        if asked[name]:
            try:
                setattr(found, name, localise(parse_wall(asked[name]), where))
            except (BadTime, AmbiguousTime, MissingTime):
                reason = Reason("time_wrong", {"field": name})
                found.problems.append(Problem(name, say(reason, page.translator, page.wiring.zone)))
    if found.starts_at and found.ends_at and found.ends_at <= found.starts_at:
        reason = Reason("ends_before_start", {"field": "ends_at"})
        found.problems.append(Problem("ends_at", say(reason, page.translator, page.wiring.zone)))
    return found


def _wish(tx: Tx, conditions: Conditions, activity: ActivityView | None) -> VenueWish | None:
    if conditions.problems or conditions.starts_at is None or conditions.ends_at is None:
        return None
    venue_id = activity.row.venue_id if activity else None
    return VenueWish(
        starts_at=conditions.starts_at,
        ends_at=conditions.ends_at,
        people_count=conditions.people_count,
        kind=conditions.kind,
        layout=conditions.layout,
        team_id=conditions.team_id,
        equipment=conditions.equipment,
        near=place_of(tx, venue_id=venue_id, org_id=activity.host_org_id) if activity else None,
        venue_id=venue_id,
        activity_id=activity.row.id if activity else None,
    )


def _is_current(offer: VenueOffer, current: BookingRow | None) -> bool:
    """Tell whether an offer is what the activity has already."""
    return current is not None and (offer.venue.id, offer.starts_at, offer.ends_at) == (
        current.venue_id,
        current.starts_at,
        current.ends_at,
    )


def _shown(page: Page, offer: VenueOffer) -> Shown:
    where = zone(offer.venue.zone)
    told = [(True, reason) for reason in offer.pros] + [(False, reason) for reason in offer.cons]
    return Shown(offer, tuple(Why(is_good, say(reason, page.translator, where)) for is_good, reason in told))


def _given(asked: Asked, conditions: Conditions, where: Any) -> dict[str, str]:
    """Return the form as it was asked, filled from the activity where nothing was."""
    return {
        "starts_at": asked["starts_at"] or (wall(conditions.starts_at, where) if conditions.starts_at else ""),
        "ends_at": asked["ends_at"] or (wall(conditions.ends_at, where) if conditions.ends_at else ""),
        "people": asked["people"] or str(conditions.people_count or ""),
        "kind": asked["kind"],
        "layout": conditions.layout.value if conditions.layout else "",
        "equipment": "、".join(conditions.equipment),
        "team": asked["team"],
    }


def _carried(conditions: Conditions, activity: ActivityView | None) -> dict[str, str]:
    """Return what is booked along with a hall: heads and layout where they are not the activity's own."""
    if activity is None:
        return {}
    told: dict[str, str] = {}
    if conditions.people_count and conditions.people_count != activity.row.capacity:
        told["people_count"] = str(conditions.people_count)
    if conditions.layout and conditions.layout is not activity.layout:
        told["layout"] = conditions.layout.value
    return told
