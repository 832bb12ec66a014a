"""Opt-outs: kinds of message that a person switched off. Mandatory kinds can not be."""

from collections.abc import Iterable

from sqlalchemy import delete
from sqlmodel import col, select

from models.enums import ChannelKind, NotificationKind
from models.errors import Forbidden, Invalid, NotFound
from models.events import PersonOptedIn, PersonOptedOut
from models.rules import opt_outs as rules
from models.rules.verdicts import Reason
from models.tables.opt_outs import OptOut
from models.tables.people import Person
from models.tables.users import User
from services import absences
from services.access import Actor
from services.unit_of_work import Tx

#: Why a message to somebody who did not want it was not sent.
OPTED_OUT = "opted_out"
#: SQLite binds 32,766 values at the most.
PEOPLE_A_STATEMENT = 5000


def switch_off(tx: Tx, person_id: int, kind: NotificationKind, channel: ChannelKind = ChannelKind.mail) -> None:
    """Write down that a person does not want a kind. Repetition changes nothing.

    Raises:
        SignInNeeded. Forbidden: it is for the person alone to choose.
        Invalid: the kind is mandatory.
        NotFound: no such person.
    """
    require_choosing(tx, person_id)
    tx.get(Person, person_id, noun="person")
    if not rules.may_switch_off(kind):
        raise Invalid(Reason("kind_mandatory", {"field": "kind"}))
    values = {"person_id": person_id, "kind": kind, "channel": channel, "at": tx.now}
    if tx.insert_missing(OptOut, values):
        tx.record(PersonOptedOut(subject_id=person_id, kind=kind, channel=channel))


def switch_on(tx: Tx, person_id: int, kind: NotificationKind, channel: ChannelKind = ChannelKind.mail) -> None:
    """Let a person have a kind again. Repetition changes nothing.

    Raises:
        SignInNeeded. Forbidden: it is for the person alone to choose.
        NotFound: no such person.
    """
    require_choosing(tx, person_id)
    tx.get(Person, person_id, noun="person")
    gone = (
        delete(OptOut)
        .where(col(OptOut.person_id) == person_id, col(OptOut.kind) == kind, col(OptOut.channel) == channel)
        .returning(col(OptOut.id))
    )
    if tx.session.execute(gone).all():
        tx.record(PersonOptedIn(subject_id=person_id, kind=kind, channel=channel))


def is_off(tx: Tx, person_id: int, kind: NotificationKind, channel: ChannelKind = ChannelKind.mail) -> bool:
    """Tell whether a person switched a kind off."""
    return bool(off_among(tx, [(person_id, kind)], channel))


def off_among(
    tx: Tx, wanted: Iterable[tuple[int, NotificationKind]], channel: ChannelKind = ChannelKind.mail
) -> frozenset[tuple[int, NotificationKind]]:
    """Return those of many pairs of person and kind that are switched off, in one statement for 5,000 people."""
    people = sorted({person_id for person_id, kind in wanted if rules.may_switch_off(kind)})
    found: set[tuple[int, NotificationKind]] = set()
    for start in range(0, len(people), PEOPLE_A_STATEMENT):
        query = select(OptOut.person_id, OptOut.kind).where(
            col(OptOut.channel) == channel, col(OptOut.person_id).in_(people[start : start + PEOPLE_A_STATEMENT])
        )
        found |= {(person_id, NotificationKind(kind)) for person_id, kind in tx.session.exec(query)}
    return frozenset(pair for pair in found if rules.may_switch_off(pair[1]))


def link_actor(tx: Tx, person_id: int, kind: NotificationKind) -> Actor:
    """Return a person as whoever holds the link that stops a kind; the caller has checked the link.

    Raises:
        NotFound: no such person.
    """
    found = tx.session.exec(select(Person.locale).where(col(Person.id) == person_id)).first()
    if found is None:
        raise NotFound("person", person_id)
    return Actor(kind="link", person_id=person_id, detail=f"opt_out:{kind.value}", locale=found)


def require_choosing(tx: Tx, person_id: int) -> None:
    """Raise unless the actor may choose what a person gets: they themselves, or for one without a login who answers for them.

    Raises:
        SignInNeeded, NotFound, Forbidden.
    """
    if tx.actor.person_id == person_id:
        return
    absences.require_answering(tx, person_id)
    if has_login(tx, person_id):
        raise Forbidden(Reason("person_chooses"))


def has_login(tx: Tx, person_id: int) -> bool:
    """Tell whether a person can sign in."""
    query = select(User.id).where(col(User.person_id) == person_id, col(User.is_active))
    return tx.session.exec(query.limit(1)).first() is not None
