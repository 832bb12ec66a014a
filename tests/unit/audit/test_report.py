"""Findings as rows."""

from audit.findings import Finding
from audit.report import ReportRow, is_clean, report_rows
from models.enums import Severity

FAULT = Finding("row_missing", Severity.fault, "tally:3", {"noun": "tally", "id": 3})
NOTE = Finding("calendar_note", Severity.note, "activity:1")
WARNING = Finding("far_away", Severity.warning, "activity:2", {"km": 40})


def test_worst_comes_first_and_values_are_listed() -> None:
    assert report_rows([NOTE, WARNING, FAULT, NOTE]) == [
        ReportRow("fault", "row_missing", "tally:3", "noun=tally, id=3"),
        ReportRow("warning", "far_away", "activity:2", "km=40"),
        ReportRow("note", "calendar_note", "activity:1", ""),
        ReportRow("note", "calendar_note", "activity:1", ""),
    ]


def test_sentences_come_from_the_reader_s_language() -> None:
    (row,) = report_rows([FAULT], explain=lambda finding: f"{finding.params['id']}号不见了")
    assert row.explanation == "3号不见了"


def test_notes_alone_are_clean() -> None:
    assert is_clean([NOTE])
    assert is_clean([])
    assert not is_clean([NOTE, WARNING])
