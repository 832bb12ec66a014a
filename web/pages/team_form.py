"""The form of a team: a new one, or one that is there."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import TeamKind
from models.errors import Forbidden
from models.rules.verdicts import Reason
from services import access, teams
from services.access import Actor
from services.queries.paging import MAX_LIMIT
from services.queries.teams import TeamView, list_teams, read_team
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep
from web.forms import Form
from web.pages import named
from web.pages.asked import Asked
from web.pages.saving import Again, Given, all_at_once, last_day, save, typed_id, until_on, word_options
from web.templating import Problem

router = APIRouter(include_in_schema=False)

FORM = "teams/form.html"


@router.get("/teams/new")
def ask_new(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show an empty form, below the team that the address names."""
    access.require_role(actor, access.MANAGING)
    return _form_page(page, uow, actor, Given(parent_id=str(Asked(request).number("under") or "")))


@router.post("/teams")
def create(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Set up a team."""
    access.require_role(actor, access.MANAGING)

    def change(tx: Tx) -> Done:
        values = _values(tx, form)
        team_id = all_at_once(form, lambda: teams.create(tx, **values))
        return Done(f"/teams/{team_id}", page.gettext("Set up. Now put people into it."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form))


@router.get("/teams/{team_id}/edit")
def ask_edit(team_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the form of a team, filled."""
    view = _managed(uow, actor, team_id)
    return _form_page(page, uow, actor, _filled(view), team=view)


@router.post("/teams/{team_id}/edit")
def edit(team_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Change a team."""
    view = _managed(uow, actor, team_id)

    def change(tx: Tx) -> Done:
        values, version = _values(tx, form), form.number("version")
        all_at_once(form, lambda: teams.change(tx, team_id, values, version))
        return Done(f"/teams/{team_id}", page.gettext("Saved."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form, view))


def _managed(uow: UnitOfWork, actor: Actor, team_id: int) -> TeamView:
    with uow.read(actor) as tx:
        view = read_team(tx, team_id)
    if not view.may_change:
        raise Forbidden(Reason("role_missing", {"team_id": team_id}))
    return view


def _values(tx: Tx, form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {name: form[name] for name in ("name", "kind", "parent_id", "code")}
    values["org_id"] = typed_id(form, "org_id", lambda typed: named.org_ids(tx, typed))
    values["valid_until_on"] = until_on(form)
    if form["valid_from_on"]:
        values["valid_from_on"] = form.day("valid_from_on")
    return values


def _filled(view: TeamView) -> Given:
    team = view.team
    return Given(
        {
            "name": team.name,
            "kind": team.kind.value,
            "parent_id": str(team.parent_id or ""),
            "org_id": team.org.name if team.org else "",
            "code": team.code or "",
            "valid_from_on": team.valid_from_on.isoformat(),
            "last_on": last_day(team.valid_until_on),
            "version": str(team.version),
        }
    )


def _again(page: Page, uow: UnitOfWork, actor: Actor, form: Form, team: TeamView | None = None) -> Again:
    return lambda problems, status: _form_page(page, uow, actor, Given(form), problems, status, team)


def _form_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
    team: TeamView | None = None,
) -> Response:
    with uow.read(actor) as tx:
        parents = [(row.id, row.name) for row in list_teams(tx, limit=MAX_LIMIT).items if _may_hang(tx, row.id, team)]
        orgs = named.org_names(tx)
    return page.render(
        FORM,
        http_status=http_status,
        given=given,
        problems=problems or [],
        parents=parents,
        orgs=orgs,
        kinds=word_options(page.translator, TeamKind),
        team=team,
        may_top=actor.has_everywhere(access.MANAGING),
    )


def _may_hang(tx: Tx, parent_id: int, team: TeamView | None) -> bool:
    if team is not None and parent_id == team.team.id:
        return False
    is_parent = team is not None and parent_id == team.team.parent_id
    return is_parent or access.has_role_over(tx.session, tx.actor, parent_id, access.MANAGING)
