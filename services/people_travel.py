"""What another venue or window of an activity does to those who said yes: in the same transaction as the booking."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlmodel import col, select

from models.enums import ActivityState, AssignmentState
from models.errors import Invalid
from models.events import AssignmentOverridden
from models.rules.person_conflicts import Conflict, Duty, PersonLoad, conflicts, is_soft, standing
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.people import Person
from models.values import TimeWindow
from services import access, people_loads
from services.unit_of_work import Tx

REASON_LIMIT = 500
#: What the organiser of the other activity has to weigh, not of this one: here the person has promised.
NOT_OURS = "asked_elsewhere"


@dataclass(frozen=True, slots=True)
class Promised:
    """Somebody who accepted, and the codes of what was overridden when they were asked."""

    name: str
    overridden: tuple[str, ...]


def refusals(
    tx: Tx,
    *,
    activity_id: int,
    venue_id: int | None,
    window: TimeWindow,
    buffers: tuple[timedelta, timedelta] | None = None,
) -> list[Reason]:
    """Return what would stand against those who accepted, were the activity at that venue in that window.

    `window` is the activity's, not the booking's, where they differ; `buffers` are the set-up and tear-down
    that the booking will have, where that is known. What stands against them as it is
    now was known before and is left out. Each reason says whether it `is_hard`; `person_name` is given
    to those who look after the activity's people.

    Raises:
        NotFound: no such activity.
    """
    activity = tx.get(Activity, activity_id, noun="activity", for_update=False)
    people = accepted(tx, activity_id)
    if not people or activity.state is ActivityState.postponed:
        return []
    may_name = access.has_role_over(tx.session, tx.actor, activity.team_id, access.LEADING)
    wanted = people_loads.duty_of(tx, activity, venue_id=venue_id, window=window)
    if buffers is not None:
        wanted = replace(wanted, set_up=buffers[0], tear_down=buffers[1])
    now = people_loads.duty_of(tx, activity)
    loads = people_loads.loads(tx, people, wanted)
    known = loads if wanted.window == now.window else people_loads.loads(tx, people, now)
    return [
        Reason(found.reason.code, found.params | ({"person_name": person.name} if may_name else {}))
        for person_id, person in people.items()
        for found in new_conflicts(conflicts(loads[person_id], wanted), known_conflicts(person, known[person_id], now))
    ]


def settle(
    tx: Tx, *, activity_id: int, venue_id: int | None, window: TimeWindow, override_reason: str = ""
) -> list[Reason]:
    """Return the reasons that still refuse; with `override_reason` write the soft ones down as known, with why.

    Raises:
        Invalid: the reason is too long. NotFound: no such activity.
    """
    why = checked_reason(override_reason)
    found = refusals(tx, activity_id=activity_id, venue_id=venue_id, window=window)
    left = standing(found, is_overriding=bool(why))
    if why and not left:
        keep_override(tx, activity_id, found, why)
    return left


def keep_override(tx: Tx, activity_id: int, reasons: Sequence[Reason], override_reason: str) -> None:
    """Write down at each person's assignment which soft conflicts were overridden, and why; history tells it too."""
    codes: dict[int, list[str]] = defaultdict(list)
    for reason in reasons:
        if is_soft(reason):
            codes[reason.params["person_id"]].append(reason.params["conflict"])
    rows = tx.session.exec(
        select(Assignment)
        .where(col(Assignment.activity_id) == activity_id, col(Assignment.person_id).in_(codes))
        .order_by(col(Assignment.id))
        .with_for_update()
    ).all()
    for row in rows:
        row.overridden = joined([*split(row.overridden), *codes[row.person_id]])
        row.override_reason = override_reason
        tx.touch(row)
        tx.record(
            AssignmentOverridden(
                subject_id=row.id,
                activity_id=activity_id,
                person_id=row.person_id,
                overridden=tuple(dict.fromkeys(codes[row.person_id])),
                reason=override_reason,
            )
        )


def checked_reason(text: str) -> str:
    """Return why soft conflicts are overridden, without outer blanks; empty means that they are not.

    Raises:
        Invalid: it is too long.
    """
    why = text.strip()
    if len(why) > REASON_LIMIT:
        raise Invalid(Reason("too_long", {"field": "override_reason", "limit": REASON_LIMIT}))
    return why


def joined(codes: Sequence[str]) -> str:
    """Return codes as a row keeps them, each once."""
    return " ".join(dict.fromkeys(codes))


def split(stored: str) -> tuple[str, ...]:
    """Return the codes that a row keeps."""
    return tuple(stored.split())


def accepted(tx: Tx, activity_id: int) -> dict[int, Promised]:
    """Return those who accepted, by id."""
    rows = tx.session.exec(
        select(Person.id, Person.name, Assignment.overridden)
        .join(Assignment, col(Assignment.person_id) == col(Person.id))
        .where(col(Assignment.activity_id) == activity_id, col(Assignment.state) == AssignmentState.accepted)
        .order_by(col(Assignment.id))
    )
    return {person_id: Promised(name, split(overridden)) for person_id, name, overridden in rows}


def known_conflicts(person: Promised, load: PersonLoad, now: Duty) -> list[Conflict]:
    """Return what stands against somebody as the activity is now and was seen by whoever asked them.

    An activity may name a venue before it is booked, so a bad way is known only where it was overridden.
    """
    return [one for one in conflicts(load, now) if one.code != "travel" or one.code in person.overridden]


def new_conflicts(found: Sequence[Conflict], known: Sequence[Conflict]) -> list[Conflict]:
    """Return what would stand against somebody who accepted, without what was known before."""
    before = {(one.code, one.about) for one in known}
    return [one for one in found if one.code != NOT_OURS and (one.code, one.about) not in before]
