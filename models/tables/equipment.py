"""Equipment that moves: projectors, amplifiers, buses, and to whom they are lent."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.enums import EquipmentKind, LoanState
from models.tables.base import Row, Stamped, instant_column, key_column, reference, text_column, word_column


class Equipment(Row, Stamped, table=True):
    """One thing that is carried or driven to where it is needed; ten projectors are ten rows."""

    __tablename__ = "equipment"
    __table_args__ = (
        CheckConstraint("seats IS NULL OR seats > 0", name="seats"),
        CheckConstraint("valid_until_on IS NULL OR valid_until_on > valid_from_on", name="validity"),
    )

    id: int = key_column()
    resource_id: int = reference("resources.id")
    kind: EquipmentKind = word_column(EquipmentKind)
    name: str = text_column(60)  #: what people ask for: 投影机, 中巴
    sort_key: str = text_column(120, default="", index=True)  #: what lists are ordered by
    code: str | None = text_column(40, nullable=True, unique=True)  #: inventory number or number plate
    org_id: int | None = reference("orgs.id", nullable=True)
    seats: int | None = Field(default=None)  #: of a vehicle, the driver's not counted
    kept_at: str = text_column(200, default="")  #: where it stands, who hands it out
    valid_from_on: date = Field(nullable=False)
    valid_until_on: date | None = Field(default=None)


class Loan(Row, Stamped, table=True):
    """A piece of equipment lent to an activity; while lent it owns an occupancy."""

    __tablename__ = "loans"
    __table_args__ = (
        CheckConstraint("occupied_until > occupied_from", name="window"),
        Index("ix_loans_equipment_until", "equipment_id", "occupied_until"),
    )

    id: int = key_column()
    equipment_id: int = reference("equipment.id", index=False)
    activity_id: int = reference("activities.id")
    occupied_from: datetime = instant_column()
    occupied_until: datetime = instant_column()
    before_minutes: int = Field(default=0, nullable=False)  #: fetched so long before the activity starts
    after_minutes: int = Field(default=0, nullable=False)  #: back so long after it ends
    state: LoanState = word_column(LoanState, default=LoanState.lent)
    lent_by_id: int | None = reference("users.id", nullable=True, index=False)
