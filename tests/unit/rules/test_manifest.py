"""The canonical text that a closing signs."""

import json
from datetime import timedelta
from hashlib import sha256

from models.enums import ActivityKind, CheckInSource, Direction, EvidenceKind, TallyMethod
from models.rules.manifest import (
    ActivityRow,
    AttendanceRow,
    EvidenceRow,
    ManifestFacts,
    TallyRow,
    manifest_facts,
    manifest_sha256,
    manifest_text,
)
from tests.unit.rules.samples import OVER

ACTIVITY = ActivityRow(
    id=5, kind=ActivityKind.lecture, title="从学徒到工匠", starts_at=OVER.starts_at, ends_at=OVER.ends_at, team_id=2
)
ARRIVAL = AttendanceRow(id=11, person_id=7, at=OVER.starts_at, direction=Direction.arrival, source=CheckInSource.scan)
DEPARTURE = AttendanceRow(id=12, person_id=7, at=OVER.ends_at, direction=Direction.departure, source=CheckInSource.scan)
TALLY = TallyRow(id=3, count=40, method=TallyMethod.counter, from_at=OVER.starts_at, until_at=OVER.ends_at)
SHEET = EvidenceRow(id=9, kind=EvidenceKind.sign_in_sheet, sha256="ab" * 32)
FACTS = ManifestFacts(activity=ACTIVITY, attendance=(ARRIVAL, DEPARTURE), tallies=(TALLY,), evidence=(SHEET,))


def test_text_is_canonical_json_of_the_plain_facts() -> None:
    text = manifest_text(FACTS)
    assert json.loads(text) == manifest_facts(FACTS)
    assert text.startswith('{"activity":{"ends_at":"2026-03-01T07:30:00+00:00","host_org_id":null,"id":5,')
    assert "从学徒到工匠" in text
    assert manifest_sha256(text) == sha256(text.encode()).hexdigest()


def test_order_of_rows_does_not_matter() -> None:
    shuffled = ManifestFacts(activity=ACTIVITY, attendance=(DEPARTURE, ARRIVAL), tallies=(TALLY,), evidence=(SHEET,))
    assert manifest_text(shuffled) == manifest_text(FACTS)


def test_every_field_changes_the_text() -> None:
    moved = ManifestFacts(
        activity=ACTIVITY,
        attendance=(ARRIVAL, DEPARTURE),
        tallies=(
            TallyRow(
                id=3,
                count=40,
                method=TallyMethod.counter,
                from_at=OVER.starts_at,
                until_at=OVER.ends_at + timedelta(microseconds=1),
            ),
        ),
        evidence=(SHEET,),
    )
    assert manifest_text(moved) != manifest_text(FACTS)
