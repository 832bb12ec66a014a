"""Activities: plan, release, move, postpone, cancel, hold. Closing is in `services.closings`."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from models.enums import ActivityKind, ActivityState, AssignmentState, Layout
from models.errors import Conflict, Invalid, LostRace, require
from models.events import (
    ActivityCancelled,
    ActivityChanged,
    ActivityCreated,
    ActivityHeld,
    ActivityMoved,
    ActivityPostponed,
    ActivityReleased,
    AssignmentWithdrawn,
)
from models.rules import activity as rules
from models.rules.reconfirming import MOST_DAYS
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.orgs import Org
from models.tables.teams import Team
from models.tables.topics import Programme, Topic
from models.tables.venues import Venue
from models.values import TimeWindow
from services import access, activity_rows, bookings, facts, loans, occupancies, people_taken, people_travel
from services.unit_of_work import Tx

LONGEST = timedelta(days=62)
FARTHEST = timedelta(days=5 * 366)
EDITABLE = (
    *("title", "description", "host_org_id", "programme_id", "topic_id", "capacity", "organiser_id", "venue_id"),
    "reconfirm_days",
    "equipment",
    "layout",
)
REFERENCES: dict[str, Any] = {
    "team_id": Team,
    "venue_id": Venue,
    "host_org_id": Org,
    "programme_id": Programme,
    "topic_id": Topic,
}


def create(
    tx: Tx,
    *,
    kind: ActivityKind,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    team_id: int,
    venue_id: int | None = None,
    host_org_id: int | None = None,
    programme_id: int | None = None,
    topic_id: int | None = None,
    capacity: int | None = None,
    description: str = "",
    equipment: str = "",
    layout: Layout | None = None,
    reconfirm_days: int | None = None,
) -> int:
    """Plan an activity as a draft and return its id.

    Instants are aware; `capacity` is the heads expected, `equipment` what must be there, as `投影机×2、音响`,
    `layout` how the chairs should stand; `reconfirm_days` days before, whoever said yes is asked whether it
    still holds. Repetition makes another draft.

    Raises:
        Invalid: wrong values or unknown references, all of them listed.
        Forbidden: the actor does not manage the team.
    """
    access.require_signed_in(tx.actor)
    values: dict[str, Any] = {
        "team_id": team_id,
        "venue_id": venue_id,
        "host_org_id": host_org_id,
        "programme_id": programme_id,
        "topic_id": topic_id,
        "title": title.strip(),
        "description": description.strip(),
        "equipment": equipment.strip(),
        "layout": layout,
        "capacity": capacity,
        "reconfirm_days": reconfirm_days,
    }
    reasons = _wrong_window(tx, starts_at, ends_at) + _wrong_values(tx, values)
    if reasons:
        raise Invalid(*reasons)
    access.require_over(tx.session, tx.actor, team_id, access.MANAGING)
    return _write(tx, kind, TimeWindow(starts_at, ends_at), values)


def _write(tx: Tx, kind: ActivityKind, window: TimeWindow, values: dict[str, Any]) -> int:
    """Write an activity down as a draft under the next number of its year; return its id."""
    zone_key = _zone_of(tx, values["venue_id"])
    row = tx.add(
        Activity(
            **values,
            ref=activity_rows.next_ref(tx, facts.local_year(window.starts_at, zone_key)),
            uid=f"{tx.ids.token()}@muster",
            kind=kind,
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            zone=zone_key,
            organiser_id=tx.actor.user_id,
            created_at=tx.now,
        )
    )
    shown = {"ref": row.ref, "kind": kind.value, "starts_at": row.starts_at, "ends_at": row.ends_at} | values
    tx.record(ActivityCreated(subject_id=row.id, values=shown))
    return row.id


def change(tx: Tx, activity_id: int, changes: dict[str, Any], *, expected_version: int | None = None) -> None:
    """Edit an activity without touching its window; unknown fields are refused.

    Raises:
        Invalid, Conflict, LostRace, Forbidden, NotFound.
    """
    row = activity_rows.managed(tx, activity_id)
    unknown = [Reason("field_unknown", {"field": name}) for name in changes if name not in EDITABLE]
    reasons = unknown + _wrong_values(tx, {k: v for k, v in changes.items() if k in EDITABLE})
    if reasons:
        raise Invalid(*reasons)
    require(rules.may_edit(facts.activity_facts(row)))
    if "venue_id" in changes and changes["venue_id"] != row.venue_id:
        bookings.give_back(tx, row, reason="venue_changed")
    if expected_version is not None and row.version != expected_version:
        raise LostRace
    old = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    seen = {name: [old[name], getattr(row, name)] for name in changes if old[name] != getattr(row, name)}
    if seen:
        tx.touch(row)
        tx.record(ActivityChanged(subject_id=row.id, changes=seen))


def release(tx: Tx, activity_id: int) -> None:
    """Make an activity public: the people offered a part are asked. Repetition is refused.

    Raises:
        Conflict: it starts in the past, or its venue is not booked; all reasons.
    """
    row = activity_rows.managed(tx, activity_id)
    booking = facts.open_booking(tx, row) if row.venue_id else None
    require(rules.may_release(facts.activity_facts(row), facts.venue_need(row, booking), tx.now))
    row.state = ActivityState.released
    row.reason = ""
    row.released_at = tx.now
    tx.touch(row)
    tx.record(ActivityReleased(subject_id=row.id))


def move(tx: Tx, activity_id: int, *, starts_at: datetime, ends_at: datetime, override_reason: str = "") -> None:
    """Give an activity another window; its booking and its people move with it or nothing does.

    With an `override_reason` soft conflicts of those who accepted do not refuse; they and the reason are kept.

    Raises:
        Conflict: somebody who accepted is busy then or comes to it badly, or the state forbids it.
        VenueTaken: the venue is taken or closed then; with alternatives.
        EquipmentTaken: something lent to it is away then, and nothing of its name is free.
    """
    row = activity_rows.managed(tx, activity_id)
    reasons = _wrong_window(tx, starts_at, ends_at)
    if reasons:
        raise Invalid(*reasons)
    to = TimeWindow(starts_at, ends_at)
    old = facts.window_of(row)
    if to == old:
        return
    require(rules.may_move(facts.activity_facts(row), to, tx.now))
    booking = facts.open_booking(tx, row) if row.venue_id else None
    if booking is not None:
        bookings.shift(tx, booking, starts_at=to.starts_at, ends_at=to.ends_at, override_reason=override_reason)
    against = people_travel.settle(tx, activity_id=row.id, venue_id=None, window=to, override_reason=override_reason)
    if against:
        raise Conflict(*against)
    row.starts_at, row.ends_at = to.starts_at, to.ends_at
    row.schedule_rev += 1
    row.sequence += 1
    tx.touch(row)
    tx.session.flush()
    people_taken.retake(tx, row)
    loans.shift_all(tx, row)
    tx.record(
        ActivityMoved(
            subject_id=row.id,
            old_starts_at=old.starts_at,
            old_ends_at=old.ends_at,
            starts_at=to.starts_at,
            ends_at=to.ends_at,
        )
    )


def postpone(tx: Tx, activity_id: int, *, reason: str = "") -> None:
    """Take a released activity off its date; the hall and the people are free again. A reason is welcome, not needed."""
    row = activity_rows.managed(tx, activity_id)
    require(rules.may_postpone(facts.activity_facts(row), tx.now))
    row.state = ActivityState.postponed
    row.reason = _checked_reason(reason) if reason.strip() else ""
    row.sequence += 1
    row.schedule_rev += 1
    tx.touch(row)
    bookings.give_back(tx, row, reason="activity_postponed")
    loans.release_all(tx, row, reason="activity_postponed")
    for assignment in _assignments(tx, row.id, {AssignmentState.accepted}):
        occupancies.release_assignment(tx, assignment.id)
        assignment.state = AssignmentState.offered  # a new date is a new question
        tx.touch(assignment)
    tx.record(ActivityPostponed(subject_id=row.id, reason=row.reason))


def cancel(tx: Tx, activity_id: int, *, reason: str) -> None:
    """Call an activity off; what is waiting is withdrawn, who was asked is told.

    Raises:
        Conflict: it is closed, cancelled, or somebody was counted at it.
    """
    row = activity_rows.managed(tx, activity_id)
    require(rules.may_cancel(facts.activity_facts(row), facts.counted(tx, row.id)))
    row.state = ActivityState.cancelled
    row.reason = _checked_reason(reason)
    row.sequence += 1
    tx.touch(row)
    bookings.give_back(tx, row, reason="activity_cancelled")
    loans.release_all(tx, row, reason="activity_cancelled")
    tx.record(ActivityCancelled(subject_id=row.id, reason=row.reason))
    for assignment in _assignments(tx, row.id, {AssignmentState.offered, AssignmentState.accepted}):
        occupancies.release_assignment(tx, assignment.id)
        assignment.state = AssignmentState.withdrawn
        tx.touch(assignment)
        tx.record(AssignmentWithdrawn(subject_id=assignment.id, activity_id=row.id, person_id=assignment.person_id))


def hold(tx: Tx, activity_id: int) -> None:
    """Say that an activity took place, from its start on; its booking counts as used."""
    row = activity_rows.led(tx, activity_id)
    require(rules.may_hold(facts.activity_facts(row), tx.now))
    row.state = ActivityState.held
    row.held_at = tx.now
    tx.touch(row)
    tx.record(ActivityHeld(subject_id=row.id))


def _assignments(tx: Tx, activity_id: int, states: set[AssignmentState]) -> list[Assignment]:
    found = select(Assignment).where(
        col(Assignment.activity_id) == activity_id, col(Assignment.state).in_(sorted(states))
    )
    return list(tx.session.exec(found.order_by(col(Assignment.id)).with_for_update()).all())


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Invalid(Reason("reason_missing", {"field": "reason"}))
    if len(reason) > 500:  # noqa: PLR2004 - the length of the column
        raise Invalid(Reason("too_long", {"field": "reason", "limit": 500}))
    return reason


def _wrong_window(tx: Tx, starts_at: datetime, ends_at: datetime) -> list[Reason]:
    if ends_at <= starts_at:
        return [Reason("ends_before_start", {"field": "ends_at"})]
    reasons = []
    if ends_at - starts_at > LONGEST:
        reasons.append(Reason("too_long_a_window", {"field": "ends_at", "days": LONGEST.days}))
    if abs(starts_at - tx.now) > FARTHEST:
        reasons.append(Reason("too_far_away", {"field": "starts_at"}))
    return reasons


def _wrong_values(tx: Tx, values: dict[str, Any]) -> list[Reason]:
    reasons = []
    for name, limit in (("title", 120), ("description", 2000), ("equipment", 200)):
        if len(values.get(name) or "") > limit:
            reasons.append(Reason("too_long", {"field": name, "limit": limit}))
    if "title" in values and not (values["title"] or "").strip():
        reasons.append(Reason("missing", {"field": "title"}))
    capacity = values.get("capacity")
    if capacity is not None and not 0 < capacity <= 1_000_000:  # noqa: PLR2004 - more heads than any county has
        reasons.append(Reason("out_of_range", {"field": "capacity", "low": 1, "high": 1_000_000}))
    days = values.get("reconfirm_days")
    if days is not None and not 1 <= days <= MOST_DAYS:
        reasons.append(Reason("out_of_range", {"field": "reconfirm_days", "low": 1, "high": MOST_DAYS}))
    for name, kind in REFERENCES.items():
        wanted = values.get(name)
        if wanted is not None and tx.session.exec(select(kind.id).where(kind.id == wanted)).first() is None:
            reasons.append(Reason("unknown_reference", {"field": name, "id": str(wanted)}))
    return reasons


def _zone_of(tx: Tx, venue_id: int | None) -> str:
    if venue_id is None:
        return tx.settings.zone
    return tx.session.exec(select(Venue.zone).where(col(Venue.id) == venue_id)).one()
