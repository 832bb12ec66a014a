"""The second count agrees with the first, and says where a published one does not."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from audit.findings import Finding
from audit.recount import compare, recount
from models.enums import ActivityKind, EvidenceClass, Severity
from models.rules.counting import DEFINITIONS, LedgerRow, figures
from models.values import EvidenceMix
from tests.unit.rules.samples import CLOSED_AT, ledgers

FROM, UNTIL = date(2026, 1, 1), date(2026, 2, 1)
A, B, C, D = EvidenceClass
LEDGER = [
    LedgerRow(
        activity_id=1,
        kind=ActivityKind.lecture,
        on=FROM,
        team_id=1,
        closed_at=CLOSED_AT,
        host_org_id=4,
        heads=((7, D), (7, B), (8, A)),
        tallies=((40, D), (2, C)),
    ),
    LedgerRow(activity_id=2, kind=ActivityKind.service, on=FROM, team_id=2, closed_at=CLOSED_AT, heads=((7, A),)),
]


@settings(max_examples=150, deadline=None)
@given(ledgers)
def test_recount_equals_every_figure(rows: list[LedgerRow]) -> None:
    for figure in figures(rows, FROM, UNTIL, CLOSED_AT):
        assert recount(figure.definition, rows, FROM, UNTIL, CLOSED_AT) == figure


@pytest.mark.parametrize(
    ("definition", "mix"),
    [
        ("activity.sessions@1", EvidenceMix(a=2)),
        ("activity.person_times@1", EvidenceMix(a=2, b=1, c=2, d=40)),
        ("activity.persons@1", EvidenceMix(a=2)),
        ("activity.hosts@1", EvidenceMix(a=1)),
        ("service.person_times@1", EvidenceMix(a=1)),
        ("culture.sessions@1", EvidenceMix()),
    ],
)
def test_recount_by_hand(definition: str, mix: EvidenceMix) -> None:
    figure = recount(definition, LEDGER, FROM, UNTIL, CLOSED_AT)
    assert (figure.value, figure.mix) == (mix.total, mix)


def test_activity_without_any_head_stands_on_class_d() -> None:
    empty = [replace(LEDGER[1], heads=())]
    assert recount("activity.sessions@1", empty, FROM, UNTIL, CLOSED_AT).mix == EvidenceMix(d=1)


def test_unknown_definition_is_an_error() -> None:
    with pytest.raises(KeyError):
        recount("activity.wishes@1", LEDGER, FROM, UNTIL, CLOSED_AT)


def test_figures_that_come_out_the_same_are_no_findings() -> None:
    assert compare(figures(LEDGER, FROM, UNTIL, CLOSED_AT), iter(LEDGER)) == []


def test_differing_value_mix_and_definition_are_named() -> None:
    whole = {figure.definition: figure for figure in figures(LEDGER, FROM, UNTIL, CLOSED_AT)}
    sessions, times = whole["activity.sessions@1"], whole["activity.person_times@1"]
    published = [
        replace(sessions, value=3),
        replace(times, mix=EvidenceMix(a=times.value)),
        replace(sessions, definition="activity.wishes@1"),
    ]
    assert compare(published, LEDGER) == [
        Finding("figure_differs", Severity.fault, "figure:activity.sessions@1", {"published": 3, "recounted": 2}),
        Finding("figure_mix_differs", Severity.fault, "figure:activity.person_times@1"),
        Finding("figure_unknown", Severity.fault, "figure:activity.wishes@1"),
    ]


def test_closing_after_the_published_instant_changes_nothing() -> None:
    published = figures(LEDGER, FROM, UNTIL, CLOSED_AT)
    later = replace(LEDGER[0], activity_id=3, closed_at=CLOSED_AT + timedelta(days=1))
    assert compare(published, [*LEDGER, later]) == []


def test_a_person_counts_once_in_each_activity() -> None:
    source = random.Random(1)
    rows = [
        LedgerRow(
            activity_id=number,
            kind=ActivityKind.lecture,
            on=FROM,
            team_id=1,
            closed_at=CLOSED_AT,
            heads=tuple((source.randrange(500), A) for _ in range(50)),
        )
        for number in range(200)
    ]
    figure = recount("lecture.person_times@1", rows, FROM, UNTIL, CLOSED_AT)
    assert figure.value == sum(len({person for person, _ in row.heads}) for row in rows)
    assert len(DEFINITIONS) > 20
