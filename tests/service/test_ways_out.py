"""A refusal tells every reason, and every way out that comes with it can be taken."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from models.enums import (
    ActivityKind,
    AnswerVia,
    AssignmentRole,
    BookingState,
    EquipmentKind,
    HostKind,
    Layout,
    QuotaPeriod,
    VenueRightKind,
)
from models.errors import Conflict, VenueTaken
from models.rules.alternatives import DAYS_AHEAD, MOST, Alternative
from models.tables.assignments import Assignment
from models.tables.bookings import Booking
from models.tables.venues import Venue
from muster.localtime import shift_days, zone
from muster.workcalendar import is_workday
from services import activities, assignments, bookings, equipment, loans, venues
from services.access import COMMAND, Actor
from services.unit_of_work import Tx, UnitOfWork
from tests.conftest import NOW
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture, small_house
from tests.service.races import SCALE, TakenBack
from tests.service.statements import counted

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DAYE = zone("Asia/Shanghai")
WEEK = range(7)
OFFICE = [(day, "08:00", "18:00") for day in WEEK]
HALVES = [(day, *span) for day in range(5) for span in (("08:30", "12:00"), ("14:00", "20:30"))]


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    """The small house; its halls take twenty minutes to set up, ten to tear down."""
    return small_house(uow)


def venue(uow: UnitOfWork, name: str, capacity: int = 100, **others: Any) -> int:
    with uow.write(COMMAND) as tx:
        return venues.create(tx, name=name, kind=HostKind.enterprise, capacity=capacity, **others)


def take(uow: UnitOfWork, venue_id: int, start: datetime = START, length: timedelta = LENGTH, **others: Any) -> int:
    with uow.write(COMMAND) as tx:
        return bookings.create(tx, venue_id=venue_id, starts_at=start, ends_at=start + length, **others)


def refusal(uow: UnitOfWork, actor: Actor, venue_id: int, start: datetime = START, **others: Any) -> VenueTaken:
    with pytest.raises(VenueTaken) as refused, uow.write(actor) as tx:
        bookings.create(tx, venue_id=venue_id, starts_at=start, ends_at=start + LENGTH, **others)
    return refused.value


def shown(ways: Sequence[Alternative]) -> list[tuple[str, int, str]]:
    return [(way.reason.code, way.venue_id, f"{way.starts_at.astimezone(DAYE):%m-%d %H:%M}") for way in ways]


def promise(uow: UnitOfWork, house: SmallHouse, start: datetime, venue_id: int | None = None) -> int:
    """Plan a lecture for which 李样本 has said yes, at a hall where one is named; return its id."""
    lecture = add_lecture(uow, house, starts_at=start, capacity=30)
    with uow.write(house.organiser) as tx:
        role, why = AssignmentRole.model_demo, "只有他讲得了"
        offer = assignments.offer(tx, activity_id=lecture, person_id=house.people[0], role=role, override_reason=why)
        if venue_id is not None:
            bookings.create(tx, venue_id=venue_id, activity_id=lecture, starts_at=start, ends_at=start + LENGTH)
        activities.release(tx, lecture)
    with uow.write(Actor(kind="link", person_id=house.people[0], detail=f"assignment:{offer}")) as tx:
        assignments.accept(tx, offer, via=AnswerVia.link)
    return lecture


def test_a_refusal_tells_all_reasons_at_once(uow: UnitOfWork, house: SmallHouse) -> None:
    hall = venue(uow, "小礼堂", 40)
    in_the_way = take(uow, hall, team_id=house.squad)
    promise(uow, house, START, house.small_hall)
    lecture = promise(uow, house, START + timedelta(days=3))
    terms: dict[str, Any] = {
        "hours": [(day, "08:00", "12:00") for day in WEEK],
        "layouts": {Layout.classroom: 20},
        "rights": [(house.other_squad, VenueRightKind.book)],
        "notice_workdays": 20,
        "longest_minutes": 60,
        "team_quota": 1,
        "quota_period": QuotaPeriod.week,
    }
    with uow.write(COMMAND) as tx:
        venues.change(tx, hall, terms)
    error = refusal(uow, house.organiser, hall, activity_id=lecture, people_count=50, layout=Layout.theatre)
    assert [reason.code for reason in error.reasons] == [
        "venue_taken",
        "venue_not_for_team",
        "quota_used_up",
        "window_too_long",
        "notice_workdays_too_short",
        "outside_opening_hours",
        "layout_not_possible",
        "too_many_people",
        "person_busy",
    ]
    assert [taken.booking_id for taken in error.conflicts] == [in_the_way]
    assert {way.venue_id for way in error.alternatives} == {house.hall}


def test_each_sort_of_way_out_is_there(uow: UnitOfWork, house: SmallHouse) -> None:
    whole = venue(uow, "大礼堂", 200, hours=OFFICE, lat=30.09, lon=114.96)
    half = venue(uow, "大礼堂东厅", 80, hours=OFFICE, parent_id=whole)
    other_half = venue(uow, "大礼堂西厅", 80, hours=OFFICE, parent_id=whole)
    take(uow, other_half)
    error = refusal(uow, house.organiser, whole, people_count=60)
    assert shown(error.alternatives) == [
        ("part_of_venue", half, "03-10 14:00"),
        ("other_venue", house.hall, "03-10 14:00"),
        ("other_hour", whole, "03-10 12:30"),
        ("other_hour", whole, "03-10 15:30"),
        ("other_day", whole, "03-09 14:00"),
    ]
    assert error.alternatives[1].reason.params == {"km": 0.0, "minutes": 0, "capacity": 120}


def test_what_needs_approval_says_so_and_comes_last(uow: UnitOfWork, house: SmallHouse) -> None:
    asking = venue(uow, "要问的厅", 100, lat=30.09, lon=114.96, rights=[(house.headquarters, VenueRightKind.request)])
    take(uow, house.hall)
    error = refusal(uow, house.organiser, house.hall, team_id=house.squad, people_count=100)
    assert [way.needs_approval for way in error.alternatives] == [False] * (MOST - 1) + [True]
    assert error.alternatives[-1].venue_id == asking
    with uow.write(house.organiser) as tx:
        made = bookings.create(
            tx, venue_id=asking, starts_at=START, ends_at=START + LENGTH, team_id=house.squad, people_count=100
        )
        assert tx.session.get_one(Booking, made).state is BookingState.requested


def test_people_who_said_yes_can_come_to_what_is_offered(uow: UnitOfWork, house: SmallHouse) -> None:
    promise(uow, house, START + timedelta(hours=3), house.small_hall)  # 17:00 to 18:30
    lecture = promise(uow, house, START + timedelta(minutes=30))
    take(uow, house.hall, START - timedelta(hours=6), timedelta(hours=7))
    error = refusal(uow, house.organiser, house.hall, START + timedelta(minutes=30), activity_id=lecture)
    hours = [way.starts_at for way in error.alternatives if way.reason.code == "other_hour"]
    assert hours  # 15:30 leaves no road to the other hall, and until 18:30 the speaker is there
    for hour in hours:
        assert hour + LENGTH <= START + timedelta(hours=3) or hour >= START + timedelta(hours=4, minutes=30)


def test_what_is_lent_to_an_activity_comes_along(uow: UnitOfWork, house: SmallHouse) -> None:
    lecture, other = add_lecture(uow, house), add_lecture(uow, house, starts_at=START + timedelta(hours=3))
    with uow.write(house.organiser) as tx:
        projector = equipment.create(tx, name="投影仪", kind=EquipmentKind.device)
        for activity in (lecture, other):
            loans.lend(tx, equipment_id=projector, activity_id=activity)
    take(uow, house.hall, START - timedelta(hours=6), timedelta(hours=7, minutes=30))
    error = refusal(uow, house.organiser, house.hall, activity_id=lecture)
    (hour,) = (way.starts_at for way in error.alternatives if way.reason.code == "other_hour")
    assert hour == START + timedelta(hours=5, minutes=30)  # the hall is free at 16:00, the projector from 19:00 on
    with uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=house.hall, activity_id=lecture, starts_at=hour, ends_at=hour + LENGTH)
        activities.move(tx, lecture, starts_at=hour, ends_at=hour + LENGTH)


def test_a_booking_that_moves_is_not_in_its_own_way(uow: UnitOfWork, house: SmallHouse) -> None:
    mine = take(uow, house.hall)
    take(uow, house.hall, START + timedelta(hours=3))
    with pytest.raises(VenueTaken) as refused, uow.write(house.organiser) as tx:
        start = START + timedelta(hours=2)
        bookings.move(tx, mine, starts_at=start, ends_at=start + LENGTH)
    assert ("other_hour", house.hall, "03-10 15:00") in shown(refused.value.alternatives)


def test_too_large_a_party_goes_where_it_fits_at_another_time(uow: UnitOfWork, house: SmallHouse) -> None:
    take(uow, house.hall)
    error = refusal(uow, house.organiser, house.small_hall, people_count=100)
    assert [reason.code for reason in error.reasons] == ["too_many_people"]
    assert shown(error.alternatives) == [("other_venue_and_time", house.hall, "03-10 12:00")]


def test_statements_do_not_grow_with_venues(uow: UnitOfWork, house: SmallHouse) -> None:
    take(uow, house.hall)
    counts = []
    for number in range(2):
        venue(uow, f"厅{number}", 90 + number, hours=OFFICE)
        with counted(uow) as sent:
            refusal(uow, house.organiser, house.hall, people_count=70)
        counts.append(len(sent))
    assert counts[0] == counts[1]


##### Random houses


@dataclass(frozen=True)
class Hall:
    """A hall of a random house; `part_of` is the number of its whole."""

    part_of: int | None
    fields: dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A random ask of the first hall, which is taken then, and what else is taken: hall, start, length."""

    start: timedelta
    length: timedelta
    buffers: tuple[int | None, int | None]
    people_count: int | None
    layout: Layout | None
    is_for_team: bool
    with_activity: bool
    others: list[tuple[int, timedelta, timedelta]]


