"""When venues are free: which could be had, by day and week, and as free and busy stretches."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.schemas.calendars import FreeBusyOut, OfferOut, VenueDayOut, VenueWeekOut, WishIn, offer_out
from api.schemas.common import Day, Instant, ListOf
from models.errors import Invalid
from models.rules.verdicts import Reason
from models.values import Place
from services import access
from services.queries import filters, venue_days
from services.queries.free_busy import free_busy, wrong_window
from services.queries.venue_search import VenueWish, available_venues, place_of
from services.unit_of_work import Tx
from web.deps import ActorDep, RowId, TranslatorDep, UowDep, WiringDep
from web.problems import reason_json

router = APIRouter(prefix="/venues", tags=["venues"])

FromAt = Annotated[Instant, Query()]
UntilAt = Annotated[Instant, Query()]
_DEGREES = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,12})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,12})?)\s*", re.ASCII)
_ROW = re.compile(r"(venue|org):(\d{1,10})", re.ASCII)


@router.get("/available")
def list_available(
    uow: UowDep, actor: ActorDep, translator: TranslatorDep, wiring: WiringDep, asked: Annotated[WishIn, Query()]
) -> ListOf[OfferOut]:
    """List venues that are free then and seat the people, the least trouble first, with the reasons.

    Where the wished venue or the best fit is taken, other hours and days of it are offered, too. For a team, or
    the activity's, its rights and quotas hold; with an activity, its head-count and layout count unless others are
    told, and those who accepted to come can come to whatever is offered. What is offered can be booked as offered.
    """
    reasons = wrong_window(asked.starts_at, asked.ends_at)

    def tell(reason: Reason) -> dict[str, Any]:
        return reason_json(reason, translator, wiring.zone)

    with uow.read(actor) as tx:
        place = _place(tx, asked.near, reasons)
        if reasons:
            raise Invalid(*reasons)
        if asked.activity_id is not None:
            access.require_seen(tx.session, tx.actor, asked.activity_id)
        wish = VenueWish(
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
            people_count=asked.capacity,
            layout=asked.layout,
            kind=asked.kind,
            equipment=tuple(word.strip() for word in asked.equipment if word.strip()),
            near=place,
            venue_id=asked.venue_id,
            set_up_minutes=asked.set_up_minutes,
            tear_down_minutes=asked.tear_down_minutes,
            team_id=asked.team_id,
            activity_id=asked.activity_id,
        )
        return ListOf(items=[offer_out(offer, tell) for offer in available_venues(tx, wish, limit=asked.limit)])


@router.get("/{venue_id}/day")
def read_day(uow: UowDep, actor: ActorDep, venue_id: RowId, day: Annotated[Day, Query()]) -> VenueDayOut:
    """Return a local day of a venue: when it is open, what is booked."""
    with uow.read(actor) as tx:
        return VenueDayOut.of(venue_days.venue_day(tx, venue_id, day))


@router.get("/{venue_id}/week")
def read_week(uow: UowDep, actor: ActorDep, venue_id: RowId, monday: Annotated[Day, Query()]) -> VenueWeekOut:
    """Return seven days of a venue, from a Monday."""
    with uow.read(actor) as tx:
        return VenueWeekOut.of(venue_days.venue_week(tx, venue_id, monday)[0])


@router.get("/{venue_id}/free-busy")
def read_free_busy(uow: UowDep, actor: ActorDep, venue_id: RowId, starts_at: FromAt, ends_at: UntilAt) -> FreeBusyOut:
    """Return when a venue is taken, buffers included, and when it is open and free; at most 62 days."""
    with uow.read(actor) as tx:
        return FreeBusyOut.of(free_busy(tx, venue_id, starts_at=starts_at, ends_at=ends_at))


def _place(tx: Tx, near: str | None, reasons: list[Reason]) -> Place | None:
    """Return the place that `near` names, None where its row has none; note what is wrong with it."""
    if near is None:
        return None
    if (found := _DEGREES.fullmatch(near)) and (place := _on_earth(*map(float, found.groups()))):
        return place
    if found := _ROW.fullmatch(near):
        return place_of(tx, **{f"{found.group(1)}_id": filters.known_id(found.group(1), int(found.group(2)))})
    reasons.append(Reason("near_wrong", {"field": "near"}))
    return None


def _on_earth(lat: float, lon: float) -> Place | None:
    is_there = abs(lat) <= 90 and abs(lon) <= 180  # noqa: PLR2004 - degrees
    return Place(lat, lon) if is_there else None
