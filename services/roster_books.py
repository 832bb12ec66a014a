"""What is in the registers already, as roster files name it: by code or by name."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, select

from models.enums import TeamKind
from models.rules import identifiers, names
from models.tables.orgs import Org
from models.tables.people import Person
from models.tables.teams import Membership, Team
from models.tables.venues import Venue
from services import access
from services.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a register, with what tells namesakes apart.

    `up_id` is what it hangs below, `org_id` its body or employer, `team_ids` every team a person was ever in.
    """

    id: int
    code: str | None
    name: str
    up_id: int | None = None
    org_id: int | None = None
    team_ids: frozenset[int] = frozenset()
    kind: TeamKind | None = None


class Book:
    """The rows of one register that the actor may see, by code and by name."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.by_id: dict[int, Entry] = {}
        self.by_code: dict[str, Entry] = {}
        self._by_name: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            self.by_id[entry.id] = entry
            self._by_name[name_key(entry.name)].append(entry)
            if entry.code is not None:
                self.by_code[entry.code] = entry

    def named(self, name: str) -> list[Entry]:
        """Return every row of that name."""
        return self._by_name.get(name_key(name), [])

    def coded(self, text: str) -> Entry | None:
        """Return the row of that code."""
        return self.by_code.get(identifiers.short_code(text) or "")


def name_key(name: str) -> str:
    """Return a name as names are compared: width of signs, case and white space make no difference."""
    return identifiers.half_width(names.person_name(name)).casefold()


def load(tx: Tx, noun: str) -> Book:
    """Read one register: org, team, person or venue; one or two statements."""
    return Book(_LOADERS[noun](tx))


def _orgs(tx: Tx) -> Iterable[Entry]:
    query = select(Org.id, Org.code, Org.name, Org.parent_id)
    return (Entry(row_id, code, name, up_id=up_id) for row_id, code, name, up_id in tx.session.exec(query))


def _teams(tx: Tx) -> Iterable[Entry]:
    seen = access.team_in_reach(tx.actor, col(Team.id), access.SEEING)
    for team in tx.session.exec(select(Team).where(seen)):
        yield Entry(team.id, team.code, team.name, up_id=team.parent_id, org_id=team.org_id, kind=team.kind)


def _people(tx: Tx) -> Iterable[Entry]:
    teams: defaultdict[int, set[int]] = defaultdict(set)
    for person_id, team_id in tx.session.exec(select(Membership.person_id, Membership.team_id)):
        teams[person_id].add(team_id)
    seen = access.may_see_person(tx.actor)
    query = select(Person.id, Person.code, Person.name, Person.employer_org_id).where(seen)
    for row_id, code, name, org_id in tx.session.exec(query):
        yield Entry(row_id, code, name, org_id=org_id, team_ids=frozenset(teams.get(row_id, ())))


def _venues(tx: Tx) -> Iterable[Entry]:
    for venue in tx.session.exec(select(Venue)):
        yield Entry(venue.id, venue.code, venue.name, up_id=venue.parent_id, org_id=venue.org_id)


_LOADERS = {"org": _orgs, "team": _teams, "person": _people, "venue": _venues}
