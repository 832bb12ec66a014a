"""Activities, bookings, assignments and counts over the API, refusals included."""

from datetime import timedelta
from typing import Any

import pytest

from models.enums import UserRole
from muster.clock import ManualClock
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture
from tests.web.api.conftest import Programs
from tests.web.browser import TestClient

API = "/api/v1"
WINDOW = {"starts_at": START.isoformat(), "ends_at": (START + LENGTH).isoformat()}


def lecture(house: SmallHouse, **more: Any) -> dict[str, Any]:
    return {"kind": "lecture", "title": "劳模工匠进车间宣讲", "team_id": house.squad, "capacity": 80} | WINDOW | more


def created(client: TestClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = client.post(f"{API}{path}", json=body)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


def codes(response: Any) -> list[str]:
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = response.json()
    assert all(reason["message"] for reason in body["reasons"])
    return [reason["code"] for reason in body["reasons"]]


def test_the_whole_story_over_the_api(organiser: TestClient, house: SmallHouse, clock: ManualClock) -> None:
    activity = created(organiser, "/activities", lecture(house))
    path = f"{API}/activities/{activity['id']}"
    booking = created(
        organiser, "/bookings", {"venue_id": house.hall, "activity_id": activity["id"], "purpose": "宣讲"} | WINDOW
    )
    assert (booking["state"], booking["set_up_minutes"]) == ("confirmed", 20)
    offered = created(
        organiser,
        "/assignments",
        {"activity_id": activity["id"], "person_id": house.people[0], "role": "model_demo"},
    )
    assert organiser.post(f"{path}/release").json()["state"] == "released"
    accepted = organiser.post(f"{API}/assignments/{offered['id']}/accept").json()
    assert (accepted["state"], accepted["answers"][0]["via"]) == ("accepted", "phone")

    clock.set(START + timedelta(minutes=10))
    assert organiser.post(f"{path}/hold").json()["state"] == "held"
    check_in = {"person_id": house.people[0], "at": START.isoformat(), "nonce": "door-1"}
    first = created(organiser, f"/activities/{activity['id']}/check-ins", check_in)
    assert created(organiser, f"/activities/{activity['id']}/check-ins", check_in) == first
    tally = {"count": 60, "method": "counter", "counter": "何样张", "from": WINDOW["starts_at"]}
    created(organiser, f"/activities/{activity['id']}/tallies", tally | {"until": WINDOW["ends_at"]})
    photo = {"file": ("../../现场.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64, "text/html")}
    filed = organiser.post(f"{path}/evidence", data={"kind": "photo"}, files=photo)
    assert filed.status_code == 201, filed.text
    clock.set(START + timedelta(hours=3))
    closed = organiser.post(f"{path}/close")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert organiser.get(f"{path}/closing").json()["manifest_sha256"]

    timeline = organiser.get(f"{path}/timeline").json()
    assert timeline["mix"] == {"a": 0, "b": 0, "c": 1, "d": 60}
    assert timeline["documents"][0]["file_name"] == "现场.png"
    document = organiser.get(f"{path}/evidence/{filed.json()['id']}")
    assert (document.headers["content-type"], document.content[:4]) == ("image/png", b"\x89PNG")
    period = {"from": "2026-03-10", "to": "2026-03-10"}
    values = {one["definition"]: one for one in organiser.get(f"{API}/figures", params=period).json()["items"]}
    assert values["lecture.person_times@1"]["value"] == 61
    opened = organiser.get(f"{API}/figures/lecture.person_times@1/evidence", params=period).json()
    assert sum(row["count"] for row in opened["rows"]) == opened["figure"]["value"]

    backwards = organiser.post(f"{path}/check-ins/{first['id']}/reverse", json={"reason": "认错了人"})
    assert backwards.status_code == 201
    after = {one["definition"]: one for one in organiser.get(f"{API}/figures", params=period).json()["items"]}
    assert after["lecture.person_times@1"]["value"] == 60


def test_the_days_for_asking_again_are_a_field(organiser: TestClient, house: SmallHouse) -> None:
    activity = created(organiser, "/activities", lecture(house, reconfirm_days=7))
    path = f"{API}/activities/{activity['id']}"
    assert activity["reconfirm_days"] == 7
    assert organiser.patch(path, json={"reconfirm_days": 3}).json()["reconfirm_days"] == 3
    assert organiser.patch(path, json={"title": "另一个题目"}).json()["reconfirm_days"] == 3
    assert codes(organiser.patch(path, json={"reconfirm_days": 0})) == ["number_too_small"]
    assert organiser.patch(path, json={"reconfirm_days": None}).json()["reconfirm_days"] is None


def test_a_taken_hall_answers_409_with_reasons_conflicts_and_ways_out(organiser: TestClient, house: SmallHouse) -> None:
    body = {"venue_id": house.hall, "purpose": "宣讲"} | WINDOW
    created(organiser, "/bookings", body)
    response = organiser.post(f"{API}/bookings", json=body)
    assert response.status_code == 409
    found = response.json()
    assert found["code"] == "venue_taken"
    assert found["conflicts"][0]["starts_at"].startswith("2026-03-10T05:40")
    way = found["alternatives"][0]
    assert way["reason"]
    created(
        organiser,
        "/bookings",
        {"venue_id": way["venue_id"], "starts_at": way["starts_at"], "ends_at": way["ends_at"]},
    )


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"starts_at": "2026-03-10T14:00:00"}, ["zone_missing"]),
        ({"starts_at": "tomorrow"}, ["time_wrong"]),
        ({"ends_at": START.isoformat()}, ["ends_before_start"]),
        ({"title": "长" * 10_000}, ["too_long"]),
        ({"title": "  "}, ["too_short"]),
        ({"team_id": 999_999}, ["unknown_reference"]),
        ({"venue_id": 999_999, "programme_id": 999_999}, ["unknown_reference", "unknown_reference"]),
        ({"kind": "party"}, ["word_unknown"]),
        ({"capacity": 0}, ["number_too_small"]),
        ({"colour": "red"}, ["field_unknown"]),
        ({"team_id": None, "title": None}, ["text_wrong", "number_wrong"]),
    ],
)
def test_bad_input_gets_one_refusal_with_all_its_reasons(
    organiser: TestClient, house: SmallHouse, change: dict[str, Any], wanted: list[str]
) -> None:
    response = organiser.post(f"{API}/activities", json=lecture(house) | change)
    assert response.status_code == 422
    assert codes(response) == wanted
    assert organiser.get(f"{API}/activities").json()["items"] == []


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b"\xff\xfe", b'{"title": 1}'])
def test_broken_json_is_refused(organiser: TestClient, body: bytes) -> None:
    response = organiser.post(f"{API}/activities", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert codes(response)


@pytest.mark.parametrize("path", ["/activities/999999", "/activities/999999/timeline", "/bookings/7", "/assignments/7"])
def test_what_is_not_there_is_404(organiser: TestClient, house: SmallHouse, path: str) -> None:
    response = organiser.get(f"{API}{path}")
    assert response.status_code == 404
    assert codes(response) == ["not_found"]


def test_each_role_may_do_only_its_own(
    uow: UnitOfWork, programs: Programs, stranger: TestClient, house: SmallHouse
) -> None:
    activity = add_lecture(uow, house)
    release = f"{API}/activities/{activity}/release"
    assert stranger.post(release).status_code == 401
    assert stranger.get(f"{API}/activities").status_code == 401
    for role in (UserRole.auditor, UserRole.leader, UserRole.member):
        response = programs(role).post(release)
        assert (response.status_code, codes(response)) == (403, ["role_missing"]), role
    assert programs(UserRole.member).get(f"{API}/figures?from=2026-03-01&to=2026-03-31").status_code == 403
    assert programs(UserRole.auditor).get(f"{API}/figures?from=2026-03-01&to=2026-03-31").status_code == 200
    assert programs(UserRole.member).get(f"{API}/history").status_code == 403
    assert programs(UserRole.auditor).get(f"{API}/history").json()["items"]


def test_a_lost_race_is_412_and_a_repeat_is_one_change(organiser: TestClient, house: SmallHouse) -> None:
    key = {"Idempotency-Key": "plan-1"}
    first = organiser.post(f"{API}/activities", json=lecture(house), headers=key)
    again = organiser.post(f"{API}/activities", json=lecture(house), headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    other = organiser.post(f"{API}/activities", json=lecture(house, title="别的"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    path = f"{API}/activities/{first.json()['id']}"
    tag = organiser.get(path).headers["etag"]
    assert organiser.patch(path, json={"capacity": 90}, headers={"If-Match": tag}).json()["capacity"] == 90
    assert organiser.patch(path, json={"capacity": 91}, headers={"If-Match": tag}).status_code == 412


def test_lists_come_in_pages(uow: UnitOfWork, organiser: TestClient, house: SmallHouse) -> None:
    ids = [add_lecture(uow, house, starts_at=START + timedelta(days=day)) for day in range(5)]
    found: list[int] = []
    cursor = None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        response = organiser.get(f"{API}/activities", params=params)
        assert response.status_code == 200, response.text
        page = response.json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == ids
    broken = organiser.get(f"{API}/activities", params={"cursor": "xyz"})
    assert (broken.status_code, codes(broken)) == (422, ["cursor_wrong"])


def test_moving_postponing_and_cancelling(uow: UnitOfWork, organiser: TestClient, house: SmallHouse) -> None:
    path = f"{API}/activities/{add_lecture(uow, house)}"
    organiser.post(f"{path}/release")
    to = START + timedelta(days=1)
    moved = organiser.post(f"{path}/move", json={"starts_at": to.isoformat(), "ends_at": (to + LENGTH).isoformat()})
    assert moved.json()["sequence"] == 1
    assert codes(organiser.post(f"{path}/postpone", json={"reason": ""})) == ["too_short"]
    assert organiser.post(f"{path}/postpone", json={"reason": "停电"}).json()["state"] == "postponed"
    assert organiser.post(f"{path}/cancel", json={"reason": "不办了"}).json()["state"] == "cancelled"
    assert codes(organiser.post(f"{path}/cancel", json={"reason": "不办了"})) == ["wrong_state"]
