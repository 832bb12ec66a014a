"""The OpenAPI document: whole, true to what calls answer, and with a word on everything."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.api.world import API, World

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)

#: What the contract names: method and path, `{}` for an id.
CONTRACT = """
GET POST /teams /people /memberships /orgs /venues /programmes /topics /activities /bookings /assignments /tours
GET PATCH /teams/{} /people/{} /memberships/{} /orgs/{} /venues/{} /programmes/{} /topics/{} /activities/{} /tours/{}
GET /bookings/{} /assignments/{} /venues/available /activities/{}/timeline /assignments/{}/answers
POST /teams/{}/end /people/{}/end /memberships/{}/end /orgs/{}/end /venues/{}/end /programmes/{}/end /topics/{}/end
POST /activities/{}/release /activities/{}/move /activities/{}/postpone /activities/{}/cancel /activities/{}/hold
POST /activities/{}/close /bookings/{}/confirm /bookings/{}/decline /bookings/{}/cancel
POST /assignments/{}/accept /assignments/{}/decline /assignments/{}/replace
GET POST /activities/{}/check-ins /activities/{}/tallies /activities/{}/evidence /activities/{}/closing
GET /reminders /deliveries /tours/{}/stops /figures /figures/{}/evidence /history
"""
#: Members of the bodies that the contract writes out; those with a question mark may be left out.
BODIES = {
    "POST /activities": "kind title starts_at ends_at team_id venue_id? host_org_id? programme_id? capacity?",
    "POST /activities/{}/move": "starts_at ends_at",
    "POST /activities/{}/cancel": "reason",
    "POST /bookings": "venue_id starts_at ends_at purpose? activity_id? set_up_minutes? tear_down_minutes?",
    "POST /assignments": "activity_id person_id role",
    "POST /activities/{}/check-ins": "person_id? code? at nonce direction?",
    "POST /activities/{}/tallies": "count method counter from until",
}


@pytest.fixture
def document(world: World) -> dict[str, Any]:
    answer = world.clients["stranger"].get(f"{API}/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found: dict[str, Any] = json.loads(answer.text, parse_constant=pytest.fail)
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, calls in document["paths"].items():
        for method, operation in calls.items():
            yield f"{method.upper()} {path}", operation


def blank(call: str) -> str:
    """Return a call without the prefix and the names of its ids."""
    method, _, path = call.partition(" ")
    segments = path.removeprefix(API).split("/")
    return f"{method} " + "/".join("{}" if segment.startswith("{") else segment for segment in segments)


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_call_of_the_contract_is_there(document: dict[str, Any]) -> None:
    wanted = set()
    for line in CONTRACT.strip().splitlines():
        words = line.split()
        paths = [word for word in words if word.startswith("/")]
        wanted |= {f"{method} {path}" for method in words[: len(words) - len(paths)] for path in paths}
    assert sorted(wanted - {blank(call) for call, _ in operations(document)}) == []


@pytest.mark.parametrize("call", BODIES)
def test_bodies_have_the_members_that_the_contract_names(document: dict[str, Any], call: str) -> None:
    operation = next(operation for found, operation in operations(document) if blank(found) == call)
    named = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][named.rpartition("/")[2]]
    for member in BODIES[call].split():
        assert member.removesuffix("?") in schema["properties"], member
    required = {member for member in BODIES[call].split() if not member.endswith("?")}
    assert set(schema.get("required", ())) == required


def test_the_document_is_whole(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for reference in set(references(document)):
        assert reference.rpartition("/")[2] in document["components"]["schemas"], reference
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    assert set(document["components"]["securitySchemes"]) == {"token", "session"}
    for call, operation in operations(document):
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert named == {part[1:-1] for part in call.split("/") if part.startswith("{")}, call


def test_every_call_says_what_it_does_and_how_it_refuses(document: dict[str, Any]) -> None:
    for call, operation in operations(document):
        assert operation["summary"][0].isupper(), call
        assert len(operation["summary"].split()) > 2, call
        assert operation["tags"], call
        statuses = set(operation["responses"])
        assert statuses & {"200", "201", "204"}, call
        assert {"401", "403", "5XX"} <= statuses, call
        is_write, has_id = call.startswith(("POST", "PUT", "PATCH")), "{" in call
        assert {"409"} <= statuses or not is_write, call
        assert {"404"} <= statuses or not has_id, call
        for status, answer in operation["responses"].items():
            assert answer["description"], call
            if not status.startswith("2"):
                schema = answer["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, call


def test_headers_of_repeats_and_races_are_told(document: dict[str, Any]) -> None:
    for call, operation in operations(document):
        headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
        wanted = {"Idempotency-Key"} if call.startswith(("POST", "PUT", "PATCH")) else set()
        wanted |= {"If-Match"} if call.startswith(("PUT", "PATCH")) else set()
        assert headers == wanted, call
        if call.startswith("PATCH"):
            assert "412" in operation["responses"], call
            assert "ETag" in operation["responses"]["200"]["headers"], call


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_addresses_that_are_none_and_methods_that_are_none_are_problems(world: World, method: str) -> None:
    client = world.clients["organiser"]
    for path, status in (("/nothing", 404), ("/orgs/1/nothing", 404), ("/me", 405), ("/activities/1/release", 405)):
        if (method, path) in {("GET", "/me"), ("POST", "/activities/1/release")}:
            continue
        answer = client.request(method, API + path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), path
        assert answer.json()["reasons"][0]["message"]


def test_ids_in_addresses_are_read_as_numbers(world: World) -> None:
    client, house = world.clients["organiser"], world.house
    lecture = world.draft(house.squad)
    for params, is_there in (({"team_id": house.squad}, True), ({"team_id": house.other_squad}, False)):
        items = client.get(f"{API}/activities", params=params | {"limit": 200}).json()["items"]
        assert (lecture in {item["id"] for item in items}) is is_there
    for path in (
        "activities?venue_id=1",
        "bookings?venue_id=1",
        f"assignments?activity_id={lecture}",
        "history?subject_id=1",
    ):
        assert client.get(f"{API}/{path}").status_code == 200, path
    assert client.get(f"{API}/history", params={"noun": "\0"}).status_code == 422
