"""What a delivery is about, read anew at the moment of sending: frozen facts, no rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import (
    ActivityKind,
    ActivityState,
    AnswerVia,
    AssignmentRole,
    AssignmentState,
    DeliveryState,
    NotificationKind,
)
from models.rules import delivery as rules
from models.rules.opt_outs import may_switch_off
from models.tables.activities import Activity
from models.tables.addresses import DeadAddress
from models.tables.assignments import Answer, Assignment
from models.tables.deliveries import Delivery, DeliveryContent
from models.tables.notifications import Notification
from models.tables.opt_outs import OptOut
from models.tables.people import Person
from models.tables.users import User
from models.tables.venues import Venue
from models.values import Place, TimeWindow
from muster.localtime import local_day, zone
from services import facts
from services.delivery_bookings import BookingPart, booking_part
from services.delivery_digests import DigestPart, digest_parts
from services.leases import Lease
from services.opt_outs import OPTED_OUT
from services.personal_digests import notes_of
from services.queries.house import house_name
from services.unit_of_work import Tx

__all__ = ["ActivityPart", "BookingPart", "DeliveryFacts", "DutyPart", "load_facts"]

OPEN_DUTIES = (AssignmentState.offered, AssignmentState.declined)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPart:
    """The activity as it is now; the contact is its organiser."""

    activity_id: int
    ref: str
    uid: str
    kind: ActivityKind
    state: ActivityState
    schedule_rev: int
    title: str
    description: str
    window: TimeWindow
    zone: str
    venue_name: str
    venue_address: str
    place: Place | None
    contact_name: str
    contact_phone: str
    open_duty_count: int = 0  #: parts to which nobody has said yes; counted for `answer_received` only
    attendance_count: int = 0  #: named people who arrived; counted for `close_activity` only


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyPart:
    """The assignment as it is now, and whose it is; the newest answer is read for `answer_received` only."""

    assignment_id: int
    role: AssignmentRole
    state: AssignmentState
    person_name: str
    answered_via: AnswerVia | None = None
    answered_by_name: str = ""  #: who wrote the answer down; empty where it was the person


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFacts:
    """Everything that the words of one delivery need.

    `content` holds the bytes of an earlier try, which a repeat must send again.
    """

    lease: Lease
    kind: NotificationKind
    token: str
    address: str
    locale: str
    recipient_name: str
    has_left: bool
    due_at: datetime
    expires_at: datetime
    schedule_rev: int
    sequence: int
    payload: Mapping[str, Any]
    organisation_name: str
    activity: ActivityPart | None
    duty: DutyPart | None
    booking: BookingPart | None
    content: bytes | None
    #: The activities of a digest; empty for every other kind, and where there is nothing left to tell.
    digest: tuple[DigestPart, ...] = ()
    #: What a person's own digest holds: the payloads of the messages that waited for it.
    notes: tuple[Mapping[str, Any], ...] = ()
    person_id: int | None = None
    #: Code, why this person gets nothing there: the address is dead, or they switched the kind off.
    refusal: str | None = None

    def rule_facts(self) -> rules.DeliveryFacts:
        """Return what the rule of obsolete messages needs."""
        about = self.booking or self.activity
        return rules.DeliveryFacts(
            kind=self.kind,
            activity_state=self.activity.state if self.activity else None,
            window=about.window if about else None,
            schedule_rev=self.schedule_rev if self.activity else 0,
            current_rev=self.activity.schedule_rev if self.activity else 0,
            assignment_state=self.duty.state if self.duty else None,
            booking_state=self.booking.state if self.booking else None,
            wait_state=self.booking.wait_state if self.booking else None,
            has_arrived=self.booking.has_arrived if self.booking else False,
            has_left=self.has_left,
            is_empty=self.kind is NotificationKind.digest and not (self.digest or self.notes),
        )


Organiser, OrganiserPerson, Taker = aliased(User), aliased(Person), aliased(Person)
_COLUMNS: list[Any] = [Delivery, Notification, Person, User, col(DeliveryContent.content)]
_COLUMNS += [Activity, Venue, Organiser, OrganiserPerson, Assignment, col(Taker.name)]
_COLUMNS += [col(DeadAddress.id), col(OptOut.id)]
#: Everything about one delivery in one row; built once, since building it costs more than running it.
_WHOLE = (
    select(*_COLUMNS)
    .join(Notification, col(Notification.id) == col(Delivery.notification_id))
    .join(Person, col(Person.id) == col(Delivery.person_id), isouter=True)
    .join(User, col(User.id) == col(Delivery.user_id), isouter=True)
    .join(DeliveryContent, col(DeliveryContent.delivery_id) == col(Delivery.id), isouter=True)
    .join(Activity, col(Activity.id) == col(Notification.activity_id), isouter=True)
    .join(Venue, col(Venue.id) == col(Activity.venue_id), isouter=True)
    .join(Organiser, col(Organiser.id) == col(Activity.organiser_id), isouter=True)
    .join(OrganiserPerson, col(OrganiserPerson.id) == col(Organiser.person_id), isouter=True)
    .join(Assignment, col(Assignment.id) == col(Notification.assignment_id), isouter=True)
    .join(Taker, col(Taker.id) == col(Assignment.person_id), isouter=True)
    .join(
        DeadAddress,
        and_(
            col(DeadAddress.channel) == col(Delivery.channel),
            col(DeadAddress.address) == func.lower(col(Delivery.address)),
        ),
        isouter=True,
    )
    .join(
        OptOut,
        and_(
            col(OptOut.person_id) == col(Delivery.person_id),
            col(OptOut.kind) == col(Notification.kind),
            col(OptOut.channel) == col(Delivery.channel),
        ),
        isouter=True,
    )
    .where(
        col(Delivery.id) == bindparam("delivery_id"),
        col(Delivery.lease_token) == bindparam("lease_token"),
        col(Delivery.leased_by) == bindparam("worker_id"),
        col(Delivery.state) == DeliveryState.leased,
    )
)


def load_facts(tx: Tx, lease: Lease) -> DeliveryFacts | None:
    """Return the facts of a leased delivery; None where the lease is lost."""
    found = tx.session.execute(_WHOLE, asdict(lease)).first()
    if found is None:
        return None
    delivery, notification, person, user, content, activity, venue, organiser, contact, assignment, taker = found[:11]
    booking = booking_part(tx, notification.kind, notification.booking_id)
    return DeliveryFacts(
        lease=lease,
        kind=notification.kind,
        token=delivery.token,
        address=delivery.address,
        locale=delivery.locale,
        recipient_name=_name(person, user) or (booking.contact_name if booking else ""),
        has_left=_has_left(tx, person, user),
        due_at=delivery.due_at,
        expires_at=delivery.expires_at,
        schedule_rev=notification.schedule_rev,
        sequence=notification.sequence,
        payload=notification.payload,
        organisation_name=house_name(tx),
        activity=activity_part(tx, notification.kind, activity, venue, organiser, contact),
        duty=_duty_part(tx, notification.kind, assignment, taker),
        booking=booking,
        content=content,
        digest=digest_parts(tx, notification.kind, notification.payload),
        notes=notes_of(tx, notification.kind, notification.payload),
        person_id=delivery.person_id,
        refusal=_refusal(notification.kind, *found[11:]),
    )


def _refusal(kind: NotificationKind, dead_id: int | None, opt_out_id: int | None) -> str | None:
    if dead_id is not None:
        return "address_dead"
    return OPTED_OUT if opt_out_id is not None and may_switch_off(kind) else None


def _name(person: Person | None, user: User | None) -> str:
    if person is not None:
        return person.name
    return user.name if user is not None else ""


def _has_left(tx: Tx, person: Person | None, user: User | None) -> bool:
    if user is not None and not user.is_active:
        return True
    if person is None or person.left_on is None:
        return False
    return person.left_on <= local_day(tx.now, zone(tx.settings.zone))


def activity_part(
    tx: Tx,
    kind: NotificationKind,
    activity: Activity | None,
    venue: Venue | None,
    organiser: User | None,
    contact: Person | None,
) -> ActivityPart | None:
    """Return an activity as the words of a kind need it; `contact` is the organiser as a person."""
    if activity is None:
        return None
    wants_duties, wants_heads = kind is NotificationKind.answer_received, kind is NotificationKind.close_activity
    return ActivityPart(
        activity_id=activity.id,
        ref=activity.ref,
        uid=activity.uid,
        kind=activity.kind,
        state=activity.state,
        schedule_rev=activity.schedule_rev,
        title=activity.title,
        description=activity.description,
        window=facts.window_of(activity),
        zone=activity.zone,
        venue_name=venue.name if venue else "",
        venue_address=venue.address if venue else "",
        place=Place(venue.lat, venue.lon) if venue and venue.lat is not None and venue.lon is not None else None,
        contact_name=organiser.name if organiser else "",
        contact_phone=(contact.phone or "") if contact else "",
        open_duty_count=_open_duty_count(tx, activity.id) if wants_duties else 0,
        attendance_count=facts.counted(tx, activity.id).named_count if wants_heads else 0,
    )


def _open_duty_count(tx: Tx, activity_id: int) -> int:
    counted = select(func.count()).where(
        col(Assignment.activity_id) == activity_id, col(Assignment.state).in_(OPEN_DUTIES)
    )
    return int(tx.session.execute(counted).scalar_one())


def _duty_part(tx: Tx, kind: NotificationKind, assignment: Assignment | None, person_name: str) -> DutyPart | None:
    if assignment is None:
        return None
    answer = None
    if kind is NotificationKind.answer_received:
        newest = (
            select(col(Answer.via), col(User.name))
            .join(User, col(User.id) == col(Answer.by_user_id), isouter=True)
            .where(col(Answer.assignment_id) == assignment.id)
            .order_by(col(Answer.id).desc())
            .limit(1)
        )
        answer = tx.session.execute(newest).first()
    return DutyPart(
        assignment_id=assignment.id,
        role=assignment.role,
        state=assignment.state,
        person_name=person_name,
        answered_via=answer[0] if answer else None,
        answered_by_name=(answer[1] or "") if answer else "",
    )
