"""`muster import`: preview, agreement, bad rows by their number, and the way back."""

from pathlib import Path

import pytest

from tests.cli.shell import Ran, Shell

ORGS = "名称,类型,代码\n大冶市样例总工会,union,ORG-1\n样例铜业,company,ORG-2\n"


def write(shell: Shell, text: str, name: str = "orgs.csv") -> str:
    (shell.folder / name).write_text(text, encoding="utf-8-sig")
    return name


def last_line(ran: Ran) -> str:
    assert "Traceback" not in ran.err
    return ran.err.splitlines()[-1]


def test_a_dry_run_tells_and_changes_nothing(house: Shell) -> None:
    name = write(house, ORGS)
    for _ in range(2):
        ran = house.run("import", "orgs", name, "--dry-run")
        assert ran.code == 0, ran.err
        assert "2 new, 0 changed, 0 as before" in ran.out
        assert "Nothing was changed." in ran.out


def test_a_file_is_taken_over_once_changed_and_taken_back(house: Shell) -> None:
    taken = house.run("import", "orgs", write(house, ORGS), "--yes")
    assert taken.code == 0, taken.err
    assert "batch 1" in taken.out
    assert "nothing to take over" in house.run("import", "orgs", "orgs.csv", "--yes").out
    changed = house.run("import", "orgs", write(house, ORGS.replace("样例铜业", "样例铜业集团")), "--yes")
    assert changed.code == 0, changed.err
    assert "样例铜业 → 样例铜业集团" in changed.out
    assert "0 new, 1 changed, 1 as before" in changed.out
    back = house.run("import", "undo", "2")
    assert back.code == 0, back.err
    assert "Batch 2" in back.out
    for batch in ("2", "1"):  # taken back already, and edited since
        again = house.run("import", "undo", batch)
        assert again.code == 2
        assert again.line
    assert house.run("import", "undo", "77").line.startswith("import 77")


def test_bad_rows_are_listed_with_their_number_and_reason(house: Shell) -> None:
    name = write(house, "名称,类型,代码\n好单位,union,A-1\n,union,A-2\n坏单位,club,A-3\n")
    ran = house.run("import", "orgs", name, "--yes")
    assert ran.code == 2
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert len(lines) == 3
    assert "row 3" in lines[0]
    assert "row 4" in lines[1]
    assert lines[2].startswith("orgs.csv: nothing was taken over")
    assert "1 new" in house.run("import", "orgs", write(house, "名称,类型\n好单位,union\n"), "--dry-run").out


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("orgs", "colour,size\nred,7\n"),
        ("people", ""),
        ("venues", "名称\n会议室\n"),
        ("teams", "\x00\x01\x02"),
        ("people", "PK\x03\x04 broken"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(house: Shell, kind: str, content: str) -> None:
    (house.folder / "roster.csv").write_bytes(content.encode())
    ran = house.run("import", kind, "roster.csv", "--yes")
    assert ran.code == 2
    assert ran.line.startswith("roster.csv: ")


def test_a_file_too_large_is_not_read_to_its_end(house: Shell) -> None:
    path = house.folder / "large.csv"
    with path.open("wb") as file:
        file.truncate(2**31)
    ran = house.run("import", "orgs", path.name, "--yes")
    assert ran.code == 2
    assert ran.line.startswith("large.csv: ")


def test_without_agreement_nothing_happens(house: Shell) -> None:
    ran = house.run("import", "orgs", write(house, ORGS))
    assert ran.code == 2
    assert "--yes" in last_line(ran)
    assert "2 new" in house.run("import", "orgs", "orgs.csv", "--dry-run").out


def test_every_kind_of_roster_can_be_imported(house: Shell) -> None:
    write(house, "名称,类别,代码\n样例总队,headquarters,T-1\n", "teams.csv")
    write(house, "姓名,队伍,手机\n李样本,T-1,13800000001\n", "people.csv")
    write(house, "名称,类别,容量\n样例会议室,office,40\n", "venues.csv")
    for kind in ("teams", "people", "venues"):
        ran = house.run("import", kind, str(Path(f"{kind}.csv")), "--yes")
        assert ran.code == 0, (kind, ran.err)
