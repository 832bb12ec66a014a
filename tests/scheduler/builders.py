"""Things to send, and hands to send them with."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, insert, select, update
from sqlmodel import col

from models.enums import ActivityState, AssignmentRole, AssignmentState, DeliveryState, NotificationKind
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.base import table_of
from models.tables.deliveries import Delivery, DeliveryAttempt
from models.tables.people import Person
from notifications.channels.base import BeforeData, Channel, Envelope, Outcome
from notifications.channels.memory import MemoryChannel
from scheduler.database_thread import DatabaseThread
from scheduler.deliver import Deliverer
from scheduler.letters import Letters
from services import notify
from services.access import COMMAND, WORKER
from services.unit_of_work import UnitOfWork
from tests.service.builders import START, SmallHouse, add_lecture

LEASE = timedelta(seconds=90)


@dataclass(frozen=True)
class Crowd:
    """A public lecture and the people who promised to come."""

    activity_id: int
    assignment_ids: tuple[int, ...]


def add_crowd(uow: UnitOfWork, house: SmallHouse, count: int, *, starts_at: datetime = START) -> Crowd:
    """Write a released lecture with so many accepted assignments; the state is set by hand, nothing is asked for."""
    activity_id = add_lecture(uow, house, starts_at=starts_at)
    with uow.write(COMMAND) as tx:
        people, assignments, activities = table_of(Person), table_of(Assignment), table_of(Activity)
        added = tx.session.execute(
            insert(people).returning(people.c.id),
            [
                {"name": f"样本{n}", "sort_key": f"{n:04}", "email": f"p{n}@example.org", "created_at": tx.now}
                | {"locale": "zh-CN", "is_synthetic": True, "version": 1}
                for n in range(count)
            ],
        )
        person_ids = sorted(added.scalars())
        offered = tx.session.execute(
            insert(assignments).returning(assignments.c.id),
            [
                {"activity_id": activity_id, "person_id": person_id, "role": AssignmentRole.volunteer}
                | {"state": AssignmentState.accepted, "offered_at": tx.now, "created_at": tx.now, "version": 1}
                | {"overridden": "", "override_reason": ""}
                for person_id in person_ids
            ],
        )
        assignment_ids = tuple(sorted(offered.scalars()))
        tx.session.execute(
            update(activities)
            .where(activities.c.id == activity_id)
            .values(
                state=ActivityState.released,
                released_at=tx.now,
                organiser_id=house.organiser.user_id,
                venue_id=house.hall,
            )
        )
    return Crowd(activity_id, assignment_ids)


def ask(
    uow: UnitOfWork,
    crowd: Crowd,
    kind: NotificationKind = NotificationKind.reminder,
    *,
    assignment_ids: Sequence[int] | None = None,
) -> None:
    """Ask for one message of a kind to everybody, due now."""
    with uow.write(WORKER) as tx:
        activity = tx.get(Activity, crowd.activity_id, noun="activity")
        for assignment_id in crowd.assignment_ids if assignment_ids is None else assignment_ids:
            person_id = tx.get(Assignment, assignment_id, noun="assignment").person_id
            notify.request(
                tx,
                kind=kind,
                recipients=notify.person(tx, person_id),
                activity=activity,
                assignment_id=assignment_id,
                dedupe_key=f"test:{kind.value}:{assignment_id}:{uuid4().hex}",
            )


def rows(uow: UnitOfWork) -> list[Delivery]:
    """Return every delivery, by id."""
    with uow.read(WORKER) as tx:
        return list(tx.session.execute(select(Delivery).order_by(col(Delivery.id))).scalars())


def states(uow: UnitOfWork) -> Counter[DeliveryState]:
    """Return how many deliveries are in each state."""
    counted = select(col(Delivery.state), func.count()).group_by(col(Delivery.state))
    with uow.read(WORKER) as tx:
        return Counter(dict(tuple(row) for row in tx.session.execute(counted)))


def attempts(uow: UnitOfWork, delivery_id: int) -> list[DeliveryAttempt]:
    """Return the tries at a delivery, oldest first."""
    found = select(DeliveryAttempt).where(col(DeliveryAttempt.delivery_id) == delivery_id)
    with uow.read(WORKER) as tx:
        return list(tx.session.execute(found.order_by(col(DeliveryAttempt.id))).scalars())


def drain(uow: UnitOfWork, *channels: Channel, worker_id: str | None = None, rate: float | None = None) -> int:
    """Send all that is due over the channels, as one worker does, and return how many rows were dealt with."""

    async def run() -> int:
        steps = DatabaseThread(uow)
        deliverer = Deliverer(
            database=steps,
            clock=uow.clock,
            worker_id=worker_id or uuid4().hex,
            channels=channels,
            letters=Letters(uow.settings),
            lease=LEASE,
            rate=rate,
        )
        try:
            return await deliverer.drain()
        finally:
            steps.close()

    return asyncio.run(run())


class HookedChannel(MemoryChannel):
    """Runs something just before the message could go out, or just after it has."""

    def __init__(self, *, before: Callable[[], None] | None = None, after: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.before, self.after = before, after

    async def send(self, envelope: Envelope, *, before_data: BeforeData) -> Outcome:
        if self.before is not None:
            await asyncio.to_thread(self.before)
        outcome = await super().send(envelope, before_data=before_data)
        if self.after is not None:
            await asyncio.to_thread(self.after)
        return outcome
