"""What waits for somebody today: activities in the actor's lead, by what they lack, and messages that did not arrive.

A group holds its most urgent rows and how many there are in all. Each is read in a constant
number of statements, whatever is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import ActivityKind, ActivityState, AssignmentState, BookingState, DeliveryState
from models.rules.assignment import LIVE_STATES
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.bookings import Booking
from models.tables.deliveries import Delivery
from models.tables.notifications import Notification
from models.tables.people import Person
from models.tables.teams import Team
from models.tables.venues import Venue
from services import access, ledger
from services.queries import home_facts
from services.queries.home_facts import Contact
from services.unit_of_work import Tx

FEW, MANY = 5, 200  #: rows of a group on the start page, and of one that is opened
#: Whoever has not answered so shortly before the start is to be called.
PRESSING = timedelta(days=3)
RELEASE_WITHIN = timedelta(days=7)  #: a draft that starts so soon should be public
#: Kinds that take place in a hall; the others may go to people's doors.
IN_HALLS = frozenset(ActivityKind) - {ActivityKind.service, ActivityKind.rights, ActivityKind.relief}
NOT_DELIVERED = (DeliveryState.refused, DeliveryState.uncertain, DeliveryState.expired)


class Need(StrEnum):
    """What an activity waits for."""

    answers = "answers"
    venue = "venue"
    hands = "hands"
    release = "release"
    closing = "closing"
    delivery = "delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One activity that waits. What the need does not ask for is left at its default.

    `people` are those whom the actor may see; `asked_count` and `last_asked_at` tell of messages
    that were sent; `short_count` people said no and nobody stands in (0: nobody was asked).
    """

    activity_id: int
    ref: str
    kind: ActivityKind
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    state: ActivityState
    capacity: int | None
    team_name: str
    venue_name: str | None
    is_pressing: bool = False
    people: tuple[Contact, ...] = ()
    asked_count: int = 0
    last_asked_at: datetime | None = None
    booking_state: BookingState | None = None
    booking_at: datetime | None = None
    wanted_count: int = 0
    short_count: int = 0
    heads_count: int = 0
    delivery_state: DeliveryState | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The most urgent of what waits for one thing, and how many there are."""

    need: Need
    count: int
    rows: tuple[Waiting, ...]


def groups(tx: Tx, *, opened: Need | None = None) -> tuple[Group, ...]:
    """Return every group that is not empty; `opened` comes with up to 200 rows, the others with five.

    Raises:
        SignInNeeded.
    """
    access.require_signed_in(tx.actor)
    readers = {
        Need.answers: _answers,
        Need.venue: _venue,
        Need.hands: _hands,
        Need.release: _release,
        Need.closing: _closing,
        Need.delivery: _delivery,
    }
    found = (read(tx, MANY if need is opened else FEW) for need, read in readers.items())
    return tuple(group for group in found if group.count)


def _answers(tx: Tx, limit: int) -> Group:
    offered = exists().where(
        col(Assignment.activity_id) == col(Activity.id), col(Assignment.state) == AssignmentState.offered
    )
    condition = and_(_is(ActivityState.released), col(Activity.ends_at) > tx.now, offered)
    count, found = _read(tx, condition, limit)
    ids = [row.Activity.id for row in found]
    silent = home_facts.people(tx, ids, AssignmentState.offered)
    sent = home_facts.sent(tx, ids)
    return Group(
        Need.answers,
        count,
        tuple(
            _waiting(
                row,
                is_pressing=row.Activity.starts_at - tx.now <= PRESSING,
                people=silent[row.Activity.id],
                asked_count=sent[row.Activity.id][0],
                last_asked_at=sent[row.Activity.id][1],
            )
            for row in found
        ),
    )


def _venue(tx: Tx, limit: int) -> Group:
    count, found = _read(tx, _venue_is_open(tx), limit)
    newest = home_facts.newest_bookings(tx, [row.Activity.id for row in found])
    rows = []
    for row in found:
        booking = newest.get(row.Activity.id)
        is_waiting = booking is not None and booking.state in {BookingState.requested, BookingState.held}
        rows.append(
            _waiting(
                row,
                is_pressing=not is_waiting or row.Activity.starts_at - tx.now <= PRESSING,
                booking_state=booking.state if booking else None,
                booking_at=booking.created_at if booking else None,
            )
        )
    return Group(Need.venue, count, tuple(rows))


def _hands(tx: Tx, limit: int) -> Group:
    mine = col(Assignment.activity_id) == col(Activity.id)
    refused = exists().where(mine, col(Assignment.state) == AssignmentState.declined)
    live = exists().where(mine, col(Assignment.state).in_(sorted(LIVE_STATES)))
    condition = and_(_is(ActivityState.released), col(Activity.starts_at) > tx.now, or_(refused, ~live))
    count, found = _read(tx, condition, limit)
    ids = [row.Activity.id for row in found]
    said_no = home_facts.people(tx, ids, AssignmentState.declined)
    counts = home_facts.state_counts(tx, ids)
    rows = tuple(
        _waiting(
            row,
            is_pressing=True,
            people=said_no[row.Activity.id],
            wanted_count=sum(counts[row.Activity.id].values()),
            short_count=counts[row.Activity.id].get(AssignmentState.declined, 0),
        )
        for row in found
    )
    return Group(Need.hands, count, rows)


def _release(tx: Tx, limit: int) -> Group:
    soon = col(Activity.starts_at) <= tx.now + RELEASE_WITHIN
    condition = and_(_is(ActivityState.draft), soon, ~_venue_is_open(tx))
    count, found = _read(tx, condition, limit)
    rows = tuple(_waiting(row, is_pressing=row.Activity.starts_at - tx.now <= PRESSING) for row in found)
    return Group(Need.release, count, rows)


def _closing(tx: Tx, limit: int) -> Group:
    over = _is(ActivityState.released, ActivityState.held) & (col(Activity.ends_at) <= tx.now)
    count, found = _read(tx, over & (col(Activity.kind) != ActivityKind.meeting), limit)
    facts = ledger.load(tx, [row.Activity for row in found])
    heads = {key: len(one.classes()) + sum(t.count for t in one.standing_tallies()) for key, one in facts.items()}
    rows = tuple(
        _waiting(row, is_pressing=not heads[row.Activity.id], heads_count=heads[row.Activity.id]) for row in found
    )
    return Group(Need.closing, count, rows)


def _delivery(tx: Tx, limit: int) -> Group:
    """Read messages that failed and that nothing has made good: no later message, no answer since."""
    later, told = aliased(Delivery), aliased(Notification)
    made_good = (
        select(col(later.id))
        .join(told, col(told.id) == col(later.notification_id))
        .where(
            col(told.assignment_id) == col(Notification.assignment_id),
            col(later.state) == DeliveryState.sent,
            col(later.id) > col(Delivery.id),
        )
    ).exists()
    answered = and_(col(Assignment.answered_at).is_not(None), col(Assignment.answered_at) >= col(Delivery.settled_at))
    query = (
        _rows(
            tx,
            col(Delivery.state).label("delivery_state"),
            col(Delivery.reason).label("delivery_reason"),
            col(Person.name).label("person_name"),
            col(Person.phone).label("phone"),
            access.may_contact(tx.actor).label("may_call"),
        )
        .join(Notification, col(Notification.activity_id) == col(Activity.id))
        .join(Delivery, col(Delivery.notification_id) == col(Notification.id))
        .join(Person, col(Person.id) == col(Delivery.person_id))
        .join(Assignment, col(Assignment.id) == col(Notification.assignment_id))
        .where(
            access.may_see_person(tx.actor),
            col(Delivery.state).in_(NOT_DELIVERED),
            col(Activity.ends_at) > tx.now,
            _is(ActivityState.released),
            col(Assignment.state).in_(sorted(LIVE_STATES)),
            ~answered,
            ~made_good,
        )
        .order_by(col(Activity.starts_at), col(Delivery.id))
    )
    found = tx.session.execute(query.limit(limit)).all()
    rows = tuple(
        _waiting(
            row,
            is_pressing=True,
            people=(Contact(row.person_name, row.phone if row.may_call else None),),
            delivery_state=row.delivery_state,
            reason=row.delivery_reason,
        )
        for row in found
    )
    return Group(Need.delivery, found[0].total if found else 0, rows)


def _venue_is_open(tx: Tx) -> ColumnElement[bool]:
    booked = exists().where(
        col(Booking.activity_id) == col(Activity.id),
        col(Booking.venue_id) == col(Activity.venue_id),
        col(Booking.state).in_([BookingState.confirmed, BookingState.used]),
    )
    wants_one = or_(col(Activity.venue_id).is_not(None), col(Activity.kind).in_(sorted(IN_HALLS)))
    ahead = _is(ActivityState.draft, ActivityState.released) & (col(Activity.starts_at) > tx.now)
    return and_(ahead, wants_one, ~booked)


def _is(*states: ActivityState) -> ColumnElement[bool]:
    return col(Activity.state).in_(states)


def _rows(tx: Tx, *more: Any) -> Select[Any]:
    columns: list[Any] = [
        Activity,
        col(Team.name).label("team_name"),
        col(Venue.name).label("venue_name"),
        func.count().over().label("total"),
        *more,
    ]
    return (
        select(*columns)
        .join(Team, col(Team.id) == col(Activity.team_id))
        .outerjoin(Venue, col(Venue.id) == col(Activity.venue_id))
        .where(access.team_in_reach(tx.actor, col(Activity.team_id), access.LEADING))
    )


def _read(tx: Tx, condition: ColumnElement[bool], limit: int) -> tuple[int, Sequence[Any]]:
    """Return how many activities meet a condition, and the first of them by start."""
    query = _rows(tx).where(condition).order_by(col(Activity.starts_at), col(Activity.id)).limit(limit)
    found = tx.session.execute(query).all()
    return (found[0].total if found else 0), found


def _waiting(row: Any, **values: Any) -> Waiting:
    one: Activity = row.Activity
    return Waiting(
        activity_id=one.id,
        ref=one.ref,
        kind=one.kind,
        title=one.title,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        zone=one.zone,
        state=one.state,
        capacity=one.capacity,
        team_name=row.team_name,
        venue_name=row.venue_name,
        **values,
    )
