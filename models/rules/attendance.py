"""Who was there: check-in window, late and absent, evidence classes, reversals.

A row is never changed. What was wrong is taken back by a row that names it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.enums import ActivityState, CheckInSource, EvidenceClass, TallyMethod
from models.rules.activity import ActivityFacts
from models.rules.verdicts import Reason, Verdict, verdict
from models.values import TimeWindow

#: A device may record from this long before the start ...
OPENS_BEFORE = timedelta(minutes=60)
#: ... until this long after the end; organisers may add until the activity is closed.
SHUTS_AFTER = timedelta(hours=4)
#: Whoever comes later than this after the start came late.
LATE_AFTER = timedelta(minutes=10)
#: How far a device's clock may run ahead of ours.
CLOCK_SLACK = timedelta(minutes=5)

#: Sources that are devices at the door; the others are written down by an organiser.
DEVICE_SOURCES = frozenset({CheckInSource.scan, CheckInSource.link})


class Standing(StrEnum):
    """How a person who promised to come stands at an instant."""

    expected = "expected"
    on_time = "on_time"
    late = "late"
    absent = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInFacts:
    """One check-in as it arrives; `at` is when the device or the organiser says it happened."""

    at: datetime
    source: CheckInSource
    is_nonce_known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalFacts:
    """The row that is to be taken back."""

    is_reversal: bool
    is_reversed: bool
    has_reason: bool


def check_in_window(window: TimeWindow) -> TimeWindow:
    """Return the window in which devices may record."""
    return window.widened(OPENS_BEFORE, SHUTS_AFTER)


def may_check_in(activity: ActivityFacts, check_in: CheckInFacts, now: datetime) -> Verdict:
    """Say whether the row may be written.

    What a device saw must lie in the check-in window, whenever it was connected again;
    an organiser may write down later instants too, until the activity is closed.
    A nonce that was seen is refused as `duplicate_scan`: the first row stands.
    """
    reasons = _recordable(activity)
    allowed = check_in_window(activity.window)
    if check_in.at < allowed.starts_at:
        reasons.append(Reason("check_in_too_early", {"opens_at": allowed.starts_at}))
    if check_in.source in DEVICE_SOURCES and check_in.at >= allowed.ends_at:
        reasons.append(Reason("check_in_too_late", {"shuts_at": allowed.ends_at}))
    if check_in.at > now + CLOCK_SLACK:
        reasons.append(Reason("in_future", {"at": check_in.at}))
    if check_in.is_nonce_known:
        reasons.append(Reason("duplicate_scan"))
    return verdict(reasons)


def may_tally(activity: ActivityFacts, count: int, counted: TimeWindow | None, now: datetime) -> Verdict:
    """Say whether a number of heads may be written down; `counted` is when they were counted."""
    reasons = _recordable(activity)
    if count < 1:
        reasons.append(Reason("tally_empty"))
    if now < activity.window.starts_at - OPENS_BEFORE:
        reasons.append(Reason("not_started", {"starts_at": activity.window.starts_at}))
    if counted is not None and not counted.overlaps(check_in_window(activity.window)):
        reasons.append(Reason("tally_outside", {"starts_at": activity.window.starts_at}))
    return verdict(reasons)


def may_reverse(row: ReversalFacts) -> Verdict:
    """Say whether a row of attendance or tally may be taken back; closing does not stand against it."""
    reasons = []
    if row.is_reversal:
        reasons.append(Reason("is_a_reversal"))
    if row.is_reversed:
        reasons.append(Reason("already_reversed"))
    if not row.has_reason:
        reasons.append(Reason("reason_missing", {"field": "reason"}))
    return verdict(reasons)


def standing(window: TimeWindow, arrived_at: datetime | None, now: datetime) -> Standing:
    """Tell how somebody who accepted stands; absent is said only once the activity is over."""
    if arrived_at is None:
        return Standing.absent if now >= window.ends_at else Standing.expected
    return Standing.late if arrived_at > window.starts_at + LATE_AFTER else Standing.on_time


def evidence_class(source: CheckInSource, *, has_out: bool, is_co_signed: bool, has_photo: bool) -> EvidenceClass:
    """Return how strong the evidence of one person's presence is.

    A needs a device on the way in and out; B a roster signed by host and leader;
    C a photo of the paper. What cannot show its proof is D, whatever was meant.
    """
    if source in DEVICE_SOURCES and has_out:
        return EvidenceClass.a
    if is_co_signed:
        return EvidenceClass.b
    return EvidenceClass.c if has_photo else EvidenceClass.d


def tally_class(method: TallyMethod, *, is_co_signed: bool, has_photo: bool) -> EvidenceClass:
    """Return how strong the evidence of a number of heads is; a bare number is never A."""
    if is_co_signed:
        return EvidenceClass.b
    is_on_paper = method in {TallyMethod.roster, TallyMethod.host_certified}
    return EvidenceClass.c if is_on_paper and has_photo else EvidenceClass.d


def _recordable(activity: ActivityFacts) -> list[Reason]:
    if activity.state is ActivityState.closed:
        return [Reason("closed_for_good")]
    if activity.state is ActivityState.cancelled:
        return [Reason("activity_cancelled")]
    if activity.state is ActivityState.draft:
        return [Reason("activity_not_released")]
    if activity.state is ActivityState.postponed:
        return [Reason("activity_postponed")]
    return []
