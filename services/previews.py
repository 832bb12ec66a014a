"""Previews: who will get what on which channel, and who will not and why. Reads only, writes nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.enums import AssignmentState, ChannelKind, NotificationKind
from models.errors import Invalid
from models.rules import broadcasts as rules
from models.rules.audiences import Audience
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.addresses import DeadAddress
from models.tables.assignments import Assignment
from models.tables.people import Person
from muster.localtime import zone
from services import (
    access,
    audiences,
    channel_routes,
    dead_addresses,
    notify,
    opt_outs,
    personal_digests,
    release_waits,
    reminders,
)
from services.channel_routes import Route
from services.notify import Wanted
from services.unit_of_work import Tx

PEOPLE_A_STATEMENT = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person over one channel.

    `due_at` is when the message goes out, None where it does not; `reason` says why it does not, or that it waits for
    the end of the quiet hours or for the letter of the day. Without any channel `channel` is None and `address` empty.
    """

    person_id: int
    name: str
    channel: ChannelKind | None
    address: str
    locale: str
    due_at: datetime | None
    reason: Reason | None = None
    assignment: Assignment | None = field(default=None, compare=False)

    @property
    def goes_out(self) -> bool:
        """Tell whether this person gets the message."""
        return self.due_at is not None


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything a message to many will do; `mark` changes when other people are meant."""

    lines: tuple[Line, ...]
    mark: str

    @property
    def going(self) -> tuple[Line, ...]:
        """The lines of those who get it."""
        return tuple(line for line in self.lines if line.goes_out)

    @property
    def held_back(self) -> tuple[Line, ...]:
        """The lines of those who do not."""
        return tuple(line for line in self.lines if not line.goes_out)

    @property
    def later_count(self) -> int:
        """How many get it only when their quiet hours are over, or with their letter of the day."""
        return sum(line.goes_out and line.reason is not None for line in self.lines)

    def by_locale(self) -> dict[str, int]:
        """Return how many messages go out in each language."""
        return dict(Counter(line.locale for line in self.going))

    def by_reason(self) -> dict[str, int]:
        """Return how many people do not get it, by the code of the reason."""
        return dict(Counter(line.reason.code for line in self.held_back if line.reason))

    def examples(self) -> Iterator[Line]:
        """Yield the first line in each language over each channel."""
        seen: set[tuple[str, ChannelKind | None]] = set()
        for line in self.going:
            if (line.locale, line.channel) not in seen:
                seen.add((line.locale, line.channel))
                yield line


def of_release(tx: Tx, activity_id: int) -> Preview:
    """Say what the release of an activity would send to those who were offered a part.

    Raises:
        NotFound, Forbidden: the actor does not manage it.
    """
    access.require_seen(tx.session, tx.actor, activity_id)
    activity = tx.get(Activity, activity_id, noun="activity", for_update=False)
    access.require_over(tx.session, tx.actor, activity.team_id, access.MANAGING)
    rows = tx.session.execute(
        select(Assignment, Person)
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(col(Assignment.activity_id) == activity_id, col(Assignment.state) == AssignmentState.offered)
        .order_by(col(Person.sort_key), col(Person.id))
    ).all()
    return _preview(
        tx,
        [person for _, person in rows],
        NotificationKind.call_up,
        at=release_waits.sending_at(tx, activity),
        activity=activity,
        assignments={one.person_id: one for one, _ in rows},
    )


def of_broadcast(tx: Tx, audience: Audience, subject: str, body: str) -> Preview:
    """Say what a broadcast would send; the words are checked together with the audience.

    Raises:
        Invalid, Forbidden, NotFound: see `audiences.resolve`.
    """
    reasons = list(rules.faults(*rules.tidy(subject, body)))
    try:
        people = audiences.resolve(tx, audience)
    except Invalid as error:
        raise Invalid(*error.reasons, *reasons) from error
    if reasons:
        raise Invalid(*reasons)
    return of_people(tx, people, at=tx.now + tx.settings.undo_wait)


def of_people(tx: Tx, people: Sequence[Person], *, at: datetime) -> Preview:
    """Say what a broadcast to these people would send at an instant."""
    return _preview(tx, people, NotificationKind.broadcast, at=at)


def channel_of(
    tx: Tx,
    people: Sequence[Person],
    kind: NotificationKind,
    *,
    activity: Activity | None = None,
    assignments: Mapping[int, Assignment] | None = None,
) -> Mapping[int, tuple[Route, ...]]:
    """Return over which ways each person is reached, by person: the very ones that sending takes."""
    wanted = [
        Wanted(
            kind=kind,
            recipients=notify.as_recipients(person),
            activity=activity,
            assignment_id=assignments[person.id].id if assignments else None,
            dedupe_key=str(person.id),
        )
        for person in people
    ]
    found = channel_routes.plan(tx, wanted).by_key
    return {person.id: tuple(found[str(person.id)]) for person in people}


def _preview(
    tx: Tx,
    people: Sequence[Person],
    kind: NotificationKind,
    *,
    at: datetime,
    activity: Activity | None = None,
    assignments: Mapping[int, Assignment] | None = None,
) -> Preview:
    routes = channel_of(tx, people, kind, activity=activity, assignments=assignments)
    clocks = _Clocks(tx, people, kind, at, activity)
    hurdles = _Hurdles(tx, routes, kind)
    lines = []
    for person in people:
        shown: dict[str, Any] = {"person_id": person.id, "name": person.name}
        shown["assignment"] = (assignments or {}).get(person.id)
        for route in routes[person.id]:
            shown |= {"channel": route.channel, "address": route.address, "locale": route.locale}
            against = hurdles.against(route, person.id)
            due_at, waits = clocks.due(route, person.id)
            lines.append(Line(**shown, due_at=None if against else due_at, reason=against or waits))
        if not routes[person.id]:
            shown |= {"channel": None, "address": "", "locale": person.locale}
            lines.append(Line(**shown, due_at=None, reason=Reason("no_address")))
    return Preview(tuple(lines), rules.mark_of(person.id for person in people))


class _Clocks:
    """When each person gets it: after the wait, after their quiet hours, or with their letter of the day."""

    def __init__(
        self, tx: Tx, people: Sequence[Person], kind: NotificationKind, at: datetime, activity: Activity | None
    ) -> None:
        self._at = at
        self._quiet = reminders.quiet_hours(tx, [person.id for person in people])
        self._zone = zone(activity.zone if activity else tx.settings.zone)
        self._latest = activity.starts_at if activity else None
        one = Wanted(kind=kind, recipients=(), dedupe_key="")
        self._letters = personal_digests.letter_times(tx, [(one, person.id) for person in people])

    def due(self, route: Route, person_id: int) -> tuple[datetime, Reason | None]:
        letter_at = self._letters.get(person_id)
        if letter_at is not None and route.channel is ChannelKind.mail:
            return letter_at, Reason("in_digest", {"until": letter_at})
        due_at = rules.send_at(self._at, self._quiet[person_id], self._zone, latest=self._latest)
        return due_at, Reason("quiet_hours", {"until": due_at}) if due_at > self._at else None


class _Hurdles:
    """What keeps people from getting it: a dead address, or that they do not want it there."""

    def __init__(self, tx: Tx, routes: Mapping[int, tuple[Route, ...]], kind: NotificationKind) -> None:
        every = [route for found in routes.values() for route in found]
        self._dead = _dead(tx, [route.address for route in every])
        wanted = [(person_id, kind) for person_id in routes]
        self._off = {
            (person_id, channel)
            for channel in sorted({route.channel for route in every})
            for person_id, _ in opt_outs.off_among(tx, wanted, channel)
        }

    def against(self, route: Route, person_id: int) -> Reason | None:
        if (route.channel, dead_addresses.same(route.address)) in self._dead:
            return Reason("address_dead")
        return Reason("opted_out") if (person_id, route.channel) in self._off else None


def _dead(tx: Tx, addresses: Sequence[str]) -> frozenset[tuple[ChannelKind, str]]:
    known = sorted({address.lower() for address in addresses})
    found: set[tuple[ChannelKind, str]] = set()
    for start in range(0, len(known), PEOPLE_A_STATEMENT):
        part = known[start : start + PEOPLE_A_STATEMENT]
        query = select(col(DeadAddress.channel), func.lower(col(DeadAddress.address)))
        found |= {
            (row[0], row[1]) for row in tx.session.execute(query.where(func.lower(col(DeadAddress.address)).in_(part)))
        }
    return frozenset(found)
