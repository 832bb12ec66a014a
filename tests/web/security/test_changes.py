"""How routes change things: one transaction, one effect for one key, and no overwriting of what one has not seen."""

import threading

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlmodel import select

from models.tables.history import HistoryEntry
from models.tables.users import IdempotencyKey, User
from services.access import STRANGER
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser, TestClient, csrf_in, program

GOOD = {"name": "李样本", "email": "li@example.org"}


def logins(uow: UnitOfWork) -> list[str]:
    with uow.read(STRANGER) as tx:
        return sorted(tx.session.exec(select(User.email)))


def add(client: TestClient, key: str | None = None, **changes: object) -> Response:
    return client.post(
        "/api/v1/probe", json=GOOD | changes, headers={"idempotency-key": key} if key is not None else {}
    )


def test_a_change_is_answered_with_its_row_and_version(robot: TestClient) -> None:
    answer = add(robot, since="2026-03-10T14:30:00+08:00")
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["etag"] == '"1"'
    assert answer.json() == {"id": 2, "email": "li@example.org", "version": 1, "since": "2026-03-10T06:30:00Z"}


def test_the_same_key_and_body_give_the_same_answer_once(robot: TestClient, uow: UnitOfWork) -> None:
    first, second = add(robot, "k-1"), add(robot, "k-1")
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers["etag"] == second.headers["etag"] == '"1"'
    assert len(logins(uow)) == 2
    with uow.read(STRANGER) as tx:
        added = [row for row in tx.session.exec(select(HistoryEntry)) if row.event == "user.added"]
    assert len(added) == 2  # the administrator, and the new one


def test_without_a_key_a_repeat_is_another_request(robot: TestClient) -> None:
    assert add(robot).status_code == 201
    again = add(robot)
    assert (again.status_code, again.json()["reasons"][0]["code"]) == (409, "already_there")


@pytest.mark.parametrize("change", [{"name": "王范例"}, {"email": "wang@example.org"}])
def test_a_key_used_for_another_body_is_refused(robot: TestClient, uow: UnitOfWork, change: dict[str, str]) -> None:
    add(robot, "k-1")
    refused = add(robot, "k-1", **change)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert logins(uow) == ["administrator@example.org", "li@example.org"]


def test_a_key_used_for_another_address_is_refused(robot: TestClient) -> None:
    headers = {"idempotency-key": "k-1"}
    assert robot.patch("/api/v1/probe/1", json={"name": "a"}, headers=headers).status_code == 200
    refused = robot.delete("/api/v1/probe/1", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


def test_a_change_that_failed_may_be_tried_again_with_its_key(robot: TestClient, uow: UnitOfWork) -> None:
    assert add(robot, "k-1", team_id=99).status_code == 422
    assert add(robot, "k-1").status_code == 201
    assert len(logins(uow)) == 2


def test_an_empty_answer_is_kept_too(robot: TestClient) -> None:
    add(robot)
    answers = [robot.delete("/api/v1/probe/2", headers={"idempotency-key": "d-1"}) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b""), (204, b"")]


def test_keys_of_different_users_do_not_meet(app: FastAPI, robot: TestClient, organiser: Browser) -> None:
    add(robot, "k-1")
    other = program(app, "organiser@example.org")
    assert add(other, "k-1").status_code == 403


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_a_key_that_cannot_be_one_is_refused(robot: TestClient, key: str) -> None:
    refused = add(robot, key)
    assert (refused.status_code, refused.json()["reasons"][0]["code"]) == (422, "idempotency_key_malformed")


def test_equal_requests_at_the_same_time_have_one_effect(app: FastAPI, uow: UnitOfWork, robot: TestClient) -> None:
    answers: list[Response] = []
    barrier = threading.Barrier(6)

    def send() -> None:
        barrier.wait()
        answers.append(add(robot, "race"))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert len(logins(uow)) == 2


