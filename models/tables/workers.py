"""Workers: processes that keep time and deliver."""

from datetime import datetime

from sqlalchemy import Column, String
from sqlmodel import Field

from models.tables.base import Row, instant_column


class Worker(Row, table=True):
    """One process; `seen_at` is its heartbeat. Its id is never used again."""

    __tablename__ = "workers"

    id: str = Field(sa_column=Column(String(64), primary_key=True))
    started_at: datetime = instant_column()
    seen_at: datetime = instant_column(index=True)
    stopped_at: datetime | None = instant_column(nullable=True)
    lag_seconds: float = Field(default=0.0, nullable=False)  #: age of the oldest due row it has not taken
    backlog_count: int = Field(default=0, nullable=False)
