"""Small houses for tests, built through the services wherever one exists."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from models.enums import ActivityKind, AssignmentRole, HostKind, OrgKind, TeamKind, TraitKind, UserRole
from models.tables.orgs import Org
from models.tables.people import Person, PersonTrait
from models.tables.resources import Resource
from models.tables.teams import Membership, Team, TeamAncestry
from models.tables.users import User, UserGrant
from models.tables.venues import Venue, VenueHours, VenueResource
from services import activities
from services.access import COMMAND, Actor, Grant
from services.unit_of_work import Tx, UnitOfWork

SINCE = date(2020, 1, 1)
START = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)  # Tuesday, 14:00 in Daye
LENGTH = timedelta(minutes=90)


@dataclass(frozen=True)
class SmallHouse:
    """Ids of a house with one headquarters, two squads, three people, two halls."""

    headquarters: int
    squad: int
    other_squad: int
    people: tuple[int, int, int]
    hall: int
    small_hall: int
    organiser: Actor
    leader: Actor
    member: Actor
    auditor: Actor


def add_team(tx: Tx, kind: TeamKind, name: str, parent_id: int | None = None) -> int:
    """Write a team with its ancestry."""
    team = tx.add(Team(kind=kind, name=name, parent_id=parent_id, valid_from_on=SINCE, created_at=tx.now))
    tx.add(TeamAncestry(ancestor_id=team.id, team_id=team.id, depth=0))
    if parent_id is not None:
        tx.add(TeamAncestry(ancestor_id=parent_id, team_id=team.id, depth=1))
    return team.id


def add_person(tx: Tx, name: str, team_id: int, *, email: str | None = None, role: AssignmentRole | None = None) -> int:
    """Write a person who is a member of a team and may be taken."""
    person = tx.add(Person(name=name, sort_key=name, email=email, phone="+8613800000000", created_at=tx.now))
    tx.add(Membership(person_id=person.id, team_id=team_id, role="member", valid_from_on=SINCE, created_at=tx.now))
    tx.add(Resource(kind="person", person_id=person.id))
    if role is not None:
        tx.add(PersonTrait(person_id=person.id, kind=TraitKind.role, value=role.value))
    return person.id


def add_venue(tx: Tx, name: str, capacity: int, *, needs_approval: bool = False) -> int:
    """Write a hall, open every day from eight to nine in the evening."""
    venue = tx.add(
        Venue(
            name=name,
            kind=HostKind.enterprise,
            capacity=capacity,
            set_up_minutes=20,
            tear_down_minutes=10,
            lat=30.09,
            lon=114.96,
            needs_approval=needs_approval,
            contact_email="hall@example.org",
            valid_from_on=SINCE,
            created_at=tx.now,
        )
    )
    for weekday in range(7):
        tx.add(VenueHours(venue_id=venue.id, weekday=weekday, opens_minute=8 * 60, closes_minute=21 * 60))
    part = tx.add(Resource(kind="venue_part", name=name))
    tx.add(VenueResource(venue_id=venue.id, resource_id=part.id))
    return venue.id


def add_user(tx: Tx, name: str, role: UserRole, team_id: int | None, person_id: int | None = None) -> Actor:
    """Write a login without a password and return it as an actor."""
    user = tx.add(User(name=name, email=f"{name}@example.org", person_id=person_id, created_at=tx.now))
    tx.add(UserGrant(user_id=user.id, role=role, team_id=team_id))
    return Actor(kind="user", user_id=user.id, person_id=person_id, grants=(Grant(role, team_id),), name=name)


def small_house(uow: UnitOfWork) -> SmallHouse:
    """Write the small house."""
    with uow.write(COMMAND) as tx:
        tx.add(Org(name="大冶市总工会", kind=OrgKind.union, valid_from_on=SINCE, created_at=tx.now))
        headquarters = add_team(tx, TeamKind.headquarters, "总队")
        squad = add_team(tx, TeamKind.squad, "铜都分队", headquarters)
        other = add_team(tx, TeamKind.squad, "金湖分队", headquarters)
        li = add_person(tx, "李样本", squad, email="li@example.org", role=AssignmentRole.model_demo)
        wang = add_person(tx, "王范例", squad, email="wang@example.org", role=AssignmentRole.model_demo)
        zhao = add_person(tx, "赵演示", other, email="zhao@example.org", role=AssignmentRole.cadre_lead)
        return SmallHouse(
            headquarters=headquarters,
            squad=squad,
            other_squad=other,
            people=(li, wang, zhao),
            hall=add_venue(tx, "工人文化宫", 120),
            small_hall=add_venue(tx, "班前会议室", 40),
            organiser=add_user(tx, "organiser", UserRole.organiser, None),
            leader=add_user(tx, "leader", UserRole.leader, squad, wang),
            member=add_user(tx, "member", UserRole.member, squad, li),
            auditor=add_user(tx, "auditor", UserRole.auditor, None),
        )


def add_lecture(uow: UnitOfWork, house: SmallHouse, *, starts_at: datetime = START, capacity: int = 80) -> int:
    """Plan a lecture of the squad as a draft, without a hall."""
    with uow.write(house.organiser) as tx:
        return activities.create(
            tx,
            kind=ActivityKind.lecture,
            title="劳模工匠进车间宣讲",
            starts_at=starts_at,
            ends_at=starts_at + LENGTH,
            team_id=house.squad,
            capacity=capacity,
        )
