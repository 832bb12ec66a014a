"""Inbox: letters that came back to us, each read once."""

from datetime import datetime

from models.enums import InboxKind
from models.tables.base import Row, instant_column, key_column, reference, text_column, word_column


class InboxLetter(Row, table=True):
    """A bounce, an answer from a calendar, or something else; by its Message-ID it is read once."""

    __tablename__ = "inbox_letters"

    id: int = key_column()
    message_id: str = text_column(250, unique=True)
    at: datetime = instant_column()
    kind: InboxKind = word_column(InboxKind)
    delivery_id: int | None = reference("deliveries.id", nullable=True)
    result: str = text_column(60, default="")  #: code of what was done with it
