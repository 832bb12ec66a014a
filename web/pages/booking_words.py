"""One booking as its page shows it: its state in a sentence, how long a hold lasts, what could be had instead."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from models.enums import ActivityState, BookingState
from models.rules.booking_states import OPEN_STATES
from muster.catalogue import mark
from muster.localtime import local_day, zone
from services.access import Actor
from services.queries.activities import ActivityView, read_activity
from services.queries.booking_sheets import BookingSheet, read_sheet
from services.queries.bookings import BookingRow, list_bookings
from services.queries.second_chances import instead_of
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.pages import history_words, refusals
from web.pages.refusals import Refusal, WayOut
from web.templating import Problem

ONE = "bookings/show.html"
A_MINUTE, AN_HOUR, TWO_HOURS = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=2)
ONE_DAY, TWO_DAYS = timedelta(days=1), timedelta(days=2)
#: The state in a sentence, where neither people nor times belong into it.
HEADLINES: Mapping[BookingState, str] = {
    BookingState.requested: mark("Asked for; the venue has not answered yet"),
    BookingState.declined: mark("The venue said no"),
    BookingState.cancelled: mark("It was given back"),
    BookingState.used: mark("It was used"),
    BookingState.released: mark("Nobody was there, so it was released"),
}
#: Reasons that the house gives itself, by their codes.
OWN_REASONS: Mapping[str, str] = {**history_words.OWN_REASONS, "no_show": mark("released.no_show")}
#: States in which an activity may still want a hall.
PLANNED = frozenset({ActivityState.draft, ActivityState.released, ActivityState.postponed})


def booking_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    booking_id: int,
    *,
    problems: list[Problem] | None = None,
    http_status: int = 200,
    offer: tuple[int, datetime] | None = None,
) -> Response:
    """Return the page of one booking; `offer` is the venue and the start that a mail named instead of it."""
    with uow.read(actor) as tx:
        sheet = read_sheet(tx, booking_id)
        booking = sheet.view.booking
        activity = read_activity(tx, booking.activity_id or 0) if sheet.view.may_see_activity else None
        ways = _instead(tx, page, sheet, activity, offer)
    where = zone(booking.zone)
    named = [way for way in ways if (way.venue.id, way.starts_at) == offer]
    values: dict[str, Any] = {
        "sheet": sheet,
        "may": sheet.may,
        "activity": activity,
        "ways": named + [way for way in ways if way not in named],
        "is_offer": bool(named),
        "is_offer_gone": offer is not None and bool(ways) and not named,
        "headline": page.gettext(_headline(sheet, page.context.now)),
        "reason": reason_in_words(page, booking.reason),
        "left": left_until(page, booking.held_until) if booking.held_until else "",
        "is_time": page.context.now >= booking.occupied_from,
        "problems": problems or [],
        "on": local_day(booking.starts_at, where),
        "where": where,
        "zone_of": zone,
    }
    return page.render(ONE, http_status=http_status, **values)


def left_until(page: Page, until: datetime) -> str:
    """Return how long it is until an instant, rounded down: in days from two days on, in hours from two hours on."""
    left = max(until - page.context.now, timedelta())
    if left >= TWO_DAYS:
        return page.translator.ngettext("%(n)s day", "%(n)s days", left // ONE_DAY)
    step = AN_HOUR if left >= TWO_HOURS else A_MINUTE
    return page.translator.length(left // step * step if left >= A_MINUTE else A_MINUTE)


def reason_in_words(page: Page, reason: str) -> str:
    """Return why a booking ended: as somebody wrote it, or what the house means by its own code."""
    return page.gettext(OWN_REASONS[reason]) if reason in OWN_REASONS else reason


def _headline(sheet: BookingSheet, now: datetime) -> str:
    booking = sheet.view.booking
    if booking.state is not BookingState.confirmed:
        if booking.reason == "other_confirmed":
            return mark("The same hours went to somebody else who had asked")
        return HEADLINES.get(booking.state, "")
    if now >= booking.ends_at:
        return mark("It is over")
    if booking.arrived_at:
        return mark("Booked, and somebody is there")
    if now >= booking.starts_at and sheet.release_at:
        return mark("It has begun, and nobody has said that they are there")
    return mark("Booked: the venue is yours then") if sheet.may.is_own else mark("Booked: the venue is taken then")


def _instead(
    tx: Tx, page: Page, sheet: BookingSheet, activity: ActivityView | None, offer: tuple[int, datetime] | None
) -> list[WayOut]:
    """Return what could be had instead of a booking that was lost, for whoever it was for and still needs it."""
    booking = sheet.view.booking
    is_over = booking.state not in {BookingState.declined, BookingState.cancelled}
    if is_over or not sheet.may.is_own:
        return []
    if booking.activity_id is not None and not (activity and _is_without_hall(tx, activity)):
        return []
    wanted = Refusal(
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        activity_id=booking.activity_id,
        people_count=sheet.people_count,
        carried=_carried(booking),
    )
    return refusals.ways_out(tx, page, instead_of(tx, booking.id, offer=offer), wanted, activity)


def _carried(booking: BookingRow) -> dict[str, str]:
    """Return what a new booking is asked with as well, as fields of a form."""
    told = {
        "purpose": booking.purpose,
        "activity_id": booking.activity_id,
        "team_id": booking.team_id if booking.activity_id is None else None,
        "people_count": booking.people_count,
        "layout": booking.layout.value if booking.layout else None,
    }
    return {name: str(value) for name, value in told.items() if value}


def _is_without_hall(tx: Tx, activity: ActivityView) -> bool:
    """Tell whether an activity that the reader manages still lies ahead and has no hall."""
    if not activity.may_manage or activity.row.state not in PLANNED:
        return False
    return all(row.state not in OPEN_STATES for row in list_bookings(tx, activity_id=activity.row.id).items)
