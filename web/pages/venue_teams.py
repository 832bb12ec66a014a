"""Which teams may do what at a venue: book it at once, ask for it, decide on requests."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import VenueRightKind
from services import registers, venue_rights
from services.access import Actor
from services.queries.paging import MAX_LIMIT
from services.queries.teams import list_teams
from services.queries.venues import VenueView
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.pages.saving import Given, all_at_once, save, word_options
from web.pages.venue_form import managed, settings_values
from web.templating import Problem

router = APIRouter(include_in_schema=False)

TEMPLATE = "venues/rights.html"


@router.get("/venues/{venue_id}/rights")
def show(venue_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the rights of teams, and the form for one more."""
    given = Given(kind=VenueRightKind.book.value)
    return _rights_page(page, uow, actor, managed(uow, actor, venue_id), given)


@router.post("/venues/{venue_id}/rights")
def add(venue_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Give a team a right."""
    view = managed(uow, actor, venue_id)

    def change(tx: Tx) -> Done:
        team_id, kind = form.row_id("team_id"), form.choice("kind", VenueRightKind)
        form.check()
        all_at_once(
            form, lambda: venue_rights.add(tx, venue_id, team_id=team_id or 0, kind=kind or VenueRightKind.request)
        )
        return Done(f"/venues/{venue_id}/rights", page.gettext("Written down."))

    def again(problems: list[Problem], status: int) -> Response:
        return _rights_page(page, uow, actor, view, Given(form), problems, status)

    return save(request, page, uow, actor, change, again)


@router.post("/venues/{venue_id}/rights/{right_id}/remove")
def remove(venue_id: RowId, right_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Take a right away."""

    def change(tx: Tx) -> Done:
        venue_rights.remove(tx, venue_id, right_id)
        return Done(f"/venues/{venue_id}/rights", page.gettext("Taken away."))

    return run_form(request, uow, actor, change)


def _rights_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    view: VenueView,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    with uow.read(actor) as tx:
        teams = list_teams(tx, on=registers.today(tx), limit=MAX_LIMIT).items
    return page.render(
        TEMPLATE,
        http_status=http_status,
        given=given,
        problems=problems or [],
        teams=[(team.id, team.name) for team in teams],
        kinds=word_options(page.translator, VenueRightKind),
        by_kind=[(kind, [right for right in view.rights if right.kind is kind]) for kind in VenueRightKind],
        **settings_values(view),
    )
