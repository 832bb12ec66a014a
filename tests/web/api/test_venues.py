"""Venues over the API: hours and parts, days and weeks, free and busy, and which could be had."""

from typing import Any

import pytest

from tests.web.api.test_activities import codes
from tests.web.api.world import API, World

#: A Tuesday in the world's March, 14:00 to 15:30 in Daye.
WINDOW = {"starts_at": "2026-03-10T06:00:00Z", "ends_at": "2026-03-10T07:30:00Z"}
DAY = {"starts_at": "2026-03-09T16:00:00Z", "ends_at": "2026-03-10T16:00:00Z"}


def venue(world: World, **more: Any) -> dict[str, Any]:
    body = {"name": "职工之家", "kind": "enterprise", "capacity": 100} | more
    answer = world.clients["organiser"].post(f"{API}/venues", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def book(world: World, venue_id: int, **more: Any) -> Any:
    return world.clients["organiser"].post(f"{API}/bookings", json={"venue_id": venue_id} | WINDOW | more)


def test_hours_are_given_and_replaced(world: World) -> None:
    client = world.clients["organiser"]
    hours = [{"weekday": 1, "opens": "13:30", "closes": "24:00"}, {"weekday": 1, "opens": "08:30", "closes": "11:30"}]
    found = venue(world, hours=hours)
    assert found["hours"] == sorted(hours, key=lambda span: span["opens"])
    path = f"{API}/venues/{found['id']}"
    day = client.get(f"{path}/day", params={"day": "2026-03-10"}).json()
    assert [(span["starts_at"], span["ends_at"]) for span in day["opening"]] == [
        ("2026-03-10T00:30:00Z", "2026-03-10T03:30:00Z"),
        ("2026-03-10T05:30:00Z", "2026-03-10T16:00:00Z"),
    ]
    assert client.get(f"{path}/day", params={"day": "2026-03-11"}).json()["opening"] == []
    assert client.patch(path, json={"hours": []}).json()["hours"] == []
    for wrong, code in (
        ({"weekday": 7, "opens": "08:00", "closes": "09:00"}, "number_too_large"),
        ({"weekday": 1, "opens": "9", "closes": "10:00"}, "hours_wrong"),
        ({"weekday": 1, "opens": "10:00", "closes": "09:00"}, "hours_wrong"),
        ({"weekday": 1, "opens": "08:00"}, "missing"),
    ):
        assert codes(client.patch(path, json={"hours": [wrong]})) == [code]


def test_half_a_place_and_wild_coordinates_are_refused(world: World) -> None:
    client = world.clients["organiser"]
    body = {"name": "厅", "kind": "town", "capacity": 9}
    assert codes(client.post(f"{API}/venues", json=body | {"lat": 30.1})) == ["place_incomplete"]
    assert codes(client.post(f"{API}/venues", json=body | {"lat": 91, "lon": "x"})) == [
        "number_too_large",
        "number_wrong",
    ]
    nan = b'{"name": "a", "kind": "town", "capacity": 9, "lat": NaN, "lon": Infinity}'
    answer = client.post(f"{API}/venues", content=nan, headers={"content-type": "application/json"})
    assert answer.status_code == 422


def test_a_booking_shows_on_its_day_and_on_that_of_the_whole(world: World) -> None:
    whole = venue(world, set_up_minutes=20, tear_down_minutes=10)
    part = venue(world, name="东厅", parent_id=whole["id"], set_up_minutes=0)
    assert world.clients["organiser"].get(f"{API}/venues/{whole['id']}").json()["parts"][0]["id"] == part["id"]
    assert book(world, whole["id"], purpose="宣讲").status_code == 201
    client = world.clients["member"]
    for found in (whole, part):
        path = f"{API}/venues/{found['id']}"
        (booked,) = client.get(f"{path}/day", params={"day": "2026-03-10"}).json()["bookings"]
        assert (booked["venue"]["id"], booked["purpose"]) == (whole["id"], "宣讲")
        assert booked["occupied_from"] == "2026-03-10T05:40:00Z"
        week = client.get(f"{path}/week", params={"monday": "2026-03-09"}).json()
        assert [len(day["bookings"]) for day in week["days"]] == [0, 1, 0, 0, 0, 0, 0]
        assert week["days"][0]["day"] == {"on": "2026-03-09", "kind": "workday", "name": None, "is_confirmed": True}
        stretches = client.get(f"{path}/free-busy", params=DAY).json()
        assert stretches["busy"] == [{"starts_at": "2026-03-10T05:40:00Z", "ends_at": "2026-03-10T07:40:00Z"}]
        assert [span["ends_at"] for span in stretches["free"]] == ["2026-03-10T05:40:00Z", "2026-03-10T16:00:00Z"]
    taken = book(world, part["id"])
    assert (taken.status_code, taken.json()["code"]) == (409, "venue_taken")
    way = taken.json()["alternatives"][0]
    assert set(way) == {
        "venue_id", "starts_at", "ends_at", "reason", "set_up_minutes", "tear_down_minutes", "needs_approval",
    }  # fmt: skip
    assert way["reason"]["message"]


@pytest.mark.parametrize(
    ("path", "params", "wanted"),
    [
        ("day", {}, ["missing"]),
        ("day", {"day": "10.3.2026"}, ["day_wrong"]),
        ("week", {"monday": "2026-03-10"}, ["not_a_monday"]),
        ("free-busy", {"starts_at": DAY["starts_at"]}, ["missing"]),
        ("free-busy", {"starts_at": DAY["ends_at"], "ends_at": DAY["starts_at"]}, ["ends_before_start"]),
        ("free-busy", {"starts_at": DAY["starts_at"], "ends_at": "2026-06-01T00:00:00Z"}, ["too_long_a_window"]),
        ("free-busy", {"starts_at": "2026-03-10T06:00:00", "ends_at": "soon"}, ["zone_missing", "time_wrong"]),
    ],
)
def test_wrong_periods_are_refused(world: World, path: str, params: dict[str, str], wanted: list[str]) -> None:
    answer = world.clients["auditor"].get(f"{API}/venues/{world.house.hall}/{path}", params=params)
    assert (answer.status_code, codes(answer)) == (422, wanted)
    known = {"day": "2026-03-10", "monday": "2026-03-09"} | DAY
    assert world.clients["auditor"].get(f"{API}/venues/999999/{path}", params=known).status_code == 404


def test_free_stretches_end_with_the_hours_and_the_validity(world: World) -> None:
    hours = [{"weekday": weekday, "opens": "08:00", "closes": "21:00"} for weekday in range(7)]
    found = venue(world, hours=hours, valid_until_on="2026-03-11")
    params = DAY | {"ends_at": "2026-03-13T00:00:00Z"}
    stretches = world.clients["leader"].get(f"{API}/venues/{found['id']}/free-busy", params=params).json()
    assert stretches["free"] == [{"starts_at": "2026-03-10T00:00:00Z", "ends_at": "2026-03-10T13:00:00Z"}]
    assert stretches["busy"] == []


def test_what_is_free_is_ranked_with_reasons(world: World) -> None:
    near = venue(world, name="近厅", kind="school", lat=30.0, lon=110.0, equipment="投影仪、话筒")
    far = venue(world, name="远厅", kind="school", lat=30.2, lon=110.3, needs_approval=True)
    small = venue(world, name="小屋", kind="school", capacity=10, lat=30.0, lon=110.0)
    params = WINDOW | {"capacity": 60, "kind": "school", "near": "30.0,110.0", "equipment": ["话筒", "投影仪"]}
    found = world.clients["organiser"].get(f"{API}/venues/available", params=params).json()
    assert found["next"] is None
    assert [offer["venue_id"] for offer in found["items"]] == [near["id"], far["id"]]
    first, second = found["items"]
    assert (first["starts_at"], first["ends_at"], first["is_as_wished"]) == (*WINDOW.values(), True)
    assert (first["minutes"], first["venue"]["name"]) == (0, "近厅")
    assert not any(reason["is_drawback"] for reason in first["reasons"])
    assert {"offer_has", "offer_at_once"} <= {reason["code"] for reason in first["reasons"]}
    assert {"offer_lacks", "offer_asks"} <= {reason["code"] for reason in second["reasons"] if reason["is_drawback"]}
    assert all(reason["message"] for offer in found["items"] for reason in offer["reasons"])
    assert small["id"] not in {offer["venue_id"] for offer in found["items"]}

    assert book(world, near["id"]).status_code == 201
    after = world.clients["organiser"].get(f"{API}/venues/available", params=params).json()["items"]
    assert [offer["venue_id"] for offer in after if offer["is_as_wished"]] == [far["id"]]
    for offer in (offer for offer in after if not offer["is_as_wished"]):
        other = {name: offer[name] for name in ("venue_id", "starts_at", "ends_at")}
        assert world.clients["organiser"].post(f"{API}/bookings", json=other).status_code == 201, offer
        break
    by_row = params | {"near": f"venue:{near['id']}"}
    assert world.clients["organiser"].get(f"{API}/venues/available", params=by_row).json()["items"][0]["minutes"] == 0


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"near": "Daye"}, ["near_wrong"]),
        ({"near": "91,0"}, ["near_wrong"]),
        ({"near": "30.1,115", "ends_at": WINDOW["starts_at"]}, ["ends_before_start"]),
        ({"near": "x", "ends_at": WINDOW["starts_at"]}, ["ends_before_start", "near_wrong"]),
        ({"ends_at": "2026-09-10T07:30:00Z"}, ["too_long_a_window"]),
        ({"capacity": "many"}, ["number_wrong"]),
        ({"capacity": 0}, ["number_too_small"]),
        ({"kind": "palace"}, ["word_unknown"]),
        ({"equipment": "x" * 41}, ["too_long"]),
    ],
)
def test_a_wrong_wish_is_refused(world: World, change: dict[str, str], wanted: list[str]) -> None:
    answer = world.clients["organiser"].get(f"{API}/venues/available", params=WINDOW | change)
    assert (answer.status_code, codes(answer)) == (422, wanted)


def test_a_booking_of_centuries_is_refused_before_each_day_of_it_is_looked_at(world: World) -> None:
    answer = book(world, world.house.hall, ends_at="2199-12-31T00:00:00Z")
    assert (answer.status_code, codes(answer)) == (422, ["too_long_a_window"])
