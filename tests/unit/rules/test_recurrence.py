"""Rules that repeat: read strictly, worked out in local time, and against an oracle that walks every day."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rules.recurrence import MOST, SPAN, WEEKDAYS, Rule, RuleRefused, dates, read, with_count
from muster.localtime import settle, to_local, zone
from tests.unit.rules.samples import DAYE, ODD_ZONES, local

NEW_YORK = zone("America/New_York")
FIRST = local("2026-03-03 14:30")  # a Tuesday


def days(rule: str, first: datetime = FIRST, place: ZoneInfo = DAYE) -> list[str]:
    return [f"{to_local(at, place):%m-%d}" for at in dates(read(rule), first, place)]


def refused(rule: str, first: datetime = FIRST) -> list[tuple[str, object]]:
    with pytest.raises(RuleRefused) as error:
        dates(read(rule), first, DAYE)
    return [(reason.code, reason.params.get("part")) for reason in error.value.reasons]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", "03-03 03-13 03-23"),
        ("rrule:freq=weekly;count=3", "03-03 03-10 03-17"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=5", "03-03 03-05 03-17 03-19 03-31"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU;COUNT=4", "03-03 03-15 03-17 03-29"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=MO;COUNT=4", "03-03 03-08 03-17 03-22"),
        ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1;COUNT=2", "03-09 03-16"),  # the first week began on Monday
        ("FREQ=WEEKLY;BYMONTH=4;COUNT=2", "04-07 04-14"),
        ("FREQ=MONTHLY;BYDAY=+1TU;COUNT=3", "03-03 04-07 05-05"),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "03-27 04-24"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", "03-31 04-30 05-29"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "03-31 05-31 07-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20260531", "03-31 04-30 05-31"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2", "03-13 11-13"),
        ("FREQ=MONTHLY;BYDAY=MO,1WE;BYMONTH=4;COUNT=3", "04-01 04-06 04-13"),
        ("FREQ=YEARLY;COUNT=3", "03-03 03-03 03-03"),
        ("FREQ=YEARLY;BYMONTH=6,1;COUNT=2", "06-03 01-03"),
        ("FREQ=YEARLY;BYWEEKNO=20;COUNT=2", "05-12 05-18"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=2", "05-11 05-17"),
        ("FREQ=YEARLY;BYYEARDAY=100,-1;COUNT=2", "04-10 12-31"),
        ("FREQ=YEARLY;BYDAY=20MO;COUNT=1", "05-18"),
        ("FREQ=DAILY;BYMONTH=3;BYDAY=SA;UNTIL=20260316T235959", "03-07 03-14"),
        ("FREQ=WEEKLY;UNTIL=20260310T063000Z", "03-03 03-10"),
        ("FREQ=WEEKLY;UNTIL=20260310T062959Z", "03-03"),
        ("FREQ=WEEKLY;UNTIL=20260310T143000", "03-03 03-10"),
        ("FREQ=WEEKLY;UNTIL=20260310T142959", "03-03"),
        ("FREQ=WEEKLY;BYDAY=TH;COUNT=2", "03-05 03-12"),  # begins with the first date that follows the rule
    ],
)
def test_dates_of_a_rule(rule: str, expected: str) -> None:
    assert days(rule) == expected.split()


def test_twenty_ninth_of_february_comes_in_leap_years_only() -> None:
    assert days("FREQ=MONTHLY;BYMONTHDAY=29;BYMONTH=2;COUNT=1", local("2027-01-01 09:00")) == ["02-29"]
    assert days("FREQ=YEARLY;UNTIL=20300101", local("2028-02-29 09:00")) == ["02-29"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", [("rrule_invalid", ";"), ("rrule_invalid", "FREQ")]),
        ("COUNT=3", [("rrule_invalid", "FREQ")]),
        ("FREQ=HOURLY;COUNT=3", [("rrule_invalid", "FREQ=HOURLY")]),
        ("FREQ=DAILY;BYHOUR=9;COUNT=3;COUNT=4", [("rrule_invalid", "BYHOUR=9"), ("rrule_invalid", "COUNT=4")]),
        ("FREQ=DAILY;COUNT=3;", [("rrule_invalid", ";")]),
        ("FREQ=DAILY;COUNT=0", [("rrule_invalid", "COUNT=0")]),
        ("FREQ=DAILY;INTERVAL=732;COUNT=x", [("rrule_invalid", "INTERVAL=732"), ("rrule_invalid", "COUNT=X")]),
        ("FREQ=DAILY;COUNT=2;UNTIL=20260401", [("rrule_invalid", "UNTIL=20260401")]),
        ("FREQ=DAILY;UNTIL=20260230", [("rrule_invalid", "UNTIL=20260230")]),
        ("FREQ=DAILY;UNTIL=2026-03-30", [("rrule_invalid", "UNTIL=2026-03-30")]),
        ("FREQ=WEEKLY;BYDAY=1TU;COUNT=3", [("rrule_invalid", "BYDAY=1TU")]),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=6TU;COUNT=3", [("rrule_invalid", "BYDAY=6TU")]),
        ("FREQ=MONTHLY;BYDAY=6TU;COUNT=3", [("rrule_invalid", "BYDAY=6TU")]),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1TU;COUNT=3", [("rrule_invalid", "BYDAY=1TU")]),
        ("FREQ=WEEKLY;BYDAY=TUE;COUNT=3", [("rrule_invalid", "BYDAY=TUE")]),
        ("FREQ=WEEKLY;BYDAY=0TU;COUNT=3", [("rrule_invalid", "BYDAY=0TU")]),
        ("FREQ=WEEKLY;BYMONTHDAY=3;COUNT=3", [("rrule_invalid", "BYMONTHDAY=3")]),
        ("FREQ=YEARLY;BYMONTHDAY=0,40;COUNT=3", [("rrule_invalid", "BYMONTHDAY=0,40")]),
        ("FREQ=MONTHLY;BYSETPOS=1;COUNT=3", [("rrule_invalid", "BYSETPOS=1")]),
        ("FREQ=WEEKLY", [("rrule_without_end", None)]),
        ("FREQ=DAILY;COUNT=401", [("rrule_too_many", None)]),
        ("FREQ=DAILY;UNTIL=20270601", [("rrule_too_many", None)]),
        ("FREQ=WEEKLY;COUNT=106", [("rrule_too_far", None)]),
        ("FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2;COUNT=1", [("rrule_without_dates", None)]),
        ("FREQ=WEEKLY;UNTIL=20260302", [("rrule_without_dates", None)]),
        ("FREQ=DAILY;COUNT=1;X=" + "9" * 300, [("too_long", None)]),
    ],
)
def test_rules_that_are_refused(rule: str, expected: list[tuple[str, object]]) -> None:
    assert refused(rule) == expected


def test_another_end_keeps_the_other_parts() -> None:
    assert with_count(read("freq=weekly;until=20260601;byday=tu"), 4) == "FREQ=WEEKLY;BYDAY=TU;COUNT=4"


def test_local_time_stays_when_the_clocks_change() -> None:
    """New York jumps on 2026-03-08 from 2:00 to 3:00 and falls back on 2026-11-01; Daye never does."""
    noon = dates(read("FREQ=WEEKLY;COUNT=2"), local("2026-03-03 12:00", NEW_YORK), NEW_YORK)
    assert [at.hour for at in noon] == [17, 16]
    assert {at.hour for at in dates(read("FREQ=WEEKLY;COUNT=52"), FIRST, DAYE)} == {6}


def test_skipped_time_counts_from_before_the_gap_and_repeated_means_the_first() -> None:
    gap = dates(read("FREQ=DAILY;COUNT=3"), local("2026-03-07 02:30", NEW_YORK), NEW_YORK)
    assert [f"{to_local(at, NEW_YORK):%d %H:%M}" for at in gap] == ["07 02:30", "08 03:30", "09 02:30"]
    fold = dates(read("FREQ=DAILY;COUNT=3"), local("2026-10-31 01:30", NEW_YORK), NEW_YORK)
    assert [at.isoformat()[8:16] for at in fold] == ["31T05:30", "01T05:30", "02T06:30"]


def test_first_instant_stays_the_one_that_was_asked_for() -> None:
    """The second 1:30 of a night is no local time of its own; who names that instant means it."""
    second = datetime(2026, 11, 1, 6, 30, 0, 250, tzinfo=UTC)
    assert dates(read("FREQ=DAILY;COUNT=2"), second, NEW_YORK) == (
        second.replace(microsecond=0),
        datetime(2026, 11, 2, 6, 30, tzinfo=UTC),
    )


def test_as_many_dates_as_may_be() -> None:
    assert len(dates(read(f"FREQ=DAILY;COUNT={MOST}"), FIRST, DAYE)) == MOST
    assert len(dates(read("FREQ=WEEKLY;COUNT=105"), FIRST, DAYE)) == 105


def numbers(least: int, most: int) -> st.SearchStrategy[str]:
    found = st.integers(least, most).filter(bool)
    return st.lists(found, min_size=1, max_size=3, unique=True).map(lambda items: ",".join(map(str, items)))


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = {"FREQ": frequency, "INTERVAL": str(draw(st.integers(1, 4))), "WKST": draw(st.sampled_from(WEEKDAYS))}
    if draw(st.booleans()):
        named = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True))
        can_count = frequency in {"MONTHLY", "YEARLY"} and draw(st.booleans())
        ordinals = st.sampled_from(["", "1", "2", "-1", "+5"]) if can_count else st.just("")
        parts["BYDAY"] = ",".join(draw(ordinals) + day for day in named)
    if draw(st.booleans()):
        parts["BYMONTH"] = draw(numbers(1, 12))
    if frequency != "WEEKLY" and draw(st.booleans()):
        parts["BYMONTHDAY"] = draw(numbers(-31, 31))
    if parts.keys() & {"BYDAY", "BYMONTH", "BYMONTHDAY"} and draw(st.booleans()):
        parts["BYSETPOS"] = draw(numbers(-3, 3))
    if draw(st.booleans()):
        parts["COUNT"] = str(draw(st.integers(1, 40)))
    else:
        parts["UNTIL"] = f"{draw(st.dates(date(2026, 3, 1), date(2027, 4, 30))):%Y%m%d}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


@settings(max_examples=50, deadline=None)
@given(rules(), st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.sampled_from(ODD_ZONES))
def test_dates_are_those_that_a_walk_through_all_days_finds(text: str, wall: datetime, place: ZoneInfo) -> None:
    wall = wall.replace(microsecond=0)
    starts_at = settle(wall, place)
    wall = to_local(starts_at, place).replace(tzinfo=None, fold=0)
    rule = read(text)
    expected = walked(rule, wall, place)
    try:
        assert list(dates(rule, starts_at, place)) == expected
    except RuleRefused as error:
        match error.reasons[0].code:
            case "rrule_too_many":
                assert len(expected) > MOST
            case "rrule_too_far":
                assert rule.count is not None and len(expected) < rule.count
            case _:
                assert expected == []


def walked(rule: Rule, wall: datetime, place: ZoneInfo) -> list[datetime]:
    """Walk through the days within reach one by one, period after period, with nothing but the calendar."""
    start = wall.date().replace(month=1, day=1) - timedelta(days=7)
    last = wall.date() + SPAN
    every = [start + timedelta(days=n) for n in range((last.replace(month=12, day=31) - start).days + 1)]
    chosen: list[date] = []
    for key, group in groupby(every, key=lambda day: _period(rule, day)):
        if (_index(rule, key) - _index(rule, _period(rule, wall.date()))) % rule.interval:
            continue
        fitting = [day for day in group if _fits(rule, day, wall.date())]
        places = rule.lists.get("BYSETPOS")
        if places is not None:
            indexes = {n - 1 if n > 0 else len(fitting) + n for n in places}
            fitting = [day for n, day in enumerate(fitting) if n in indexes]
        chosen += [day for day in fitting if wall.date() <= day <= last]
    if isinstance(rule.until, date):
        chosen = [day for day in chosen if day <= rule.until]
    return [settle(datetime.combine(day, wall.time()), place) for day in chosen[: rule.count]]


def _period(rule: Rule, day: date) -> date:
    match rule.frequency:
        case "DAILY":
            return day
        case "WEEKLY":
            return day - timedelta(days=(day.weekday() - rule.week_start) % 7)
        case "MONTHLY":
            return day.replace(day=1)
        case _:
            return day.replace(month=1, day=1)


def _index(rule: Rule, start: date) -> int:
    match rule.frequency:
        case "DAILY":
            return start.toordinal()
        case "WEEKLY":
            return start.toordinal() // 7
        case "MONTHLY":
            return start.year * 12 + start.month
        case _:
            return start.year


def _fits(rule: Rule, day: date, first: date) -> bool:
    length = monthrange(day.year, day.month)[1]
    months, month_days = rule.lists.get("BYMONTH"), rule.lists.get("BYMONTHDAY")
    if rule.frequency == "YEARLY" and not months and not month_days and not rule.weekdays:
        months = (first.month,)
    if months and day.month not in months:
        return False
    if rule.frequency in {"MONTHLY", "YEARLY"} and not month_days and not rule.weekdays:
        month_days = (first.day,)
    if month_days and not {day.day, day.day - length - 1} & set(month_days):
        return False
    if rule.frequency == "WEEKLY" and not rule.weekdays:
        return day.weekday() == first.weekday()
    return not rule.weekdays or any(_is_weekday(rule, day, *wanted) for wanted in rule.weekdays)


def _is_weekday(rule: Rule, day: date, ordinal: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    if not ordinal:
        return True
    if rule.frequency == "YEARLY" and "BYMONTH" not in rule.lists:
        before, after = day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday
    else:
        before, after = day.day, monthrange(day.year, day.month)[1]
    return ordinal == (before - 1) // 7 + 1 if ordinal > 0 else -ordinal == (after - before) // 7 + 1
