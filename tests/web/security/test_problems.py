"""Errors as programs and people see them: stable codes, all reasons, their own language, and never a traceback."""

import json

import pytest
from structlog.testing import capture_logs

from tests.web.browser import Browser, TestClient

#: What is tested here is the same on every database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

STATUSES = {
    "not_found": 404,
    "forbidden": 403,
    "invalid": 422,
    "conflict": 409,
    "venue_taken": 409,
    "lost_race": 412,
    "too_many": 429,
    "unavailable": 503,
    "internal": 500,
}


@pytest.mark.parametrize(("code", "status"), [*STATUSES.items(), ("sign_in_needed", 401)])
def test_every_kind_of_error_has_its_status_and_form(robot: TestClient, code: str, status: int) -> None:
    answer = robot.post(f"/api/v1/probe/fail/{code}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["status"]) == (code, status)
    assert problem["type"] == f"urn:muster:problem:{code}"
    assert problem["instance"] == f"/api/v1/probe/fail/{code}"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["title"]
    assert problem["detail"]
    assert problem["reasons"]


@pytest.mark.parametrize(("code", "status"), STATUSES.items())
def test_people_get_a_page(administrator: Browser, code: str, status: int) -> None:
    answer = administrator.get(f"/probe/fail/{code}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert "张示例" in answer.text  # their own name in the foot of the page
    assert ("number" in answer.text or answer.headers["x-request-id"] in answer.text) == (status >= 500)


def test_all_reasons_come_with_their_fields_and_values(robot: TestClient) -> None:
    problem = robot.post("/api/v1/probe/fail/invalid").json()
    assert [(reason["code"], reason["field"]) for reason in problem["reasons"]] == [
        ("too_long", "title"),
        ("missing", "team_id"),
    ]
    assert problem["reasons"][0]["limit"] == 100


def test_a_taken_venue_comes_with_conflicts_and_ways_out(robot: TestClient) -> None:
    problem = robot.post("/api/v1/probe/fail/venue_taken").json()
    assert problem["conflicts"] == [{"starts_at": "2026-03-02T01:00:00+00:00"}]
    assert problem["alternatives"] == [{"venue_id": 4, "reason": "other_hour"}]


def test_the_header_chooses_the_language_of_a_program(robot: TestClient) -> None:
    english = robot.post("/api/v1/probe/fail/conflict").json()
    chinese = robot.post("/api/v1/probe/fail/conflict", headers={"accept-language": "zh-CN,en;q=0.5"}).json()
    assert english["reasons"][0]["message"].isascii()
    assert "9:00" in english["reasons"][0]["message"]  # in the zone of the house, not in UTC
    assert "已经结束" in chinese["reasons"][0]["message"]
    assert english["reasons"][0]["ends_at"] == chinese["reasons"][0]["ends_at"]


def test_a_limit_says_when_to_come_back(robot: TestClient) -> None:
    assert robot.post("/api/v1/probe/fail/too_many").headers["retry-after"] == "42"
    assert robot.post("/api/v1/probe/fail/unavailable").headers["retry-after"] == "5"


def test_a_fault_of_ours_tells_nothing_but_its_number(robot: TestClient, administrator: Browser) -> None:
    with capture_logs() as logged:
        api = robot.post("/api/v1/probe/fail/internal")
        page = administrator.get("/probe/fail/internal")
    for text in (api.text, page.text):
        assert not any(word in text for word in ("secret", "/srv/house", "Traceback", "RuntimeError"))
    assert page.headers["x-request-id"] in page.text
    broke = [(line["path"], line["log_level"]) for line in logged if line["event"] == "request.broke"]
    assert broke == [("/api/v1/probe/fail/internal", "error"), ("/probe/fail/internal", "error")]


def test_an_unknown_address_and_method(robot: TestClient, administrator: Browser) -> None:
    missing = robot.get("/api/v1/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    wrong = robot.delete("/api/v1/probe")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert set(wrong.headers["allow"].split(", ")) <= {"GET", "POST"}
    page = administrator.get("/nothing-here")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert 'action="/sign-out"' in page.text


@pytest.mark.parametrize("row_id", ["0", "-1", "abc", "2147483648", "1.5", "99999999999999999999", "%00"])
def test_what_cannot_be_an_id_is_not_found(robot: TestClient, row_id: str) -> None:
    assert robot.get(f"/api/v1/probe/{row_id}").status_code == 404


def wrong(robot: TestClient, body: object) -> list[tuple[str, str]]:
    answer = robot.post("/api/v1/probe", content=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid"
    assert "pydantic" not in answer.text
    return [(reason.get("field", ""), reason["code"]) for reason in answer.json()["reasons"]]


GOOD = {"name": "李样本", "email": "li@example.org"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"since": "2026-03-02T09:00:00"}, ("since", "zone_missing")),
        ({"since": "2026-03-02 09:00"}, ("since", "zone_missing")),
        ({"since": "next week"}, ("since", "time_wrong")),
        ({"since": 1772413200}, ("since", "time_wrong")),
        ({"since": "2026-02-30T09:00:00Z"}, ("since", "time_wrong")),
        ({"born_on": "2026-02-30"}, ("born_on", "day_wrong")),
        ({"born_on": 5}, ("born_on", "day_wrong")),
        ({"name": "  "}, ("name", "too_short")),
        ({"name": "a\nb"}, ("name", "text_wrong")),
        ({"name": "a\0b"}, ("name", "text_wrong")),
        ({"name": 7}, ("name", "text_wrong")),
        ({"name": "\ud800"}, ("name", "text_wrong")),
        ({"note": "a\0b"}, ("note", "text_wrong")),
        ({"email": "x" * 41}, ("email", "too_long")),
        ({"role": "king"}, ("role", "word_unknown")),
        ({"team_id": 0}, ("team_id", "number_too_small")),
        ({"team_id": 2**31}, ("team_id", "number_too_large")),
        ({"team_id": "7"}, ("team_id", "number_wrong")),
        ({"team_id": True}, ("team_id", "number_wrong")),
        ({"weight": 1.5}, ("weight", "number_wrong")),
        ({"tags": ["a", "b", "c"]}, ("tags", "too_many_items")),
        ({"tags": "a"}, ("tags", "shape_wrong")),
        ({"tags": ["a", 2]}, ("tags.1", "text_wrong")),
        ({"nmae": "x"}, ("nmae", "field_unknown")),
    ],
)
def test_a_wrong_value_is_named_by_field_and_code(
    robot: TestClient, change: dict[str, object], reason: tuple[str, str]
) -> None:
    assert wrong(robot, GOOD | change) == [reason]


def test_all_faults_come_at_once(robot: TestClient) -> None:
    assert wrong(robot, {"since": "2026-03-02T09:00:00", "weight": 9}) == [
        ("name", "missing"),
        ("email", "missing"),
        ("since", "zone_missing"),
        ("weight", "number_too_large"),
    ]


def test_faults_are_told_in_chinese(robot: TestClient) -> None:
    answer = robot.post("/api/v1/probe", json={"since": "2026-03-02T09:00:00"}, headers={"accept-language": "zh"})
    assert answer.json()["title"] == "有几处要改一改。"
    messages = [reason["message"] for reason in answer.json()["reasons"]]
    assert "时间要写明时区，例如 +08:00。" in messages


@pytest.mark.parametrize("body", ["{", "[1,]", "{'a': 1}", "", "\x00", "NaN and more"])
def test_broken_json_is_told(robot: TestClient, body: str) -> None:
    answer = robot.post("/api/v1/probe", content=body.encode(), headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["reasons"][0]["code"] == ("json_broken" if body else "missing")


@pytest.mark.parametrize("body", [b"[1]", b'"x"', b"7", b"null", b"\xff\xfe", b"[" * 100_000])
def test_json_of_another_shape_is_told(robot: TestClient, body: bytes) -> None:
    answer = robot.post("/api/v1/probe", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.json()["reasons"]


def test_wrong_query_values_are_told(robot: TestClient) -> None:
    answer = robot.get("/api/v1/probe?limit=99&at=2026-03-02T09:00:00")
    assert answer.status_code == 422
    reasons = [(reason["in"], reason["field"], reason["code"]) for reason in answer.json()["reasons"]]
    assert sorted(reasons) == [("query", "at", "zone_missing"), ("query", "limit", "number_too_large")]
