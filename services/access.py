"""Who is acting, and what they may see and do: the one place where queries are narrowed.

Rights by role, over a team's subtree or, without a team, the whole house:

=============  ====================================================================
administrator  everything, users and settings included
organiser      plan, release, move, cancel, close; edit teams, people, venues
leader         see their people with contacts, answer for them, check them in
member         see own duties and own team's names
auditor        see everything but contacts; change nothing
=============  ====================================================================
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlmodel import Session, col

from models.enums import UserRole
from models.errors import Forbidden, NotFound, SignInNeeded
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.people import Person
from models.tables.teams import Membership, TeamAncestry

MANAGING = frozenset({UserRole.administrator, UserRole.organiser})
LEADING = MANAGING | {UserRole.leader}
SEEING = frozenset(UserRole)
CONTACTING = LEADING


@dataclass(frozen=True, slots=True)
class Grant:
    """One role over a team's subtree; `team_id` None is the whole house."""

    role: UserRole
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts. `kind` is user, link, worker, command or stranger."""

    kind: str
    user_id: int | None = None
    person_id: int | None = None
    grants: tuple[Grant, ...] = ()
    name: str = ""
    detail: str = ""
    locale: str | None = None

    @property
    def label(self) -> str:
        """What history writes down: ids only, never a name."""
        if self.user_id is not None:
            return f"user:{self.user_id}"
        return f"{self.kind}:{self.detail}" if self.detail else self.kind

    @property
    def is_trusted(self) -> bool:
        """Tell whether this is the house itself: the worker, or a command at its console."""
        return self.kind in {"worker", "command"}

    def has(self, roles: Iterable[UserRole]) -> bool:
        """Tell whether any grant has one of the roles, wherever."""
        wanted = set(roles)
        return self.is_trusted or any(grant.role in wanted for grant in self.grants)

    def has_everywhere(self, roles: Iterable[UserRole]) -> bool:
        """Tell whether one of the roles is held over the whole house."""
        wanted = set(roles)
        return self.is_trusted or any(g.role in wanted and g.team_id is None for g in self.grants)


STRANGER = Actor(kind="stranger")
WORKER = Actor(kind="worker")
COMMAND = Actor(kind="command")


def holds_link(actor: Actor, noun: str, row_id: int) -> bool:
    """Tell whether the actor came by a signed link that is about this very row."""
    return actor.kind == "link" and actor.detail == f"{noun}:{row_id}"


def require_signed_in(actor: Actor) -> None:
    """Raise `SignInNeeded` for a stranger."""
    if actor.kind == "stranger":
        raise SignInNeeded


def reach(actor: Actor, roles: Iterable[UserRole]) -> Select[Any] | None:
    """Return a select of the team ids where the actor has one of the roles; None means every team."""
    wanted = set(roles)
    if actor.has_everywhere(wanted):
        return None
    tops = [grant.team_id for grant in actor.grants if grant.role in wanted]
    return select(col(TeamAncestry.team_id)).where(col(TeamAncestry.ancestor_id).in_(tops))


def team_in_reach(actor: Actor, team_column: Any, roles: Iterable[UserRole]) -> ColumnElement[bool]:
    """Return the condition that a team column lies in the actor's reach."""
    teams = reach(actor, roles)
    return true() if teams is None else team_column.in_(teams)


def may_see_activity(actor: Actor) -> ColumnElement[bool]:
    """Narrow activities: those of teams in reach, and those one is asked to."""
    if actor.kind == "stranger":
        return false()
    in_reach = team_in_reach(actor, col(Activity.team_id), SEEING)
    if actor.person_id is None:
        return in_reach
    asked = select(col(Assignment.activity_id)).where(col(Assignment.person_id) == actor.person_id)
    return or_(in_reach, col(Activity.id).in_(asked))


def _people_of(teams: Select[Any]) -> Select[Any]:
    return select(col(Membership.person_id)).where(col(Membership.team_id).in_(teams))


def may_see_person(actor: Actor) -> ColumnElement[bool]:
    """Narrow people: oneself, and those of teams in reach."""
    if actor.kind == "stranger":
        return false()
    teams = reach(actor, SEEING)
    if teams is None:
        return true()
    return or_(col(Person.id) == actor.person_id, col(Person.id).in_(_people_of(teams)))


def may_contact(actor: Actor) -> ColumnElement[bool]:
    """Narrow to people whose phone and address the actor may read: oneself, and those one leads."""
    if actor.kind == "stranger":
        return false()
    teams = reach(actor, CONTACTING)
    if teams is None:
        return true()
    return or_(col(Person.id) == actor.person_id, col(Person.id).in_(_people_of(teams)))


def has_role_over(session: Session, actor: Actor, team_id: int, roles: Iterable[UserRole]) -> bool:
    """Tell whether the actor has one of the roles over that team."""
    wanted = set(roles)
    if actor.has_everywhere(wanted):
        return True
    tops = [grant.team_id for grant in actor.grants if grant.role in wanted]
    if not tops:
        return False
    found = select(col(TeamAncestry.team_id)).where(
        col(TeamAncestry.team_id) == team_id, col(TeamAncestry.ancestor_id).in_(tops)
    )
    return session.execute(found.limit(1)).first() is not None


def require_over(session: Session, actor: Actor, team_id: int, roles: Iterable[UserRole] = MANAGING) -> None:
    """Raise `Forbidden` unless the actor has one of the roles over that team."""
    require_signed_in(actor)
    if not has_role_over(session, actor, team_id, roles):
        raise Forbidden(Reason("role_missing", {"team_id": team_id}))


def require_role(actor: Actor, roles: Iterable[UserRole]) -> None:
    """Raise `Forbidden` unless the actor has one of the roles somewhere."""
    require_signed_in(actor)
    if not actor.has(roles):
        raise Forbidden(Reason("role_missing"))


def require_seen(session: Session, actor: Actor, activity_id: int) -> None:
    """Raise `NotFound` unless the actor may know of the activity."""
    require_signed_in(actor)
    seen = select(col(Activity.id)).where(col(Activity.id) == activity_id, may_see_activity(actor))
    if session.execute(seen).first() is None:
        raise NotFound("activity", activity_id)
