"""Feeds: secret calendar addresses, one a person, team or venue, that can be made void."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.enums import FeedKind
from models.tables.base import Row, Stamped, key_column, word_column


class Feed(Row, Stamped, table=True):
    """The calendar of one person, team or venue; its address is signed and carries the generation."""

    __tablename__ = "feeds"
    __table_args__ = (UniqueConstraint("kind", "subject_id"), CheckConstraint("generation > 0", name="generation"))

    id: int = key_column()
    kind: FeedKind = word_column(FeedKind)
    subject_id: int = Field(nullable=False)  #: id of the person, team or venue
    generation: int = Field(default=1, nullable=False)  #: grows with each reset; older addresses are void
