"""Why a venue cannot be had, and the ways out. All of it a read that may be stale: the guard decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from models.enums import Layout
from models.errors import VenueTaken
from models.rules import booking as rules
from models.rules.alternatives import Alternative, VenueOption, Wanted
from models.rules.person_conflicts import standing
from models.rules.verdicts import Reason, Refused
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.values import TimeWindow
from services import busy, people_travel, venue_facts
from services.chances import Chances
from services.companions import moved
from services.unit_of_work import Tx
from services.venue_terms import Asking


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A venue asked for: the purpose's own window, and what it occupies with its buffers.

    `set_up` and `tear_down` are those that were told; they travel with the ask to whatever is offered
    instead. None means the venue's own, and then another venue's own count there. `is_overriding` tells
    that what people can do about, such as a short way, does not stand against it.
    """

    venue_id: int
    window: TimeWindow
    occupied: TimeWindow
    people_count: int | None = None
    layout: Layout | None = None
    needs: frozenset[str] = frozenset()
    team_id: int | None = None
    activity_id: int | None = None
    leave_out_booking_id: int | None = None
    set_up: timedelta | None = None
    tear_down: timedelta | None = None
    is_overriding: bool = False


@dataclass(frozen=True, slots=True)
class TakenBy:
    """A booking in the way, by id and what it occupies, buffers included; whose it is stays with those who may know."""

    booking_id: int
    venue_id: int
    starts_at: datetime
    ends_at: datetime


def refuse_unless_free(tx: Tx, ask: Ask) -> VenueOption:
    """Return the venue as it is for who asks, where nothing is seen against the ask.

    Raises:
        VenueTaken: all reasons, the conflicts and the ways out.
    """
    option = _option(tx, ask)
    conflicts = _conflicts(tx, ask, option)
    reasons = [_taken_reason(conflicts)] if conflicts else []
    answer = rules.may_book(
        option.venue, ask.window, ask.occupied, tx.now, ask.people_count, layout=ask.layout, needs=ask.needs
    )
    reasons += answer.reasons if isinstance(answer, Refused) else ()
    reasons += _people_reasons(tx, ask)
    if reasons:
        raise VenueTaken(*reasons, conflicts=conflicts, alternatives=find(tx, ask))
    return option


def taken(tx: Tx, ask: Ask) -> VenueTaken:
    """Return the refusal for an ask that the guard has just turned down."""
    conflicts = _conflicts(tx, ask, _option(tx, ask))
    reason = _taken_reason(conflicts) if conflicts else Reason("venue_taken")
    return VenueTaken(reason, conflicts=conflicts, alternatives=find(tx, ask))


def find(tx: Tx, ask: Ask) -> tuple[Alternative, ...]:
    """Return up to five ranked ways out that were free when this was read; a fixed number of statements."""
    wanted = Wanted(
        venue_id=ask.venue_id,
        window=ask.window,
        set_up=ask.set_up,
        tear_down=ask.tear_down,
        people_count=ask.people_count,
        layout=ask.layout,
        needs=ask.needs,
    )
    chances = Chances(
        tx,
        wanted,
        team_id=ask.team_id,
        activity_id=ask.activity_id,
        leave_out=[] if ask.leave_out_booking_id is None else [ask.leave_out_booking_id],
        is_overriding=ask.is_overriding,
    )
    return tuple(chances.ways_out(wanted))


def _option(tx: Tx, ask: Ask) -> VenueOption:
    asking = Asking(team_id=ask.team_id, around=ask.window, leave_out_booking_id=ask.leave_out_booking_id)
    return venue_facts.options(tx, ask.venue_id, asking=asking)[ask.venue_id]


def _people_reasons(tx: Tx, ask: Ask) -> list[Reason]:
    if ask.activity_id is None:
        return []
    activity = tx.get(Activity, ask.activity_id, noun="activity", for_update=False)
    window = moved(TimeWindow(activity.starts_at, activity.ends_at), ask.window)
    found = people_travel.refusals(
        tx,
        activity_id=activity.id,
        venue_id=ask.venue_id,
        window=window,
        buffers=(ask.window.starts_at - ask.occupied.starts_at, ask.occupied.ends_at - ask.window.ends_at),
    )
    return standing(found, is_overriding=ask.is_overriding)


def _conflicts(tx: Tx, ask: Ask, option: VenueOption) -> tuple[TakenBy, ...]:
    found = {row.booking_id for row in busy.rows(tx, ask.occupied, option.resource_ids)} - {ask.leave_out_booking_id}
    if not found:
        return ()
    rows = tx.session.exec(
        select(Booking.id, Booking.venue_id, Booking.occupied_from, Booking.occupied_until)
        .where(col(Booking.id).in_(found))
        .order_by(col(Booking.occupied_from), col(Booking.id))
    )
    return tuple(TakenBy(*row) for row in rows)


def _taken_reason(conflicts: tuple[TakenBy, ...]) -> Reason:
    first = conflicts[0]
    return Reason("venue_taken", {"starts_at": first.starts_at, "ends_at": first.ends_at})
