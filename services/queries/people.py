"""People as pages and programs see them; telephone and mail only for those who may call them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.enums import AssignmentState, ChannelKind, MembershipRole, TraitKind
from models.errors import NotFound
from models.tables.activities import Activity
from models.tables.addresses import DeadAddress
from models.tables.assignments import Assignment
from models.tables.orgs import Org
from models.tables.people import Person, PersonTrait
from models.tables.teams import Membership
from services import access, registers
from services.queries import filters
from services.queries.memberships import MembershipRow, memberships_of
from services.queries.orgs import OrgRef
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.queries.teams import PersonRef
from services.unit_of_work import Tx

PROMISED = (AssignmentState.offered, AssignmentState.accepted)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a list, with today's memberships in teams that the actor may see.

    `phone` and `email` are None, and `is_masked` true, for those who may not contact the person.
    """

    id: int
    name: str
    code: str | None
    phone: str | None
    email: str | None
    is_masked: bool
    locale: str
    employer: OrgRef | None
    teams: tuple[MembershipRow, ...]
    titles: tuple[str, ...]
    roles: tuple[str, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    is_synthetic: bool
    left_on: date | None
    version: int
    #: What was said when the mail address turned out to be dead; None where it is not, or is masked.
    email_fault: str | None = None


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person, with every membership there was, newest first, and how much they did.

    `upcoming_count` are duties asked or promised that are still to come, `served_count` those served.
    The limits are the person's own, in activities a day and a week.
    """

    person: PersonRow
    sort_key: str
    answers_through: PersonRef | None
    memberships: tuple[MembershipRow, ...]
    upcoming_count: int
    served_count: int
    quiet_hours: str | None
    day_limit: int | None
    week_limit: int | None
    may_change: bool


def list_people(
    tx: Tx,
    *,
    q: str | None = None,
    team_id: int | None = None,
    team_role: MembershipRole | None = None,
    employer_org_id: int | None = None,
    trait: TraitKind | None = None,
    trait_value: str | None = None,
    on: date | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[PersonRow]:
    """List the people whom the actor may see, by pinyin.

    `team_id` keeps members of a team's subtree, on the day `on` where one is given; `on` alone
    keeps those who had not left by then. `trait` and `trait_value` keep those of whom it is said.

    Raises:
        SignInNeeded, Invalid, NotFound (an id that no row can have).
    """
    access.require_signed_in(tx.actor)
    query = _rows(tx).where(
        *filters.matching(q, col(Person.name), sort_key=col(Person.sort_key), code=col(Person.code))
    )
    if team_id is not None or team_role is not None:
        inside = select(col(Membership.person_id)).where(*filters.valid_on(Membership, on))
        if team_id is not None:
            inside = inside.where(filters.in_subtree(col(Membership.team_id), team_id))
        if team_role is not None:
            inside = inside.where(col(Membership.role) == team_role)
        query = query.where(col(Person.id).in_(inside))
    if employer_org_id is not None:
        query = query.where(col(Person.employer_org_id) == filters.known_id("org", employer_org_id))
    if trait is not None:
        said = select(col(PersonTrait.person_id)).where(col(PersonTrait.kind) == trait)
        if trait_value is not None:
            said = said.where(col(PersonTrait.value) == filters.plain_text("trait_value", trait_value))
        query = query.where(col(Person.id).in_(said))
    if on is not None:
        query = query.where(func.coalesce(col(Person.left_on), date.max) > on)
    keys = (Key(col(Person.sort_key)), Key(col(Person.id)))
    rows, following = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(_person_rows(tx, rows), following)


def read_person(tx: Tx, person_id: int) -> PersonView:
    """Return one person.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_signed_in(tx.actor)
    other = aliased(Person)
    query = (
        _rows(tx)
        .add_columns(col(other.name).label("other_name"))
        .outerjoin(other, col(other.id) == col(Person.answers_through_id))
        .where(col(Person.id) == filters.known_id("person", person_id))
    )
    row = tx.session.execute(query).first()
    if row is None:
        raise NotFound("person", person_id)
    through_id = row.Person.answers_through_id
    upcoming_count, served_count = _duty_counts(tx, person_id)
    return PersonView(
        person=_person_rows(tx, [row])[0],
        sort_key=row.Person.sort_key,
        answers_through=PersonRef(through_id, row.other_name) if through_id is not None else None,
        memberships=memberships_of(tx, [person_id]).get(person_id, ()),
        upcoming_count=upcoming_count,
        served_count=served_count,
        quiet_hours=row.Person.quiet_hours,
        day_limit=row.Person.day_limit,
        week_limit=row.Person.week_limit,
        may_change=_may_change(tx, person_id),
    )


def _rows(tx: Tx) -> AnySelect:
    return (
        select(
            Person,
            col(Org.name).label("employer_name"),
            access.may_contact(tx.actor).label("may_contact"),
            col(DeadAddress.reply).label("email_fault"),
        )
        .outerjoin(Org, col(Org.id) == col(Person.employer_org_id))
        .outerjoin(
            DeadAddress,
            and_(
                col(DeadAddress.channel) == ChannelKind.mail,
                col(DeadAddress.address) == func.lower(col(Person.email)),
            ),
        )
        .where(access.may_see_person(tx.actor))
    )


def _person_rows(tx: Tx, rows: Collection[AnyRow]) -> tuple[PersonRow, ...]:
    """Build list rows with two more statements, however many rows there are."""
    ids = [row.Person.id for row in rows]
    teams = memberships_of(tx, ids, on=registers.today(tx))
    traits: dict[tuple[int, TraitKind], list[str]] = defaultdict(list)
    said = select(PersonTrait).where(col(PersonTrait.person_id).in_(ids)).order_by(col(PersonTrait.id))
    for trait in tx.session.execute(said).scalars():
        traits[trait.person_id, trait.kind].append(trait.value)
    return tuple(_person_row(row, teams.get(row.Person.id, ()), traits) for row in rows)


def _person_row(row: AnyRow, teams: tuple[MembershipRow, ...], traits: dict[Any, list[str]]) -> PersonRow:
    person: Person = row.Person
    may_contact = bool(row.may_contact)

    def said(kind: TraitKind) -> tuple[str, ...]:
        return tuple(traits.get((person.id, kind), ()))

    return PersonRow(
        id=person.id,
        name=person.name,
        code=person.code,
        phone=person.phone if may_contact else None,
        email=person.email if may_contact else None,
        is_masked=not may_contact,
        locale=person.locale,
        employer=OrgRef(person.employer_org_id, row.employer_name) if person.employer_org_id is not None else None,
        teams=teams,
        titles=said(TraitKind.honour),
        roles=said(TraitKind.role),
        skills=said(TraitKind.skill),
        languages=said(TraitKind.language),
        is_synthetic=person.is_synthetic,
        left_on=person.left_on,
        version=person.version,
        email_fault=row.email_fault if may_contact else None,
    )


def _duty_counts(tx: Tx, person_id: int) -> tuple[int, int]:
    is_upcoming = col(Assignment.state).in_(PROMISED) & (col(Activity.ends_at) > tx.now)
    is_served = col(Assignment.state) == AssignmentState.served
    query = (
        select(func.count().filter(is_upcoming), func.count().filter(is_served))
        .select_from(Assignment)
        .join(Activity, col(Activity.id) == col(Assignment.activity_id))
        .where(col(Assignment.person_id) == person_id)
    )
    upcoming_count, served_count = tx.session.execute(query).one()
    return upcoming_count, served_count


def _may_change(tx: Tx, person_id: int) -> bool:
    teams = access.reach(tx.actor, access.MANAGING)
    if teams is None:
        return True
    theirs = select(col(Membership.id)).where(
        col(Membership.person_id) == person_id, col(Membership.team_id).in_(teams)
    )
    return tx.session.execute(theirs.limit(1)).first() is not None
