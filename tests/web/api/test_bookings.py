"""Bookings and the queue over the API: hold, refuse with ways out, wait, take, keep, move."""

from typing import Any

import pytest

from tests.web.api.test_activities import codes
from tests.web.api.world import API, World

#: Both databases are asked by the tests of services and by the fuzz.
pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


def wish(world: World, **more: Any) -> dict[str, Any]:
    window = {name: at.isoformat() for name, at in world.soon().items()}
    return {"venue_id": world.venue()} | window | more


def test_what_is_held_is_refused_with_ways_out_and_waited_for(world: World) -> None:
    client, other = world.clients["organiser"], world.clients["leader"]
    body = wish(world, hold=True, people_count=30, layout="theatre", purpose="宣讲")
    held = client.post(f"{API}/bookings", json=body).json()
    assert (held["state"], held["people_count"], held["layout"]) == ("held", 30, "theatre")
    assert held["held_until"] <= held["starts_at"]
    del body["hold"]

    refused = other.post(f"{API}/bookings", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "venue_taken")
    (conflict,) = refused.json()["conflicts"]
    assert conflict["booking_id"] == held["id"]
    way = refused.json()["alternatives"][0]
    assert other.post(
        f"{API}/bookings", json={name: way[name] for name in ("venue_id", "starts_at", "ends_at")}
    ).is_success

    key = {"Idempotency-Key": "wait-1"}
    first, again = (other.post(f"{API}/waits", json=body, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    waiting = first.json()
    assert (waiting["state"], waiting["before_count"], waiting["booking_id"]) == ("waiting", 0, None)
    assert codes(other.post(f"{API}/waits", json=body)) == ["already_waiting"]
    assert codes(other.post(f"{API}/waits/{waiting['id']}/take")) == ["wrong_state"]

    assert client.post(f"{API}/bookings/{held['id']}/cancel").json()["state"] == "cancelled"
    listed = other.get(f"{API}/waits", params={"venue_id": body["venue_id"], "state": "offered"}).json()["items"]
    assert [one["id"] for one in listed] == [waiting["id"]]
    taken = other.post(f"{API}/waits/{waiting['id']}/take").json()
    assert (taken["id"], taken["state"], taken["people_count"]) == (listed[0]["booking_id"], "confirmed", 30)
    here = other.get(f"{API}/bookings", params={"venue_id": body["venue_id"], "state": "confirmed"}).json()["items"]
    assert [one["id"] for one in here] == [taken["id"]]
    assert codes(other.post(f"{API}/waits/{waiting['id']}/leave")) == ["wrong_state"]


def test_what_is_free_is_booked_and_not_waited_for(world: World) -> None:
    client = world.clients["organiser"]
    body = wish(world)
    assert codes(client.post(f"{API}/waits", json=body)) == ["not_taken"]
    held = client.post(f"{API}/bookings", json=body | {"hold": True}).json()
    kept = client.post(f"{API}/bookings/{held['id']}/keep").json()
    assert (kept["state"], kept["held_until"]) == ("confirmed", None)
    moved = {name: at.isoformat() for name, at in world.soon().items()}
    answer = client.post(f"{API}/bookings/{held['id']}/move", json=moved)
    assert answer.json()["version"] > kept["version"]
    assert codes(client.post(f"{API}/bookings/{held['id']}/arrive")) == ["too_early_to_arrive"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"hold": "yes"}, "flag_wrong"),
        ({"layout": "heap"}, "word_unknown"),
        ({"people_count": 0}, "number_too_small"),
        ({"override_reason": "x" * 501}, "too_long"),
        ({"team_id": 0}, "number_too_small"),
        ({"held_until": "2026-03-10T06:00:00Z"}, "field_unknown"),
    ],
)
def test_a_wrong_wish_is_refused(world: World, change: dict[str, Any], code: str) -> None:
    answer = world.clients["organiser"].post(f"{API}/bookings", json=wish(world) | change)
    assert (answer.status_code, codes(answer)) == (422, [code])
