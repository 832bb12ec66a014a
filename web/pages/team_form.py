"""The form of a team: a new one, or one that is there."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from models.enums import TeamKind
from services import access, teams
from services.queries.paging import MAX_LIMIT
from services.queries.teams import TeamView, list_teams, read_team
from services.unit_of_work import Tx
from web.deps import FormDep, RowId
from web.forms import Form
from web.pages import named
from web.pages.asked import Asked
from web.pages.register_form import save_changes, texts_of, to_change, validity_texts, values_in, write_in
from web.pages.saving import Filled, Given, Visit, VisitDep, word_options

router = APIRouter(include_in_schema=False)

FORM = "teams/form.html"
#: Fields that are taken as they are typed; the service cleans them.
PLAIN = ("name", "kind", "parent_id", "code")


@router.get("/teams/new")
def ask_new(visit: VisitDep) -> Response:
    """Show an empty form, below the team that the address names."""
    access.require_role(visit.actor, access.MANAGING)
    return _form_page(visit, Filled(Given(parent_id=str(Asked(visit.request).number("under") or ""))))


@router.post("/teams")
def create(visit: VisitDep, form: FormDep) -> Response:
    """Set up a team."""
    notice = visit.page.gettext("Set up. Now put people into it.")
    again = partial(_form_page, visit)
    return write_in(visit, form, again, at="/teams", read=_values, create=teams.create, notice=notice)


@router.get("/teams/{team_id}/edit")
def ask_edit(visit: VisitDep, team_id: RowId) -> Response:
    """Show the form of a team, filled."""
    view = to_change(visit, read_team, team_id, team_id=team_id)
    return _form_page(visit, Filled(_texts(view)), view)


@router.post("/teams/{team_id}/edit")
def edit(visit: VisitDep, team_id: RowId, form: FormDep) -> Response:
    """Change a team."""
    view = to_change(visit, read_team, team_id, team_id=team_id)
    again = partial(_form_page, visit, team=view)
    return save_changes(visit, form, again, at="/teams", row_id=team_id, read=_values, change=teams.change)


def _values(tx: Tx, form: Form) -> dict[str, Any]:
    return values_in(tx, form, PLAIN)


def _texts(view: TeamView) -> Given:
    team = view.team
    return Given(
        texts_of(team, (*PLAIN, "version")),
        org_id=team.org.name if team.org else "",
        **validity_texts(team.valid_from_on, team.valid_until_on),
    )


def _form_page(visit: Visit, filled: Filled, team: TeamView | None = None) -> Response:
    with visit.uow.read(visit.actor) as tx:
        parents = [(row.id, row.name) for row in list_teams(tx, limit=MAX_LIMIT).items if _may_hang(tx, row.id, team)]
        orgs = named.org_names(tx)
    return visit.page.render(
        FORM,
        **filled.values(),
        parents=parents,
        orgs=orgs,
        kinds=word_options(visit.page.translator, TeamKind),
        team=team,
        may_top=visit.actor.has_everywhere(access.MANAGING),
    )


def _may_hang(tx: Tx, parent_id: int, team: TeamView | None) -> bool:
    if team is not None and parent_id == team.team.id:
        return False
    is_parent = team is not None and parent_id == team.team.parent_id
    return is_parent or access.has_role_over(tx.session, tx.actor, parent_id, access.MANAGING)
