"""Bookings: their list, and the one form by which a venue is booked or asked for; what is done to one is beside."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import BookingState, Layout
from models.errors import Conflict, Invalid
from muster.localtime import BadTime, parse_instant, zone
from services import activities, booking_rows, bookings
from services.queries.booking_sheets import rival_counts
from services.queries.bookings import BookingRow, list_bookings, read_booking
from services.queries.paging import MAX_LIMIT
from services.queries.venues import list_venues, read_venue
from services.unit_of_work import Tx
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.forms import Form
from web.pages.activity_equipment import swapped
from web.pages.asked import Asked, id_in, show_page
from web.pages.booking_words import booking_page
from web.pages.refusals import Refusal, refused
from web.pages.saving import Given
from web.pages.venues import venue_page
from web.status import status_of

router = APIRouter(include_in_schema=False)

LIST = "bookings/list.html"
ROWS = 30
#: Fields that are asked with again where a way out is taken or the queue is joined.
CARRIED = (
    "activity_id",
    "team_id",
    "purpose",
    "people_count",
    "layout",
    "set_up_minutes",
    "tear_down_minutes",
    "hold",
    "move",
)


@router.get("/bookings")
def show_list(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """List bookings from today on, all or one's own; requests that wait are decided right here."""
    asked = Asked(request)
    state = asked.word("state", BookingState)
    is_own = asked["whose"] == "mine"
    with uow.read(actor) as tx:
        venue_id = asked.number("venue")
        found = list_bookings(
            tx,
            state=state,
            venue_id=venue_id,
            activity_id=asked.number("activity"),
            requested_by_id=actor.user_id if is_own else None,
            from_at=None if asked.number("activity") else tx.now,
            limit=ROWS,
            cursor=asked.cursor,
        )
        venue = read_venue(tx, venue_id).venue if venue_id else None
        decided, rivals = _to_decide(tx, found.items)
        named = {row.id: row.name for row in list_venues(tx, limit=MAX_LIMIT).items}
    if venue is not None:
        named.setdefault(venue.id, venue.name)
    return show_page(
        request,
        page,
        LIST,
        "bookings",
        bookings=found.items,
        following=asked.following(found.next),
        asked=asked,
        state=state,
        states=BookingState,
        venue=venue,
        is_own=is_own,
        decided=decided,
        rival_counts=rivals,
        venue_options=[(str(key), name) for key, name in named.items()],
        zone_of=zone,
    )


@router.post("/bookings")
def create(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Book a venue or ask for it; with `move`, the activity moves to the booked window in the same step.

    `offered` tells that this was a way out: where somebody was faster, the page says so and has fresh ones.
    """
    wanted = Refusal(carried={name: form[name] for name in CARRIED if form[name]}, is_way_out=form.flag("offered"))

    def change(tx: Tx) -> Done:
        asked = _asked(tx, form, wanted)
        booking_id = bookings.create(tx, **asked)
        if wanted.activity_id is not None and form.flag("move"):
            activities.move(
                tx,
                wanted.activity_id,
                starts_at=asked["starts_at"],
                ends_at=asked["ends_at"],
                override_reason=asked["override_reason"],
            )
        back_to = f"/activities/{wanted.activity_id}" if wanted.activity_id else f"/bookings/{booking_id}"
        return Done(back_to, _told(tx, page, booking_id) + swapped(page.translator, tx))

    try:
        return run_form(request, uow, actor, change)
    except Conflict as error:
        return refused(page, uow, actor, error, wanted)
    except Invalid as error:
        venue_id = id_in(form["venue_id"])
        if venue_id is None or form["activity_id"]:
            raise
        problems, status = page.problems(error), status_of(error)
        return venue_page(request, page, uow, actor, venue_id, given=Given(form), problems=problems, http_status=status)


@router.get("/bookings/{booking_id}")
def show(booking_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one booking, with what the reader may do to it, and what could be had instead where it was lost."""
    asked = Asked(request)
    venue_id = asked.number("venue")
    try:
        offer = (venue_id, parse_instant(asked["from"])) if venue_id else None
    except BadTime:
        offer = None
    return booking_page(page, uow, actor, booking_id, offer=offer)


def moment(form: Form, name: str, where: ZoneInfo) -> datetime | None:
    """Return an instant of a form: with an offset, as our own buttons send it, or a local time as typed."""
    try:
        return parse_instant(form[name])
    except BadTime:
        return form.instant(name, where)


def wish_in(form: Form, where: ZoneInfo) -> dict[str, Any]:
    """Return what a form says of a venue that is wanted; what is wrong is noted in it."""
    return {
        "starts_at": moment(form, "starts_at", where),
        "ends_at": moment(form, "ends_at", where),
        "purpose": form["purpose"],
        "activity_id": form.row_id("activity_id", optional=True),
        "team_id": form.row_id("team_id", optional=True),
        "set_up_minutes": form.number("set_up_minutes", optional=True),
        "tear_down_minutes": form.number("tear_down_minutes", optional=True),
        "people_count": form.number("people_count", least=1, optional=True),
        "layout": form.choice("layout", Layout, optional=True),
    }


def _to_decide(tx: Tx, rows: Iterable[BookingRow]) -> tuple[set[int], dict[int, int]]:
    """Return the venues on whose requests the reader decides, and how many others want the hours of each request."""
    waiting = [row for row in rows if row.state is BookingState.requested]
    venues = {one for one in {row.venue_id for row in waiting} if booking_rows.may_decide(tx, one)}
    return venues, rival_counts(tx, [row.id for row in waiting if row.venue_id in venues])


def _asked(tx: Tx, form: Form, wanted: Refusal) -> dict[str, Any]:
    """Return what to book, and note what is known of it for a refusal."""
    venue = read_venue(tx, form.row_id("venue_id") or 0).venue
    values = wish_in(form, zone(venue.zone))
    form.check()
    wanted.venue, wanted.activity_id, wanted.people_count = venue, values["activity_id"], values["people_count"]
    wanted.starts_at, wanted.ends_at = values["starts_at"], values["ends_at"]
    return {
        "venue_id": venue.id,
        **values,
        "hold": form.flag("hold"),
        "override_reason": form.text("override_reason", longest=500, optional=True),
    }


def _told(tx: Tx, page: Page, booking_id: int) -> str:
    """Return what became of an ask, as the notice on the next page says it."""
    row = read_booking(tx, booking_id)
    if row.state is BookingState.requested:
        return page.gettext("Asked: %(venue)s.", venue=row.venue_name)
    if row.state is BookingState.held:
        return page.gettext("Held for you: %(venue)s.", venue=row.venue_name)
    return page.gettext("Booked: %(venue)s.", venue=row.venue_name)
