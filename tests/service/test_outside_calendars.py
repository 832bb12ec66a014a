"""Calendars kept elsewhere: whose they are, what a reading leaves behind, and what goes wrong."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import AssignmentRole
from models.errors import Conflict, Invalid, NotFound, SignInNeeded
from models.tables.absences import Absence
from models.tables.activities import Activity
from models.tables.history import HistoryEntry
from models.tables.outside_calendars import OutsideCalendar
from models.values import TimeWindow
from muster.clock import ManualClock
from services import absences, assignments, outside_calendars
from services.access import STRANGER, WORKER
from services.outside_busy import Busy
from services.outside_calendars import Due, Fault, OutsideRow, Reading
from services.queries.absences import AbsenceRow, list_absences
from services.unit_of_work import UnitOfWork
from tests.service.builders import START, SmallHouse, add_lecture, small_house

URL = "https://calendar.example.org/private-abc/basic.ics"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def busy(*hours: int, uid: str = "x") -> tuple[Busy, ...]:
    """Return an hour each, so many hours after the lecture begins."""
    return tuple(Busy(uid, TimeWindow(START + hour * HOUR, START + (hour + 1) * HOUR)) for hour in hours)


def give(uow: UnitOfWork, house: SmallHouse, url: str = URL) -> int:
    with uow.write(house.member) as tx:
        return outside_calendars.give(tx, url)


def due(uow: UnitOfWork) -> tuple[Due, ...]:
    with uow.write(WORKER) as tx:
        return outside_calendars.take_due(tx)


def settle(uow: UnitOfWork, number: int, outcome: Reading | Fault) -> None:
    with uow.write(WORKER) as tx:
        outside_calendars.settle(tx, number, outcome)


def own(uow: UnitOfWork, house: SmallHouse) -> tuple[OutsideRow, ...]:
    with uow.read(house.member) as tx:
        return outside_calendars.list_own(tx)


def away(uow: UnitOfWork, house: SmallHouse) -> tuple[AbsenceRow, ...]:
    with uow.read(house.leader) as tx:
        return list_absences(tx, house.people[0]).items


def test_a_reading_replaces_the_last_one_and_leaves_what_was_said(uow: UnitOfWork, house: SmallHouse) -> None:
    number = give(uow, house)
    li = house.people[0]
    with uow.write(house.member) as tx:
        said = absences.write(tx, person_id=li, starts_at=START, ends_at=START + HOUR, note="calendar: 自己写的")
    assert [(one.id, one.url, one.etag) for one in due(uow)] == [(number, URL, "")]
    assert due(uow) == ()  # another worker finds it taken
    settle(uow, number, Reading(busy(0, 1, 5), '"1"'))
    first = away(uow, house)
    assert [(one.is_from_calendar, one.note) for one in first] == [
        (False, "calendar: 自己写的"),
        (True, ""),
        (True, ""),
    ]
    assert [one.ends_at - one.starts_at for one in first] == [HOUR, 2 * HOUR, HOUR]
    settle(uow, number, Reading(busy(5, 8), '"2"'))
    second = away(uow, house)
    assert [one.starts_at for one in second] == [START, START + 5 * HOUR, START + 8 * HOUR]
    assert second[1].id == first[2].id  # what is the same stays
    with uow.write(house.member) as tx, pytest.raises(Conflict):
        absences.withdraw(tx, second[1].id)
    (row,) = own(uow, house)
    assert (row.host, row.fault, row.window_count) == ("calendar.example.org", None, 2)
    with uow.write(house.member) as tx:
        outside_calendars.end(tx, number)
        outside_calendars.end(tx, number)
    assert [one.id for one in away(uow, house)] == [said]
    with uow.read(WORKER) as tx:
        assert tx.session.exec(select(OutsideCalendar.url)).all() == [""]
        told = tx.session.exec(select(HistoryEntry).where(col(HistoryEntry.noun) == "outside_calendar")).all()
    assert [one.event for one in told] == ["outside_calendar.given", "outside_calendar.ended"]
    assert not any("example.org" in one.body for one in told)


def test_busy_times_are_a_soft_conflict_and_our_own_invitations_are_not(uow: UnitOfWork, house: SmallHouse) -> None:
    number, lecture = give(uow, house), add_lecture(uow, house)
    with uow.read(WORKER) as tx:
        uid = tx.session.exec(select(Activity.uid).where(col(Activity.id) == lecture)).one()
    settle(uow, number, Reading((*busy(0, uid=uid), *busy(30))))
    assert [one.starts_at for one in away(uow, house)] == [START + 30 * HOUR]
    settle(uow, number, Reading(busy(0)))
    asked: dict[str, Any] = {"activity_id": lecture, "person_id": house.people[0], "role": AssignmentRole.model_demo}
    with pytest.raises(Conflict) as refusal, uow.write(house.organiser) as tx:
        assignments.offer(tx, **asked)
    assert [(one.code, one.params["is_hard"]) for one in refusal.value.reasons] == [("person_calendar", False)]
    with uow.write(house.organiser) as tx:
        assignments.offer(tx, **asked, override_reason="已经电话问过")


def test_what_goes_wrong_is_told_kept_and_tried_again_ever_more_rarely(
    uow: UnitOfWork, house: SmallHouse, clock: ManualClock
) -> None:
    number = give(uow, house)
    settle(uow, number, Reading(busy(0), '"1"'))
    (row,) = own(uow, house)
    wait = row.next_read_at - clock.now()
    assert timedelta(hours=3) < wait < timedelta(hours=5)
    clock.advance(wait)
    assert [one.etag for one in due(uow)] == ['"1"']
    settle(uow, number, Reading(None))
    assert len(away(uow, house)) == 1
    clock.advance(DAY)
    assert [one.etag for one in due(uow)] == [""]  # the days ahead have moved on
    settle(uow, number, Fault.missing)
    (row,) = own(uow, house)
    assert row.fault is Fault.missing
    assert row.next_read_at == clock.now() + DAY
    assert len(away(uow, house)) == 1
    with uow.write(house.member) as tx:
        outside_calendars.read_soon(tx, number)
    assert len(due(uow)) == 1
    settle(uow, number, Reading(()))
    assert (own(uow, house)[0].fault, away(uow, house)) == (None, ())


def test_only_the_owner_gives_sees_and_ends_and_addresses_are_checked(uow: UnitOfWork, house: SmallHouse) -> None:
    number = give(uow, house)
    assert give(uow, house, "webcal" + URL.removeprefix("https")) == number
    for actor, error in ((house.leader, NotFound), (house.organiser, NotFound), (STRANGER, SignInNeeded)):
        for act in (outside_calendars.end, outside_calendars.read_soon):
            with pytest.raises(error), uow.write(actor) as tx:
                act(tx, number)
    with uow.read(house.leader) as tx:
        assert outside_calendars.list_own(tx) == ()
    for url, code in (("https://10.0.0.1/a.ics", "calendar_address_inside"), ("nothing", "calendar_address_wrong")):
        with pytest.raises(Invalid) as refusal:
            give(uow, house, url)
        assert [reason.code for reason in refusal.value.reasons] == [code]
    for more in range(outside_calendars.MOST - 1):
        give(uow, house, f"{URL}?{more}")
    with pytest.raises(Invalid):
        give(uow, house, f"{URL}?more")
    with uow.read(WORKER) as tx:
        assert tx.session.exec(select(Absence)).all() == []
