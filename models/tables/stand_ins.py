"""Stand-ins: who is asked in turn when somebody cannot come, one at a time, until the first yes."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.enums import StandInOfferState, StandInSearchState
from models.tables.base import Row, Stamped, instant_column, json_column, key_column, reference, word_column


class StandInSearch(Row, Stamped, table=True):
    """The search for somebody in the place of one assignment."""

    __tablename__ = "stand_in_searches"

    id: int = key_column()
    assignment_id: int = reference("assignments.id")
    state: StandInSearchState = word_column(StandInSearchState, default=StandInSearchState.searching)
    hours_each: int = Field(default=12, nullable=False)  #: how long each has to answer
    by_user_id: int | None = reference("users.id", nullable=True, index=False)


class StandInOffer(Row, Stamped, table=True):
    """One candidate of a search, in ranked order; at most one of a search is `offered` at a time."""

    __tablename__ = "stand_in_offers"
    __table_args__ = (
        UniqueConstraint("search_id", "person_id"),
        UniqueConstraint("search_id", "rank"),
        CheckConstraint("rank > 0", name="rank"),
        CheckConstraint("state <> 'offered' OR (assignment_id IS NOT NULL AND until IS NOT NULL)", name="offered"),
    )

    id: int = key_column()
    search_id: int = reference("stand_in_searches.id", index=False)
    rank: int = Field(nullable=False)
    person_id: int = reference("people.id")
    state: StandInOfferState = word_column(StandInOfferState, default=StandInOfferState.waiting)
    is_nominee: bool = Field(default=False, nullable=False)  #: named by the person who cannot come
    assignment_id: int | None = reference("assignments.id", nullable=True)
    until: datetime | None = instant_column(nullable=True)
    why: Any = json_column(default=[])  #: codes and values of what spoke for the rank
