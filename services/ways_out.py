"""Why a venue cannot be had, and the ways out. All of it a read that may be stale: the guard decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from models.errors import VenueTaken
from models.rules import alternatives as search
from models.rules import booking as rules
from models.rules.verdicts import Reason, Refused
from models.tables.bookings import Booking
from models.tables.resources import Occupancy
from models.tables.venues import VenueResource
from models.values import TimeWindow
from services import venue_facts
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A venue asked for: the purpose's own window, and what it occupies with its buffers."""

    venue_id: int
    window: TimeWindow
    occupied: TimeWindow
    people_count: int | None = None


@dataclass(frozen=True, slots=True)
class TakenBy:
    """A booking in the way, by id and what it occupies, buffers included; whose it is stays with those who may know."""

    booking_id: int
    venue_id: int
    starts_at: datetime
    ends_at: datetime


def refuse_unless_free(tx: Tx, ask: Ask) -> None:
    """Raise `VenueTaken` with all reasons, the conflicts and the ways out; return where nothing is seen against it."""
    option = venue_facts.options(tx, ask.venue_id)[ask.venue_id]
    answer = rules.may_book(option.venue, ask.window, ask.occupied, tx.now, ask.people_count)
    reasons = list(answer.reasons) if isinstance(answer, Refused) else []
    conflicts = _conflicts(tx, ask)
    if conflicts:
        reasons.insert(0, _taken_reason(conflicts))
    if reasons:
        raise VenueTaken(*reasons, conflicts=conflicts, alternatives=find(tx, ask))


def taken(tx: Tx, ask: Ask) -> VenueTaken:
    """Return the refusal for an ask that the guard has just turned down."""
    conflicts = _conflicts(tx, ask)
    reason = _taken_reason(conflicts) if conflicts else Reason("venue_taken")
    return VenueTaken(reason, conflicts=conflicts, alternatives=find(tx, ask))


def find(tx: Tx, ask: Ask) -> tuple[search.Alternative, ...]:
    """Return up to five ranked ways out that were free when this was read."""
    set_up = ask.window.starts_at - ask.occupied.starts_at
    tear_down = ask.occupied.ends_at - ask.window.ends_at
    reach = timedelta(days=search.DAYS_AHEAD + 1)
    wanted = search.Wanted(
        venue_id=ask.venue_id,
        window=ask.window,
        set_up=set_up,
        tear_down=tear_down,
        people_count=ask.people_count,
    )
    options = tuple(venue_facts.options(tx).values())
    busy = venue_facts.busy(tx, ask.occupied.widened(reach, reach))
    return tuple(search.alternatives(options, busy, wanted, tx.now))


def _conflicts(tx: Tx, ask: Ask) -> tuple[TakenBy, ...]:
    parts = select(col(VenueResource.resource_id)).where(col(VenueResource.venue_id) == ask.venue_id)
    rows = tx.session.exec(
        select(Booking)
        .where(
            col(Booking.id).in_(
                select(col(Occupancy.booking_id)).where(
                    col(Occupancy.resource_id).in_(parts),
                    col(Occupancy.occupied_until) > ask.occupied.starts_at,
                    col(Occupancy.occupied_from) < ask.occupied.ends_at,
                )
            )
        )
        .order_by(col(Booking.occupied_from))
    ).all()
    return tuple(TakenBy(row.id, row.venue_id, row.occupied_from, row.occupied_until) for row in rows)


def _taken_reason(conflicts: tuple[TakenBy, ...]) -> Reason:
    first = conflicts[0]
    return Reason("venue_taken", {"starts_at": first.starts_at, "ends_at": first.ends_at})
