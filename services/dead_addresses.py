"""Dead addresses: where a server or a bounce said that nobody lives there. Nothing more is sent until it is cleared."""

from sqlalchemy import delete, func
from sqlmodel import col, select

from models.enums import ChannelKind
from models.events import PersonAddressCleared, PersonAddressFailed
from models.tables.addresses import DeadAddress
from models.tables.people import Person
from services.unit_of_work import Tx

REPLY_LENGTH = 500


def same(address: str) -> str:
    """Return the spelling by which an address is known; capitals make no other mailbox."""
    return address.strip().lower()


def mark(tx: Tx, channel: ChannelKind, address: str, reply: str, delivery_id: int | None = None) -> bool:
    """Remember that an address is dead, with what was said; tell whether that is news. Repetition changes nothing."""
    values = {
        "address": same(address),
        "channel": channel,
        "since": tx.now,
        "reply": reply[:REPLY_LENGTH],
        "delivery_id": delivery_id,
    }
    is_news = tx.insert_missing(DeadAddress, values)
    if is_news:
        for person_id in _people_at(tx, address):
            tx.record(PersonAddressFailed(subject_id=person_id, channel=channel))
    return is_news


def is_dead(tx: Tx, channel: ChannelKind, address: str) -> bool:
    """Tell whether nothing may be sent to an address."""
    found = select(DeadAddress.id).where(col(DeadAddress.channel) == channel, col(DeadAddress.address) == same(address))
    return tx.session.exec(found).first() is not None


def clear(tx: Tx, channel: ChannelKind, address: str) -> bool:
    """Forget that an address is dead, since somebody says that it is right; tell whether it was."""
    cleared = (
        delete(DeadAddress)
        .where(col(DeadAddress.channel) == channel, col(DeadAddress.address) == same(address))
        .returning(col(DeadAddress.id))
    )
    if not tx.session.execute(cleared).all():
        return False
    for person_id in _people_at(tx, address):
        tx.record(PersonAddressCleared(subject_id=person_id, channel=channel))
    return True


def _people_at(tx: Tx, address: str) -> list[int]:
    tx.session.flush()
    found = select(Person.id).where(func.lower(col(Person.email)) == same(address)).order_by(col(Person.id))
    return list(tx.session.exec(found).all())
