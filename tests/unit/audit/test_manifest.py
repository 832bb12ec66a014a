"""Closed activities against what was signed."""

import json
from copy import deepcopy
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.findings import Finding
from audit.manifest import FIELDS, canonical_text, verify_closing
from models.enums import ActivityKind, CheckInSource, Direction, EvidenceKind, Severity, TallyMethod
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
from tests.unit.rules.samples import OVER, instants

FACTS = ManifestFacts(
    activity=ActivityRow(
        id=5, kind=ActivityKind.lecture, title="从学徒到工匠", starts_at=OVER.starts_at, ends_at=OVER.ends_at, team_id=2
    ),
    attendance=tuple(
        AttendanceRow(
            id=number,
            person_id=number + 100,
            at=OVER.starts_at,
            direction=Direction.arrival,
            source=CheckInSource.scan,
        )
        for number in (11, 12, 13)
    ),
    tallies=(TallyRow(id=3, count=40, method=TallyMethod.counter, from_at=OVER.starts_at, until_at=OVER.ends_at),),
    evidence=(EvidenceRow(id=9, kind=EvidenceKind.sign_in_sheet, sha256="ab" * 32),),
)
TEXT = manifest_text(FACTS)
SHA256 = manifest_sha256(TEXT)


def ledger() -> dict[str, Any]:
    """Return the plain facts, to be tampered with."""
    return deepcopy(manifest_facts(FACTS))


def shown(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.subject) for finding in findings]


def test_untouched_closing_holds() -> None:
    assert verify_closing(ledger(), TEXT, SHA256) == []


def test_checker_knows_every_field_that_the_writer_signs() -> None:
    signed = json.loads(TEXT)
    assert FIELDS["activity"] == signed["activity"].keys()
    for part in ("attendance", "tallies", "evidence"):
        assert FIELDS[part] == signed[part][0].keys()


_rows = st.builds(
    AttendanceRow,
    id=st.integers(1, 10**6),
    person_id=st.integers(1, 10**6),
    at=instants(),
    direction=st.sampled_from(Direction),
    source=st.sampled_from(CheckInSource),
    reverses_id=st.none() | st.integers(1, 99),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(_rows, max_size=5, unique_by=lambda row: row.id), st.text(max_size=20), instants())
def test_writer_and_checker_write_the_same_text(rows: list[AttendanceRow], title: str, starts_at: datetime) -> None:
    activity = ActivityRow(
        id=5,
        kind=ActivityKind.service,
        title=title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        team_id=2,
        host_org_id=8,
    )
    facts = ManifestFacts(activity=activity, attendance=tuple(rows), evidence=FACTS.evidence)
    plain = manifest_facts(facts)
    plain["attendance"] = list(reversed(plain["attendance"]))  # type: ignore[call-overload]
    assert canonical_text(plain) == manifest_text(facts)


def test_checker_writes_the_signed_text() -> None:
    assert canonical_text(ledger()) == TEXT


def test_changed_field_is_named_with_both_values() -> None:
    now = ledger()
    now["attendance"][1]["person_id"] = 999
    now["tallies"][0]["count"] = 400
    now["activity"]["title"] = "别的"
    findings = verify_closing(now, TEXT, SHA256)
    assert shown(findings) == [
        ("field_changed", "activity:5"),
        ("field_changed", "attendance:12"),
        ("field_changed", "tally:3"),
    ]
    assert findings[1].params == {"noun": "attendance", "field": "person_id", "signed": 112, "found": 999}
    assert all(finding.severity is Severity.fault for finding in findings)


def test_number_that_became_a_text_is_a_change() -> None:
    now = ledger()
    now["tallies"][0]["count"] = 40.0
    assert shown(verify_closing(now, TEXT, SHA256)) == [("field_changed", "tally:3")]


def test_row_that_is_gone_and_row_that_was_added() -> None:
    now = ledger()
    gone = now["attendance"].pop(0)
    now["evidence"].append({"id": 10, "kind": "photo", "sha256": "cd" * 32})
    now["attendance"].append(gone | {"id": 99})
    assert shown(verify_closing(now, TEXT, SHA256)) == [
        ("row_missing", "attendance:11"),
        ("row_added", "attendance:99"),
        ("row_added", "evidence:10"),
    ]


def test_reversal_after_the_closing_is_as_it_should_be() -> None:
    now = ledger()
    now["attendance"].append(now["attendance"][0] | {"id": 40, "reverses_id": 11})
    now["tallies"].append(now["tallies"][0] | {"id": 8, "reverses_id": 3})
    assert verify_closing(now, TEXT, SHA256) == []


def test_changed_manifest_is_found_even_where_it_fits_the_rows() -> None:
    now = ledger()
    now["tallies"][0]["count"] = 400
    forged = TEXT.replace('"count":40,', '"count":400,')
    assert shown(verify_closing(now, forged, SHA256)) == [("manifest_changed", "activity:5")]


@pytest.mark.parametrize("text", ["", "{", "[]", "7"])
def test_unreadable_manifest_is_a_finding(text: str) -> None:
    digest = sha256(text.encode()).hexdigest()
    assert shown(verify_closing(ledger(), text, digest)) == [("manifest_unreadable", "activity:5")]
    assert shown(verify_closing(ledger(), text, SHA256))[0] == ("manifest_changed", "activity:5")


def test_manifest_of_another_version_is_not_guessed_at() -> None:
    text = TEXT.replace('"version":1', '"version":2')
    findings = verify_closing(ledger(), text, manifest_sha256(text))
    assert shown(findings) == [("manifest_version", "activity:5")]
    assert findings[0].params == {"version": 2}


def test_field_that_was_never_signed_is_named() -> None:
    signed = json.loads(TEXT)
    del signed["attendance"][0]["source"]
    text = json.dumps(signed)
    findings = verify_closing(ledger(), text, manifest_sha256(text))
    assert shown(findings) == [("field_unsigned", "attendance:11")]


def test_field_that_the_ledger_lost_is_named() -> None:
    now = ledger()
    del now["activity"]["team_id"]
    findings = verify_closing(now, TEXT, SHA256)
    assert [finding.params["found"] for finding in findings] == [None]


@pytest.mark.parametrize("rows", [None, "rows", [7], [{"id": "11"}], {}])
def test_rows_that_are_none_count_as_missing(rows: object) -> None:
    now = ledger() | {"tallies": rows}
    assert shown(verify_closing(now, TEXT, SHA256)) == [("row_missing", "tally:3")]


def test_missing_activity_is_compared_like_any_other() -> None:
    findings = verify_closing({**ledger(), "activity": None}, TEXT, SHA256)
    assert {finding.code for finding in findings} == {"field_changed"}
    assert len(findings) == len(FIELDS["activity"])


@given(st.integers(0, len(TEXT.encode()) - 1), st.integers(0, 7))
def test_one_flipped_bit_in_the_manifest_is_found(position: int, bit: int) -> None:
    raw = bytearray(TEXT.encode())
    raw[position] ^= 1 << bit
    forged = raw.decode(errors="replace")
    assert verify_closing(ledger(), forged, SHA256)
