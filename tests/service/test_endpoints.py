"""The register of groups, SMS accounts and programs: who may write which, what is refused, what never comes out."""

from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import ChannelKind, DeliveryState, NotificationKind, UserRole
from models.errors import Forbidden, Invalid, LostRace, NotFound
from models.tables.deliveries import Delivery
from models.tables.history import HistoryEntry
from models.tables.people import Person
from services import endpoint_use, endpoints
from services.access import WORKER, Actor
from services.queries.endpoints import list_endpoints, read_endpoint
from services.unit_of_work import UnitOfWork
from tests.service.builders import SmallHouse, add_user, small_house

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BOT = {"channel": "wecom", "name": "铜都分队的群", "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K"}
ACCOUNT = {"provider": "aliyun", "key_id": "id", "sign_name": "大冶工会", "templates": {"call_up": "SMS_1"}}
INSIDE = ("https://10.0.0.8/hook", "https://192.168.1.2/", "https://[fd00::1]/", "https://169.254.169.254/latest")
INSIDE += ("https://intranet/hook", "https://printer.local/", "https://[::ffff:10.0.0.1]/", "https://2130706433/")


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def create(uow: UnitOfWork, by: Actor, **values: Any) -> int:
    with uow.write(by) as tx:
        return endpoints.create(tx, **values)


def refused(uow: UnitOfWork, by: Actor, **values: Any) -> list[tuple[str, object]]:
    with pytest.raises(Invalid) as error:
        create(uow, by, **values)
    return sorted((reason.code, reason.params.get("field")) for reason in error.value.reasons)


def squad_organiser(uow: UnitOfWork, house: SmallHouse) -> Actor:
    with uow.write(WORKER) as tx:
        return add_user(tx, "squad", UserRole.organiser, house.squad)


@SQLITE
def test_every_reason_is_told_at_once(uow: UnitOfWork, house: SmallHouse) -> None:
    by = house.organiser
    create(uow, by, **BOT)
    wrong = {
        "channel": "sms",
        "name": BOT["name"],
        "team_id": 999,
        "settings": {"provider": "tencent", "colour": "red"},
    }
    assert refused(uow, by, **wrong) == [
        ("endpoint_name_taken", "name"),
        ("field_unknown", "colour"),
        ("missing", "app_id"),
        ("missing", "key_id"),
        ("missing", "secret"),
        ("missing", "sign_name"),
        ("unknown_reference", "team_id"),
    ]
    hook = {"channel": "webhook", "name": "程序", "url": "http://example.org/", "secret": "whsec_c2hvcnQ="}
    assert refused(uow, by, **hook, settings={"events": ["activity.eaten"]}) == [
        ("endpoint_secret_wrong", "secret"),
        ("endpoint_url_plain", "url"),
        ("word_unknown", "events"),
    ]
    assert refused(uow, by, channel="mail", name="") == [("missing", "name"), ("word_unknown", "channel")]
    account = ACCOUNT | {"templates": {"sign_in": "SMS_9"}}
    assert refused(uow, by, channel="sms", name="x", secret="s", settings=account) == [("word_unknown", "templates")]


@SQLITE
def test_addresses_lead_out_into_the_world(uow: UnitOfWork, house: SmallHouse) -> None:
    for url in INSIDE:
        assert refused(uow, house.organiser, **BOT | {"url": url}) == [("endpoint_url_inside", "url")]
    for url in ("ftp://example.org", "https://user:pw@example.org/", "https://", "https://example.org:99999/"):
        assert refused(uow, house.organiser, **BOT | {"url": url}) == [("endpoint_url_wrong", "url")]
    create(uow, house.organiser, **BOT | {"url": "http://127.0.0.1:9/"})  # this house lives on one machine
    away = uow.settings.model_copy(update={"base_url": "https://muster.example.org"})
    elsewhere = UnitOfWork(uow.database, clock=uow.clock, ids=uow.ids, settings=away)
    assert refused(elsewhere, house.organiser, **BOT | {"name": "b", "url": "https://127.0.0.1/"}) == [
        ("endpoint_url_inside", "url")
    ]


