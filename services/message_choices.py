"""What people get from us and when, as they want it: kinds by channel, language, quiet hours, one letter a day.

They choose for themselves, signed in or by a link in a mail. For somebody without a login, whoever answers for them
may; for somebody with one, nobody else may.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, select

from models.enums import ChannelKind, NotificationKind
from models.events import UserChanged
from models.rules import fields
from models.rules.opt_outs import may_switch_off
from models.rules.verdicts import Reason
from models.tables.endpoints import ChannelEndpoint
from models.tables.opt_outs import OptOut
from models.tables.people import Person
from models.tables.users import User, UserGrant
from muster.catalogue import LOCALES
from services import absences, access, opt_outs, people, registers
from services.unit_of_work import Tx

#: Kinds that anybody on a list may get, in the order in which they come; then those of organisers.
ANYBODY = (
    NotificationKind.call_up,
    NotificationKind.chase,
    NotificationKind.stand_in,
    NotificationKind.reminder,
    NotificationKind.reconfirm,
    NotificationKind.broadcast,
    NotificationKind.changed,
    NotificationKind.cancelled,
    NotificationKind.sign_in,
)
ORGANISERS = (
    NotificationKind.answer_received,
    NotificationKind.digest,
    NotificationKind.close_activity,
    NotificationKind.booking_asked,
    NotificationKind.booking_decided,
    NotificationKind.booking_ended,
    NotificationKind.no_show,
    NotificationKind.place_offered,
)
CHOICES = replace(
    people.REGISTER,
    cleaners={
        "locale": fields.choice(LOCALES),
        "quiet_hours": fields.optional(fields.quiet_hours),
        "wants_digest": fields.flag,
    },
    references={},
)
Pair = tuple[NotificationKind, ChannelKind]


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind: whether it always comes, and the channels on which it is switched off."""

    kind: NotificationKind
    is_mandatory: bool
    off: frozenset[ChannelKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChoices:
    """What a person chose; `quiet_hours` is empty where the house's own hold, those empty where there are none.

    `may_change` tells whether the reader may choose, and not only look.
    """

    person_id: int
    name: str
    locale: str
    quiet_hours: str | None
    house_quiet_hours: str
    wants_digest: bool
    channels: tuple[ChannelKind, ...]
    kinds: tuple[KindRow, ...]
    has_mail: bool
    may_change: bool
    version: int


def read(tx: Tx, person_id: int) -> MessageChoices:
    """Return what a person chose, for themselves and those who answer for them.

    Raises:
        SignInNeeded, NotFound, Forbidden.
    """
    absences.require_answering(tx, person_id)
    row = tx.get(Person, person_id, noun="person", for_update=False)
    known = tx.session.exec(select(OptOut).where(col(OptOut.person_id) == person_id)).all()
    return MessageChoices(
        person_id=row.id,
        name=row.name,
        locale=row.locale,
        quiet_hours=row.quiet_hours,
        house_quiet_hours=tx.settings.quiet_hours,
        wants_digest=row.wants_digest,
        channels=_channels(tx),
        kinds=tuple(
            KindRow(
                kind,
                is_mandatory=not may_switch_off(kind),
                off=frozenset(one.channel for one in known if one.kind is kind and may_switch_off(kind)),
            )
            for kind in (*ANYBODY, *(ORGANISERS if _organises(tx, person_id) else ()))
        ),
        has_mail=bool(row.email),
        may_change=tx.actor.person_id == person_id or not opt_outs.has_login(tx, person_id),
        version=row.version,
    )


def change(
    tx: Tx,
    person_id: int,
    changes: Mapping[str, Any],
    *,
    off: Iterable[Pair] | None = None,
    expected_version: int | None = None,
) -> None:
    """Take over what a person chose: `locale`, `quiet_hours` (`20:00-08:00`; empty: the house's), `wants_digest`.

    `off` are all pairs of kind and channel that the person does without; None leaves them. The language is that of
    their own login too, where they choose it themselves.

    Raises:
        SignInNeeded, NotFound, LostRace. Forbidden: it is for the person alone to choose.
        Invalid: wrong values, or kinds that always come; all of it.
    """
    opt_outs.require_choosing(tx, person_id)
    wanted = None if off is None else frozenset(off)
    mandatory = sorted({kind for kind, _ in wanted or () if not may_switch_off(kind)})
    more = [Reason("kind_mandatory", {"field": "off", "kind": kind}) for kind in mandatory]
    values = registers.cleaned(tx, CHOICES, changes, *more)
    row = tx.get(Person, person_id, noun="person")
    registers.edit(tx, CHOICES, row, values, expected_version=expected_version)
    if "locale" in values:
        _speak_in_login(tx, values["locale"])
    if wanted is not None:
        _switch(tx, person_id, wanted)


def _switch(tx: Tx, person_id: int, off: frozenset[Pair]) -> None:
    known = {
        (one.kind, one.channel) for one in tx.session.exec(select(OptOut).where(col(OptOut.person_id) == person_id))
    }
    for kind, channel in sorted(off - known):
        opt_outs.switch_off(tx, person_id, kind, channel)
    for kind, channel in sorted(known - off):
        opt_outs.switch_on(tx, person_id, kind, channel)


def _speak_in_login(tx: Tx, locale: str) -> None:
    if tx.actor.kind != "user" or tx.actor.user_id is None:
        return
    user = tx.get(User, tx.actor.user_id, noun="user")
    if user.person_id != tx.actor.person_id or user.locale == locale:
        return
    changes: dict[str, list[object]] = {"locale": [user.locale, locale]}
    user.locale = locale
    tx.touch(user)
    tx.record(UserChanged(subject_id=user.id, changes=changes))


def _channels(tx: Tx) -> tuple[ChannelKind, ...]:
    """Return the channels that reach single people here: mail, and text messages where somebody sends them."""
    on = select(ChannelEndpoint.id).where(col(ChannelEndpoint.channel) == ChannelKind.sms, col(ChannelEndpoint.is_on))
    has_sms = tx.session.exec(on.limit(1)).first() is not None
    return (ChannelKind.mail, ChannelKind.sms) if has_sms else (ChannelKind.mail,)


def _organises(tx: Tx, person_id: int) -> bool:
    roles = (
        select(UserGrant.id)
        .join(User, col(User.id) == col(UserGrant.user_id))
        .where(col(User.person_id) == person_id, col(User.is_active), col(UserGrant.role).in_(access.LEADING))
    )
    return tx.session.exec(roles.limit(1)).first() is not None
