"""Who was asked to an activity, what a person promised, and what an answer page shows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy import select as select_rows
from sqlmodel import col, select

from models.enums import (
    ActivityKind,
    ActivityState,
    AnswerVia,
    AnswerWord,
    AssignmentRole,
    AssignmentState,
    Direction,
    UserRole,
)
from models.errors import NotFound
from models.tables.activities import Activity
from models.tables.assignments import Answer, Assignment
from models.tables.attendance import Attendance
from models.tables.people import Person
from models.tables.topics import Topic
from models.tables.users import User
from models.tables.venues import Venue
from services import access
from services.people_travel import split
from services.queries.contacts import organiser_phone
from services.queries.house import house_name
from services.unit_of_work import Tx

#: Who reads why somebody was asked in spite of a conflict.
WHY_READERS = access.LEADING | {UserRole.auditor}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """One answer; `by_name` is who wrote it down where that was not the person."""

    word: AnswerWord
    via: AnswerVia
    reason: str
    at: datetime
    by_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRow:
    """One person asked to an activity. `phone` only where the actor may call them.

    `overridden` are codes of soft conflicts that were known and `override_reason` why they were asked all
    the same, for those who lead the team or audit it.
    """

    id: int
    activity_id: int
    person_id: int
    person_name: str
    role: AssignmentRole
    state: AssignmentState
    offered_at: datetime
    has_address: bool
    phone: str | None
    replaced_by_id: int | None
    overridden: tuple[str, ...]
    override_reason: str
    version: int
    reconfirmed_at: datetime | None = None  #: when the person last said that it still holds
    answers: tuple[AnswerView, ...] = ()
    arrived_at: datetime | None = None

    @property
    def newest_answer(self) -> AnswerView | None:
        """The answer that holds."""
        return self.answers[-1] if self.answers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One thing that a person was asked to do or promised."""

    assignment_id: int
    role: AssignmentRole
    state: AssignmentState
    activity_id: int
    activity_ref: str
    activity_kind: ActivityKind
    activity_state: ActivityState
    title: str
    description: str
    topic_title: str | None
    starts_at: datetime
    ends_at: datetime
    zone: str
    uid: str
    sequence: int
    venue_name: str | None
    venue_address: str
    venue_lat: float | None
    venue_lon: float | None
    person_id: int
    person_name: str
    person_locale: str
    contact_name: str | None
    contact_phone: str | None
    organisation_name: str
    newest_answer: AnswerView | None = None


def of_activity(tx: Tx, activity_id: int) -> tuple[AssignmentRow, ...]:
    """Return everybody asked to an activity, by assignment; four statements.

    Raises:
        NotFound: no such activity for this actor.
    """
    access.require_seen(tx.session, tx.actor, activity_id)
    return _asked(tx, activity_id, access.may_see_person(tx.actor))


def read_assignment(tx: Tx, assignment_id: int) -> AssignmentRow:
    """Return one assignment, to those who may see the person or are the person.

    Raises:
        NotFound: no such assignment for this actor.
    """
    access.require_signed_in(tx.actor)
    activity_id = tx.session.exec(select(Assignment.activity_id).where(col(Assignment.id) == assignment_id)).first()
    condition = access.may_see_person(tx.actor) & (col(Assignment.id) == assignment_id)
    found = _asked(tx, activity_id, condition) if activity_id is not None else ()
    if not found:
        raise NotFound("assignment", assignment_id)
    return found[0]


def _asked(tx: Tx, activity_id: int, condition: ColumnElement[bool]) -> tuple[AssignmentRow, ...]:
    found = tx.session.exec(
        select(Assignment, Person)
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(col(Assignment.activity_id) == activity_id, condition)
        .order_by(col(Assignment.id))
    ).all()
    ids = [assignment.id for assignment, _ in found]
    answers = _answers(tx, ids)
    callable_ids = set(
        tx.session.exec(
            select(Person.id).where(
                col(Person.id).in_([person.id for _, person in found]), access.may_contact(tx.actor)
            )
        )
    )
    arrivals = _arrivals(tx, activity_id)
    may_read_why = _may_read_why(tx, activity_id)
    return tuple(
        AssignmentRow(
            id=row.id,
            activity_id=row.activity_id,
            person_id=person.id,
            person_name=person.name,
            role=row.role,
            state=row.state,
            offered_at=row.offered_at,
            has_address=bool(person.email),
            phone=person.phone if person.id in callable_ids else None,
            replaced_by_id=row.replaced_by_id,
            overridden=split(row.overridden) if may_read_why else (),
            override_reason=row.override_reason if may_read_why else "",
            version=row.version,
            reconfirmed_at=row.reconfirmed_at,
            answers=tuple(answers.get(row.id, ())),
            arrived_at=arrivals.get(person.id),
        )
        for row, person in found
    )


