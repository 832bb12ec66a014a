"""Checks a closed activity against what was signed, with code of its own.

Given the facts as plain values (as the ledger has them today), the signed text and
the signed hash, it names every noun, row and field that differs. What a reversal
added after the closing is as it should be and no finding.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

from audit.findings import Finding
from models.enums import Severity

VERSION = 1

#: Parts of a manifest that are lists of rows, with the noun that a finding calls a row by.
ROW_NOUNS = {"attendance": "attendance", "tallies": "tally", "evidence": "evidence"}

#: What every row must have signed. A writer that drops one of these is found here.
FIELDS: Mapping[str, frozenset[str]] = {
    "activity": frozenset(
        {
            "id", "kind", "title", "starts_at", "ends_at",
            "team_id", "programme_id", "venue_id", "host_org_id", "topic_id",
        }
    ),
    "attendance": frozenset({"id", "person_id", "at", "direction", "source", "reverses_id"}),
    "tallies": frozenset({"id", "count", "method", "from_at", "until_at", "reverses_id"}),
    "evidence": frozenset({"id", "kind", "sha256"}),
}  # fmt: skip

Row = Mapping[str, object]
Facts = Mapping[str, object]


def canonical_text(facts: Facts) -> str:
    """Return the text that a closing over these plain facts signs."""
    manifest: dict[str, object] = {"version": VERSION, "activity": _row(facts.get("activity"))}
    for part in ROW_NOUNS:
        manifest[part] = [row for _, row in sorted(_by_id(facts.get(part)).items())]
    return json.dumps(manifest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def verify_closing(facts: Facts, manifest: str, manifest_sha256: str) -> list[Finding]:
    """Return everything about the closed activity that is no longer as it was signed; empty if all holds."""
    activity = _row(facts.get("activity"))
    subject = f"activity:{activity.get('id')}"
    findings = []
    if sha256(manifest.encode("utf-8")).hexdigest() != manifest_sha256:
        findings.append(Finding("manifest_changed", Severity.fault, subject))
    signed = _parsed(manifest)
    if signed is None:
        return [*findings, Finding("manifest_unreadable", Severity.fault, subject)]
    if signed.get("version") != VERSION:
        return [*findings, Finding("manifest_version", Severity.fault, subject, {"version": signed.get("version")})]
    findings += _compare("activity", subject, _row(signed.get("activity")), activity, FIELDS["activity"])
    for part, noun in ROW_NOUNS.items():
        findings += _compare_rows(noun, _by_id(signed.get(part)), _by_id(facts.get(part)), FIELDS[part])
    return findings


def _compare_rows(
    noun: str, signed: Mapping[int, Row], found: Mapping[int, Row], names: frozenset[str]
) -> list[Finding]:
    findings = []
    for key in sorted(signed.keys() | found.keys()):
        subject = f"{noun}:{key}"
        if key not in found:
            findings.append(Finding("row_missing", Severity.fault, subject, {"noun": noun, "id": key}))
        elif key in signed:
            findings += _compare(noun, subject, signed[key], found[key], names)
        elif found[key].get("reverses_id") is None:
            findings.append(Finding("row_added", Severity.fault, subject, {"noun": noun, "id": key}))
    return findings


def _compare(noun: str, subject: str, signed: Row, found: Row, names: frozenset[str]) -> list[Finding]:
    findings = []
    for name in sorted(names | signed.keys() | found.keys()):
        if name not in signed:
            findings.append(Finding("field_unsigned", Severity.fault, subject, {"noun": noun, "field": name}))
        elif name not in found or signed[name] != found[name] or type(signed[name]) is not type(found[name]):
            params = {"noun": noun, "field": name, "signed": signed[name], "found": found.get(name)}
            findings.append(Finding("field_changed", Severity.fault, subject, params))
    return findings


def _parsed(manifest: str) -> Row | None:
    try:
        signed = json.loads(manifest)
    except ValueError:
        return None
    return signed if isinstance(signed, dict) else None


def _row(value: object) -> Row:
    return value if isinstance(value, Mapping) else {}


def _by_id(value: object) -> dict[int, Row]:
    rows = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    found = {}
    for row in map(_row, rows):
        key = row.get("id")
        if isinstance(key, int):
            found[key] = row
    return found
