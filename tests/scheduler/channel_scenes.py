"""Groups, telephones and programs on this machine, and one worker that sends to them."""

import asyncio
import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
from sqlmodel import col, select

from models.enums import (
    AssignmentRole,
    CallReason,
    ChannelKind,
    NotificationKind,
)
from models.tables.calls import Call
from models.tables.deliveries import Delivery
from models.tables.endpoints import ChannelEndpoint
from models.tables.people import Person
from muster.clock import ManualClock
from muster.ids import SystemIds
from notifications.channels.http import HttpPoster
from notifications.channels.outside import OutsideTransport
from scheduler.channels import Endpoints
from scheduler.database_thread import DatabaseThread
from services import activities, assignments, endpoints
from services.access import COMMAND, WORKER, Actor
from services.unit_of_work import UnitOfWork
from tests.channel.services import Heard, Service, said, serving
from tests.service.builders import SmallHouse, add_lecture

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
ROLE = AssignmentRole.volunteer
FINE: dict[str, Any] = {"errcode": 0, "errmsg": "ok", "Code": "OK"}
WAIT = timedelta(minutes=1)


@contextmanager
def a_service(answer: Callable[[Heard], Any] = lambda _: said(FINE)) -> Iterator[Service]:
    with serving(answer) as service:
        yield service


def add(uow: UnitOfWork, by: Actor, channel: str, url: str, *, team_id: int | None = None, **settings: Any) -> int:
    secret = {"webhook": SECRET, "sms": "key-secret", "dingtalk": "SECtest"}.get(channel, "")
    with uow.write(by) as tx:
        return endpoints.create(
            tx, channel=channel, name=f"{channel}-one", url=url, secret=secret, team_id=team_id, settings=settings
        )


def add_sms(uow: UnitOfWork, by: Actor, service: Service, *kinds: NotificationKind) -> int:
    account = {"provider": "aliyun", "key_id": "id", "sign_name": "大冶工会"}
    return add(
        uow, by, "sms", f"{service.address}/", **account, templates={kind.value: f"SMS_{kind.value}" for kind in kinds}
    )


def send(uow: UnitOfWork, *waits: timedelta) -> list[int]:
    """Send through all endpoints now and after each wait, as one worker does; return how many rows were dealt with."""

    async def scene() -> list[int]:
        steps, clock = DatabaseThread(uow), uow.clock
        assert isinstance(clock, ManualClock)
        running = Endpoints(
            database=steps,
            clock=clock,
            ids=SystemIds(),
            settings=uow.settings,
            worker_id="w",
            in_hand=set(),
            poster=lambda: HttpPoster(httpx.Timeout(2.0, read=0.5), transport=lambda: OutsideTransport(may_stay=True)),
        )
        counts = [await running.drain()]
        for wait in waits:
            clock.advance(wait)
            counts.append(await running.drain())
        await running.stop()
        steps.close()
        return counts

    return asyncio.run(scene())


def released(uow: UnitOfWork, house: SmallHouse, *people: int) -> tuple[int, list[int]]:
    lecture = add_lecture(uow, house)
    with uow.write(house.organiser) as tx:
        asked = [assignments.offer(tx, activity_id=lecture, person_id=one, role=ROLE) for one in people]
    with uow.write(house.organiser) as tx:
        activities.release(tx, lecture)
    return lecture, asked


def through(uow: UnitOfWork, channel: ChannelKind) -> list[Delivery]:
    with uow.read(WORKER) as tx:
        return list(
            tx.session.exec(select(Delivery).where(col(Delivery.channel) == channel).order_by(col(Delivery.id)))
        )


def endpoint(uow: UnitOfWork, endpoint_id: int) -> ChannelEndpoint:
    with uow.read(WORKER) as tx:
        return tx.get(ChannelEndpoint, endpoint_id, noun="channel_endpoint", for_update=False)


def change_person(uow: UnitOfWork, person_id: int, **values: Any) -> None:
    with uow.write(COMMAND) as tx:
        person = tx.get(Person, person_id, noun="person")
        for name, value in values.items():
            setattr(person, name, value)


def called(uow: UnitOfWork) -> list[tuple[int, CallReason]]:
    with uow.read(WORKER) as tx:
        return [(row.person_id, row.reason) for row in tx.session.exec(select(Call).order_by(col(Call.id)))]