def _may_read_why(tx: Tx, activity_id: int) -> bool:
    team = access.team_in_reach(tx.actor, col(Activity.team_id), WHY_READERS)
    return tx.session.exec(select(Activity.id).where(col(Activity.id) == activity_id, team)).first() is not None


def duty(tx: Tx, assignment_id: int) -> Duty:
    """Return what an answer page shows of one assignment, for the person or a signed link.

    Raises:
        NotFound: no such assignment, or not the actor's own.
    """
    found = _duties(tx, col(Assignment.id) == assignment_id)
    if not found or found[0].person_id != tx.actor.person_id:
        raise NotFound("assignment", assignment_id)
    return found[0]


def duties(tx: Tx, *, person_id: int | None = None) -> tuple[Duty, ...]:
    """Return what the actor, or a person whom they lead, was asked and promised, by start.

    Raises:
        NotFound: the person is not the actor's to see.
    """
    access.require_signed_in(tx.actor)
    wanted = tx.actor.person_id if person_id is None else person_id
    if wanted is None:
        return ()
    seen = select(Person.id).where(col(Person.id) == wanted, access.may_contact(tx.actor))
    if tx.session.exec(seen).first() is None:
        raise NotFound("person", wanted)
    public = col(Activity.state) != ActivityState.draft
    return _duties(tx, (col(Assignment.person_id) == wanted) & public)


def _duties(tx: Tx, condition: ColumnElement[bool]) -> tuple[Duty, ...]:
    found = tx.session.execute(
        select_rows(Assignment, Activity, Person, Venue, User, Topic)
        .join(Activity, col(Activity.id) == col(Assignment.activity_id))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .join(Venue, col(Venue.id) == col(Activity.venue_id), isouter=True)
        .join(User, col(User.id) == col(Activity.organiser_id), isouter=True)
        .join(Topic, col(Topic.id) == col(Activity.topic_id), isouter=True)
        .where(condition)
        .order_by(col(Activity.starts_at), col(Assignment.id))
    ).all()
    answers = _answers(tx, [one.Assignment.id for one in found])
    phones = organiser_phone(tx, {one.User.id for one in found if one.User})
    name = house_name(tx)
    return tuple(
        Duty(
            assignment_id=one.Assignment.id,
            role=one.Assignment.role,
            state=one.Assignment.state,
            activity_id=one.Activity.id,
            activity_ref=one.Activity.ref,
            activity_kind=one.Activity.kind,
            activity_state=one.Activity.state,
            title=one.Activity.title,
            description=one.Activity.description,
            topic_title=one.Topic.title if one.Topic else None,
            starts_at=one.Activity.starts_at,
            ends_at=one.Activity.ends_at,
            zone=one.Activity.zone,
            uid=one.Activity.uid,
            sequence=one.Activity.sequence,
            venue_name=one.Venue.name if one.Venue else None,
            venue_address=one.Venue.address if one.Venue else "",
            venue_lat=one.Venue.lat if one.Venue else None,
            venue_lon=one.Venue.lon if one.Venue else None,
            person_id=one.Person.id,
            person_name=one.Person.name,
            person_locale=one.Person.locale,
            contact_name=one.User.name if one.User else None,
            contact_phone=phones.get(one.User.id) if one.User else None,
            organisation_name=name,
            newest_answer=_newest(answers.get(one.Assignment.id)),
        )
        for one in found
    )


def _newest(answers: list[AnswerView] | None) -> AnswerView | None:
    return answers[-1] if answers else None


def _answers(tx: Tx, assignment_ids: list[int]) -> dict[int, list[AnswerView]]:
    found = tx.session.exec(
        select(Answer, User.name)
        .join(User, col(User.id) == col(Answer.by_user_id), isouter=True)
        .where(col(Answer.assignment_id).in_(assignment_ids))
        .order_by(col(Answer.id))
    ).all()
    result: dict[int, list[AnswerView]] = {}
    for row, name in found:
        by_name = name if row.via is AnswerVia.phone else None
        view = AnswerView(word=row.word, via=row.via, reason=row.reason, at=row.at, by_name=by_name)
        result.setdefault(row.assignment_id, []).append(view)
    return result


def _arrivals(tx: Tx, activity_id: int) -> dict[int, datetime]:
    rows = tx.session.exec(select(Attendance).where(col(Attendance.activity_id) == activity_id)).all()
    taken_back = {row.reverses_id for row in rows}
    arrivals: dict[int, datetime] = {}
    for row in rows:
        if row.direction is Direction.arrival and row.reverses_id is None and row.id not in taken_back:
            arrivals[row.person_id] = min(row.at, arrivals.get(row.person_id, row.at))
    return arrivals
