"""A due reminder with what it is about, and what may become of it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlmodel import col

from models.enums import ReminderState
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.people import Person
from models.tables.reminders import Reminder
from models.tables.users import User
from services.notify import Wanted
from services.unit_of_work import Tx

#: The state that a reminder ends in, and the code of the reason.
Settled = tuple[ReminderState, str]
FIRED: Settled = (ReminderState.fired, "")


@dataclass(frozen=True, slots=True)
class Due:
    """A due reminder with its rows; `person` and `organiser` are None where there is none."""

    reminder: Reminder
    activity: Activity
    assignment: Assignment | None
    person: Person | None
    organiser: User | None


#: Looks at one due reminder once more: the message to ask for, or why there is none. `FIRED` alone means that the
#: handler did by itself what was due. Whoever moved the activity or came too late has been dealt with before.
Handler = Callable[[Tx, Due], Wanted | Settled]


def waiting() -> Select[Reminder, Activity, Assignment, Person, User]:
    """Return the statement for waiting timers with their rows, each locked unless another worker holds it."""
    return (
        select(Reminder, Activity, Assignment, Person, User)
        .join(Activity, col(Activity.id) == col(Reminder.activity_id))
        .join(Assignment, col(Assignment.id) == col(Reminder.assignment_id), isouter=True)
        .join(Person, col(Person.id) == col(Assignment.person_id), isouter=True)
        .join(User, col(User.id) == col(Activity.organiser_id), isouter=True)
        .where(col(Reminder.state) == ReminderState.waiting)
        .with_for_update(skip_locked=True, of=Reminder)
    )
