"""People: volunteers, lecturers, cadres and contacts, with what is said of them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import col, func, select

from models.enums import AssignmentRole, AssignmentState, ChannelKind, MembershipRole, ResourceKind, TraitKind
from models.errors import Conflict, Forbidden, Invalid, NotFound
from models.events import PersonChanged, PersonCreated, PersonEnded
from models.rules import fields
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.base import table_of
from models.tables.orgs import Org
from models.tables.people import Person, PersonTrait
from models.tables.resources import Resource
from models.tables.teams import Membership
from muster.catalogue import LOCALES
from muster.localtime import day_bounds, zone
from services import access, collation, dead_addresses, memberships, registers
from services.unit_of_work import Tx

MOST_TRAITS = 40
_trait = fields.text(60, is_required=True)

#: Arguments that are rows of `person_traits`, by their kind.
TRAITS: dict[str, TraitKind] = {
    "titles": TraitKind.honour,
    "roles": TraitKind.role,
    "skills": TraitKind.skill,
    "languages": TraitKind.language,
}
CLEANERS: dict[str, fields.Cleaner] = {
    "name": fields.person_name,
    "sort_key": fields.optional(fields.text(120, spelling=collation.typed_key)),
    "code": fields.optional(fields.code),
    "phone": fields.optional(fields.phone),
    "email": fields.optional(fields.email),
    "locale": fields.choice(LOCALES),
    "employer_org_id": fields.optional(fields.reference),
    "answers_through_id": fields.optional(fields.reference),
    "is_synthetic": fields.flag,
    "titles": fields.each(_trait, most=MOST_TRAITS),
    "roles": fields.each(fields.word(AssignmentRole), most=MOST_TRAITS),
    "skills": fields.each(_trait, most=MOST_TRAITS),
    "languages": fields.each(_trait, most=MOST_TRAITS),
    "quiet_hours": fields.optional(fields.quiet_hours),
    "day_limit": fields.optional(fields.whole(1, 24)),
    "week_limit": fields.optional(fields.whole(1, 168)),
}
REGISTER = registers.Register(
    noun="person",
    cleaners=CLEANERS,
    created=PersonCreated,
    changed=PersonChanged,
    references={"employer_org_id": Org, "answers_through_id": Person},
    personal=frozenset({"name", "sort_key", "phone", "email"}),
    derived=lambda values: {"sort_key": collation.person_key(values["name"])} if "name" in values else {},
)
EDITING = replace(REGISTER, cleaners=CLEANERS | {"left_on": fields.optional(fields.day)})
LEAVING = replace(REGISTER, cleaners={"left_on": fields.day}, references={})
ASKED = (AssignmentState.offered, AssignmentState.accepted)


def create(
    tx: Tx,
    *,
    name: str,
    team_id: int | None = None,
    team_role: MembershipRole = MembershipRole.member,
    joined_on: date | None = None,
    phone: str | None = None,
    email: str | None = None,
    code: str | None = None,
    locale: str | None = None,
    employer_org_id: int | None = None,
    answers_through_id: int | None = None,
    titles: Iterable[str] = (),
    roles: Iterable[str] = (),
    skills: Iterable[str] = (),
    languages: Iterable[str] = (),
    sort_key: str | None = None,
    is_synthetic: bool = False,
    quiet_hours: str | None = None,
    day_limit: int | None = None,
    week_limit: int | None = None,
) -> int:
    """Write a person, as a member of a team where one is given, and return the person's id.

    `roles` are the parts they can take at an activity, words of `AssignmentRole`; `sort_key`
    is their name in pinyin where the dictionary reads it wrongly; `joined_on` is the first
    day in the team, today unless told otherwise. `day_limit` and `week_limit` are how many
    activities a local day and an ISO week are enough, `quiet_hours` (`20:00-08:00`, local) when
    nothing reaches them; without them the house's own hold.
    Two people may share a name.

    Raises:
        Forbidden: the actor does not manage the team, or without a team the whole house.
        Invalid: wrong values or unknown references, all of them listed.
        Conflict: the code is another person's.
    """
    access.require_role(tx.actor, access.MANAGING)
    given = {
        "name": name, "code": code, "phone": phone, "email": email, "locale": locale or tx.settings.locale,
        "employer_org_id": employer_org_id, "answers_through_id": answers_through_id, "sort_key": sort_key,
        "is_synthetic": is_synthetic, "titles": titles, "roles": roles, "skills": skills, "languages": languages,
        "quiet_hours": quiet_hours, "day_limit": day_limit, "week_limit": week_limit,
    }  # fmt: skip
    values = registers.cleaned(tx, REGISTER, given)
    _require_seen(tx, values["answers_through_id"])
    if team_id is None and not tx.actor.has_everywhere(access.MANAGING):
        raise Forbidden(Reason("role_missing"))
    traits = {argument: values.pop(argument) for argument in TRAITS}
    values["sort_key"] = values["sort_key"] or collation.person_key(values["name"])
    told = {argument: list(words) for argument, words in traits.items() if words}
    row = registers.write(tx, REGISTER, Person, values, **told)
    tx.session.add(Resource(kind=ResourceKind.person, person_id=row.id))
    _add_traits(tx, row.id, {TRAITS[argument]: words for argument, words in traits.items()})
    if team_id is not None:
        memberships.create_first(tx, row, team_id=team_id, role=team_role, valid_from_on=joined_on)
    return row.id


def change(tx: Tx, person_id: int, changes: Mapping[str, Any], expected_version: int | None = None) -> None:
    """Edit a person; keys are those of `create` but the team's. A list of traits replaces the old one.

    An empty `sort_key` brings back the dictionary's reading of the name, an empty `left_on` the
    person; a day there is as good as `end`.

    Raises:
        Forbidden: the actor manages none of the person's teams.
        NotFound, Invalid, LostRace.
        Conflict: the code is another person's.
    """
    row = managed(tx, person_id)
    values = registers.cleaned(tx, EDITING, changes)
    if values.get("answers_through_id") != row.answers_through_id:
        _require_seen(tx, values.get("answers_through_id"))
    if "sort_key" in values:
        values["sort_key"] = values["sort_key"] or collation.person_key(values.get("name", row.name))
    _require_no_ring(tx, row.id, values.get("answers_through_id"))
    wanted = {argument: values.pop(argument) for argument in TRAITS if argument in values}
    if (until_on := values.get("left_on")) and until_on != row.left_on:
        _let_go(tx, person_id, until_on)
    others = _replace_traits(tx, row.id, wanted) if wanted else {}
    old_email = row.email
    registers.edit(tx, REGISTER, row, values, expected_version=expected_version, others=others)
    if row.email != old_email:
        _clear_dead(tx, row, old_email)


def end(tx: Tx, person_id: int, until_on: date) -> None:
    """Let a person leave: `until_on` is the first day without them; their memberships end with it.

    Repetition changes nothing.

    Raises:
        Forbidden, NotFound.
        Invalid: not a day.
        Conflict: they are asked to activities, or join a team, on that day or later; all counted.
    """
    row = managed(tx, person_id)
    until_on = registers.cleaned(tx, LEAVING, {"left_on": until_on})["left_on"]
    if row.left_on == until_on:
        return
    _let_go(tx, person_id, until_on)
    row.left_on = until_on
    tx.touch(row)
    tx.record(PersonEnded(subject_id=row.id, until_on=until_on))


def try_mail_anew(tx: Tx, person_id: int) -> bool:
    """Forget that a person's mail address is dead, so that the next message goes there; tell whether it was.

    Raises:
        Forbidden, NotFound.
    """
    row = managed(tx, person_id)
    return bool(row.email) and dead_addresses.clear(tx, ChannelKind.mail, row.email or "")


def _clear_dead(tx: Tx, row: Person, old_email: str | None) -> None:
    """Believe the address that was just written; forget the old one where nobody has it any more."""
    if row.email:
        dead_addresses.clear(tx, ChannelKind.mail, row.email)
    if old_email:
        tx.session.flush()
        others = select(Person.id).where(func.lower(col(Person.email)) == dead_addresses.same(old_email))
        if tx.session.exec(others).first() is None:
            dead_addresses.clear(tx, ChannelKind.mail, old_email)


def managed(tx: Tx, person_id: int) -> Person:
    """Return a person whom the actor may edit, locked.

    Raises:
        NotFound: no such person, or not to be seen by this actor.
        Forbidden: the actor manages none of the person's teams.
    """
    access.require_signed_in(tx.actor)
    seen = select(Person.id).where(col(Person.id) == person_id, access.may_see_person(tx.actor))
    if tx.session.exec(seen).first() is None:
        raise NotFound("person", person_id)
    teams = access.reach(tx.actor, access.MANAGING)
    if teams is not None:
        theirs = select(Membership.id).where(col(Membership.person_id) == person_id, col(Membership.team_id).in_(teams))
        if tx.session.exec(theirs).first() is None:
            raise Forbidden(Reason("role_missing"))
    return tx.get(Person, person_id, noun="person")


def _add_traits(tx: Tx, person_id: int, traits: Mapping[TraitKind, Iterable[str]]) -> None:
    rows = [{"person_id": person_id, "kind": kind, "value": word} for kind, words in traits.items() for word in words]
    if rows:
        tx.session.execute(insert(table_of(PersonTrait)), rows)


def _replace_traits(tx: Tx, person_id: int, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, list[Any]]:
    """Bring the given kinds of traits to the given words; return what differed, as history tells it."""
    table = table_of(PersonTrait)
    found = tx.session.execute(
        select(table.c.kind, table.c.value).where(table.c.person_id == person_id).order_by(table.c.id)
    ).all()
    changes: dict[str, list[Any]] = {}
    for argument, words in wanted.items():
        kind = TRAITS[argument]
        old = [row.value for row in found if row.kind is kind]
        if set(old) == set(words):
            continue
        changes[argument] = [old, list(words)]
        tx.session.execute(delete(table).where(table.c.person_id == person_id, table.c.kind == kind))
        _add_traits(tx, person_id, {kind: words})
    return changes


def _require_seen(tx: Tx, through_id: int | None) -> None:
    """Refuse that somebody answers of whom the actor may not know; their name would show."""
    seen = select(Person.id).where(col(Person.id) == through_id, access.may_see_person(tx.actor))
    if through_id is not None and tx.session.exec(seen).first() is None:
        raise Invalid(Reason("unknown_reference", {"field": "answers_through_id", "id": str(through_id)}))


def _require_no_ring(tx: Tx, person_id: int, through_id: int | None) -> None:
    """Refuse that somebody answers for the one who answers for them."""
    seen: set[int] = set()
    while through_id is not None and through_id not in seen:
        if through_id == person_id:
            raise Invalid(Reason("answers_in_a_ring", {"field": "answers_through_id"}))
        seen.add(through_id)
        through_id = tx.session.exec(select(Person.answers_through_id).where(col(Person.id) == through_id)).one()


def _let_go(tx: Tx, person_id: int, until_on: date) -> None:
    """End the person's memberships; refuse where they are still asked to something by then."""
    starts_at, _ = day_bounds(until_on, zone(tx.settings.zone))
    asked = (
        select(func.count())
        .select_from(Assignment)
        .join(Activity, col(Activity.id) == col(Assignment.activity_id))
        .where(
            col(Assignment.person_id) == person_id,
            col(Assignment.state).in_(ASKED),
            col(Activity.starts_at) >= starts_at,
        )
    )
    reasons = []
    if count := tx.session.exec(asked).one():
        reasons.append(Reason("person_has_duties", {"count": count}))
    if count := memberships.count_from(tx, col(Membership.person_id) == person_id, until_on):
        reasons.append(Reason("person_joins_later", {"count": count}))
    if reasons:
        raise Conflict(*reasons)
    memberships.end_all(tx, col(Membership.person_id) == person_id, until_on)
