"""Equipment over the API: what is free when, lending with every reason and way out, and back again."""

from datetime import timedelta
from typing import Any

import pytest

from models.tables.activities import Activity
from muster.clock import ManualClock
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse, add_lecture
from tests.web.browser import TestClient

API = "/api/v1"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def write(organiser: TestClient, name: str = "投影机", **others: Any) -> int:
    answer = organiser.post(f"{API}/equipment", json={"name": name, "kind": "device", **others})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer.json()["reasons"]]


def test_lending_is_refused_with_every_reason_and_what_is_free(
    uow: UnitOfWork, house: SmallHouse, organiser: TestClient
) -> None:
    first, second = add_lecture(uow, house), add_lecture(uow, house)
    one, two = write(organiser, code="T-1"), write(organiser, code="鄂B·A1234")
    lent = organiser.post(f"{API}/activities/{first}/loans", json={"equipment_id": one})
    assert lent.status_code == 201
    [loan] = lent.json()["items"]
    assert (loan["state"], loan["occupied_from"]) == ("lent", "2026-03-10T05:30:00Z")
    refused = organiser.post(f"{API}/activities/{second}/loans", json={"equipment_id": one})
    problem = refused.json()
    assert (refused.status_code, problem["code"], codes(refused)) == (409, "equipment_taken", ["equipment_lent"])
    assert "T-1 is out: Tue 10 Mar, 13:30–16:00" in problem["detail"]
    assert [(clash["loan_id"], clash["equipment_id"]) for clash in problem["conflicts"]] == [(loan["id"], one)]
    assert [(way["equipment_id"], way["code"]) for way in problem["alternatives"]] == [(two, "鄂B·A1234")]
    several = organiser.post(f"{API}/activities/{second}/loans", json={"name": "投影机", "count": 2})
    assert codes(several) == ["equipment_too_few", "equipment_lent"]
    for wrong in ({}, {"equipment_id": two, "name": "投影机"}):
        assert codes(organiser.post(f"{API}/activities/{second}/loans", json=wrong)) == ["thing_or_name"]
    assert codes(organiser.post(f"{API}/activities/{second}/loans", json={"equipment_id": two, "count": 2})) == [
        "out_of_range"
    ]
    assert organiser.post(f"{API}/loans/{loan['id']}/cancel", json={"reason": "用不上"}).json()["state"] == "cancelled"
    assert organiser.post(f"{API}/activities/{second}/loans", json={"name": "投影机", "count": 2}).status_code == 201


def test_needs_notes_and_returns(uow: UnitOfWork, clock: ManualClock, house: SmallHouse, organiser: TestClient) -> None:
    lecture = add_lecture(uow, house)
    bus = write(organiser, "中巴", kind="vehicle", seats=19)
    with uow.write(COMMAND) as tx:
        tx.get(Activity, lecture, noun="activity").equipment = "中巴、飞艇"
    path = f"{API}/activities/{lecture}/loans"
    before = organiser.get(path).json()
    assert [(lack["name"], lack["offer"], lack["is_kept"]) for lack in before["lacking"]] == [
        ("中巴", "中巴", True),
        ("飞艇", None, False),
    ]
    after = organiser.post(path, json={"name": "中巴", "before_minutes": 0, "after_minutes": 0}).json()
    assert [note["code"] for note in after["notes"]] == ["too_few_seats"]
    clock.set(START + timedelta(minutes=10))
    assert organiser.get(f"{API}/equipment").json()["items"][0]["away"]["activity_id"] == lecture
    window = {"free_from": START.isoformat(), "free_until": (START + LENGTH).isoformat()}
    assert organiser.get(f"{API}/equipment", params=window).json()["items"] == []
    back = organiser.post(f"{API}/loans/{after['items'][0]['id']}/return")
    assert (back.json()["state"], back.json()["occupied_until"]) == ("returned", "2026-03-10T06:10:00Z")
    assert len(organiser.get(f"{API}/equipment", params=window).json()["items"]) == 1
    assert len(organiser.get(f"{API}/equipment/{bus}/loans", params={"state": "returned"}).json()["items"]) == 1
    assert codes(organiser.get(f"{API}/equipment", params={"free_from": START.isoformat()})) == ["missing"]
    window["free_until"] = START.isoformat()
    assert codes(organiser.get(f"{API}/equipment", params=window)) == ["ends_before_start"]