quarters = st.integers(0, 4 * 24 * 4).map(lambda count: timedelta(minutes=15 * count))
odd_minutes = st.integers(0, 4 * 24 * 60).map(lambda count: timedelta(minutes=count))
lengths = st.sampled_from([30, 45, 60, 90, 150]).map(lambda count: timedelta(minutes=count))


@st.composite
def halls(draw: st.DrawFn) -> list[Hall]:
    found = []
    for number in range(draw(st.integers(2, 5))):
        layouts = draw(st.sampled_from([{}, {}, {Layout.theatre: 60, Layout.classroom: 30}]))
        day = (NOW + timedelta(days=8)).date()
        fields = {
            "capacity": draw(st.integers(20, 120)),
            "hours": draw(st.sampled_from([[], OFFICE, HALVES])),
            "set_up_minutes": draw(st.sampled_from([0, 0, 20, 45])),
            "tear_down_minutes": draw(st.sampled_from([0, 10, 30])),
            "notice_minutes": draw(st.sampled_from([0, 0, 60, 3000])),
            "needs_approval": draw(st.booleans()),
            "layouts": layouts,
            "days": draw(st.sampled_from([[], [], [(day, day + timedelta(days=1), None, None, "检修")]])),
            "team_quota": 1 if draw(st.integers(0, 4)) == 4 else None,
            "is_closed_to_team": draw(st.integers(0, 4)) == 4,
        }
        if draw(st.booleans()):
            fields |= {"lat": 30.0 + draw(st.integers(0, 20)) / 100, "lon": 114.9}
        found.append(Hall(0 if number and draw(st.integers(0, 2)) == 2 else None, fields))
    return found


