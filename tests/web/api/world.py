"""A house whose rows can be made in any state, and a program for each role in front of it."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from models.enums import (
    ActivityKind,
    AnswerVia,
    AssignmentRole,
    EquipmentKind,
    EvidenceKind,
    HostKind,
    OrgKind,
    ReminderKind,
    TallyMethod,
    TeamKind,
    UserRole,
)
from models.rules.audiences import Audience
from muster.clock import ManualClock
from services import (
    absences,
    activities,
    assignments,
    attendance,
    bookings,
    broadcasts,
    closings,
    endpoints,
    equipment,
    evidence,
    loans,
    memberships,
    orgs,
    outside_calendars,
    people,
    programmes,
    reminder_plans,
    series,
    stand_ins,
    tallies,
    teams,
    topics,
    tours,
    venues,
    waits,
)
from services.access import Actor
from services.queries import deliveries
from services.queries.calls import list_calls
from services.queries.series import read_series
from services.unit_of_work import UnitOfWork
from tests.service.builders import SmallHouse, small_house
from tests.web.browser import ADDRESS, TestClient, add_user, build, program

API = "/api/v1"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
#: A login each: organisers and leaders over the squad or the house, the auditor and the administrator over the house.
ROLES = ("stranger", "member", "leader", "squad_organiser", "organiser", "auditor", "administrator")
MINUTE = timedelta(minutes=1)


@dataclass
class World:
    """A small house with a clock; every method writes a row as an organiser and returns its id."""

    uow: UnitOfWork
    clock: ManualClock
    house: SmallHouse
    clients: dict[str, TestClient]
    number: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def _by(self) -> Actor:
        return self.house.organiser

    def soon(self) -> dict[str, Any]:
        """Return a window at ten in the morning of a day that nobody else has."""
        day = self.clock.now().replace(hour=2, minute=0, second=0, microsecond=0) + timedelta(
            days=10 + next(self.number)
        )
        return {"starts_at": day, "ends_at": day + 90 * MINUTE}

    def soon_ago(self) -> str:
        """Return the instant a minute ago."""
        return (self.clock.now() - MINUTE).isoformat()

    def person(self, team: int | None = None) -> int:
        """Write a member of a team who can take every role."""
        with self.uow.write(self._by) as tx:
            return people.create(tx, name="周样例", team_id=team or self.house.squad, roles=list(AssignmentRole))

    def absence(self, team: int) -> int:
        """Write down that a new person is away."""
        who = self.person(team)
        with self.uow.write(self._by) as tx:
            return absences.write(tx, person_id=who, note="出差", **self.soon())

    def outside_calendar(self) -> int:
        """Have a calendar of the member's read."""
        with self.uow.write(self.house.member) as tx:
            for row in outside_calendars.list_own(tx):
                outside_calendars.end(tx, row.id)
            return outside_calendars.give(tx, f"https://calendar.example.org/{next(self.number)}.ics")

    def membership(self, team: int) -> int:
        """Put a new person into a team."""
        someone = self.person(self.house.headquarters)
        with self.uow.write(self._by) as tx:
            return memberships.create(tx, person_id=someone, team_id=team)

    def team(self, parent: int) -> int:
        """Write a unit below a team."""
        with self.uow.write(self._by) as tx:
            return teams.create(tx, kind=TeamKind.unit, name=f"小队 {next(self.number)}", parent_id=parent)

    def org(self) -> int:
        """Write a company."""
        with self.uow.write(self._by) as tx:
            return orgs.create(tx, name="示例公司", kind=OrgKind.company)

    def venue(self, *, needs_approval: bool = False) -> int:
        """Write a hall that is always open."""
        with self.uow.write(self._by) as tx:
            return venues.create(
                tx,
                name="示例厅",
                kind=HostKind.workshop,
                capacity=90,
                needs_approval=needs_approval,
                lat=30.1,
                lon=115.0,
            )

    def thing(self) -> int:
        """Write a projector."""
        with self.uow.write(self._by) as tx:
            return equipment.create(tx, name="投影机", kind=EquipmentKind.device)

    def loan(self, activity: int) -> int:
        """Lend a new projector to an activity."""
        thing = self.thing()
        with self.uow.write(self._by) as tx:
            return loans.lend(tx, equipment_id=thing, activity_id=activity)

    def endpoint(self, team: int, *, name: str, url: str, channel: str = "webhook", **more: Any) -> int:
        """Write a bot or a webhook of a team."""
        secret, events = more.get("secret", ""), more.get("events")
        with self.uow.write(self._by) as tx:
            return endpoints.create(
                tx,
                channel=channel,
                name=f"{name}{next(self.number)}",
                url=url,
                secret=secret,
                team_id=team,
                settings={"events": events} if events else {},
            )

    def programme(self) -> int:
        """Write a programme."""
        with self.uow.write(self._by) as tx:
            return programmes.create(tx, code=f"P{next(self.number)}", name="示例工作")

    def topic(self) -> int:
        """Write a topic."""
        with self.uow.write(self._by) as tx:
            return topics.create(tx, title="劳模精神")

    def tour(self, team: int) -> int:
        """Write a tour of March."""
        with self.uow.write(self._by) as tx:
            return tours.create(tx, name="巡讲", team_id=team, first_on=date(2026, 3, 1), last_on=date(2026, 3, 31))

    def plan(self) -> dict[str, Any]:
        """Write when drivers are reminded; return what names the list."""
        with self.uow.write(self._by) as tx:
            reminder_plans.put(tx, ReminderKind.reminder, [("start-3h", None)], role=AssignmentRole.driver)
        return {"kind": "reminder", "role": "driver"}

    def draft(self, team: int, **window: Any) -> int:
        """Plan a lecture."""
        with self.uow.write(self._by) as tx:
            return activities.create(
                tx, kind=ActivityKind.lecture, title="宣讲", team_id=team, **(window or self.soon())
            )

    def released(self, team: int, **window: Any) -> int:
        """Plan a lecture and make it public."""
        found = self.draft(team, **window)
        with self.uow.write(self._by) as tx:
            activities.release(tx, found)
        return found

    def running(self, team: int) -> int:
        """Release a lecture of ten minutes that began six minutes ago."""
        found = self.released(team, starts_at=self.clock.now() + MINUTE, ends_at=self.clock.now() + 11 * MINUTE)
        self.clock.advance(7 * MINUTE)
        return found

    def held(self, team: int) -> int:
        """Hold a lecture with somebody counted at it, and let it end."""
        found = self.running(team)
        with self.uow.write(self._by) as tx:
            activities.hold(tx, found)
        self.tally(team, found)
        self.clock.advance(5 * MINUTE)
        return found

    def closed(self, team: int) -> int:
        """Sign a held lecture."""
        found = self.held(team)
        with self.uow.write(self._by) as tx:
            closings.sign(tx, found)
        return found

    def booking(
        self, activity: int | None = None, *, needs_approval: bool = False, hold: bool = False, **window: Any
    ) -> int:
        """Book a new hall, hold it or ask for it, for an activity where one is given."""
        hall, when = self.venue(needs_approval=needs_approval), window or self.soon()
        with self.uow.write(self._by) as tx:
            return bookings.create(tx, venue_id=hall, purpose="宣讲", activity_id=activity, hold=hold, **when)

    def booking_now(self) -> int:
        """Book a new hall that is somebody's in half an hour."""
        now = self.clock.now()
        return self.booking(starts_at=now + 30 * MINUTE, ends_at=now + 90 * MINUTE)

    def taken(self) -> dict[str, Any]:
        """Book a new hall; return what to ask for to have the same hours."""
        hall, window = self.venue(), self.soon()
        with self.uow.write(self._by) as tx:
            bookings.create(tx, venue_id=hall, **window)
        return {"venue_id": hall} | window

    def wait(self, *, is_offered: bool = False) -> int:
        """Queue for a new hall that is taken, and where asked for give it back."""
        hall, window = self.venue(), self.soon()
        with self.uow.write(self._by) as tx:
            taken = bookings.create(tx, venue_id=hall, **window)
        with self.uow.write(self._by) as tx:
            found = waits.join(tx, venue_id=hall, **window)
        if is_offered:
            with self.uow.write(self._by) as tx:
                bookings.cancel(tx, taken)
        return found

    def series(self) -> tuple[int, int]:
        """Ask for a new hall twice, of which somebody else has the second date; return the series and that date."""
        hall, window = self.venue(), self.soon()
        later = {name: at + timedelta(days=7) for name, at in window.items()}
        with self.uow.write(self._by) as tx:
            bookings.create(tx, venue_id=hall, purpose="宣讲", **later)
            found = series.create(tx, series.SeriesWish(venue_id=hall, rrule="FREQ=WEEKLY;COUNT=2", **window))
        with self.uow.read(self._by) as tx:
            return found, read_series(tx, found).dates[1].id

    def offered(self, team: int, person: int | None = None) -> int:
        """Ask a new person, or that one, to a released lecture."""
        found = self.released(team)
        who = person or self.person(team)
        with self.uow.write(self._by) as tx:
            return assignments.offer(tx, activity_id=found, person_id=who, role=AssignmentRole.model_demo)

    def accepted(self, team: int, person: int) -> int:
        """Write down that somebody said yes, so that timers wait."""
        found = self.offered(team, person)
        with self.uow.write(self._by) as tx:
            assignments.accept(tx, found, via=AnswerVia.phone)
        return found

    def call(self, team: int) -> int:
        """Ask a person whom nobody can write to, so that somebody has to telephone."""
        asked = self.offered(team)
        with self.uow.read(self._by) as tx:
            return next(one.id for one in list_calls(tx, limit=200).items if one.assignment_id == asked)

    def declined(self, team: int) -> int:
        """Ask a person who says no, where somebody else could be asked."""
        with self.uow.write(self._by) as tx:
            address = f"stand-in-{next(self.number)}@example.org"
            people.create(tx, name="吴样例", team_id=team, email=address, roles=list(AssignmentRole))
        asked = self.offered(team)
        with self.uow.write(self._by) as tx:
            assignments.decline(tx, asked, via=AnswerVia.phone)
        return asked

    def search(self, team: int) -> int:
        """Begin to look for a stand-in."""
        asked = self.declined(team)
        with self.uow.write(self._by) as tx:
            return stand_ins.start(tx, asked)

    def delivery(self, team: int) -> int:
        """Ask a new person who has an address; return the message that asks."""
        who = self.person(team)
        with self.uow.write(self._by) as tx:
            people.change(tx, who, {"email": "zhou@example.org"})
        self.offered(team, who)
        with self.uow.read(self._by) as tx:
            return deliveries.list_deliveries(tx, person_id=who).items[0].id

    def peopled(self, team: int) -> int:
        """Put somebody with an address into a team; return the team."""
        who = self.person(team)
        with self.uow.write(self._by) as tx:
            people.change(tx, who, {"email": "zhou@example.org"})
        return team

    def broadcast(self, team: int) -> int:
        """Send a message to a team, which can still be taken back."""
        audience = Audience(team_id=self.peopled(team))
        with self.uow.write(self._by) as tx:
            return broadcasts.send(tx, audience=audience, subject="请早到", body="走北门。")

    def check_in(self, team: int) -> tuple[int, int]:
        """Write down that somebody came; return the activity and the row."""
        found, who = self.running(team), self.person(team)
        with self.uow.write(self._by) as tx:
            return found, attendance.check_in(tx, found, at=self.clock.now(), nonce="door", person_id=who)

    def tally(self, team: int, activity: int | None = None) -> tuple[int, int]:
        """Write down heads; return the activity and the row."""
        found, now = activity or self.running(team), self.clock.now()
        with self.uow.write(self._by) as tx:
            row = tallies.add(
                tx, found, count=3, method=TallyMethod.counter, counter="何样张", from_at=now - MINUTE, until_at=now
            )
        return found, row

    def document(self, team: int) -> tuple[int, int]:
        """File a photo; return the activity and the row."""
        found = self.running(team)
        with self.uow.write(self._by) as tx:
            return found, evidence.add(tx, found, file_name="a.png", content=PNG, kind=EvidenceKind.photo)


@contextmanager
def open_world(uow: UnitOfWork, clock: ManualClock) -> Iterator[World]:
    """Write the small house, sign everybody in and yield it all."""
    house = small_house(uow)
    app = build(uow)
    grants = {
        "member": (UserRole.member, house.squad, house.people[0]),
        "leader": (UserRole.leader, house.squad, house.people[1]),
        "squad_organiser": (UserRole.organiser, house.squad, None),
        "organiser": (UserRole.organiser, None, None),
        "auditor": (UserRole.auditor, None, None),
        "administrator": (UserRole.administrator, None, None),
    }
    with ExitStack() as stack:
        clients = {
            "stranger": stack.enter_context(
                TestClient(app, base_url=ADDRESS, follow_redirects=False, raise_server_exceptions=False)
            )
        }
        for name, (role, team_id, person_id) in grants.items():
            email = f"{name}@muster.example"
            add_user(uow, role, email=email, team_id=team_id, person_id=person_id)
            clients[name] = stack.enter_context(program(app, email))
        yield World(uow, clock, house, clients)
