"""May an activity be released, moved, postponed, cancelled, held, closed, edited.

`ActivityFacts` is the small set of facts that every rule about an activity needs.
Only a closed activity counts; after closing, reversals are the one thing left.
"""

from dataclasses import dataclass
from datetime import datetime

from models.enums import ActivityKind, ActivityState, BookingState
from models.rules.transitions import ACTIVITY_MOVES, move_reasons
from models.rules.verdicts import Reason, Verdict, verdict
from models.values import TimeWindow

#: States after which nothing about the activity may be edited.
ENDED_STATES = frozenset({ActivityState.closed, ActivityState.cancelled})


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFacts:
    """What rules need to know of an activity; a postponed one keeps its last window."""

    activity_id: int
    kind: ActivityKind
    state: ActivityState
    window: TimeWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueNeed:
    """The venue that was chosen for an activity, if any, and how far its booking is."""

    venue_id: int | None = None
    booking_state: BookingState | None = None
    booked: TimeWindow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted at an activity, reversals taken off."""

    named_count: int = 0
    tally_count: int = 0

    @property
    def heads_count(self) -> int:
        """All heads, with and without a name."""
        return self.named_count + self.tally_count


def may_release(activity: ActivityFacts, need: VenueNeed, now: datetime) -> Verdict:
    """Say whether a draft or postponed activity may become public.

    A chosen venue must be booked for the whole window; an activity without a venue
    needs none, and nobody has to be assigned yet.
    """
    reasons = _move(activity, ActivityState.released)
    reasons += _in_future(activity.window, now)
    if need.venue_id is not None and need.booking_state is not BookingState.confirmed:
        reasons.append(Reason("venue_not_booked", {"venue_id": need.venue_id}))
    elif need.booked is not None and not _covers(need.booked, activity.window):
        reasons.append(Reason("booking_too_narrow", {"venue_id": need.venue_id}))
    return verdict(reasons)


def may_move(activity: ActivityFacts, to: TimeWindow, now: datetime) -> Verdict:
    """Say whether the activity may get another window: not once it started, and only into the future.

    A postponed activity gets its new date by a move and becomes public by a release.
    """
    reasons = _editable(activity)
    if activity.state is ActivityState.held:
        reasons.append(Reason("already_held"))
    elif activity.state is ActivityState.released and now >= activity.window.starts_at:
        reasons.append(Reason("already_started", {"starts_at": activity.window.starts_at}))
    reasons += _in_future(to, now)
    return verdict(reasons)


def may_postpone(activity: ActivityFacts, now: datetime) -> Verdict:
    """Say whether a released activity may be taken off its date before it starts."""
    reasons = _move(activity, ActivityState.postponed)
    if not reasons and now >= activity.window.starts_at:
        reasons.append(Reason("already_started", {"starts_at": activity.window.starts_at}))
    return verdict(reasons)


def may_cancel(activity: ActivityFacts, counted: Counted | None = None) -> Verdict:
    """Say whether the activity may be called off.

    One that was marked as held may be, as long as nobody was counted at it: that is
    the way back from a wrong tap.
    """
    reasons = _move(activity, ActivityState.cancelled)
    if activity.state is ActivityState.held and counted is not None and counted.heads_count:
        reasons.append(Reason("already_counted", {"count": counted.heads_count}))
    return verdict(reasons)


def may_hold(activity: ActivityFacts, now: datetime) -> Verdict:
    """Say whether the activity may be marked as having taken place: from its start on."""
    reasons = _move(activity, ActivityState.held)
    if now < activity.window.starts_at:
        reasons.append(Reason("not_started", {"starts_at": activity.window.starts_at}))
    return verdict(reasons)


def may_close(activity: ActivityFacts, counted: Counted, now: datetime) -> Verdict:
    """Say whether the activity may be signed and counted: the evidence gate.

    It must be held and over, and at least one head, named or tallied, must stand
    behind it. Heads of class D are enough, since every figure shows its mix.
    """
    reasons = _move(activity, ActivityState.closed)
    if now < activity.window.ends_at:
        reasons.append(Reason("not_over", {"ends_at": activity.window.ends_at}))
    if not counted.heads_count:
        reasons.append(Reason("nothing_counted"))
    return verdict(reasons)


def may_edit(activity: ActivityFacts) -> Verdict:
    """Say whether title, host, capacity and the like may still change: until it is closed or cancelled."""
    return verdict(_editable(activity))


def _editable(activity: ActivityFacts) -> list[Reason]:
    if activity.state is ActivityState.closed:
        return [Reason("closed_for_good")]
    if activity.state is ActivityState.cancelled:
        return [Reason("activity_cancelled")]
    return []


def _move(activity: ActivityFacts, new: ActivityState) -> list[Reason]:
    return move_reasons(ACTIVITY_MOVES, "activity", activity.state, new)


def _in_future(window: TimeWindow, now: datetime) -> list[Reason]:
    return [Reason("starts_in_past", {"starts_at": window.starts_at})] if window.starts_at <= now else []


def _covers(outer: TimeWindow, inner: TimeWindow) -> bool:
    return outer.starts_at <= inner.starts_at and inner.ends_at <= outer.ends_at