asks = st.builds(
    Asked,
    start=quarters,
    length=lengths,
    buffers=st.tuples(st.none() | st.sampled_from([0, 15, 60]), st.none() | st.sampled_from([0, 30])),
    people_count=st.none() | st.integers(10, 130),
    layout=st.none() | st.sampled_from([Layout.theatre, Layout.banquet]),
    is_for_team=st.booleans(),
    with_activity=st.booleans(),
    others=st.lists(st.tuples(st.integers(0, 4), odd_minutes, lengths), max_size=14),
)


def build(tx: Tx, house: SmallHouse, found: list[Hall]) -> list[int]:
    ids: list[int] = []
    for number, hall in enumerate(found):
        fields = dict(hall.fields)
        if fields.pop("is_closed_to_team"):
            fields["rights"] = [(house.other_squad, VenueRightKind.book)]
        if fields["team_quota"]:
            fields["quota_period"] = QuotaPeriod.week
        parent_id = None if hall.part_of is None else ids[hall.part_of]
        ids.append(venues.create(tx, name=f"厅{number}", kind=HostKind.town, parent_id=parent_id, **fields))
    return ids


def attempt(tx: Tx, keep: bool, moves: bool = False, **wanted: Any) -> Conflict | BookingState:
    """Book, and move the activity along where it has to; return the booking's state, or what stands against it."""
    nested = tx.session.begin_nested()
    try:
        found = tx.session.get_one(Booking, bookings.create(tx, **wanted)).state
        if moves:
            activities.move(tx, wanted["activity_id"], starts_at=wanted["starts_at"], ends_at=wanted["ends_at"])
    except Conflict as error:
        nested.rollback()
        return error
    if keep:
        nested.commit()
    else:
        nested.rollback()
    return found


