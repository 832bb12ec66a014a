"""Import batches: what a roster file wrote, so that it can be taken back."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from models.enums import ImportKind
from models.tables.base import Row, instant_column, json_column, key_column, reference, text_column, word_column


class ImportBatch(Row, table=True):
    """One file taken over, all or nothing."""

    __tablename__ = "import_batches"

    id: int = key_column()
    kind: ImportKind = word_column(ImportKind)
    file_name: str = text_column(120)
    sha256: str = text_column(64)
    created_count: int = Field(default=0, nullable=False)
    changed_count: int = Field(default=0, nullable=False)
    created_at: datetime = instant_column()
    undone_at: datetime | None = instant_column(nullable=True)


class ImportRow(Row, table=True):
    """One row that a batch wrote; `before` is None where the batch made it."""

    __tablename__ = "import_rows"

    id: int = key_column()
    batch_id: int = reference("import_batches.id")
    noun: str = text_column(40)
    subject_id: int = Field(nullable=False)
    before: Any = json_column(nullable=True)
    version: int = Field(default=1, nullable=False)  #: of the row after the batch; a later edit forbids undoing
