"""Programmes and topics."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from models.tables.base import Row, Stamped, key_column, text_column


class Programme(Row, Stamped, table=True):
    """A line of work that activities count towards, e.g. lectures or volunteer service."""

    __tablename__ = "programmes"

    id: int = key_column()
    code: str = text_column(40, unique=True)
    name: str = text_column(100)
    name_en: str = text_column(100, default="")
    valid_until_on: date | None = Field(default=None)


class Topic(Row, Stamped, table=True):
    """What a lecture is about: an approved script with its length and audience."""

    __tablename__ = "topics"
    __table_args__ = (CheckConstraint("length_minutes BETWEEN 1 AND 1440", name="length"),)

    id: int = key_column()
    title: str = text_column(100)
    length_minutes: int = Field(default=90, nullable=False)
    audience: str = text_column(100, default="")
    approved_on: date | None = Field(default=None)
    valid_until_on: date | None = Field(default=None)
