"""Sign in and out: by password, by a mailed one-time link, or, for programs, by a token.

Whoever holds a raw token is let in; only its SHA-256 is stored. The checks that cost time
(hashing a password) lie between two transactions, never inside one:

    with uow.write(STRANGER) as tx:
        attempt = sign_ins.begin(tx, email=email, address=address)
    if passwords.holds(attempt.password_hash, password):
        with uow.write(STRANGER) as tx:
            opened = sign_ins.finish(tx, attempt, old_token=None)
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select
from sqlmodel import col

from models.errors import NotFound, SignInNeeded
from models.events import SignedIn, SignedOut, SignInRefused, TokenCreated, TokenRevoked
from models.rules.verdicts import Reason
from models.tables.users import ApiToken, SignIn, SignInLink, User, UserGrant
from muster.columns import UtcDateTime
from muster.ids import digest
from services import notify
from services.access import Actor, Grant
from services.sign_in_limits import Limit, count_try, forgive, limit, network, take_back
from services.sign_in_limits import forget_old as forget_tries
from services.unit_of_work import Tx
from services.users import plain_email, require_administrator

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
#: A browser's last use is written down no more often than this.
SEEN_EVERY = timedelta(minutes=5)
LINK_LIFE = timedelta(minutes=15)
TOKEN_BYTES = 32
TOKEN_PREFIX = "muster_"  # noqa: S105 - what tokens begin with, so that scanners for leaked secrets know them
TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS, LINKS_PER_ACCOUNT = 10, 30, 5

#: Put together once: every request of a program asks these.
_BY_TOKEN = (
    select(
        col(User.id),
        col(User.person_id),
        col(User.name),
        col(User.locale),
        col(UserGrant.role),
        col(UserGrant.team_id),
    )
    .join(ApiToken, col(ApiToken.user_id) == col(User.id))
    .outerjoin(UserGrant, col(UserGrant.user_id) == col(User.id))
    .where(
        col(ApiToken.token_sha256) == bindparam("token_sha256"),
        col(ApiToken.revoked_at).is_(None),
        or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > bindparam("now", type_=UtcDateTime())),
        col(User.is_active),
    )
    .order_by(col(UserGrant.id))
)
_GRANTS = select(UserGrant).where(col(UserGrant.user_id) == bindparam("user_id")).order_by(col(UserGrant.id))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to sign in that was counted; `user_id` and `password_hash` are None for an unknown address."""

    user_id: int | None
    password_hash: str | None
    account: Limit
    attempt_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A browser that was just signed in; the raw token goes into its cookie and nowhere else."""

    token: str
    user_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Browser:
    """A signed-in browser; `is_seen_due` asks for `keep_seen` in a transaction of its own."""

    sign_in_id: int
    actor: Actor
    csrf_token: str
    is_seen_due: bool


def identify_browser(tx: Tx, token: str) -> Browser | None:
    """Return who a session cookie belongs to; None where it is unknown, idle too long or over."""
    found = (
        select(SignIn, User)
        .join(User, col(User.id) == col(SignIn.user_id))
        .where(
            col(SignIn.token_sha256) == digest(token),
            col(SignIn.expires_at) > tx.now,
            col(SignIn.seen_at) > tx.now - IDLE,
            col(User.is_active),
        )
    )
    row = tx.session.execute(found).first()
    if row is None:
        return None
    sign_in, user = row
    return Browser(sign_in.id, actor_of(tx, user), sign_in.csrf_token, tx.now - sign_in.seen_at >= SEEN_EVERY)


def identify_program(tx: Tx, token: str) -> Actor:
    """Return the user behind a bearer token.

    Raises:
        SignInNeeded: unknown, expired or revoked (`token_refused`).
    """
    rows = tx.session.connection().execute(_BY_TOKEN, {"token_sha256": digest(token), "now": tx.now}).all()
    if not rows:
        raise SignInNeeded(Reason("token_refused"))
    user_id, person_id, name, locale = rows[0][:4]
    return Actor(
        kind="user",
        user_id=user_id,
        person_id=person_id,
        grants=tuple(Grant(role, team_id) for *_, role, team_id in rows if role is not None),
        name=name,
        locale=locale,
    )


def actor_of(tx: Tx, user: User) -> Actor:
    """Return a user as an actor, with every grant."""
    grants = tx.session.execute(_GRANTS, {"user_id": user.id}).scalars()
    return Actor(
        kind="user",
        user_id=user.id,
        person_id=user.person_id,
        grants=tuple(Grant(grant.role, grant.team_id) for grant in grants),
        name=user.name,
        locale=user.locale,
    )


def keep_seen(tx: Tx, sign_in_id: int) -> None:
    """Write down that a browser was just in use."""
    row = tx.session.get(SignIn, sign_in_id)
    if row is not None and row.seen_at < tx.now:
        row.seen_at = tx.now


def begin(tx: Tx, *, email: str, address: str) -> Attempt:
    """Count a try with a password, before it is checked; `address` is the sender's network address.

    Raises:
        TooMany: too many failed tries for this account or from this address.
    """
    account = limit(tx, "account", plain_email(email), TRIES_PER_ACCOUNT)
    sender = limit(tx, "address", network(address), TRIES_PER_ADDRESS)
    attempt_ids = count_try(tx, (account, sender))
    user = _active_user(tx, email)
    if user is None:
        return Attempt(None, None, account, attempt_ids)
    return Attempt(user.id, user.password_hash, account, attempt_ids)


def refuse(tx: Tx, attempt: Attempt) -> None:
    """Write down that the password of a try was wrong; the try stays counted."""
    tx.record(SignInRefused(subject_id=attempt.user_id or 0))


def finish(tx: Tx, attempt: Attempt, *, old_token: str | None = None, new_hash: str | None = None) -> Opened:
    """Sign in whoever gave the right password; ends the browser's earlier session, `old_token`.

    `new_hash` replaces a hash that was made with weaker parameters.

    Raises:
        SignInNeeded: the user was deactivated meanwhile.
    """
    user = tx.session.get(User, attempt.user_id or 0)
    if user is None or not user.is_active:
        raise SignInNeeded(Reason("sign_in_refused"))
    forgive(tx, attempt.account)
    take_back(tx, attempt.attempt_ids)
    if new_hash is not None:
        user.password_hash = new_hash
    return _open(tx, user, way="password", old_token=old_token)


def request_link(tx: Tx, *, email: str, address: str) -> None:
    """Mail a one-time link to a user; the same from outside for an address that nobody has.

    Raises:
        TooMany: links were asked for too often, for this account or from this address.
    """
    account = limit(tx, "link", plain_email(email), LINKS_PER_ACCOUNT)
    sender = limit(tx, "link_address", network(address), TRIES_PER_ADDRESS)
    count_try(tx, (account, sender))
    user = _active_user(tx, email)
    if user is None:
        return
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = tx.now + LINK_LIFE
    tx.add(SignInLink(user_id=user.id, token_sha256=digest(token), created_at=tx.now, expires_at=expires_at))
    notify.request_sign_in(tx, user_id=user.id, url_path=f"/sign-in/{token}", expires_at=expires_at)


def is_link_good(tx: Tx, token: str) -> bool:
    """Tell whether a mailed link can still be used; changes nothing, since mail scanners open links."""
    return _good_link(tx, token) is not None


def use_link(tx: Tx, token: str, *, old_token: str | None = None) -> Opened:
    """Sign in by a mailed link, once.

    Raises:
        SignInNeeded: unknown, used or too old (`link_refused`).
    """
    link = _good_link(tx, token, for_update=True)
    user = tx.session.get(User, link.user_id) if link else None
    if link is None or user is None or not user.is_active:
        raise SignInNeeded(Reason("link_refused"))
    link.used_at = tx.now
    return _open(tx, user, way="link", old_token=old_token)


def sign_out(tx: Tx, token: str) -> None:
    """End the session of a cookie; does nothing where it has none."""
    row = tx.session.execute(select(SignIn).where(col(SignIn.token_sha256) == digest(token))).scalars().first()
    if row is not None:
        tx.session.delete(row)
        tx.record(SignedOut(subject_id=row.user_id))


def create_token(tx: Tx, *, email: str, expires_days: int | None = None) -> str:
    """Make an API token for a user and return it; it can never be read again.

    Raises:
        Forbidden: neither an administrator nor the user asks.
        NotFound: no active user has this address.
    """
    user = _active_user(tx, email)
    if user is None or user.id != tx.actor.user_id:
        require_administrator(tx.actor)
    if user is None:
        raise NotFound("user", email)
    token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = None if expires_days is None else tx.now + timedelta(days=expires_days)
    row = ApiToken(user_id=user.id, token_sha256=digest(token), created_at=tx.now, expires_at=expires_at)
    tx.record(TokenCreated(subject_id=tx.add(row).id, user_id=user.id, expires_at=expires_at))
    return token


def revoke_token(tx: Tx, token_id: int) -> None:
    """End an API token at once; does nothing where it is ended already.

    Raises:
        Forbidden: neither an administrator nor the token's user asks.
    """
    row = tx.get(ApiToken, token_id, noun="token")
    if row.user_id != tx.actor.user_id:
        require_administrator(tx.actor)
    if row.revoked_at is None:
        row.revoked_at = tx.now
        tx.record(TokenRevoked(subject_id=token_id, user_id=row.user_id))


def forget_old(tx: Tx) -> int:
    """Delete sessions, links and counted tries that mean nothing any more; return how many rows went."""
    over = or_(col(SignIn.expires_at) <= tx.now, col(SignIn.seen_at) <= tx.now - IDLE)
    gone = [
        tx.session.execute(delete(SignIn).where(over)),
        tx.session.execute(delete(SignInLink).where(col(SignInLink.expires_at) <= tx.now)),
    ]
    return sum(int(getattr(done, "rowcount", 0)) for done in gone) + forget_tries(tx)


def _active_user(tx: Tx, email: str) -> User | None:
    found = select(User).where(col(User.email) == plain_email(email), col(User.is_active))
    return tx.session.execute(found).scalars().first()


def _good_link(tx: Tx, token: str, *, for_update: bool = False) -> SignInLink | None:
    found = select(SignInLink).where(
        col(SignInLink.token_sha256) == digest(token),
        col(SignInLink.used_at).is_(None),
        col(SignInLink.expires_at) > tx.now,
    )
    return tx.session.execute(found.with_for_update() if for_update else found).scalars().first()


def _open(tx: Tx, user: User, *, way: str, old_token: str | None) -> Opened:
    if old_token is not None:
        tx.session.execute(delete(SignIn).where(col(SignIn.token_sha256) == digest(old_token)))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = tx.now + ABSOLUTE
    tx.add(
        SignIn(
            user_id=user.id,
            token_sha256=digest(token),
            csrf_token=secrets.token_urlsafe(TOKEN_BYTES),
            created_at=tx.now,
            seen_at=tx.now,
            expires_at=expires_at,
        )
    )
    tx.actor = actor_of(tx, user)  # from here on it is the user who acts, and history says so
    tx.record(SignedIn(subject_id=user.id, way=way))
    return Opened(token, user.id, expires_at)
