"""Activities: one thing that happens at one place in one window."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.enums import ActivityKind, ActivityState, Layout
from models.tables.base import Row, Stamped, instant_column, key_column, reference, text_column, word_column


class Activity(Row, Stamped, table=True):
    """A lecture, a service, a fair; its window is half open `[starts_at, ends_at)`."""

    __tablename__ = "activities"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="window"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
        CheckConstraint("reconfirm_days IS NULL OR reconfirm_days BETWEEN 1 AND 60", name="reconfirm"),
        Index("ix_activities_starts_at_state", "starts_at", "state"),
    )

    id: int = key_column()
    ref: str = text_column(20, unique=True)  #: what people call it by, year and running number: 2026-0114
    uid: str = text_column(80, unique=True)  #: calendar UID, stable for life
    kind: ActivityKind = word_column(ActivityKind)
    title: str = text_column(120)
    description: str = text_column(2000, default="")
    starts_at: datetime = instant_column()
    ends_at: datetime = instant_column()
    zone: str = text_column(40, default="Asia/Shanghai")
    team_id: int = reference("teams.id")
    venue_id: int | None = reference("venues.id", nullable=True)
    host_org_id: int | None = reference("orgs.id", nullable=True)
    programme_id: int | None = reference("programmes.id", nullable=True)
    topic_id: int | None = reference("topics.id", nullable=True)
    organiser_id: int | None = reference("users.id", nullable=True)  #: whom volunteers ask, who gets the answers
    reconfirm_days: int | None = Field(default=None)  #: so many days before, those who accepted are asked again
    capacity: int | None = Field(default=None)  #: heads expected
    layout: Layout | None = word_column(Layout, nullable=True)  #: how the chairs should stand
    equipment: str = text_column(200, default="")  #: what must be there: names, with 、 between them
    state: ActivityState = word_column(ActivityState, default=ActivityState.draft)
    reason: str = text_column(500, default="")  #: why it was postponed or cancelled
    sequence: int = Field(default=0, nullable=False)  #: calendar SEQUENCE, grows with every update sent
    schedule_rev: int = Field(default=1, nullable=False)  #: grows with every new window
    released_at: datetime | None = instant_column(nullable=True)
    held_at: datetime | None = instant_column(nullable=True)
    closed_at: datetime | None = instant_column(nullable=True)


class RefCounter(Row, table=True):
    """The last running number given to an activity of a year."""

    __tablename__ = "ref_counters"

    year: int = Field(primary_key=True)
    last_number: int = Field(default=0, nullable=False)
