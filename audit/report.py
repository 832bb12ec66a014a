"""Findings as plain table rows, for a terminal, a page or a file."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from audit.findings import Finding
from models.enums import Severity

_ORDER = {Severity.fault: 0, Severity.warning: 1, Severity.note: 2}


class ReportRow(NamedTuple):
    """One line of a report."""

    severity: str
    code: str
    subject: str
    explanation: str


def report_rows(findings: Iterable[Finding], explain: Callable[[Finding], str] | None = None) -> list[ReportRow]:
    """Return the rows, worst first and otherwise in the order found.

    `explain` puts a finding into a sentence of the reader's language; without it the
    values are listed as they are.
    """
    say = explain or _listed
    ordered = sorted(findings, key=lambda finding: _ORDER[finding.severity])
    return [ReportRow(found.severity.value, found.code, found.subject, say(found)) for found in ordered]


def is_clean(findings: Iterable[Finding]) -> bool:
    """Tell whether nothing worse than a note was found."""
    return all(finding.severity is Severity.note for finding in findings)


def _listed(finding: Finding) -> str:
    return ", ".join(f"{name}={value}" for name, value in finding.params.items())
