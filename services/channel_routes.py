"""Which ways a message takes to a person: by mail, by short message, by both, or by somebody's telephone.

Mail wherever the person has a live address. A short message where they have a mobile number, an SMS account
that serves the activity's team is on and has a template for the kind, and no mail reaches them; with what is
urgent, beside the mail. Whoever is reached by neither goes on a call list. A batch costs a constant number of
statements, and most of them only where somebody is without mail.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import select
from sqlmodel import col

from models.enums import ChannelKind, NotificationKind
from models.tables.activities import Activity
from models.tables.addresses import DeadAddress
from models.tables.assignments import Assignment
from models.tables.people import Person
from services import dead_addresses, endpoint_use, registers
from services.call_lines import Line
from services.endpoint_fields import SMS_KINDS
from services.endpoint_use import Endpoint, is_mobile
from services.unit_of_work import Tx

T = TypeVar("T")
#: A change this short before the start, and every cancellation, goes out by all ways there are.
URGENT_WITHIN = timedelta(hours=24)
#: SQLite binds 32,766 values at the most.
A_STATEMENT = 5000
_SMS = (ChannelKind.sms,)


class Addressee(Protocol):
    """Somebody as `notify.Recipient` has them; without an address no mail reaches them."""

    @property
    def address(self) -> str: ...
    @property
    def locale(self) -> str: ...
    @property
    def person_id(self) -> int | None: ...
    @property
    def user_id(self) -> int | None: ...


class Message(Protocol):
    """One fact to tell as `notify.Wanted` has it."""

    @property
    def kind(self) -> NotificationKind: ...
    @property
    def recipients(self) -> Sequence[Addressee]: ...
    @property
    def dedupe_key(self) -> str: ...
    @property
    def payload(self) -> dict[str, Any] | None: ...
    @property
    def activity(self) -> Activity | None: ...
    @property
    def assignment_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way to one recipient; `endpoint_id` None is the house's own mail."""

    channel: ChannelKind
    address: str
    locale: str
    endpoint_id: int | None = None
    person_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Routes:
    """The ways of a batch, by dedupe key, and whom somebody has to call instead."""

    by_key: dict[str, list[Route]]
    calls: list[Line] = field(default_factory=list)


def routes_of(tx: Tx, person: Person, kind: NotificationKind, activity: Activity | None = None) -> tuple[Route, ...]:
    """Return the ways that a message of a kind takes to one person now; none where they must be called.

    Opt-outs are not looked at: they belong to the kind and are settled, and told, in the ledger.
    """
    known = _addresses([person], is_sms=True)
    dead = _dead(tx, known)
    routes = []
    if person.email and (ChannelKind.mail, dead_addresses.same(person.email)) not in dead:
        routes.append(Route(channel=ChannelKind.mail, address=person.email, locale=person.locale, person_id=person.id))
    if activity is not None and (not routes or is_urgent(kind, activity, tx.now)):
        account = _account(endpoint_use.serving(tx, [activity.team_id], _SMS)[activity.team_id], kind)
        routes += _sms(person, account, dead)
    return tuple(routes)


def reaches(tx: Tx, person: Person | None, kind: NotificationKind, activity: Activity | None) -> bool:
    """Tell whether any message reaches a person; asks the database only about those without a mail address."""
    if person is None:
        return False
    return bool(person.email) or bool(routes_of(tx, person, kind, activity))


def is_urgent(
    kind: NotificationKind, activity: Activity | None, now: datetime, old_starts_at: datetime | None = None
) -> bool:
    """Tell whether a message must not wait until somebody reads their mail; `old_starts_at` is what it was moved from."""
    if kind is NotificationKind.cancelled:
        return True
    if kind is not NotificationKind.changed or activity is None:
        return False
    starts_at = min(filter(None, (activity.starts_at, old_starts_at)))
    return starts_at - now <= URGENT_WITHIN


