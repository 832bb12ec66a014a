"""What stands against one more duty: every code and its edges."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from models.enums import AbsenceKind
from models.rules.absences import DayPart
from models.rules.person_conflicts import (
    LONGEST_WAY,
    Away,
    Duty,
    PersonLoad,
    conflicts,
    is_soft,
    reach,
    standing,
)
from models.rules.verdicts import Reason
from models.values import Place, TimeWindow
from muster.localtime import zone
from tests.unit.rules.samples import DAYE, local, window

CITY, CHENGUI, NEXT_DOOR = Place(30.0927, 114.9638), Place(30.0500, 114.8000), Place(30.0927, 114.9638)
BERLIN = zone("Europe/Berlin")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
AWAY, LENT = AbsenceKind.unavailable, AbsenceKind.other_organisation
WANTED = 1


def duty(when: TimeWindow, number: int = 2, place: Place | None = None, **more: Any) -> Duty:
    return Duty(activity_id=number, window=when, zone=more.pop("zone", DAYE), place=place, venue_id=number, **more)


def wanted(when: TimeWindow, place: Place | None = None, **more: Any) -> Duty:
    return duty(when, WANTED, place, **more)


def load(*accepted: Duty, **more: Any) -> PersonLoad:
    return PersonLoad(person_id=7, accepted=accepted, **more)


def found(person: PersonLoad, asked: Duty) -> list[str]:
    return [one.code for one in conflicts(person, asked)]


MORNING, NOON = window("2026-03-05 09:00", "10:30"), window("2026-03-05 11:00", "12:00")
AFTERNOON = window("2026-03-05 14:00", "15:30")


def test_nothing_stands_against_somebody_free() -> None:
    assert conflicts(load(), wanted(NOON)) == ()


def test_what_overlaps_is_busy_and_what_touches_is_not() -> None:
    person = load(duty(MORNING), duty(window("2026-03-05 12:00", "13:00"), 3))
    assert found(person, wanted(window("2026-03-05 10:30", "12:00"))) == ["day_limit"]
    clash = conflicts(person, wanted(window("2026-03-05 10:29", "12:01")))[0]
    assert (clash.code, clash.is_hard, clash.about, clash.reason.code) == ("busy", True, 2, "person_busy")
    told = {"starts_at": MORNING.starts_at, "ends_at": MORNING.ends_at}
    assert clash.params == {**told, "person_id": 7, "conflict": "busy", "is_hard": True}


def test_the_activity_itself_does_not_count() -> None:
    there = duty(NOON, WANTED, CITY)
    assert found(load(there, asked=(there,)), wanted(window("2026-03-05 11:30", "12:30"), CHENGUI)) == []


def test_the_way_from_the_last_duty_is_too_long() -> None:
    before = duty(MORNING, place=CHENGUI, venue_name="大冶一中", tear_down=10 * MINUTE)
    late = wanted(window("2026-03-05 11:10", "12:00"), CITY, set_up=20 * MINUTE)
    (one,) = conflicts(load(before), late)
    assert (one.code, one.is_hard, one.reason.code) == ("travel", False, "person_travel_from")
    assert one.params["at"] == MORNING.ends_at
    assert one.params["place"] == "大冶一中"
    assert (one.params["way"], one.params["needed"], one.params["gap"]) == (34 * MINUTE, 64 * MINUTE, 40 * MINUTE)
    assert found(load(before), wanted(window("2026-03-05 11:34", "12:00"), CITY, set_up=20 * MINUTE)) == []
    assert found(load(before), wanted(window("2026-03-05 11:33", "12:00"), CITY, set_up=20 * MINUTE)) == ["travel"]


def test_the_way_to_the_next_duty_is_too_long() -> None:
    after = duty(NOON, place=CHENGUI, venue_name="陈贵镇文化站")
    (one,) = conflicts(load(after), wanted(MORNING, CITY))
    assert (one.reason.code, one.params["at"], one.params["gap"]) == (
        "person_travel_to", NOON.starts_at, 30 * MINUTE,
    )  # fmt: skip


def test_a_place_that_the_reader_may_not_know_is_not_named() -> None:
    both = load(duty(MORNING, 2, CHENGUI), duty(window("2026-03-05 12:10", "13:00"), 3, CHENGUI), day_limit=3)
    ways = conflicts(both, wanted(NOON, CITY))
    assert [one.reason.code for one in ways] == ["person_travel", "person_travel"]
    assert all("place" not in one.params and "at" not in one.params for one in ways)
    assert len({one.about for one in ways}) == 2


@pytest.mark.parametrize(
    ("here", "there"), [(None, CHENGUI), (CITY, None), (CITY, NEXT_DOOR)], ids=["unknown", "unknown", "next door"]
)
def test_without_a_road_there_is_no_way(here: Place | None, there: Place | None) -> None:
    touching = wanted(window("2026-03-05 10:30", "12:00"), here, set_up=HOUR)
    assert found(load(duty(MORNING, place=there, tear_down=HOUR)), touching) == []


def test_nobody_travels_inside_one_venue() -> None:
    before = replace(duty(MORNING, place=CHENGUI), venue_id=5)
    assert found(load(before), replace(wanted(NOON, CITY), venue_id=5)) == []
    assert found(load(replace(before, venue_id=None)), replace(wanted(NOON, CITY), venue_id=None)) == ["travel"]


def test_only_the_neighbours_are_asked_for_the_way() -> None:
    far = duty(window("2026-03-05 08:00", "09:00"), 3, Place(40, 100))
    near = duty(window("2026-03-05 10:00", "10:30"), 4, CITY)
    assert found(load(far, near, day_limit=9), wanted(NOON, CITY)) == []
    assert found(load(far, day_limit=9), wanted(NOON, CITY)) == ["travel"]


@pytest.mark.parametrize(("start", "codes"), [("07:59", ["rest"]), ("08:00", [])])
def test_the_night_is_ten_hours_long(start: str, codes: list[str]) -> None:
    evening, morning = window("2026-03-05 20:00", "22:00"), window("2026-03-06 " + start, "09:30")
    assert found(load(duty(evening)), wanted(morning)) == codes
    assert found(load(duty(morning)), wanted(evening)) == codes
    for one in conflicts(load(duty(evening)), wanted(morning)):
        assert one.params["other"] == evening
        assert one.params["gap"] == morning.starts_at - evening.ends_at


def test_a_break_on_one_day_is_no_night() -> None:
    assert found(load(duty(MORNING)), wanted(NOON)) == []


def test_a_duty_past_midnight_belongs_to_the_day_on_which_it_began() -> None:
    night = TimeWindow(local("2026-03-05 22:00"), local("2026-03-06 01:00"))
    assert found(load(duty(night)), wanted(window("2026-03-06 09:00", "10:00"))) == ["rest"]
    assert found(load(duty(night)), wanted(window("2026-03-06 11:00", "12:00"))) == []
    to_midnight = TimeWindow(local("2026-03-05 22:00"), local("2026-03-06 00:00"))
    assert found(load(duty(to_midnight)), wanted(window("2026-03-06 00:00", "01:00"))) == ["rest"]


def test_after_a_duty_of_several_days_its_last_day_counts() -> None:
    fair = TimeWindow(local("2026-03-04 09:00"), local("2026-03-06 18:00"))
    assert found(load(duty(fair)), wanted(window("2026-03-06 19:00", "20:00"))) == []
    assert found(load(duty(fair)), wanted(window("2026-03-07 03:00", "04:00"))) == ["rest"]


def test_only_the_last_of_a_day_and_the_first_of_the_next_are_neighbours() -> None:
    evening, dawn = window("2026-03-05 20:00", "22:00"), window("2026-03-06 07:00", "08:00")
    assert found(load(duty(evening), duty(dawn, 3)), wanted(window("2026-03-06 09:00", "10:00"))) == []


def test_the_night_in_which_clocks_jump_is_as_long_as_it_is() -> None:
    """From 22:30 to 08:30 are ten hours, but nine where the clocks go forward."""
    evening, morning = window("2026-03-28 21:00", "22:30", BERLIN), window("2026-03-29 08:30", "10:00", BERLIN)
    assert found(load(duty(evening)), wanted(morning, zone=BERLIN)) == ["rest"]
    assert found(load(duty(morning)), wanted(evening, zone=BERLIN)) == ["rest"]
    evening, morning = window("2026-10-24 21:00", "22:30", BERLIN), window("2026-10-25 07:30", "10:00", BERLIN)
    assert found(load(duty(evening)), wanted(morning, zone=BERLIN)) == []


def test_the_days_are_those_of_the_wanted_duty() -> None:
    first, then = window("2026-03-05 23:00", "23:30"), window("2026-03-06 00:30", "01:00")
    assert found(load(duty(first)), wanted(then)) == ["rest"]
    assert found(load(duty(first)), wanted(then, zone=BERLIN)) == []


def test_a_third_duty_a_day_is_one_too_many() -> None:
    two = (duty(MORNING), duty(NOON, 3))
    (one,) = conflicts(load(*two), wanted(AFTERNOON))
    assert (one.code, one.params["day"], one.params["count"], one.params["limit"]) == (
        "day_limit", date(2026, 3, 5), 2, 2,
    )  # fmt: skip
    assert found(load(*two, day_limit=3), wanted(AFTERNOON)) == []
    assert found(load(duty(MORNING), day_limit=1), wanted(AFTERNOON)) == ["day_limit"]


def test_a_day_ends_before_its_midnight() -> None:
    late = TimeWindow(local("2026-03-05 22:00"), local("2026-03-06 00:00"))
    midday = window("2026-03-06 11:00", "12:00")
    assert found(load(duty(late), day_limit=1), wanted(midday)) == []
    over = replace(duty(late), window=TimeWindow(late.starts_at, late.ends_at + MINUTE))
    assert found(load(over, day_limit=1), wanted(midday)) == ["day_limit"]


def test_a_duty_of_several_days_counts_on_each() -> None:
    fair = TimeWindow(local("2026-03-04 09:00"), local("2026-03-06 18:00"))
    busy_friday = load(duty(window("2026-03-06 19:00", "20:00")), day_limit=1)
    (one,) = conflicts(busy_friday, wanted(fair))
    assert one.params["day"] == date(2026, 3, 6)


def five(monday: date, zone: ZoneInfo = DAYE) -> list[Duty]:
    """Return a duty on each day from Monday to Friday, at noon."""
    days = [monday + timedelta(days=number) for number in range(5)]
    return [duty(window(f"{day} 12:00", "13:00", zone), 10 + day.day) for day in days]


@pytest.mark.parametrize(
    ("day", "codes"),
    [("2026-03-01", []), ("2026-03-07", ["week_limit"]), ("2026-03-08", ["week_limit"]), ("2026-03-09", [])],
)
def test_a_week_runs_from_monday_to_sunday(day: str, codes: list[str]) -> None:
    person = load(*five(date(2026, 3, 2)))
    assert found(person, wanted(window(f"{day} 12:00", "13:00"))) == codes
    assert found(replace(person, week_limit=6), wanted(window(f"{day} 12:00", "13:00"))) == []


def test_a_week_may_lie_in_two_years_and_a_duty_in_two_weeks() -> None:
    person = load(*five(date(2026, 12, 28)))
    assert found(person, wanted(window("2027-01-02 12:00", "13:00"))) == ["week_limit"]
    across = TimeWindow(local("2026-12-26 12:00"), local("2026-12-28 01:00"))
    (one,) = conflicts(person, wanted(across))
    assert (one.params["day"], one.params["count"], one.params["limit"]) == (date(2026, 12, 28), 5, 5)
    assert found(
        load(*five(date(2026, 12, 21))), wanted(TimeWindow(local("2026-12-27 22:00"), local("2026-12-28 00:00")))
    ) == ["week_limit"]


def away(start: str, end: str, kind: AbsenceKind = AWAY) -> Away:
    return Away(kind, TimeWindow(local(start), local(end)))


def test_absences_are_told_by_the_day_and_its_part() -> None:
    days = away("2026-03-04 00:00", "2026-03-07 00:00")
    (one,) = conflicts(load(absences=(days,)), wanted(NOON))
    assert (one.code, one.is_hard, one.reason.code) == ("unavailable", False, "person_away_on")
    assert (one.params["day"], one.params["part"]) == (date(2026, 3, 5), DayPart.all_day)
    evening = away("2026-03-05 18:00", "2026-03-06 00:00", LENT)
    (one,) = conflicts(load(absences=(evening,)), wanted(window("2026-03-05 17:00", "18:30")))
    assert (one.code, one.reason.code, one.params["part"]) == ("other_organisation", "person_lent_on", DayPart.evening)


def test_absences_at_odd_hours_are_told_by_the_clock() -> None:
    odd = (away("2026-03-05 11:30", "2026-03-05 16:00"), away("2026-03-05 08:00", "2026-03-05 11:30", LENT))
    ours, lent = conflicts(load(absences=odd), wanted(NOON))
    assert (ours.reason.code, ours.params["window"]) == ("person_away", odd[0].window)
    assert (lent.reason.code, lent.params["window"]) == ("person_lent", odd[1].window)


def test_absences_that_touch_do_not_stand_against() -> None:
    touching = (away("2026-03-05 00:00", "2026-03-05 11:00"), away("2026-03-05 12:00", "2026-03-06 00:00"))
    assert found(load(absences=touching), wanted(NOON)) == []


def test_an_open_question_elsewhere_is_soft() -> None:
    elsewhere = duty(window("2026-03-05 11:30", "13:00"))
    (one,) = conflicts(load(asked=(elsewhere, duty(MORNING, 3))), wanted(NOON))
    assert (one.code, one.is_hard, one.params["other"]) == ("asked_elsewhere", False, elsewhere.window)


def test_only_soft_reasons_are_overridden() -> None:
    hard, soft, plain = Reason("a", {"is_hard": True}), Reason("b", {"is_hard": False}), Reason("c")
    assert standing([hard, soft, plain], is_overriding=False) == [hard, soft, plain]
    assert standing([hard, soft, plain], is_overriding=True) == [hard, plain]
    assert [is_soft(one) for one in (hard, soft, plain)] == [False, True, False]


def test_the_reach_holds_whole_weeks_and_the_longest_way() -> None:
    around = reach(wanted(TimeWindow(local("2026-03-08 22:00"), local("2026-03-09 01:00"))))
    assert around.starts_at == local("2026-03-02 00:00") - LONGEST_WAY
    assert around.ends_at == local("2026-03-16 00:00") + LONGEST_WAY


def test_their_own_calendar_says_so_and_what_they_said_themselves_comes_first() -> None:
    read, said = Away(AWAY, window("2026-03-05 08:00", "12:00"), is_from_calendar=True), Away(AWAY, NOON)
    (one,) = conflicts(load(absences=(read,)), wanted(NOON))
    assert (one.code, one.is_hard, one.reason.code) == ("unavailable", False, "person_calendar")
    assert one.params["window"] == read.window
    morning = replace(read, window=window("2026-03-05 00:00", "12:00"))
    (one,) = conflicts(load(absences=(morning,)), wanted(NOON))
    assert (one.reason.code, one.params["part"]) == ("person_calendar_on", DayPart.morning)
    assert [one.reason.code for one in conflicts(load(absences=(read, said)), wanted(NOON))] == ["person_away"]
