"""Moving an activity takes its people along: all or nobody, in as many statements for a dozen as for two."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from models.enums import AnswerVia, AnswerWord, AssignmentRole
from models.errors import Conflict
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.resources import Occupancy
from services import activities, assignments, people_taken
from services.access import COMMAND, Actor
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture, add_person, small_house
from tests.service.statements import counted

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ROLE = AssignmentRole.model_demo
DAY = timedelta(days=1)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def promised(uow: UnitOfWork, house: SmallHouse, people: list[int], *, day: int = 0) -> int:
    """Return a released lecture to which the people said yes."""
    lecture = add_lecture(uow, house, starts_at=START + day * DAY)
    with uow.write(house.organiser) as tx:
        asked = [assignments.offer(tx, activity_id=lecture, person_id=one, role=ROLE) for one in people]
        activities.release(tx, lecture)
    for person_id, assignment_id in zip(people, asked, strict=True):
        with uow.write(Actor(kind="link", person_id=person_id, detail=f"assignment:{assignment_id}")) as tx:
            assignments.answer(tx, assignment_id, word=AnswerWord.yes, via=AnswerVia.link)
    return lecture


def crowd(uow: UnitOfWork, house: SmallHouse, count: int, name: str) -> list[int]:
    with uow.write(COMMAND) as tx:
        return [
            add_person(tx, f"{name}{n}", house.squad, email=f"{name}{n}@example.org", role=ROLE) for n in range(count)
        ]


def move(uow: UnitOfWork, house: SmallHouse, lecture: int, days: int) -> int:
    """Move a lecture by days; return how many statements that took."""
    starts_at = START + days * DAY
    with counted(uow) as statements, uow.write(house.organiser) as tx:
        activities.move(tx, lecture, starts_at=starts_at, ends_at=starts_at + LENGTH)
    return len(statements)


def taken(uow: UnitOfWork, lecture: int) -> list[datetime]:
    with uow.read(COMMAND) as tx:
        found = select(Occupancy.occupied_from).join(Assignment).where(col(Assignment.activity_id) == lecture)
        return list(tx.session.exec(found))


def busy(refusal: Conflict) -> list[object]:
    return sorted(one.params["person_id"] for one in refusal.reasons if one.code == "person_busy")


@SQLITE
def test_a_dozen_cost_as_many_statements_as_two(uow: UnitOfWork, house: SmallHouse) -> None:
    few = promised(uow, house, crowd(uow, house, 2, "few"))
    many = promised(uow, house, crowd(uow, house, 12, "many"), day=1)
    assert move(uow, house, few, 10) == move(uow, house, many, 11)
    assert taken(uow, few) == [START + 10 * DAY] * 2
    assert taken(uow, many) == [START + 11 * DAY] * 12


def test_the_refusal_names_everybody_who_is_busy_and_moves_nobody(uow: UnitOfWork, house: SmallHouse) -> None:
    people = crowd(uow, house, 4, "p")
    lecture = promised(uow, house, people)
    promised(uow, house, people[1:3], day=3)
    with pytest.raises(Conflict) as refusal:
        move(uow, house, lecture, 3)
    assert busy(refusal.value) == people[1:3]
    with pytest.raises(Conflict) as guarded, uow.write(COMMAND) as tx:
        row = tx.get(Activity, lecture, noun="activity")
        row.starts_at, row.ends_at = START + 3 * DAY, START + 3 * DAY + LENGTH
        people_taken.retake(tx, row)  # the guard alone decides
    assert busy(guarded.value) == people[1:3]
    assert {one.params["starts_at"] for one in guarded.value.reasons} == {START + 3 * DAY}
    assert taken(uow, lecture) == [START] * 4


@SQLITE
def test_somebody_who_was_not_taken_is_taken_then(uow: UnitOfWork, house: SmallHouse) -> None:
    lecture = promised(uow, house, crowd(uow, house, 3, "p"))
    with uow.write(COMMAND) as tx:
        first = tx.session.exec(select(Occupancy.id).order_by(col(Occupancy.id)).limit(1)).one()
        tx.session.execute(delete(Occupancy).where(col(Occupancy.id) == first))
    move(uow, house, lecture, 2)
    assert taken(uow, lecture) == [START + 2 * DAY] * 3
