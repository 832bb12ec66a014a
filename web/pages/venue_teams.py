"""Which teams may do what at a venue: book it at once, ask for it, decide on requests."""

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import VenueRightKind
from services import registers, venue_rights
from services.queries.paging import MAX_LIMIT
from services.queries.teams import list_teams
from services.queries.venues import VenueView, read_venue
from services.unit_of_work import Tx
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.pages.register_form import to_change
from web.pages.saving import Filled, Given, Visit, VisitDep, all_at_once, hand_in, word_options
from web.pages.venue_form import settings_values

router = APIRouter(include_in_schema=False)

TEMPLATE = "venues/rights.html"


@router.get("/venues/{venue_id}/rights")
def show(visit: VisitDep, venue_id: RowId) -> Response:
    """Show the rights of teams, and the form for one more."""
    given = Given(kind=VenueRightKind.book.value)
    return _rights_page(visit, to_change(visit, read_venue, venue_id), Filled(given))


@router.post("/venues/{venue_id}/rights")
def add(visit: VisitDep, venue_id: RowId, form: FormDep) -> Response:
    """Give a team a right."""
    view = to_change(visit, read_venue, venue_id)

    def change(tx: Tx) -> Done:
        team_id, kind = form.row_id("team_id"), form.choice("kind", VenueRightKind)
        form.check()
        all_at_once(
            form, lambda: venue_rights.add(tx, venue_id, team_id=team_id or 0, kind=kind or VenueRightKind.request)
        )
        return Done(f"/venues/{venue_id}/rights", visit.page.gettext("Written down."))

    again = partial(_rights_page, visit, view)
    return hand_in(visit, form, change, again)


@router.post("/venues/{venue_id}/rights/{right_id}/remove")
def remove(venue_id: RowId, right_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Take a right away."""

    def change(tx: Tx) -> Done:
        venue_rights.remove(tx, venue_id, right_id)
        return Done(f"/venues/{venue_id}/rights", page.gettext("Taken away."))

    return run_form(request, uow, actor, change)


def _rights_page(visit: Visit, view: VenueView, filled: Filled) -> Response:
    with visit.uow.read(visit.actor) as tx:
        teams = list_teams(tx, on=registers.today(tx), limit=MAX_LIMIT).items
    return visit.page.render(
        TEMPLATE,
        **filled.values(),
        teams=[(team.id, team.name) for team in teams],
        kinds=word_options(visit.page.translator, VenueRightKind),
        by_kind=[(kind, [right for right in view.rights if right.kind is kind]) for kind in VenueRightKind],
        **settings_values(view),
    )
