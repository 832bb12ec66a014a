"""What the page behind an answer link needs beside the duty: who acts through it, and whom to call."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from models.enums import OrgKind, ReminderKind, ReminderState
from models.errors import NotFound
from models.tables.assignments import Assignment
from models.tables.orgs import Org
from models.tables.people import Person
from models.tables.reminders import Reminder
from services.access import Actor
from services.queries import filters
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class House:
    """The federation as a stranger may know it: its name and its office phone, each empty where there is none."""

    name: str
    phone: str


def link_actor(tx: Tx, assignment_id: int) -> Actor:
    """Return the person of an assignment as whoever holds their link; the caller has checked the link.

    Raises:
        NotFound: no such assignment.
    """
    found = tx.session.execute(
        select(col(Person.id), col(Person.locale))
        .join(Assignment, col(Assignment.person_id) == col(Person.id))
        .where(col(Assignment.id) == filters.known_id("assignment", assignment_id))
    ).first()
    if found is None:
        raise NotFound("assignment", assignment_id)
    return Actor(kind="link", person_id=found.id, detail=f"assignment:{assignment_id}", locale=found.locale)


def next_reminder_at(tx: Tx, assignment_id: int) -> datetime | None:
    """Return when the person of an assignment is reminded next; None where no timer waits."""
    found: datetime | None = tx.session.execute(
        select(func.min(col(Reminder.due_at))).where(
            col(Reminder.assignment_id) == assignment_id,
            col(Reminder.kind) == ReminderKind.reminder,
            col(Reminder.state) == ReminderState.waiting,
        )
    ).scalar_one()
    return found


def house(tx: Tx) -> House:
    """Return whom anybody may call: the federation at the top of the tree."""
    found = tx.session.execute(
        select(col(Org.name), col(Org.contact_phone))
        .where(col(Org.parent_id).is_(None), col(Org.kind) == OrgKind.union)
        .order_by(col(Org.id))
        .limit(1)
    ).first()
    return House(found.name, found.contact_phone or "") if found else House("", "")