def free_sorts(tx: Tx, ids: list[int], ask: Asked, wanted: dict[str, Any]) -> set[str]:
    """Try the plain ways out one by one, a sample of hours and days; return the sorts of which one is free."""
    start: datetime = wanted["starts_at"]

    def is_free(venue_id: int, at: datetime) -> bool:
        tried = wanted | {"venue_id": venue_id, "starts_at": at, "ends_at": at + ask.length}
        moves = "activity_id" in wanted and at != start
        return not isinstance(attempt(tx, keep=False, moves=moves, **tried), Conflict)

    found = set()
    local = start.astimezone(DAYE)
    hours = [local.replace(hour=hour, minute=minute) for hour, minute in ((9, 5), (10, 0), (16, 30))]
    if any(is_free(ids[0], hour) for hour in hours if hour != local):
        found.add("other_hour")
    days = [shift_days(start, days, DAYE) for days in (-3, 1, DAYS_AHEAD)]
    if any(is_free(ids[0], day) for day in days if is_workday(day.astimezone(DAYE).date())):
        found.add("other_day")
    parts = set(tx.session.exec(select(Venue.id).where(col(Venue.parent_id) == ids[0])).all())
    for venue_id in ids[1:]:
        if is_free(venue_id, start):
            found.add("part_of_venue" if venue_id in parts else "other_venue")
    return found


@settings(
    max_examples=8 * SCALE,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(found=halls(), ask=asks)
def test_every_way_out_of_a_random_house_can_be_taken(
    uow: UnitOfWork, house: SmallHouse, found: list[Hall], ask: Asked
) -> None:
    """Offered means accepted as offered, and where a try finds a free one of a sort, one of that sort is offered."""
    with suppress(TakenBack), uow.write(house.organiser) as tx:
        explore(tx, house, found, ask)


def explore(tx: Tx, house: SmallHouse, found: list[Hall], ask: Asked) -> None:
    ids = build(tx, house, found)
    start = NOW + timedelta(days=7) + ask.start
    wanted: dict[str, Any] = {
        "venue_id": ids[0],
        "starts_at": start,
        "ends_at": start + ask.length,
        "set_up_minutes": ask.buffers[0],
        "tear_down_minutes": ask.buffers[1],
        "people_count": ask.people_count,
        "layout": ask.layout,
        "team_id": house.squad if ask.is_for_team else None,
    }
    for hall, after, length in [(0, ask.start, ask.length), *ask.others]:
        at = NOW + timedelta(days=7) + after
        attempt(tx, keep=True, venue_id=ids[hall % len(ids)], starts_at=at, ends_at=at + length)
    if ask.with_activity:
        wanted["activity_id"] = an_activity(tx, house, start, ask.length)
    error = attempt(tx, keep=False, **wanted)
    if not isinstance(error, VenueTaken):
        event("was free")
        raise TakenBack
    for way in error.alternatives:
        event(way.reason.code)
        offered = wanted | {"venue_id": way.venue_id, "starts_at": way.starts_at, "ends_at": way.ends_at}
        minutes = {"set_up_minutes": way.set_up_minutes, "tear_down_minutes": way.tear_down_minutes}
        moves = ask.with_activity and way.starts_at != start
        for one in (offered, offered | minutes):
            taken = attempt(tx, keep=False, moves=moves, **one)
            assert taken is (BookingState.requested if way.needs_approval else BookingState.confirmed), (way, taken)
    assert len(error.alternatives) <= MOST
    assert free_sorts(tx, ids, ask, wanted) <= {way.reason.code for way in error.alternatives}
    raise TakenBack


def an_activity(tx: Tx, house: SmallHouse, start: datetime, length: timedelta) -> int:
    """Plan an activity for the window: its one speaker has a duty four hours later, its one projector the day after."""
    projector = equipment.create(tx, name="投影仪", kind=EquipmentKind.device)
    planned = []
    for at in (start, start + timedelta(hours=4), start + timedelta(days=1)):
        activity = activities.create(
            tx, kind=ActivityKind.service, title="x", starts_at=at, ends_at=at + length, team_id=house.squad
        )
        planned.append(activity)
    hall = {"venue_id": house.small_hall, "activity_id": planned[1]}
    attempt(tx, keep=True, starts_at=at - timedelta(hours=20), ends_at=at - timedelta(hours=20) + length, **hall)
    for activity in planned[:2]:
        role = AssignmentRole.volunteer
        assignments.offer(tx, activity_id=activity, person_id=house.people[0], role=role, override_reason="x")
        activities.release(tx, activity)
        row = tx.session.exec(select(Assignment).where(col(Assignment.activity_id) == activity)).one()
        assignments.accept(tx, row.id, via=AnswerVia.phone)
    for activity in planned[::2]:
        loans.lend(tx, equipment_id=projector, activity_id=activity)
    return planned[0]
