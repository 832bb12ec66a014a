"""Short ways to book, queue and let time pass, and to see what came of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from models.enums import BookingState, NotificationKind, WaitState
from models.tables.bookings import Booking
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from models.tables.resources import Occupancy
from models.tables.venues import Venue
from models.tables.waits import Wait
from scheduler.sweep import DUE
from services import bookings, waits
from services.access import COMMAND, WORKER, Actor
from services.delivery_facts import DeliveryFacts, load_facts
from services.leases import claim
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def book(uow: UnitOfWork, who: Actor, venue_id: int, starts_at: datetime = START, **more: Any) -> int:
    with uow.write(who) as tx:
        return bookings.create(tx, venue_id=venue_id, starts_at=starts_at, ends_at=starts_at + LENGTH, **more)


def join(uow: UnitOfWork, who: Actor, venue_id: int, starts_at: datetime = START, **more: Any) -> int:
    with uow.write(who) as tx:
        return waits.join(tx, venue_id=venue_id, starts_at=starts_at, ends_at=starts_at + LENGTH, **more)


def terms(uow: UnitOfWork, venue_ids: Iterable[int], **values: Any) -> None:
    """Give venues other terms, as their page would."""
    with uow.write(COMMAND) as tx:
        for venue_id in venue_ids:
            venue = tx.get(Venue, venue_id, noun="venue")
            for name, value in values.items():
                setattr(venue, name, value)


def sweep(uow: UnitOfWork) -> dict[str, int]:
    """Let the house look at its clock once; return what that settled."""
    found = {}
    for name, step in DUE.items():
        with uow.write(WORKER) as tx:
            found[name] = step(tx)
    return {name: count for name, count in found.items() if count}


def booking(uow: UnitOfWork, booking_id: int) -> Booking:
    with uow.read(WORKER) as tx:
        return tx.get(Booking, booking_id, noun="booking", for_update=False)


def wait(uow: UnitOfWork, wait_id: int) -> Wait:
    with uow.read(WORKER) as tx:
        return tx.get(Wait, wait_id, noun="wait", for_update=False)


def states(uow: UnitOfWork, booking_ids: Iterable[int]) -> list[BookingState]:
    return [booking(uow, one).state for one in booking_ids]


def line(uow: UnitOfWork, wait_ids: Iterable[int]) -> list[WaitState]:
    return [wait(uow, one).state for one in wait_ids]


def is_taken(uow: UnitOfWork, booking_id: int) -> bool:
    with uow.read(WORKER) as tx:
        return tx.session.exec(select(Occupancy.id).where(Occupancy.booking_id == booking_id)).first() is not None


def told(uow: UnitOfWork, kind: NotificationKind) -> list[tuple[int | None, str]]:
    """Return (booking, address) of every message of a kind that is on its way."""
    with uow.read(WORKER) as tx:
        found = tx.session.exec(
            select(Notification.booking_id, Delivery.address)
            .join(Delivery)
            .where(Notification.kind == kind, Delivery.state == "waiting")
            .order_by(col(Delivery.id))
        ).all()
    return list(found)


def letters(uow: UnitOfWork, kind: NotificationKind) -> list[DeliveryFacts]:
    """Take every waiting message, and return what the words of those of a kind would need."""
    with uow.write(WORKER) as tx:
        taken = claim(tx, "w1", limit=100, lease=MINUTE)
        found = [load_facts(tx, lease) for lease in taken]
    return [facts for facts in found if facts is not None and facts.kind is kind]
