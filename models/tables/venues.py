"""Venues: halls and rooms, their hours, and the parts that a booking takes."""

from datetime import date

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer
from sqlmodel import Field

from models.enums import Datum, HostKind
from models.tables.base import Row, Stamped, key_column, reference, text_column, word_column


class Venue(Row, Stamped, table=True):
    """A place with address, zone and capacity; a part of a whole names it as parent."""

    __tablename__ = "venues"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("set_up_minutes BETWEEN 0 AND 1440", name="set_up"),
        CheckConstraint("tear_down_minutes BETWEEN 0 AND 1440", name="tear_down"),
        CheckConstraint("lat IS NULL OR (lat BETWEEN -90 AND 90)", name="lat"),
        CheckConstraint("lon IS NULL OR (lon BETWEEN -180 AND 180)", name="lon"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="place"),
        CheckConstraint("valid_until_on IS NULL OR valid_until_on > valid_from_on", name="validity"),
    )

    id: int = key_column()
    org_id: int | None = reference("orgs.id", nullable=True)
    parent_id: int | None = reference("venues.id", nullable=True)
    name: str = text_column(100)
    sort_key: str = text_column(120, default="", index=True)  #: what lists are ordered by
    code: str | None = text_column(40, nullable=True, unique=True)
    kind: HostKind = word_column(HostKind)
    address: str = text_column(200, default="")
    division_code: str | None = text_column(12, nullable=True)
    zone: str = text_column(40, default="Asia/Shanghai")
    lat: float | None = Field(default=None)
    lon: float | None = Field(default=None)
    datum: Datum = word_column(Datum, default=Datum.wgs84)
    capacity: int = Field(nullable=False)
    equipment: str = text_column(200, default="")
    set_up_minutes: int = Field(default=0, nullable=False)
    tear_down_minutes: int = Field(default=0, nullable=False)
    needs_approval: bool = Field(default=False, nullable=False)
    contact_name: str | None = text_column(60, nullable=True)
    contact_phone: str | None = text_column(32, nullable=True)
    contact_email: str | None = text_column(254, nullable=True)
    access_note: str = text_column(200, default="")  #: key, code, who opens
    valid_from_on: date = Field(nullable=False)
    valid_until_on: date | None = Field(default=None)


class VenueHours(Row, table=True):
    """One opening span of a venue on a weekday (0 Monday), in minutes of the local day."""

    __tablename__ = "venue_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens_minute >= 0 AND closes_minute <= 1440 AND closes_minute > opens_minute", name="span"),
    )

    id: int = key_column()
    venue_id: int = reference("venues.id")
    weekday: int = Field(nullable=False)
    opens_minute: int = Field(nullable=False)
    closes_minute: int = Field(nullable=False)


class VenueResource(Row, table=True):
    """A smallest part that a booking of this venue takes; a whole lists those of all its parts."""

    __tablename__ = "venue_resources"

    venue_id: int = Field(sa_column=Column(Integer, ForeignKey("venues.id"), primary_key=True))
    resource_id: int = Field(sa_column=Column(Integer, ForeignKey("resources.id"), primary_key=True, index=True))
