"""Activities as a list, as a form, and one with its whole life."""

from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import ActivityKind, ActivityState, Layout
from models.rules.activity import may_edit
from muster.localtime import day_bounds, local_day, zone
from services import access, activities
from services.queries.activities import ActivityView, list_activities
from services.queries.paging import MAX_LIMIT
from services.queries.teams import list_teams
from services.unit_of_work import Tx
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, redirect
from web.pages.activity_form import Choices, read_details, read_new, read_options
from web.pages.activity_frame import Again, Desk, DeskDep, address
from web.pages.activity_life import life_of
from web.pages.activity_steps import facts_of
from web.pages.asked import Asked
from web.pages.saving import word_options

router = APIRouter(include_in_schema=False)

LIST, FORM, ONE = "activities/list.html", "activities/form.html", "activities/show.html"
ROWS = 30
#: Where a list begins that nobody narrowed: what is over for longer lies behind a filter.
LOOK_BACK = timedelta(days=7)


@router.get("/activities")
def show_list(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """List activities by start, from last week on unless the reader says otherwise."""
    home, asked = page.wiring.zone, Asked(request)
    recently = local_day(page.context.now, home) - LOOK_BACK
    from_on = asked.day("from_on") if "from_on" in request.query_params else recently
    until_on = asked.day("until_on")
    with uow.read(actor) as tx:
        found = list_activities(
            tx,
            state=asked.word("state", ActivityState),
            kind=asked.word("kind", ActivityKind),
            team_id=asked.number("team_id"),
            from_at=day_bounds(from_on, home)[0] if from_on else None,
            until_at=day_bounds(until_on, home)[1] if until_on else None,
            limit=ROWS,
            cursor=asked.cursor,
        )
        teams = list_teams(tx, limit=MAX_LIMIT).items
    return page.render(
        LIST,
        rows=found.items,
        teams=[(team.id, team.name) for team in teams],
        asked=asked,
        from_on=from_on.isoformat() if from_on else "",
        until_on=until_on.isoformat() if until_on else "",
        following=asked.following(found.next),
        may_plan=actor.has(access.MANAGING),
        states=word_options(page.translator, ActivityState),
        kinds=word_options(page.translator, ActivityKind),
        zone_of=zone,
    )


@router.get("/activities/new")
def ask_new(request: Request, desk: DeskDep) -> Response:
    """Show an empty form, with the day and the team that the address names."""
    access.require_role(desk.actor, access.MANAGING)
    asked = Asked(request)
    return _form(desk, {"on": asked["on"], "team_id": asked["team_id"]})


@router.post("/activities")
def create(form: FormDep, desk: DeskDep) -> Response:
    """Plan an activity."""
    access.require_role(desk.actor, access.MANAGING)
    page = desk.page
    choices: Choices = {}

    def change(tx: Tx) -> Done:
        values = read_new(tx, form, page.wiring.zone, page.translator, choices)
        form.check()
        return Done(address(activities.create(tx, **values)), page.gettext("Planned. Nobody has been told yet."))

    return desk.run(change, lambda again: _form(desk, again.given, again, choices), form)


@router.get("/activities/{activity_id}")
def show(activity_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep, everything: str = "") -> Response:
    """Show one activity from plan to figure; `everything` names the long list that is wanted whole."""
    with uow.read(actor) as tx:
        life = life_of(tx, activity_id)
    return page.render(ONE, **life.shown(page, everything=everything))


@router.get("/activities/{activity_id}/edit")
def ask_edit(activity_id: RowId, desk: DeskDep) -> Response:
    """Show the form of an activity, filled."""
    view = desk.read(activity_id, managed=True).view
    if not may_edit(facts_of(view)):
        return redirect(address(activity_id), wiring=desk.page.wiring)
    return _form(desk, _filled(view), view=view)


@router.post("/activities/{activity_id}/edit")
def edit(activity_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Change an activity without touching its window."""
    view = desk.read(activity_id, managed=True).view

    def change(tx: Tx) -> Done:
        changes = read_details(tx, form)
        version = form.number("version")
        form.check()
        activities.change(tx, activity_id, changes, expected_version=version)
        return Done(address(activity_id), desk.page.gettext("Saved."))

    return desk.run(change, lambda again: _form(desk, again.given, again, view=view), form)


def _form(
    desk: Desk,
    given: Mapping[str, str],
    again: Again | None = None,
    choices: Choices | None = None,
    view: ActivityView | None = None,
) -> Response:
    with desk.uow.read(desk.actor) as tx:
        options = read_options(tx, desk.page.translator)
    return desk.page.render(
        FORM,
        http_status=again.status if again else 200,
        options=options,
        given=given,
        problems=again.problems if again else [],
        choices=choices or {},
        view=view,
        kinds=word_options(desk.page.translator, ActivityKind),
        layouts=word_options(desk.page.translator, Layout),
        zone_name=desk.page.wiring.settings.zone,
    )


def _filled(view: ActivityView) -> dict[str, str]:
    row = view.row
    host, venue = row.host_name or "", row.venue_name or ""
    return {
        "title": row.title,
        "description": view.description,
        "equipment": view.equipment,
        "layout": view.layout.value if view.layout else "",
        "capacity": str(row.capacity or ""),
        "reconfirm_days": str(view.reconfirm_days or ""),
        "programme_id": str(view.programme_id or ""),
        "topic_id": str(view.topic_id or ""),
        "host": host,
        "host_kept": f"{view.host_org_id}:{host}" if host else "",
        "venue": venue,
        "venue_kept": f"{row.venue_id}:{venue}" if venue else "",
        "version": str(row.version),
    }
