"""The start page: what needs the reader today, who has said yes this week, how messages flow, the week itself."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from muster.localtime import BadTime, local_day, parse_day, to_local, zone
from services import access
from services.queries.activities import list_activities
from services.queries.calls import open_count
from services.queries.home import Need, groups
from services.queries.messages_today import read_messages_today
from services.queries.teams import list_teams
from services.queries.week import DAYS, Staffing, TeamStaffing, read_day_ahead, read_week
from web.context import ORGANISING
from web.deps import ActorDep, PageDep, UowDep, redirect
from web.htmx import part_wanted
from web.pages.unsent import unsent

router = APIRouter(include_in_schema=False)

TEMPLATE = "home/home.html"
PARTS = ("today", "week")
#: Teams that the staffing table shows by themselves; the rest is one row.
TEAMS_SHOWN = 8
#: Until when each greeting is said, by the local hour.
GREETINGS = ((5, "night"), (9, "early"), (12, "morning"), (18, "afternoon"), (24, "evening"))


@router.get("/")
def show(request: Request, page: PageDep, uow: UowDep, actor: ActorDep, week: str = "", opened: str = "") -> Response:
    """Show what waits for an organiser; whoever only has duties of their own is sent to them."""
    if not actor.has(ORGANISING):
        return redirect("/duties", wiring=page.wiring)
    home = page.wiring.zone
    today = local_day(page.context.now, home)
    monday = _monday(week, today)
    with uow.read(actor) as tx:
        shown = read_week(tx, monday)
        values: dict[str, Any] = {
            "groups": groups(tx, opened=_need(opened)),
            "week": shown,
            "ahead": read_day_ahead(tx, today + timedelta(days=1)),
            "messages": read_messages_today(tx),
            "call_count": open_count(tx),
            "has_activities": bool(list_activities(tx, limit=1).items),
            "has_teams": bool(list_teams(tx, limit=1).items),
            "may_plan": actor.has(access.MANAGING),
        }
    values |= {
        "today": today,
        "monday": monday,
        "sunday": monday + timedelta(days=DAYS - 1),
        "last_week": _shifted(monday, -DAYS),
        "next_week": _shifted(monday, DAYS),
        "teams": _teams_shown(shown.teams),
        "other_teams": _teams_left(shown.teams),
        "other_count": max(len(shown.teams) - TEAMS_SHOWN, 0),
        "greeting": next(name for until, name in GREETINGS if to_local(page.context.now, home).hour < until),
        "needs": Need,
        "zone_of": zone,
        "unsent": partial(unsent, page.translator),
    }
    part = part_wanted(request, *PARTS)
    return page.render_part(TEMPLATE, part, **values) if part else page.render(TEMPLATE, **values)


def _monday(text: str, today: date) -> date:
    """Return the Monday of a written day's week; of today's where the text is no day."""
    try:
        day = parse_day(text)
    except BadTime:
        day = today
    return day - timedelta(days=day.weekday())


def _shifted(monday: date, days: int) -> str:
    return (monday + timedelta(days=days)).isoformat()


def _need(text: str) -> Need | None:
    return Need(text) if text in set(Need) else None


def _teams_shown(teams: tuple[TeamStaffing, ...]) -> tuple[TeamStaffing, ...]:
    return teams[:TEAMS_SHOWN]


def _teams_left(teams: tuple[TeamStaffing, ...]) -> Staffing:
    total = Staffing()
    for team in teams[TEAMS_SHOWN:]:
        total = total.plus(team.staffing)
    return total
