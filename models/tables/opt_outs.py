"""Opt-outs: what a person does not want to get, and by which channel."""

from datetime import datetime

from sqlalchemy import UniqueConstraint

from models.enums import ChannelKind, NotificationKind
from models.tables.base import Row, instant_column, key_column, reference, word_column


class OptOut(Row, table=True):
    """A kind that a person switched off on one channel; deleted when switched on again."""

    __tablename__ = "opt_outs"
    __table_args__ = (UniqueConstraint("person_id", "kind", "channel"),)

    id: int = key_column()
    person_id: int = reference("people.id", index=False)
    kind: NotificationKind = word_column(NotificationKind)
    channel: ChannelKind = word_column(ChannelKind)
    at: datetime = instant_column()
