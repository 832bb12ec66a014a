"""Stand-ins from the activity's page: ask people in turn, stop asking."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import Response

from models.errors import Conflict, DomainError, NotFound
from services import stand_ins
from services.unit_of_work import Tx
from web.deps import Done, RowId, redirect, run_form
from web.pages.activity_frame import Desk, DeskDep, address
from web.problems import say
from web.templating import Notice

router = APIRouter(include_in_schema=False)


@router.post("/activities/{activity_id}/people/{assignment_id}/stand-ins")
def start(activity_id: RowId, assignment_id: RowId, desk: DeskDep) -> Response:
    """Ask people in turn in the place of somebody who cannot come."""
    if all(one.id != assignment_id for one in desk.read(activity_id, managed=True).people):
        raise NotFound("assignment", assignment_id)

    def change(tx: Tx) -> Done:
        stand_ins.start(tx, assignment_id)
        return Done(
            address(activity_id, "people"), desk.page.gettext("Asked the first; if they cannot, the next is asked.")
        )

    return _run(desk, activity_id, change)


@router.post("/activities/{activity_id}/stand-ins/{search_id}/stop")
def stop(activity_id: RowId, search_id: RowId, desk: DeskDep) -> Response:
    """Ask nobody further."""
    if all(one.id != search_id for one in desk.read(activity_id, managed=True).searches):
        raise NotFound("stand_in_search", search_id)

    def change(tx: Tx) -> Done:
        stand_ins.stop(tx, search_id)
        return Done(address(activity_id, "people"), desk.page.gettext("Nobody further is asked."))

    return _run(desk, activity_id, change)


def _run(desk: Desk, activity_id: int, change: Callable[[Tx], Done]) -> Response:
    """Run a change that has no form to show again: a refusal stands on top of the activity's page."""
    try:
        return run_form(desk.request, desk.uow, desk.actor, change)
    except Conflict as refusal:
        return redirect(address(activity_id), *_notices(desk, refusal), wiring=desk.page.wiring)


def _notices(desk: Desk, error: DomainError) -> list[Notice]:
    page = desk.page
    return [Notice(say(reason, page.translator, page.wiring.zone)) for reason in error.reasons]
