"""What is done to one booking from its page: say yes or no, keep it, move it, give it back, say that one is there."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import Conflict, VenueTaken
from muster.localtime import zone
from services import booking_decisions, bookings
from services.access import Actor
from services.queries.booking_views import read_view
from services.queries.venues import read_venue
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.pages.booking_words import booking_page
from web.pages.bookings import moment
from web.pages.refusals import Refusal, refused
from web.pages.saving import Given, save
from web.pages.venue_parts import wall
from web.templating import Problem

router = APIRouter(include_in_schema=False)

MOVE = "bookings/move.html"
LONGEST_REASON = 500


@router.post("/bookings/{booking_id}/confirm")
def confirm(booking_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Say yes to a request; where somebody else was faster, show why not."""
    wanted = Refusal()

    def change(tx: Tx) -> Done:
        row = read_view(tx, booking_id).booking
        wanted.venue, wanted.activity_id = read_venue(tx, row.venue_id).venue, row.activity_id
        wanted.starts_at, wanted.ends_at = row.starts_at, row.ends_at
        booking_decisions.confirm(tx, booking_id)
        return Done(f"/bookings/{booking_id}", page.gettext("Said yes; everybody who asked is told."))

    try:
        return run_form(request, uow, actor, change)
    except VenueTaken as error:
        return refused(page, uow, actor, error, wanted, is_deciding=True)
    except Conflict as error:
        return booking_page(page, uow, actor, booking_id, problems=page.problems(error), http_status=409)


@router.post("/bookings/{booking_id}/keep")
def keep(booking_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Turn a hold of one's own into a booking."""
    told = page.gettext("Booked for good.")
    return _done(request, page, uow, actor, booking_id, booking_decisions.keep, told)


@router.post("/bookings/{booking_id}/arrive")
def arrive(booking_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Say that somebody is there."""
    told = page.gettext("Noted; the venue stays yours.")
    return _done(request, page, uow, actor, booking_id, booking_decisions.arrive, told)


@router.post("/bookings/{booking_id}/decline")
def decline(
    booking_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep
) -> Response:
    """Say no to a request, with a reason."""

    def say_no(tx: Tx, key: int) -> None:
        booking_decisions.decline(tx, key, reason=form["reason"][:LONGEST_REASON])

    told = page.gettext("Said no; the one who asked is told why.")
    return _done(request, page, uow, actor, booking_id, say_no, told)


@router.post("/bookings/{booking_id}/cancel")
def cancel(booking_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Give a booking back."""

    def give_back(tx: Tx, key: int) -> None:
        booking_decisions.cancel(tx, key, reason=form["reason"][:LONGEST_REASON])

    told = page.gettext("Given back; the venue is free again.")
    return _done(request, page, uow, actor, booking_id, give_back, told)


@router.get("/bookings/{booking_id}/move")
def ask_when(booking_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Ask for another window of the same venue."""
    return _move_page(page, uow, actor, booking_id)


@router.post("/bookings/{booking_id}/move")
def move(booking_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Move a booking; what serves an activity moves with the activity."""

    def change(tx: Tx) -> Done:
        where = zone(read_view(tx, booking_id).booking.zone)
        starts_at, ends_at = (moment(form, name, where) for name in ("starts_at", "ends_at"))
        form.check()
        if starts_at and ends_at:
            bookings.move(tx, booking_id, starts_at=starts_at, ends_at=ends_at)
        return Done(f"/bookings/{booking_id}", page.gettext("Moved."))

    def again(problems: list[Problem], status: int) -> Response:
        return _move_page(page, uow, actor, booking_id, Given(form), problems, status)

    return save(request, page, uow, actor, change, again)


def _done(
    request: Request,
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    booking_id: int,
    act: Callable[[Tx, int], None],
    told: str,
) -> Response:
    def change(tx: Tx) -> Done:
        act(tx, booking_id)
        return Done(f"/bookings/{booking_id}", told)

    def again(problems: list[Problem], status: int) -> Response:
        return booking_page(page, uow, actor, booking_id, problems=problems, http_status=status)

    return save(request, page, uow, actor, change, again)


def _move_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    booking_id: int,
    given: Given | None = None,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    with uow.read(actor) as tx:
        booking = read_view(tx, booking_id).booking
    where = zone(booking.zone)
    known = Given(starts_at=wall(booking.starts_at, where), ends_at=wall(booking.ends_at, where))
    return page.render(
        MOVE, http_status=http_status, booking=booking, given=given or known, problems=problems or [], where=where
    )
