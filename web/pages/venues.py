"""Venues: all of them on the board of a week, and one with its week, a day of it, and the form to book it."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import BookingState, HostKind
from muster.localtime import local_day, to_local, zone
from services import access
from services.access import Actor
from services.queries.bookings import list_bookings
from services.queries.paging import MAX_LIMIT
from services.queries.venue_days import FIRST_YEAR, LAST_YEAR, VenueWeek, venue_day, venue_week
from services.queries.venues import list_venues, read_venue
from services.unit_of_work import UnitOfWork
from web.context import Page
from web.deps import ActorDep, PageDep, RowId, UowDep
from web.pages.asked import Asked, show_page
from web.pages.opening import opening
from web.pages.saving import Given, word_options
from web.pages.venue_board import Board
from web.templating import Problem

router = APIRouter(include_in_schema=False)

LIST, ONE = "venues/list.html", "venues/show.html"
ROWS, DAYS = 20, 7
USUAL_START, USUAL_LENGTH = timedelta(hours=9), timedelta(hours=2)


@router.get("/venues")
def show_board(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show venues with what is on at them in a week."""
    asked = Asked(request)
    today = local_day(page.context.now, page.wiring.zone)
    monday = monday_of(asked.day("week") or today)
    decides = actor.has_everywhere(access.MANAGING)
    with uow.read(actor) as tx:
        found = list_venues(
            tx,
            q=asked.text("q"),
            kind=asked.word("kind", HostKind),
            capacity=asked.number("seats"),
            limit=ROWS,
            cursor=asked.cursor,
        )
        weeks = {week.venue.id: week for week in venue_week(tx, None, monday)}
        waiting = list_bookings(tx, state=BookingState.requested, from_at=tx.now, limit=MAX_LIMIT).items
    board = Board(page.translator)
    shown = [weeks[row.id] for row in found.items if row.id in weeks]
    values: dict[str, Any] = {
        "rows": [board.row(week) for week in shown],
        "elsewhen": [row for row in found.items if row.id not in weeks],
        "asked": asked,
        "following": asked.following(found.next),
        "kinds": word_options(page.translator, HostKind),
        "waiting_count": len(waiting) if decides else 0,
        "may_manage": actor.has(access.MANAGING),
        "may_book": actor.has(access.LEADING),
        **week_values(asked, monday, today, shown),
    }
    return show_page(request, page, LIST, "venue-week", **values)


@router.get("/venues/{venue_id}")
def show(venue_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one venue: its week, a day of it where one is asked for, and the form to book it."""
    return venue_page(request, page, uow, actor, venue_id)


def venue_page(
    request: Request,
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    venue_id: int,
    *,
    given: Given | None = None,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    """Return the page of a venue; with the booking form as it was typed where that was refused."""
    asked = Asked(request)
    on = asked.day("day")
    with uow.read(actor) as tx:
        view = read_venue(tx, venue_id)
        where = zone(view.venue.zone)
        today = local_day(tx.now, where)
        monday = monday_of(on or asked.day("week") or today)
        week = venue_week(tx, venue_id, monday)[0]
        day = venue_day(tx, venue_id, on) if on else None
    board = Board(page.translator)
    values: dict[str, Any] = {
        "view": view,
        "row": board.row(week, buffers=True),
        "lines": board.lines(view.venue, day) if day else (),
        "day": day.day if day else None,
        "asked": asked,
        "given": given or _suggested(asked, on or today),
        "problems": problems or [],
        "opening": opening(view.hours, page.translator),
        "may_book": actor.has(access.LEADING),
        "zone_of": zone,
        "here": f"/venues/{venue_id}",
        "wall": wall,
        "house_zone": page.wiring.settings.zone,
        **week_values(asked, monday, today, [week]),
    }
    if http_status != 200:  # noqa: PLR2004 - a refused form is the whole page
        return page.render(ONE, http_status=http_status, **values)
    return show_page(request, page, ONE, "venue-week", **values)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week; of the first or last week that can be shown for days beyond."""
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 24)
    kept = min(max(day, first), last)
    return kept - timedelta(days=kept.weekday()) if kept - first >= timedelta(days=DAYS) else first


def week_values(asked: Asked, monday: date, today: date, weeks: list[VenueWeek]) -> dict[str, Any]:
    """Return what the head of a week needs: its days, its neighbours, whether some of it is not announced yet."""
    days = [day.day for day in weeks[0].days] if weeks else []
    return {
        "days": days,
        "monday": monday,
        "sunday": monday + timedelta(days=DAYS - 1),
        "today": today,
        "week_before": asked.address(week=monday - timedelta(days=DAYS), day=None),
        "week_after": asked.address(week=monday + timedelta(days=DAYS), day=None),
        "is_provisional": any(not day.is_confirmed for day in days),
    }


def wall(instant: datetime, where: ZoneInfo) -> str:
    """Return an instant as an input of local time holds it, `2026-03-10T14:00`."""
    return to_local(instant, where).strftime("%Y-%m-%dT%H:%M")


def _suggested(asked: Asked, on: date) -> Given:
    """Return the booking form as the address suggests it: a free stretch of a day, or the usual hours."""
    start = datetime(on.year, on.month, on.day) + USUAL_START  # noqa: DTZ001 - wall time, for an input
    return Given(
        starts_at=asked["from"] or f"{start:%Y-%m-%dT%H:%M}",
        ends_at=asked["to"] or f"{start + USUAL_LENGTH:%Y-%m-%dT%H:%M}",
    )