def plan(tx: Tx, wanted: Sequence[Message]) -> Routes:
    """Return the ways of many messages, and the calls in place of those that reach nobody.

    A mail to a dead address keeps its line in the ledger, which says why it did not go out.
    """
    found = Routes({one.dedupe_key: _mails(one) for one in wanted})
    personal = [one for one in wanted if one.kind in SMS_KINDS and one.assignment_id is not None and one.activity]
    if not personal:
        return found
    mails = {
        (ChannelKind.mail, dead_addresses.same(to.address)) for one in personal for to in one.recipients if to.address
    }
    dead = _dead(tx, mails)
    without = [one for one in personal if not _has_live_mail(one, dead)]
    lacking = {one.dedupe_key for one in without}
    asking = without + [one for one in personal if one.dedupe_key not in lacking and _wants_both(one, tx.now)]
    has_account = any(one.channel is ChannelKind.sms for one in endpoint_use.all_on(tx)) if asking else False
    if not without and not has_account:
        return found
    people = _people(tx, [one.assignment_id for one in asking if one.assignment_id is not None])
    teams = {one.activity.team_id for one in asking if one.activity}
    accounts = endpoint_use.serving(tx, teams, _SMS)
    dead |= _dead(tx, _addresses(people.values(), is_sms=True)) if has_account else set()
    for one in asking:
        person = people.get(one.assignment_id or 0)
        if person is None or one.activity is None or one.assignment_id is None:
            continue
        ways = _sms(person, _account(accounts[one.activity.team_id], one.kind), dead)
        found.by_key[one.dedupe_key] += ways
        if not ways and one.dedupe_key in lacking and not _has_left(tx, person):
            found.calls.append(Line(one.assignment_id, person.id, one.activity))
    return found


def _has_left(tx: Tx, person: Person) -> bool:
    return person.left_on is not None and person.left_on <= registers.today(tx)


def _mails(one: Message) -> list[Route]:
    return [
        Route(
            channel=ChannelKind.mail, address=to.address, locale=to.locale, person_id=to.person_id, user_id=to.user_id
        )
        for to in one.recipients
        if to.address
    ]


def _has_live_mail(one: Message, dead: set[tuple[ChannelKind, str]]) -> bool:
    return any(to.address and (ChannelKind.mail, dead_addresses.same(to.address)) not in dead for to in one.recipients)


def _wants_both(one: Message, now: datetime) -> bool:
    old = (one.payload or {}).get("old_starts_at")
    return is_urgent(one.kind, one.activity, now, datetime.fromisoformat(old) if old else None)


def _account(serving: Sequence[Endpoint], kind: NotificationKind) -> Endpoint | None:
    """Return the nearest SMS account that has a template for a kind."""
    return next((one for one in serving if kind.value in one.templates), None)


def _sms(person: Person, account: Endpoint | None, dead: set[tuple[ChannelKind, str]]) -> list[Route]:
    phone = person.phone
    if account is None or phone is None or not is_mobile(phone) or (ChannelKind.sms, phone) in dead:
        return []
    return [
        Route(
            channel=ChannelKind.sms,
            address=phone,
            locale=person.locale,
            endpoint_id=account.id,
            person_id=person.id,
        )
    ]


def _addresses(people: Iterable[Person], *, is_sms: bool) -> set[tuple[ChannelKind, str]]:
    found: set[tuple[ChannelKind, str]] = set()
    for one in people:
        if one.email:
            found.add((ChannelKind.mail, dead_addresses.same(one.email)))
        if is_sms and one.phone:
            found.add((ChannelKind.sms, one.phone))
    return found


def _dead(tx: Tx, known: Iterable[tuple[ChannelKind, str]]) -> set[tuple[ChannelKind, str]]:
    """Return which of some addresses are dead."""
    dead: set[tuple[ChannelKind, str]] = set()
    for part in _parts(sorted(known)):
        rows = tx.session.execute(
            select(col(DeadAddress.channel), col(DeadAddress.address)).where(
                col(DeadAddress.address).in_([address for _, address in part])
            )
        )
        dead |= {(ChannelKind(channel), address) for channel, address in rows}
    return dead


def _people(tx: Tx, assignment_ids: Sequence[int]) -> dict[int, Person]:
    found: dict[int, Person] = {}
    for part in _parts(sorted(set(assignment_ids))):
        query = (
            select(col(Assignment.id), Person)
            .join(Person, col(Person.id) == col(Assignment.person_id))
            .where(col(Assignment.id).in_(part))
        )
        found |= {row[0]: row[1] for row in tx.session.execute(query)}
    return found


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), A_STATEMENT):
        yield items[start : start + A_STATEMENT]
