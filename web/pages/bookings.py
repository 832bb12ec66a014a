"""Bookings: take a venue or ask for it, decide on requests, give back; a refusal shows every reason and the ways out."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import BookingState
from models.errors import Conflict, Invalid
from muster.localtime import BadTime, local_day, parse_instant, zone
from services import access, activities, bookings
from services.access import Actor
from services.queries.activities import read_activity
from services.queries.booking_views import read_view
from services.queries.bookings import list_bookings
from services.queries.venues import read_venue
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.forms import Form
from web.pages.asked import Asked, id_in, show_page
from web.pages.refusals import Refusal, refused
from web.pages.saving import Given, save
from web.pages.venues import venue_page
from web.status import status_of
from web.templating import Problem

router = APIRouter(include_in_schema=False)

LIST, ONE = "bookings/list.html", "bookings/show.html"
ROWS = 30
LONGEST_REASON = 500


@router.get("/bookings")
def show_list(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """List bookings from today on; requests that wait are decided right here."""
    asked = Asked(request)
    state = asked.word("state", BookingState)
    with uow.read(actor) as tx:
        found = list_bookings(
            tx,
            state=state,
            venue_id=asked.number("venue"),
            activity_id=asked.number("activity"),
            from_at=None if asked.number("activity") else tx.now,
            limit=ROWS,
            cursor=asked.cursor,
        )
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
        decides=actor.has_everywhere(access.MANAGING),
        zone_of=zone,
    )


@router.post("/bookings")
def create(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Book a venue or ask for it; with `move`, the activity moves to the booked window in the same step."""
    wanted = Refusal()

    def change(tx: Tx) -> Done:
        venue = read_venue(tx, form.row_id("venue_id") or 0).venue
        values = _window(form, zone(venue.zone))
        activity_id = form.row_id("activity_id", optional=True)
        set_up, tear_down = (form.number(name, optional=True) for name in ("set_up_minutes", "tear_down_minutes"))
        form.check()
        wanted.venue, wanted.activity_id, wanted.purpose = venue, activity_id, form["purpose"]
        wanted.starts_at, wanted.ends_at = values["starts_at"], values["ends_at"]
        booking_id = bookings.create(
            tx,
            venue_id=venue.id,
            activity_id=activity_id,
            purpose=form["purpose"],
            set_up_minutes=set_up,
            tear_down_minutes=tear_down,
            **values,
        )
        if activity_id is not None and form.flag("move"):
            activities.move(tx, activity_id, **values)
        asks = venue.needs_approval
        told = page.gettext("Asked: %(venue)s.", venue=venue.name) if asks else ""
        told = told or page.gettext("Booked: %(venue)s.", venue=venue.name)
        return Done(f"/activities/{activity_id}" if activity_id else f"/bookings/{booking_id}", told)

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
def show(booking_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one booking, with what the reader may do to it."""
    return _booking_page(page, uow, actor, booking_id)


@router.post("/bookings/{booking_id}/confirm")
def confirm(booking_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Say yes to a request; where somebody else was faster, show why not and the ways out."""
    wanted = Refusal()

    def change(tx: Tx) -> Done:
        row = read_view(tx, booking_id).booking
        wanted.venue, wanted.activity_id = read_venue(tx, row.venue_id).venue, row.activity_id
        wanted.starts_at, wanted.ends_at = row.starts_at, row.ends_at
        bookings.confirm(tx, booking_id)
        return Done(f"/bookings/{booking_id}", page.gettext("Said yes; the one who asked is told."))

    try:
        return run_form(request, uow, actor, change)
    except Conflict as error:
        return refused(page, uow, actor, error, wanted, is_deciding=True)


@router.post("/bookings/{booking_id}/decline")
def decline(
    booking_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep
) -> Response:
    """Say no to a request, with a reason."""

    def change(tx: Tx) -> Done:
        bookings.decline(tx, booking_id, reason=form["reason"][:LONGEST_REASON])
        return Done(f"/bookings/{booking_id}", page.gettext("Said no; the one who asked is told why."))

    def again(problems: list[Problem], status: int) -> Response:
        return _booking_page(page, uow, actor, booking_id, problems, status)

    return save(request, page, uow, actor, change, again)


@router.post("/bookings/{booking_id}/cancel")
def cancel(booking_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Give a booking back."""

    def change(tx: Tx) -> Done:
        bookings.cancel(tx, booking_id, reason=form["reason"][:LONGEST_REASON])
        return Done(f"/bookings/{booking_id}", page.gettext("Given back; the venue is free again."))

    def again(problems: list[Problem], status: int) -> Response:
        return _booking_page(page, uow, actor, booking_id, problems, status)

    return save(request, page, uow, actor, change, again)


def _booking_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    booking_id: int,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    with uow.read(actor) as tx:
        view = read_view(tx, booking_id)
        activity = read_activity(tx, view.booking.activity_id or 0) if view.may_see_activity else None
    where = zone(view.booking.zone)
    return page.render(
        ONE,
        http_status=http_status,
        view=view,
        activity=activity,
        problems=problems or [],
        on=local_day(view.booking.starts_at, where),
        where=where,
    )


def _window(form: Form, where: ZoneInfo) -> dict[str, Any]:
    """Return the window of a form: instants with an offset, as our own buttons send them, or local times as typed."""
    return {name: _moment(form, name, where) for name in ("starts_at", "ends_at")}


def _moment(form: Form, name: str, where: ZoneInfo) -> datetime | None:
    try:
        return parse_instant(form[name])
    except BadTime:
        return form.instant(name, where)
