"""What counts, what adds up, and that rows always sum to the figure."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enums import ActivityKind, CountingKind, EvidenceClass
from models.rules.counting import (
    ADDITIVITY,
    DEFINITIONS,
    FigureDefinition,
    LedgerRow,
    contribution,
    contributions,
    counted_rows,
    figures,
    may_add,
    session_class,
)
from models.values import EvidenceMix, Figure
from tests.unit.rules.samples import CLOSED_AT, codes, ledgers

A, B, C, D = EvidenceClass
FROM, UNTIL = date(2026, 1, 1), date(2026, 2, 1)


def row(activity_id: int = 1, **changes: Any) -> LedgerRow:
    base: dict[str, Any] = {
        "activity_id": activity_id,
        "kind": ActivityKind.lecture,
        "on": date(2026, 1, 15),
        "team_id": 1,
        "closed_at": CLOSED_AT,
    }
    return LedgerRow(**(base | changes))


def found(rows: list[LedgerRow], definition: str) -> Figure:
    return next(f for f in figures(rows, FROM, UNTIL, CLOSED_AT) if f.definition == definition)


def test_every_kind_of_counting_says_whether_it_adds_up() -> None:
    assert set(ADDITIVITY) == set(CountingKind)


def test_definitions_have_stable_versioned_ids() -> None:
    assert all(name == definition.definition and name.endswith("@1") for name, definition in DEFINITIONS.items())
    assert {
        "activity.sessions@1",
        "activity.person_times@1",
        "activity.persons@1",
        "activity.hosts@1",
        "lecture.sessions@1",
        "lecture.hosts@1",
        "service.persons@1",
    } <= set(DEFINITIONS)
    assert DEFINITIONS["lecture.sessions@1"].is_additive
    assert not DEFINITIONS["activity.persons@1"].is_additive


def test_only_activities_closed_by_then_and_inside_the_period_count() -> None:
    rows = [
        row(1, closed_at=None),
        row(2, closed_at=CLOSED_AT + timedelta(seconds=1)),
        row(3, on=date(2025, 12, 31)),
        row(4, on=UNTIL),
        row(6, on=FROM),
        row(5, on=FROM),
        row(7, on=date(2026, 1, 31)),
    ]
    assert [r.activity_id for r in counted_rows(rows, FROM, UNTIL, CLOSED_AT)] == [5, 6, 7]


def test_activity_reported_by_two_teams_counts_once() -> None:
    rows = [row(1, team_id=1, heads=((7, A),)), row(1, team_id=2, heads=((7, A),))]
    assert found(rows, "activity.sessions@1").value == 1
    assert found(rows, "activity.person_times@1").value == 1


def test_tally_counts_heads_beyond_the_named_ones() -> None:
    figure = found([row(heads=((7, A), (8, B)), tallies=((40, D), (5, B)))], "lecture.person_times@1")
    assert figure.value == 47
    assert figure.mix == EvidenceMix(a=1, b=6, d=40)


def test_person_counts_once_an_activity_with_the_strongest_evidence() -> None:
    figure = found([row(heads=((7, D), (7, B), (7, C)))], "activity.person_times@1")
    assert figure.mix == EvidenceMix(b=1)


def test_distinct_persons_are_counted_once_over_activities() -> None:
    rows = [row(1, heads=((7, D), (8, C))), row(2, heads=((7, A),), tallies=((9, D),))]
    figure = found(rows, "activity.persons@1")
    assert figure.value == 2
    assert figure.mix == EvidenceMix(a=1, c=1)


def test_distinct_hosts_leave_out_activities_without_one() -> None:
    rows = [row(1, host_org_id=4, heads=((7, A),)), row(2, host_org_id=4), row(3, host_org_id=5), row(4)]
    figure = found(rows, "lecture.hosts@1")
    assert figure.value == 2
    assert figure.mix == EvidenceMix(a=1, d=1)
    assert figure.kind is CountingKind.organisations


def test_figures_of_a_kind_look_at_that_kind_only() -> None:
    rows = [row(1), row(2, kind=ActivityKind.service), row(3, kind=ActivityKind.meeting)]
    assert found(rows, "lecture.sessions@1").value == 1
    assert found(rows, "service.sessions@1").value == 1
    assert found(rows, "activity.sessions@1").value == 3


def test_figures_carry_their_scope() -> None:
    result = figures([], FROM, UNTIL, CLOSED_AT, team_id=3, programme_id=4)
    assert [f.definition for f in result] == list(DEFINITIONS)
    assert all((f.value, f.team_id, f.programme_id, f.as_of) == (0, 3, 4, CLOSED_AT) for f in result)


@pytest.mark.parametrize(
    ("heads", "tallies", "expected"),
    [
        ((), (), D),
        (((7, C), (8, B)), (), B),
        ((), ((3, B),), B),
        (((7, C),), ((0, A),), C),
    ],
)
def test_session_stands_on_its_strongest_evidence(heads: Any, tallies: Any, expected: EvidenceClass) -> None:
    assert session_class(row(heads=heads, tallies=tallies)) is expected


def test_contribution_of_one_activity() -> None:
    one = row(host_org_id=4, heads=((7, A), (8, A), (7, B)), tallies=((40, D),))
    expected = {"activity.sessions@1": 1, "activity.person_times@1": 42, "activity.persons@1": 2, "lecture.hosts@1": 1}
    assert {name: contribution(DEFINITIONS[name], one) for name in expected} == expected
    assert contribution(DEFINITIONS["service.sessions@1"], one) == 0


def test_rows_behind_a_distinct_count_list_their_members() -> None:
    rows = [row(2, on=FROM, heads=((7, D), (8, D))), row(1, heads=((7, A),)), row(3, tallies=((5, D),))]
    parts = contributions(DEFINITIONS["activity.persons@1"], rows, FROM, UNTIL, CLOSED_AT)
    assert [(p.activity_id, p.count, p.members) for p in parts] == [
        (2, 2, frozenset({7, 8})),
        (1, 0, frozenset({7})),
    ]
    assert parts[0].mix == EvidenceMix(a=1, d=1)


def test_unlike_kinds_are_never_added() -> None:
    assert codes(may_add(CountingKind.persons, CountingKind.person_times, "time")) == ["kinds_differ"]


@pytest.mark.parametrize(
    ("kind", "across", "is_allowed"),
    [
        (CountingKind.sessions, "time", True),
        (CountingKind.sessions, "bodies", True),
        (CountingKind.persons, "time", False),
        (CountingKind.percent, "bodies", False),
        (CountingKind.stock, "time", False),
        (CountingKind.stock, "bodies", True),
    ],
)
def test_like_kinds_are_added_where_they_add_up(kind: CountingKind, across: Any, is_allowed: bool) -> None:
    assert codes(may_add(kind, kind, across)) == ([] if is_allowed else ["not_additive"])


_definitions = st.sampled_from(list(DEFINITIONS.values()))


@settings(deadline=None, max_examples=50)
@given(ledgers, _definitions)
def test_rows_sum_to_the_value_and_their_mixes_to_the_mix(rows: list[LedgerRow], definition: FigureDefinition) -> None:
    parts = contributions(definition, rows, FROM, UNTIL, CLOSED_AT)
    figure = found(rows, definition.definition)
    assert sum(part.count for part in parts) == figure.value == figure.mix.total
    for strength in "abcd":
        assert sum(getattr(part.mix, strength) for part in parts) == getattr(figure.mix, strength)
    if not definition.is_additive:
        assert len(frozenset().union(*(part.members for part in parts))) == figure.value


@settings(deadline=None, max_examples=50)
@given(ledgers, st.dates(FROM, UNTIL))
def test_additive_figures_add_up_over_periods(rows: list[LedgerRow], cut: date) -> None:
    whole = figures(rows, FROM, UNTIL, CLOSED_AT)
    first, second = figures(rows, FROM, cut, CLOSED_AT), figures(rows, cut, UNTIL, CLOSED_AT)
    for total, one, other in zip(whole, first, second, strict=True):
        if may_add(total.kind, total.kind, "time"):
            assert total.value == one.value + other.value
        else:
            assert max(one.value, other.value) <= total.value <= one.value + other.value


@settings(deadline=None, max_examples=50)
@given(ledgers)
def test_additive_figures_add_up_over_teams(rows: list[LedgerRow]) -> None:
    whole = figures(rows, FROM, UNTIL, CLOSED_AT)
    parts = [figures([r for r in rows if r.team_id == team], FROM, UNTIL, CLOSED_AT) for team in (0, 1, 2)]
    for index, total in enumerate(whole):
        if may_add(total.kind, total.kind, "bodies"):
            assert total.value == sum(part[index].value for part in parts)


@settings(deadline=None, max_examples=50)
@given(ledgers, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list[LedgerRow], shuffler: Any) -> None:
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    assert figures(shuffled, FROM, UNTIL, CLOSED_AT) == figures(rows, FROM, UNTIL, CLOSED_AT)
