"""Equipment as lists and pages show it: the register, what is free when, and what an activity still lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from models.enums import EquipmentKind, LoanState
from models.errors import NotFound
from models.rules import loans as rules
from models.rules.loans import Need
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.equipment import Equipment, Loan
from models.tables.orgs import Org
from models.tables.venues import Venue
from models.values import TimeWindow
from muster.localtime import zone
from services import access, equipment_facts, facts
from services.queries import filters
from services.queries.loans import LoanRow, away_now, loans_where
from services.queries.orgs import OrgRef
from services.queries.paging import DEFAULT_LIMIT, AnyRow, AnySelect, Key, Page, fetch
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentRow:
    """A thing in a list, valid for local days `[valid_from_on, valid_until_on)`; `away` is the loan that it is out for."""

    id: int
    kind: EquipmentKind
    name: str
    code: str | None
    org: OrgRef | None
    seats: int | None
    kept_at: str
    valid_from_on: date
    valid_until_on: date | None
    version: int
    away: LoanRow | None = None

    @property
    def label(self) -> str:
        """What people call this very thing: its name and its number."""
        return f"{self.name} {self.code}" if self.code else self.name


@dataclass(frozen=True, slots=True)
class EquipmentView:
    """One thing, and whether the actor may change it."""

    equipment: EquipmentRow
    may_change: bool


@dataclass(frozen=True, slots=True)
class Lack:
    """What an activity needs and neither its venue has nor anybody lent.

    `offer` is the name under which `free_count` things can be lent at once, None where none is free;
    `is_kept` tells whether the house has such things at all.
    """

    name: str
    count: int
    offer: str | None
    free_count: int
    is_kept: bool

    @property
    def can_be_lent(self) -> bool:
        """Tell whether all of it is free."""
        return self.free_count >= self.count


@dataclass(frozen=True, slots=True)
class ActivityEquipment:
    """What an activity needs, what is built into its venue, what is lent to it, and what is lacking.

    `note` tells of too few seats; `may_lend` whether the actor may lend it anything now.
    """

    wanted: tuple[Need, ...]
    built_in: tuple[Need, ...]
    loans: tuple[LoanRow, ...]
    lacking: tuple[Lack, ...]
    note: Reason | None
    may_lend: bool

    @property
    def live(self) -> tuple[LoanRow, ...]:
        """Loans that were not called off."""
        return tuple(row for row in self.loans if row.state is not LoanState.cancelled)


def list_equipment(
    tx: Tx,
    *,
    q: str | None = None,
    kind: EquipmentKind | None = None,
    name: str | None = None,
    org_id: int | None = None,
    on: date | None = None,
    free: TimeWindow | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[EquipmentRow]:
    """List things by pinyin and number; `free` keeps those that are there and that nobody has in that window.

    Raises:
        SignInNeeded, Forbidden, NotFound (an id that no row can have); Invalid: text, limit or cursor.
    """
    access.require_role(tx.actor, access.SEEING)
    searched = filters.matching(
        q, col(Equipment.name), col(Equipment.kept_at), sort_key=col(Equipment.sort_key), code=col(Equipment.code)
    )
    query = _rows().where(*searched, *filters.valid_on(Equipment, on))
    if kind is not None:
        query = query.where(col(Equipment.kind) == kind)
    if name is not None:
        query = query.where(col(Equipment.name) == filters.plain_text("name", name))
    if org_id is not None:
        query = query.where(col(Equipment.org_id) == filters.known_id("org", org_id))
    if free is not None:
        query = query.where(equipment_facts.is_free(free, zone(tx.settings.zone)))
    keys = (Key(col(Equipment.sort_key)), Key(func.coalesce(col(Equipment.code), "")), Key(col(Equipment.id)))
    rows, following = fetch(tx, query, keys=keys, limit=limit, cursor=cursor)
    away = away_now(tx, [row.Equipment.id for row in rows])
    return Page(tuple(_row(row, away.get(row.Equipment.id)) for row in rows), following)


def read_equipment(tx: Tx, equipment_id: int) -> EquipmentView:
    """Return one thing.

    Raises:
        SignInNeeded, Forbidden, NotFound.
    """
    access.require_role(tx.actor, access.SEEING)
    is_it = col(Equipment.id) == filters.known_id("equipment", equipment_id)
    found = tx.session.execute(_rows().where(is_it)).first()
    if found is None:
        raise NotFound("equipment", equipment_id)
    return EquipmentView(_row(found, away_now(tx, [equipment_id]).get(equipment_id)), tx.actor.has(access.MANAGING))


def free_for(tx: Tx, window: TimeWindow, *, is_widened: bool = False) -> tuple[EquipmentRow, ...]:
    """Return all things that could be lent for a window, by pinyin and number.

    With `is_widened` the window is an activity's own, and each thing must be free the usual minutes of its
    kind before and after it as well. What is free when this is read may be taken a moment later.
    """
    access.require_role(tx.actor, access.SEEING)
    is_free = equipment_facts.is_free_around if is_widened else equipment_facts.is_free
    rows = tx.session.execute(_rows().where(is_free(window, zone(tx.settings.zone)))).all()
    in_order = sorted(rows, key=lambda row: (row.Equipment.sort_key, row.Equipment.code or "", row.Equipment.id))
    return tuple(map(_row, in_order))


def of_activity(tx: Tx, activity_id: int) -> ActivityEquipment:
    """Return what an activity needs and has; a constant number of statements.

    Raises:
        SignInNeeded, NotFound.
    """
    access.require_seen(tx.session, tx.actor, filters.known_id("activity", activity_id))
    activity = tx.get(Activity, activity_id, noun="activity", for_update=False)
    fixed = select(col(Venue.equipment)).where(col(Venue.id) == activity.venue_id)
    there = rules.needs_of(tx.session.execute(fixed).scalar() or "") if activity.venue_id else ()
    wanted = rules.needs_of(activity.equipment)
    loans = loans_where(tx, col(Loan.activity_id) == activity_id)
    lent = [row for row in loans if row.state is LoanState.lent]
    lacking = rules.lacking(wanted, [*there, *_counted(lent)])
    may_borrow = bool(rules.may_borrow(facts.activity_facts(activity), tx.now))
    is_managed = access.has_role_over(tx.session, tx.actor, activity.team_id, access.MANAGING)
    return ActivityEquipment(
        wanted=wanted,
        built_in=tuple(one for one in there if any(rules.meets(need.name, one.name) for need in wanted)),
        loans=loans,
        lacking=_lacks(tx, lacking, facts.window_of(activity)) if may_borrow else (),
        note=rules.seats_note(sum(row.seats or 0 for row in lent), activity.capacity),
        may_lend=may_borrow and is_managed,
    )


def _counted(lent: Sequence[LoanRow]) -> list[Need]:
    names = [row.equipment_name for row in lent]
    return [Need(name, names.count(name)) for name in dict.fromkeys(names)]


def _lacks(tx: Tx, lacking: Sequence[Need], window: TimeWindow) -> tuple[Lack, ...]:
    if not lacking:
        return ()
    free = [row.name for row in free_for(tx, window, is_widened=True)]
    first_on, _ = rules.days_of(window, zone(tx.settings.zone))
    valid = filters.valid_on(Equipment, first_on)
    kept = tx.session.execute(select(col(Equipment.name)).distinct().where(*valid)).scalars().all()
    return tuple(_lack(need, free, kept) for need in lacking)


def _lack(need: Need, free: Sequence[str], kept: Sequence[str]) -> Lack:
    serving = [name for name in dict.fromkeys(free) if rules.meets(need.name, name)]
    best = max(serving, key=lambda name: (name == need.name, free.count(name) >= need.count), default=None)
    return Lack(
        need.name,
        need.count,
        best,
        free.count(best) if best else 0,
        is_kept=any(rules.meets(need.name, name) for name in kept),
    )


def _rows() -> AnySelect:
    return select(Equipment, col(Org.name).label("org_name")).outerjoin(Org, col(Org.id) == col(Equipment.org_id))


def _row(found: AnyRow, away: LoanRow | None = None) -> EquipmentRow:
    row: Equipment = found.Equipment
    return EquipmentRow(
        id=row.id,
        kind=row.kind,
        name=row.name,
        code=row.code,
        org=OrgRef(row.org_id, found.org_name) if row.org_id is not None else None,
        seats=row.seats,
        kept_at=row.kept_at,
        valid_from_on=row.valid_from_on,
        valid_until_on=row.valid_until_on,
        version=row.version,
        away=away,
    )
