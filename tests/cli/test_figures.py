"""`muster figures`: what is counted, for whom, until when."""

import json
from typing import Any

import pytest

from models.enums import CountingKind
from models.rules.counting import DEFINITIONS
from tests.cli.shell import Shell

FEBRUARY = ("figures", "--from", "2026-02-01", "--to", "2026-02-28")


def values(shell: Shell, *more: str) -> dict[str, Any]:
    ran = shell.run(*FEBRUARY, *more, "--json")
    assert ran.code == 0, ran.err
    return {row["definition"]: row for row in json.loads(ran.out)["figures"]}


def test_json_holds_every_figure_with_its_definition_and_mix(sample: Shell) -> None:
    found = values(sample)
    assert list(found) == list(DEFINITIONS)
    for row in found.values():
        assert sum(row["mix"].values()) == row["value"]
        assert (row["from_on"], row["until_on"]) == ("2026-02-01", "2026-03-01")
    assert found["activity.sessions@1"]["value"] == 28
    assert all(found["activity.person_times@1"]["mix"].values())  # all four classes of evidence


def test_each_kind_of_counting_stands_by_itself(sample: Shell) -> None:
    lines = sample.run(*FEBRUARY).out.splitlines()
    heads = [line for line in lines if "\t" not in line]
    kinds = {definition.kind for definition in DEFINITIONS.values()}
    assert len(heads) == len(kinds) < len(CountingKind)
    block: list[str] = []
    for line in [*lines, "end"]:
        if "\t" not in line:
            assert len({DEFINITIONS[name].kind for name in block}) <= 1
            block = []
        else:
            block.append(line.split("\t")[0])


def test_team_programme_and_as_of_narrow_the_count(sample: Shell) -> None:
    whole = values(sample)["activity.sessions@1"]["value"]
    lectures = values(sample, "--programme", "LECTURE")["activity.sessions@1"]["value"]
    assert values(sample, "--programme", "lecture")["activity.sessions@1"]["value"] == lectures
    assert 0 < lectures < whole
    squad = values(sample, "--team", "2")["activity.sessions@1"]["value"]
    assert 0 < squad < whole
    earlier = values(sample, "--as-of", "2026-02-15")["activity.sessions@1"]["value"]
    assert 0 < earlier < whole
    instant = values(sample, "--as-of", "2026-02-16T00:00+08:00")["activity.sessions@1"]["value"]
    assert instant == earlier


def test_a_correction_after_the_closing_shows_from_its_day_on(sample: Shell) -> None:
    heads = [values(sample, "--as-of", day)["service.person_times@1"]["value"] for day in ("2026-02-02", "2026-02-28")]
    assert heads[0] > 0
    alone = ("figures", "--from", "2026-02-01", "--to", "2026-02-01", "--json", "--as-of")
    before, after = (json.loads(sample.run(*alone, day).out)["figures"] for day in ("2026-02-02", "2026-02-28"))
    index = list(DEFINITIONS).index("service.person_times@1")
    assert before[index]["value"] > after[index]["value"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--from", "2026-02-30", "--to", "2026-03-01"], "--from"),
        (["--from", "2026-02-01", "--to", "March"], "--to"),
        (["--from", "2026-03-01", "--to", "2026-02-01"], "--to"),
        (["--from", "2026-02-01", "--to", "2026-02-28", "--as-of", "2026-02-15T12:00"], "--as-of"),
        (["--from", "2026-02-01", "--to", "2026-02-28", "--as-of", "soon"], "--as-of"),
        (["--from", "2026-02-01", "--to", "2026-02-28", "--team", "4711"], "4711"),
        (["--from", "2026-02-01", "--to", "2026-02-28", "--programme", "NONE"], "NONE"),
        (["--from", "2026-02-01", "--to", "2026-02-28", "--programme", "4711"], "4711"),
    ],
)
def test_bad_input_is_named(house: Shell, arguments: list[str], named: str) -> None:
    ran = house.run("figures", *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert named in ran.line
