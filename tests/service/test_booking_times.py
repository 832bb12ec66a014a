"""Bookings at odd times: where clocks jump, across midnight, over several days, of no length, far ahead, side by side."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import HostKind
from models.errors import Invalid, VenueTaken
from models.tables.resources import Occupancy
from services import bookings, venues
from services.access import COMMAND
from services.unit_of_work import UnitOfWork

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WEEK = range(7)
ALL_DAY = [(day, "00:00", "24:00") for day in WEEK]


def venue(uow: UnitOfWork, **others: Any) -> int:
    with uow.write(COMMAND) as tx:
        return venues.create(tx, name="厅", kind=HostKind.enterprise, capacity=100, **others)


def book(uow: UnitOfWork, venue_id: int, start: str, end: str, **others: Any) -> int:
    starts_at, ends_at = datetime.fromisoformat(start), datetime.fromisoformat(end)
    with uow.write(COMMAND) as tx:
        return bookings.create(tx, venue_id=venue_id, starts_at=starts_at, ends_at=ends_at, **others)


def refused(uow: UnitOfWork, venue_id: int, start: str, end: str, **others: Any) -> VenueTaken:
    with pytest.raises(VenueTaken) as refusal:
        book(uow, venue_id, start, end, **others)
    return refusal.value


def codes(error: VenueTaken | Invalid) -> list[str]:
    return [reason.code for reason in error.reasons]


def taken_hours(uow: UnitOfWork) -> list[float]:
    with uow.read(COMMAND) as tx:
        rows = tx.session.exec(select(Occupancy).order_by(col(Occupancy.id)))
        return [(row.occupied_until - row.occupied_from) / timedelta(hours=1) for row in rows]


def test_the_night_in_which_clocks_go_forward_is_an_hour_shorter(uow: UnitOfWork) -> None:
    berlin = venue(uow, zone="Europe/Berlin", hours=[(day, "01:00", "05:00") for day in WEEK])
    error = refused(uow, berlin, "2026-03-29T01:00:00+01:00", "2026-03-29T05:00:00+01:00")  # until 6 by the clock
    assert codes(error) == ["outside_opening_hours"]
    book(uow, berlin, "2026-03-29T01:00:00+01:00", "2026-03-29T05:00:00+02:00")
    assert taken_hours(uow) == [3.0]


def test_the_hour_that_clocks_show_twice_is_two_hours(uow: UnitOfWork) -> None:
    berlin = venue(uow, zone="Europe/Berlin", hours=ALL_DAY)
    book(uow, berlin, "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+02:00")
    book(uow, berlin, "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00")
    error = refused(uow, berlin, "2026-10-25T02:30:00+01:00", "2026-10-25T02:45:00+01:00")
    assert codes(error) == ["venue_taken"]


def test_another_day_is_offered_at_the_same_time_by_the_clock(uow: UnitOfWork) -> None:
    berlin = venue(uow, zone="Europe/Berlin", hours=[(day, "10:00", "12:00") for day in WEEK])
    window = "2026-03-27T10:00:00+01:00", "2026-03-27T12:00:00+01:00"
    book(uow, berlin, *window)
    offered = {way.starts_at.isoformat() for way in refused(uow, berlin, *window).alternatives}
    assert {"2026-03-26T09:00:00+00:00", "2026-03-30T08:00:00+00:00"} <= offered


def test_a_booking_across_midnight_takes_both_days(uow: UnitOfWork) -> None:
    night = venue(uow, hours=[(day, *span) for day in WEEK for span in (("00:00", "02:00"), ("18:00", "24:00"))])
    book(uow, night, "2026-03-10T22:00:00+08:00", "2026-03-11T01:00:00+08:00")
    error = refused(uow, night, "2026-03-11T00:30:00+08:00", "2026-03-11T01:30:00+08:00")
    assert codes(error) == ["venue_taken"]
    assert any(way.starts_at == datetime.fromisoformat("2026-03-11T01:00:00+08:00") for way in error.alternatives)
    book(uow, night, "2026-03-11T01:00:00+08:00", "2026-03-11T02:00:00+08:00")


def test_a_booking_over_several_days_takes_all_of_them(uow: UnitOfWork) -> None:
    hall = venue(uow)
    book(uow, hall, "2026-03-10T08:00:00+08:00", "2026-03-13T18:00:00+08:00")
    error = refused(uow, hall, "2026-03-12T02:00:00+08:00", "2026-03-12T03:00:00+08:00")
    assert codes(error) == ["venue_taken"]
    assert codes(refused(uow, hall, "2026-04-01T08:00:00+08:00", "2026-04-16T08:00:00+08:00")) == ["window_too_long"]


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        ("2026-03-10T14:00:00+08:00", ["ends_before_start"]),  # no length
        ("2026-03-10T06:00:00+00:00", ["ends_before_start"]),  # no length, told in another zone
        ("2026-03-10T13:59:00+08:00", ["ends_before_start"]),
        ("2026-05-12T14:00:00+08:00", ["too_long_a_window"]),
    ],
)
def test_windows_that_cannot_be_meant_are_invalid(uow: UnitOfWork, end: str, wanted: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        book(uow, venue(uow), "2026-03-10T14:00:00+08:00", end)
    assert codes(refusal.value) == wanted


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("2026-03-10T14:00:00+08:00", "2026-03-10T14:04:59+08:00", "window_too_short"),
        ("2026-03-02T09:00:00+08:00", "2026-03-02T10:00:00+08:00", "starts_in_past"),  # this very instant
        ("1901-01-01T09:00:00+08:00", "1901-01-01T10:00:00+08:00", "starts_in_past"),
        ("2028-03-03T09:00:00+08:00", "2028-03-03T10:00:00+08:00", "beyond_horizon"),
        ("2199-12-30T09:00:00+08:00", "2199-12-30T10:00:00+08:00", "beyond_horizon"),
    ],
)
def test_windows_that_no_venue_gives_are_refused(uow: UnitOfWork, start: str, end: str, wanted: str) -> None:
    assert codes(refused(uow, venue(uow, valid_from_on=date(1900, 1, 1)), start, end)) == [wanted]


def test_bookings_collide_by_set_up_and_tear_down_alone(uow: UnitOfWork) -> None:
    hall = venue(uow, set_up_minutes=20, tear_down_minutes=10)
    book(uow, hall, "2026-03-10T10:00:00+08:00", "2026-03-10T11:00:00+08:00")
    error = refused(uow, hall, "2026-03-10T11:29:00+08:00", "2026-03-10T12:00:00+08:00")
    assert codes(error) == ["venue_taken"]
    first = error.alternatives[0]
    assert first.starts_at == datetime.fromisoformat("2026-03-10T11:30:00+08:00")
    bare = {"set_up_minutes": 0, "tear_down_minutes": 0}
    assert codes(refused(uow, hall, "2026-03-10T11:09:00+08:00", "2026-03-10T11:20:00+08:00", **bare)) == [
        "venue_taken"
    ]
    book(uow, hall, "2026-03-10T11:10:00+08:00", "2026-03-10T11:20:00+08:00", **bare)


def test_bookings_whose_buffers_touch_are_both_accepted(uow: UnitOfWork) -> None:
    hall = venue(uow, set_up_minutes=20, tear_down_minutes=10)
    book(uow, hall, "2026-03-10T10:00:00+08:00", "2026-03-10T11:00:00+08:00")
    book(uow, hall, "2026-03-10T11:30:00+08:00", "2026-03-10T12:00:00+08:00")
    book(uow, hall, "2026-03-10T08:30:00+08:00", "2026-03-10T09:30:00+08:00")
    assert taken_hours(uow) == [1.5, 1.0, 1.5]
