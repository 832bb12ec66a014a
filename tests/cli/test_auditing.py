"""`muster audit`: a sample that holds, and every way of changing it behind the program's back."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.shell import Ran, Shell


def tamper(shell: Shell, *statements: str) -> None:
    """Change rows as the owner of the database can, guards taken off first."""
    with closing(sqlite3.connect(shell.database_path)) as connection, connection:
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in guards:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount == 1, statement


def found(ran: Ran, subject: str) -> None:
    """Check that a record was named, the first one on standard error."""
    assert ran.code == 1, ran.out
    assert ran.line == f"First bad record: {subject}"
    assert any(line.startswith(f"{subject}\t") for line in ran.out.splitlines())


def test_the_sample_holds(sample: Shell) -> None:
    ran = sample.run("audit", "verify")
    assert (ran.code, ran.err) == (0, "")
    history, closings, figures = ran.out.splitlines()
    assert "entries hold" in history
    assert "Closings: 28 hold" in closings
    assert "recounted, all the same" in figures


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        ("UPDATE history SET body = replace(body, 'activity', 'actIvity') WHERE seq = (SELECT min(seq) FROM history WHERE event = 'activity.released')", None),
        ("UPDATE history SET at = '2026-02-01 00:00:00.000000' WHERE seq = 300", "history:300"),
        ("DELETE FROM history WHERE seq = 500", "history:500"),
        ("DELETE FROM history WHERE seq = (SELECT max(seq) FROM history)", None),
        ("UPDATE attendances SET at = '2026-02-02 01:00:00.000000' WHERE id = 1", "attendance:1"),
        ("UPDATE attendances SET person_id = person_id + 1 WHERE id = 1", "attendance:1"),
        ("UPDATE tallies SET count = count + 1 WHERE id = 3", "tally:3"),
        ("DELETE FROM tallies WHERE id = 3", "tally:3"),
        ("UPDATE evidence SET kind = 'other' WHERE id = 2", "evidence:2"),
        ("UPDATE closings SET manifest = replace(manifest, '{', '{ ') WHERE id = 4", None),
        ("UPDATE closings SET manifest_sha256 = 'f' || substr(manifest_sha256, 2) WHERE id = 4 AND manifest_sha256 NOT LIKE 'f%'", None),
        ("UPDATE activities SET title = title || '。' WHERE id = 5", "activity:5"),
    ],
)  # fmt: skip
def test_one_changed_byte_is_found_and_named(sample: Shell, statement: str, subject: str | None) -> None:
    tamper(sample, statement)
    ran = sample.run("audit", "verify")
    if subject is None:
        kind = "history" if "history" in statement else "activity"
        subject = ran.line.removeprefix("First bad record: ")
        assert subject.startswith(f"{kind}:")
    found(ran, subject)


def test_rows_slipped_in_or_taken_away_with_their_closing_are_found(sample: Shell) -> None:
    tamper(
        sample,
        "INSERT INTO tallies (activity_id, count, method, counter, second_counter, from_at, until_at, recorded_at, reason) "
        "SELECT activity_id, 5, method, counter, second_counter, from_at, until_at, recorded_at, '' FROM tallies WHERE id = 3",
        "DELETE FROM closings WHERE id = 7",
        "UPDATE activities SET state = 'held', closed_at = NULL WHERE id = (SELECT min(id) FROM activities WHERE closed_at IS NOT NULL "
        "AND id NOT IN (SELECT activity_id FROM closings))",
    )
    ran = sample.run("audit", "verify")
    assert ran.code == 1
    codes = {line.split("\t")[1] for line in ran.out.splitlines() if "\t" in line}
    assert codes == {"row_added", "closing_missing"}


def test_a_changed_or_lost_document_is_found(sample: Shell) -> None:
    files = sorted((sample.folder / "var" / "evidence").rglob("*/*"))
    content = bytearray(files[0].read_bytes())
    content[40] ^= 1
    files[0].write_bytes(content)
    files[1].unlink()
    ran = sample.run("audit", "verify")
    assert ran.code == 1
    assert {line.split("\t")[1] for line in ran.out.splitlines() if "\t" in line} == {
        "evidence_changed",
        "evidence_gone",
    }


def test_a_checkpoint_finds_a_history_that_was_written_anew(sample: Shell) -> None:
    assert sample.run("audit", "checkpoint", "end.json").code == 0
    path = sample.folder / "end.json"
    head = json.loads(path.read_text())
    assert head.keys() == {"seq", "sha256"}
    assert sample.run("audit", "verify", "--from-checkpoint", "end.json").code == 0
    middle = sample.folder / "middle.json"
    with closing(sqlite3.connect(sample.database_path)) as connection:
        (sha256,) = connection.execute("SELECT entry_sha256 FROM history WHERE seq = 400").fetchone()
    middle.write_text(json.dumps({"seq": 400, "sha256": sha256}))
    ran = sample.run("audit", "verify", "--from-checkpoint", "middle.json")
    assert ran.code == 0
    assert f"{head['seq'] - 400} entries" in ran.out
    for name, seq in (("end", head["seq"]), ("middle", 400), ("beyond", head["seq"] + 1)):
        (sample.folder / f"{name}.json").write_text(json.dumps({"seq": seq, "sha256": "0" * 64}))
        assert sample.run("audit", "verify", "--from-checkpoint", f"{name}.json").code == 1


@pytest.mark.parametrize(
    "text", ["", "[]", '{"seq": 1}', '{"seq": true, "sha256": "' + "0" * 64 + '"}', '{"seq": 1, "sha256": "x"}']
)
def test_what_is_no_checkpoint_is_refused(house: Shell, text: str) -> None:
    (house.folder / "point.json").write_text(text)
    ran = house.run("audit", "verify", "--from-checkpoint", "point.json")
    assert ran.code == 2
    assert "point.json" in ran.line


def test_an_empty_house_holds_and_has_no_checkpoint(house: Shell) -> None:
    assert house.run("audit", "verify").code == 0
    ran = house.run("audit", "checkpoint", "point.json")
    assert ran.code == 2
    assert not Path(house.folder / "point.json").exists()


def test_a_checkpoint_never_overwrites(sample: Shell) -> None:
    (sample.folder / "point.json").write_text("precious")
    assert sample.run("audit", "checkpoint", "point.json").code == 2
    assert (sample.folder / "point.json").read_text() == "precious"
