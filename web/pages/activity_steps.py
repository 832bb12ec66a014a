"""How far an activity is, what comes next, and what may be done to it. Pure: facts and `now` in, words nowhere."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.enums import ActivityKind, ActivityState, AssignmentState, BookingState
from models.rules import activity as rules
from models.rules import attendance
from models.rules.activity import ActivityFacts, Counted, VenueNeed
from models.rules.assignment import LIVE_STATES
from models.rules.verdicts import Reason, Refused, Verdict
from models.values import TimeWindow
from services.queries.activities import ActivityView
from services.queries.assignments import AssignmentRow
from services.queries.home import IN_HALLS, PRESSING
from services.queries.timeline import BookingLine, Timeline

#: Bookings that serve an activity, the most settled first.
SERVING = (BookingState.used, BookingState.confirmed, BookingState.held, BookingState.requested)
#: Reasons that will not pass: what they forbid is not offered at all. The others stand beside a grey button.
FOR_GOOD = frozenset(
    {
        *("wrong_state", "closed_for_good", "activity_cancelled", "already_held", "already_started", "activity_over"),
        *("activity_not_released", "activity_postponed"),
    }
)


class Next(StrEnum):
    """The one thing to do next."""

    new_date = "new_date"
    find_hall = "find_hall"
    wait_for_hall = "wait_for_hall"
    ask_people = "ask_people"
    release = "release"
    stand_in = "stand_in"
    call_people = "call_people"
    check_in = "check_in"
    hold = "hold"
    close = "close"


class Verb(StrEnum):
    """What can be done to an activity besides the next thing."""

    edit = "edit"
    release = "release"
    move = "move"
    postpone = "postpone"
    cancel = "cancel"
    ask = "ask"
    hold = "hold"
    check_in = "check_in"
    tally = "tally"
    file = "file"
    close = "close"


#: Verbs of those who manage the team; leaders have the others too.
MANAGERS_ONLY = frozenset({Verb.edit, Verb.release, Verb.move, Verb.postpone, Verb.cancel, Verb.ask})


@dataclass(frozen=True, slots=True)
class Possible:
    """Something that can be done now, or not yet: then `reasons` say why."""

    verb: Verb
    reasons: tuple[Reason, ...] = ()


def window_of(view: ActivityView) -> TimeWindow:
    """Return the window of an activity."""
    return TimeWindow(view.row.starts_at, view.row.ends_at)


def facts_of(view: ActivityView) -> ActivityFacts:
    """Return what rules need to know of an activity."""
    row = view.row
    return ActivityFacts(activity_id=row.id, kind=row.kind, state=row.state, window=window_of(view))


def booking_of(view: ActivityView, line: Timeline) -> BookingLine | None:
    """Return the booking that serves an activity at its venue, else the newest one that was declined."""
    serving = [one for one in line.bookings if one.venue_id == view.row.venue_id and one.state in SERVING]
    if serving:
        return min(reversed(serving), key=lambda one: SERVING.index(one.state))
    return next((one for one in reversed(line.bookings) if one.state is BookingState.declined), None)


def counted_of(line: Timeline) -> Counted:
    """Return what was counted."""
    return Counted(named_count=line.named_count, tally_count=line.tally_count)


def need_of(view: ActivityView, line: Timeline) -> VenueNeed:
    """Return which venue is needed, and how far its booking is."""
    booking = booking_of(view, line)
    if booking is None or booking.state is BookingState.declined:
        return VenueNeed(venue_id=view.row.venue_id)
    return VenueNeed(
        venue_id=view.row.venue_id,
        booking_state=booking.state,
        booked=TimeWindow(booking.starts_at, booking.ends_at),
    )


def step_of(view: ActivityView) -> int:
    """Return which of plan, release, hold, close an activity is at; 4 when all are done."""
    return {
        ActivityState.draft: 0,
        ActivityState.postponed: 0,
        ActivityState.released: 2,
        ActivityState.held: 3,
        ActivityState.closed: 4,
        ActivityState.cancelled: 0,
    }[view.row.state]


def next_of(view: ActivityView, people: Collection[AssignmentRow], line: Timeline, now: datetime) -> Next | None:
    """Return the one thing that the actor should do next; None where nothing waits for them."""
    if not view.may_lead:
        return None
    match view.row.state:
        case ActivityState.draft | ActivityState.postponed:
            return _before_release(view, people, line, now) if view.may_manage else None
        case ActivityState.released:
            return _released(view, people, line, now)
        case ActivityState.held:
            return _held(view, line, now)
        case _:
            return None


def possible(view: ActivityView, line: Timeline, now: datetime) -> tuple[Possible, ...]:
    """Return what may be done, and what may not yet with its reasons; what never can is left out."""
    if not view.may_lead:
        return ()
    facts, counted = facts_of(view), counted_of(line)
    later = TimeWindow(max(now, view.row.starts_at) + timedelta(days=1), max(now, view.row.ends_at) + timedelta(days=2))
    verdicts: dict[Verb, Verdict] = {
        Verb.edit: rules.may_edit(facts),
        Verb.release: rules.may_release(facts, need_of(view, line), now),
        Verb.ask: _may_ask(facts, now),
        Verb.move: rules.may_move(facts, later, now),
        Verb.postpone: rules.may_postpone(facts, now),
        Verb.hold: rules.may_hold(facts, now),
        Verb.check_in: _may_count(facts, now),
        Verb.tally: attendance.may_tally(facts, 1, None, now),
        Verb.file: rules.may_edit(facts),
        Verb.close: rules.may_close(facts, counted, now),
        Verb.cancel: rules.may_cancel(facts, counted),
    }
    found = []
    for verb, verdict in verdicts.items():
        reasons = verdict.reasons if isinstance(verdict, Refused) else ()
        is_mine = view.may_manage or verb not in MANAGERS_ONLY
        if is_mine and not any(reason.code in FOR_GOOD for reason in reasons):
            found.append(Possible(verb, reasons))
    return tuple(found)


def _before_release(
    view: ActivityView, people: Collection[AssignmentRow], line: Timeline, now: datetime
) -> Next | None:
    if view.row.state is ActivityState.postponed or view.row.starts_at <= now:
        return Next.new_date
    hall = _hall(view, line)
    if hall is not None:
        return hall
    return Next.release if any(one.state in LIVE_STATES for one in people) else Next.ask_people


def _released(view: ActivityView, people: Collection[AssignmentRow], line: Timeline, now: datetime) -> Next | None:
    if now >= view.row.starts_at:
        return Next.hold
    if attendance.check_in_window(window_of(view)).contains(now):
        return Next.check_in
    states = {one.state for one in people}
    if view.may_manage:
        hall = _hall(view, line)
        if hall is not None:
            return hall
        if AssignmentState.declined in states:
            return Next.stand_in
        if not states & LIVE_STATES:
            return Next.ask_people
    is_near = view.row.starts_at - now <= PRESSING
    return Next.call_people if AssignmentState.offered in states and is_near else None


def _held(view: ActivityView, line: Timeline, now: datetime) -> Next | None:
    if now < view.row.ends_at or not counted_of(line).heads_count:
        return Next.check_in
    return None if view.row.kind is ActivityKind.meeting else Next.close


def _hall(view: ActivityView, line: Timeline) -> Next | None:
    need = need_of(view, line)
    if need.booking_state is BookingState.confirmed:
        return None
    if need.booking_state is not None:
        return Next.wait_for_hall
    return Next.find_hall if need.venue_id is not None or view.row.kind in IN_HALLS else None


def _may_ask(facts: ActivityFacts, now: datetime) -> Verdict:
    is_over = facts.state is not ActivityState.postponed and now >= facts.window.ends_at
    if facts.state is ActivityState.held or is_over:
        return Refused((Reason("activity_over", {"ends_at": facts.window.ends_at}),))
    return rules.may_edit(facts)


def _may_count(facts: ActivityFacts, now: datetime) -> Verdict:
    opens_at = attendance.check_in_window(facts.window).starts_at
    verdict = attendance.may_tally(facts, 1, None, max(now, facts.window.starts_at))
    if isinstance(verdict, Refused) or now >= opens_at:
        return verdict
    return Refused((Reason("check_in_too_early", {"opens_at": opens_at}),))
