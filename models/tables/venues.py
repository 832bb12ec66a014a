"""Venues: halls and rooms, their hours, and the parts that a booking takes."""

from datetime import date

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, UniqueConstraint
from sqlmodel import Field

from models.enums import AccessKind, Datum, HolidayRule, HostKind, Layout, QuotaPeriod, VenueRightKind
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
        CheckConstraint("shortest_minutes BETWEEN 5 AND 1440", name="shortest"),
        CheckConstraint("longest_minutes BETWEEN shortest_minutes AND 44640", name="longest"),
        CheckConstraint("notice_minutes BETWEEN 0 AND 525600", name="notice"),
        CheckConstraint("notice_workdays BETWEEN 0 AND 60", name="notice_workdays"),
        CheckConstraint("horizon_days BETWEEN 1 AND 731", name="horizon"),
        CheckConstraint("hold_minutes BETWEEN 5 AND 43200", name="hold"),
        CheckConstraint("no_show_minutes IS NULL OR no_show_minutes BETWEEN 10 AND 1440", name="no_show"),
        CheckConstraint("(team_quota IS NULL) = (quota_period IS NULL)", name="quota"),
        CheckConstraint("team_quota IS NULL OR team_quota > 0", name="team_quota"),
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
    equipment: str = text_column(200, default="")  #: what is built in: names, with 、 between them
    set_up_minutes: int = Field(default=0, nullable=False)
    tear_down_minutes: int = Field(default=0, nullable=False)
    needs_approval: bool = Field(default=False, nullable=False)
    holiday_rule: HolidayRule = word_column(HolidayRule, default=HolidayRule.by_weekday)
    shortest_minutes: int = Field(default=5, nullable=False)
    longest_minutes: int = Field(default=20160, nullable=False)  #: of what is occupied, buffers included
    notice_minutes: int = Field(default=0, nullable=False)  #: elapsed time between asking and the start
    notice_workdays: int = Field(default=0, nullable=False)  #: whole working days between asking and the day
    horizon_days: int = Field(default=731, nullable=False)  #: how far ahead it may be booked
    team_quota: int | None = Field(default=None)  #: bookings a team may have in each period
    quota_period: QuotaPeriod | None = word_column(QuotaPeriod, nullable=True)
    hold_minutes: int = Field(default=2880, nullable=False)  #: how long a hold or an offer waits for an answer
    no_show_minutes: int | None = Field(default=None)  #: nobody there so long after the start: given to others
    contact_name: str | None = text_column(60, nullable=True)
    contact_phone: str | None = text_column(32, nullable=True)
    contact_email: str | None = text_column(254, nullable=True)
    access_kind: AccessKind = word_column(AccessKind, default=AccessKind.staff)
    access_note: str = text_column(200, default="")  #: where the key is, who opens
    access_code: str | None = text_column(40, nullable=True)  #: told only to those who have booked
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


class VenueDays(Row, table=True):
    """Local days `[from_on, until_on)` on which a venue's hours are others than the weekday's.

    Without minutes it is closed; with them it is open just then.
    """

    __tablename__ = "venue_days"
    __table_args__ = (
        CheckConstraint("until_on > from_on", name="days"),
        CheckConstraint("(opens_minute IS NULL) = (closes_minute IS NULL)", name="open"),
        CheckConstraint(
            "opens_minute IS NULL OR (opens_minute >= 0 AND closes_minute <= 1440 AND closes_minute > opens_minute)",
            name="span",
        ),
    )

    id: int = key_column()
    venue_id: int = reference("venues.id")
    from_on: date = Field(nullable=False)
    until_on: date = Field(nullable=False)
    opens_minute: int | None = Field(default=None)
    closes_minute: int | None = Field(default=None)
    note: str = text_column(200, default="")  #: why, as people read it


class VenueLayout(Row, table=True):
    """How many people fit into a venue when the chairs stand this way."""

    __tablename__ = "venue_layouts"
    __table_args__ = (UniqueConstraint("venue_id", "layout"), CheckConstraint("capacity > 0", name="capacity"))

    id: int = key_column()
    venue_id: int = reference("venues.id", index=False)
    layout: Layout = word_column(Layout)
    capacity: int = Field(nullable=False)


class VenueRight(Row, table=True):
    """What a team and all below it may do at a venue; with no `book` or `request` rows everybody may."""

    __tablename__ = "venue_rights"
    __table_args__ = (UniqueConstraint("venue_id", "team_id", "kind"),)

    id: int = key_column()
    venue_id: int = reference("venues.id", index=False)
    team_id: int = reference("teams.id")
    kind: VenueRightKind = word_column(VenueRightKind)


class VenueResource(Row, table=True):
    """A smallest part that a booking of this venue takes; a whole lists those of all its parts."""

    __tablename__ = "venue_resources"

    venue_id: int = Field(sa_column=Column(Integer, ForeignKey("venues.id"), primary_key=True))
    resource_id: int = Field(sa_column=Column(Integer, ForeignKey("resources.id"), primary_key=True, index=True))
