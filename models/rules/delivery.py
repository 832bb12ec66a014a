"""What to do after a try, when to give up, and when a message has lost its point.

Pure: the random source of the retry jitter is passed in. SMTP replies are sorted
elsewhere; here an outcome is one of a few words (reliability: retry ladder).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from models.enums import (
    ActivityState,
    AssignmentState,
    AttemptOutcome,
    BookingState,
    DeliveryState,
    NotificationKind,
    WaitState,
)
from models.rules.verdicts import Reason
from models.values import TimeWindow

#: Waits after the first, second, ... charged attempt; the last one repeats.
LADDER = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 20, 40, 60))
JITTER = 0.2
#: Wait after a failure that was nobody's fault and costs no attempt (host down, circuit open).
UNCHARGED_WAIT = timedelta(minutes=1)
#: Before a message of unknown fate goes out again, its first copy gets this long to show up.
UNCERTAIN_WAIT = timedelta(minutes=1)
#: No message is tried for longer than this (RFC 5321 4.5.4.1).
LONGEST_LIFE = timedelta(days=5)
#: A sign-in link is asked for by somebody who waits for it.
SIGN_IN_LIFE = timedelta(minutes=15)

#: Kinds of which a second identical copy, same Message-ID, is better than none.
RESEND_ONCE = frozenset(NotificationKind) - {NotificationKind.answer_received, NotificationKind.booking_decided}
#: Kinds that help until the start, not until the end.
ENDING_WITH_THE_START = frozenset(
    {
        NotificationKind.call_up,
        NotificationKind.chase,
        NotificationKind.stand_in,
        NotificationKind.reminder,
        NotificationKind.reconfirm,
        NotificationKind.booking_asked,
    }
)


class RandomSource(Protocol):
    """The one method of `random.Random` that is needed."""

    def uniform(self, a: float, b: float, /) -> float:
        """Return a number between a and b."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeFacts:
    """How a try ended.

    `is_charged` is false where the recipient's server was never reached; `retry_after`
    is what the other side asked for; `resends_count` are the copies sent blindly so far.
    """

    outcome: AttemptOutcome
    is_charged: bool = True
    retry_after: timedelta | None = None
    resends_count: int = 0


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again at the instant; `is_resend` when the first copy may have arrived."""

    at: datetime
    is_resend: bool = False


@dataclass(frozen=True, slots=True)
class Finish:
    """The delivery ends in this state."""

    state: DeliveryState


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The delivery ends without having been sent, or without anybody knowing, for this reason."""

    state: DeliveryState
    reason: Reason


NextStep = Retry | Finish | GiveUp


def next_step(
    facts: OutcomeFacts,
    attempts_count: int,
    kind: NotificationKind,
    now: datetime,
    expires_at: datetime,
    random: RandomSource,
) -> NextStep:
    """Say what follows a try; `attempts_count` are the charged attempts, this one included."""
    match facts.outcome:
        case AttemptOutcome.sent:
            return Finish(DeliveryState.sent)
        case AttemptOutcome.obsolete:
            return Finish(DeliveryState.obsolete)
        case AttemptOutcome.expired:
            return GiveUp(DeliveryState.expired, Reason("delivery_expired", {"expires_at": expires_at}))
        case AttemptOutcome.refused:
            return GiveUp(DeliveryState.refused, Reason("delivery_refused"))
        case AttemptOutcome.uncertain:
            return _after_uncertain(facts, kind, now, expires_at)
    return _until(now + _wait(facts, attempts_count, random), expires_at)


def expires_at(kind: NotificationKind, requested_at: datetime, window: TimeWindow | None) -> datetime:
    """Return until when a message is worth sending.

    What prepares an activity ends with its start, news about it with its end, the
    rest after five days; a sign-in link after a quarter of an hour.
    """
    if kind is NotificationKind.sign_in:
        return requested_at + SIGN_IN_LIFE
    latest = requested_at + LONGEST_LIFE
    if window is None or kind is NotificationKind.close_activity:
        return latest
    if kind in ENDING_WITH_THE_START:
        return min(latest, window.starts_at)
    return min(latest, window.ends_at)


