"""What a roster file would do: which row is new, which is which row of ours, and what does not fit.

Nothing is written here. References may name rows of the same file, whatever their order.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.enums import ImportKind, TeamKind
from models.rules import identifiers
from models.rules import teams as team_rules
from models.rules.verdicts import Reason, Refused
from services import access, roster_books, venue_fields
from services.roster_books import Book, Entry
from services.roster_columns import Roster
from services.roster_lines import Fault, RosterRow, RosterRows
from services.unit_of_work import Tx

DEEPEST = 100  # levels of rows below each other within one file


@dataclass(frozen=True, slots=True)
class InFile:
    """A reference to a row of the same file that is still to be written."""

    row_number: int


@dataclass(slots=True)
class Planned:
    """One row with its references resolved; `target` is the row of ours that it means, None for a new one."""

    row: RosterRow
    target: Entry | None = None
    references: dict[str, int | InFile] = field(default_factory=dict)
    is_begun: bool = False
    is_settled: bool = False


class Planner:
    """Resolves the rows of one file against the registers."""

    def __init__(self, tx: Tx, roster: Roster, read: RosterRows) -> None:
        self.roster = roster
        self.headers = read.headers
        self.faults: list[Fault] = list(read.faults)
        self.planned = {row.number: Planned(row) for row in read.rows}
        self._columns = [column for column in roster.columns if column.refers_to]
        nouns = {roster.noun, *(column.refers_to for column in self._columns if column.refers_to)}
        self._books: dict[str, Book] = {noun: roster_books.load(tx, noun) for noun in nouns}
        reach = access.reach(tx.actor, access.MANAGING)
        self._managed = None if reach is None else set(tx.session.execute(reach).scalars())
        self._by_code: dict[str, Planned] = {}
        self._by_name: defaultdict[str, list[Planned]] = defaultdict(list)
        self._by_target: dict[int, Planned] = {}
        for planned in self.planned.values():
            self._index(planned)

    def settle(self) -> None:
        """Resolve every row; afterwards `planned` and `faults` are complete."""
        for planned in self.planned.values():
            self._settle(planned, 0)
        self._by_target = {planned.target.id: planned for planned in self.planned.values() if planned.target}
        self._refuse_repeats()
        for planned in self.planned.values():
            self._check(planned)

    def in_order(self) -> Iterator[Planned]:
        """Yield the rows so that each comes after those of the file that it refers to."""
        done: set[int] = set()
        for planned in self.planned.values():
            line = [planned]
            while isinstance(up := line[-1].references.get(self.roster.up), InFile):
                line.append(self.planned[up.row_number])
            for one in reversed(line):
                if one.row.number not in done:
                    done.add(one.row.number)
                    yield one

    def _index(self, planned: Planned) -> None:
        values = planned.row.values
        if "name" in values:
            self._by_name[roster_books.name_key(values["name"])].append(planned)
        if (code := values.get("code")) is not None:
            if code in self._by_code:
                self._fault(planned, "code", Reason("row_repeated", {"other": self._by_code[code].row.number}))
            self._by_code.setdefault(code, planned)

    def _fault(self, planned: Planned, name: str, reason: Reason) -> None:
        header = self.headers.get(name, name)
        self.faults.append(Fault(planned.row.number, header, reason.code, reason.params))

    def _settle(self, planned: Planned, depth: int) -> None:
        if planned.is_begun:
            return
        planned.is_begun = True
        for column in self._columns:
            text = planned.row.values.get(column.field)
            if text is not None and column.refers_to is not None:
                found = self._resolve(planned, column.field, column.refers_to, text, depth)
                if found is not None:
                    planned.references[column.field] = found
        planned.target = self._target(planned)
        planned.is_settled = True

    def _resolve(self, planned: Planned, name: str, noun: str, text: str, depth: int) -> int | InFile | None:
        """Return what a reference means; note a fault where that is nothing or more than one thing."""
        found: dict[int | InFile, None] = {}
        own = self._own(planned, text) if noun == self.roster.noun else []
        for other in own:
            if depth == DEEPEST or (other.is_begun and not other.is_settled):
                self._fault(planned, name, Reason("reference_in_a_ring", {"value": text}))
                return None
            self._settle(other, depth + 1)
            found[other.target.id if other.target else InFile(other.row.number)] = None
        book = self._books[noun]
        if (coded := book.coded(text)) is not None:
            found = {coded.id: None}
        elif noun != self.roster.noun or identifiers.short_code(text) not in self._by_code:
            found |= {entry.id: None for entry in book.named(text)}
        if len(found) == 1:
            return next(iter(found))
        self._fault(planned, name, _not_one(text, len(found)))
        return None

    def _own(self, planned: Planned, text: str) -> list[Planned]:
        """Return the other rows of the file that a reference may mean: the one of its code, else those of its name."""
        coded = self._by_code.get(identifiers.short_code(text) or "")
        if coded is not None:
            return [coded]
        return [other for other in self._by_name.get(roster_books.name_key(text), []) if other is not planned]

    def _target(self, planned: Planned) -> Entry | None:
        """Return the row of ours that a row means: the one of its code, else the one of its name and unit."""
        values = planned.row.values
        book = self._books[self.roster.noun]
        code = values.get("code")
        if code is not None and code in book.by_code:
            return book.by_code[code]
        if "name" not in values:
            return None
        found = [entry for entry in book.named(values["name"]) if code is None or entry.code is None]
        alike = [entry for entry in found if self._is_same_unit(planned, entry)]
        if len(alike) > 1:
            self._fault(planned, "name", Reason("row_ambiguous", {"value": values["name"], "count": len(alike)}))
        if alike or self.roster.kind is not ImportKind.people:
            return alike[0] if alike else None
        if found and code is None and not {"team", "employer"} & values.keys():
            self._fault(planned, "name", Reason("person_needs_unit", {"value": values["name"]}))
        return None

    def _is_same_unit(self, planned: Planned, entry: Entry) -> bool:
        """Tell whether a namesake is of the unit that the row names; a person's name alone proves nothing."""
        values, references = planned.row.values, planned.references
        if self.roster.kind is ImportKind.people:
            return references.get("team") in entry.team_ids or (
                "employer" in references and references["employer"] == entry.org_id
            )
        if "parent" in values:
            return references.get("parent") == entry.up_id
        return "org" not in values or references.get("org") == entry.org_id

    def _refuse_repeats(self) -> None:
        """Refuse two rows of the file that are the same thing."""
        seen: dict[object, int] = {}
        for planned in self.planned.values():
            values = planned.row.values
            if planned.target is not None:
                key: object = planned.target.id
            elif "code" in values or "name" not in values:
                continue
            else:
                units = tuple(planned.references.get(name) for name in ("parent", "team", "employer", "org"))
                key = (roster_books.name_key(values["name"]), *units)
            if key in seen:
                self._fault(planned, "name", Reason("row_repeated", {"other": seen[key]}))
            seen.setdefault(key, planned.row.number)

    def _check(self, planned: Planned) -> None:
        """Note what else the services would refuse, as far as it can be told from here."""
        values = planned.row.values
        if (
            self.roster.kind is ImportKind.people
            and "team" not in values
            and {"team_role", "joined_on"} & values.keys()
        ):
            self._fault(planned, "team_role" if "team_role" in values else "joined_on", Reason("team_needed"))
        if self.roster.kind is ImportKind.teams:
            self._check_level(planned)
        if self.roster.kind is ImportKind.venues and planned.target is None:
            for reason in venue_fields.contradictions(values):
                self._fault(planned, str(reason.params["field"]), reason)
        if self._managed is not None and not self._may_write(planned, self._managed):
            self._fault(planned, "name", Reason("role_missing"))

    def _check_level(self, planned: Planned) -> None:
        kind = self._team_kind(planned)
        up = planned.references.get("parent")
        if kind is None or up is None:
            return
        parent = self._team_kind(self.planned[up.row_number]) if isinstance(up, InFile) else self._kind_of(up)
        answer = team_rules.may_stand_under(kind, parent)
        if isinstance(answer, Refused):
            self._fault(planned, "parent", answer.reasons[0])

    def _kind_of(self, team_id: int) -> TeamKind | None:
        """Return the level that a team of ours has, or will have by this file."""
        planned = self._by_target.get(team_id)
        return self._team_kind(planned) if planned else self._books["team"].by_id[team_id].kind

    def _team_kind(self, planned: Planned) -> TeamKind | None:
        return planned.row.values.get("kind") or (planned.target.kind if planned.target else None)

    def _may_write(self, planned: Planned, managed: set[int]) -> bool:
        """Tell whether an actor who manages some teams, not the whole house, may write this row."""
        target, references = planned.target, planned.references
        if self.roster.kind is ImportKind.teams:
            up = references.get("parent")
            may_hang = isinstance(up, InFile) or up in managed
            return target.id in managed and (up is None or may_hang) if target else may_hang
        if self.roster.kind is ImportKind.people:
            may_join = references.get("team") in managed
            return bool(target.team_ids & managed) and ("team" not in references or may_join) if target else may_join
        return True


def _not_one(text: str, count: int) -> Reason:
    if count:
        return Reason("reference_ambiguous", {"value": text, "count": count})
    return Reason("reference_unknown", {"value": text})
