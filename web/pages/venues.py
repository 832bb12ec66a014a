"""Venues: all of them on the board of a week, and one with its week, a day of it, and the form to book it."""

from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from models.enums import BookingState, HostKind
from muster.localtime import BadTime, local_day, parse_wall, zone
from services import access, feeds
from services.access import Actor
from services.queries.bookings import list_bookings
from services.queries.led_teams import teams_led
from services.queries.paging import MAX_LIMIT
from services.queries.towns import towns_with_venues
from services.queries.venue_days import FIRST_YEAR, LAST_YEAR, VenueWeek, venue_day, venue_week
from services.queries.venues import VenueTerms, list_venues, read_venue
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, PageDep, RowId, UowDep, run_form
from web.pages.asked import Asked, show_page
from web.pages.feeds import addresses
from web.pages.opening import opening
from web.pages.saving import Given, word_options
from web.pages.venue_board import Board
from web.pages.venue_parts import wall
from web.templating import Problem

router = APIRouter(include_in_schema=False)

LIST, ONE = "venues/list.html", "venues/show.html"
ROWS, DAYS = 20, 7
FILTERS = ("q", "kind", "town", "seats")
CLOSURES_SHOWN = 5
#: Minutes that every venue has unless somebody wrote others; not worth a line.
USUAL_SHORTEST, USUAL_LONGEST, MINUTES_A_DAY = 5, 20160, 1440
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
            division_code=asked.text("town"),
            capacity=asked.number("seats"),
            limit=ROWS,
            cursor=asked.cursor,
        )
        weeks = {week.venue.id: week for week in venue_week(tx, None, monday, among=[row.id for row in found.items])}
        waiting = list_bookings(tx, state=BookingState.requested, from_at=tx.now, limit=MAX_LIMIT).items
        towns = towns_with_venues(tx)
    may_book = actor.has(access.LEADING)
    board = Board(page.translator, page.context.now, may_book=may_book)
    shown = [weeks[row.id] for row in found.items if row.id in weeks]
    values: dict[str, Any] = {
        "rows": [board.row(week) for week in shown],
        "elsewhen": [row for row in found.items if row.id not in weeks],
        "asked": asked,
        "following": asked.following(found.next),
        "kinds": word_options(page.translator, HostKind),
        "towns": [(town.division_code, town.name) for town in towns],
        "filters": [name for name in FILTERS if asked[name]],
        "waiting_count": len(waiting) if decides else 0,
        "may_manage": actor.has(access.MANAGING),
        "may_book": may_book,
        **week_values(asked, monday, today, shown),
    }
    return show_page(request, page, LIST, "venue-week", **values)


@router.get("/venues/week")
def show_week(request: Request) -> Response:
    """Send the reader on to the board, whichever week and filters they asked for."""
    query = request.url.query
    return RedirectResponse(f"/venues?{query}" if query else "/venues")


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
    on, wanted_on = asked.day("day"), _day_in(asked["from"])
    with uow.read(actor) as tx:
        view = read_venue(tx, venue_id)
        where = zone(view.venue.zone)
        today = local_day(tx.now, where)
        monday = monday_of(on or asked.day("week") or wanted_on or today)
        week = venue_week(tx, venue_id, monday)[0]
        day = venue_day(tx, venue_id, on) if on else None
        teams = teams_led(tx)
        secret = addresses(page, tx, venue_id)
    may_book = actor.has(access.LEADING)
    board = Board(page.translator, page.context.now, may_book=may_book)
    values: dict[str, Any] = {
        "view": view,
        "row": board.row(week, buffers=True),
        "lines": board.lines(view.venue, day) if day else (),
        "day": day.day if day else None,
        "asked": asked,
        "given": given or _suggested(asked, on or today),
        "problems": problems or [],
        "opening": opening(view.hours, page.translator),
        "ahead": [row for row in view.days if row.until_on > today][:CLOSURES_SHOWN],
        "layouts": [(one.layout.value, page.translator.word(one.layout)) for one in view.layouts],
        "teams": teams,
        "secret": secret,
        "lengths": _lengths(page, view.terms),
        "hold_length": _length(page, view.terms.hold_minutes),
        "one_day": timedelta(days=1),
        "may_book": may_book,
        "zone_of": zone,
        "here": f"/venues/{venue_id}",
        "wall": wall,
        "house_zone": page.wiring.settings.zone,
        **week_values(asked, monday, today, [week]),
    }
    if http_status != 200:  # noqa: PLR2004 - a refused form is the whole page
        return page.render(ONE, http_status=http_status, **values)
    return show_page(request, page, ONE, "venue-week", **values)


@router.post("/venues/{venue_id}/addresses/reset")
def reset_addresses(venue_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Make the secret addresses of a venue void; new ones stand on its page at once."""

    def change(tx: Tx) -> Done:
        feeds.reset_venue(tx, venue_id)
        return Done(f"/venues/{venue_id}#addresses", page.gettext("The old addresses are void; these are new."))

    return run_form(request, uow, actor, change)


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


def _day_in(text: str) -> date | None:
    """Return the day of a local time; None where it is none."""
    try:
        return parse_wall(text).date()
    except BadTime:
        return None


def _lengths(page: Page, terms: VenueTerms) -> Given:
    """Return the lengths of time among a venue's terms in words, those that say anything."""
    told = {
        "shortest": terms.shortest_minutes if terms.shortest_minutes > USUAL_SHORTEST else 0,
        "longest": terms.longest_minutes if terms.longest_minutes < USUAL_LONGEST else 0,
        "notice": terms.notice_minutes,
        "no_show": terms.no_show_minutes or 0,
    }
    return Given({name: _length(page, minutes) for name, minutes in told.items() if minutes})


def _length(page: Page, minutes: int) -> str:
    days, rest = divmod(minutes, MINUTES_A_DAY)
    if days > 1 and not rest:
        return page.translator.ngettext("%(n)s day", "%(n)s days", days)
    return page.translator.length(timedelta(minutes=minutes))


def _suggested(asked: Asked, on: date) -> Given:
    """Return the booking form as the address suggests it: a free stretch of a day, or the usual hours."""
    start = datetime(on.year, on.month, on.day) + USUAL_START  # noqa: DTZ001 - wall time, for an input
    return Given(
        starts_at=asked["from"] or f"{start:%Y-%m-%dT%H:%M}",
        ends_at=asked["to"] or f"{start + USUAL_LENGTH:%Y-%m-%dT%H:%M}",
    )