def retry_wait(attempts_count: int, random: RandomSource) -> timedelta:
    """Return the wait after so many charged attempts: the ladder's rung, up to a fifth more or less."""
    rung = LADDER[min(max(attempts_count, 1), len(LADDER)) - 1]
    return rung * random.uniform(1 - JITTER, 1 + JITTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFacts:
    """What is true at the moment of sending; None where the message is about no such thing.

    `schedule_rev` is the revision the message was written for, `current_rev` the
    activity's own now. `has_arrived` tells that somebody is at the booked venue, `is_empty`
    that nothing is left to tell.
    """

    kind: NotificationKind
    activity_state: ActivityState | None = None
    window: TimeWindow | None = None
    schedule_rev: int = 0
    current_rev: int = 0
    assignment_state: AssignmentState | None = None
    booking_state: BookingState | None = None
    wait_state: WaitState | None = None
    has_arrived: bool = False
    has_left: bool = False
    is_empty: bool = False


Doubt = Callable[[DeliveryFacts, datetime], Reason | None]


def is_obsolete(facts: DeliveryFacts, now: datetime) -> Reason | None:
    """Return why the message must not go out any more, or None; the first reason is enough for the ledger."""
    for doubt in DOUBTS[facts.kind]:
        if (reason := doubt(facts, now)) is not None:
            return reason
    return None


def _until(at: datetime, expires_at: datetime) -> NextStep:
    if at < expires_at:
        return Retry(at)
    return GiveUp(DeliveryState.expired, Reason("delivery_expired", {"expires_at": expires_at}))


def _wait(facts: OutcomeFacts, attempts_count: int, random: RandomSource) -> timedelta:
    if facts.is_charged:
        wait = retry_wait(attempts_count, random)
    else:
        wait = UNCHARGED_WAIT * random.uniform(1 - JITTER, 1 + JITTER)
    return wait if facts.retry_after is None else max(wait, facts.retry_after)


def _after_uncertain(facts: OutcomeFacts, kind: NotificationKind, now: datetime, expires_at: datetime) -> NextStep:
    at = now + UNCERTAIN_WAIT
    if kind in RESEND_ONCE and not facts.resends_count and at < expires_at:
        return Retry(at, is_resend=True)
    return GiveUp(DeliveryState.uncertain, Reason("delivery_uncertain"))


def _left(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    return Reason("person_left") if facts.has_left else None


def _cancelled(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    return Reason("activity_cancelled") if facts.activity_state is ActivityState.cancelled else None


def _called_off(facts: DeliveryFacts, now: datetime) -> Reason | None:
    match facts.activity_state:
        case ActivityState.postponed:
            return Reason("activity_postponed")
        case ActivityState.draft:
            return Reason("activity_not_released")
    return _cancelled(facts, now)


def _started(facts: DeliveryFacts, now: datetime) -> Reason | None:
    if facts.window is not None and now >= facts.window.starts_at:
        return Reason("already_started", {"starts_at": facts.window.starts_at})
    return None


def _over(facts: DeliveryFacts, now: datetime) -> Reason | None:
    if facts.window is not None and now >= facts.window.ends_at:
        return Reason("activity_over", {"ends_at": facts.window.ends_at})
    return None


def _moved(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    return Reason("activity_moved") if facts.schedule_rev != facts.current_rev else None


def _let_go(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    match facts.assignment_state:
        case AssignmentState.replaced:
            return Reason("assignment_replaced")
        case AssignmentState.withdrawn:
            return Reason("assignment_withdrawn")
        case AssignmentState.declined:
            return Reason("assignment_declined")
    return None


def _answered(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    return Reason("already_answered") if facts.assignment_state is AssignmentState.accepted else None


def _not_promised(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    return Reason("not_accepted") if facts.assignment_state is AssignmentState.offered else None


def _still_on(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    if facts.activity_state is ActivityState.released and facts.assignment_state in {
        None,
        AssignmentState.offered,
        AssignmentState.accepted,
    }:
        return Reason("still_on")
    return None


def _is_closed(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    return Reason("closed_for_good") if facts.activity_state is ActivityState.closed else None


def _decided(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    open_states = {None, BookingState.requested, BookingState.held}
    return None if facts.booking_state in open_states else Reason("already_decided")


def _undecided(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    decided = {None, BookingState.confirmed, BookingState.declined}
    return None if facts.booking_state in decided else Reason("booking_changed")


def _back_on(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    ended = {None, BookingState.requested, BookingState.cancelled, BookingState.released}
    return None if facts.booking_state in ended else Reason("booking_changed")


def _nobody_missing(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    if facts.has_arrived:
        return Reason("people_arrived")
    return None if facts.booking_state in {None, BookingState.confirmed} else Reason("booking_changed")


def _offer_over(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    is_offered = facts.booking_state in {None, BookingState.held} and facts.wait_state in {None, WaitState.offered}
    return None if is_offered else Reason("offer_over")


def _nothing_left(facts: DeliveryFacts, _now: datetime) -> Reason | None:
    return Reason("nothing_to_tell") if facts.is_empty else None


#: Per kind, what would make the message pointless or wrong at the moment of sending.
DOUBTS: dict[NotificationKind, tuple[Doubt, ...]] = {
    NotificationKind.call_up: (_left, _called_off, _let_go, _answered, _moved, _started),
    NotificationKind.chase: (_left, _called_off, _let_go, _answered, _moved, _started),
    NotificationKind.stand_in: (_left, _called_off, _let_go, _answered, _moved, _started),
    NotificationKind.reminder: (_left, _called_off, _let_go, _not_promised, _moved, _started),
    NotificationKind.reconfirm: (_left, _called_off, _let_go, _not_promised, _moved, _started),
    # Being taken off its date is a change too, so a postponed activity does not stand against it.
    NotificationKind.changed: (_left, _cancelled, _let_go, _moved, _over),
    NotificationKind.cancelled: (_left, _still_on, _over),
    NotificationKind.answer_received: (_called_off, _over),
    NotificationKind.digest: (_left, _nothing_left),
    NotificationKind.close_activity: (_called_off, _is_closed),
    NotificationKind.broadcast: (_left,),
    NotificationKind.sign_in: (_left,),
    NotificationKind.booking_asked: (_decided, _over),
    NotificationKind.booking_decided: (_undecided, _over),
    NotificationKind.booking_ended: (_left, _back_on, _over),
    NotificationKind.no_show: (_left, _nobody_missing, _over),
    NotificationKind.place_offered: (_left, _offer_over, _started),
}
