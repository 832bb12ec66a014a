"""Outside calendars: a person's own, read as busy time and nothing else."""

from datetime import datetime

from models.tables.base import Row, Stamped, instant_column, key_column, reference, text_column


class OutsideCalendar(Row, Stamped, table=True):
    """An address from which busy times are read now and then; what they are about is never kept."""

    __tablename__ = "outside_calendars"

    id: int = key_column()
    person_id: int = reference("people.id")
    url: str = text_column(500)
    etag: str = text_column(200, default="")
    read_at: datetime | None = instant_column(nullable=True)
    next_read_at: datetime = instant_column(index=True)
    fault: str = text_column(200, default="")  #: why the last reading failed
    ended_at: datetime | None = instant_column(nullable=True)
