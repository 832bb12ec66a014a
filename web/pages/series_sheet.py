"""One series as its page shows it: every date with its state, its reasons and its way out, and what may be done to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from muster.catalogue import mark
from muster.i18n import Translator
from muster.localtime import to_local, zone
from services.access import Actor
from services.queries.paging import MAX_LIMIT
from services.queries.series import SeriesDateRow, SeriesView, VenueAt, read_series, venues_of
from services.queries.venues import list_venues
from services.series import Outcome
from services.series_changes import Scope
from services.unit_of_work import UnitOfWork
from web.context import Page
from web.pages.saving import Given
from web.pages.series_words import WAITING, WaySeen, rule_in_words, told, way_seen
from web.templating import Problem
from web.vocabulary import Look, look

ONE = "series/show.html"
#: What the scopes are called.
SCOPES = {
    Scope.one: mark("only this date"),
    Scope.following: mark("this one and all after it"),
    Scope.all: mark("all that lie ahead"),
}
FREE, ASKED, REFUSED = Look("check", "ok"), Look("clock", "wait"), Look("cross", "act")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSeen:
    """A date in words: its wanted window, how it stands, what it has elsewhere, why not, what instead."""

    id: int | None
    starts_at: datetime
    ends_at: datetime
    look: Look
    word: str
    reasons: list[str]
    way: WaySeen | None
    row: SeriesDateRow | None = None
    elsewhere: "Elsewhere | None" = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a date has in place of what was wanted."""

    venue: VenueAt
    zone: ZoneInfo
    starts_at: datetime
    ends_at: datetime


def series_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    series_id: int,
    *,
    date_id: int | None = None,
    given: Given | None = None,
    problems: Sequence[Problem] = (),
    http_status: int = 200,
    trial: Sequence[Outcome] = (),
) -> Response:
    """Return the page of a series; with the forms to change one date open, and perhaps what a change would do."""
    with uow.read(actor) as tx:
        view = read_series(tx, series_id)
        booked = [one.booked.venue_id for one in trial if one.booked]
        venues = venues_of(tx, (one.alternative for one in trial), booked)
        names = [row.name for row in list_venues(tx, limit=MAX_LIMIT).items] if date_id else []
    where = zone(view.venue.zone)
    chosen = next((row for row in view.dates if row.id == date_id and row.may_change), None)
    words = page.translator
    values: dict[str, Any] = {
        "view": view,
        "where": where,
        "headline": _headline(page, view),
        "rule": rule_in_words(view.rrule, view.starts_at, where, words),
        "dates": [_date(row, view, words) for row in view.dates],
        "chosen": chosen,
        "given": given or (given_of(view, chosen, where) if chosen else Given()),
        "problems": list(problems),
        "scopes": [(scope.value, words.gettext(text)) for scope, text in SCOPES.items()],
        "venue_names": names,
        "trial": outcomes_seen(trial, venues, words, view.venue),
        "zone_of": zone,
        "here": f"/bookings/series/{series_id}",
    }
    return page.render(ONE, http_status=http_status, **values)


def given_of(view: SeriesView, row: SeriesDateRow, where: ZoneInfo) -> Given:
    """Return the form to change a date as it begins: with what the date has, else with what was wanted."""
    booking = row.booking if row.booking and row.booking.is_open else None
    there = zone(booking.venue.zone) if booking else where
    start, end = to_local((booking or row).starts_at, there), to_local((booking or row).ends_at, there)
    return Given(
        scope=Scope.one.value,
        on=start.date().isoformat(),
        starts_time=f"{start:%H:%M}",
        ends_time=f"{end:%H:%M}",
        venue=(booking.venue if booking else view.venue).name,
        purpose=booking.purpose if booking else view.purpose,
    )


def outcomes_seen(
    outcomes: Sequence[Outcome], venues: Mapping[int, VenueAt], translator: Translator, wanted_at: VenueAt
) -> list[DateSeen]:
    """Return what would become of dates, in words; `wanted_at` is the venue of the series."""
    return [
        DateSeen(
            id=one.date_id,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            **_would(one, translator),
            reasons=told(one.reasons, translator, zone(wanted_at.zone)),
            way=way_seen(one.alternative, venues, translator),
            elsewhere=_elsewhere(one, venues[one.booked.venue_id], wanted_at) if one.booked else None,
        )
        for one in outcomes
    ]


def _would(one: Outcome, translator: Translator) -> dict[str, Any]:
    if one.is_refused:
        text = translator.gettext("stays as it is" if one.booked else "cannot be had")
        return {"look": REFUSED, "word": text}
    if one.state in WAITING:
        return {"look": ASKED, "word": translator.gettext("would be asked for")}
    return {"look": FREE, "word": translator.gettext("would be booked")}


def _elsewhere(one: Outcome, venue: VenueAt, wanted_at: VenueAt) -> Elsewhere | None:
    booked = one.booked
    if booked is None or (venue, booked.starts_at, booked.ends_at) == (wanted_at, one.starts_at, one.ends_at):
        return None
    return Elsewhere(venue, zone(venue.zone), booked.starts_at, booked.ends_at)


def _date(row: SeriesDateRow, view: SeriesView, translator: Translator) -> DateSeen:
    booking, way = row.booking, row.alternative
    is_elsewhere = booking is not None and booking.is_open and row.is_elsewhere
    return DateSeen(
        id=row.id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        look=look(booking.state) if booking else REFUSED,
        word=translator.word(booking.state) if booking else translator.gettext("could not be had"),
        reasons=told(row.reasons, translator, zone(view.venue.zone)),
        way=way_seen(way.way, {way.venue.id: way.venue}, translator) if way else None,
        row=row,
        elsewhere=Elsewhere(booking.venue, zone(booking.venue.zone), booking.starts_at, booking.ends_at)
        if booking is not None and is_elsewhere
        else None,
    )


def _headline(page: Page, view: SeriesView) -> str:
    """Return how the series stands, in a sentence."""
    ahead = [row for row in view.dates if not row.is_past]
    if not ahead:
        return page.gettext("This series is over")
    refused = sum(row.booking is None or row.is_stuck for row in ahead)
    if refused:
        return page.translator.ngettext("One date could not be had", "%(n)s dates could not be had", refused)
    waiting = sum(row.booking is not None and row.booking.state in WAITING for row in ahead)
    if waiting:
        return page.translator.ngettext("One date waits for an answer", "%(n)s dates wait for an answer", waiting)
    if not any(row.booking and row.booking.is_open for row in ahead):
        return page.gettext("Every date was given back")
    return page.gettext("Every date is booked")
