"""Addresses of calendars to subscribe to, and one's own calendars that are read as busy time."""

from fastapi import APIRouter
from starlette.responses import Response

from api.routes.writing import WriterDep
from api.schemas.feeds import FeedOut, OutsideCalendarIn, OutsideCalendarOut, OutsideCalendarsOut, outside_calendar
from models.errors import NotFound
from services import feeds, outside_calendars
from services.feeds import Address
from services.unit_of_work import Tx
from web.deps import ActorDep, RowId, UowDep, WiringDep
from web.secret_addresses import calendar_links
from web.wiring import Wiring

router = APIRouter(tags=["calendars"])


def _feed(wiring: Wiring, address: Address) -> FeedOut:
    return FeedOut.of(address, calendar_links(wiring, address))


@router.get("/people/{person_id}/feed")
def person_feed(uow: UowDep, actor: ActorDep, wiring: WiringDep, person_id: RowId) -> FeedOut:
    """Return the address of the calendar of a person's duties, to the person and those who answer for them."""
    with uow.read(actor) as tx:
        return _feed(wiring, feeds.person_address(tx, person_id))


@router.post("/people/{person_id}/feed/reset", response_model=FeedOut)
def reset_person_feed(writer: WriterDep, wiring: WiringDep, person_id: RowId) -> Response:
    """Make that address void at once and return the new one."""

    def change(tx: Tx) -> FeedOut:
        feeds.reset_person(tx, person_id)
        return _feed(wiring, feeds.person_address(tx, person_id))

    return writer.write(change)


@router.get("/teams/{team_id}/feed")
def team_feed(uow: UowDep, actor: ActorDep, wiring: WiringDep, team_id: RowId) -> FeedOut:
    """Return one's own address of the calendar of a team's activities; it holds as long as one's rights there."""
    with uow.read(actor) as tx:
        return _feed(wiring, feeds.team_address(tx, team_id))


@router.post("/teams/{team_id}/feed/reset", response_model=FeedOut)
def reset_team_feed(writer: WriterDep, wiring: WiringDep, team_id: RowId) -> Response:
    """Make every address of the team's calendar void at once, everybody's, and return one's own new one."""

    def change(tx: Tx) -> FeedOut:
        feeds.reset_team(tx, team_id)
        return _feed(wiring, feeds.team_address(tx, team_id))

    return writer.write(change)


@router.get("/me/calendars")
def list_own(uow: UowDep, actor: ActorDep) -> OutsideCalendarsOut:
    """List one's own calendars that are read as busy time."""
    with uow.read(actor) as tx:
        return OutsideCalendarsOut(items=[outside_calendar(row) for row in outside_calendars.list_own(tx)])


@router.post("/me/calendars", status_code=201, response_model=OutsideCalendarOut)
def give(writer: WriterDep, given: OutsideCalendarIn) -> Response:
    """Have one's own calendar read every few hours: busy times are kept, nothing else; the same address twice is one."""

    def change(tx: Tx) -> OutsideCalendarOut:
        return _own(tx, outside_calendars.give(tx, given.url))

    return writer.write(change, status=201)


@router.post("/me/calendars/{calendar_id}/read", response_model=OutsideCalendarOut)
def read_soon(writer: WriterDep, calendar_id: RowId) -> Response:
    """Have one's own calendar read as soon as a worker has time."""

    def change(tx: Tx) -> OutsideCalendarOut:
        outside_calendars.read_soon(tx, calendar_id)
        return _own(tx, calendar_id)

    return writer.write(change)


@router.post("/me/calendars/{calendar_id}/end", status_code=204, response_class=Response)
def end(writer: WriterDep, calendar_id: RowId) -> Response:
    """Read one's own calendar no more and forget its busy times; repetition changes nothing."""

    def change(tx: Tx) -> None:
        outside_calendars.end(tx, calendar_id)

    return writer.write(change)


def _own(tx: Tx, calendar_id: int) -> OutsideCalendarOut:
    tx.session.flush()
    found = next((row for row in outside_calendars.list_own(tx) if row.id == calendar_id), None)
    if found is None:
        raise NotFound("outside_calendar", calendar_id)
    return outside_calendar(found)
