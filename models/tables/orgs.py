"""Orgs: legal bodies in the federation's tree, and bodies that host."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from models.enums import HostKind, OrgKind
from models.tables.base import Row, Stamped, key_column, reference, text_column, word_column


class Org(Row, Stamped, table=True):
    """A legal body: union, enterprise, school, office; valid for local days `[from, until)`."""

    __tablename__ = "orgs"
    __table_args__ = (CheckConstraint("valid_until_on IS NULL OR valid_until_on > valid_from_on", name="validity"),)

    id: int = key_column()
    parent_id: int | None = reference("orgs.id", nullable=True)
    name: str = text_column(100)
    sort_key: str = text_column(120, default="", index=True)  #: what lists are ordered by
    code: str | None = text_column(40, nullable=True, unique=True)  #: own short code, what roster files name it by
    credit_code: str | None = text_column(18, nullable=True)  #: unified social credit code, GB 32100-2015
    kind: OrgKind = word_column(OrgKind)
    host_kind: HostKind | None = word_column(HostKind, nullable=True)
    division_code: str | None = text_column(12, nullable=True)  #: GB/T 2260 and its extensions, 6 to 12 digits
    jurisdiction: str | None = text_column(100, nullable=True)  #: who answers for it, where that is not its parent
    contact_name: str | None = text_column(60, nullable=True)
    contact_phone: str | None = text_column(32, nullable=True)
    contact_email: str | None = text_column(254, nullable=True)
    valid_from_on: date = Field(nullable=False)
    valid_until_on: date | None = Field(default=None)
