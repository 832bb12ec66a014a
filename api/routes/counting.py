"""What is counted at an activity: check-ins, tallies, documents, and the signature under it."""

import base64
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from starlette.responses import Response

from api.routes.writing import WriterDep
from api.schemas.activities import ClosingOut, DocumentOut, PassageOut, TallyOut
from api.schemas.common import Instant, ListOf
from api.schemas.counting import CheckInIn, ReverseIn, RowOut, TallyIn
from models.enums import EvidenceKind
from models.errors import NotFound
from services import attendance, closings, evidence, tallies
from services.evidence import LARGEST_BYTES
from services.queries.timeline import timeline
from services.unit_of_work import Tx
from web.deps import ActorDep, RowId, UowDep

router = APIRouter(tags=["counting"])

FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The document", "content": {kind: {} for _, kind in evidence.SIGNATURES}}
}


def _row(_tx: Tx, row_id: int) -> RowOut:
    return RowOut(id=row_id)


def _closing(tx: Tx, activity_id: int) -> ClosingOut:
    tx.session.flush()
    found = timeline(tx, activity_id).closing
    if found is None:
        raise NotFound("closing", activity_id)
    return ClosingOut.of(found)


@router.get("/activities/{activity_id}/check-ins")
def list_check_ins(uow: UowDep, actor: ActorDep, activity_id: RowId) -> ListOf[PassageOut]:
    """List every row of attendance, reversals included."""
    with uow.read(actor) as tx:
        return ListOf(items=[PassageOut.of(row) for row in timeline(tx, activity_id).passages])


@router.post("/activities/{activity_id}/check-ins", status_code=201, response_model=RowOut)
def check_in(writer: WriterDep, activity_id: RowId, given: CheckInIn) -> Response:
    """Write down that a person came or left; the same nonce is the same passage."""
    return writer.create(attendance.check_in, _row, activity_id, **given.values())


@router.post("/activities/{activity_id}/check-ins/{check_in_id}/reverse", status_code=201, response_model=RowOut)
def reverse_check_in(writer: WriterDep, activity_id: RowId, check_in_id: RowId, given: ReverseIn) -> Response:
    """Take a row of attendance back by another row."""
    return writer.create(attendance.reverse, _row, check_in_id, reason=given.reason, activity_id=activity_id)


@router.get("/activities/{activity_id}/tallies")
def list_tallies(uow: UowDep, actor: ActorDep, activity_id: RowId) -> ListOf[TallyOut]:
    """List every tally, reversals included."""
    with uow.read(actor) as tx:
        return ListOf(items=[TallyOut.of(row) for row in timeline(tx, activity_id).tallies])


@router.post("/activities/{activity_id}/tallies", status_code=201, response_model=RowOut)
def add_tally(writer: WriterDep, activity_id: RowId, given: TallyIn) -> Response:
    """Write down heads that are not on the named list."""
    return writer.create(tallies.add, _row, activity_id, **given.values())


@router.post("/activities/{activity_id}/tallies/{tally_id}/reverse", status_code=201, response_model=RowOut)
def reverse_tally(writer: WriterDep, activity_id: RowId, tally_id: RowId, given: ReverseIn) -> Response:
    """Take a tally back by another row."""
    return writer.create(tallies.reverse, _row, tally_id, reason=given.reason, activity_id=activity_id)


@router.get("/activities/{activity_id}/evidence")
def list_evidence(uow: UowDep, actor: ActorDep, activity_id: RowId) -> ListOf[DocumentOut]:
    """List the documents of an activity."""
    with uow.read(actor) as tx:
        return ListOf(items=[DocumentOut.of(row) for row in timeline(tx, activity_id).documents])


@router.post("/activities/{activity_id}/evidence", status_code=201, response_model=RowOut)
def add_evidence(
    writer: WriterDep,
    activity_id: RowId,
    file: Annotated[UploadFile, File()],
    kind: Annotated[EvidenceKind, Form()],
    taken_at: Annotated[Instant | None, Form()] = None,
) -> Response:
    """File a document: JPEG, PNG or PDF of at most 10 MB, told by its bytes."""
    content = file.file.read(LARGEST_BYTES + 1)
    name = file.filename or ""
    return writer.create(evidence.add, _row, activity_id, file_name=name, content=content, kind=kind, taken_at=taken_at)


@router.get("/activities/{activity_id}/evidence/{evidence_id}", response_class=Response, responses=FILE)
def read_evidence(uow: UowDep, actor: ActorDep, activity_id: RowId, evidence_id: RowId) -> Response:
    """Return a document, checked against its hash."""
    with uow.read(actor) as tx:
        row, content = evidence.open_bytes(tx, evidence_id)
        if row.activity_id != activity_id:
            raise NotFound("evidence", evidence_id)
    digest = base64.b64encode(bytes.fromhex(row.sha256)).decode()
    headers = {"Content-Disposition": "attachment", "Repr-Digest": f"sha-256=:{digest}:"}
    return Response(content, media_type=row.media_type, headers=headers)


@router.get("/activities/{activity_id}/closing")
def read_closing(uow: UowDep, actor: ActorDep, activity_id: RowId) -> ClosingOut:
    """Return the signature under an activity; 404 until it is signed."""
    with uow.read(actor) as tx:
        return _closing(tx, activity_id)


@router.post("/activities/{activity_id}/closing", status_code=201, response_model=ClosingOut)
def sign(writer: WriterDep, activity_id: RowId) -> Response:
    """Sign a held activity, so that it counts, and return the signature; the same as `/close`."""

    def change(tx: Tx) -> ClosingOut:
        closings.sign(tx, activity_id)
        return _closing(tx, activity_id)

    return writer.write(change, status=201)
