"""The screen beside a hall's door: who may be there now, what comes next, and the button of those who have come.

It names no people, so it may hang where everybody passes. Whoever is signed in sees it, and a tablet that
nobody signs in at by a link that was signed for this venue and holds until it is made void.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import BookingState, FeedKind
from models.errors import Conflict, NotFound
from models.rules.booking_states import EARLY
from muster.i18n import Translator
from muster.localtime import zone
from services import booking_decisions, feeds
from services.access import STRANGER, Actor
from services.queries.door import DoorDay, DoorStay, read_door
from services.unit_of_work import UnitOfWork
from web.context import Page
from web.deps import ActorDep, FormDep, PageDep, RowId, UowDep, redirect
from web.forms import Form
from web.htmx import part_wanted
from web.pages.feeds import followed
from web.problems import say
from web.secret_addresses import DOOR
from web.status import status_of

router = APIRouter(include_in_schema=False)

TEMPLATE, PART = "venues/door.html", "door"


@dataclass(frozen=True, slots=True)
class Face:
    """How the hall stands at an instant: tone, icon, word, and until when; `until` None is the end of the day."""

    tone: str
    glyph: str
    word: str
    until: datetime | None
    stay: DoorStay | None = None


@router.get("/venues/{venue_id}/door")
def show(venue_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the screen to somebody who is signed in."""
    return _door(request, page, uow, actor, venue_id, f"/venues/{venue_id}/door")


@router.post("/venues/{venue_id}/door")
def arrive(venue_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Write down that the people of a booking have come."""
    return _arrive(request, form, page, uow, actor, venue_id, f"/venues/{venue_id}/door")


@router.get("/d/{token}")
def show_by_link(token: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show the screen to whoever has its link."""
    venue_id = _linked(token, page, uow)
    return _door(request, page, uow, _link_actor(venue_id), venue_id, f"/d/{token}")


@router.post("/d/{token}")
def arrive_by_link(token: str, request: Request, form: FormDep, page: PageDep, uow: UowDep) -> Response:
    """Write down that the people of a booking have come, said at the screen."""
    venue_id = _linked(token, page, uow)
    return _arrive(request, form, page, uow, _link_actor(venue_id), venue_id, f"/d/{token}")


def face_of(day: DoorDay, now: datetime, translator: Translator) -> Face:
    """Return how a hall stands at an instant of its day."""
    stay = next((one for one in day.stays if one.occupied_from <= now < one.occupied_until), None)
    if stay is not None:
        if now < stay.starts_at:
            return Face("hold", "swap", translator.gettext("Being set up"), stay.starts_at, stay)
        if now < stay.ends_at:
            return Face("hold", "people", translator.gettext("door.in_use"), stay.ends_at, stay)
        return Face("hold", "swap", translator.gettext("Being cleared"), stay.occupied_until, stay)
    following = min((one.occupied_from for one in day.stays if one.occupied_from > now), default=day.ends_at)
    span = next((one for one in day.opening if one.starts_at <= now < one.ends_at), None)
    if span is None:
        opens_at = min((one.starts_at for one in day.opening if one.starts_at > now), default=None)
        return Face("off", "lock", translator.gettext("Closed now"), opens_at)
    until = min(following, span.ends_at)
    return Face("ok", "check", translator.gettext("door.free"), until if until < day.ends_at else None)


def _linked(token: str, page: Page, uow: UnitOfWork) -> int:
    address = followed(page, DOOR, token)
    if address.kind is not FeedKind.venue:
        raise NotFound("feed", address.kind)
    with uow.read(STRANGER) as tx:
        feeds.require_current(tx, address)
    return address.subject_id


def _link_actor(venue_id: int) -> Actor:
    return Actor(kind="link", detail=f"door:{venue_id}")


def _arrive(
    request: Request, form: Form, page: Page, uow: UnitOfWork, actor: Actor, venue_id: int, here: str
) -> Response:
    booking_id = form.row_id("booking")
    form.check()
    try:
        with uow.write(actor) as tx:
            if not any(stay.booking_id == booking_id and _is_own(stay) for stay in read_door(tx, venue_id).stays):
                raise NotFound("booking", booking_id)
            booking_decisions.arrive(tx, booking_id or 0)
    except Conflict as error:
        reasons = [say(one, page.translator, page.wiring.zone) for one in error.reasons]
        return _door(request, page, uow, actor, venue_id, here, reasons=reasons, http_status=status_of(error))
    return redirect(here, wiring=page.wiring)


def _door(
    request: Request,
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    venue_id: int,
    here: str,
    *,
    reasons: list[str] | None = None,
    http_status: int = 200,
) -> Response:
    with uow.read(actor) as tx:
        day = read_door(tx, venue_id)
        now = tx.now
    bare = _bare(page)
    face = face_of(day, now, page.translator)
    ahead = [stay for stay in day.stays if stay.occupied_until > now and stay != face.stay]
    values: dict[str, Any] = {
        "day": day,
        "zone": zone(day.venue.zone),
        "face": face,
        "ahead": ahead,
        "awaited": _awaited([*([face.stay] if face.stay else []), *ahead], now),
        "here": here,
        "reasons": reasons or [],
    }
    if reasons is None and part_wanted(request, PART):
        return bare.render_part(TEMPLATE, PART, **values)
    return bare.render(TEMPLATE, http_status=http_status, **values)


def _awaited(stays: list[DoorStay], now: datetime) -> DoorStay | None:
    """Return the stay whose people may say now that they are here."""
    return next(
        (
            stay
            for stay in stays
            if _is_own(stay) and stay.arrived_at is None and stay.occupied_from - EARLY <= now < stay.ends_at
        ),
        None,
    )


def _is_own(stay: DoorStay) -> bool:
    return stay.venue_name is None and stay.state is BookingState.confirmed


def _bare(page: Page) -> Page:
    """Return the page without the menu and the name of whoever is signed in, in large type unless they chose."""
    modes = replace(page.context.modes, size=page.context.modes.size or "large")
    return replace(page, context=replace(page.context, viewer=None, modes=modes))
