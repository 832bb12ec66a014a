"""Finding a hall: what is offered, in which order, and why."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import Datum, HostKind
from models.rules.verdicts import Reason
from models.tables.orgs import Org
from models.tables.venues import Venue
from models.values import Place
from muster.i18n import load_translator
from muster.localtime import zone
from services import bookings, venues
from services.access import COMMAND
from services.queries.venue_search import VenueOffer, VenueWish, available_venues, offer_reasons, place_of
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.service.builders import SmallHouse, add_lecture, small_house
from tests.service.statements import counted
from web.problems import say

START = NOW + timedelta(days=8, hours=5)  # Tuesday, 14:00 in Daye
HERE = Place(30.10, 114.95)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    """The small house; its two halls stand a little way off."""
    return small_house(uow)


def add(uow: UnitOfWork, house: SmallHouse, name: str, capacity: int, **others: Any) -> int:
    given: dict[str, Any] = {"kind": HostKind.town, "lat": HERE.lat, "lon": HERE.lon} | others
    with uow.write(house.organiser) as tx:
        return venues.create(tx, name=name, capacity=capacity, **given)


def search(uow: UnitOfWork, house: SmallHouse, **others: Any) -> tuple[VenueOffer, ...]:
    wish: dict[str, Any] = {"starts_at": START, "ends_at": START + timedelta(hours=2)} | others
    with uow.read(house.organiser) as tx:
        return available_venues(tx, VenueWish(**wish))


def take(uow: UnitOfWork, house: SmallHouse, venue_id: int) -> None:
    with uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=venue_id, starts_at=START, ends_at=START + timedelta(hours=2), purpose="x")


def codes(offer: VenueOffer) -> tuple[set[str], set[str]]:
    return {reason.code for reason in offer.pros}, {reason.code for reason in offer.cons}


def test_only_what_is_free_and_large_enough_is_offered(uow: UnitOfWork, house: SmallHouse) -> None:
    taken = add(uow, house, "订走的厅", 100)
    take(uow, house, taken)
    found = [offer.venue.name for offer in search(uow, house, people_count=60) if offer.is_as_wished]
    assert found == ["工人文化宫"]


def test_nearest_stands_first_and_tells_the_way(uow: UnitOfWork, house: SmallHouse) -> None:
    add(uow, house, "隔壁的厅", 80)
    add(uow, house, "远处的厅", 80, lat=30.40, lon=115.30)
    found = search(uow, house, people_count=60, near=HERE)
    assert found[0].venue.name == "隔壁的厅"
    assert "offer_at_hand" in codes(found[0])[0]
    far = next(offer for offer in found if offer.venue.name == "远处的厅")
    assert far.minutes is not None
    assert far.minutes > 30
    assert "offer_way" in codes(far)[1]


def test_a_fitting_hall_is_preferred_to_one_five_times_too_large(uow: UnitOfWork, house: SmallHouse) -> None:
    add(uow, house, "大礼堂", 400)
    add(uow, house, "小教室", 80)
    found = [offer.venue.name for offer in search(uow, house, people_count=60, near=HERE)]
    assert found.index("小教室") < found.index("大礼堂")


def test_asking_and_lacking_equipment_cost_a_place_each(uow: UnitOfWork, house: SmallHouse) -> None:
    add(uow, house, "要问的", 80, needs_approval=True, equipment="投影")
    add(uow, house, "没投影", 80)
    add(uow, house, "都有", 80, equipment="投影、话筒")
    found = search(uow, house, people_count=60, near=HERE, equipment=("投影",))
    names = [offer.venue.name for offer in found]
    assert names[0] == "都有"
    assert names.index("要问的") < names.index("没投影")
    asking = next(offer for offer in found if offer.venue.name == "要问的")
    assert "offer_asks" in codes(asking)[1]
    lacking = next(offer for offer in found if offer.venue.name == "没投影")
    assert "offer_lacks" in codes(lacking)[1]


def test_wished_hall_stands_first_where_it_is_free(uow: UnitOfWork, house: SmallHouse) -> None:
    add(uow, house, "更合适的", 62)
    found = search(uow, house, people_count=60, near=HERE, venue_id=house.hall)
    assert found[0].venue.id == house.hall


def test_taken_wish_is_offered_at_other_hours_and_days(uow: UnitOfWork, house: SmallHouse) -> None:
    take(uow, house, house.hall)
    for number in range(6):
        add(uow, house, f"别的厅{number}", 100)
    found = search(uow, house, people_count=60, near=HERE, venue_id=house.hall)
    assert len(found) == 5
    own = [offer for offer in found if offer.venue.id == house.hall]
    assert len(own) == 2
    assert all(not offer.is_as_wished for offer in own)
    said = set().union(*(codes(offer)[1] for offer in own))
    assert said & {"offer_later", "offer_earlier", "offer_days_later", "offer_days_earlier"}


def test_nothing_wished_and_nothing_free_leads_to_other_hours_of_the_nearest(
    uow: UnitOfWork, house: SmallHouse
) -> None:
    for venue_id in (house.hall, house.small_hall):
        take(uow, house, venue_id)
    found = search(uow, house, people_count=30)
    assert found
    assert len({offer.venue.id for offer in found}) == 1
    assert all(not offer.is_as_wished for offer in found)


def test_every_offer_can_be_booked(uow: UnitOfWork, house: SmallHouse) -> None:
    take(uow, house, house.hall)
    for number in range(3):
        add(uow, house, f"别的厅{number}", 100)
    for offer in search(uow, house, people_count=60, venue_id=house.hall):
        with uow.write(house.organiser) as tx:
            bookings.create(tx, venue_id=offer.venue.id, starts_at=offer.starts_at, ends_at=offer.ends_at)


def test_kind_narrows_and_no_venue_at_all_is_an_empty_answer(uow: UnitOfWork, house: SmallHouse) -> None:
    add(uow, house, "学校的厅", 80, kind=HostKind.school)
    assert {offer.venue.name for offer in search(uow, house, kind=HostKind.school)} == {"学校的厅"}
    assert search(uow, house, kind=HostKind.community) == ()
    assert search(uow, house, people_count=10_000) == ()


def test_what_the_activity_has_itself_counts_as_free(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.write(house.organiser) as tx:
        bookings.create(tx, venue_id=house.hall, starts_at=START, ends_at=START + timedelta(hours=2))
    assert house.hall not in {offer.venue.id for offer in search(uow, house) if offer.is_as_wished}
    lecture = add_lecture(uow, house, starts_at=START + timedelta(days=1))
    with uow.write(house.organiser) as tx:
        later = START + timedelta(days=1)
        bookings.create(
            tx, venue_id=house.hall, starts_at=later, ends_at=later + timedelta(hours=2), activity_id=lecture
        )
    window = {"starts_at": later, "ends_at": later + timedelta(hours=2)}
    assert house.hall not in {offer.venue.id for offer in search(uow, house, **window) if offer.is_as_wished}
    own = search(uow, house, **window, activity_id=lecture)
    assert house.hall in {offer.venue.id for offer in own if offer.is_as_wished}


def test_place_of_an_org_is_that_of_its_venue(uow: UnitOfWork, house: SmallHouse) -> None:
    with uow.read(COMMAND) as tx:
        org_id = tx.session.exec(select(Org.id)).one()
        assert place_of(tx, org_id=org_id) is None
        assert place_of(tx, venue_id=house.hall, org_id=org_id) == Place(30.09, 114.96)
    add(uow, house, "自己的厅", 80, org_id=org_id)
    with uow.write(COMMAND) as tx:
        assert place_of(tx, org_id=org_id) == HERE
        tx.session.exec(select(Venue).where(col(Venue.org_id) == org_id)).one().datum = Datum.gcj02
        tx.session.flush()
        assert place_of(tx, org_id=org_id) is None  # another datum is off by hundreds of metres


def test_delays_are_told_in_days_or_as_a_length(uow: UnitOfWork, house: SmallHouse) -> None:
    row = search(uow, house)[0].venue
    for by, code, params in (
        (timedelta(hours=1), "offer_later", {"by": timedelta(hours=1)}),
        (-timedelta(hours=1), "offer_earlier", {"by": timedelta(hours=1)}),
        (timedelta(days=2), "offer_days_later", {"days": 2}),
        (-timedelta(days=3), "offer_days_earlier", {"days": 3}),
    ):
        (found,) = (reason for reason in offer_reasons(row, by=by)[1] if "er" in reason.code[-5:])
        assert (found.code, found.params) == (code, params)


def test_reasons_are_sentences_with_lengths_as_people_say_them() -> None:
    said = say(Reason("offer_later", {"by": timedelta(minutes=135)}), load_translator("zh-CN"), zone("Asia/Shanghai"))
    assert said == "晚2小时15分钟"
    said = say(Reason("offer_way", {"way": timedelta(minutes=18)}), load_translator("en"), zone("Asia/Shanghai"))
    assert said == "18 minutes by road"


def test_statements_do_not_grow_with_venues(uow: UnitOfWork, house: SmallHouse) -> None:
    with counted(uow) as few:
        search(uow, house, near=HERE)
    for number in range(4):
        add(uow, house, f"厅{number}", 50)
    with counted(uow) as many:
        search(uow, house, near=HERE)
    assert len(few) == len(many)
