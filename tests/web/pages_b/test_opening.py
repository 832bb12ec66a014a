"""Opening hours in words."""

from models.rules.hours import OpeningSpan
from muster.i18n import load_translator
from web.pages.opening import opening

ZH = load_translator("zh-CN")


def test_opening_hours_are_told_by_rows_of_days() -> None:
    spans = [OpeningSpan(day, 510, 690) for day in range(5)] + [OpeningSpan(day, 840, 1050) for day in range(5)]
    spans += [OpeningSpan(5, 540, 720)]
    assert [(row.days, row.hours) for row in opening(spans, ZH)] == [
        ("周一–周五", "08:30–11:30, 14:00–17:30"),
        ("周六", "09:00–12:00"),
    ]
    assert opening([], ZH) == ()
