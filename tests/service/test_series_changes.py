"""Changes of a series: one date, it and the following, or all that lie ahead; what cannot move says why."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlmodel import col, func, select

from models.enums import BookingState
from models.errors import Conflict, Invalid
from models.tables.bookings import Booking
from models.tables.history import HistoryEntry
from models.tables.venues import Venue
from muster.clock import ManualClock
from muster.localtime import to_local, zone
from services import series
from services.series_changes import Scope
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, small_house
from tests.service.series_tables import WEEK, block, change, codes, create, read, states, walls, wish

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BOOKED = BookingState.confirmed


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


@only_sqlite
def test_one_date_moves_and_the_series_stays(uow: UnitOfWork, house: SmallHouse) -> None:
    view = create(uow, house.organiser, wish(house))
    target = view.dates[1].id
    _, (moved,) = change(uow, house.organiser, target, Scope.one, on=date(2026, 3, 18), at=time(16, 30), minutes=60)
    assert (moved.is_refused, moved.state) == (False, BOOKED)
    after = read(uow, house.organiser, view.id)
    assert walls(after.dates) == ["03-10 14:00", "03-18 16:30", "03-24 14:00", "03-31 14:00"]
    assert after.dates[1].starts_at == START + WEEK and after.dates[1].is_elsewhere
    change(uow, house.organiser, target, Scope.one, venue_id=house.small_hall, purpose="小范围排练")
    booking = read(uow, house.organiser, view.id).dates[1].booking
    assert booking is not None
    assert (booking.venue.id, booking.purpose) == (house.small_hall, "小范围排练")
    change(uow, house.organiser, target, Scope.one, purpose="改个名")
    again = read(uow, house.organiser, view.id).dates[1].booking
    assert again is not None and (again.id, again.purpose) == (booking.id, "改个名")


def test_following_dates_become_a_series_of_their_own(uow: UnitOfWork, house: SmallHouse) -> None:
    """The third date at 16:00 is somebody else's: it stays at its old hour, and says why."""
    block(uow, house, START + 2 * WEEK + timedelta(hours=2, minutes=30))
    view = create(uow, house.organiser, wish(house, "FREQ=WEEKLY;BYDAY=TU;UNTIL=20260331"))
    rest_id, outcomes = change(uow, house.organiser, view.dates[1].id, Scope.following, at=time(16))
    assert [one.is_refused for one in outcomes] == [False, True, False]
    old, rest = (read(uow, house.organiser, one) for one in (view.id, rest_id))
    assert (old.rrule, rest.rrule) == ("FREQ=WEEKLY;BYDAY=TU;COUNT=1", "FREQ=WEEKLY;BYDAY=TU;COUNT=3")
    assert walls(old.dates) == ["03-10 14:00"]
    assert walls(rest.dates) == ["03-17 16:00", "03-24 14:00", "03-31 16:00"]
    stuck = rest.dates[1]
    assert (stuck.is_stuck, stuck.is_elsewhere, stuck.may_retry) == (True, True, True)
    assert codes(stuck) == ["not_moved", "venue_taken"]
    assert to_local(stuck.starts_at, zone("Asia/Shanghai")).hour == 16
    assert stuck.alternative is not None
    with uow.write(house.organiser) as tx:
        assert series.take_alternative(tx, stuck.id).state is BOOKED
    settled = read(uow, house.organiser, rest_id).dates[1]
    assert settled.booking is not None and settled.booking.starts_at == stuck.alternative.way.starts_at
    assert (settled.reasons, settled.is_stuck) == ((), False)
    with uow.read(house.organiser) as tx:
        series_ids = tx.session.exec(select(Booking.series_id).where(col(Booking.series_id).is_not(None))).all()
    assert sorted(series_ids)[:4] == [view.id, rest_id, rest_id, rest_id]


@only_sqlite
def test_following_from_the_first_date_on_is_the_series_itself(uow: UnitOfWork, house: SmallHouse) -> None:
    """Its last instant was told for the old hour, so from now on it ends by its count."""
    view = create(uow, house.organiser, wish(house, "FREQ=WEEKLY;UNTIL=20260324T060000Z"))
    same_id, _ = change(uow, house.organiser, view.dates[0].id, Scope.following, at=time(16), purpose="新名")
    after = read(uow, house.organiser, view.id)
    assert (same_id, after.rrule, after.purpose) == (view.id, "FREQ=WEEKLY;COUNT=3", "新名")
    assert walls(after.dates) == ["03-10 16:00", "03-17 16:00", "03-24 16:00"]
    assert {one.booking.purpose for one in after.dates if one.booking} == {"新名"}


@only_sqlite
def test_dry_run_shows_the_table_and_leaves_everything(uow: UnitOfWork, house: SmallHouse) -> None:
    view = create(uow, house.organiser, wish(house))
    with uow.read(house.organiser) as tx:
        before = tx.session.exec(select(func.count()).select_from(HistoryEntry)).one()
    found_id, outcomes = change(uow, house.organiser, view.dates[1].id, Scope.following, at=time(16), dry_run=True)
    assert [one.is_refused for one in outcomes] == [False, False, False]
    assert read(uow, house.organiser, view.id) == view
    with uow.read(house.organiser) as tx:
        assert tx.session.exec(select(func.count()).select_from(HistoryEntry)).one() == before
    assert found_id == view.id


