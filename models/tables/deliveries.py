"""Deliveries: the outbox. One notification to one person over one channel, and every try."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, UniqueConstraint
from sqlmodel import Field

from models.enums import AttemptOutcome, ChannelKind, DeliveryPhase, DeliveryState
from models.tables.base import Row, bytes_column, instant_column, key_column, reference, text_column, word_column


class Delivery(Row, table=True):
    """What must reach the world; leased by one worker at a time, ends in one final state."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("notification_id", "channel", "address"),
        CheckConstraint("(state = 'leased') = (leased_by IS NOT NULL)", name="lease"),
        Index("ix_deliveries_next", "state", "next_try_at", "id"),
    )

    id: int = key_column()
    notification_id: int = reference("notifications.id", index=False)
    person_id: int | None = reference("people.id", nullable=True)
    user_id: int | None = reference("users.id", nullable=True)
    channel: ChannelKind = word_column(ChannelKind)
    endpoint_id: int | None = reference("channel_endpoints.id", nullable=True)  #: through which it goes; none for mail
    address: str = text_column(254)
    locale: str = text_column(8)
    token: str = text_column(64, unique=True)  #: becomes the Message-ID; the same for every try
    state: DeliveryState = word_column(DeliveryState, default=DeliveryState.waiting)
    phase: DeliveryPhase = word_column(DeliveryPhase, default=DeliveryPhase.none)
    due_at: datetime = instant_column()
    next_try_at: datetime = instant_column()
    expires_at: datetime = instant_column()
    attempts_count: int = Field(default=0, nullable=False)
    leased_by: str | None = text_column(64, nullable=True)
    leased_until: datetime | None = instant_column(nullable=True)
    lease_token: int = Field(default=0, nullable=False)  #: fencing: grows with every lease
    reply: str = text_column(500, default="")  #: last answer of the other side
    reason: str = text_column(60, default="")  #: code, why it was not sent
    settled_at: datetime | None = instant_column(nullable=True)
    created_at: datetime = instant_column()


class DeliveryContent(Row, table=True):
    """The bytes of a delivery, written before the first try; a repeat sends the same bytes."""

    __tablename__ = "delivery_contents"

    delivery_id: int = Field(sa_column=Column(Integer, ForeignKey("deliveries.id"), primary_key=True))
    content: bytes = bytes_column()
    sha256: str = text_column(64)


class DeliveryAttempt(Row, table=True):
    """One try at a delivery."""

    __tablename__ = "delivery_attempts"

    id: int = key_column()
    delivery_id: int = reference("deliveries.id")
    at: datetime = instant_column()
    worker: str = text_column(64)
    outcome: AttemptOutcome = word_column(AttemptOutcome)
    reply: str = text_column(500, default="")
    reason: str = text_column(60, default="")
