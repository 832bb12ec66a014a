"""What each row of a roster changes, compared with the rows of ours that it means; a few statements a file."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlmodel import col, select

from models.enums import ImportKind, Layout, MembershipRole
from models.events.base import plain
from models.rules.hours import OpeningSpan
from models.rules.venue_lists import SpecialDays
from models.tables.orgs import Org
from models.tables.people import Person, PersonTrait
from models.tables.teams import Membership, Team
from models.tables.venues import Venue, VenueDays, VenueHours, VenueLayout
from services import people, registers, venue_days
from services.roster_plan import InFile, Planned, Planner
from services.unit_of_work import Tx

T = TypeVar("T")
CHUNK = 5000
TABLES: dict[ImportKind, Any] = {
    ImportKind.orgs: Org,
    ImportKind.teams: Team,
    ImportKind.people: Person,
    ImportKind.venues: Venue,
}
#: The service's name for what a column refers to.
REFERENCES = {
    "parent": "parent_id",
    "org": "org_id",
    "employer": "employer_org_id",
    "answers_through": "answers_through_id",
    "team": "team_id",
}


@dataclass(slots=True)
class RowChanges:
    """What one row does: arguments for the service, and what they were before, by the service's names.

    For a new row `before` is empty. `membership` is the one that the row speaks of, None where it makes one.
    """

    planned: Planned
    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    version: int = 1
    has_membership: bool = False
    membership: Membership | None = None
    membership_values: dict[str, Any] = field(default_factory=dict)
    membership_before: dict[str, Any] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Tell whether the row makes a row of ours."""
        return self.planned.target is None

    @property
    def is_empty(self) -> bool:
        """Tell whether everything is as the row says already."""
        joins = self.has_membership and (self.membership is None or bool(self.membership_values))
        return not self.is_new and not self.values and not joins


def compare(tx: Tx, planner: Planner) -> list[RowChanges]:
    """Return what each row changes, in an order in which it can be written."""
    kind = planner.roster.kind
    ids = [planned.target.id for planned in planner.planned.values() if planned.target]
    now = _present(tx, kind, ids)
    members = _memberships(tx, ids) if kind is ImportKind.people else {}
    return [_changes(kind, planned, now, members.get(_target_id(planned), [])) for planned in planner.in_order()]


def _target_id(planned: Planned) -> int:
    return planned.target.id if planned.target else 0


def _changes(
    kind: ImportKind, planned: Planned, now: dict[int, dict[str, Any]], members: Sequence[Membership]
) -> RowChanges:
    changes = RowChanges(planned)
    given = {name: value for name, value in planned.row.values.items() if name not in REFERENCES} | {
        REFERENCES[name]: target for name, target in planned.references.items()
    }
    joining: dict[str, Any] = {name: given.pop(name) for name in ("team_id", "team_role", "joined_on") if name in given}
    if planned.target is None:
        changes.values = given
    else:
        present = now[planned.target.id]
        changes.values = {name: value for name, value in given.items() if _differs(present[name], value)}
        changes.version = present["version"]
        changes.before = {name: present[name] for name in changes.values}
        if "name" in changes.values and kind is ImportKind.people:  # whose key may be written by hand
            changes.before["sort_key"] = present["sort_key"]
    if "team_id" in joining:
        _join(changes, joining, members)
    return changes


def _differs(old: Any, new: Any) -> bool:
    if isinstance(new, tuple) and new and isinstance(new[0], str):
        return set(old) != set(new)  # traits have no order
    return bool(old != new)


def _join(changes: RowChanges, joining: dict[str, Any], members: Sequence[Membership]) -> None:
    changes.has_membership = True
    given = {"role": joining.get("team_role"), "valid_from_on": joining.get("joined_on")}
    given = {name: value for name, value in given.items() if value is not None}
    changes.membership = next((member for member in members if member.team_id == joining["team_id"]), None)
    if changes.membership is None:
        changes.membership_values = {"team_id": joining["team_id"], "role": MembershipRole.member} | given
        return
    present = changes.membership
    changes.membership_values = {name: value for name, value in given.items() if getattr(present, name) != value}
    changes.membership_before = {name: getattr(present, name) for name in changes.membership_values}


def shown(changes: RowChanges, planner: Planner) -> Iterator[tuple[str, str, str]]:
    """Yield what a preview shows of a row: the column as the file calls it, what was, what will be."""
    back = {service: column for column, service in REFERENCES.items()}
    joining = dict(changes.membership_values)
    before = changes.before | changes.membership_before
    for name, value in {**changes.values, **joining}.items():
        column = {"role": "team_role", "valid_from_on": "joined_on"}.get(name, name) if name in joining else name
        column = back.get(column, column)
        if column not in planner.headers:
            continue  # a default, not something that the file says
        said = planner.planned[changes.planned.row.number].row.values.get(column)
        new = said if isinstance(said, str) and name in back else value
        yield planner.headers[column], _text(before.get(name)), _text(new)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, InFile):
        return f"#{value.row_number}"
    if isinstance(value, tuple | list):
        return "、".join(map(_text, value))
    if isinstance(value, dict):
        return "、".join(f"{plain(word)} {number}" for word, number in value.items())
    return str(value) if isinstance(value, OpeningSpan | SpecialDays) else str(plain(value))


def _present(tx: Tx, kind: ImportKind, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return, by id, what the rows hold now, by the service's names."""
    found = {row.id: row.model_dump() for row in _in_chunks(tx, TABLES[kind], "id", ids)}
    if kind is ImportKind.people:
        for row in found.values():
            row.update(dict.fromkeys(people.TRAITS, ()))
        arguments = {trait: argument for argument, trait in people.TRAITS.items()}
        for trait in _in_chunks(tx, PersonTrait, "person_id", ids):
            found[trait.person_id][arguments[trait.kind]] += (trait.value,)
    if kind is ImportKind.venues:
        spans: defaultdict[int, list[OpeningSpan]] = defaultdict(list)
        for span in _in_chunks(tx, VenueHours, "venue_id", ids):
            spans[span.venue_id].append(OpeningSpan(span.weekday, span.opens_minute, span.closes_minute))
        days: defaultdict[int, list[SpecialDays]] = defaultdict(list)
        for one in _in_chunks(tx, VenueDays, "venue_id", ids):
            days[one.venue_id].append(venue_days.stored(one))
        layouts: defaultdict[int, dict[Layout, int]] = defaultdict(dict)
        for layout in _in_chunks(tx, VenueLayout, "venue_id", ids):
            layouts[layout.venue_id][layout.layout] = layout.capacity
        for venue_id, row in found.items():
            row |= {"hours": tuple(sorted(spans[venue_id])), "days": tuple(days[venue_id])}
            row["layouts"] = layouts[venue_id]
    return found


def _memberships(tx: Tx, person_ids: Collection[int]) -> dict[int, list[Membership]]:
    """Return, by person, the memberships that have not ended, the oldest first."""
    today = registers.today(tx)
    found: defaultdict[int, list[Membership]] = defaultdict(list)
    for row in _in_chunks(tx, Membership, "person_id", person_ids):
        if row.valid_until_on is None or row.valid_until_on > today:
            found[row.person_id].append(row)
    return found


def _in_chunks(tx: Tx, kind: type[T], column: str, ids: Collection[int]) -> Iterator[T]:
    """Yield the rows of these ids, so many a statement that no database finds it too long."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        where = col(getattr(kind, column)).in_(wanted[start : start + CHUNK])
        yield from tx.session.exec(select(kind).where(where).order_by(col(kind.id)))  # type: ignore[attr-defined]
