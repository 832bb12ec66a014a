"""Tours with the order of their stops; programmes and topics."""

from datetime import date, timedelta
from typing import Any

import pytest

from models.enums import ActivityKind, AssignmentRole, AssignmentState, TourState, UserRole
from models.errors import Conflict, Forbidden, Invalid, LostRace, NotFound
from models.tables.tours import Tour
from services import activities, assignments, programmes, topics, tours
from services.access import COMMAND
from services.queries.topics import list_programmes, list_topics, read_programme, read_topic
from services.queries.tours import list_tours, read_tour
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture, small_house
from tests.service.refusals import AUDITOR, ORGANISER, acting, codes
from tests.service.statements import counted

FIRST, LAST = date(2026, 3, 2), date(2026, 4, 24)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def make(uow: UnitOfWork, house: SmallHouse, **others: Any) -> int:
    given = {"name": "春季巡讲", "team_id": house.squad, "first_on": FIRST, "last_on": LAST} | others
    with uow.write(house.organiser) as tx:
        return tours.create(tx, **given)


def lectures(uow: UnitOfWork, house: SmallHouse, count: int) -> list[int]:
    return [add_lecture(uow, house, starts_at=START + timedelta(days=n)) for n in range(count)]


def test_stops_keep_the_order_they_are_given(uow: UnitOfWork, house: SmallHouse) -> None:
    tour_id = make(uow, house, aim="走进车间")
    one, two, three = lectures(uow, house, 3)
    with uow.write(house.organiser) as tx:
        tours.set_stops(tx, tour_id, [two, one, three], expected_version=1)
    with uow.write(house.organiser) as tx:
        tours.set_stops(tx, tour_id, [two, one, three])
        assert tx.events == []
        tours.set_stops(tx, tour_id, [three, two])
        assert [event.payload() for event in tx.events] == [{"changes": {"stops": [[two, one, three], [three, two]]}}]
    with uow.read(AUDITOR) as tx:
        view = read_tour(tx, tour_id)
    assert [(stop.position, stop.activity_id) for stop in view.stops] == [(1, three), (2, two)]
    assert (view.tour.stop_count, view.tour.version, view.tour.aim, view.may_change) == (2, 3, "走进车间", False)
    assert (view.tour.team_name, view.tour.state) == ("铜都分队", TourState.draft)
    with pytest.raises(LostRace), uow.write(house.organiser) as tx:
        tours.set_stops(tx, tour_id, [], expected_version=2)
    with uow.write(house.organiser) as tx:
        tours.set_stops(tx, tour_id, [])


def test_stops_are_lectures_that_the_actor_sees(uow: UnitOfWork, house: SmallHouse) -> None:
    tour_id = make(uow, house)
    (lecture,) = lectures(uow, house, 1)
    with uow.write(house.organiser) as tx:
        other = activities.create(
            tx, kind=ActivityKind.service, title="清扫", starts_at=START, ends_at=START + LENGTH, team_id=house.squad
        )
    with pytest.raises(Invalid) as error, uow.write(house.organiser) as tx:
        tours.set_stops(tx, tour_id, [lecture, lecture, other, 99])
    assert [code for code, _ in codes(error)] == ["stop_repeated", "stop_not_lecture", "unknown_reference"]
    with pytest.raises(Invalid), uow.write(house.organiser) as tx:
        tours.set_stops(tx, tour_id, list(range(1, 1002)))
    second = make(uow, house, name="秋季巡讲")
    with uow.write(house.organiser) as tx:
        tours.set_stops(tx, tour_id, [lecture])
    with pytest.raises(Conflict) as conflict, uow.write(house.organiser) as tx:
        tours.set_stops(tx, second, [lecture])
    assert conflict.value.reasons[0].params == {"activity_id": lecture, "tour_id": tour_id}


def test_tour_is_edited_until_it_is_over(uow: UnitOfWork, house: SmallHouse) -> None:
    tour_id = make(uow, house)
    with uow.write(house.organiser) as tx:
        programme_id = programmes.create(tx, code="lecture", name="宣讲")
        tours.change(tx, tour_id, {"programme_id": programme_id, "last_on": "2026-04-30", "team_id": house.squad})
    with pytest.raises(Invalid) as error, uow.write(house.organiser) as tx:
        tours.change(tx, tour_id, {"last_on": "2026-03-01"})
    assert codes(error) == [("ends_before_begins", "last_on")]
    with uow.read(AUDITOR) as tx:
        assert read_tour(tx, tour_id).tour.programme_name == "宣讲"
    with uow.write(COMMAND) as tx:
        tx.session.get_one(Tour, tour_id).state = TourState.finished
    with pytest.raises(Conflict) as conflict, uow.write(house.organiser) as tx:
        tours.change(tx, tour_id, {"name": "甲"})
    assert codes(conflict) == [("tour_settled", None)]


