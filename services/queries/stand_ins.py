"""Searches for stand-ins as those read them who lead the team: who was asked in which order, and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from models.enums import StandInOfferState, StandInSearchState, UserRole
from models.errors import NotFound
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.people import Person
from models.tables.stand_ins import StandInOffer, StandInSearch
from models.tables.users import User
from services import access
from services.unit_of_work import Tx

READERS = access.LEADING | {UserRole.auditor}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInOfferRow:
    """One candidate; `why` holds codes and values of what spoke for the rank, or against asking."""

    id: int
    rank: int
    person_id: int
    person_name: str
    state: StandInOfferState
    is_nominee: bool
    assignment_id: int | None
    until: datetime | None
    why: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInSearchView:
    """One search with its candidates in order; `by_name` is who began it, None where the person's own word did."""

    id: int
    assignment_id: int
    activity_id: int
    state: StandInSearchState
    hours_each: int
    by_name: str | None
    started_at: datetime
    version: int
    offers: tuple[StandInOfferRow, ...]


def of_activity(tx: Tx, activity_id: int) -> tuple[StandInSearchView, ...]:
    """Return the searches of an activity, oldest first; none for those who do not lead its team."""
    access.require_seen(tx.session, tx.actor, activity_id)
    activity = tx.get(Activity, activity_id, noun="activity", for_update=False)
    if not access.has_role_over(tx.session, tx.actor, activity.team_id, READERS):
        return ()
    ids = tx.session.exec(select(Assignment.id).where(col(Assignment.activity_id) == activity_id)).all()
    return _searches(tx, activity_id, ids)


def of_assignment(tx: Tx, assignment_id: int) -> tuple[StandInSearchView, ...]:
    """Return the searches in the place of one person, oldest first.

    Raises:
        SignInNeeded; NotFound: not to be seen. Forbidden: seen, not led.
    """
    access.require_signed_in(tx.actor)
    activity_id = tx.session.exec(select(Assignment.activity_id).where(col(Assignment.id) == assignment_id)).first()
    if activity_id is None:
        raise NotFound("assignment", assignment_id)
    try:
        access.require_seen(tx.session, tx.actor, activity_id)
    except NotFound as unseen:
        raise NotFound("assignment", assignment_id) from unseen
    activity = tx.get(Activity, activity_id, noun="activity", for_update=False)
    access.require_over(tx.session, tx.actor, activity.team_id, READERS)
    return _searches(tx, activity_id, [assignment_id])


def read_search(tx: Tx, search_id: int) -> StandInSearchView:
    """Return one search. Raises as `of_assignment`."""
    assignment_id = tx.session.exec(
        select(StandInSearch.assignment_id).where(col(StandInSearch.id) == search_id)
    ).first()
    if assignment_id is None:
        raise NotFound("stand_in_search", search_id)
    return next(one for one in of_assignment(tx, assignment_id) if one.id == search_id)


def _searches(tx: Tx, activity_id: int, assignment_ids: Collection[int]) -> tuple[StandInSearchView, ...]:
    tx.session.flush()
    found = tx.session.exec(
        select(StandInSearch, User.name)
        .join(User, col(User.id) == col(StandInSearch.by_user_id), isouter=True)
        .where(col(StandInSearch.assignment_id).in_(assignment_ids))
        .order_by(col(StandInSearch.id))
    ).all()
    offers = _offers(tx, [search.id for search, _ in found])
    return tuple(
        StandInSearchView(
            id=search.id,
            assignment_id=search.assignment_id,
            activity_id=activity_id,
            state=search.state,
            hours_each=search.hours_each,
            by_name=name,
            started_at=search.created_at,
            version=search.version,
            offers=tuple(offers.get(search.id, ())),
        )
        for search, name in found
    )


def _offers(tx: Tx, search_ids: Collection[int]) -> dict[int, list[StandInOfferRow]]:
    rows = tx.session.exec(
        select(StandInOffer, Person.name)
        .join(Person, col(Person.id) == col(StandInOffer.person_id))
        .where(col(StandInOffer.search_id).in_(search_ids))
        .order_by(col(StandInOffer.search_id), col(StandInOffer.rank))
    ).all()
    result: dict[int, list[StandInOfferRow]] = {}
    for row, name in rows:
        result.setdefault(row.search_id, []).append(
            StandInOfferRow(
                id=row.id,
                rank=row.rank,
                person_id=row.person_id,
                person_name=name,
                state=row.state,
                is_nominee=row.is_nominee,
                assignment_id=row.assignment_id,
                until=row.until,
                why=tuple(row.why),
            )
        )
    return result
