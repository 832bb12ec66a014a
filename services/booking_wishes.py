"""What somebody asks for when they book a venue or queue for it: checked, with its venue locked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

from sqlmodel import col, select

from models.enums import Layout
from models.errors import Invalid
from models.rules import booking as rules
from models.rules.booking_states import OPEN_STATES
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.venues import Venue
from models.values import TimeWindow
from services import access, activity_rows, people_travel, venue_locks
from services.unit_of_work import Tx
from services.ways_out import Ask

LONGEST_BUFFER_MINUTES = 1440
MOST_HEADS = 1_000_000
#: More than any venue lets anybody have; the rules look at every day of a window.
LONGEST = timedelta(days=62)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A venue wanted for a window, for a team, perhaps for an activity.

    `set_up_minutes` and `tear_down_minutes` are what was told, None where it was left to the venue.
    """

    venue: Venue
    activity: Activity | None
    team_id: int | None
    window: TimeWindow
    occupied: TimeWindow
    set_up_minutes: int | None
    tear_down_minutes: int | None
    purpose: str
    people_count: int | None
    layout: Layout | None
    override_reason: str

    def ask(self) -> Ask:
        """Return what is to be found out about the venue."""
        activity = self.activity
        return Ask(
            venue_id=self.venue.id,
            window=self.window,
            occupied=self.occupied,
            people_count=self.people_count or (activity.capacity if activity else None),
            layout=self.layout or (activity.layout if activity else None),
            team_id=self.team_id,
            activity_id=activity.id if activity else None,
            set_up=None if self.set_up_minutes is None else timedelta(minutes=self.set_up_minutes),
            tear_down=None if self.tear_down_minutes is None else timedelta(minutes=self.tear_down_minutes),
            is_overriding=bool(self.override_reason),
        )

    def columns(self, tx: Tx) -> dict[str, Any]:
        """Return the columns that a booking and a wait have in common."""
        return {
            "venue_id": self.venue.id,
            "activity_id": self.activity.id if self.activity else None,
            "team_id": self.team_id,
            "starts_at": self.window.starts_at,
            "ends_at": self.window.ends_at,
            "set_up_minutes": (self.window.starts_at - self.occupied.starts_at) // timedelta(minutes=1),
            "tear_down_minutes": (self.occupied.ends_at - self.window.ends_at) // timedelta(minutes=1),
            "occupied_from": self.occupied.starts_at,
            "occupied_until": self.occupied.ends_at,
            "purpose": self.purpose,
            "people_count": self.people_count,
            "layout": self.layout,
            "requested_by_id": tx.actor.user_id,
            "created_at": tx.now,
        }


class WishFields(TypedDict, total=False):
    """What may be said of a wish besides where and when: what it is for, and how much there is to be room for."""

    purpose: str
    activity_id: int | None
    team_id: int | None
    set_up_minutes: int | None
    tear_down_minutes: int | None
    people_count: int | None
    layout: Layout | None


def read(
    tx: Tx,
    *,
    venue_id: int,
    starts_at: datetime,
    ends_at: datetime,
    purpose: str = "",
    activity_id: int | None = None,
    team_id: int | None = None,
    set_up_minutes: int | None = None,
    tear_down_minutes: int | None = None,
    people_count: int | None = None,
    layout: Layout | None = None,
    override_reason: str = "",
) -> Wish:
    """Check what was asked for and lock what it is about: the activity, then the venues that it has or is to have.

    The team is the activity's; without one it is the team told, or the only one that the actor works for.

    Raises:
        Invalid: all wrong values. SignInNeeded, Forbidden, NotFound.
    """
    access.require_role(tx.actor, access.LEADING)
    activity = None if activity_id is None else activity_rows.managed(tx, activity_id)
    if activity is not None:
        team_id = activity.team_id
    elif team_id is not None:
        access.require_over(tx.session, tx.actor, team_id, access.LEADING)
    else:
        team_id = _only_team(tx)
    venue = venue_locks.lock_all(tx, [venue_id, *venues_of(tx, activity)])[venue_id]
    set_up = venue.set_up_minutes if set_up_minutes is None else set_up_minutes
    tear_down = venue.tear_down_minutes if tear_down_minutes is None else tear_down_minutes
    check(starts_at, ends_at, purpose=purpose, buffers=(set_up, tear_down), people_count=people_count)
    return Wish(
        venue=venue,
        activity=activity,
        team_id=team_id,
        window=TimeWindow(starts_at, ends_at),
        occupied=rules.occupied_window(starts_at, ends_at, timedelta(minutes=set_up), timedelta(minutes=tear_down)),
        set_up_minutes=set_up_minutes,
        tear_down_minutes=tear_down_minutes,
        purpose=purpose.strip() or (activity.title if activity else ""),
        people_count=people_count,
        layout=layout,
        override_reason=people_travel.checked_reason(override_reason),
    )


def check(
    starts_at: datetime,
    ends_at: datetime,
    *,
    purpose: str = "",
    buffers: tuple[int, int] = (0, 0),
    people_count: int | None = None,
) -> None:
    """Raise `Invalid` with everything that cannot be meant; buffers are minutes of set-up and tear-down."""
    reasons = []
    if ends_at <= starts_at:
        reasons.append(Reason("ends_before_start", {"field": "ends_at"}))
    if ends_at - starts_at > LONGEST:
        reasons.append(Reason("too_long_a_window", {"field": "ends_at", "days": LONGEST.days}))
    if len(purpose) > 200:  # noqa: PLR2004 - the length of the column
        reasons.append(Reason("too_long", {"field": "purpose", "limit": 200}))
    for name, minutes in zip(("set_up_minutes", "tear_down_minutes"), buffers, strict=True):
        if not 0 <= minutes <= LONGEST_BUFFER_MINUTES:
            reasons.append(Reason("out_of_range", {"field": name, "low": 0, "high": LONGEST_BUFFER_MINUTES}))
    if people_count is not None and not 0 < people_count <= MOST_HEADS:
        reasons.append(Reason("out_of_range", {"field": "people_count", "low": 1, "high": MOST_HEADS}))
    if reasons:
        raise Invalid(*reasons)


def _only_team(tx: Tx) -> int | None:
    teams = {grant.team_id for grant in tx.actor.grants if grant.role in access.LEADING}
    return teams.pop() if len(teams) == 1 else None


def venues_of(tx: Tx, activity: Activity | None) -> list[int]:
    """Return the venues of an activity's open bookings, which a new one takes the place of."""
    if activity is None:
        return []
    open_ones = select(Booking.venue_id).where(
        col(Booking.activity_id) == activity.id, col(Booking.state).in_(sorted(OPEN_STATES))
    )
    return list(tx.session.exec(open_ones).all())
