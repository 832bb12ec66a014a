"""Addresses that are known to be dead: nothing more goes there until somebody puts it right."""

from datetime import datetime

from sqlalchemy import UniqueConstraint

from models.enums import ChannelKind
from models.tables.base import Row, instant_column, key_column, reference, text_column, word_column


class DeadAddress(Row, table=True):
    """An address that a server or a bounce called dead; cleared when the address is corrected or tried anew."""

    __tablename__ = "dead_addresses"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: int = key_column()
    channel: ChannelKind = word_column(ChannelKind)
    address: str = text_column(254)
    since: datetime = instant_column()
    reply: str = text_column(500, default="")  #: what was said
    delivery_id: int | None = reference("deliveries.id", nullable=True)
