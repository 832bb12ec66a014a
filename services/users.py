"""Users: logins, what they may do, and whether they still may."""

from sqlalchemy import select
from sqlmodel import col

from models.enums import UserRole
from models.errors import Conflict, Forbidden, Invalid
from models.events import UserAdded, UserChanged
from models.rules.identifiers import email_address
from models.rules.verdicts import Reason
from models.tables.people import Person
from models.tables.teams import Team
from models.tables.users import ApiToken, SignIn, SignInLink, User, UserGrant
from muster.catalogue import LOCALES
from services.access import Actor, require_signed_in
from services.unit_of_work import Tx

LONGEST_NAME = 60


def is_administrator(actor: Actor) -> bool:
    """Tell whether the actor administers the whole house, not only a team's subtree."""
    return actor.has_everywhere({UserRole.administrator})


def require_administrator(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor administers the whole house."""
    require_signed_in(actor)
    if not is_administrator(actor):
        raise Forbidden(Reason("role_missing"))


def plain_email(email: str) -> str:
    """Return the one spelling under which an address is stored and looked for."""
    return email_address(email) or email.strip().lower()


def add(
    tx: Tx,
    *,
    name: str,
    email: str,
    role: UserRole,
    team_id: int | None = None,
    person_id: int | None = None,
    password_hash: str | None = None,
    locale: str | None = None,
) -> int:
    """Make a login with one role, over a team's subtree or, without a team, the whole house; return its id.

    Without a password the user signs in by mailed links. Without `person_id` the person with
    the same address, if there is just one, is the user's.

    Raises:
        Forbidden: the actor does not administer the house.
        Invalid: every fault of the input.
        Conflict: the address has a login already (`already_there`).
    """
    require_administrator(tx.actor)
    name, email = name.strip(), plain_email(email)
    reasons = [*_faults(name, email, locale), *_missing_rows(tx, team_id, person_id)]
    if reasons:
        raise Invalid(*reasons)
    if tx.session.execute(select(col(User.id)).where(col(User.email) == email)).first():
        raise Conflict(Reason("already_there", {"field": "email"}))
    user = User(
        name=name,
        email=email,
        person_id=person_id if person_id is not None else _person_with(tx, email),
        password_hash=password_hash,
        locale=locale or tx.settings.locale,
        created_at=tx.now,
    )
    user_id = tx.add(user).id
    tx.add(UserGrant(user_id=user_id, role=role, team_id=team_id))
    tx.record(UserAdded(subject_id=user_id, role=role, team_id=team_id))
    return user_id


def grant(tx: Tx, user_id: int, *, role: UserRole, team_id: int | None = None) -> None:
    """Give a user one more role; does nothing where they have it already."""
    require_administrator(tx.actor)
    user = tx.get(User, user_id, noun="user")
    if reasons := _missing_rows(tx, team_id, None):
        raise Invalid(*reasons)
    if _grant_of(tx, user_id, role, team_id) is None:
        tx.add(UserGrant(user_id=user_id, role=role, team_id=team_id))
        _changed(tx, user, {"grants": [None, _named(role, team_id)]})


def take_grant(tx: Tx, user_id: int, *, role: UserRole, team_id: int | None = None) -> None:
    """Take a role from a user; does nothing where they do not have it.

    Raises:
        Conflict: nobody would be left to administer the house (`last_administrator`).
    """
    require_administrator(tx.actor)
    user = tx.get(User, user_id, noun="user")
    found = _grant_of(tx, user_id, role, team_id)
    if found is None:
        return
    if (role, team_id) == (UserRole.administrator, None):
        _require_another_administrator(tx, user_id)
    tx.session.delete(found)
    _changed(tx, user, {"grants": [_named(role, team_id), None]})


def set_password(tx: Tx, user_id: int, *, password_hash: str) -> None:
    """Give a user another password; every browser of theirs has to sign in again.

    Raises:
        Forbidden: neither the user nor an administrator asks.
    """
    if tx.actor.user_id != user_id:
        require_administrator(tx.actor)
    user = tx.get(User, user_id, noun="user")
    user.password_hash = password_hash
    _end_proofs(tx, user_id)
    _changed(tx, user, {"password_hash": ["*", "*"]})


def deactivate(tx: Tx, user_id: int) -> None:
    """Let a user in no more, at once; what they did stays theirs.

    Raises:
        Conflict: nobody would be left to administer the house (`last_administrator`).
    """
    require_administrator(tx.actor)
    user = tx.get(User, user_id, noun="user")
    if not user.is_active:
        return
    _require_another_administrator(tx, user_id)
    user.is_active = False
    _end_proofs(tx, user_id)
    for token in tx.session.execute(select(ApiToken).where(col(ApiToken.user_id) == user_id)).scalars():
        token.revoked_at = token.revoked_at or tx.now
    _changed(tx, user, {"is_active": [True, False]})


def _faults(name: str, email: str, locale: str | None) -> list[Reason]:
    reasons = []
    if not name:
        reasons.append(Reason("missing", {"field": "name"}))
    if len(name) > LONGEST_NAME:
        reasons.append(Reason("too_long", {"field": "name", "limit": LONGEST_NAME}))
    if not name.isprintable():
        reasons.append(Reason("text_wrong", {"field": "name"}))
    if email_address(email) is None:
        reasons.append(Reason("email_wrong", {"field": "email"}))
    if locale is not None and locale not in LOCALES:
        reasons.append(Reason("word_unknown", {"field": "locale", "choices": ", ".join(LOCALES)}))
    return reasons


def _missing_rows(tx: Tx, team_id: int | None, person_id: int | None) -> list[Reason]:
    reasons = []
    if team_id is not None and tx.session.get(Team, team_id) is None:
        reasons.append(Reason("unknown_reference", {"field": "team_id", "id": str(team_id)}))
    if person_id is not None and tx.session.get(Person, person_id) is None:
        reasons.append(Reason("unknown_reference", {"field": "person_id", "id": str(person_id)}))
    return reasons


def _person_with(tx: Tx, email: str) -> int | None:
    found = select(col(Person.id)).where(col(Person.email) == email, col(Person.left_on).is_(None)).limit(2)
    ids = list(tx.session.execute(found).scalars())
    return ids[0] if len(ids) == 1 else None


def _grant_of(tx: Tx, user_id: int, role: UserRole, team_id: int | None) -> UserGrant | None:
    same_team = col(UserGrant.team_id).is_(None) if team_id is None else col(UserGrant.team_id) == team_id
    found = select(UserGrant).where(col(UserGrant.user_id) == user_id, col(UserGrant.role) == role, same_team)
    return tx.session.execute(found).scalars().first()


def _require_another_administrator(tx: Tx, user_id: int) -> None:
    others = (
        select(col(User.id))
        .join(UserGrant, col(UserGrant.user_id) == col(User.id))
        .where(
            col(User.is_active),
            col(User.id) != user_id,
            col(UserGrant.role) == UserRole.administrator,
            col(UserGrant.team_id).is_(None),
        )
        .with_for_update()
    )
    if tx.session.execute(others).first() is None and _grant_of(tx, user_id, UserRole.administrator, None):
        raise Conflict(Reason("last_administrator"))


def _end_proofs(tx: Tx, user_id: int) -> None:
    for proof in (SignIn, SignInLink):
        for row in tx.session.execute(select(proof).where(col(proof.user_id) == user_id)).scalars():
            tx.session.delete(row)


def _named(role: UserRole, team_id: int | None) -> str:
    return role.value if team_id is None else f"{role.value}:{team_id}"


def _changed(tx: Tx, user: User, changes: dict[str, list[object]]) -> None:
    tx.touch(user)
    tx.record(UserChanged(subject_id=user.id, changes=changes))