def test_rights_follow_the_team(uow: UnitOfWork, house: SmallHouse) -> None:
    tour_id = make(uow, house)
    theirs = acting(UserRole.organiser, house.other_squad)
    for wrong in ({"team_id": house.squad}, {"team_id": house.headquarters}):
        with pytest.raises(Forbidden), uow.write(theirs) as tx:
            tours.create(tx, name="甲", first_on=FIRST, last_on=LAST, **wrong)
    with pytest.raises(NotFound), uow.write(theirs) as tx:
        tours.change(tx, tour_id, {"name": "甲"})
    with pytest.raises(Forbidden), uow.write(acting(UserRole.organiser, house.squad)) as tx:
        tours.change(tx, tour_id, {"team_id": house.headquarters})
    with pytest.raises(Forbidden), uow.write(house.leader) as tx:
        tours.set_stops(tx, tour_id, [])
    with uow.read(theirs) as tx:
        assert list_tours(tx).items == ()
        for unknown in (tour_id, 99, 2**40):
            with pytest.raises(NotFound):
                read_tour(tx, unknown)


def test_tour_shows_whom_each_stop_asks(uow: UnitOfWork, house: SmallHouse) -> None:
    li, wang, _ = house.people
    tour_id = make(uow, house)
    stops = lectures(uow, house, 2)
    with uow.write(house.organiser) as tx:
        tours.set_stops(tx, tour_id, stops)
        assignments.offer(tx, activity_id=stops[0], person_id=li, role=AssignmentRole.model_demo)
        let_go = assignments.offer(tx, activity_id=stops[0], person_id=wang, role=AssignmentRole.model_demo)
        assignments.withdraw(tx, let_go)
    with uow.read(house.organiser) as tx:
        first, second = read_tour(tx, tour_id).stops
    assert [(one.name, one.state) for one in first.speakers] == [("李样本", AssignmentState.offered)]
    assert second.speakers == ()


def test_list_is_narrowed_and_sends_one_statement(uow: UnitOfWork, house: SmallHouse) -> None:
    make(uow, house)
    with uow.read(AUDITOR) as tx, counted(uow) as one:
        assert len(list_tours(tx).items) == 1
    make(uow, house, name="秋季巡讲", first_on=date(2026, 9, 1), last_on=date(2026, 10, 1), team_id=house.other_squad)
    make(uow, house, name="冬季巡讲", first_on=date(2026, 12, 1), last_on=date(2026, 12, 31))
    with uow.read(AUDITOR) as tx:

        def names(**filters: Any) -> list[str]:
            return [row.name for row in list_tours(tx, **filters).items]

        with counted(uow) as three:
            assert names() == ["冬季巡讲", "秋季巡讲", "春季巡讲"]
        assert names(q="秋") == ["秋季巡讲"]
        assert names(team_id=house.other_squad) == ["秋季巡讲"]
        assert names(on=FIRST, state=TourState.draft) == ["春季巡讲"]
        page = list_tours(tx, limit=2)
        assert [row.name for row in list_tours(tx, limit=2, cursor=page.next).items] == ["春季巡讲"]
    assert len(one) == len(three) == 1


def test_programmes_are_written_edited_and_ended(uow: UnitOfWork) -> None:
    with uow.write(ORGANISER) as tx:
        first = programmes.create(tx, code="lecture", name="宣讲", name_en="Lectures")
        programmes.create(tx, code="relief", name="帮扶")
        programmes.change(tx, first, {"name": "劳模宣讲"}, expected_version=1)
        programmes.end(tx, first, date(2026, 6, 1))
        programmes.end(tx, first, date(2026, 6, 1))
    with uow.read(AUDITOR) as tx:
        row = read_programme(tx, first)
        assert (row.code, row.name, row.version, row.may_change) == ("lecture", "劳模宣讲", 3, False)
        assert [row.code for row in list_programmes(tx, on=date(2026, 6, 1)).items] == ["relief"]
        assert [row.code for row in list_programmes(tx, q="lect").items] == ["lecture"]
        assert len(list_programmes(tx, on=date(2026, 5, 31)).items) == 2
        for unknown in (99, 2**40):
            with pytest.raises(NotFound):
                read_programme(tx, unknown)
    with pytest.raises(Conflict), uow.write(ORGANISER) as tx:
        programmes.create(tx, code="lecture", name="又一个")
    with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
        programmes.create(tx, code="宣讲", name="")
    assert codes(error) == [("code_wrong", "code"), ("missing", "name")]
    with pytest.raises(Forbidden), uow.write(AUDITOR) as tx:
        programmes.create(tx, code="x", name="x")


def test_topics_are_written_edited_and_ended(uow: UnitOfWork) -> None:
    with uow.write(ORGANISER) as tx:
        first = topics.create(tx, title="劳模精神", length_minutes=45, audience="职工", approved_on=FIRST)
        second = topics.create(tx, title="工匠故事")
        topics.change(tx, first, {"length_minutes": "60"}, expected_version=1)
        topics.end(tx, first, date(2026, 6, 1))
        topics.end(tx, first, date(2026, 6, 1))
    with uow.read(AUDITOR) as tx:
        row = read_topic(tx, first)
        assert (row.length_minutes, row.approved_on, row.version, row.may_change) == (60, FIRST, 3, False)
        assert [row.id for row in list_topics(tx).items] == [second, first]
        assert [row.id for row in list_topics(tx, on=date(2026, 6, 1)).items] == [second]
        assert [row.id for row in list_topics(tx, q="职工").items] == [first]
        for unknown in (99, 2**40):
            with pytest.raises(NotFound):
                read_topic(tx, unknown)
    with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
        topics.create(tx, title="", length_minutes=0)
    assert codes(error) == [("missing", "title"), ("out_of_range", "length_minutes")]
    with pytest.raises(Forbidden), uow.write(AUDITOR) as tx:
        topics.change(tx, first, {"title": "x"})
