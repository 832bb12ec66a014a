"""Venues as they are: terms, special days, layouts, rights, quota, and who learns the code of the door."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import col, select

from models.enums import (
    AccessKind,
    AssignmentRole,
    AssignmentState,
    BookingState,
    HolidayRule,
    HostKind,
    Layout,
    QuotaPeriod,
    UserRole,
    VenueRightKind,
)
from models.errors import DomainError, Forbidden, Invalid, LostRace, NotFound
from models.rules.booking import may_book
from models.rules.verdicts import Refused
from models.tables.assignments import Assignment
from models.tables.base import table_of
from models.tables.bookings import Booking
from models.tables.venues import Venue, VenueDays, VenueHours
from models.values import TimeWindow
from services import venue_days, venue_facts, venue_layouts, venue_rights, venue_terms, venues
from services.access import COMMAND, STRANGER, Actor
from services.queries.venues import read_venue
from services.unit_of_work import UnitOfWork
from services.venue_terms import Asking
from tests.service.builders import START, add_lecture, small_house
from tests.service.refusals import AUDITOR, ORGANISER, acting, codes
from tests.service.statements import counted

HOUR = timedelta(hours=1)
WINDOW = TimeWindow(START, START + HOUR)
NATIONAL_DAY = ("2026-10-01", "2026-10-08", None, None, "国庆节")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def make(uow: UnitOfWork, **others: Any) -> int:
    with uow.write(ORGANISER) as tx:
        return venues.create(tx, name="礼堂", kind=HostKind.office, capacity=100, **others)


def change(uow: UnitOfWork, venue_id: int, **changes: Any) -> list[Any]:
    """Change a venue and return what history will tell."""
    with uow.write(ORGANISER) as tx:
        venues.change(tx, venue_id, changes)
        return [event.payload()["changes"] for event in tx.events]


def add_booking(uow: UnitOfWork, venue_id: int, starts_at: datetime = START, **others: Any) -> int:
    """Write a booking as it stands, whatever the rules say."""
    values = {"state": BookingState.confirmed, "held_until": starts_at, "created_at": START} | others
    window = {"starts_at": starts_at, "ends_at": starts_at + HOUR}
    occupied = {"occupied_from": starts_at, "occupied_until": starts_at + HOUR}
    with uow.write(COMMAND) as tx:
        return tx.add(Booking(venue_id=venue_id, **window, **occupied, **values)).id


def test_everything_is_written_read_and_told(uow: UnitOfWork) -> None:
    house = small_house(uow)
    venue_id = make(
        uow,
        holiday_rule=HolidayRule.working_calendar,
        shortest_minutes=30,
        longest_minutes="600",
        notice_minutes=120,
        notice_workdays=2,
        horizon_days=90,
        team_quota=3,
        quota_period="month",
        hold_minutes=1440,
        no_show_minutes=30,
        access_kind="code",
        access_note="东门",
        access_code="2580",
        days=[NATIONAL_DAY, ("2026-10-10", "2026-10-11", "09:00", "12:00", "补开")],
        layouts={Layout.classroom: 60, Layout.theatre: 100},
        rights=[(house.squad, VenueRightKind.request), (house.squad, VenueRightKind.book)],
    )
    with uow.read(house.organiser) as tx:
        view = read_venue(tx, venue_id)
    assert view.terms.holiday_rule is HolidayRule.working_calendar
    assert (view.terms.longest_minutes, view.terms.team_quota, view.terms.quota_period) == (600, 3, QuotaPeriod.month)
    assert [(row.from_on.day, row.opens, row.is_closed, row.note) for row in view.days] == [
        (1, None, True, "国庆节"),
        (10, "09:00", False, "补开"),
    ]
    assert [(row.layout, row.capacity) for row in view.layouts] == [(Layout.theatre, 100), (Layout.classroom, 60)]
    assert [(row.team_name, row.kind) for row in view.rights] == [
        ("铜都分队", VenueRightKind.book),
        ("铜都分队", VenueRightKind.request),
    ]
    assert (view.access_kind, view.access_note, view.access_code) == (AccessKind.code, "东门", "2580")
    with uow.write(ORGANISER) as tx:
        venues.create(tx, name="乙", kind=HostKind.office, capacity=1, access_code="2580", days=[NATIONAL_DAY])
        (event,) = tx.events
        assert "2580" not in str(event.payload())
        assert event.payload()["values"]["days"] == ["2026-10-01..2026-10-07 国庆节"]
    assert change(uow, venue_id, access_code="1111", layouts=[("theatre", 90)], days=[], rights=[]) == [
        {
            "access_code": ["*", "*"],
            "layouts": [{"theatre": 100, "classroom": 60}, {"theatre": 90}],
            "days": [["2026-10-01..2026-10-07 国庆节", "2026-10-10..2026-10-10 09:00-12:00 补开"], []],
            "rights": [[f"{house.squad} book", f"{house.squad} request"], []],
        }
    ]
    assert change(uow, venue_id, layouts={"theatre": 90}, days=[], rights=[], access_code="1111") == []


@on_sqlite
def test_who_sees_the_code_and_the_rights(uow: UnitOfWork) -> None:
    house = small_house(uow)
    venue_id = make(uow, access_code="2580", access_note="东门", rights=[(house.squad, VenueRightKind.book)])
    seen = {}
    for name, actor in (("leader", house.leader), ("auditor", AUDITOR), ("stranger", STRANGER)):
        with uow.read(actor) as tx:
            view = read_venue(tx, venue_id)
        seen[name] = (view.access_code, view.access_note, len(view.rights))
    assert seen == {"leader": (None, "东门", 1), "auditor": (None, None, 1), "stranger": (None, None, 0)}


@on_sqlite
def test_every_wrong_term_is_named(uow: UnitOfWork) -> None:
    venue_id = make(uow)
    wrong = {
        "shortest_minutes": 4,
        "horizon_days": 732,
        "team_quota": 2,
        "no_show_minutes": 5,
        "holiday_rule": "never",
        "layouts": {"sofa": 3},
        "days": [("2026-10-08", "2026-10-01", None, None, "")],
        "rights": [(99, "book"), (98, "approve")],
    }
    with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
        venues.change(tx, venue_id, wrong)
    assert sorted(codes(error)) == [
        ("days_end_before_they_begin", "days"),
        ("out_of_range", "horizon_days"),
        ("out_of_range", "no_show_minutes"),
        ("out_of_range", "shortest_minutes"),
        ("quota_incomplete", "quota_period"),
        ("unknown_reference", "rights"),
        ("unknown_reference", "rights"),
        ("word_unknown", "holiday_rule"),
        ("word_unknown", "layouts"),
    ]
    change(uow, venue_id, shortest_minutes=60)
    for changes, wanted in (
        ({"longest_minutes": 59}, [("longest_below_shortest", "longest_minutes")]),
        ({"quota_period": "week"}, [("quota_incomplete", "team_quota")]),
    ):
        with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
            venues.change(tx, venue_id, changes)
        assert codes(error) == wanted
    change(uow, venue_id, team_quota=2, quota_period="week")
    change(uow, venue_id, team_quota=None, quota_period=None)


@on_sqlite
def test_days_layouts_and_rights_come_and_go_one_by_one(uow: UnitOfWork) -> None:
    house = small_house(uow)
    venue_id = make(uow)
    add_booking(uow, venue_id)
    add_booking(uow, venue_id, START + 24 * HOUR, state=BookingState.cancelled)
    with uow.write(ORGANISER) as tx:
        days = {"from_on": "2026-03-10", "until_on": "2026-03-12"}
        closed = venue_days.add(tx, venue_id, **days, note="检修")
        opened = venue_days.add(tx, venue_id, **days, opens="9:00", closes="12:00")
        assert venue_days.bookings_on(tx, venue_id, date(2026, 3, 10), date(2026, 3, 12)) == 1
        assert venue_days.bookings_on(tx, venue_id, date(2026, 3, 11), date(2026, 3, 12)) == 0
        venue_days.remove(tx, venue_id, closed)
        venue_layouts.put(tx, venue_id, Layout.theatre, 90)
        venue_layouts.put(tx, venue_id, Layout.theatre, 80)
        venue_layouts.put(tx, venue_id, Layout.theatre, 80)
        right = venue_rights.add(tx, venue_id, team_id=house.squad, kind=VenueRightKind.approve)
        assert venue_rights.add(tx, venue_id, team_id=house.squad, kind=VenueRightKind.approve) == right
        assert len(tx.events) == 6
    with uow.read(ORGANISER) as tx:
        view = read_venue(tx, venue_id)
    assert ([row.id for row in view.days], view.layouts[0].capacity, view.venue.version) == ([opened], 80, 7)
    with uow.write(ORGANISER) as tx:
        venue_layouts.remove(tx, venue_id, Layout.theatre)
        venue_rights.remove(tx, venue_id, right)
        for call in (
            lambda: venue_layouts.remove(tx, venue_id, Layout.theatre),
            lambda: venue_rights.remove(tx, venue_id, right),
            lambda: venue_rights.remove(tx, house.hall, right),
            lambda: venue_days.remove(tx, house.hall, opened),
            lambda: venue_days.bookings_on(tx, 99, date(2026, 3, 11), date(2026, 3, 12)),
        ):
            with pytest.raises(NotFound):
                call()
        for call in (
            lambda: venue_days.add(tx, venue_id, from_on="soon", until_on="2026-03-12"),
            lambda: venue_layouts.put(tx, venue_id, Layout.theatre, 0),
            lambda: venue_rights.add(tx, venue_id, team_id=99, kind=VenueRightKind.book),
        ):
            with pytest.raises(Invalid):
                call()
    for actor in (AUDITOR, house.leader):
        with pytest.raises(Forbidden), uow.write(actor) as tx:
            venue_days.add(tx, venue_id, **days)
    with pytest.raises(LostRace), uow.write(ORGANISER) as tx:
        venues.change(tx, venue_id, {"days": [NATIONAL_DAY]}, expected_version=1)


@on_sqlite
def test_two_hundred_venues_take_as_many_statements_as_three(uow: UnitOfWork) -> None:
    house = small_house(uow)
    make(
        uow,
        days=[NATIONAL_DAY],
        layouts={Layout.theatre: 90},
        team_quota=1,
        quota_period="week",
        equipment="投影、话筒",
    )

    def statements(asking: Asking | None) -> int:
        with uow.read(ORGANISER) as tx, counted(uow) as sent:
            assert len(venue_facts.options(tx, asking=asking)) > 2
        return len(sent)

    asking = Asking(team_id=house.squad, around=WINDOW)
    before = statements(None), statements(asking)
    with uow.write(COMMAND) as tx:
        common = {"kind": HostKind.office, "capacity": 9, "valid_from_on": date(2020, 1, 1), "created_at": START}
        terms = {"team_quota": 1, "quota_period": QuotaPeriod.month, "version": 1}
        rows = [Venue(name=f"厅{number}", **common, **terms).model_dump(exclude={"id"}) for number in range(200)]
        tx.session.execute(insert(table_of(Venue)), rows)
        ids = tx.session.exec(select(Venue.id).where(col(Venue.capacity) == 9)).all()
        hours = [{"venue_id": one, "weekday": 1, "opens_minute": 540, "closes_minute": 1440} for one in ids]
        tx.session.execute(insert(table_of(VenueHours)), hours)
        days = {"from_on": date(2026, 10, 1), "until_on": date(2026, 10, 8), "note": ""}
        tx.session.execute(insert(table_of(VenueDays)), [{"venue_id": one} | days for one in ids])
    assert (statements(None), statements(asking)) == before
    with uow.read(ORGANISER) as tx:
        facts = venue_facts.options(tx)[ids[0]].venue
        own = venue_facts.options(tx, max(ids) - 200)[max(ids) - 200].venue
    assert (len(facts.days), facts.hours[0].opens.hour, facts.terms) == (1, 9, None)
    assert (own.layouts, own.equipment) == ({Layout.theatre: 90}, frozenset({"投影", "话筒"}))


@on_sqlite
def test_what_closes_a_whole_closes_its_parts(uow: UnitOfWork) -> None:
    whole = make(uow, days=[("2026-03-10", "2026-03-12", None, None, "检修")])
    east = make(uow, parent_id=whole)
    corner = make(uow, parent_id=east, days=[("2026-03-11", "2026-03-12", "09:00", "21:00", "")])
    add_booking(uow, corner)
    with uow.read(ORGANISER) as tx:
        every = venue_facts.options(tx)
        assert {one: every[one] for one in (whole, east, corner)} == {
            one: venue_facts.options(tx, one)[one] for one in (whole, east, corner)
        }
        assert venue_days.bookings_on(tx, whole, date(2026, 3, 10), date(2026, 3, 11)) == 1
        next_day = TimeWindow(START + 24 * HOUR, START + 25 * HOUR)
        open_on = {
            one: [bool(may_book(every[one].venue, when, when, tx.now)) for when in (WINDOW, next_day)] for one in every
        }
    assert open_on == {whole: [False, False], east: [False, False], corner: [False, True]}


def refused(uow: UnitOfWork, venue_id: int, team_id: int | None, actor: Actor = ORGANISER, **others: Any) -> list[str]:
    """Return what stands against a team, asked both ways."""
    window = others.pop("window", WINDOW)
    with uow.read(actor) as tx:
        venue = tx.get(Venue, venue_id, noun="venue", for_update=False)
        found = venue_terms.refusals(tx, venue, team_id=team_id, window=window, **others)
        asking = Asking(team_id=team_id, around=window, **others)
        option = venue_facts.options(tx, venue_id, asking=asking)[venue_id]
        assert option.needs_approval is venue_terms.needs_approval(tx, venue, team_id)
        answer = may_book(option.venue, window, window, tx.now)
    assert (list(answer.reasons) if isinstance(answer, Refused) else []) == found
    return [reason.code for reason in found]


def test_a_quota_counts_what_the_team_and_those_below_it_have(uow: UnitOfWork) -> None:
    house = small_house(uow)
    venue_id = make(uow, team_quota=2, quota_period=QuotaPeriod.week)
    lecture = add_lecture(uow, house)
    add_booking(uow, venue_id, activity_id=lecture)
    monday = datetime(2026, 3, 8, 16, tzinfo=UTC)  # the first instant of the venue's week
    add_booking(uow, venue_id, monday - HOUR, team_id=house.squad)
    add_booking(uow, venue_id, START, team_id=house.squad, state=BookingState.declined)
    add_booking(uow, house.hall, START, team_id=house.squad)
    assert refused(uow, venue_id, house.squad) == []
    last = add_booking(uow, venue_id, monday, team_id=house.squad, state=BookingState.requested)
    assert refused(uow, venue_id, house.squad) == refused(uow, venue_id, house.headquarters) == ["quota_used_up"]
    assert refused(uow, venue_id, house.squad, leave_out_booking_id=last) == []
    assert refused(uow, venue_id, house.other_squad) == refused(uow, venue_id, None) == []
    next_week = TimeWindow(monday + 7 * 24 * HOUR, monday + 7 * 24 * HOUR + HOUR)
    assert refused(uow, venue_id, house.squad, window=next_week) == []
    change(uow, venue_id, team_quota=3, quota_period="month")
    assert refused(uow, venue_id, house.squad) == ["quota_used_up"]
    april = TimeWindow(datetime(2026, 3, 31, 16, tzinfo=UTC), datetime(2026, 3, 31, 17, tzinfo=UTC))
    assert refused(uow, venue_id, house.squad, window=april) == []


def test_rights_hold_for_a_team_and_all_below_it(uow: UnitOfWork) -> None:
    house = small_house(uow)
    venue_id = make(uow, needs_approval=True)

    def terms(team_id: int | None, actor: Actor = ORGANISER) -> tuple[bool, bool]:
        found = refused(uow, venue_id, team_id, actor)
        with uow.read(actor) as tx:
            venue = tx.get(Venue, venue_id, noun="venue", for_update=False)
            return not found, venue_terms.needs_approval(tx, venue, team_id)

    manager = acting(UserRole.organiser, house.squad)
    teams = (house.headquarters, house.squad, house.other_squad, None)
    assert [terms(team) for team in teams] == [(True, True)] * 4
    change(uow, venue_id, rights=[(house.squad, "book"), (house.other_squad, "request")], needs_approval=False)
    assert [terms(team) for team in teams] == [(False, False), (True, False), (True, True), (True, False)]
    assert terms(None, manager) == (False, False)
    change(uow, venue_id, rights=[(house.headquarters, "book")], needs_approval=True)
    assert [terms(team) for team in teams] == [(True, False)] * 3 + [(True, True)]
    change(uow, venue_id, rights=[(house.squad, "approve")])
    assert [terms(team) for team in teams] == [(True, True)] * 4
    decides = []
    for actor in (ORGANISER, manager, acting(UserRole.organiser, house.other_squad), house.leader, STRANGER):
        with uow.read(actor) as tx:
            decides.append((venue_terms.may_decide(tx, venue_id), venue_terms.may_decide(tx, house.hall)))
    assert decides == [(True, True), (True, False), (False, False), (False, False), (False, False)]


def test_the_code_is_for_those_who_have_the_hall(uow: UnitOfWork, clock: Any) -> None:
    house = small_house(uow)
    venue_id = make(uow, access_kind=AccessKind.code, access_note="东门", access_code="2580")
    lecture = add_lecture(uow, house)
    booking_id = add_booking(uow, venue_id, activity_id=lecture, requested_by_id=house.auditor.user_id)
    other = acting(UserRole.leader, house.other_squad, house.people[2])

    def told(actor: Actor) -> tuple[AccessKind, str, str | None]:
        with uow.read(actor) as tx:
            return venue_terms.access_for(tx, tx.get(Booking, booking_id, noun="booking", for_update=False))

    whole, note, nothing = ((AccessKind.code, *rest) for rest in (("东门", "2580"), ("东门", None), ("", None)))
    helper = acting(UserRole.member, house.other_squad, house.people[2])
    assert [told(actor) for actor in (ORGANISER, house.leader, house.auditor)] == [whole] * 3
    assert [told(actor) for actor in (other, house.member, helper, AUDITOR, STRANGER)] == [note] + [nothing] * 4
    with uow.write(COMMAND) as tx:
        part = {"activity_id": lecture, "person_id": house.people[2], "role": AssignmentRole.cadre_lead}
        tx.add(Assignment(**part, state=AssignmentState.accepted, offered_at=tx.now, created_at=tx.now))
    assert told(helper) == whole
    with uow.write(COMMAND) as tx:
        tx.get(Booking, booking_id, noun="booking").state = BookingState.requested
    assert [told(actor) for actor in (ORGANISER, house.auditor)] == [note, nothing]
    with uow.write(COMMAND) as tx:
        tx.get(Booking, booking_id, noun="booking").state = BookingState.used
    assert told(house.auditor) == whole
    clock.set(START + HOUR)
    assert told(house.auditor) == nothing


@on_sqlite
def test_no_list_of_venues_knows_the_code(uow: UnitOfWork) -> None:
    venue_id = make(uow, access_code="2580", access_note="东门")
    with uow.read(ORGANISER) as tx:
        view = read_venue(tx, venue_id)
    assert "2580" not in repr(view.venue)
    with pytest.raises(DomainError), uow.write(ORGANISER) as tx:
        venues.change(tx, venue_id, {"access_code": "x" * 41})
