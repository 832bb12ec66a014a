"""Letters that came back: each is taken once, and what it says is done where it is believed.

Anybody may write to a mailbox. A bounce counts only where it names a delivery of ours by a token that nobody
can guess; an answer from a calendar only where it comes from the address of the person who was invited.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, update
from sqlmodel import col, select

from models.enums import AnswerVia, AnswerWord, AttemptOutcome, ChannelKind, DeliveryState, InboxKind
from models.tables.activities import Activity
from models.tables.assignments import Answer, Assignment
from models.tables.base import table_of
from models.tables.deliveries import Delivery, DeliveryAttempt
from models.tables.inbox import InboxLetter
from models.tables.notifications import Notification
from models.tables.people import Person
from services import assignments, dead_addresses
from services.access import Actor
from services.unit_of_work import Tx

#: What was done with a letter.
READ_BEFORE, ADDRESS_DEAD, BOUNCED, UNKNOWN_DELIVERY = "read_before", "address_dead", "bounced", "unknown_delivery"
DELAYED = "delayed"
ANSWERED, OUTDATED, TENTATIVE, UNKNOWN_UID, NOT_THEIRS = (
    "answered", "outdated", "tentative", "unknown_activity", "not_their_address",
)  # fmt: skip
#: Whoever writes down a bounce, in the column of workers.
READER = "inbox"
REPLY_LENGTH, RESULT_LENGTH = 500, 60
#: Deliveries whose message went out, as far as anybody knew.
GONE = (DeliveryState.sent, DeliveryState.uncertain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A bounce. `token` and `about_id` name the delivery; `is_final` where it will not arrive any more."""

    message_id: str
    token: str
    about_id: str
    is_final: bool
    is_address_dead: bool
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer from a calendar; `word` None where it is neither yes nor no, `stamped_at` orders several."""

    message_id: str
    uid: str
    address: str
    sender: str
    word: AnswerWord | None
    stamped_at: datetime | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """Whose answer it is: `actor` is that person, and may do no more than answer."""

    assignment_id: int
    actor: Actor


def note(tx: Tx, message_id: str, kind: InboxKind, result: str = "", *, at: datetime | None = None) -> str:
    """Write a letter down with what was done; return that, or `read_before` where it was read already."""
    return result if _begin(tx, message_id, kind, result, at=at) else READ_BEFORE


def returned(tx: Tx, letter: Returned) -> str:
    """Take a bounce: note it at its delivery, and mark the address where it is dead. Return what was done."""
    delivery = _delivery(tx, letter)
    result = UNKNOWN_DELIVERY
    if delivery is not None:
        result = ADDRESS_DEAD if letter.is_address_dead else BOUNCED if letter.is_final else DELAYED
    delivery_id = delivery.id if delivery is not None else None
    if not _begin(tx, letter.message_id, InboxKind.bounce, result, delivery_id=delivery_id):
        return READ_BEFORE
    if delivery is None or not letter.is_final:
        return result
    reply = letter.reply[:REPLY_LENGTH]
    attempt = {"delivery_id": delivery.id, "at": tx.now, "worker": READER, "reply": reply, "reason": result}
    tx.session.execute(insert(table_of(DeliveryAttempt)).values(**attempt, outcome=AttemptOutcome.refused))
    row = table_of(Delivery).c
    came_back = {"state": DeliveryState.refused, "reason": result, "reply": reply, "settled_at": tx.now}
    tx.session.execute(update(table_of(Delivery)).where(row.id == delivery.id, row.state.in_(GONE)).values(**came_back))
    if letter.is_address_dead:
        dead_addresses.mark(tx, delivery.channel, delivery.address, reply, delivery.id)
    return result


def invited(tx: Tx, letter: Reply) -> Invited | str:
    """Return whom a reply speaks for, or the code why it is not believed. Changes nothing."""
    address = dead_addresses.same(letter.address)
    found = tx.session.execute(
        select(col(Assignment.id), col(Person.id), col(Person.locale), col(Person.email))
        .join(Activity, col(Activity.id) == col(Assignment.activity_id))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(col(Activity.uid) == letter.uid)
    ).all()
    if not found:
        return UNKNOWN_UID
    theirs = [row for row in found if dead_addresses.same(row[3] or "") == address]
    if len(theirs) != 1 or not address or dead_addresses.same(letter.sender) != address:
        return NOT_THEIRS
    assignment_id, person_id, locale, _ = theirs[0]
    actor = Actor(kind="link", person_id=person_id, detail=f"assignment:{assignment_id}", locale=locale)
    return Invited(assignment_id, actor)


def answered(tx: Tx, letter: Reply, assignment_id: int) -> str:
    """Take a reply as its person's answer; the newest by its own stamp wins. Return what was done.

    The letter keeps its stamp, no later than now, as its instant, and the invitation as its delivery.

    Raises:
        DomainError: the answer is refused; see `assignments.answer`.
    """
    stamp = min(letter.stamped_at or tx.now, tx.now)
    result = TENTATIVE if letter.word is None else OUTDATED if _is_outdated(tx, assignment_id, stamp) else ANSWERED
    kind = InboxKind.other if letter.word is None else InboxKind.calendar_reply
    delivery_id = _invitation(tx, assignment_id)
    if not _begin(tx, letter.message_id, kind, result, at=stamp, delivery_id=delivery_id):
        return READ_BEFORE
    if letter.word is not None and result == ANSWERED:
        reason = letter.comment if letter.word is AnswerWord.no else ""
        assignments.answer(tx, assignment_id, word=letter.word, via=AnswerVia.calendar, reason=reason)
    return result


def _begin(
    tx: Tx,
    message_id: str,
    kind: InboxKind,
    result: str,
    *,
    at: datetime | None = None,
    delivery_id: int | None = None,
) -> bool:
    values = {"message_id": message_id, "at": at or tx.now, "kind": kind, "delivery_id": delivery_id}
    return tx.insert_missing(InboxLetter, values | {"result": result[:RESULT_LENGTH]})


def _delivery(tx: Tx, letter: Returned) -> Delivery | None:
    """Return the delivery that a bounce is about, by its token: our own header, or the Message-ID that is made of it."""
    tokens = {letter.token, letter.about_id.strip("<>").partition("@")[0]} - {""}
    query = select(Delivery).where(col(Delivery.token).in_(sorted(tokens)), col(Delivery.channel) == ChannelKind.mail)
    return tx.session.exec(query.order_by(col(Delivery.id)).with_for_update()).first()


def _invitation(tx: Tx, assignment_id: int) -> int | None:
    query = (
        select(func.max(col(Delivery.id)))
        .join(Notification, col(Notification.id) == col(Delivery.notification_id))
        .join(Assignment, col(Assignment.id) == col(Notification.assignment_id))
        .where(col(Notification.assignment_id) == assignment_id, col(Delivery.person_id) == col(Assignment.person_id))
    )
    found: int | None = tx.session.exec(query).one()
    return found


def _is_outdated(tx: Tx, assignment_id: int, stamp: datetime) -> bool:
    """Tell whether the person has answered since: by another way, or in a letter with a later stamp."""
    elsewhere = select(func.max(col(Answer.at))).where(
        col(Answer.assignment_id) == assignment_id, col(Answer.via) != AnswerVia.calendar
    )
    by_letter = (
        select(func.max(col(InboxLetter.at)))
        .join(Delivery, col(Delivery.id) == col(InboxLetter.delivery_id))
        .join(Notification, col(Notification.id) == col(Delivery.notification_id))
        .where(
            col(Notification.assignment_id) == assignment_id,
            col(InboxLetter.kind) == InboxKind.calendar_reply,
            col(InboxLetter.result) == ANSWERED,
        )
    )
    later = [at for at in (tx.session.exec(elsewhere).one(), tx.session.exec(by_letter).one()) if at is not None]
    return any(at > stamp for at in later)
