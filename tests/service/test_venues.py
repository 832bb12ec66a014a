"""Venues: writing, hours, wholes and parts, and what the day and week of a hall show to whom."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import Datum, HostKind, OrgKind, UserRole
from models.errors import Conflict, Forbidden, Invalid, NotFound, VenueTaken
from models.tables.resources import Occupancy, Resource
from models.tables.venues import VenueResource
from services import bookings, orgs, venues
from services.access import COMMAND, STRANGER
from services.queries.venues import list_venues, read_venue
from services.unit_of_work import UnitOfWork
from tests.service.builders import START
from tests.service.refusals import AUDITOR, ORGANISER, acting, codes

DAY = date(2026, 3, 10)  # Tuesday
HOUR = timedelta(hours=1)


def make(uow: UnitOfWork, name: str, **others: Any) -> int:
    with uow.write(ORGANISER) as tx:
        return venues.create(
            tx, name=name, kind=others.pop("kind", HostKind.office), capacity=others.pop("capacity", 50), **others
        )


def book(uow: UnitOfWork, venue_id: int, starts_at: datetime = START, **others: Any) -> int:
    with uow.write(ORGANISER) as tx:
        return bookings.create(tx, venue_id=venue_id, starts_at=starts_at, ends_at=starts_at + HOUR, **others)


def test_venue_is_written_with_its_hours(uow: UnitOfWork) -> None:
    with uow.write(ORGANISER) as tx:
        org_id = orgs.create(tx, name="文化宫", kind=OrgKind.institution)
    venue_id = make(
        uow,
        "工人文化宫　礼堂",
        org_id=org_id,
        code="v-1",
        address="大冶大道 1 号",
        lat=30.09,
        lon="114.96",
        datum="gcj02",
        contact_phone="13812345678",
        access_note="钥匙在传达室",
        needs_approval=True,
        hours=[(5, "9:00", "12:00"), (0, "14:00", "17:30"), (0, "08:30", "11:30"), (6, "18:00", "24:00")],
    )
    with uow.read(ORGANISER) as tx:
        view = read_venue(tx, venue_id)
    assert (view.venue.name, view.venue.code, view.venue.zone) == ("工人文化宫 礼堂", "v-1", "Asia/Shanghai")
    assert (view.venue.lat, view.venue.lon, view.venue.datum) == (30.09, 114.96, Datum.gcj02)
    assert view.venue.org is not None
    assert view.venue.org.name == "文化宫"
    assert [str(span) for span in view.hours] == [
        "0 08:30-11:30",
        "0 14:00-17:30",
        "5 09:00-12:00",
        "6 18:00-24:00",
    ]
    assert (view.contact_phone, view.access_note, view.is_masked) == ("+8613812345678", "钥匙在传达室", False)
    for actor in (AUDITOR, STRANGER):
        with uow.read(actor) as tx:
            masked = read_venue(tx, venue_id)
        assert (masked.contact_phone, masked.access_note, masked.is_masked) == (None, None, True)


def test_every_wrong_value_is_named(uow: UnitOfWork) -> None:
    with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
        venues.create(
            tx,
            name="",
            kind=HostKind.school,
            capacity=0,
            lat=91,
            zone="Asia/Daye",
            set_up_minutes=2000,
            org_id=9,
            hours=[(0, "11:00", "09:00")],
        )
    assert sorted(codes(error)) == sorted(
        [
            ("missing", "name"),
            ("out_of_range", "capacity"),
            ("out_of_range", "lat"),
            ("place_incomplete", "lon"),
            ("zone_unknown", "zone"),
            ("out_of_range", "set_up_minutes"),
            ("unknown_reference", "org_id"),
            ("hours_wrong", "hours"),
        ]
    )


def test_hours_are_replaced_whole(uow: UnitOfWork) -> None:
    venue_id = make(uow, "礼堂", hours=[(0, "08:00", "12:00")])
    with uow.write(ORGANISER) as tx:
        venues.change(tx, venue_id, {"hours": [(0, "08:00", "12:00")]}, expected_version=1)
        assert tx.events == []
        venues.change(tx, venue_id, {"hours": [(1, "08:00", "12:00")], "capacity": 60}, expected_version=1)
    with uow.read(ORGANISER) as tx:
        view = read_venue(tx, venue_id)
    assert ([str(span) for span in view.hours], view.venue.capacity, view.venue.version) == (
        ["1 08:00-12:00"],
        60,
        2,
    )
    with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
        venues.change(tx, venue_id, {"hours": [(1, "08:00", "12:00"), (1, "11:59", "13:00")]})
    assert codes(error) == [("hours_overlap", "hours")]
    with uow.write(ORGANISER) as tx:
        venues.change(tx, venue_id, {"hours": []})


def test_only_managers_write(uow: UnitOfWork) -> None:
    venue_id = make(uow, "礼堂")
    for actor in (AUDITOR, acting(UserRole.member, 1), acting(UserRole.leader, 1)):
        with pytest.raises(Forbidden), uow.write(actor) as tx:
            venues.create(tx, name="甲", kind=HostKind.office, capacity=1)
        with pytest.raises(Forbidden), uow.write(actor) as tx:
            venues.change(tx, venue_id, {"name": "乙"})
        with pytest.raises(Forbidden), uow.write(actor) as tx:
            venues.end(tx, venue_id, date(2027, 1, 1))


def leaves(uow: UnitOfWork, venue_id: int) -> list[str]:
    with uow.read(COMMAND) as tx:
        found = (
            select(Resource.name)
            .join(VenueResource, col(VenueResource.resource_id) == col(Resource.id))
            .where(col(VenueResource.venue_id) == venue_id)
        )
        return sorted(tx.session.exec(found))


def test_a_whole_takes_its_parts_and_a_part_only_itself(uow: UnitOfWork) -> None:
    whole = make(uow, "会展中心")
    east = make(uow, "东厅", parent_id=whole)
    corner = make(uow, "东厅一角", parent_id=east)
    west = make(uow, "西厅", parent_id=whole)
    assert leaves(uow, whole) == sorted(["会展中心", "东厅", "东厅一角", "西厅"])
    assert leaves(uow, east) == sorted(["东厅", "东厅一角"])
    assert leaves(uow, corner) == ["东厅一角"]
    book(uow, corner)
    book(uow, west)
    for taken in (whole, east, corner, west):
        with pytest.raises(VenueTaken):
            book(uow, taken)
    book(uow, whole, START + 3 * HOUR)
    for taken in (east, corner, west):
        with pytest.raises(VenueTaken):
            book(uow, taken, START + 3 * HOUR)


def test_a_part_added_later_is_taken_with_its_whole(uow: UnitOfWork) -> None:
    whole = make(uow, "会展中心")
    taken_id = book(uow, whole)
    part = make(uow, "东厅", parent_id=whole)
    with pytest.raises(VenueTaken):
        book(uow, part)
    book(uow, part, START + 3 * HOUR)
    with uow.write(ORGANISER) as tx:
        bookings.cancel(tx, taken_id)
        assert tx.session.exec(select(Occupancy).where(col(Occupancy.booking_id) == taken_id)).all() == []
    book(uow, part)


def test_a_venue_stays_where_it_is_a_part(uow: UnitOfWork) -> None:
    whole = make(uow, "会展中心")
    part = make(uow, "东厅", parent_id=whole)
    with pytest.raises(Conflict) as error, uow.write(ORGANISER) as tx:
        venues.change(tx, part, {"parent_id": None})
    assert codes(error) == [("venue_parent_fixed", "parent_id")]
    with uow.write(ORGANISER) as tx:
        venues.change(tx, part, {"parent_id": whole, "name": "东厅（新）"})
    with uow.read(ORGANISER) as tx:
        assert [row.name for row in read_venue(tx, whole).parts] == ["东厅（新）"]
        parent = read_venue(tx, part).venue.parent
    assert parent is not None
    assert parent.name == "会展中心"


def test_a_booked_venue_does_not_end(uow: UnitOfWork) -> None:
    venue_id = make(uow, "礼堂", valid_from_on=date(2020, 1, 1))
    make(uow, "舞台", parent_id=venue_id)
    book(uow, venue_id)
    with pytest.raises(Conflict) as error, uow.write(ORGANISER) as tx:
        venues.end(tx, venue_id, DAY)
    assert codes(error) == [("venue_has_bookings", None), ("venue_has_parts", None)]
    with pytest.raises(Conflict), uow.write(ORGANISER) as tx:
        venues.change(tx, venue_id, {"valid_until_on": DAY})
    with pytest.raises(Invalid), uow.write(ORGANISER) as tx:
        venues.end(tx, venue_id, date(2020, 1, 1))
    with pytest.raises(NotFound), uow.write(ORGANISER) as tx:
        venues.end(tx, 99, DAY)
    plain_id = make(uow, "旧厅", valid_from_on=date(2020, 1, 1))
    with uow.write(ORGANISER) as tx:
        venues.end(tx, plain_id, DAY)
        venues.end(tx, plain_id, DAY)
        assert len(tx.events) == 1


def test_list_is_narrowed(uow: UnitOfWork) -> None:
    with uow.write(ORGANISER) as tx:
        org_id = orgs.create(tx, name="文化宫", kind=OrgKind.institution)
    whole = make(uow, "会展中心", capacity=500, org_id=org_id, division_code="420281", address="湛月路 8 号")
    make(uow, "东厅", capacity=80, parent_id=whole, kind=HostKind.enterprise)
    make(uow, "旧厅", valid_from_on=date(2019, 1, 1), valid_until_on=date(2020, 1, 1), code="OLD")
    with uow.read(STRANGER) as tx:

        def names(**filters: Any) -> list[str]:
            return [row.name for row in list_venues(tx, **filters).items]

        assert names() == ["东厅", "会展中心", "旧厅"]
        assert names(q="湛月路") == ["会展中心"]
        assert names(q="old") == ["旧厅"]
        assert names(kind=HostKind.enterprise) == ["东厅"]
        assert names(capacity=80) == ["东厅", "会展中心"]
        assert names(org_id=org_id, division_code="4202") == ["会展中心"]
        assert names(parent_id=whole) == ["东厅"]
        assert names(on=DAY) == ["东厅", "会展中心"]
        with pytest.raises(Invalid):
            names(capacity=2**40)
        for venue_id in (99, 2**40):
            with pytest.raises(NotFound):
                read_venue(tx, venue_id)
