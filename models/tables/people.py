"""People and what is said of them. Contact data lives only here."""

from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.enums import TraitKind
from models.tables.base import Row, Stamped, key_column, reference, text_column, word_column


class Person(Row, Stamped, table=True):
    """A volunteer, lecturer, cadre or contact; needs no login to be asked and to answer."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("day_limit IS NULL OR day_limit BETWEEN 1 AND 24", name="day_limit"),
        CheckConstraint("week_limit IS NULL OR week_limit BETWEEN 1 AND 168", name="week_limit"),
    )

    id: int = key_column()
    name: str = text_column(60)
    sort_key: str = text_column(120, index=True)  #: what lists are ordered by
    code: str | None = text_column(40, nullable=True, unique=True)  #: own short code, what roster files name them by
    phone: str | None = text_column(32, nullable=True)  #: E.164 where it is a mobile number
    email: str | None = text_column(254, nullable=True)
    locale: str = text_column(8, default="zh-CN")
    employer_org_id: int | None = reference("orgs.id", nullable=True)
    answers_through_id: int | None = reference("people.id", nullable=True)  #: the leader who answers for them
    is_synthetic: bool = Field(default=False, nullable=False)  #: a made-up person of the sample
    left_on: date | None = Field(default=None)
    wants_digest: bool = Field(default=False, nullable=False)  #: what can wait comes once a day, in one letter
    quiet_hours: str | None = text_column(
        20, nullable=True
    )  #: own quiet hours, e.g. 20:00-08:00; the house's where empty
    day_limit: int | None = Field(default=None)  #: activities a local day; the house's own where empty
    week_limit: int | None = Field(default=None)  #: activities an ISO week; the house's own where empty


class PersonTrait(Row, table=True):
    """One title, lecture role, skill or language of a person."""

    __tablename__ = "person_traits"
    __table_args__ = (UniqueConstraint("person_id", "kind", "value"),)

    id: int = key_column()
    person_id: int = reference("people.id")
    kind: TraitKind = word_column(TraitKind)
    value: str = text_column(60)