def test_a_form_sent_twice_does_its_work_once(administrator: Browser, uow: UnitOfWork) -> None:
    page = administrator.get("/probe/logins")
    assert 'name="once" value="' in page.text
    form = {**GOOD, "once": "abc", "csrf_token": csrf_in(page)}
    first, second = (administrator.post("/probe/logins", form) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"] == "/probe/logins"
    assert len(logins(uow)) == 2


def test_going_back_to_a_form_to_send_other_values_is_another_thing(administrator: Browser, uow: UnitOfWork) -> None:
    for email in ("li@example.org", "wang@example.org"):
        answer = administrator.post("/probe/logins", {"name": "李样本", "email": email, "once": "abc"})
        assert answer.status_code == 303
    assert len(logins(uow)) == 3


def test_a_form_with_files_sent_twice_does_its_work_once(administrator: Browser, uow: UnitOfWork) -> None:
    for content, expected in ((b"a" * 70_000, 303), (b"a" * 70_000, 303), (b"b" * 70_000, 409)):
        answer = administrator.client.post(
            "/probe/logins",
            data={**GOOD, "once": "abc", "csrf_token": administrator.csrf_token},
            files={"photo": ("a.jpg", content, "image/jpeg")},
            headers={"sec-fetch-site": "same-origin"},
        )
        assert answer.status_code == expected
    assert len(logins(uow)) == 2


def test_a_notice_is_shown_on_the_next_page_once(administrator: Browser) -> None:
    administrator.post("/probe/logins", GOOD)
    shown = administrator.get("/probe/logins")
    assert 'action="/probe/undo"' in shown.text
    assert "撤" in shown.text or "Undo" in shown.text
    assert 'action="/probe/undo"' not in administrator.get("/probe/logins").text


def test_a_notice_that_somebody_wrote_into_the_cookie_is_not_shown(administrator: Browser) -> None:
    administrator.client.cookies.set("muster_flash", "W1siaGVsbG8iXV0.ffffffff.forged")
    page = administrator.get("/probe/logins")
    assert page.status_code == 200
    assert "hello" not in page.text


def test_a_form_with_faults_changes_nothing(administrator: Browser, uow: UnitOfWork) -> None:
    assert administrator.post("/probe/logins", {"name": "", "email": "", "role": "king"}).status_code == 422
    assert logins(uow) == ["administrator@example.org"]
    with uow.read(STRANGER) as tx:
        assert tx.session.exec(select(IdempotencyKey)).all() == []


def test_a_tag_guards_against_a_lost_race(robot: TestClient) -> None:
    path = "/api/v1/probe/1"
    tag = robot.get(path).headers["etag"]
    changed = robot.patch(path, json={"name": "first"}, headers={"if-match": tag})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    lost = robot.patch(path, json={"name": "second"}, headers={"if-match": tag})
    assert (lost.status_code, lost.json()["code"]) == (412, "lost_race")
    assert robot.patch(path, json={"name": "third"}).status_code == 200
    assert robot.patch(path, json={"name": "fourth"}, headers={"if-match": "*"}).status_code == 200


@pytest.mark.parametrize("tag", ['W/"1"', "1", '"abc"', '""', '"1', '"' + "9" * 400 + '"', '"1", "2"'])
def test_a_tag_that_is_none_of_ours_never_matches(robot: TestClient, tag: str) -> None:
    assert robot.patch("/api/v1/probe/1", json={"name": "x"}, headers={"if-match": tag}).status_code == 412


def test_only_what_was_sent_is_changed(robot: TestClient) -> None:
    assert robot.patch("/api/v1/probe/1", json={}).status_code == 200
    assert robot.patch("/api/v1/probe/1", json={"email": "x@example.org"}).status_code == 422


def test_what_a_database_cannot_store_is_refused_and_no_fault_of_ours(robot: TestClient) -> None:
    assert robot.get("/api/v1/probe/by-email/a%00b").status_code in {200, 422}
    assert robot.get("/api/v1/probe/by-email/nobody").json() == {"id": None}
