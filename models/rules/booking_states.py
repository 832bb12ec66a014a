"""What may become of a booking: held, confirmed, declined, given back, used, released when nobody comes.

A hold that ran out counts as ended from that instant on, whether or not somebody has written
it down yet, so that nothing depends on how often the clock of the house looks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.enums import BookingState
from models.rules.transitions import BOOKING_MOVES, move_reasons
from models.rules.verdicts import Reason, Verdict, verdict
from models.values import TimeWindow

#: States in which a booking takes the venue.
OCCUPYING_STATES = frozenset({BookingState.held, BookingState.confirmed, BookingState.used})
#: States from which something may still become of a booking.
OPEN_STATES = frozenset({BookingState.requested, BookingState.held, BookingState.confirmed})
#: Nobody loses a venue sooner than this after having been warned.
GRACE = timedelta(minutes=5)
#: So long before the venue is theirs people may say that they are there.
EARLY = timedelta(minutes=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFacts:
    """A booking as it stands; the window is the purpose's own, `set_up` comes before it.

    `needs_approval` tells that the host decides. `held_until` counts for a hold only.
    """

    state: BookingState
    window: TimeWindow
    set_up: timedelta = timedelta(0)
    needs_approval: bool = False
    held_until: datetime | None = None
    warned_at: datetime | None = None
    arrived_at: datetime | None = None


def hold_ends_at(now: datetime, longest: timedelta, starts_at: datetime) -> datetime:
    """Return until when a hold or an offer made now waits for an answer: never beyond the start."""
    return min(now + longest, starts_at)


def has_lapsed(booking: BookingFacts, now: datetime) -> bool:
    """Tell whether it is a hold that has run out."""
    return booking.state is BookingState.held and booking.held_until is not None and now >= booking.held_until


def after_hold(booking: BookingFacts, now: datetime) -> BookingState:
    """Return what a hold that ran out becomes: the request behind it where the host decides and it lies ahead."""
    is_request = booking.needs_approval and now < booking.window.starts_at
    return BookingState.requested if is_request else BookingState.cancelled


def may_confirm(booking: BookingFacts, now: datetime) -> Verdict:
    """Say whether the host may say yes: to a request or a hold that still lies ahead.

    A hold that ran out and would be a request again may be confirmed as one.
    """
    return verdict([*_move_reasons(booking, BookingState.confirmed, now), *_lapse_reasons(booking, now)])


def may_keep(booking: BookingFacts, now: datetime) -> Verdict:
    """Say whether whoever holds it may turn the hold into a booking: in time, where nobody is to be asked."""
    reasons = _move_reasons(booking, BookingState.confirmed, now)
    if booking.state is BookingState.requested or (booking.state is BookingState.held and booking.needs_approval):
        reasons.append(Reason("host_decides"))
    return verdict([*reasons, *_lapse_reasons(booking, now)])


def may_decline(booking: BookingFacts, now: datetime) -> Verdict:
    """Say whether the host may say no: to a request or a hold that still lies ahead."""
    return verdict(_move_reasons(booking, BookingState.declined, now))


def may_cancel(booking: BookingFacts, now: datetime) -> Verdict:
    """Say whether the booking may be given back: until its window is over."""
    return verdict(_move_reasons(booking, BookingState.cancelled, now))


def may_move(booking: BookingFacts, now: datetime) -> Verdict:
    """Say whether the booking may be given another window: as long as it could be given back, a hold in time only."""
    return verdict([*_move_reasons(booking, BookingState.cancelled, now), *_lapse_reasons(booking, now)])


def may_use(booking: BookingFacts, now: datetime) -> Verdict:
    """Say whether a confirmed booking may be marked as used: from its start on."""
    reasons = move_reasons(BOOKING_MOVES, "booking", booking.state, BookingState.used)
    if now < booking.window.starts_at:
        reasons.append(Reason("not_started", {"starts_at": booking.window.starts_at}))
    return verdict(reasons)


def may_arrive(booking: BookingFacts, now: datetime) -> Verdict:
    """Say whether people may say "we are here": at a confirmed booking, from an hour before it is theirs until it ends."""
    reasons = _move_reasons(booking, BookingState.used, now)
    opens_at = booking.window.starts_at - booking.set_up - EARLY
    if now < opens_at:
        reasons.append(Reason("too_early_to_arrive", {"opens_at": opens_at}))
    return verdict(reasons)


def is_to_be_warned(booking: BookingFacts, wait: timedelta, now: datetime) -> bool:
    """Tell whether its people must be told that nobody is there: after half of the venue's wait, once."""
    is_due = booking.window.starts_at + wait / 2 <= now < booking.window.ends_at
    return is_due and _is_missing(booking) and booking.warned_at is None


def release_at(booking: BookingFacts, wait: timedelta, warned_at: datetime) -> datetime:
    """Return when the venue goes to others if nobody comes: the wait after the start, never soon after the warning."""
    return max(booking.window.starts_at + wait, warned_at + GRACE)


def is_to_be_released(booking: BookingFacts, wait: timedelta, now: datetime) -> bool:
    """Tell whether the venue goes to others now: nobody came, they were warned, and time is left."""
    if booking.warned_at is None or not _is_missing(booking):
        return False
    return release_at(booking, wait, booking.warned_at) <= now < booking.window.ends_at


def is_used_up(booking: BookingFacts, now: datetime, *, has_activity: bool) -> bool:
    """Tell whether a confirmed booking is over and counts as used.

    One that serves an activity does so once somebody was there; else the activity tells.
    """
    is_over = booking.state is BookingState.confirmed and now >= booking.window.ends_at
    return is_over and (not has_activity or booking.arrived_at is not None)


def _is_missing(booking: BookingFacts) -> bool:
    return booking.state is BookingState.confirmed and booking.arrived_at is None


def _move_reasons(booking: BookingFacts, new: BookingState, now: datetime) -> list[Reason]:
    reasons = move_reasons(BOOKING_MOVES, "booking", booking.state, new)
    if now >= booking.window.ends_at:
        reasons.append(Reason("already_over", {"ends_at": booking.window.ends_at}))
    return reasons


def _lapse_reasons(booking: BookingFacts, now: datetime) -> list[Reason]:
    if has_lapsed(booking, now) and after_hold(booking, now) is BookingState.cancelled:
        return [Reason("hold_expired", {"held_until": booking.held_until})]
    return []
