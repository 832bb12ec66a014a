"""The volunteer tree, and one team with its people and what it has ahead."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import MembershipRole
from models.errors import Forbidden
from models.rules.verdicts import Reason
from muster.localtime import local_day, zone
from services import access, feeds, memberships
from services.queries.activities import list_activities
from services.queries.memberships import read_membership
from services.queries.people import list_people
from services.queries.team_leaders import leaders_by_team
from services.queries.teams import TeamView, read_team, read_tree
from services.unit_of_work import Tx
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.pages.asked import Asked, show_page
from web.secret_addresses import calendar_links
from web.templating import Undo

router = APIRouter(include_in_schema=False)

LIST, ONE, ADD = "teams/list.html", "teams/show.html", "teams/add_member.html"
PEOPLE_SHOWN, ACTIVITIES_SHOWN, FOUND_SHOWN = 50, 6, 20
UNDO_SECONDS = 30


@router.get("/teams")
def show_tree(page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the trees of teams in the reader's reach, with how many people each has and who leads it."""
    with uow.read(actor) as tx:
        tree, leaders = read_tree(tx), leaders_by_team(tx)
    return page.render(LIST, tree=tree, leaders=leaders, may_manage=actor.has(access.MANAGING))


@router.get("/teams/{team_id}")
def show(team_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one team: what is below it, its people with those of the teams below, its next activities."""
    asked = Asked(request)
    today = local_day(page.context.now, page.wiring.zone)
    with uow.read(actor) as tx:
        view = read_team(tx, team_id)
        people = list_people(tx, q=asked.text("q"), team_id=team_id, on=today, limit=PEOPLE_SHOWN, cursor=asked.cursor)
        ahead = list_activities(tx, team_id=team_id, from_at=tx.now, limit=ACTIVITIES_SHOWN).items
        links = calendar_links(page.wiring, feeds.team_address(tx, team_id)) if actor.user_id is not None else None
        may_reset = access.has_role_over(tx.session, actor, team_id, access.LEADING)
    values: dict[str, Any] = {
        "view": view,
        "line": [(team.name, f"/teams/{team.id}") for team in view.line],
        "people": people.items,
        "asked": asked,
        "following": asked.following(people.next),
        "ahead": ahead,
        "links": links,
        "may_reset": may_reset,
        "today": today,
        "leader": MembershipRole.leader,
        "zone_of": zone,
    }
    return show_page(request, page, ONE, "people", **values)


@router.post("/teams/{team_id}/calendar/reset")
def reset_calendar(team_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Make every address of the team's calendar void."""

    def change(tx: Tx) -> Done:
        feeds.reset_team(tx, team_id)
        return Done(f"/teams/{team_id}#calendar", page.gettext("The old address is void; this is the new one."))

    return run_form(request, uow, actor, change)


@router.get("/teams/{team_id}/members")
def find_member(team_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Look for somebody to put into the team; whom the list does not know yet is written anew."""
    asked = Asked(request)
    with uow.read(actor) as tx:
        view = _managed(tx, team_id)
        q = asked.text("q")
        found = list_people(tx, q=q, on=local_day(tx.now, page.wiring.zone), limit=FOUND_SHOWN).items if q else ()
    return page.render(ADD, view=view, found=found, q=q or "", roles=MembershipRole)


@router.post("/teams/{team_id}/members")
def add_member(
    team_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep
) -> Response:
    """Put a person into the team from today on."""

    def change(tx: Tx) -> Done:
        view = _managed(tx, team_id)
        person_id = form.row_id("person_id")
        role = form.choice("role", MembershipRole, optional=True) or MembershipRole.member
        form.check()
        if person_id is not None:
            memberships.create(tx, person_id=person_id, team_id=team_id, role=role)
        return Done(f"/teams/{team_id}", page.gettext("Now in %(team)s.", team=view.team.name))

    return run_form(request, uow, actor, change)


@router.post("/teams/{team_id}/members/{membership_id}/end")
def end_membership(
    team_id: RowId, membership_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep
) -> Response:
    """Let today be the last day of a membership; this can be undone for a while."""
    here = f"/teams/{team_id}"

    def change(tx: Tx) -> Done:
        row = read_membership(tx, membership_id)
        tomorrow = local_day(tx.now, page.wiring.zone) + timedelta(days=1)
        memberships.end(tx, membership_id, max(tomorrow, row.valid_from_on + timedelta(days=1)))
        return Done(
            here,
            page.gettext("Today is the last day of %(name)s in this team", name=row.person_name),
            Undo(f"{here}/members/{membership_id}/resume", UNDO_SECONDS),
        )

    return run_form(request, uow, actor, change)


@router.post("/teams/{team_id}/members/{membership_id}/resume")
def resume_membership(
    team_id: RowId, membership_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep
) -> Response:
    """Take the end of a membership back."""

    def change(tx: Tx) -> Done:
        memberships.change(tx, membership_id, {"valid_until_on": None})
        return Done(f"/teams/{team_id}", page.gettext("Taken back: nothing has ended."))

    return run_form(request, uow, actor, change)


def _managed(tx: Tx, team_id: int) -> TeamView:
    view = read_team(tx, team_id)
    if not view.may_change:
        raise Forbidden(Reason("role_missing", {"team_id": team_id}))
    return view
