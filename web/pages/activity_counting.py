"""Heads without names, documents, and taking back what was written down wrongly."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from models.enums import EvidenceKind, TallyMethod
from models.errors import NotFound
from muster.localtime import zone
from services import attendance, evidence, tallies
from services.queries.activities import read_activity
from services.queries.timeline import PassageLine, TallyLine
from services.unit_of_work import Tx
from web.deps import ActorDep, Done, FormDep, RowId, UowDep
from web.forms import Form
from web.pages.activity_form import Choices, read_window, window_fields
from web.pages.activity_frame import Again, Desk, DeskDep, address
from web.pages.activity_steps import Verb
from web.pages.saving import word_options

router = APIRouter(include_in_schema=False)

TALLY, FILE, REVERSE = "activities/tally.html", "activities/file.html", "activities/reverse.html"
MEGABYTES = evidence.LARGEST_BYTES // 1024 // 1024
#: What a browser shows by itself and cannot run; everything else is saved.
SHOWN = frozenset({"image/jpeg", "image/png"})


@router.get("/activities/{activity_id}/tallies")
def ask_tally(activity_id: RowId, desk: DeskDep) -> Response:
    """Show the form for heads without names."""
    return _tally_form(desk, activity_id)


@router.post("/activities/{activity_id}/tallies")
def add_tally(activity_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Write heads without names down."""
    choices: Choices = {}

    def change(tx: Tx) -> Done:
        where = zone(read_activity(tx, activity_id).row.zone)
        count = form.number("count", least=1, most=tallies.MOST) or 0
        method = form.choice("method", TallyMethod) or TallyMethod.estimate
        counter = form.text("counter", longest=tallies.NAME_LIMIT)
        second = form.text("second_counter", longest=tallies.NAME_LIMIT, optional=True)
        from_at, until_at = read_window(form, where, desk.page.translator, choices)
        form.check()  # stops where anything is missing
        tallies.add(
            tx,
            activity_id,
            count=count,
            method=method,
            counter=counter,
            second_counter=second,
            from_at=from_at,
            until_at=until_at,
        )
        return Done(address(activity_id, "attendance"), desk.page.gettext("Written down."))

    return desk.run(change, lambda again: _tally_form(desk, activity_id, again, choices), form)


@router.get("/activities/{activity_id}/evidence")
def ask_document(activity_id: RowId, desk: DeskDep) -> Response:
    """Show the form for a document."""
    return _file_form(desk, activity_id)


@router.post("/activities/{activity_id}/evidence")
def add_documents(activity_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """File one or several documents, all or none."""

    def change(tx: Tx) -> Done:
        kind = form.choice("kind", EvidenceKind) or EvidenceKind.other
        files = form.files("file")
        if not files:
            form.blame("file_empty", "file")
        form.check()  # stops where anything is missing
        for file in files:
            content = file.file.read(evidence.LARGEST_BYTES + 1)
            evidence.add(tx, activity_id, file_name=file.filename or "", content=content, kind=kind)
        return Done(address(activity_id, "attendance"), desk.page.gettext("Filed."))

    return desk.run(change, lambda again: _file_form(desk, activity_id, again), {"kind": form["kind"]})


@router.get("/evidence/{evidence_id}")
def open_document(evidence_id: RowId, uow: UowDep, actor: ActorDep) -> Response:
    """Return a document's bytes, checked against what was filed."""
    with uow.read(actor) as tx:
        row, content = evidence.open_bytes(tx, evidence_id)
        way = "inline" if row.media_type in SHOWN else "attachment"
        headers = {"Content-Disposition": f"{way}; filename*=UTF-8''{quote(row.file_name)}"}
        return Response(content, media_type=row.media_type, headers=headers)


@router.get("/activities/{activity_id}/attendances/{row_id}/reverse")
def ask_reverse_attendance(activity_id: RowId, row_id: RowId, desk: DeskDep) -> Response:
    """Ask why a row of attendance is wrong."""
    return _reverse_form(desk, activity_id, _passage, row_id)


@router.post("/activities/{activity_id}/attendances/{row_id}/reverse")
def reverse_attendance(activity_id: RowId, row_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Take a row of attendance back."""
    return _reverse(desk, activity_id, _passage, row_id, form, attendance.reverse)


@router.get("/activities/{activity_id}/tallies/{row_id}/reverse")
def ask_reverse_tally(activity_id: RowId, row_id: RowId, desk: DeskDep) -> Response:
    """Ask why a tally is wrong."""
    return _reverse_form(desk, activity_id, _tally, row_id)


@router.post("/activities/{activity_id}/tallies/{row_id}/reverse")
def reverse_tally(activity_id: RowId, row_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Take a tally back."""
    return _reverse(desk, activity_id, _tally, row_id, form, tallies.reverse)


Find = Callable[[Desk, int, int], PassageLine | TallyLine]


def _tally_form(desk: Desk, activity_id: int, again: Again | None = None, choices: Choices | None = None) -> Response:
    row, now = desk.read(activity_id).view.row, desk.page.context.now
    until_at = row.ends_at if now >= row.ends_at else max(now, row.starts_at + timedelta(minutes=1))
    planned = window_fields(row.starts_at, until_at, zone(row.zone))
    return desk.ask(
        activity_id,
        Verb.tally,
        TALLY,
        again,
        methods=word_options(desk.page.translator, TallyMethod),
        planned=planned,
        choices=choices or {},
    )


def _file_form(desk: Desk, activity_id: int, again: Again | None = None) -> Response:
    return desk.ask(
        activity_id, Verb.file, FILE, again, kinds=word_options(desk.page.translator, EvidenceKind), megabytes=MEGABYTES
    )


def _passage(desk: Desk, activity_id: int, row_id: int) -> PassageLine:
    passages = desk.read(activity_id).line.passages
    found = next((one for one in passages if one.id == row_id), None)
    if found is None:
        raise NotFound("attendance", row_id)
    return found


def _tally(desk: Desk, activity_id: int, row_id: int) -> TallyLine:
    found = next((one for one in desk.read(activity_id).line.tallies if one.id == row_id), None)
    if found is None:
        raise NotFound("tally", row_id)
    return found


def _reverse_form(desk: Desk, activity_id: int, find: Find, row_id: int, again: Again | None = None) -> Response:
    one, life = find(desk, activity_id, row_id), desk.read(activity_id)
    return desk.page.render(
        REVERSE,
        http_status=again.status if again else 200,
        row=life.view.row,
        is_signed=life.line.closing is not None,
        passage=one if isinstance(one, PassageLine) else None,
        tally=one if isinstance(one, TallyLine) else None,
        given=again.given if again else {},
        problems=again.problems if again else [],
        zone=zone(life.view.row.zone),
    )


def _reverse(
    desk: Desk, activity_id: int, find: Find, row_id: int, form: Form, reverse: Callable[..., int]
) -> Response:
    find(desk, activity_id, row_id)

    def change(tx: Tx) -> Done:
        reverse(tx, row_id, reason=form["reason"])
        return Done(address(activity_id, "attendance"), desk.page.gettext("Reversed."))

    return desk.run(change, lambda again: _reverse_form(desk, activity_id, find, row_id, again), form)
