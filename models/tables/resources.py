"""The one guard: what can be taken, and by whom it is taken for a window (design.md 4.5)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from models.enums import ResourceKind
from models.tables.base import Row, instant_column, key_column, reference, text_column, word_column


class Resource(Row, table=True):
    """A hall's smallest part, a person, a projector or a bus."""

    __tablename__ = "resources"
    __table_args__ = (
        UniqueConstraint("person_id"),
        CheckConstraint("(kind = 'person') = (person_id IS NOT NULL)", name="person"),
    )

    id: int = key_column()
    kind: ResourceKind = word_column(ResourceKind)
    name: str = text_column(100, default="")
    person_id: int | None = reference("people.id", nullable=True, index=False)


class Occupancy(Row, table=True):
    """A resource taken for `[occupied_from, occupied_until)`; the database refuses overlaps.

    The refusal is constraint `ex_occupancies_overlap` on both databases: an exclusion
    constraint on PostgreSQL, triggers on SQLite. Release deletes the row.
    """

    __tablename__ = "occupancies"
    __table_args__ = (
        CheckConstraint("occupied_until > occupied_from", name="window"),
        CheckConstraint(
            "CASE WHEN booking_id IS NULL THEN 0 ELSE 1 END + CASE WHEN assignment_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN loan_id IS NULL THEN 0 ELSE 1 END = 1",
            name="holder",
        ),
        Index("ix_occupancies_resource_until", "resource_id", "occupied_until"),
    )

    id: int = key_column()
    resource_id: int = reference("resources.id", index=False)
    occupied_from: datetime = instant_column()
    occupied_until: datetime = instant_column()
    booking_id: int | None = reference("bookings.id", nullable=True)
    assignment_id: int | None = reference("assignments.id", nullable=True)
    loan_id: int | None = reference("loans.id", nullable=True)


OVERLAP = "ex_occupancies_overlap"
