"""Notifications: decisions to tell people one fact."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from models.enums import NotificationKind
from models.tables.base import Row, instant_column, json_column, key_column, reference, text_column, word_column


class Notification(Row, table=True):
    """One fact to tell; `payload` holds ids and values that the templates need beyond the rows."""

    __tablename__ = "notifications"

    id: int = key_column()
    kind: NotificationKind = word_column(NotificationKind)
    activity_id: int | None = reference("activities.id", nullable=True)
    assignment_id: int | None = reference("assignments.id", nullable=True)
    booking_id: int | None = reference("bookings.id", nullable=True)
    schedule_rev: int = Field(default=0, nullable=False)  #: of the activity, when it was decided
    sequence: int = Field(default=0, nullable=False)  #: calendar SEQUENCE that this message carries
    payload: Any = json_column(default={})
    dedupe_key: str = text_column(160, unique=True)
    created_at: datetime = instant_column()
