"""From what happens to groups, telephones and programs, over local servers that speak the providers' protocols."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.enums import (
    AttemptOutcome,
    ChannelKind,
    DeliveryState,
)
from models.tables.history import HistoryEntry
from notifications.channels.memory import MemoryChannel
from services import activities, endpoint_use, endpoints, release_waits
from services.access import WORKER
from services.unit_of_work import UnitOfWork
from tests.channel.services import Cut, Heard, Service, said
from tests.scheduler.builders import attempts, drain
from tests.scheduler.channel_scenes import (
    FINE,
    SECRET,
    WAIT,
    a_service,
    add,
    endpoint,
    released,
    send,
    through,
)
from tests.service.builders import START, SmallHouse, small_house


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def test_a_group_and_a_program_hear_of_an_activity_and_nobody_hears_a_secret(
    uow: UnitOfWork, house: SmallHouse
) -> None:
    with a_service() as group, a_service(lambda _: said({})) as program:
        bot = add(
            uow, house.organiser, "wecom", f"{group.address}/cgi-bin/webhook/send?key=K", team_id=house.headquarters
        )
        hook = add(
            uow,
            house.organiser,
            "webhook",
            f"{program.address}/hook",
            events=["activity.released", "activity.cancelled"],
        )
        other = add_team_bot(uow, house, group)
        lecture, asked = released(uow, house, house.people[0])
        assert send(uow) == [0]  # a release can still be taken back
        assert send(uow, WAIT)[1] == 2
        with uow.write(house.organiser) as tx:
            activities.move(
                tx, lecture, starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=1)
            )
        assert send(uow)[0] == 1  # the program did not ask for changes
        with uow.write(house.organiser) as tx:
            activities.cancel(tx, lecture, reason="李样本 13800000000 病了")
        assert send(uow)[0] == 2
    texts = [heard.json["text"]["content"] for heard in group.heard]
    assert [text.split("：")[0] for text in texts] == ["活动预告", "有变动", "已取消"]
    assert "劳模工匠进车间宣讲" in texts[0]
    assert "原来" in texts[1]
    assert not any("李样本" in text or "138" in text for text in texts)
    assert all(row.state is DeliveryState.sent for row in through(uow, ChannelKind.wecom))
    assert {row.endpoint_id for row in through(uow, ChannelKind.wecom)} == {bot} != {other}

    events = [heard.json for heard in program.heard]
    assert [event["type"] for event in events] == ["activity.released", "activity.cancelled"]
    assert events[0]["data"]["activity_id"] == lecture
    assert "李样本" not in json.dumps(events, ensure_ascii=False)
    for heard in program.heard:
        signed = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.".encode() + heard.body
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert heard.headers["webhook-signature"] == f"v1,{signature}"
    with uow.read(WORKER) as tx:
        told = "".join(entry.body for entry in tx.session.exec(select(HistoryEntry)))
    assert "whsec_" not in told
    assert "key=K" not in told
    assert asked
    assert hook != bot


def add_team_bot(uow: UnitOfWork, house: SmallHouse, group: Service) -> int:
    with uow.write(house.organiser) as tx:
        return endpoints.create(
            tx, channel="wecom", name="别队的群", url=f"{group.address}/x?key=X", team_id=house.other_squad
        )


def test_a_release_taken_back_is_told_nobody(uow: UnitOfWork, house: SmallHouse) -> None:
    with a_service() as group:
        add(uow, house.organiser, "wecom", f"{group.address}/send?key=K")
        add(uow, house.organiser, "webhook", f"{group.address}/hook", events=["activity.released"])
        lecture, _ = released(uow, house)
        with uow.write(house.organiser) as tx:
            release_waits.undo(tx, lecture)
        assert send(uow, WAIT) == [0, 0]
    assert group.heard == []
    rows = [*through(uow, ChannelKind.wecom), *through(uow, ChannelKind.webhook)]
    assert [(row.state, row.reason) for row in rows] == [(DeliveryState.obsolete, "release_undone")] * 2


def test_a_broken_group_rests_alone_says_why_and_is_tried_again_once_edited(uow: UnitOfWork, house: SmallHouse) -> None:
    answers = [{"errcode": 310000, "errmsg": "sign not match"}]
    with a_service(lambda _: said(answers[-1])) as group:
        bot = add(uow, house.organiser, "dingtalk", f"{group.address}/robot/send?access_token=T")
        released(uow, house, house.people[0])
        assert send(uow, WAIT, WAIT / 2) == [0, 1, 0]  # it rests, and nothing more is tried
        mail = MemoryChannel()
        assert drain(uow, mail) == 1
        (row,) = through(uow, ChannelKind.dingtalk)
        assert (row.state, row.reason) == (DeliveryState.waiting, "sender_refused")
        assert endpoint(uow, bot).fault.startswith("sender_refused 200 ")
        answers.append(FINE)
        with uow.write(house.organiser) as tx:
            endpoint_use.change(tx, bot, {"secret": "SECanother"})
        assert endpoint(uow, bot).fault == ""
        assert send(uow, timedelta(minutes=2))[1] == 1
    (row,) = through(uow, ChannelKind.dingtalk)
    assert row.state is DeliveryState.sent
    assert [one.outcome for one in attempts(uow, row.id)] == [AttemptOutcome.retry, AttemptOutcome.sent]


def test_busy_cut_and_refused_end_as_mail_does(uow: UnitOfWork, house: SmallHouse) -> None:
    def cut(_: Heard) -> Any:
        raise Cut

    steps: list[Callable[[Heard], Any]] = [
        lambda _: said({}, 429, retry_after="120"),
        cut,
        lambda _: said({}),
    ]

    def next_answer(heard: Heard) -> Any:
        return steps.pop(0)(heard)

    with a_service(next_answer) as program:
        hook = add(uow, house.organiser, "webhook", f"{program.address}/hook", events=["activity.released"])
        released(uow, house)
        send(uow, WAIT)
        (row,) = through(uow, ChannelKind.webhook)
        assert (row.state, row.reason) == (DeliveryState.waiting, "host_busy")
        assert row.next_try_at - uow.clock.now() >= timedelta(seconds=120)
        send(uow, timedelta(minutes=5))
        assert endpoint(uow, hook).fault.startswith("cut_in_data")
        send(uow, timedelta(minutes=5))
    (row,) = through(uow, ChannelKind.webhook)
    outcomes = [AttemptOutcome.retry, AttemptOutcome.uncertain, AttemptOutcome.sent]
    assert [one.outcome for one in attempts(uow, row.id)] == outcomes
    assert len({(heard.headers["webhook-id"], heard.body) for heard in program.heard}) == 1
    assert endpoint(uow, hook).fault == ""
