"""History: every event, hash-chained. Rows are only ever added; triggers refuse anything else."""

from datetime import datetime

from sqlalchemy import Column, Index, Integer, Text
from sqlmodel import Field

from models.tables.base import Row, instant_column, text_column


class HistoryEntry(Row, table=True):
    """One event; `body` is the exact canonical text that `entry_sha256` covers."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_noun_subject_id", "noun", "subject_id"),)

    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: datetime = instant_column()
    event: str = text_column(60, index=True)
    noun: str = text_column(40)
    subject_id: int = Field(nullable=False)
    activity_id: int | None = Field(default=None, index=True)
    actor: str = text_column(60)  #: `user:7`, `link:assignment:12`, `worker`, `command`
    body: str = Field(sa_column=Column(Text, nullable=False))
    previous_sha256: str = text_column(64)
    entry_sha256: str = text_column(64)


class HistoryHead(Row, table=True):
    """The last entry of the chain; one row, locked by every writer while it appends."""

    __tablename__ = "history_head"

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    seq: int = Field(nullable=False)
    entry_sha256: str = text_column(64)
