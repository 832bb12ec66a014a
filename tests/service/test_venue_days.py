"""What the day and week of a hall show, and to whom."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.enums import BookingState, HostKind, UserRole
from models.errors import Invalid, NotFound
from muster.workcalendar import DayKind
from services import bookings, venues
from services.access import COMMAND, STRANGER
from services.queries.venue_days import venue_day, venue_week
from services.queries.venues import list_venues
from services.unit_of_work import UnitOfWork
from tests.service.builders import START, SmallHouse, add_lecture, small_house
from tests.service.refusals import AUDITOR, ORGANISER, acting
from tests.service.statements import counted

DAY = date(2026, 3, 10)  # Tuesday
MONDAY = date(2026, 3, 9)
HOUR = timedelta(hours=1)


def make(uow: UnitOfWork, name: str, **others: Any) -> int:
    with uow.write(ORGANISER) as tx:
        return venues.create(
            tx, name=name, kind=others.pop("kind", HostKind.office), capacity=others.pop("capacity", 50), **others
        )


def book(uow: UnitOfWork, venue_id: int, starts_at: datetime = START, **others: Any) -> int:
    with uow.write(ORGANISER) as tx:
        return bookings.create(tx, venue_id=venue_id, starts_at=starts_at, ends_at=starts_at + HOUR, **others)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def test_day_shows_bookings_with_their_buffers(uow: UnitOfWork, house: SmallHouse) -> None:
    activity_id = add_lecture(uow, house)
    with uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=house.hall, starts_at=START, ends_at=START + HOUR, activity_id=activity_id)
        bookings.create(tx, venue_id=house.hall, starts_at=START + 3 * HOUR, ends_at=START + 4 * HOUR, purpose="排练")
    with uow.read(house.auditor) as tx:
        shown = venue_day(tx, house.hall, DAY)
    first, second = shown.bookings
    assert (first.state, first.purpose, first.booked_by) == (BookingState.confirmed, "劳模工匠进车间宣讲", "organiser")
    assert (first.activity_id, first.activity_title, first.is_masked) == (activity_id, "劳模工匠进车间宣讲", False)
    assert (first.occupied_from, first.occupied_until) == (START - HOUR / 3, START + HOUR + HOUR / 6)
    assert (first.set_up_minutes, first.tear_down_minutes) == (20, 10)
    assert (second.purpose, second.activity_id) == ("排练", None)
    assert shown.day.kind is DayKind.workday
    assert (shown.starts_at, shown.ends_at) == (
        datetime(2026, 3, 9, 16, tzinfo=UTC),
        datetime(2026, 3, 10, 16, tzinfo=UTC),
    )
    assert [(span.starts_at.hour, span.ends_at.hour) for span in shown.opening] == [(0, 13)]


def test_strangers_see_free_and_busy_only(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=house.hall, starts_at=START, ends_at=START + HOUR, purpose="机密会议")
    with uow.write(COMMAND) as tx:
        venues.change(tx, house.small_hall, {"needs_approval": True})
        bookings.create(tx, venue_id=house.small_hall, starts_at=START, ends_at=START + HOUR)
    with uow.read(STRANGER) as tx:
        (busy,) = venue_day(tx, house.hall, DAY).bookings
        assert venue_day(tx, house.small_hall, DAY).bookings == ()
    with uow.read(house.member) as tx:
        assert [row.state for row in venue_day(tx, house.small_hall, DAY).bookings] == [BookingState.requested]
        (named,) = venue_day(tx, house.hall, DAY).bookings
    assert (busy.booking_id, busy.purpose, busy.booked_by, busy.is_masked) == (None, None, None, True)
    assert (busy.occupied_from, busy.state) == (named.occupied_from, BookingState.confirmed)
    assert named.purpose == "机密会议"


def test_titles_are_for_those_who_may_see_the_activity(uow: UnitOfWork, house: SmallHouse) -> None:
    activity_id = add_lecture(uow, house)
    with uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=house.hall, starts_at=START, ends_at=START + HOUR, activity_id=activity_id)
    with uow.read(acting(UserRole.member, house.other_squad)) as tx:
        (row,) = venue_day(tx, house.hall, DAY).bookings
    assert (row.activity_id, row.activity_title) == (None, None)


def test_a_whole_and_its_parts_stand_in_each_others_way(uow: UnitOfWork) -> None:
    whole = make(uow, "会展中心")
    east = make(uow, "东厅", parent_id=whole)
    west = make(uow, "西厅", parent_id=whole)
    book(uow, east, purpose="甲")
    book(uow, whole, START + 3 * HOUR, purpose="乙")
    with uow.read(AUDITOR) as tx:
        seen = {
            week.venue.name: [(row.venue.name, row.purpose) for row in week.days[1].bookings]
            for week in venue_week(tx, None, MONDAY)
        }
        assert [row.purpose for row in venue_day(tx, west, DAY).bookings] == ["乙"]
        assert [row.purpose for row in venue_day(tx, whole, DAY).bookings] == ["甲", "乙"]
    assert seen == {
        "东厅": [("东厅", "甲"), ("会展中心", "乙")],
        "会展中心": [("东厅", "甲"), ("会展中心", "乙")],
        "西厅": [("会展中心", "乙")],
    }


def test_week_tells_workdays_and_hours(uow: UnitOfWork) -> None:
    venue_id = make(uow, "礼堂", hours=[(0, "08:30", "11:30"), (6, "18:00", "24:00")], valid_until_on=date(2026, 5, 10))
    with uow.read(STRANGER) as tx:
        (week,) = venue_week(tx, venue_id, date(2026, 5, 4))
        with pytest.raises(Invalid):
            venue_week(tx, venue_id, date(2026, 5, 5))
        with pytest.raises(Invalid):
            venue_day(tx, venue_id, date(1, 1, 1))
        for unknown in (99, 2**40):
            with pytest.raises(NotFound):
                venue_week(tx, unknown, MONDAY)
    assert [day.day.kind.value for day in week.days] == [
        "holiday",
        "holiday",
        *["workday"] * 3,
        "make_up_workday",
        "weekend",
    ]
    assert [len(day.opening) for day in week.days] == [1, 0, 0, 0, 0, 0, 0]  # on Sunday it is closed for good
    assert week.days[0].opening[0].starts_at == datetime(2026, 5, 4, 0, 30, tzinfo=UTC)


def test_hall_without_hours_is_open_at_any_time(uow: UnitOfWork) -> None:
    venue_id = make(uow, "礼堂")
    with uow.read(STRANGER) as tx:
        shown = venue_day(tx, venue_id, DAY)
    assert [(span.starts_at, span.ends_at) for span in shown.opening] == [(shown.starts_at, shown.ends_at)]


def test_days_follow_the_clocks_of_the_place(uow: UnitOfWork) -> None:
    venue_id = make(uow, "Halle", zone="Europe/Berlin", hours=[(6, "01:30", "04:00")])
    gone = make(uow, "Lücke", zone="Europe/Berlin", hours=[(6, "02:30", "03:00")])
    with uow.read(STRANGER) as tx:
        spring = venue_day(tx, venue_id, date(2026, 3, 29))
        skipped = venue_day(tx, gone, date(2026, 3, 29))
    assert spring.ends_at - spring.starts_at == 23 * HOUR
    assert spring.opening[0].ends_at - spring.opening[0].starts_at == HOUR * 3 / 2
    assert skipped.opening == ()


def test_week_of_all_halls_sends_as_many_statements_for_one_as_for_three(uow: UnitOfWork) -> None:
    first = make(uow, "甲厅")
    book(uow, first)
    with uow.read(AUDITOR) as tx, counted(uow) as one:
        venue_week(tx, None, MONDAY)
        list_venues(tx)
    for name in ("乙厅", "丙厅"):
        book(uow, make(uow, name, hours=[(1, "08:00", "20:00")]))
    with uow.read(AUDITOR) as tx, counted(uow) as three:
        assert len(venue_week(tx, None, MONDAY)) == 3
        assert len(list_venues(tx).items) == 3
    assert len(one) == len(three) == 6
