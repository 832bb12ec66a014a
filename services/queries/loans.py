"""Loans as lists and pages show them: who has what when, week by week.

Everybody with a role sees when a thing is away; to which activity, only those who may see that one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from models.enums import EquipmentKind, LoanState
from models.errors import Invalid, NotFound
from models.rules import loans as rules
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.equipment import Equipment, Loan
from models.tables.users import User
from models.values import TimeWindow
from muster.localtime import day_bounds, zone
from muster.workcalendar import Day
from muster.workcalendar import day as calendar_day
from services import access
from services.queries import filters
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx

DAYS_A_WEEK = 7
FIRST_YEAR, LAST_YEAR = 1900, 2199
SHOWN = (LoanState.lent, LoanState.returned)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanRow:
    """One loan; `[occupied_from, occupied_until)` is how long the thing is away.

    The activity is None for those who may not see it. `may_return` and `may_cancel` say what the actor may do now;
    overdue is what should be back and was not marked as returned.
    """

    id: int
    equipment_id: int
    equipment_name: str
    equipment_code: str | None
    kind: EquipmentKind
    seats: int | None
    kept_at: str
    activity_id: int | None
    activity_title: str | None
    state: LoanState
    occupied_from: datetime
    occupied_until: datetime
    before_minutes: int
    after_minutes: int
    lent_by: str | None
    is_overdue: bool
    may_return: bool
    may_cancel: bool
    version: int

    @property
    def label(self) -> str:
        """What people call this very thing: its name and its number."""
        return f"{self.equipment_name} {self.equipment_code}" if self.equipment_code else self.equipment_name


@dataclass(frozen=True, slots=True)
class EquipmentDay:
    """A local day of a thing, and the loans that it is away for."""

    day: Day
    starts_at: datetime
    ends_at: datetime
    loans: tuple[LoanRow, ...]


def list_loans(
    tx: Tx,
    *,
    equipment_id: int | None = None,
    activity_id: int | None = None,
    state: LoanState | None = None,
    from_at: datetime | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[LoanRow]:
    """Return loans by when the thing is fetched, of one thing or one activity; `from_at` keeps those that end later.

    Raises:
        SignInNeeded, Forbidden; NotFound: no such thing, or no such activity for this actor; Invalid: limit or cursor.
    """
    access.require_role(tx.actor, access.SEEING)
    query = _rows(tx)
    if equipment_id is not None:
        _require_thing(tx, equipment_id)
        query = query.where(col(Loan.equipment_id) == equipment_id)
    if activity_id is not None:
        access.require_seen(tx.session, tx.actor, filters.known_id("activity", activity_id))
        query = query.where(col(Loan.activity_id) == activity_id)
    if state is not None:
        query = query.where(col(Loan.state) == state)
    if from_at is not None:
        query = query.where(col(Loan.occupied_until) > from_at)
    keys = (Key(col(Loan.occupied_from)), Key(col(Loan.id)))
    found, after = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    return Page(tuple(_row(tx, one) for one in found), after)


def read_loan(tx: Tx, loan_id: int) -> LoanRow:
    """Return one loan.

    Raises:
        SignInNeeded, Forbidden, NotFound.
    """
    access.require_role(tx.actor, access.SEEING)
    found = loans_where(tx, col(Loan.id) == filters.known_id("loan", loan_id))
    if not found:
        raise NotFound("loan", loan_id)
    return found[0]


def loans_by_id(tx: Tx, loan_ids: Collection[int]) -> tuple[LoanRow, ...]:
    """Return loans by their ids, e.g. those that stand in the way, by when the thing is fetched."""
    access.require_role(tx.actor, access.SEEING)
    return loans_where(tx, col(Loan.id).in_(sorted(loan_ids))) if loan_ids else ()


def loans_where(tx: Tx, *conditions: ColumnElement[bool]) -> tuple[LoanRow, ...]:
    """Return all loans that meet the conditions, by when the thing is fetched. The caller has narrowed them."""
    query = _rows(tx).where(*conditions).order_by(col(Loan.occupied_from), col(Loan.id))
    return tuple(_row(tx, one) for one in tx.session.execute(query))


def away_now(tx: Tx, equipment_ids: Collection[int]) -> dict[int, LoanRow]:
    """Return, by thing, the loan that it is out for at this instant, or is still not back from."""
    is_out = (
        col(Loan.equipment_id).in_(sorted(equipment_ids)),
        col(Loan.state) == LoanState.lent,
        col(Loan.occupied_from) <= tx.now,
    )
    return {row.equipment_id: row for row in loans_where(tx, *is_out)}  # of several, the latest stands


def equipment_week(tx: Tx, equipment_id: int, monday: date) -> tuple[EquipmentDay, ...]:
    """Return seven local days of a thing, from a Monday, in the house's zone.

    Raises:
        SignInNeeded, Forbidden, NotFound.
        Invalid: the day is no Monday, or lies in years that we do not keep.
    """
    access.require_role(tx.actor, access.SEEING)
    if monday.weekday() != 0:
        raise Invalid(Reason("not_a_monday", {"field": "monday"}))
    if not FIRST_YEAR <= monday.year <= LAST_YEAR:
        raise Invalid(Reason("day_wrong", {"field": "monday"}))
    _require_thing(tx, equipment_id)
    days = [monday + timedelta(days=number) for number in range(DAYS_A_WEEK)]
    bounds = [day_bounds(on, zone(tx.settings.zone)) for on in days]
    found = loans_where(
        tx,
        col(Loan.equipment_id) == equipment_id,
        col(Loan.state).in_(SHOWN),
        col(Loan.occupied_until) > bounds[0][0],
        col(Loan.occupied_from) < bounds[-1][1],
    )
    return tuple(
        EquipmentDay(
            calendar_day(on),
            starts_at,
            ends_at,
            tuple(row for row in found if row.occupied_from < ends_at and row.occupied_until > starts_at),
        )
        for on, (starts_at, ends_at) in zip(days, bounds, strict=True)
    )


def _require_thing(tx: Tx, equipment_id: int) -> None:
    found = select(func.count()).where(col(Equipment.id) == filters.known_id("equipment", equipment_id))
    if not tx.session.execute(found).scalar_one():
        raise NotFound("equipment", equipment_id)


def _rows(tx: Tx) -> AnySelect:
    return (
        select(
            Loan,
            Equipment,
            col(Activity.title).label("activity_title"),
            col(User.name).label("lent_by"),
            access.may_see_activity(tx.actor).label("is_seen"),
            access.team_in_reach(tx.actor, col(Activity.team_id), access.LEADING).label("is_led"),
            access.team_in_reach(tx.actor, col(Activity.team_id), access.MANAGING).label("is_managed"),
        )
        .join(Equipment, col(Equipment.id) == col(Loan.equipment_id))
        .join(Activity, col(Activity.id) == col(Loan.activity_id))
        .outerjoin(User, col(User.id) == col(Loan.lent_by_id))
    )


def _row(tx: Tx, found: AnyRow) -> LoanRow:
    loan: Loan = found.Loan
    thing: Equipment = found.Equipment
    occupied = TimeWindow(loan.occupied_from, loan.occupied_until)
    return LoanRow(
        id=loan.id,
        equipment_id=thing.id,
        equipment_name=thing.name,
        equipment_code=thing.code,
        kind=thing.kind,
        seats=thing.seats,
        kept_at=thing.kept_at,
        activity_id=loan.activity_id if found.is_seen else None,
        activity_title=found.activity_title if found.is_seen else None,
        state=loan.state,
        occupied_from=loan.occupied_from,
        occupied_until=loan.occupied_until,
        before_minutes=loan.before_minutes,
        after_minutes=loan.after_minutes,
        lent_by=found.lent_by if found.is_seen else None,
        is_overdue=loan.state is LoanState.lent and tx.now >= loan.occupied_until,
        may_return=bool(found.is_led) and bool(rules.may_return(loan.state, occupied, tx.now)),
        may_cancel=bool(found.is_managed) and bool(rules.may_cancel(loan.state, occupied, tx.now)),
        version=loan.version,
    )
