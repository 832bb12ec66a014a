"""Venues as they are over the API: terms, special days, layouts and rights, and every reason against them at once."""

from typing import Any

import pytest

from tests.web.api.test_activities import codes
from tests.web.api.world import API, World

#: Rights and rules do not depend on the database; the tests of services run on both.
pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)

WINDOW = {"starts_at": "2026-03-10T06:00:00Z", "ends_at": "2026-03-10T07:30:00Z"}
TERMS = {
    "holiday_rule": "working_calendar",
    "shortest_minutes": 30,
    "longest_minutes": 600,
    "notice_minutes": 60,
    "notice_workdays": 2,
    "horizon_days": 90,
    "team_quota": 2,
    "quota_period": "month",
    "hold_minutes": 1440,
    "no_show_minutes": 30,
    "access_kind": "code",
    "access_note": "东门",
    "access_code": "2580",
}
CLOSED = {"from_on": "2026-03-10", "until_on": "2026-03-12", "opens": None, "closes": None, "note": "检修"}
OPENED = {"from_on": "2026-03-14", "until_on": "2026-03-15", "opens": "09:00", "closes": "12:00", "note": ""}


def venue(world: World, **more: Any) -> dict[str, Any]:
    body = {"name": "职工之家", "kind": "enterprise", "capacity": 100} | more
    answer = world.clients["organiser"].post(f"{API}/venues", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def without_ids(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


def test_everything_is_given_read_and_changed(world: World) -> None:
    right = {"team_id": world.house.squad, "kind": "book"}
    lists = {"days": [CLOSED, OPENED], "layouts": [{"layout": "theatre", "capacity": 90}], "rights": [right]}
    found = venue(world, **TERMS, **lists)
    assert {name: found[name] for name in TERMS} == TERMS
    assert (without_ids(found["days"]), found["layouts"]) == (lists["days"], lists["layouts"])
    assert without_ids(found["rights"]) == [right | {"team_name": "铜都分队"}]
    path = f"{API}/venues/{found['id']}"
    leader = world.clients["leader"].get(path).json()
    assert (leader["access_code"], leader["access_note"], leader["is_masked"]) == (None, "东门", False)
    assert all("access_code" not in row for row in world.clients["organiser"].get(f"{API}/venues").json()["items"])
    changed = world.clients["organiser"].patch(path, json={"team_quota": None, "quota_period": None, "days": []})
    assert (changed.json()["team_quota"], changed.json()["days"]) == (None, [])


def test_lists_are_replaced_and_days_added(world: World) -> None:
    client, found = world.clients["organiser"], venue(world)
    path = f"{API}/venues/{found['id']}"
    assert client.post(f"{API}/bookings", json={"venue_id": found["id"]} | WINDOW).status_code == 201
    added = client.post(f"{path}/days", json=CLOSED).json()
    assert (added["booked_count"], added["version"]) == (1, 2)
    closed = client.get(f"{path}/day", params={"day": "2026-03-10"}).json()
    assert (closed["opening"], len(closed["bookings"])) == ([], 1)
    days = client.put(f"{path}/days", json={"items": [OPENED]}, headers={"If-Match": '"2"'})
    assert without_ids(days.json()["items"]) == [OPENED]
    assert days.headers["etag"] == client.get(f"{path}/days").headers["etag"] == '"3"'
    layouts = {"items": [{"layout": "classroom", "capacity": 40}, {"layout": "theatre", "capacity": 90}]}
    assert client.put(f"{path}/layouts", json=layouts).json()["items"] == layouts["items"][::-1]
    assert len(client.get(f"{path}/layouts").json()["items"]) == 2
    right = {"team_id": world.house.squad, "kind": "approve"}
    assert client.put(f"{path}/rights", json={"items": [right]}).status_code == 200
    assert client.get(f"{path}/rights").json()["items"][0]["kind"] == "approve"


@pytest.mark.parametrize(
    ("way", "body", "wanted"),
    [
        (
            "PATCH ",
            {"shortest_minutes": 3, "quota_period": "year", "days": [{"from_on": "soon"}], "rights": [{"team_id": 0}]},
            {"shortest_minutes", "quota_period", "days.0.from_on", "days.0.until_on", "rights.0.team_id"}
            | {"rights.0.kind"},
        ),
        (
            "PATCH ",
            {"longest_minutes": 4000, "shortest_minutes": 30, "team_quota": 1, "layouts": []},
            {"quota_period"},
        ),
        ("PATCH ", {"shortest_minutes": 600, "longest_minutes": 60}, {"longest_minutes"}),
        (
            "POST /days",
            CLOSED | {"until_on": "2026-03-10", "opens": "9", "closes": "10:00"},
            {"opens"},
        ),
        ("POST /days", CLOSED | {"until_on": "2026-03-10", "opens": "10:00"}, {"until_on", "closes"}),
        ("PUT /rights", {"items": [{"team_id": 999, "kind": "book"}]}, {"rights"}),
        ("PUT /layouts", {"items": [{"layout": "theatre", "capacity": 1}] * 2}, {"layouts"}),
    ],
)
def test_every_wrong_field_is_named(world: World, way: str, body: Any, wanted: set[str]) -> None:
    method, _, below = way.partition(" ")
    answer = world.clients["organiser"].request(method, f"{API}/venues/{world.house.hall}{below}", json=body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, {reason["field"] for reason in answer.json()["reasons"]}) == (422, wanted)


@pytest.mark.parametrize(("language", "closed"), [("zh-CN", "场地2026年3月10日 周二不开放：检修"), ("en", None)])
def test_a_refusal_says_all_reasons_in_words(world: World, language: str, closed: str | None) -> None:
    layouts = [{"layout": "u_shape", "capacity": 20}]
    terms = {"days": [CLOSED], "longest_minutes": 60, "notice_workdays": 60, "layouts": layouts}
    found = venue(world, **terms, rights=[{"team_id": world.house.other_squad, "kind": "book"}])
    body = {"venue_id": found["id"], "team_id": world.house.squad, "people_count": 101, "layout": "banquet"} | WINDOW
    answer = world.clients["organiser"].post(f"{API}/bookings", json=body, headers={"Accept-Language": language})
    assert codes(answer) == [
        *("venue_not_for_team", "window_too_long", "notice_workdays_too_short", "venue_closed_for_a_reason"),
        *("layout_not_possible", "too_many_people"),
    ]
    messages = [reason["message"] for reason in answer.json()["reasons"]]
    assert not any("_" in message or "%" in message for message in messages)
    assert closed is None or closed in messages
