"""On what terms a venue may be had: layouts, equipment, notice, quota and rights, all reasons at once."""

from datetime import date, timedelta
from typing import Any

import pytest

from models.enums import Layout, QuotaPeriod, VenueRightKind
from models.rules.booking import TeamTerms, VenueFacts, may_book
from models.rules.venue_terms import lacking, period_around, standing
from models.rules.verdicts import Verdict
from models.values import TimeWindow
from tests.unit.rules.samples import DAYE, LATER, NOW, OVER, codes, params

BOOK, REQUEST, APPROVE = VenueRightKind.book, VenueRightKind.request, VenueRightKind.approve
MONDAY, MONTH = date(2026, 3, 2), date(2026, 3, 1)


def ask(when: TimeWindow = LATER, people_count: int | None = None, **others: Any) -> Verdict:
    wish = {name: others.pop(name) for name in ("layout", "needs") if name in others}
    return may_book(VenueFacts(venue_id=3, zone=DAYE, **others), when, when, NOW, people_count, **wish)


def test_every_reason_is_given_at_once() -> None:
    answer = ask(
        OVER,
        60,
        layout=Layout.banquet,
        needs=frozenset({"投影", "话筒"}),
        layouts={Layout.theatre: 90},
        capacity=50,
        equipment=frozenset({"话筒"}),
        terms=TeamTerms(may_have=False, quota=1, period=QuotaPeriod.week, used={date(2026, 2, 23): 1}),
        longest=timedelta(minutes=60),
    )
    assert codes(answer) == [
        *("venue_not_for_team", "quota_used_up", "window_too_long", "starts_in_past"),
        *("layout_not_possible", "too_many_people", "equipment_missing"),
    ]


@pytest.mark.parametrize(
    ("layout", "people_count", "capacity", "wanted"),
    [
        (None, 100, 100, []),
        (None, 101, 100, ["too_many_people"]),
        (Layout.theatre, 120, 100, []),
        (Layout.classroom, 61, 100, ["too_many_people"]),
        (Layout.banquet, 100, 100, ["layout_not_possible"]),
        (Layout.banquet, 101, 100, ["layout_not_possible", "too_many_people"]),
        (Layout.banquet, 5000, None, ["layout_not_possible"]),
    ],
)
def test_seats_go_by_the_layout(
    layout: Layout | None, people_count: int, capacity: int | None, wanted: list[str]
) -> None:
    layouts = {Layout.classroom: 60, Layout.theatre: 120}
    answer = ask(people_count=people_count, layout=layout, layouts=layouts, capacity=capacity)
    assert codes(answer) == wanted
    if layout is Layout.classroom:
        assert params(answer, "too_many_people") == {"capacity": 60, "wanted": 61}
    if layout is Layout.banquet:
        assert params(answer, "layout_not_possible") == {
            "layout": Layout.banquet,
            "possible": [Layout.theatre, Layout.classroom],
        }


def test_a_venue_without_layouts_takes_any_up_to_its_capacity() -> None:
    assert ask(people_count=50, layout=Layout.u_shape, capacity=50)
    assert codes(ask(people_count=51, layout=Layout.u_shape, capacity=50)) == ["too_many_people"]


def test_what_is_not_built_in_is_listed() -> None:
    there = frozenset({"投影仪", "LED屏", "话筒2支"})
    assert ask(equipment=there, needs=frozenset({"投影", "led屏", "话筒"}))
    answer = ask(equipment=there, needs=frozenset({"钢琴", "投影", "同声传译"}))
    assert params(answer, "equipment_missing") == {"what": ["同声传译", "钢琴"]}
    assert lacking((), ["钢琴"]) == ("钢琴",)


@pytest.mark.parametrize(
    ("period", "used", "wanted"),
    [
        (QuotaPeriod.week, {MONDAY: 1}, True),
        (QuotaPeriod.week, {MONDAY: 2}, False),
        (QuotaPeriod.week, {MONDAY - timedelta(days=7): 2, MONDAY + timedelta(days=7): 5}, True),
        (QuotaPeriod.month, {MONTH: 3}, False),
        (QuotaPeriod.month, {date(2026, 2, 1): 3}, True),
        (None, {MONTH: 3}, True),
    ],
)
def test_a_quota_is_used_up_within_its_period(period: QuotaPeriod | None, used: dict[date, int], wanted: bool) -> None:
    answer = ask(terms=TeamTerms(quota=2, period=period, used=used))
    assert bool(answer) is wanted
    if period is QuotaPeriod.week and not wanted:
        told = {"quota": 2, "from_on": MONDAY, "last_on": date(2026, 3, 8)}
        assert params(answer, "quota_used_up") == told


def test_periods_are_iso_weeks_and_calendar_months() -> None:
    assert period_around(date(2026, 1, 1), QuotaPeriod.week) == (date(2025, 12, 29), date(2026, 1, 5))
    assert period_around(date(2026, 12, 31), QuotaPeriod.month) == (date(2026, 12, 1), date(2027, 1, 1))
    assert period_around(date(2026, 11, 30), QuotaPeriod.month) == (date(2026, 11, 1), date(2026, 12, 1))


@pytest.mark.parametrize(
    ("own", "given", "needs_approval", "is_house", "wanted"),
    [
        (set(), set(), False, False, (True, False)),
        (set(), set(), True, False, (True, True)),
        (set(), {APPROVE}, True, False, (True, True)),  # who decides closes nothing
        ({APPROVE}, {APPROVE, BOOK}, False, False, (False, False)),  # and may not book for that
        ({BOOK}, {BOOK}, True, False, (True, False)),
        ({BOOK, REQUEST}, {BOOK, REQUEST}, True, False, (True, False)),
        ({REQUEST}, {REQUEST}, False, False, (True, True)),
        (set(), {BOOK}, False, False, (False, False)),
        (set(), {REQUEST}, True, False, (False, True)),
        (set(), {BOOK}, True, True, (True, True)),
    ],
)
def test_rights_say_who_may_and_who_is_asked(
    own: set[VenueRightKind],
    given: set[VenueRightKind],
    needs_approval: bool,
    is_house: bool,
    wanted: tuple[bool, bool],
) -> None:
    assert standing(own, given, needs_approval=needs_approval, is_house=is_house) == wanted
