"""The queue for taken venues: one's places in line, one of them, and the page behind the link of an offer.

The link needs no sign-in; opening it changes nothing, taking and leaving are POSTs.
"""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import Conflict, Invalid
from models.rules.person_conflicts import is_soft
from muster.localtime import zone
from services import access, waits
from services.access import Actor
from services.queries import waits as queries
from services.queries.venues import read_venue
from services.queries.waits import WaitView
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, redirect, run_form
from web.pages.asked import Asked, show_page
from web.pages.booking_words import left_until
from web.pages.bookings import CARRIED, wish_in
from web.pages.refusals import Refusal, refused
from web.pages.saving import save
from web.pages.signed_links import as_linked, follow, holder, query_of, reasons_in_words
from web.status import status_of
from web.templating import Problem

router = APIRouter(include_in_schema=False)

LIST, ONE, SEALED = "waits/list.html", "waits/show.html", "waits/offer.html"
PURPOSE = "wait"
ROWS = 30
LONGEST_REASON = 500


@router.get("/waits")
def show_list(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """List the places in line that are one's own, or all of them for those who see the whole house."""
    asked = Asked(request)
    is_own = asked["whose"] != "all"
    with uow.read(actor) as tx:
        found = queries.list_waits(tx, is_own=is_own, venue_id=asked.number("venue"), limit=ROWS, cursor=asked.cursor)
    return show_page(
        request,
        page,
        LIST,
        "waits",
        waits=found.items,
        following=asked.following(found.next),
        asked=asked,
        is_own=is_own,
        sees_all=actor.has_everywhere(access.SEEING),
        zone_of=zone,
    )


@router.post("/waits")
def join(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Queue for a venue that is taken; where something else stands against it, show all of it and the ways out."""
    wanted = Refusal(carried={name: form[name] for name in CARRIED if form[name]})

    def change(tx: Tx) -> Done:
        venue = read_venue(tx, form.row_id("venue_id") or 0).venue
        values = wish_in(form, zone(venue.zone))
        form.check()
        wanted.venue, wanted.activity_id, wanted.people_count = venue, values["activity_id"], values["people_count"]
        wanted.starts_at, wanted.ends_at = values["starts_at"], values["ends_at"]
        wait_id = waits.join(tx, venue_id=venue.id, **values)
        return Done(f"/waits/{wait_id}", page.gettext("You are in the queue for %(venue)s.", venue=venue.name))

    try:
        return run_form(request, uow, actor, change)
    except Conflict as error:
        known = next((one.params["wait_id"] for one in error.reasons if one.code == "already_waiting"), None)
        if known is not None:
            return redirect(f"/waits/{known}", wiring=page.wiring)
        return refused(page, uow, actor, error, wanted)


@router.get("/waits/{wait_id}")
def show(wait_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one place in line."""
    return _wait_page(page, uow, actor, wait_id)


@router.post("/waits/{wait_id}/take")
def take(wait_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Take what is offered."""

    def change(tx: Tx) -> Done:
        booking_id = waits.take(tx, wait_id, override_reason=form["override_reason"].strip()[:LONGEST_REASON])
        return Done(f"/bookings/{booking_id}", page.gettext("Taken."))

    try:
        return run_form(request, uow, actor, change)
    except Conflict as error:
        return _wait_page(
            page,
            uow,
            actor,
            wait_id,
            page.problems(error),
            status_of(error),
            may_override=all(is_soft(reason) for reason in error.reasons),
        )


@router.post("/waits/{wait_id}/leave")
def leave(wait_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Give a place in line up."""

    def change(tx: Tx) -> Done:
        waits.leave(tx, wait_id)
        return Done("/waits", page.gettext("Left the queue."))

    def again(problems: list[Problem], status: int) -> Response:
        return _wait_page(page, uow, actor, wait_id, problems, status)

    return save(request, page, uow, actor, change, again)


@router.get("/w/{token}")
def show_offer(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show what is offered, or what became of it."""
    page = as_linked(page, request)
    found = follow(page, uow, PURPOSE, token, queries.read_wait)
    return found if isinstance(found, Response) else _offer(page, found, token)


@router.post("/w/{token}")
def answer_offer(token: str, request: Request, form: FormDep, page: PageDep, uow: UowDep) -> Response:
    """Take what is offered, or leave it."""
    page = as_linked(page, request)
    view = follow(page, uow, PURPOSE, token, queries.read_wait)
    if isinstance(view, Response):
        return view
    acts: dict[str, Callable[[Tx, int], object]] = {"take": waits.take, "leave": waits.leave}
    try:
        if act := acts.get(form["answer"]):
            with uow.write(holder(PURPOSE, view.wait.id)) as tx:
                act(tx, view.wait.id)
    except (Conflict, Invalid) as error:
        reasons = reasons_in_words(page, error, view.wait.zone)
        return _offer(page, view, token, http_status=status_of(error), reasons=reasons)
    return redirect(f"/w/{token}{query_of(request)}", wiring=page.wiring)


def _offer(
    page: Page, view: WaitView, token: str, *, http_status: int = HTTPStatus.OK, reasons: list[str] | None = None
) -> Response:
    return page.render_sealed(
        SEALED,
        http_status=http_status,
        view=view,
        zone=zone(view.wait.zone),
        left=left_until(page, view.wait.offered_until) if view.wait.offered_until else "",
        action=f"/w/{token}?lang={page.translator.locale}",
        reasons=reasons or [],
    )


def _wait_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    wait_id: int,
    problems: list[Problem] | None = None,
    http_status: int = 200,
    *,
    may_override: bool = False,
) -> Response:
    with uow.read(actor) as tx:
        view = queries.read_wait(tx, wait_id)
    return page.render(
        ONE,
        http_status=http_status,
        view=view,
        problems=problems or [],
        may_override=may_override,
        left=left_until(page, view.wait.offered_until) if view.wait.offered_until else "",
        where=zone(view.wait.zone),
    )
