"""What could leak does not: every answer of every GET is searched for planted numbers and addresses."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from models.enums import AttemptOutcome
from services import activities, deliveries, leases, orgs, people, venues
from services.access import WORKER
from services.queries import deliveries as ledger
from tests.web.api.world import API, World

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)

OWN, LEADERS, OTHERS = "+8613900000001", "+8613900000002", "+8613900000003"
OWN_MAIL, LEADERS_MAIL, OTHERS_MAIL = "li.planted@example.org", "wang.planted@example.org", "zhao.planted@example.org"
HALL, HALL_MAIL = "+8613900000004", "hall.planted@example.org"
BODY, BODY_MAIL = "+8613900000005", "body.planted@example.org"
LOGIN_MAIL = "organiser@muster.example"
DOOR = "planted-door-code"
OF_PLACES = {HALL, HALL_MAIL, BODY, BODY_MAIL}
SECRETS = {OWN, LEADERS, OTHERS, OWN_MAIL, LEADERS_MAIL, OTHERS_MAIL, LOGIN_MAIL, DOOR} | OF_PLACES
#: What each role may read; `LOGIN_MAIL` is a login's address, which only its owner and managers read, `DOOR` the code of a
#: door that nobody has booked.
ALLOWED = {
    "member": {OWN, OWN_MAIL},
    "leader": {OWN, OWN_MAIL, LEADERS, LEADERS_MAIL} | OF_PLACES,
    "squad_organiser": {OWN, OWN_MAIL, LEADERS, LEADERS_MAIL} | OF_PLACES | {LOGIN_MAIL, DOOR},
    "auditor": set(),
    "organiser": SECRETS,
}
IDS = range(1, 7)
VALUES: dict[str, tuple[Any, ...]] = {
    "definition": ("lecture.persons@1", "lecture.person_times@1"),
    "from": ("2026-03-01",),
    "to": ("2026-03-31",),
    "day": ("2026-03-02",),
    "monday": ("2026-03-02",),
    "starts_at": ("2026-03-02T00:00:00Z",),
    "ends_at": ("2026-03-12T00:00:00Z",),
}


@pytest.fixture(scope="module")
def planted(world: World) -> World:
    """Give everybody a number of their own, and make something of every kind happen in both squads."""
    house = world.house
    contacts = zip(house.people, (OWN, LEADERS, OTHERS), (OWN_MAIL, LEADERS_MAIL, OTHERS_MAIL), strict=True)
    with world.uow.write(house.organiser) as tx:
        for person, phone, email in contacts:
            people.change(tx, person, {"phone": phone, "email": email})
        venues.change(tx, house.hall, {"contact_phone": HALL, "contact_email": HALL_MAIL, "access_note": HALL})
        venues.change(tx, house.small_hall, {"access_code": DOOR})
        orgs.change(tx, 1, {"contact_phone": BODY, "contact_email": BODY_MAIL})
    organiser = world.clients["organiser"]
    for team, person, role in (
        (house.squad, house.people[1], "model_demo"),
        (house.other_squad, house.people[2], "cadre_lead"),
    ):
        planned = lecture(world, team)
        offer = {"activity_id": planned, "person_id": person, "role": role}
        asked = organiser.post(f"{API}/assignments", json=offer)
        assert organiser.post(f"{API}/activities/{planned}/release").status_code == 200
        world.clients["administrator"].post(f"{API}/assignments/{asked.json()['id']}/decline", json={"reason": "出差"})
    for happen in (world.check_in, world.closed, world.document):
        for team in (house.squad, house.other_squad):
            happen(team)
    world.offered(house.squad, house.people[0])
    with world.uow.read(house.organiser) as tx:
        rows = {row.id: row.address for row in ledger.list_deliveries(tx).items}
    with world.uow.write(WORKER) as tx:
        for lease in leases.claim(tx, "w", limit=100, lease=timedelta(minutes=1)):
            reply = f"550 5.1.1 <{rows[lease.delivery_id]}> unknown"
            deliveries.record(tx, lease, deliveries.Tried(outcome=AttemptOutcome.refused, reason="x", reply=reply))
    called_off = world.released(house.squad)
    with world.uow.write(house.organiser) as tx:
        activities.cancel(tx, called_off, reason="停电")
    return world


def lecture(world: World, team: int) -> int:
    body = {"kind": "lecture", "title": "宣讲", "team_id": team} | {k: v.isoformat() for k, v in world.soon().items()}
    found: int = world.clients["organiser"].post(f"{API}/activities", json=body).json()["id"]
    return found


def addresses(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every GET with every id that there is, and whatever it must be told besides."""
    for path, operations in document["paths"].items():
        if "get" not in operations:
            continue
        wanted = [one for one in operations["get"].get("parameters", ()) if one["required"]]
        choices = [VALUES.get(one["name"], IDS) for one in wanted]
        for chosen in itertools.product(*choices):
            given = dict(zip([one["name"] for one in wanted], chosen, strict=True))
            params = {one["name"]: given[one["name"]] for one in wanted if one["in"] == "query"}
            yield path.format(**given), params


def found_in(world: World, role: str, places: list[tuple[str, dict[str, Any]]]) -> set[str]:
    """Return the secrets in the answers that a role gets there, refusals included."""
    answers = [world.clients[role].get(path, params=params) for path, params in places]
    assert {answer.status_code for answer in answers} <= {200, 403, 404}
    text = "\n".join(answer.text for answer in answers if answer.headers["content-type"].endswith("json"))
    return {secret for secret in SECRETS if secret in text}


def test_nobody_reads_a_number_or_an_address_that_is_not_for_them(planted: World) -> None:
    organiser = planted.clients["organiser"]
    document = organiser.get(f"{API}/openapi.json").json()
    places = [place for place in addresses(document) if organiser.get(place[0], params=place[1]).status_code == 200]
    for role, allowed in ALLOWED.items():
        assert found_in(planted, role, places) == allowed, role


def test_nobody_gets_at_people_by_naming_them_in_their_own_squad(planted: World) -> None:
    client, house = planted.clients["squad_organiser"], planted.house
    stranger, planned = house.people[2], planted.draft(house.squad)
    for answer in (
        client.post(f"{API}/memberships", json={"person_id": stranger, "team_id": house.squad}),
        client.patch(f"{API}/people/{house.people[0]}", json={"answers_through_id": stranger}),
        client.post(f"{API}/assignments", json={"activity_id": planned, "person_id": stranger, "role": "cadre_lead"}),
    ):
        assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (422, "unknown_reference")
