"""The list of a search for a stand-in: who is asked in which order, and what speaks for them."""

from datetime import datetime
from typing import Any

from sqlmodel import col, func, select

from models.enums import StandInOfferState
from models.rules import chasing as rules
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.people import Person
from models.tables.stand_ins import StandInOffer, StandInSearch
from muster.localtime import zone
from services import reminders
from services.queries.candidates import Candidate, list_candidates
from services.unit_of_work import Tx

#: No more people than this are asked for one place.
MOST = 12
NOMINEE, NO_ADDRESS = "nominee", "no_address"


def fill(tx: Tx, search: StandInSearch, row: Assignment, activity: Activity) -> bool:
    """Write down whom a search asks, once; tell whether somebody was added.

    People of the activity's team against whom nothing stands and who were never asked to it, in the order of
    `list_candidates`. Those without an address are named, but passed over: an offer with an end is of no use to them.
    """
    rows = tx.session.exec(select(StandInOffer).where(col(StandInOffer.search_id) == search.id)).all()
    if any(not one.is_nominee for one in rows):
        return False
    asked = select(Assignment.person_id).where(col(Assignment.activity_id) == activity.id)
    passed_over = {*tx.session.exec(asked), *(one.person_id for one in rows)}
    found = list_candidates(tx, activity.id, role=row.role, team_id=activity.team_id, limit=MOST * 4).items
    wanted = [one for one in found if not one.reasons and one.person.id not in passed_over][:MOST]
    reachable = _with_address(tx, [one.person.id for one in wanted])
    for rank, one in enumerate(wanted, start=len(rows) + 1):
        is_reachable = one.person.id in reachable
        tx.add(
            StandInOffer(
                search_id=search.id,
                rank=rank,
                person_id=one.person.id,
                state=StandInOfferState.waiting if is_reachable else StandInOfferState.skipped,
                why=_why(one) if is_reachable else [{"code": NO_ADDRESS}],
                created_at=tx.now,
            )
        )
    return bool(reachable)


def add_nominee(tx: Tx, search: StandInSearch, person_id: int) -> None:
    """Put whom somebody named at the end of the list."""
    last = tx.session.exec(select(func.max(StandInOffer.rank)).where(col(StandInOffer.search_id) == search.id)).one()
    offer = StandInOffer(
        search_id=search.id, rank=(last or 0) + 1, person_id=person_id, is_nominee=True, created_at=tx.now
    )
    offer.why = [{"code": NOMINEE}]
    tx.add(offer)


def open_until(tx: Tx, assignment_id: int) -> datetime | None:
    """Return until when the person of an assignment may say that they stand in; None where they are not asked to."""
    found = select(StandInOffer.until).where(
        col(StandInOffer.assignment_id) == assignment_id, col(StandInOffer.state) == StandInOfferState.offered
    )
    return tx.session.exec(found).first()


def asked_from(tx: Tx, person_id: int, activity: Activity) -> datetime:
    """Return when somebody is asked to stand in whose turn it is now: at once, or after their own quiet hours."""
    quiet = reminders.quiet_hours(tx, [person_id])[person_id]
    return rules.asked_from(tx.now, quiet, zone(activity.zone), activity.starts_at)


def _why(candidate: Candidate) -> list[dict[str, Any]]:
    """Return what the rank of a candidate came from: the duties that they have ahead, and when they last served."""
    last_at = candidate.last_at
    return [
        {"code": "upcoming", "count": candidate.upcoming_count},
        {"code": "last_at", "at": last_at.isoformat()} if last_at else {"code": "never_served"},
    ]


def _with_address(tx: Tx, ids: list[int]) -> set[int]:
    found = select(Person.id).where(col(Person.id).in_(ids), col(Person.email).is_not(None))
    return set(tx.session.exec(found))
