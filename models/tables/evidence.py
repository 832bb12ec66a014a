"""Evidence files by hash, and closings: the signed manifest of an activity's rows."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Text, UniqueConstraint
from sqlmodel import Field

from models.enums import EvidenceKind
from models.tables.base import Row, instant_column, key_column, reference, text_column, word_column


class Evidence(Row, table=True):
    """A document or photo that backs a fact; the bytes lie in the data folder under their hash."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("activity_id", "sha256"),
        CheckConstraint("size_bytes > 0", name="size"),
    )

    id: int = key_column()
    activity_id: int = reference("activities.id", index=False)
    sha256: str = text_column(64)
    kind: EvidenceKind = word_column(EvidenceKind)
    file_name: str = text_column(120)
    media_type: str = text_column(60)
    size_bytes: int = Field(nullable=False)
    taken_at: datetime | None = instant_column(nullable=True)
    uploaded_by_id: int | None = reference("users.id", nullable=True, index=False)
    uploaded_at: datetime = instant_column()


class Closing(Row, table=True):
    """The signature under an activity: its rows as canonical text, and the hash of that text."""

    __tablename__ = "closings"
    __table_args__ = (UniqueConstraint("activity_id"),)

    id: int = key_column()
    activity_id: int = reference("activities.id", index=False)
    signed_by_id: int | None = reference("users.id", nullable=True, index=False)
    signed_at: datetime = instant_column()
    manifest: str = Field(sa_column=Column(Text, nullable=False))
    manifest_sha256: str = text_column(64)
