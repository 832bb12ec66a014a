"""Broadcasts: one message of an organiser to an audience, with a wait in which it can be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from models.enums import BroadcastState
from models.tables.base import (
    Row,
    Stamped,
    instant_column,
    json_column,
    key_column,
    reference,
    text_column,
    word_column,
)


class Broadcast(Row, Stamped, table=True):
    """Words for an audience; its deliveries are written when the wait is over."""

    __tablename__ = "broadcasts"
    __table_args__ = (Index("ix_broadcasts_next", "state", "release_at"),)

    id: int = key_column()
    activity_id: int | None = reference("activities.id", nullable=True)
    team_id: int | None = reference("teams.id", nullable=True)
    audience: Any = json_column(default={})  #: the rule by which people were chosen
    person_ids: Any = json_column(default=[])  #: whom the preview showed; nobody else gets it
    subject: str = text_column(120)
    body: str = text_column(2000)
    state: BroadcastState = word_column(BroadcastState, default=BroadcastState.waiting)
    release_at: datetime = instant_column()
    people_count: int = Field(default=0, nullable=False)
    by_user_id: int | None = reference("users.id", nullable=True, index=False)
