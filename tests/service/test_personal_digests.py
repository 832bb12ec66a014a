"""One letter a day: what can wait is kept for it and told together; everything else comes at once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from models.enums import ChannelKind, DeliveryState, NotificationKind
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from models.tables.opt_outs import OptOut
from models.tables.people import Person
from muster.clock import ManualClock
from muster.settings import Settings
from notifications.digest import Digest
from scheduler.letters import Letters
from services import deliveries, leases, notify
from services.access import COMMAND, WORKER
from services.delivery_facts import DeliveryFacts
from services.unit_of_work import UnitOfWork
from tests.service.builders import SmallHouse, small_house

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
#: The letter goes out in the seven minutes before eight in Daye.
EIGHT = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def wants_letter(uow: UnitOfWork, person_id: int, quiet_hours: str | None = None) -> None:
    with uow.write(COMMAND) as tx:
        person = tx.get(Person, person_id, noun="person")
        person.wants_digest, person.quiet_hours = True, quiet_hours
        tx.add(person)


def tell(uow: UnitOfWork, house: SmallHouse, subject: str, kind: NotificationKind = NotificationKind.broadcast) -> None:
    """Ask for the same message to two people."""
    with uow.write(WORKER) as tx:
        people = notify.people(tx, house.people[:2])
        payload = {"subject": subject, "body": f"{subject}。", "sender_name": "张示例"}
        notify.request_all(
            tx,
            [
                notify.Wanted(kind=kind, recipients=to, dedupe_key=f"{kind}:{subject}:{one}", payload=payload)
                for one, to in people.items()
            ],
        )


def ledger(uow: UnitOfWork, person_id: int) -> list[tuple[NotificationKind, DeliveryState, str, datetime]]:
    with uow.read(COMMAND) as tx:
        found = (
            select(Notification.kind, Delivery.state, Delivery.reason, Delivery.due_at)
            .join(Notification, col(Notification.id) == col(Delivery.notification_id))
            .where(col(Delivery.person_id) == person_id)
            .order_by(col(Delivery.id))
        )
        return [tuple(row) for row in tx.session.exec(found)]  # type: ignore[misc]


def test_what_can_wait_comes_in_one_letter_a_day(
    uow: UnitOfWork, settings: Settings, clock: ManualClock, house: SmallHouse
) -> None:
    li, wang = house.people[:2]
    wants_letter(uow, li)
    for subject in ("修路", "体检"):
        tell(uow, house, subject)
        clock.advance(timedelta(hours=1))
    *kept, letter = sorted(ledger(uow, li), key=lambda row: row[0] is NotificationKind.digest)
    at = letter[3]
    assert EIGHT - timedelta(minutes=7) <= at < EIGHT
    assert kept == [(NotificationKind.broadcast, DeliveryState.obsolete, "in_digest", at)] * 2
    assert letter[:2] == (NotificationKind.digest, DeliveryState.waiting)
    assert [row[1] for row in ledger(uow, wang)] == [DeliveryState.waiting] * 2
    clock.set(at - timedelta(minutes=5))  # this letter may be on its way: the next one takes it
    tell(uow, house, "讲座")
    assert [row[3] for row in ledger(uow, li)][-1] == at + timedelta(days=1)
    clock.set(at)
    with uow.write(WORKER) as tx:
        taken = leases.claim(tx, "w", limit=9, lease=timedelta(minutes=1))
        found = [facts for one in taken if isinstance(facts := deliveries.prepare(tx, one), DeliveryFacts)]
        (facts,) = [one for one in found if one.person_id == li]
    payload = Letters(settings).payload(facts)
    assert isinstance(payload, Digest)
    assert [note.headline for note in payload.notes] == ["修路", "体检"]


@SQLITE
def test_own_quiet_hours_and_switched_off_digests_are_heeded(uow: UnitOfWork, house: SmallHouse) -> None:
    li, wang = house.people[:2]
    wants_letter(uow, li, "20:00-10:00")
    wants_letter(uow, wang)
    with uow.write(COMMAND) as tx:
        tx.add(OptOut(person_id=wang, kind=NotificationKind.digest, channel=ChannelKind.mail, at=tx.now))
    tell(uow, house, "修路")
    assert {row[3] for row in ledger(uow, li)} == {EIGHT + timedelta(hours=2)}
    assert [row[:3] for row in ledger(uow, wang)] == [(NotificationKind.broadcast, DeliveryState.waiting, "")]


@SQLITE
def test_what_is_urgent_never_waits(uow: UnitOfWork, house: SmallHouse) -> None:
    wants_letter(uow, house.people[0])
    for kind in sorted(set(NotificationKind) - {NotificationKind.broadcast}):
        tell(uow, house, "急", kind)
    assert {row[1] for row in ledger(uow, house.people[0])} == {DeliveryState.waiting}
