"""What hangs on a venue as lists, from what a form, a program or a roster says to what is stored."""

from datetime import date
from typing import Any

import pytest

from models.enums import Layout, VenueRightKind
from models.rules.fields import Cleaner, FieldRefused
from models.rules.venue_lists import MOST_DAYS, SpecialDays, layouts, rights, special_day, special_days
from models.rules.verdicts import Reason

FIRST, END = date(2026, 10, 1), date(2026, 10, 8)
CLOSED = SpecialDays(FIRST, END, note="国庆节")
OPEN = SpecialDays(date(2026, 10, 10), date(2026, 10, 11), 540, 1440)


def test_days_are_cleaned_in_their_order_and_told_with_their_last_day() -> None:
    given = [("2026-10-01", END, None, "", "国庆节 "), ["2026-10-10", "2026-10-11", "9:00", "24:00", ""], CLOSED]
    assert special_days(given) == (CLOSED, OPEN)
    assert special_days([CLOSED.parts, OPEN.parts]) == (CLOSED, OPEN)
    assert [str(one) for one in (CLOSED, OPEN)] == [
        "2026-10-01..2026-10-07 国庆节",
        "2026-10-10..2026-10-10 09:00-24:00",
    ]
    assert (OPEN.opens, OPEN.closes, CLOSED.opens, CLOSED.closes) == ("09:00", "24:00", None, None)


def test_every_fault_of_one_entry_is_named() -> None:
    wrong = special_day(from_on="soon", until_on="2026-13-01", opens="9", closes="10:00", note="x" * 201)
    assert isinstance(wrong, list)
    assert [(one.code, one.params["field"]) for one in wrong] == [
        ("day_wrong", "from_on"),
        ("day_wrong", "until_on"),
        ("day_hours_wrong", "opens"),
        ("too_long", "note"),
    ]
    assert special_day(from_on=END, until_on=END, opens="10:00", closes="09:00", note="") == [
        Reason("days_end_before_they_begin", {"field": "until_on", "from_on": END}),
        Reason("day_hours_wrong", {"field": "closes", "span": "10:00-09:00"}),
    ]
    half = special_day(from_on=FIRST, until_on=END, opens=None, closes="09:00", note="")
    assert half == [Reason("day_hours_wrong", {"field": "closes", "span": "-09:00"})]


def test_layouts_and_rights_are_sorted() -> None:
    assert list(layouts({"classroom": "60", Layout.theatre: 120}).items()) == [
        (Layout.theatre, 120),
        (Layout.classroom, 60),
    ]
    assert layouts([("standing", 200)]) == {Layout.standing: 200}
    assert rights([(7, "book"), (3, "approve"), [7, VenueRightKind.book]]) == (
        (3, VenueRightKind.approve),
        (7, VenueRightKind.book),
    )


@pytest.mark.parametrize(
    ("cleaner", "value", "code"),
    [
        (special_days, "2026-10-01", "list_wrong"),
        (special_days, 3, "list_wrong"),
        (special_days, [("2026-10-01", "2026-10-08")], "list_wrong"),
        (special_days, ["2026-10-01"], "list_wrong"),
        (special_days, [(FIRST, FIRST, None, None, "")], "days_end_before_they_begin"),
        (special_days, [CLOSED] * (MOST_DAYS + 1), "too_many_items"),
        (layouts, {"sofa": 3}, "word_unknown"),
        (layouts, {"theatre": 0}, "out_of_range"),
        (layouts, [("theatre", 3), ("theatre", 4)], "layout_twice"),
        (rights, [(0, "book")], "out_of_range"),
        (rights, [(1, "own")], "word_unknown"),
        (rights, None, "list_wrong"),
    ],
)
def test_what_is_no_such_list_is_refused(cleaner: Cleaner, value: Any, code: str) -> None:
    with pytest.raises(FieldRefused) as error:
        cleaner(value)
    assert error.value.reason.code == code
    assert "field" not in error.value.reason.params
