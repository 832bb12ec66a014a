"""What every table shares: naming of constraints, column helpers, the row base class."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table
from sqlmodel import Field, SQLModel

from muster.columns import JsonDoc, StrEnumText, UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SQLModel.metadata.naming_convention = NAMING
metadata: MetaData = SQLModel.metadata


class Row(SQLModel):
    """Base of all tables. Table classes validate nothing: never use one as an input schema."""


def table_of(row: type[SQLModel]) -> Table:
    """Return the Core table of a row class, for statements that need no objects."""
    return metadata.tables[str(row.__tablename__)]


def key_column() -> Any:
    """Return an integer primary key that the database fills."""
    return Field(default=None, sa_column=Column(Integer, primary_key=True))


def reference(target: str, *, nullable: bool = False, index: bool = True, default: Any = ...) -> Any:
    """Return a foreign key column to `table.column`."""
    column: Column[Any] = Column(Integer, ForeignKey(target), nullable=nullable, index=index)
    return Field(default=None if nullable and default is ... else default, sa_column=column)


def text_column(
    length: int, *, nullable: bool = False, default: Any = ..., unique: bool = False, index: bool = False
) -> Any:
    """Return a text column of at most `length` characters, on SQLite too."""
    column: Column[Any] = Column(String(length), nullable=nullable, unique=unique, index=index)
    return Field(default=None if nullable and default is ... else default, sa_column=column)


def word_column(kind: type[enum.StrEnum], *, nullable: bool = False, default: Any = ..., index: bool = False) -> Any:
    """Return a column for one word of an enum; the database refuses any other."""
    column: Column[Any] = Column(StrEnumText(kind), nullable=nullable, index=index)
    return Field(default=None if nullable and default is ... else default, sa_column=column)


def instant_column(*, nullable: bool = False, index: bool = False, default: Any = ...) -> Any:
    """Return a column for an instant, aware and in UTC."""
    column: Column[Any] = Column(UtcDateTime(), nullable=nullable, index=index)
    return Field(default=None if nullable and default is ... else default, sa_column=column)


def json_column(*, nullable: bool = False, default: Any = ...) -> Any:
    """Return a column for a canonical JSON document."""
    column: Column[Any] = Column(JsonDoc(), nullable=nullable)
    return Field(default=None if nullable and default is ... else default, sa_column=column)


def bytes_column() -> Any:
    """Return a column for bytes."""
    return Field(sa_column=Column(LargeBinary, nullable=False))


class Stamped(SQLModel):
    """Columns of rows that people edit: when made, and a version for lost races."""

    created_at: datetime = Field(sa_type=UtcDateTime, nullable=False)
    version: int = Field(default=1, nullable=False)


def add_word_and_length_checks() -> None:
    """Give every text column a length CHECK and every enum column a word CHECK.

    PostgreSQL knows lengths by itself; SQLite does not. Runs once, when all tables are known.
    """
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, StrEnumText):
                words = ", ".join(f"'{member.value}'" for member in column.type.kind)
                table.append_constraint(CheckConstraint(f"{column.name} IN ({words})", name=f"{column.name}_word"))
            elif isinstance(column.type, String) and column.type.length:
                rule = f"length({column.name}) <= {column.type.length}"
                table.append_constraint(CheckConstraint(rule, name=f"{column.name}_length"))
        keys = list(table.primary_key.columns)
        if len(keys) == 1 and isinstance(keys[0].type, Integer) and not keys[0].foreign_keys:
            # An id that history names must never come back for another row.
            table.dialect_kwargs["sqlite_autoincrement"] = True