@only_sqlite
def test_all_moves_what_lies_ahead_and_nothing_that_is_past(
    uow: UnitOfWork, house: SmallHouse, clock: ManualClock
) -> None:
    block(uow, house, START + 3 * WEEK)
    view = create(uow, house.organiser, wish(house))
    clock.set(START + timedelta(hours=5))
    same_id, outcomes = change(uow, house.organiser, view.dates[0].id, Scope.all, at=time(9), minutes=120)
    assert same_id == view.id and len(outcomes) == 3
    after = read(uow, house.organiser, view.id)
    assert walls(after.dates) == ["03-10 14:00", "03-17 09:00", "03-24 09:00", "03-31 09:00"]
    assert after.dates[3].reasons == view.dates[3].reasons  # it was refused at 14:00, and is had at 9:00
    assert (after.ends_at - after.starts_at, after.rrule) == (timedelta(hours=2), view.rrule)
    assert not after.dates[0].may_change
    for scope in (Scope.one, Scope.following):
        if scope is Scope.one:
            with pytest.raises(Conflict) as error:
                change(uow, house.organiser, view.dates[0].id, scope, at=time(10))
            assert error.value.reasons[0].code == "date_is_past"
    clock.set(START + 30 * WEEK)
    with uow.write(house.organiser) as tx, pytest.raises(Conflict):
        series.cancel(tx, view.dates[0].id, scope=Scope.all)


@only_sqlite
def test_long_dates_that_move_make_room_for_each_other(uow: UnitOfWork, house: SmallHouse) -> None:
    """Eleven hours a day, an hour later and an hour earlier again: none stands in another's way."""
    with uow.write(house.organiser) as tx:
        venue = tx.session.get_one(Venue, house.hall)
        venue.set_up_minutes = venue.tear_down_minutes = 12 * 60
    wanted = wish(
        house,
        "FREQ=DAILY;INTERVAL=2;COUNT=5",
        starts_at=START - timedelta(hours=6),
        ends_at=START + timedelta(hours=5),
    )
    view = create(uow, house.organiser, wanted)
    assert states(view.dates) == [BOOKED] * 5
    for at in (time(9), time(8)):
        _, outcomes = change(uow, house.organiser, view.dates[0].id, Scope.all, at=at)
        assert not any(one.is_refused for one in outcomes)


@only_sqlite
def test_another_hall_for_all_with_its_own_buffers_and_clocks(uow: UnitOfWork, house: SmallHouse) -> None:
    """14:00 in Daye becomes 14:00 in New York, where the clocks change on 8 March."""
    with uow.write(house.organiser) as tx:
        venue = tx.session.get_one(Venue, house.small_hall)
        venue.zone, venue.set_up_minutes = "America/New_York", 45
    view = create(uow, house.organiser, wish(house, starts_at=START - WEEK, ends_at=START - WEEK + LENGTH))
    change(uow, house.organiser, view.dates[0].id, Scope.all, venue_id=house.small_hall)
    after = read(uow, house.organiser, view.id)
    assert (after.venue.id, after.set_up_minutes) == (house.small_hall, 45)
    assert walls(after.dates, "America/New_York") == ["03-03 14:00", "03-10 14:00", "03-17 14:00", "03-24 14:00"]
    assert [one.starts_at.hour for one in after.dates] == [19, 18, 18, 18]
    assert not any(one.is_elsewhere for one in after.dates)
    with uow.read(house.organiser) as tx:
        gone = select(func.count()).where(col(Booking.state) == BookingState.cancelled)
        assert tx.session.exec(gone).one() == 4


@only_sqlite
def test_cancelling_gives_back_and_is_not_undone_by_a_later_change(uow: UnitOfWork, house: SmallHouse) -> None:
    block(uow, house, START + 2 * WEEK)
    view = create(uow, house.organiser, wish(house))
    with uow.write(house.organiser) as tx:
        found = series.cancel(tx, view.dates[1].id, scope=Scope.following, reason="改到别处")
    assert [one.state for one in found.outcomes] == [None, None, None]
    after = read(uow, house.organiser, view.id)
    assert walls(after.dates) == ["03-10 14:00", "-", "-", "-"]
    assert codes(after.dates[2]) == ["venue_taken", "given_up"]
    assert after.dates[2].alternative is None
    _, outcomes = change(uow, house.organiser, view.dates[0].id, Scope.all, at=time(9))
    assert len(outcomes) == 1
    with uow.write(house.organiser) as tx:
        assert series.retry(tx, view.dates[1].id).state is BOOKED
        series.cancel(tx, view.dates[1].id, scope=Scope.one)


@only_sqlite
@pytest.mark.parametrize(
    ("scope", "wanted", "code"),
    [
        (Scope.all, {}, "nothing_to_change"),
        (Scope.all, {"on": date(2026, 3, 18)}, "day_for_one_only"),
        (Scope.one, {"minutes": 0}, "out_of_range"),
        (Scope.one, {"purpose": "x" * 201}, "too_long"),
    ],
)
def test_changes_that_cannot_be_meant(
    uow: UnitOfWork, house: SmallHouse, scope: Scope, wanted: dict[str, Any], code: str
) -> None:
    view = create(uow, house.organiser, wish(house))
    with pytest.raises(Invalid) as error:
        change(uow, house.organiser, view.dates[0].id, scope, **wanted)
    assert [reason.code for reason in error.value.reasons] == [code]
