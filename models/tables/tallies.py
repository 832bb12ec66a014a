"""Tallies: heads counted without names. Rows are only ever added."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.enums import TallyMethod
from models.tables.base import Row, instant_column, key_column, reference, text_column, word_column


class Tally(Row, table=True):
    """So many heads beyond the named ones, who counted them, how, and from when until when."""

    __tablename__ = "tallies"
    __table_args__ = (
        CheckConstraint("count > 0 AND count <= 1000000", name="count"),
        CheckConstraint("until_at > from_at", name="window"),
        UniqueConstraint("reverses_id"),
    )

    id: int = key_column()
    activity_id: int = reference("activities.id")
    count: int = Field(nullable=False)
    method: TallyMethod = word_column(TallyMethod)
    counter: str = text_column(60)  #: who counted
    second_counter: str = text_column(60, default="")
    from_at: datetime = instant_column()
    until_at: datetime = instant_column()
    recorded_by_id: int | None = reference("users.id", nullable=True, index=False)
    recorded_at: datetime = instant_column()
    reverses_id: int | None = reference("tallies.id", nullable=True, index=False)
    reason: str = text_column(500, default="")
