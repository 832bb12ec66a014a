"""Whom short messages reach, and who is called instead, over a local server that speaks a provider's protocol."""

import json

import pytest

from models.enums import (
    CallReason,
    CallState,
    ChannelKind,
    DeliveryState,
    NotificationKind,
)
from notifications.channels.memory import MemoryChannel
from services import activities, calls, dead_addresses, opt_outs
from services.access import WORKER
from services.queries.calls import list_calls
from services.unit_of_work import UnitOfWork
from tests.channel.services import said
from tests.scheduler.builders import drain
from tests.scheduler.channel_scenes import (
    FINE,
    WAIT,
    a_service,
    add_sms,
    called,
    change_person,
    released,
    send,
    through,
)
from tests.service.builders import SmallHouse, small_house


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def test_short_messages_reach_those_without_mail_and_everybody_when_it_is_urgent(
    uow: UnitOfWork, house: SmallHouse
) -> None:
    li, wang, zhao = house.people
    change_person(uow, li, email=None, phone="+8613800000001")
    change_person(uow, wang, phone="+8613800000002")
    change_person(uow, zhao, email=None, phone="0714-8720000")
    limited = {"Code": "isv.BUSINESS_LIMIT_CONTROL"}
    with a_service(lambda heard: said(limited if heard.form["PhoneNumbers"] == "13800000001" else FINE)) as gateway:
        account = add_sms(uow, house.organiser, gateway, NotificationKind.call_up, NotificationKind.cancelled)
        lecture, _ = released(uow, house, li, wang, zhao)
        assert called(uow) == [(zhao, CallReason.no_channel)]
        (call_up,) = through(uow, ChannelKind.sms)
        assert (call_up.person_id, call_up.endpoint_id) == (li, account)
        assert send(uow, WAIT)[1] == 1
        variables = json.loads(gateway.heard[0].form["TemplateParam"])
        assert list(variables) == ["name", "title", "time", "place", "contact"]
        assert (variables["name"], gateway.heard[0].form["TemplateCode"]) == ("李样本", "SMS_call_up")
        (call_up,) = through(uow, ChannelKind.sms)
        assert (call_up.state, call_up.reason) == (DeliveryState.waiting, "throttled")
        drain(uow, MemoryChannel())
        with uow.write(house.organiser) as tx:
            activities.cancel(tx, lecture, reason="停电")
        assert send(uow)[0] == 1  # of one number that is full for now nobody else suffers
    assert [row.person_id for row in through(uow, ChannelKind.mail)] == [wang, wang]
    assert [row.person_id for row in through(uow, ChannelKind.sms)] == [li, wang]
    assert gateway.heard[-1].form["PhoneNumbers"] == "13800000002"
    assert through(uow, ChannelKind.sms)[0].state is DeliveryState.obsolete


def test_dead_mail_turns_to_the_telephone_and_opt_outs_hold_per_channel(uow: UnitOfWork, house: SmallHouse) -> None:
    li, wang, _ = house.people
    with uow.write(WORKER) as tx:
        dead_addresses.mark(tx, ChannelKind.mail, "li@example.org", "550 gone")
        dead_addresses.mark(tx, ChannelKind.mail, "wang@example.org", "550 gone")
    change_person(uow, li, phone="+8613800000001")
    change_person(uow, wang, phone=None)
    with uow.write(house.member) as tx:
        opt_outs.switch_off(tx, li, NotificationKind.call_up, ChannelKind.sms)
    with a_service() as gateway:
        add_sms(uow, house.organiser, gateway, NotificationKind.call_up)
        released(uow, house, li, wang)
        assert send(uow, WAIT) == [0, 0]
    (row,) = through(uow, ChannelKind.sms)
    assert (row.state, row.reason, row.person_id) == (DeliveryState.obsolete, "opted_out", li)
    assert called(uow) == [(wang, CallReason.no_channel)]
    assert drain(uow, mail := MemoryChannel()) == 2
    assert not mail.sent


def test_who_said_yes_by_telephone_is_told_by_telephone_that_it_is_off(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    change_person(uow, li, email=None)
    lecture, _ = released(uow, house, li)
    with uow.read(house.organiser) as tx:
        (asked,) = list_calls(tx).items
    with uow.write(house.organiser) as tx:
        calls.done(tx, asked.id, word="yes")
    with uow.write(house.organiser) as tx:
        activities.cancel(tx, lecture, reason="停电")
    with uow.read(house.organiser) as tx:
        (again,) = list_calls(tx, state=CallState.open).items
    assert (asked.is_off, again.is_off, again.id) == (False, True, asked.id)
    with uow.write(house.organiser) as tx:
        calls.done(tx, again.id, word="yes")
    with uow.read(house.organiser) as tx:
        assert list_calls(tx, state=CallState.open).items == ()
