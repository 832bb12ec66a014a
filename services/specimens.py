"""Facts of messages that are not written yet, so that a preview renders the very words that would go out."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import NotificationKind
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.people import Person
from models.tables.users import User
from models.tables.venues import Venue
from services.delivery_facts import ActivityPart, DeliveryFacts, DutyPart, activity_part
from services.leases import Lease
from services.previews import Line
from services.queries.house import house_name
from services.unit_of_work import Tx

#: The lease of a delivery that nobody holds, since it is not there.
NO_LEASE = Lease(0, 0, "")
OrganiserPerson = aliased(Person)


class Specimens:
    """Makes the facts of messages of one kind about one thing; what is the same for all is read once."""

    def __init__(
        self, tx: Tx, kind: NotificationKind, *, activity_id: int | None, payload: Mapping[str, Any] | None = None
    ) -> None:
        self._now = tx.now
        self._kind = kind
        self._payload = payload or {}
        self._organisation_name = house_name(tx)
        self._activity = _activity(tx, kind, activity_id)

    def facts(self, line: Line, assignment: Assignment | None = None) -> DeliveryFacts:
        """Return the facts of one line of a preview that says what goes out."""
        activity = self._activity[0] if self._activity else None
        duty = None
        if assignment is not None:
            duty = DutyPart(
                assignment_id=assignment.id, role=assignment.role, state=assignment.state, person_name=line.name
            )
        due_at = line.due_at or self._now
        return DeliveryFacts(
            lease=NO_LEASE,
            kind=self._kind,
            token="preview",  # noqa: S106 - no secret: it names no delivery
            address=line.address,
            locale=line.locale,
            recipient_name=line.name,
            has_left=False,
            due_at=due_at,
            expires_at=due_at,
            schedule_rev=activity.schedule_rev if activity else 0,
            sequence=self._activity[1] if self._activity else 0,
            payload=self._payload,
            organisation_name=self._organisation_name,
            activity=activity,
            duty=duty,
            booking=None,
            content=None,
            person_id=line.person_id,
        )


def _activity(tx: Tx, kind: NotificationKind, activity_id: int | None) -> tuple[ActivityPart, int] | None:
    """Return an activity with the sequence of its calendar entry."""
    if activity_id is None:
        return None
    query = (
        select(Activity, Venue, User, OrganiserPerson)
        .join(Venue, col(Venue.id) == col(Activity.venue_id), isouter=True)
        .join(User, col(User.id) == col(Activity.organiser_id), isouter=True)
        .join(OrganiserPerson, col(OrganiserPerson.id) == col(User.person_id), isouter=True)
        .where(col(Activity.id) == activity_id)
    )
    activity, venue, organiser, contact = tx.session.execute(query).one()
    part = activity_part(tx, kind, activity, venue, organiser, contact)
    return (part, activity.sequence) if part else None
