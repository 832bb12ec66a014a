"""Series: a table of dates, each booked, asked for or refused and kept."""

from datetime import date, time, timedelta

import pytest
from sqlmodel import col, func, select

from models.enums import BookingState, QuotaPeriod, UserRole, VenueRightKind
from models.errors import Conflict, Forbidden, Invalid, NotFound
from models.tables.bookings import Booking
from models.tables.history import HistoryEntry
from models.tables.resources import Occupancy
from models.tables.series import BookingSeries, SeriesDate
from models.tables.venues import Venue, VenueRight
from muster.localtime import to_local, zone
from services import bookings, series
from services.access import Actor, Grant
from services.kept_reasons import kept, told
from services.series_changes import Change, Scope
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, small_house
from tests.service.series_tables import WEEK, block, change, codes, create, read, states, walls, wish
from tests.service.statements import counted

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BOOKED, ASKED = BookingState.confirmed, BookingState.requested


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def test_each_date_is_booked_or_refused_and_kept_with_a_way_out(uow: UnitOfWork, house: SmallHouse) -> None:
    block(uow, house, START + WEEK)
    view = create(uow, house.organiser, wish(house))
    assert states(view.dates) == [BOOKED, None, BOOKED, BOOKED]
    assert [one.starts_at for one in view.dates] == [START + n * WEEK for n in range(4)]
    refused = view.dates[1]
    assert codes(refused) == ["venue_taken"]
    assert refused.reasons[0].params["starts_at"] == START + WEEK - timedelta(minutes=20)
    assert refused.alternative is not None and refused.may_take and refused.may_retry
    assert (view.rrule, view.purpose, view.requested_by, view.may_change) == (
        "FREQ=WEEKLY;COUNT=4",
        "合唱团排练",
        "organiser",
        True,
    )
    with uow.read(house.organiser) as tx:
        rows = tx.session.exec(select(Booking).where(col(Booking.series_id) == view.id)).all()
        assert {(row.purpose, row.set_up_minutes) for row in rows} == {("合唱团排练", 20)}
        assert tx.session.exec(select(func.count()).select_from(Occupancy)).one() == 4


def test_taking_the_alternative_is_one_step_and_checked_again(uow: UnitOfWork, house: SmallHouse) -> None:
    block(uow, house, START + WEEK)
    view = create(uow, house.organiser, wish(house))
    offered = view.dates[1].alternative
    assert offered is not None
    with uow.write(house.leader) as tx:
        bookings.create(
            tx, venue_id=offered.venue.id, starts_at=offered.way.starts_at, ends_at=offered.way.ends_at, purpose="先到"
        )
    with uow.write(house.organiser) as tx:
        gone = series.take_alternative(tx, view.dates[1].id)
    assert gone.is_refused and gone.state is None and codes(gone) == ["venue_taken"]
    assert gone.alternative is not None and gone.alternative != offered.way
    with uow.write(house.organiser) as tx:
        had = series.take_alternative(tx, view.dates[1].id)
    assert (had.state, had.is_refused) == (BOOKED, False)
    date_row = read(uow, house.organiser, view.id).dates[1]
    assert date_row.booking is not None
    assert date_row.booking.starts_at == gone.alternative.starts_at
    assert codes(date_row) == ["venue_taken"]  # why it was refused at first stays on record
    assert date_row.is_elsewhere and not date_row.may_take and not date_row.may_retry
    with uow.write(house.organiser) as tx, pytest.raises(Conflict):
        series.take_alternative(tx, view.dates[1].id)


def test_refused_date_is_tried_again_when_the_hall_is_free(uow: UnitOfWork, house: SmallHouse) -> None:
    other = block(uow, house, START + WEEK)
    view = create(uow, house.organiser, wish(house))
    with uow.write(house.organiser) as tx:
        assert series.retry(tx, view.dates[1].id).is_refused
        with pytest.raises(Conflict) as error:
            series.retry(tx, view.dates[0].id)
    assert error.value.reasons[0].code == "date_is_booked"
    with uow.write(house.leader) as tx:
        bookings.cancel(tx, other)
    with uow.write(house.organiser) as tx:
        assert series.retry(tx, view.dates[1].id).state is BOOKED
    again = read(uow, house.organiser, view.id).dates[1]
    assert (codes(again), again.is_elsewhere, again.alternative) == (["venue_taken"], False, None)


