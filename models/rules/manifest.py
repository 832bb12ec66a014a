"""What a closing signs: one canonical text of an activity and every row behind its count.

The text is what `closings` keeps and the hash of which goes into history. It names
people by id only, so that an erasure leaves it valid. `audit.manifest` checks it
with code of its own; a test holds the two together.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import Enum

from models.enums import ActivityKind, CheckInSource, Direction, EvidenceKind, TallyMethod

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """What of the activity itself is signed."""

    id: int
    kind: ActivityKind
    title: str
    starts_at: datetime
    ends_at: datetime
    team_id: int
    programme_id: int | None = None
    venue_id: int | None = None
    host_org_id: int | None = None
    topic_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRow:
    """One row of attendance; `reverses_id` names the row that it takes back.

    The evidence class is not signed: it follows from these rows, and a reversal after
    the closing may rightly change it.
    """

    id: int
    person_id: int
    at: datetime
    direction: Direction
    source: CheckInSource
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyRow:
    """One tally; `reverses_id` names the row that it takes back."""

    id: int
    count: int
    method: TallyMethod
    from_at: datetime
    until_at: datetime
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One document, by the hash of its bytes."""

    id: int
    kind: EvidenceKind
    sha256: str


SignedRow = ActivityRow | AttendanceRow | TallyRow | EvidenceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFacts:
    """Everything behind one closing; the order of the rows does not matter."""

    activity: ActivityRow
    attendance: tuple[AttendanceRow, ...] = ()
    tallies: tuple[TallyRow, ...] = ()
    evidence: tuple[EvidenceRow, ...] = ()


def manifest_facts(facts: ManifestFacts) -> dict[str, object]:
    """Return the facts as plain JSON values, rows by id: what `audit.manifest` is given to check."""
    return {
        "version": VERSION,
        "activity": _plain(facts.activity),
        "attendance": _rows(facts.attendance),
        "tallies": _rows(facts.tallies),
        "evidence": _rows(facts.evidence),
    }


def manifest_text(facts: ManifestFacts) -> str:
    """Return the one text that is signed: JSON with sorted keys, no spaces, instants in UTC."""
    return json.dumps(manifest_facts(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def manifest_sha256(text: str) -> str:
    """Return the hex digest that binds a manifest."""
    return hashlib.sha256(text.encode()).hexdigest()


def _rows(rows: Sequence[SignedRow]) -> list[dict[str, object]]:
    return [_plain(row) for row in sorted(rows, key=lambda row: row.id)]


def _plain(row: SignedRow) -> dict[str, object]:
    return {field.name: _value(getattr(row, field.name)) for field in fields(row)}


def _value(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value
