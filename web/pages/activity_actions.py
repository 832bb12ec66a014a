"""What an organiser decides about an activity: release, move, postpone, cancel, hold, close."""

from fastapi import APIRouter
from starlette.responses import Response

from models.enums import AssignmentState, NotificationKind
from models.errors import Conflict
from muster.localtime import zone
from services import activities, closings, previews, release_waits
from services.queries.activities import read_activity
from services.queries.assignments import of_activity
from services.unit_of_work import Tx
from web.deps import Done, FormDep, RowId, redirect, run_form
from web.pages.activity_equipment import swapped
from web.pages.activity_form import Choices, read_window, window_fields
from web.pages.activity_frame import Again, Desk, DeskDep, address, require_managing
from web.pages.activity_steps import Verb
from web.pages.preview_parts import LINES, shown
from web.templating import Notice, Undo

router = APIRouter(include_in_schema=False)

RELEASE, MOVE, WHY, CLOSE = (
    "activities/release.html",
    "activities/move.html",
    "activities/why.html",
    "activities/close.html",
)


@router.get("/activities/{activity_id}/release")
def ask_release(activity_id: RowId, desk: DeskDep) -> Response:
    """Show who will be asked, before anybody is."""
    return _release_page(desk, activity_id)


@router.post("/activities/{activity_id}/release")
def release(activity_id: RowId, desk: DeskDep) -> Response:
    """Make an activity public: the people on its list are asked."""
    page = desk.page

    def change(tx: Tx) -> Done:
        activities.release(tx, activity_id)
        asked = sum(one.state is AssignmentState.offered and one.has_address for one in of_activity(tx, activity_id))
        told = page.translator.ngettext("one message is on its way", "%(n)s messages are on their way", asked)
        text = page.gettext("Released; %(told)s.", told=told) if asked else page.gettext("Released.")
        seconds = tx.settings.undo_seconds
        undo = Undo(f"{address(activity_id)}/release/undo", seconds) if seconds else None
        return Done(address(activity_id), text, undo)

    return desk.run(change, lambda again: _release_page(desk, activity_id, again))


@router.post("/activities/{activity_id}/release/undo")
def undo_release(activity_id: RowId, desk: DeskDep) -> Response:
    """Make an activity a draft again before anybody has been written to."""

    def change(tx: Tx) -> Done:
        release_waits.undo(tx, activity_id)
        return Done(address(activity_id), desk.page.gettext("The release was taken back; it is a draft again."))

    try:
        return run_form(desk.request, desk.uow, desk.actor, change)
    except Conflict as error:
        told = [Notice(problem.message) for problem in desk.page.problems(error)]
        return redirect(address(activity_id), *told, wiring=desk.page.wiring)


@router.get("/activities/{activity_id}/move")
def ask_move(activity_id: RowId, desk: DeskDep) -> Response:
    """Show the form for another window."""
    return _move_form(desk, activity_id)


@router.post("/activities/{activity_id}/move")
def move(activity_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Give an activity another window; hall and people move with it, or nothing does."""
    page = desk.page
    choices: Choices = {}

    def change(tx: Tx) -> Done:
        view = read_activity(tx, activity_id)
        require_managing(view)
        starts_at, ends_at = read_window(form, zone(view.row.zone), page.translator, choices)
        form.check()
        why = form["override_reason"]
        activities.move(tx, activity_id, starts_at=starts_at, ends_at=ends_at, override_reason=why)
        told = page.gettext("Moved. Whoever knew the old date is told.")
        return Done(address(activity_id), told + swapped(page.translator, tx))

    return desk.run(change, lambda again: _move_form(desk, activity_id, again, choices), form)


@router.get("/activities/{activity_id}/postpone")
def ask_postpone(activity_id: RowId, desk: DeskDep) -> Response:
    """Ask why an activity is taken off its date."""
    return desk.ask(activity_id, Verb.postpone, WHY)


@router.post("/activities/{activity_id}/postpone")
def postpone(activity_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Take an activity off its date."""

    def change(tx: Tx) -> Done:
        activities.postpone(tx, activity_id, reason=form["reason"])
        return Done(address(activity_id), desk.page.gettext("Postponed. Whoever was asked is told."))

    return desk.run(change, lambda again: desk.ask(activity_id, Verb.postpone, WHY, again), form)


@router.get("/activities/{activity_id}/cancel")
def ask_cancel(activity_id: RowId, desk: DeskDep) -> Response:
    """Ask why an activity is called off."""
    return desk.ask(activity_id, Verb.cancel, WHY)


@router.post("/activities/{activity_id}/cancel")
def cancel(activity_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Call an activity off."""

    def change(tx: Tx) -> Done:
        activities.cancel(tx, activity_id, reason=form["reason"])
        return Done(address(activity_id), desk.page.gettext("Called off. Whoever knew of it is told."))

    return desk.run(change, lambda again: desk.ask(activity_id, Verb.cancel, WHY, again), form)


@router.post("/activities/{activity_id}/hold")
def hold(activity_id: RowId, desk: DeskDep) -> Response:
    """Say that an activity took place."""

    def change(tx: Tx) -> Done:
        activities.hold(tx, activity_id)
        return Done(address(activity_id), desk.page.gettext("Noted as held."))

    return run_form(desk.request, desk.uow, desk.actor, change)


@router.get("/activities/{activity_id}/close")
def ask_close(activity_id: RowId, desk: DeskDep) -> Response:
    """Show what will be signed."""
    return desk.ask(activity_id, Verb.close, CLOSE)


@router.post("/activities/{activity_id}/close")
def close(activity_id: RowId, desk: DeskDep) -> Response:
    """Sign an activity, so that it counts."""

    def change(tx: Tx) -> Done:
        closings.sign(tx, activity_id)
        return Done(address(activity_id), desk.page.gettext("Signed. It counts from now on."))

    return desk.run(change, lambda again: desk.ask(activity_id, Verb.close, CLOSE, again))


def _move_form(desk: DeskDep, activity_id: int, again: Again | None = None, choices: Choices | None = None) -> Response:
    with desk.uow.read(desk.actor) as tx:
        row = read_activity(tx, activity_id).row
    planned = window_fields(row.starts_at, row.ends_at, zone(row.zone))
    return desk.ask(activity_id, Verb.move, MOVE, again, choices=choices or {}, planned=planned)


def _release_page(desk: Desk, activity_id: int, again: Again | None = None) -> Response:
    """Show what a release would send; who has no address stands in a list of their own, with a number to call."""
    with desk.uow.read(desk.actor) as tx:
        preview = previews.of_release(tx, activity_id)
        values = shown(desk.page, tx, preview, NotificationKind.call_up, activity_id=activity_id)
    others = [line for line in preview.held_back if line.channel is not None]
    values |= {"held_back": others[:LINES], "held_back_count": len(others)}
    return desk.ask(activity_id, Verb.release, RELEASE, again, **values)