@only_sqlite
def test_preview_says_what_would_happen_and_writes_nothing(uow: UnitOfWork, house: SmallHouse) -> None:
    block(uow, house, START + 2 * WEEK)

    def rows() -> list[int]:
        with uow.read(house.organiser) as tx:
            tables = (BookingSeries, SeriesDate, Booking, Occupancy, HistoryEntry)
            return [tx.session.exec(select(func.count()).select_from(table)).one() for table in tables]

    before = rows()
    with uow.write(house.organiser) as tx:
        seen = series.preview(tx, wish(house))
    assert rows() == before
    view = create(uow, house.organiser, wish(house))
    assert [one.state for one in seen] == states(view.dates)
    assert [(one.starts_at, one.reasons) for one in seen] == [(one.starts_at, one.reasons) for one in view.dates]
    assert {one.booked.id for one in seen if one.booked} == {None}
    assert seen[2].alternative == (view.dates[2].alternative and view.dates[2].alternative.way)


@only_sqlite
def test_ways_out_take_neither_each_other_nor_the_series_own_dates(uow: UnitOfWork, house: SmallHouse) -> None:
    """Workdays at 14:00, of which three are taken: every offer can be taken, one after the other."""
    for n in (1, 2, 3):
        block(uow, house, START + timedelta(days=n))
    with uow.write(house.organiser) as tx:
        tx.session.get_one(Venue, house.hall).needs_approval = True
    view = create(uow, house.organiser, wish(house, "FREQ=DAILY;COUNT=4;BYDAY=MO,TU,WE,TH,FR"))
    assert states(view.dates) == [ASKED, None, None, None]
    refused = view.dates[1:]
    offers = {(one.alternative.venue.id, one.alternative.way.starts_at) for one in refused if one.alternative}
    assert len(offers) == 3
    with uow.write(house.organiser) as tx:
        assert not any(series.take_alternative(tx, one.id).is_refused for one in refused)


