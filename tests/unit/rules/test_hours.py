"""Opening hours in minutes of the local day."""

import pytest

from models.rules import hours
from models.rules.fields import FieldRefused
from models.rules.hours import OpeningSpan


def test_spans_are_sorted_and_told_once() -> None:
    spans = hours.opening_spans([(6, "18:00", "24:00"), [0, "8:30", "11:30"], OpeningSpan(0, 510, 690)])
    assert spans == (OpeningSpan(0, 510, 690), OpeningSpan(6, 1080, 1440))
    assert [str(span) for span in spans] == ["0 08:30-11:30", "6 18:00-24:00"]
    assert (spans[1].opens, spans[1].closes) == ("18:00", "24:00")


def test_touching_spans_are_fine() -> None:
    assert len(hours.opening_spans([(0, "08:00", "12:00"), (0, "12:00", "14:00"), (1, "08:00", "12:00")])) == 3


@pytest.mark.parametrize(
    "value",
    [
        "always",
        7,
        [7],
        ["080"],
        [(0, "08:00")],
        [(0, "11:00", "09:00")],
        [(0, "09:00", "09:00")],
        [(7, "08:00", "09:00")],
        [("0", "08:00", "09:00")],
        [(0, "08:60", "09:00")],
        [(0, "08:00", "24:01")],
        [(0, "8", "9")],
    ],
)
def test_what_are_no_hours(value: object) -> None:
    with pytest.raises(FieldRefused) as error:
        hours.opening_spans(value)
    assert error.value.reason.code == "hours_wrong"


def test_overlapping_spans_are_refused() -> None:
    with pytest.raises(FieldRefused) as error:
        hours.opening_spans([(0, "08:00", "12:00"), (0, "11:59", "14:00")])
    assert error.value.reason.code == "hours_overlap"
