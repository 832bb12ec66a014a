"""Evidence: documents and photos, kept outside the database under the hash of their bytes."""

import hashlib
import os
import re
import tempfile
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select

from models.enums import ActivityState, EvidenceKind, UserRole
from models.errors import Conflict, Invalid, NotFound, Unavailable
from models.events import EvidenceAdded
from models.rules.verdicts import Reason
from models.tables.evidence import Evidence
from services import access, activity_rows
from services.unit_of_work import Tx

LARGEST_BYTES = 10 * 1024 * 1024
NAME_LIMIT = 120
UNSAFE = re.compile(r"[^\w.\- ()（）]+")
#: What a file may be, told by its first bytes, never by its name.
SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


def add(
    tx: Tx, activity_id: int, *, file_name: str, content: bytes, kind: EvidenceKind, taken_at: datetime | None = None
) -> int:
    """File a document for an activity that is not closed; return the row's id.

    The same bytes at the same activity are one document. The file is on disk before the
    row is written; a file whose row was never written is harmless.

    Raises:
        Invalid: empty, too large, or no kind of file that is taken.
        Conflict: the activity is closed or cancelled. Forbidden, NotFound, Unavailable.
    """
    activity = activity_rows.led(tx, activity_id)
    if activity.state in {ActivityState.closed, ActivityState.cancelled}:
        raise Conflict(Reason("closed_for_good" if activity.state is ActivityState.closed else "activity_cancelled"))
    media_type = _checked_type(content)
    sha256 = hashlib.sha256(content).hexdigest()
    known = tx.session.exec(
        select(Evidence).where(col(Evidence.activity_id) == activity.id, col(Evidence.sha256) == sha256)
    ).first()
    if known is not None:
        return known.id
    _store(_path(tx, sha256), content)
    row = tx.add(
        Evidence(
            activity_id=activity.id,
            sha256=sha256,
            kind=kind,
            file_name=safe_name(file_name),
            media_type=media_type,
            size_bytes=len(content),
            taken_at=taken_at,
            uploaded_by_id=tx.actor.user_id,
            uploaded_at=tx.now,
        )
    )
    tx.record(EvidenceAdded(subject_id=row.id, activity_id=activity.id, sha256=sha256, kind=kind.value))
    return row.id


def open_bytes(tx: Tx, evidence_id: int) -> tuple[Evidence, bytes]:
    """Return a document with its bytes, checked against their hash on every read.

    Raises:
        NotFound: no such document for this actor. Conflict: the file is gone or was changed.
    """
    row = tx.get(Evidence, evidence_id, noun="evidence", for_update=False)
    access.require_seen(tx.session, tx.actor, row.activity_id)
    if not tx.actor.has(access.LEADING | {UserRole.auditor}):
        raise NotFound("evidence", evidence_id)
    try:
        content = _path(tx, row.sha256).read_bytes()
    except OSError as error:
        raise Conflict(Reason("evidence_gone", {"id": evidence_id})) from error
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Conflict(Reason("evidence_changed", {"id": evidence_id}))
    return row, content


def safe_name(file_name: str) -> str:
    """Return a name without folders or anything a shell or header could stumble on."""
    base = UNSAFE.sub("_", re.split(r"[/\\]", file_name)[-1]).strip(" .")
    stem, dot, ending = base.rpartition(".")
    short = f"{(stem or ending)[: NAME_LIMIT - 12]}{dot if stem else ''}{ending[:10] if stem else ''}"
    return short or "file"


def _checked_type(content: bytes) -> str:
    if not content:
        raise Invalid(Reason("file_empty", {"field": "file"}))
    if len(content) > LARGEST_BYTES:
        raise Invalid(Reason("file_too_large", {"field": "file", "megabytes": LARGEST_BYTES // 1024 // 1024}))
    for signature, media_type in SIGNATURES:
        if content.startswith(signature):
            return media_type
    raise Invalid(Reason("file_type_refused", {"field": "file"}))


def _path(tx: Tx, sha256: str) -> Path:
    return tx.settings.data_dir / "evidence" / sha256[:2] / sha256


def _store(path: Path, content: bytes) -> None:
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise Unavailable(Reason("disk_refused")) from error