@only_sqlite
def test_quota_counts_within_the_series(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(house.organiser) as tx:
        venue = tx.session.get_one(Venue, house.hall)
        venue.team_quota, venue.quota_period = 2, QuotaPeriod.month
    view = create(uow, house.leader, wish(house, "FREQ=WEEKLY;COUNT=5"))
    assert states(view.dates) == [BOOKED, BOOKED, None, None, BOOKED]  # 10, 17, 24, 31 March, 7 April
    assert codes(view.dates[2]) == ["quota_used_up"]
    assert view.dates[2].alternative is not None
    _, outcomes = change(uow, house.leader, view.dates[0].id, Scope.all, at=time(16))
    assert [one.is_refused for one in outcomes] == [False, False, True, True, False]


@only_sqlite
def test_days_off_are_refused_where_workdays_were_wanted_until_asked_for(uow: UnitOfWork, house: SmallHouse) -> None:
    sunday = START - timedelta(days=2)
    wanted = {"starts_at": sunday, "ends_at": sunday + LENGTH}
    every = create(uow, house.organiser, wish(house, "FREQ=DAILY;COUNT=3", **wanted))
    assert states(every.dates) == [BOOKED, BOOKED, BOOKED]
    with uow.write(house.organiser) as tx:
        series.cancel(tx, every.dates[0].id, scope=Scope.all)
    view = create(uow, house.organiser, wish(house, "FREQ=DAILY;COUNT=3", workdays_only=True, **wanted))
    assert states(view.dates) == [None, BOOKED, BOOKED]
    day_off = view.dates[0]
    assert codes(day_off) == ["rest_day"]
    assert day_off.alternative is not None
    assert to_local(day_off.alternative.way.starts_at, zone("Asia/Shanghai")).weekday() < 5
    change(uow, house.organiser, view.dates[0].id, Scope.all, at=time(16))
    assert walls(read(uow, house.organiser, view.id).dates) == ["-", "03-09 16:00", "03-10 16:00"]
    with uow.write(house.organiser) as tx:
        assert series.retry(tx, day_off.id).state is BOOKED


@only_sqlite
def test_everything_wrong_is_told_at_once(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(house.organiser) as tx:
        with pytest.raises(Invalid) as error:
            series.create(tx, wish(house, "FREQ=WEEKLY;BYDAY=XX", ends_at=START, purpose="x" * 201))
        with pytest.raises(Invalid) as endless:
            series.preview(tx, wish(house, "FREQ=WEEKLY"))
        with pytest.raises(NotFound):
            series.create(tx, wish(house, venue_id=999))
    assert {(reason.code, reason.params["field"]) for reason in error.value.reasons} == {
        ("ends_before_start", "ends_at"),
        ("too_long", "purpose"),
        ("rrule_invalid", "rrule"),
    }
    assert [reason.code for reason in endless.value.reasons] == ["rrule_without_end"]


@only_sqlite
def test_whoever_may_not_book_makes_no_series_and_changes_none(uow: UnitOfWork, house: SmallHouse) -> None:
    view = create(uow, house.organiser, wish(house))
    for actor in (house.member, house.auditor):
        with uow.write(actor) as tx, pytest.raises(Forbidden):
            series.create(tx, wish(house))
        assert not read(uow, actor, view.id).may_change
    for actor in (house.leader, house.auditor, house.member):
        for do in (
            lambda tx: series.cancel(tx, view.dates[0].id, scope=Scope.all),
            lambda tx: series.retry(tx, view.dates[0].id),
            lambda tx: series.take_alternative(tx, view.dates[0].id),
            lambda tx: series.change(tx, view.dates[0].id, Change(at=time(9)), scope=Scope.one),
        ):
            with uow.write(actor) as tx, pytest.raises(Forbidden):
                do(tx)
    own = create(uow, house.leader, wish(house, venue_id=house.small_hall))
    with uow.write(house.organiser) as tx:
        assert len(series.cancel(tx, own.dates[0].id, scope=Scope.all).outcomes) == 4


@only_sqlite
def test_hall_that_is_not_for_the_team_refuses_every_date(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(house.organiser) as tx:
        tx.add(VenueRight(venue_id=house.hall, team_id=house.other_squad, kind=VenueRightKind.book))
    view = create(uow, house.leader, wish(house))
    assert [codes(one) for one in view.dates] == [["venue_not_for_team"]] * 4
    assert {one.alternative.venue.id for one in view.dates if one.alternative} == {house.small_hall}
    other = Actor(kind="user", user_id=house.leader.user_id, grants=(Grant(UserRole.leader, house.other_squad),))
    assert states(create(uow, other, wish(house)).dates) == [BOOKED] * 4


@only_sqlite
def test_dates_cost_a_few_statements_each_booked_or_refused(uow: UnitOfWork, house: SmallHouse) -> None:
    """Free ones go through the same checks as a single booking; refused ones share what was read of all venues."""
    found = {}
    for taken in (False, True):
        for count in (5, 15):
            with uow.write(house.organiser) as tx, counted(uow) as sent:
                outcomes = series.preview(tx, wish(house, f"FREQ=WEEKLY;COUNT={count}"))
            assert [one.is_refused for one in outcomes] == [taken] * count
            found[taken, count] = len(sent)
        create(uow, house.organiser, wish(house, "FREQ=WEEKLY;COUNT=15"))
    assert (found[False, 15] - found[False, 5]) / 10 < 26
    assert (found[True, 15] - found[True, 5]) / 10 < 6


def test_kept_reasons_come_back_as_they_were() -> None:
    from models.enums import Layout
    from models.rules.verdicts import Reason

    reason = Reason(
        "x",
        {
            "at": START,
            "on": date(2026, 3, 1),
            "long": timedelta(minutes=90),
            "layouts": [Layout.theatre, Layout.banquet],
            "n": 3,
            "none": None,
            "km": 1.5,
            "text": "文",
        },
    )
    assert told(kept(reason)) == reason
