"""One activity from plan to figure: bookings, messages, heads, documents, signature, history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from models.enums import (
    BookingState,
    CheckInSource,
    DeliveryState,
    Direction,
    EvidenceClass,
    EvidenceKind,
    NotificationKind,
    ReminderKind,
    ReminderState,
    TallyMethod,
)
from models.tables.activities import Activity
from models.tables.attendance import Attendance
from models.tables.bookings import Booking
from models.tables.deliveries import Delivery
from models.tables.evidence import Closing
from models.tables.history import HistoryEntry
from models.tables.notifications import Notification
from models.tables.people import Person
from models.tables.reminders import Reminder
from models.tables.tallies import Tally
from models.tables.users import User
from models.tables.venues import Venue
from models.values import EvidenceMix
from services import access, ledger
from services.queries.history import HistoryLine, lines
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingLine:
    """A booking of the activity."""

    id: int
    venue_id: int
    venue_name: str
    state: BookingState
    starts_at: datetime
    ends_at: datetime
    occupied_from: datetime
    occupied_until: datetime
    set_up_minutes: int
    tear_down_minutes: int
    reason: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """A message to one person, sent or not, or a timer that has not fired."""

    kind: NotificationKind | ReminderKind
    person_name: str | None
    due_at: datetime
    settled_at: datetime | None
    state: DeliveryState | ReminderState
    reason: str
    attempts_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageLine:
    """One row of attendance."""

    id: int
    person_id: int
    person_name: str
    direction: Direction
    at: datetime
    source: CheckInSource
    evidence_class: EvidenceClass
    recorded_at: datetime
    reverses_id: int | None
    is_reversed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyLine:
    """One tally."""

    id: int
    count: int
    method: TallyMethod
    evidence_class: EvidenceClass
    counter: str
    second_counter: str
    from_at: datetime
    until_at: datetime
    recorded_at: datetime
    reverses_id: int | None
    is_reversed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One document."""

    id: int
    kind: EvidenceKind
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    taken_at: datetime | None
    uploaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingLine:
    """The signature."""

    id: int
    signed_at: datetime
    signed_by: str | None
    manifest_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Everything that happened with one activity. `named_count` and `tally_count` make `mix.total` heads."""

    bookings: tuple[BookingLine, ...]
    messages: tuple[MessageLine, ...]
    passages: tuple[PassageLine, ...]
    tallies: tuple[TallyLine, ...]
    documents: tuple[DocumentLine, ...]
    closing: ClosingLine | None
    named_count: int
    tally_count: int
    mix: EvidenceMix
    history: tuple[HistoryLine, ...]


def timeline(tx: Tx, activity_id: int) -> Timeline:
    """Return everything that happened with an activity; a constant number of statements.

    Names of people appear only to those who may see them.

    Raises:
        NotFound: no such activity for this actor.
    """
    access.require_seen(tx.session, tx.actor, activity_id)
    activity = tx.get(Activity, activity_id, noun="activity", for_update=False)
    facts = ledger.load(tx, [activity])[activity_id]
    names = _names(tx, activity_id)
    classes = facts.classes()
    mix = EvidenceMix()
    for strength in classes.values():
        mix = mix.plus(strength, 1)
    standing = facts.standing_tallies()
    for tally in standing:
        mix = mix.plus(facts.tally_class(tally), tally.count)
    return Timeline(
        bookings=_bookings(tx, activity_id),
        messages=_messages(tx, activity_id, names),
        passages=tuple(_passage(row, facts, classes, names) for row in sorted(facts.attendance, key=_by_time)),
        tallies=tuple(_tally(row, facts) for row in sorted(facts.tallies, key=lambda row: row.id)),
        documents=tuple(
            DocumentLine(
                id=row.id,
                kind=row.kind,
                file_name=row.file_name,
                media_type=row.media_type,
                size_bytes=row.size_bytes,
                sha256=row.sha256,
                taken_at=row.taken_at,
                uploaded_at=row.uploaded_at,
            )
            for row in sorted(facts.evidence, key=lambda row: row.id)
        ),
        closing=_closing(tx, activity_id),
        named_count=len(classes),
        tally_count=sum(row.count for row in standing),
        mix=mix,
        history=lines(tx, col(HistoryEntry.activity_id) == activity_id),
    )


def _by_time(row: Attendance) -> tuple[datetime, int]:
    return row.at, row.id


def _names(tx: Tx, activity_id: int) -> dict[int, str]:
    came = select(col(Attendance.person_id)).where(col(Attendance.activity_id) == activity_id)
    told = (
        select(col(Delivery.person_id))
        .join(Notification, col(Notification.id) == col(Delivery.notification_id))
        .where(col(Notification.activity_id) == activity_id, col(Delivery.person_id).is_not(None))
    )
    found = tx.session.exec(
        select(Person.id, Person.name).where(
            col(Person.id).in_(came) | col(Person.id).in_(told), access.may_see_person(tx.actor)
        )
    )
    return dict(found.all())


def _bookings(tx: Tx, activity_id: int) -> tuple[BookingLine, ...]:
    found = tx.session.exec(
        select(Booking, Venue.name)
        .join(Venue, col(Venue.id) == col(Booking.venue_id))
        .where(col(Booking.activity_id) == activity_id)
        .order_by(col(Booking.id))
    ).all()
    return tuple(
        BookingLine(
            id=row.id,
            venue_id=row.venue_id,
            venue_name=name,
            state=row.state,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            occupied_from=row.occupied_from,
            occupied_until=row.occupied_until,
            set_up_minutes=row.set_up_minutes,
            tear_down_minutes=row.tear_down_minutes,
            reason=row.reason,
            decided_at=row.decided_at,
        )
        for row, name in found
    )


def _messages(tx: Tx, activity_id: int, names: dict[int, str]) -> tuple[MessageLine, ...]:
    sent = tx.session.exec(
        select(Delivery, Notification)
        .join(Notification, col(Notification.id) == col(Delivery.notification_id))
        .where(col(Notification.activity_id) == activity_id)
    ).all()
    timers = tx.session.exec(
        select(Reminder).where(col(Reminder.activity_id) == activity_id, col(Reminder.state) != ReminderState.fired)
    ).all()
    found = [
        MessageLine(
            kind=told.kind,
            person_name=names.get(row.person_id) if row.person_id else None,
            due_at=row.due_at,
            settled_at=row.settled_at,
            state=row.state,
            reason=row.reason,
            attempts_count=row.attempts_count,
        )
        for row, told in sent
    ]
    found += [
        MessageLine(
            kind=row.kind,
            person_name=None,
            due_at=row.due_at,
            settled_at=row.settled_at,
            state=row.state,
            reason=row.reason,
        )
        for row in timers
    ]
    return tuple(sorted(found, key=lambda line: line.due_at))


def _passage(
    row: Attendance, facts: ledger.Facts, classes: dict[int, EvidenceClass], names: dict[int, str]
) -> PassageLine:
    return PassageLine(
        id=row.id,
        person_id=row.person_id,
        person_name=names.get(row.person_id, ""),
        direction=row.direction,
        at=row.at,
        source=row.source,
        evidence_class=classes.get(row.person_id, EvidenceClass.d),
        recorded_at=row.recorded_at,
        reverses_id=row.reverses_id,
        is_reversed=any(other.reverses_id == row.id for other in facts.attendance),
        reason=row.reason,
    )


def _tally(row: Tally, facts: ledger.Facts) -> TallyLine:
    return TallyLine(
        id=row.id,
        count=row.count,
        method=row.method,
        evidence_class=facts.tally_class(row),
        counter=row.counter,
        second_counter=row.second_counter,
        from_at=row.from_at,
        until_at=row.until_at,
        recorded_at=row.recorded_at,
        reverses_id=row.reverses_id,
        is_reversed=any(other.reverses_id == row.id for other in facts.tallies),
        reason=row.reason,
    )


def _closing(tx: Tx, activity_id: int) -> ClosingLine | None:
    found: Any = tx.session.exec(
        select(Closing, User.name)
        .join(User, col(User.id) == col(Closing.signed_by_id), isouter=True)
        .where(col(Closing.activity_id) == activity_id)
    ).first()
    if found is None:
        return None
    row, name = found
    return ClosingLine(id=row.id, signed_at=row.signed_at, signed_by=name, manifest_sha256=row.manifest_sha256)
