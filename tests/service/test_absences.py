"""Absences: who writes, reads and takes back when somebody is away, and what others learn of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import AbsenceKind
from models.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, SignInNeeded
from models.rules.absences import DayPart
from models.tables.absences import Absence
from models.tables.history import HistoryEntry
from muster.clock import ManualClock
from services import absences
from services.access import STRANGER, WORKER, Actor
from services.queries.absences import AbsenceRow, list_absences, read_absence
from services.unit_of_work import UnitOfWork
from tests.service.builders import SmallHouse, small_house

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

THURSDAY, FRIDAY = date(2026, 3, 5), date(2026, 3, 6)
NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)  # in Daye
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTE = "陪母亲住院"


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def write(uow: UnitOfWork, actor: Actor, person_id: int, **more: Any) -> tuple[int, ...]:
    with uow.write(actor) as tx:
        days: dict[str, Any] = {"from_on": THURSDAY, "until_on": FRIDAY, "note": NOTE}
        return absences.write_days(tx, person_id=person_id, **(days | more))


def seen(uow: UnitOfWork, actor: Actor, person_id: int, **more: Any) -> tuple[AbsenceRow, ...]:
    with uow.read(actor) as tx:
        return list_absences(tx, person_id, **more).items


def codes(call: Callable[[], Any], error: type[DomainError] = Invalid) -> list[tuple[str, Any]]:
    with pytest.raises(error) as refusal:
        call()
    return [(reason.code, reason.params.get("field")) for reason in refusal.value.reasons]


def test_those_who_answer_for_a_person_write_and_read_and_nobody_else(uow: UnitOfWork, house: SmallHouse) -> None:
    li, wang, zhao = house.people
    for actor in (house.member, house.leader, house.organiser):
        assert len(write(uow, actor, li)) == 1
        assert [one.note for one in seen(uow, actor, li)] == [NOTE]
    (mine,) = seen(uow, house.member, li)
    assert (mine.by_name, mine.kind) == (None, AbsenceKind.unavailable)
    (by_leader,) = write(uow, house.leader, li, from_on=FRIDAY, until_on=FRIDAY + DAY)
    assert seen(uow, house.member, li)[-1].by_name == "leader"
    for actor, person_id, error in (
        (house.member, wang, Forbidden),
        (house.auditor, li, Forbidden),
        (house.leader, zhao, NotFound),
        (house.organiser, 99, NotFound),
        (house.organiser, 2**40, NotFound),
        (STRANGER, li, SignInNeeded),
    ):
        with pytest.raises(error):
            write(uow, actor, person_id)
        with pytest.raises(error):
            seen(uow, actor, person_id)
    hidden = write(uow, house.organiser, zhao)[0]
    for actor, number, error in (
        (house.auditor, by_leader, Forbidden),
        (house.leader, hidden, NotFound),
        (house.member, hidden, NotFound),
        (STRANGER, hidden, SignInNeeded),
    ):
        with pytest.raises(error), uow.write(actor) as tx:
            absences.withdraw(tx, number)
        with pytest.raises((NotFound, SignInNeeded)), uow.read(actor) as tx:
            read_absence(tx, number)


def test_the_same_absence_is_written_once_and_history_keeps_the_note_to_itself(
    uow: UnitOfWork, house: SmallHouse
) -> None:
    li = house.people[0]
    first = write(uow, house.member, li)
    assert write(uow, house.leader, li, note="") == first
    assert write(uow, house.leader, li, note="改到县里") == first
    assert write(uow, house.member, li, kind=AbsenceKind.other_organisation) != first
    with uow.write(house.member) as tx:
        absences.withdraw(tx, first[0])
    with uow.write(house.leader) as tx:
        absences.withdraw(tx, first[0])
    assert [one.kind for one in seen(uow, house.member, li)] == [AbsenceKind.other_organisation]
    assert write(uow, house.member, li) != first
    with uow.read(WORKER) as tx:
        told = tx.session.exec(select(HistoryEntry)).all()
        rows = tx.session.exec(select(Absence).order_by(col(Absence.id))).all()
    assert [one.event for one in told if one.noun == "absence"] == [
        "absence.written", "absence.written", "absence.withdrawn", "absence.written",
    ]  # fmt: skip
    assert not any(NOTE in one.body or "改到县里" in one.body for one in told)
    assert [one.note for one in rows] == ["改到县里", NOTE, NOTE]


def test_days_and_parts_become_windows_of_the_house(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    write(uow, house.member, li, until_on=THURSDAY + 3 * DAY)
    write(uow, house.member, li, until_on=THURSDAY + 2 * DAY, part=DayPart.evening)
    found = [(one.starts_at, one.ends_at - one.starts_at) for one in seen(uow, house.leader, li)]
    assert found == [(NOON - 12 * HOUR, 3 * DAY), (NOON + 6 * HOUR, 6 * HOUR), (NOON + 30 * HOUR, 6 * HOUR)]
    with uow.write(house.member) as tx:
        one = absences.write(tx, person_id=li, starts_at=NOON, ends_at=NOON + HOUR)
        assert absences.write(tx, person_id=li, starts_at=NOON, ends_at=NOON + HOUR) == one
        assert read_absence(tx, one).ends_at == NOON + HOUR


def test_what_is_over_is_listed_apart_and_stays(uow: UnitOfWork, house: SmallHouse, clock: ManualClock) -> None:
    li = house.people[0]
    (gone,) = write(uow, house.member, li)
    (ahead,) = write(uow, house.member, li, from_on=FRIDAY + 2 * DAY, until_on=FRIDAY + 3 * DAY)
    clock.set(NOON + DAY)
    assert [one.id for one in seen(uow, house.member, li)] == [ahead]
    assert [one.id for one in seen(uow, house.member, li, is_past=True)] == [gone]

    def withdraw() -> None:
        with uow.write(house.member) as tx:
            absences.withdraw(tx, gone)

    assert codes(withdraw, Conflict) == [("absence_over", None)]


def test_wrong_days_are_told_all_at_once(uow: UnitOfWork, house: SmallHouse) -> None:
    li, far = house.people[0], THURSDAY + 900 * DAY
    told = codes(lambda: write(uow, house.member, li, from_on=far, until_on=far + 400 * DAY, note="长" * 201))
    assert told == [("absence_too_far", "from_on"), ("absence_too_long", "last_on"), ("too_long", "note")]

    def at(start: datetime, end: datetime) -> list[tuple[str, Any]]:
        def call() -> None:
            with uow.write(house.member) as tx:
                absences.write(tx, person_id=li, starts_at=start, ends_at=end)

        return codes(call)

    assert at(NOON, NOON) == [("ends_before_start", "ends_at")]
    assert at(NOON - 10 * DAY, NOON - 9 * DAY) == [("absence_over", "ends_at")]
    assert at(NOON + 900 * DAY, NOON + 901 * DAY) == [("absence_too_far", "starts_at")]