def test_organisers_of_a_team_have_their_own_and_secrets_stay_inside(uow: UnitOfWork, house: SmallHouse) -> None:
    squad = squad_organiser(uow, house)
    own = create(uow, squad, **BOT, team_id=house.squad)
    account = create(uow, house.organiser, channel="sms", name="短信", secret="key-secret", settings=ACCOUNT)
    for team_id in (None, house.other_squad):
        with pytest.raises(Forbidden):
            create(uow, squad, **BOT | {"name": "别的"}, team_id=team_id)
    with uow.read(squad) as tx:
        (row,) = list_endpoints(tx).items
        assert (row.id, row.shown_url, row.team_name) == (own, "https://qyapi.weixin.qq.com/…", "铜都分队")
        with pytest.raises(NotFound):
            read_endpoint(tx, account)
    with uow.write(squad) as tx, pytest.raises(NotFound):
        endpoint_use.change(tx, account, {"is_on": False})
    for nobody in (house.leader, house.auditor):
        with uow.read(nobody) as tx, pytest.raises(Forbidden):
            list_endpoints(tx)
    with uow.write(house.organiser) as tx:
        endpoint_use.change(tx, account, {"secret": "another", "settings": {"templates": {"chase": "SMS_2"}}}, 1)
    with uow.write(house.organiser) as tx, pytest.raises(LostRace):
        endpoint_use.change(tx, account, {"name": "晚了"}, 1)
    with uow.read(house.organiser) as tx:
        view = read_endpoint(tx, account)
        assert (view.settings["templates"], view.settings["key_id"], view.has_secret) == (
            {"chase": "SMS_2"},
            "id",
            True,
        )
        told = "".join(entry.body for entry in tx.session.exec(select(HistoryEntry)))
    shown = f"{view} {row} {told}"
    assert "channel_endpoint" in told
    assert not [word for word in ("key-secret", "another", "key=K") if word in shown]


def test_what_waits_at_one_that_is_switched_off_is_taken_back(uow: UnitOfWork, house: SmallHouse) -> None:
    bot = create(uow, house.organiser, **BOT)
    with uow.write(house.organiser) as tx:
        endpoint_use.send_test(tx, bot)
    with uow.write(house.organiser) as tx:
        endpoint_use.change(tx, bot, {"is_on": False})
    with uow.read(WORKER) as tx:
        (row,) = tx.session.exec(select(Delivery).where(col(Delivery.channel) == ChannelKind.wecom))
        assert (row.state, row.reason) == (DeliveryState.obsolete, "endpoint_off")
        assert endpoint_use.due(tx) == ()
    with uow.write(house.organiser) as tx, pytest.raises(Invalid):
        endpoint_use.send_test(tx, bot)


@SQLITE
def test_a_test_by_short_message_goes_to_ones_own_mobile(uow: UnitOfWork, house: SmallHouse) -> None:
    account = create(uow, house.organiser, channel="sms", name="短信", secret="s", settings=ACCOUNT)
    with uow.write(house.organiser) as tx, pytest.raises(Invalid) as error:
        endpoint_use.send_test(tx, account)
    assert error.value.reasons[0].code == "endpoint_no_mobile"
    with uow.write(WORKER) as tx:
        somebody = add_user(tx, "with-person", UserRole.organiser, None, house.people[0])
        tx.get(Person, house.people[0], noun="person").phone = "+8613800000009"
    with uow.write(somebody) as tx:
        endpoint_use.send_test(tx, account)
    with uow.read(WORKER) as tx:
        (row,) = tx.session.exec(select(Delivery))
    assert (row.address, row.endpoint_id) == ("+8613800000009", account)
    assert NotificationKind.call_up.value in ACCOUNT["templates"]
