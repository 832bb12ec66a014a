"""Memberships: joining, editing, ending, and who sees which."""

from datetime import date

import pytest

from models.enums import MembershipRole, UserRole
from models.errors import Conflict, Forbidden, Invalid, NotFound
from services import memberships
from services.queries.memberships import list_memberships, read_membership
from services.unit_of_work import UnitOfWork
from tests.service.builders import SmallHouse, small_house
from tests.service.refusals import AUDITOR, acting, codes


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def test_membership_is_edited_and_ended(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    with uow.write(house.organiser) as tx:
        row = list_memberships(tx, person_id=li).items[0]
        memberships.change(tx, row.id, {"role": "leader"}, expected_version=1)
        memberships.change(tx, row.id, {"valid_from_on": "2021-01-01", "valid_until_on": "2022-01-01"})
        memberships.create(tx, person_id=li, team_id=house.squad, valid_from_on=date(2022, 1, 1))
        memberships.end(tx, row.id, date(2022, 1, 1))
    with uow.read(house.organiser) as tx:
        found = read_membership(tx, row.id)
    assert (found.role, found.valid_from_on, found.version) == (MembershipRole.leader, date(2021, 1, 1), 3)
    with pytest.raises(Conflict) as conflict, uow.write(house.organiser) as tx:
        memberships.change(tx, row.id, {"valid_until_on": None})
    assert codes(conflict) == [("membership_overlaps", "valid_from_on")]
    with pytest.raises(Invalid) as error, uow.write(house.organiser) as tx:
        memberships.change(tx, row.id, {"team_id": house.other_squad})
    assert codes(error) == [("field_unknown", "team_id")]


def test_memberships_never_overlap(uow: UnitOfWork, house: SmallHouse) -> None:
    with pytest.raises(Conflict), uow.write(house.organiser) as tx:
        memberships.create(tx, person_id=house.people[0], team_id=house.squad)
    with pytest.raises(Invalid) as error, uow.write(house.organiser) as tx:
        memberships.create(tx, person_id=99, team_id=99)
    assert codes(error) == [("unknown_reference", "person_id"), ("unknown_reference", "team_id")]
    with pytest.raises(Forbidden), uow.write(acting(UserRole.organiser, house.squad)) as tx:
        memberships.create(tx, person_id=house.people[0], team_id=house.other_squad)


def test_memberships_out_of_reach_are_not_found(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.read(AUDITOR) as tx:
        other = list_memberships(tx, team_id=house.other_squad).items[0]
        assert len(list_memberships(tx, team_id=house.headquarters, on=date(2026, 1, 1)).items) == 3
        assert list_memberships(tx, role=MembershipRole.leader).items == ()
    with pytest.raises(NotFound), uow.write(acting(UserRole.organiser, house.squad)) as tx:
        memberships.end(tx, other.id, date(2027, 1, 1))
    with uow.read(house.member) as tx:
        assert len(list_memberships(tx).items) == 2
        for membership_id in (other.id, 2**40):
            with pytest.raises(NotFound):
                read_membership(tx, membership_id)
