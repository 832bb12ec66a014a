"""A venue that cannot be had: every reason, who is in the way, and the ways out, each taken with one click."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.responses import Response

from models.errors import Conflict, VenueTaken
from models.rules.alternatives import Alternative
from models.rules.person_conflicts import is_soft
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
from web.pages.conflict_words import tag_of
from web.pages.venue_find import Why
from web.problems import say
from web.status import status_of

TEMPLATE = "bookings/refused.html"
#: For each code: an icon, and in two words what stands against it.
KINDS: Mapping[str, tuple[str, str]] = {
    "venue_taken": ("hall", mark("refusal.taken")),
    "venue_closed": ("lock", mark("refusal.closed")),
    "venue_closed_for_a_reason": ("lock", mark("refusal.closed")),
    "venue_closed_on_holiday": ("lock", mark("refusal.closed")),
    "venue_closed_on_likely_holiday": ("lock", mark("refusal.closed")),
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
    "layout_not_possible": ("people", mark("refusal.unfit")),
    "equipment_missing": ("list", mark("refusal.unfit")),
    "venue_not_for_team": ("people", mark("refusal.not_theirs")),
    "quota_used_up": ("list", mark("refusal.quota")),
}
#: What a way out is called beside the name of the venue, by the reason for offering it.
SORTS: Mapping[str, str] = {
    "other_day": mark("Same venue, another day"),
    "same_again": mark("Same venue, same time"),
    "part_of_venue": mark("A part of it: %(venue)s"),
}
LATER, EARLIER = mark("Same venue, later"), mark("Same venue, earlier")


@dataclass(slots=True)
class Refusal:
    """What was asked for, as far as the request got.

    `carried` are the fields that a way out, the queue or a second try is asked with too. `is_way_out` tells
    that this was a way out itself, free a moment before.
    """

    venue: VenueRow | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    activity_id: int | None = None
    people_count: int | None = None
    carried: dict[str, str] = field(default_factory=dict)
    is_way_out: bool = False


@dataclass(frozen=True, slots=True)
class Against:
    """One reason in words, with the bookings in the way where it is taken."""

    glyph: str
    code: str
    text: str
    conflicts: tuple[BookingBrief, ...]


@dataclass(frozen=True, slots=True)
class WayOut:
    """A window at a venue that was free a moment ago; `moves` tells that the activity would get another time.

    `fields` are what one click on it sends.
    """

    title: str
    venue: VenueRow
    starts_at: datetime
    ends_at: datetime
    needs_approval: bool
    whys: tuple[Why, ...]
    moves: bool
    fields: Mapping[str, str]


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
        found = error.alternatives if isinstance(error, VenueTaken) and not is_deciding else ()
        ways = ways_out(tx, page, found, wanted, activity, count=len(error.reasons))
    asked = {
        "venue_id": str(view.venue.id),
        "starts_at": wanted.starts_at.isoformat(),
        "ends_at": wanted.ends_at.isoformat(),
        **wanted.carried,
    }
    return page.render(
        TEMPLATE,
        http_status=status_of(error),
        view=view,
        activity=activity,
        reasons=[_against(page, reason, conflicts, view) for reason in error.reasons],
        ways=ways,
        asked=asked,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        where=zone(view.venue.zone),
        zone_of=zone,
        is_deciding=is_deciding,
        is_way_out=wanted.is_way_out,
        # Whoever is offered the hours takes them for the activity as it is: nothing moves along then.
        may_wait=not is_deciding and "move" not in wanted.carried and all(map(_passes, error.reasons)),
        may_override=not is_deciding and all(is_soft(reason) for reason in error.reasons),
    )


def ways_out(
    tx: Tx,
    page: Page,
    found: tuple[Alternative, ...],
    wanted: Refusal,
    activity: ActivityView | None,
    *,
    count: int = 0,
) -> list[WayOut]:
    """Return ways out in words, each with what one click on it sends; `count` reasons are solved by each of them."""
    venues = venues_by_id(tx, {way.venue_id for way in found})
    people_count = wanted.people_count or (activity.row.capacity if activity else None)
    return [_way_out(page, venues[way.venue_id], way, people_count, wanted, count) for way in found]


def _conflicting(error: Conflict) -> list[int]:
    return [one.booking_id for one in error.conflicts] if isinstance(error, VenueTaken) else []


def _passes(reason: Reason) -> bool:
    """Tell whether waiting helps against a reason: somebody else may give the venue back."""
    return reason.code == "venue_taken" or is_soft(reason)


def _against(page: Page, reason: Reason, conflicts: tuple[BookingBrief, ...], view: VenueView) -> Against:
    glyph, code = KINDS.get(reason.code, ("bang", ""))
    conflict = reason.params.get("conflict")
    if conflict is not None:
        glyph = "route" if conflict == "travel" else "person"
    tag = tag_of(conflict, page.translator) if conflict is not None else page.gettext(code) if code else ""
    return Against(
        glyph,
        tag,
        say(reason, page.translator, zone(view.venue.zone)),
        conflicts if reason.code == "venue_taken" else (),
    )


def _way_out(
    page: Page, venue: VenueRow, way: Alternative, people_count: int | None, wanted: Refusal, count: int
) -> WayOut:
    by = way.starts_at - wanted.starts_at if wanted.starts_at else timedelta()
    minutes = way.reason.params.get("minutes") if way.reason.code.startswith("other_venue") else None
    pros, cons = offer_reasons(
        venue, by=by, people_count=people_count, way=None if minutes is None else timedelta(minutes=minutes)
    )
    solved = [Reason("offer_solves", {"count": count})] if count > 1 else []
    where = zone(venue.zone)
    moves = bool(by) or way.ends_at != wanted.ends_at
    also = [Reason("offer_moves_activity")] if moves and wanted.activity_id else []
    told = [(True, reason) for reason in (*solved, *pros)] + [(False, reason) for reason in (*cons, *also)]
    return WayOut(
        title=_title(page, venue, way),
        venue=venue,
        starts_at=way.starts_at,
        ends_at=way.ends_at,
        needs_approval=way.needs_approval,
        whys=tuple(Why(is_good, say(reason, page.translator, where)) for is_good, reason in told),
        moves=moves,
        fields={
            **wanted.carried,
            "venue_id": str(venue.id),
            "starts_at": way.starts_at.isoformat(),
            "ends_at": way.ends_at.isoformat(),
            "set_up_minutes": str(way.set_up_minutes),
            "tear_down_minutes": str(way.tear_down_minutes),
            "move": "1" if moves and wanted.activity_id else "",
            "offered": "1",
        },
    )


def _title(page: Page, venue: VenueRow, way: Alternative) -> str:
    if way.reason.code == "other_hour":
        return page.gettext(LATER if way.reason.params["minutes"] > 0 else EARLIER)
    if way.reason.code in SORTS:
        return page.gettext(SORTS[way.reason.code], venue=venue.name)
    return venue.name
