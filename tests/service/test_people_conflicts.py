"""People as resources: what stands against asking and moving, what is overridden, and who is offered first."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import ActivityKind, AnswerVia, AssignmentRole, Datum
from models.errors import Conflict, Invalid
from models.tables.assignments import Assignment
from models.tables.history import HistoryEntry
from models.tables.venues import Venue
from models.values import TimeWindow
from services import absences, activities, assignments, bookings, people, people_travel, teams
from services.access import COMMAND, WORKER, Actor
from services.queries import assignments as queries
from services.queries.candidates import Candidate, list_candidates
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture, add_person, small_house
from tests.service.statements import counted

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VOLUNTEER = AssignmentRole.volunteer


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    """The small house; its small hall lies in Chengui, 34 minutes from the hall in the city."""
    found = small_house(uow)
    with uow.write(COMMAND) as tx:
        for venue_id, lat, lon in ((found.hall, 30.0927, 114.9638), (found.small_hall, 30.0500, 114.8000)):
            venue = tx.get(Venue, venue_id, noun="venue")
            venue.lat, venue.lon, venue.set_up_minutes, venue.tear_down_minutes = lat, lon, 0, 0
    return found


def plan(uow: UnitOfWork, house: SmallHouse, starts_at: datetime, hall: int | None = None) -> int:
    """Plan and release a service of the squad, with its hall booked where it has one."""
    with uow.write(house.organiser) as tx:
        found = activities.create(
            tx, kind=ActivityKind.service, title="义务维修", starts_at=starts_at, ends_at=starts_at + LENGTH,
            team_id=house.squad,
        )  # fmt: skip
        if hall is not None:
            bookings.create(tx, venue_id=hall, starts_at=starts_at, ends_at=starts_at + LENGTH, activity_id=found)
        activities.release(tx, found)
    return found


def ask(uow: UnitOfWork, house: SmallHouse, activity_id: int, person_id: int, why: str = "") -> int:
    with uow.write(house.organiser) as tx:
        return assignments.offer(tx, activity_id=activity_id, person_id=person_id, role=VOLUNTEER, override_reason=why)


def promise(uow: UnitOfWork, house: SmallHouse, activity_id: int, person_id: int, why: str = "") -> int:
    found = ask(uow, house, activity_id, person_id, why)
    with uow.write(house.organiser) as tx:
        assignments.accept(tx, found, via=AnswerVia.phone)
    return found


def refused(call: Callable[[], Any]) -> dict[str, bool]:
    """Return the conflicts of a refusal, and whether each is hard."""
    with pytest.raises(Conflict) as error:
        call()
    return {str(one.params.get("conflict", one.code)): one.params["is_hard"] for one in error.value.reasons}


def row_of(uow: UnitOfWork, assignment_id: int) -> Assignment:
    with uow.read(WORKER) as tx:
        return tx.get(Assignment, assignment_id, noun="assignment", for_update=False)


def history(uow: UnitOfWork, event: str) -> list[str]:
    with uow.read(WORKER) as tx:
        rows = select(HistoryEntry.body).where(col(HistoryEntry.event) == event).order_by(col(HistoryEntry.seq))
        return list(tx.session.exec(rows))


def test_every_conflict_is_told_at_once_and_only_hard_ones_stand(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    with uow.write(house.organiser) as tx:
        people.change(tx, li, {"day_limit": 1, "week_limit": 1})
        absences.write_days(tx, person_id=li, from_on=date(2026, 3, 10), until_on=date(2026, 3, 11))
    promise(uow, house, plan(uow, house, START, house.hall), li, why="只有他会")
    later = plan(uow, house, START + LENGTH + HOUR / 3, house.small_hall)
    softly = dict.fromkeys(("travel", "day_limit", "week_limit", "unavailable"), False)
    assert refused(lambda: ask(uow, house, later, li)) == softly
    clash = add_lecture(uow, house, starts_at=START + HOUR)
    role = AssignmentRole.cadre_lead

    def offer(why: str) -> None:
        with uow.write(house.organiser) as tx:
            assignments.offer(tx, activity_id=clash, person_id=li, role=role, override_reason=why)

    hard = {"not_qualified": True, "busy": True}
    assert refused(lambda: offer("")) == hard | dict.fromkeys(("day_limit", "week_limit", "unavailable"), False)
    assert refused(lambda: offer("再难也要他")) == hard


@sqlite
def test_an_override_is_kept_with_its_reason_until_somebody_asks_anew(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    with uow.write(house.organiser) as tx:
        people.change(tx, li, {"day_limit": 1})
    promise(uow, house, plan(uow, house, START), li)
    other = plan(uow, house, START + 3 * HOUR)
    asked = ask(uow, house, other, li, "  只有他会修  ")
    assert (row_of(uow, asked).overridden, row_of(uow, asked).override_reason) == ("day_limit", "只有他会修")
    assert '"overridden":["day_limit"]' in history(uow, "assignment.offered")[-1]
    assert '"reason":"只有他会修"' in history(uow, "assignment.offered")[-1]
    for actor, why in ((house.auditor, "只有他会修"), (house.member, "")):
        with uow.read(actor) as tx:
            assert queries.read_assignment(tx, asked).override_reason == why
    with uow.write(house.organiser) as tx:
        assignments.withdraw(tx, asked)
        people.change(tx, li, {"day_limit": None})
    assert ask(uow, house, other, li, "这回不用") == asked
    assert (row_of(uow, asked).overridden, row_of(uow, asked).override_reason) == ("", "")
    with pytest.raises(Invalid):
        ask(uow, house, other, li, "长" * 501)


@sqlite
def test_a_stand_in_is_asked_in_spite_of_a_soft_conflict_only_with_a_reason(uow: UnitOfWork, house: SmallHouse) -> None:
    li, wang, _ = house.people
    asked = ask(uow, house, plan(uow, house, START), wang)
    ask(uow, house, plan(uow, house, START), li)

    def replace(why: str = "") -> int:
        with uow.write(house.organiser) as tx:
            return assignments.replace(tx, asked, person_id=li, override_reason=why)

    assert refused(replace) == {"asked_elsewhere": False}
    assert row_of(uow, replace("他更愿意来这一场")).overridden == "asked_elsewhere"


@sqlite
def test_an_answer_is_refused_by_hard_conflicts_alone(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    first, second = plan(uow, house, START), plan(uow, house, START + HOUR)
    one = ask(uow, house, first, li)
    other = ask(uow, house, second, li, "看他愿去哪一场")
    with uow.write(house.organiser) as tx:
        people.change(tx, li, {"week_limit": 1})
        assignments.accept(tx, one, via=AnswerVia.phone)
    with pytest.raises(Conflict) as error, uow.write(house.organiser) as tx:
        assignments.accept(tx, other, via=AnswerVia.phone)
    assert [reason.code for reason in error.value.reasons] == ["person_busy"]


@sqlite
def test_a_move_is_weighed_for_those_who_said_yes(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    promise(uow, house, plan(uow, house, START, house.small_hall), li)
    moved = plan(uow, house, START + 5 * HOUR)
    at_moved = promise(uow, house, moved, li)
    with uow.write(house.organiser) as tx:
        bookings.create(
            tx, venue_id=house.hall, starts_at=START + 5 * HOUR, ends_at=START + 5 * HOUR + LENGTH, activity_id=moved
        )

    def move(to: datetime, why: str = "") -> None:
        with uow.write(house.organiser) as tx:
            activities.move(tx, moved, starts_at=to, ends_at=to + LENGTH, override_reason=why)

    close = START + LENGTH + HOUR / 2
    with pytest.raises(Conflict) as error:
        move(close)
    (one,) = error.value.reasons
    assert (one.code, one.params["place"], one.params["person_name"]) == ("person_travel_from", "班前会议室", "李样本")
    assert refused(lambda: move(START + HOUR, "都挤一挤")) == {"busy": True}
    move(close, "厂里派车接")
    assert (row_of(uow, at_moved).overridden, row_of(uow, at_moved).override_reason) == ("travel", "厂里派车接")
    assert '"reason":"厂里派车接"' in history(uow, "assignment.overridden")[-1]
    move(close + timedelta(minutes=2))  # what was known and overridden is not asked again


@sqlite
def test_another_venue_is_weighed_by_the_way_alone(uow: UnitOfWork, house: SmallHouse) -> None:
    """What stands against somebody at that hour was known before; a bad way only where it was overridden."""
    li = house.people[0]
    with uow.write(house.organiser) as tx:
        people.change(tx, li, {"day_limit": 1})
    promise(uow, house, plan(uow, house, START, house.small_hall), li)
    soon = START + LENGTH + HOUR / 2
    other = plan(uow, house, soon)
    asked = promise(uow, house, other, li, "只有他会修")
    window = TimeWindow(soon, soon + LENGTH)

    def against(venue_id: int | None, actor: Actor = house.organiser) -> list[str]:
        with uow.read(actor) as tx:
            found = people_travel.refusals(tx, activity_id=other, venue_id=venue_id, window=window)
        return [one.params["conflict"] for one in found]

    assert against(house.hall) == ["travel"]
    assert against(house.small_hall) == against(None) == []
    with uow.write(house.organiser) as tx:
        activities.change(tx, other, {"venue_id": house.hall})
    assert against(house.hall) == ["travel"]
    with uow.write(house.organiser) as tx:
        told = people_travel.settle(tx, activity_id=other, venue_id=house.hall, window=window, override_reason="派车")
    assert told == []
    assert against(house.hall) == []
    assert row_of(uow, asked).overridden == "day_limit travel"
    with uow.write(COMMAND) as tx:
        tx.get(Venue, house.small_hall, noun="venue").datum = Datum.gcj02
    assert against(house.hall) == []  # another datum is no place that we know


@sqlite
def test_whose_conflict_it_is_and_where_is_told_to_those_who_may_know(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    with uow.write(house.organiser) as tx:
        foreign = activities.create(
            tx, kind=ActivityKind.service, title="别队的事", starts_at=START, ends_at=START + LENGTH,
            team_id=house.other_squad,
        )  # fmt: skip
        bookings.create(tx, venue_id=house.small_hall, starts_at=START, ends_at=START + LENGTH, activity_id=foreign)
        activities.release(tx, foreign)
    promise(uow, house, foreign, li)
    ours = plan(uow, house, START + LENGTH + HOUR / 2, house.hall)
    squad_organiser = Actor(
        kind="user", user_id=house.organiser.user_id, grants=tuple(
            type(grant)(grant.role, house.squad) for grant in house.organiser.grants
        ),
    )  # fmt: skip
    for actor, code in ((house.organiser, "person_travel_from"), (squad_organiser, "person_travel")):
        with pytest.raises(Conflict) as error, uow.write(actor) as tx:
            assignments.offer(tx, activity_id=ours, person_id=li, role=VOLUNTEER)
        (one,) = error.value.reasons
        assert one.code == code
        assert ("place" in one.params) is (actor is house.organiser)


def names(found: tuple[Candidate, ...]) -> list[str]:
    return [one.person.name for one in found]


@sqlite
def test_the_best_come_first_each_with_what_stands_against_it(uow: UnitOfWork, house: SmallHouse) -> None:
    li, wang, _ = house.people
    with uow.write(house.organiser) as tx:
        people.change(tx, wang, {"day_limit": 1})
        free = add_person(tx, "周一", house.squad)
        loaded = add_person(tx, "周二", house.squad)
    promise(uow, house, plan(uow, house, START + 7 * DAY), loaded)
    promise(uow, house, plan(uow, house, START + 5 * HOUR), wang)
    promise(uow, house, plan(uow, house, START), li)
    wanted = plan(uow, house, START + HOUR)
    with uow.read(house.organiser) as tx:
        page = list_candidates(tx, wanted, role=VOLUNTEER, team_id=house.squad)
        assert names(page.items) == ["周一", "周二", "王范例", "李样本"]
        assert [one.is_blocked for one in page.items] == [False, False, False, True]
        assert [one.reasons[0].params["conflict"] for one in page.items if one.reasons] == ["day_limit", "busy"]
        first = list_candidates(tx, wanted, role=VOLUNTEER, team_id=house.squad, limit=3)
        rest = list_candidates(tx, wanted, role=VOLUNTEER, team_id=house.squad, limit=3, cursor=first.next)
        assert (names(first.items + rest.items), rest.next) == (names(page.items), None)
        for wrong in ("x", "1", ".", "9999.", "0.?"):
            with pytest.raises(Invalid):
                list_candidates(tx, wanted, role=VOLUNTEER, cursor=wrong)
    assert free


@sqlite
def test_two_hundred_people_cost_as_many_statements_as_one(uow: UnitOfWork, house: SmallHouse) -> None:
    wanted = plan(uow, house, START, house.hall)
    with uow.write(house.organiser) as tx:
        crowd = teams.create(tx, kind="unit", name="大队伍", parent_id=house.squad)  # type: ignore[arg-type]
        ids = [add_person(tx, f"志愿者{number:03}", crowd) for number in range(201)]
        for number in ids[::4]:
            absences.write_days(tx, person_id=number, from_on=date(2026, 3, 10), until_on=date(2026, 3, 11))
    promise(uow, house, plan(uow, house, START + 3 * HOUR), ids[1])
    with uow.read(house.organiser) as tx:
        with counted(uow) as one:
            list_candidates(tx, wanted, role=VOLUNTEER, q="志愿者007")
        with counted(uow) as many:
            page = list_candidates(tx, wanted, role=VOLUNTEER, team_id=crowd, limit=200)
        assert len(one) == len(many)
        assert len(page.items) == 200
        assert [bool(item.reasons) for item in page.items] == [False] * 150 + [True] * 50
        rest = list_candidates(tx, wanted, role=VOLUNTEER, team_id=crowd, limit=200, cursor=page.next)
        assert (len(rest.items), rest.next) == (1, None)
