"""Writes the sample's registers: bodies, teams, halls, people, lines of work and logins."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from models.enums import HostKind, MembershipRole, OrgKind, TeamKind
from models.rules.venue_lists import SpecialDays
from services import orgs, people, programmes, registers, teams, topics, users
from services.sample import data, halls, lending
from services.sample.accounts import ACCOUNTS, Account
from services.unit_of_work import Tx

SUBDISTRICTS_BELOW = "100"  # division codes of sub-districts end in less than this, those of towns do not
WITHOUT_MAIL = 7  # every so many-th person has a telephone only
IN_ENGLISH = 30  # every so many-th person reads English
JOINED_YEARS = 5


@dataclass(frozen=True, slots=True)
class Member:
    """A person as the casting knows them."""

    person_id: int
    key: str | None
    team: str
    roles: frozenset[str]
    has_mail: bool


@dataclass(slots=True)
class House:
    """Ids of the registers by the sample's own codes."""

    orgs: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    venues: dict[str, int] = field(default_factory=dict)
    wholes: dict[str, str] = field(default_factory=dict)
    asking: set[str] = field(default_factory=set)
    closed: dict[str, tuple[SpecialDays, ...]] = field(default_factory=dict)
    programmes: dict[str, int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    user_ids: dict[str, int] = field(default_factory=dict)

    def line(self, team: str) -> Iterator[str]:
        """Yield a team's code and those above it, up to the headquarters."""
        while team:
            yield team
            team = self.parents[team]


def write_house(tx: Tx, today: date | None = None) -> House:
    """Write every register and return the ids; the logins come with `write_accounts`. `today` is when the story ends."""
    house = House()
    _write_orgs(tx, house)
    _write_teams(tx, house)
    _write_halls(tx, house, today or registers.today(tx))
    lending.write_equipment(tx, house.orgs[data.read("house")["code"]])
    _write_people(tx, house)
    for code, (name, name_en) in data.read("programmes")["programmes"].items():
        house.programmes[code] = programmes.create(tx, code=code, name=name, name_en=name_en)
    for word, (title, minutes, audience) in data.read("programmes")["topics"].items():
        house.topics[word] = topics.create(
            tx, title=title, length_minutes=minutes, audience=audience, approved_on=data.since()
        )
    return house


def write_account(tx: Tx, house: House, account: Account, password_hash: str) -> None:
    """Write one login."""
    person_ids = {member.key: member.person_id for member in house.members if member.key}
    house.user_ids[account.word] = users.add(
        tx,
        name=account.name,
        email=account.email,
        role=account.role,
        team_id=house.teams[account.team] if account.team else None,
        person_id=person_ids[account.person] if account.person else None,
        password_hash=password_hash,
    )


#: Everybody who acts in the story; the last login is written when the story is told.
ACTING, LAST = ACCOUNTS[:-1], ACCOUNTS[-1]


def _write_orgs(tx: Tx, house: House) -> None:
    bones = data.read("house")
    since, division = bones["since"], bones["division"]
    top = orgs.create(
        tx, name=bones["name"], code=bones["code"], kind=OrgKind.union, division_code=division, valid_from_on=since
    )
    house.orgs[bones["code"]] = top
    for place, (name, _lat, _lon) in bones["places"].items():
        host_kind = HostKind.subdistrict if place < SUBDISTRICTS_BELOW else HostKind.town
        house.orgs[f"T-{place}"] = orgs.create(
            tx,
            name=f"{name}总工会（示例）",
            code=f"T-{place}",
            kind=OrgKind.union,
            parent_id=top,
            host_kind=host_kind,
            division_code=f"{division}{place}",
            valid_from_on=since,
        )
    for code, (name, kind, host_kind, place) in bones["hosts"].items():
        house.orgs[code] = orgs.create(
            tx,
            name=name,
            code=code,
            kind=OrgKind(kind),
            parent_id=house.orgs[f"T-{place}"],
            host_kind=HostKind(host_kind),
            division_code=f"{division}{place}",
            contact_name="何样张",
            contact_phone="0714-8720000",
            contact_email=f"{code.lower()}@example.org",
            valid_from_on=since,
        )


def _write_teams(tx: Tx, house: House) -> None:
    bones = data.read("house")
    for code, (name, kind, above) in bones["teams"].items():
        house.parents[code] = above
        house.teams[code] = teams.create(
            tx,
            kind=TeamKind(kind),
            name=name,
            code=code,
            parent_id=house.teams.get(above),
            org_id=house.orgs[bones["code"]] if not above else None,
            valid_from_on=bones["since"],
        )


def _write_halls(tx: Tx, house: House, today: date) -> None:
    found = halls.write_halls(tx, house.orgs, house.teams, today)
    house.venues, house.wholes, house.asking, house.closed = found.ids, found.wholes, found.asking, found.closed


def _write_people(tx: Tx, house: House) -> None:
    cast = data.read("people")
    numbers, names = count(), _names()
    leaders: dict[str, int] = {}
    for team in house.teams:
        rows = [(key, row) for key, row in cast["named"].items() if row["team"] == team]
        rows += [(None, _drawn(next(numbers), names)) for _ in range(cast["count"].get(team, 0))]
        for position, (key, row) in enumerate(rows):
            number = len(house.members)
            has_mail = key is not None or number % WITHOUT_MAIL != 0
            leads = row.get("leads", position == 0 and house.parents[team] in {"", "HQ"})
            person_id = people.create(
                tx,
                name=row["name"],
                team_id=house.teams[team],
                team_role=MembershipRole.leader if leads else MembershipRole.member,
                joined_on=data.since().replace(year=data.since().year + number % JOINED_YEARS, month=number % 12 + 1),
                phone=f"1380000{1000 + number}",
                email=row.get("email", f"p{number:03}@example.org") if has_mail else None,
                code=f"P{number:03}",
                locale="en" if number % IN_ENGLISH == IN_ENGLISH - 1 else "zh-CN",
                answers_through_id=None if has_mail else _leader_above(house, leaders, team),
                titles=row["honours"],
                roles=row["roles"],
                skills=row["skills"],
                languages=row.get("languages", ["普通话", "大冶话"]),
                is_synthetic=True,
            )
            if leads:
                leaders[team] = person_id
            house.members.append(Member(person_id, key, team, frozenset(row["roles"]), has_mail))


def _leader_above(house: House, leaders: Mapping[str, int], team: str) -> int | None:
    return next((leaders[code] for code in house.line(team) if code in leaders), None)


def _drawn(number: int, names: Iterator[str]) -> dict[str, Any]:
    """Return a person of the crowd: a name nobody bears, and a little of everything in turn."""
    turns = data.read("people")["turns"]
    honour = turns["honours"][number % len(turns["honours"])]
    return {
        "name": next(names),
        "honours": [honour] if honour else [],
        "roles": turns["roles"][number % len(turns["roles"])],
        "skills": [turns["skills"][number % len(turns["skills"])]],
        "languages": turns["languages"][number % len(turns["languages"])],
    }


def _names() -> Iterator[str]:
    """Yield every pair of a surname and a given name, both changing each time."""
    cast = data.read("people")
    taken = {row["name"] for row in cast["named"].values()}
    surnames, given = cast["surnames"], cast["given"]
    for number in count():
        name = surnames[number % len(surnames)] + given[(number + number // len(surnames)) * 7 % len(given)]
        if name not in taken:
            taken.add(name)
            yield name
