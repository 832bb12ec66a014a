"""Equipment: the register, what is free when, what an activity lacks, and who sees whose a loan is."""

from datetime import date

import pytest

from models.enums import EquipmentKind
from models.errors import Conflict, Forbidden, Invalid, NotFound
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.venues import Venue
from models.values import TimeWindow
from muster.clock import ManualClock
from services import equipment, loans
from services.access import COMMAND
from services.queries import equipment as queries
from services.queries.loans import equipment_week, list_loans
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, add_lecture, small_house
from tests.service.refusals import codes
from tests.service.statements import counted
from tests.service.test_loans import DAY, MINUTE, add_things, lend, on_sqlite


@on_sqlite
def test_whose_a_loan_is_stays_with_those_who_may_see_the_activity(uow: UnitOfWork) -> None:
    house = small_house(uow)
    lecture = add_lecture(uow, house)
    [projector] = add_things(uow)
    lend(uow, house, projector, lecture)
    with uow.write(COMMAND) as tx:
        tx.get(Activity, lecture, noun="activity").team_id = house.other_squad
    with uow.read(house.leader) as tx:
        [row] = list_loans(tx, equipment_id=projector).items
        assert (row.activity_id, row.activity_title, row.lent_by) == (None, None, None)
        assert row.occupied_from == START - 30 * MINUTE
        with pytest.raises(NotFound):
            list_loans(tx, activity_id=lecture)
    with uow.read(house.auditor) as tx:
        assert list_loans(tx, equipment_id=projector).items[0].activity_id == lecture


@on_sqlite
def test_register_and_what_is_free_when(uow: UnitOfWork, clock: ManualClock) -> None:
    house = small_house(uow)
    lecture = add_lecture(uow, house)
    projector, spare = add_things(uow, count=2)
    [bus] = add_things(uow, "中巴", seats=19)
    lend(uow, house, projector, lecture)
    with uow.write(house.organiser) as tx:
        loans.lend_named(tx, activity_id=lecture, name="中巴")
    around = TimeWindow(START + LENGTH + 40 * MINUTE, START + LENGTH + 70 * MINUTE)
    with uow.read(house.member) as tx:
        found = queries.list_equipment(tx, q="tou ying")
        assert [row.id for row in found.items] == [projector, spare]
        assert [row.id for row in queries.list_equipment(tx, kind=EquipmentKind.vehicle).items] == [bus]
        assert {row.id for row in queries.list_equipment(tx, free=around).items} == {projector, spare}
        assert {row.id for row in queries.free_for(tx, around)} == {projector, spare}
        assert {row.id for row in queries.free_for(tx, around, is_widened=True)} == {spare}
        assert not queries.read_equipment(tx, bus).may_change
        week = equipment_week(tx, projector, date(2026, 3, 9))
        assert [len(day.loans) for day in week] == [0, 1, 0, 0, 0, 0, 0]
    clock.set(START)
    with uow.read(house.organiser) as tx:
        away = {row.id: row.away for row in queries.list_equipment(tx).items}
        assert away[projector] is not None
        assert away[projector].activity_id == lecture
        assert away[spare] is None
    clock.set(START + DAY)
    with uow.read(house.organiser) as tx:
        late = queries.read_equipment(tx, projector).equipment.away
        assert late is not None
        assert (late.is_overdue, late.may_return, late.may_cancel) == (True, True, False)
        with pytest.raises(Invalid):
            equipment_week(tx, projector, date(2026, 3, 10))


@on_sqlite
def test_register_refuses_what_makes_no_sense(uow: UnitOfWork) -> None:
    house = small_house(uow)
    lecture = add_lecture(uow, house)
    [bus] = add_things(uow, "中巴", seats=19)
    with pytest.raises(Forbidden), uow.write(house.leader) as tx:
        equipment.create(tx, name="音响", kind=EquipmentKind.device)
    with pytest.raises(Invalid) as wrong, uow.write(house.organiser) as tx:
        equipment.create(tx, name="", kind=EquipmentKind.device, code="长" * 41, org_id=99)
    assert codes(wrong) == [("too_long", "code"), ("missing", "name"), ("unknown_reference", "org_id")]
    with pytest.raises(Invalid) as seated, uow.write(house.organiser) as tx:
        equipment.create(tx, name="音响", kind=EquipmentKind.device, seats=3)
    assert codes(seated) == [("seats_of_vehicles", "seats")]
    with pytest.raises(Conflict) as twice, uow.write(house.organiser) as tx:
        equipment.create(tx, name="大巴", kind=EquipmentKind.vehicle, code=" Ｂ－1")
    assert codes(twice) == [("already_there", "code")]
    lend(uow, house, bus, lecture)
    with pytest.raises(Conflict) as used, uow.write(house.organiser) as tx:
        equipment.end(tx, bus, date(2026, 3, 10))
    assert used.value.reasons == (Reason("equipment_has_loans", {"count": 1}),)
    with uow.write(house.organiser) as tx:
        equipment.end(tx, bus, date(2026, 3, 11))
        equipment.end(tx, bus, date(2026, 3, 11))
        equipment.change(tx, bus, {"seats": None, "kind": EquipmentKind.device, "name": "推车"})
        row = queries.read_equipment(tx, bus).equipment
        assert (row.kind, row.label, row.valid_until_on) == (EquipmentKind.device, "推车 B-1", date(2026, 3, 11))
    with pytest.raises(Conflict), uow.write(house.organiser) as tx:
        equipment.change(tx, bus, {"valid_until_on": date(2026, 3, 9)})


@on_sqlite
def test_what_the_venue_has_built_in_needs_no_loan(uow: UnitOfWork) -> None:
    house = small_house(uow)
    lecture = add_lecture(uow, house)
    add_things(uow, count=2)
    with uow.write(COMMAND) as tx:
        tx.get(Venue, house.hall, noun="venue").equipment = "投影、话筒"
        row = tx.get(Activity, lecture, noun="activity")
        row.equipment, row.venue_id = "投影机×3、话筒、横幅", house.hall
    with uow.read(house.organiser) as tx:
        found = queries.of_activity(tx, lecture)
        assert [one.name for one in found.built_in] == ["投影", "话筒"]
        assert [(one.name, one.count, one.offer, one.free_count, one.is_kept) for one in found.lacking] == [
            ("投影机", 2, "投影机", 2, True),
            ("横幅", 1, None, 0, False),
        ]
    with uow.write(house.organiser) as tx:
        loans.lend_named(tx, activity_id=lecture, name="投影机", count=2)
    with uow.read(house.organiser) as tx, counted(uow) as statements:
        found = queries.of_activity(tx, lecture)
        assert [one.name for one in found.lacking] == ["横幅"]
        assert found.may_lend
        assert len(statements) <= 7
    with uow.read(house.member) as tx:
        assert not queries.of_activity(tx, lecture).may_lend
