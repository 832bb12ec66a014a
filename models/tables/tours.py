"""Tours: ordered lectures under one plan and one aim."""

from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.enums import TourState
from models.tables.base import Row, Stamped, key_column, reference, text_column, word_column


class Tour(Row, Stamped, table=True):
    """A campaign of lectures in local days `[first_on, last_on]`, both included."""

    __tablename__ = "tours"
    __table_args__ = (CheckConstraint("last_on >= first_on", name="days"),)

    id: int = key_column()
    name: str = text_column(100)
    aim: str = text_column(500, default="")
    team_id: int = reference("teams.id")
    programme_id: int | None = reference("programmes.id", nullable=True)
    first_on: date = Field(nullable=False)
    last_on: date = Field(nullable=False)
    state: TourState = word_column(TourState, default=TourState.draft)


class Stop(Row, table=True):
    """An activity's place in a tour; it has no time of its own."""

    __tablename__ = "stops"
    __table_args__ = (
        UniqueConstraint("activity_id"),
        UniqueConstraint("tour_id", "position"),
        CheckConstraint("position > 0", name="position"),
    )

    id: int = key_column()
    tour_id: int = reference("tours.id", index=False)
    position: int = Field(nullable=False)
    activity_id: int = reference("activities.id", index=False)
