"""The ledger over the API: what waits, what went out, what did not, and why."""

from datetime import timedelta
from typing import Any

import pytest

from models.enums import AttemptOutcome
from services import deliveries, firing, leases, people
from services.access import WORKER
from services.deliveries import Tried
from tests.web.api.test_activities import codes
from tests.web.api.world import API, World

MINUTE = timedelta(minutes=1)


def ledger(world: World, which: str, role: str = "organiser", **params: Any) -> list[dict[str, Any]]:
    answer = world.clients[role].get(f"{API}/{which}", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def someone(world: World, **contacts: str) -> int:
    who = world.person()
    with world.uow.write(world.house.organiser) as tx:
        people.change(tx, who, contacts)
    return who


def test_a_message_is_followed_from_waiting_over_a_retry_to_sent(world: World) -> None:
    who = someone(world, email="li.example@example.org")
    world.offered(world.house.squad, who)
    (row,) = ledger(world, "deliveries", person_id=who)
    assert (row["kind"], row["state"], row["attempts"], row["reason"]) == ("call_up", "waiting", [], "")
    assert (row["address"], row["is_masked"], row["sent_at"]) == ("li.example@example.org", False, None)
    later = Tried(
        outcome=AttemptOutcome.retry, reply="450 4.2.1 <li.example@example.org> later", reason="recipient_later"
    )
    for tried in (later, Tried(outcome=AttemptOutcome.sent, reply="250 queued")):
        world.clock.advance(timedelta(minutes=30))
        with world.uow.write(WORKER) as tx:
            for lease in leases.claim(tx, "w", limit=100, lease=MINUTE):
                deliveries.record(tx, lease, tried)
    (row,) = ledger(world, "deliveries", person_id=who, state="sent")
    assert (row["attempts_count"], row["reply"], row["next_try_at"]) == (2, "250 queued", None)
    assert [(one["outcome"], one["reason"]) for one in row["attempts"]] == [("retry", "recipient_later"), ("sent", "")]
    assert row["sent_at"] == row["settled_at"] == row["attempts"][1]["at"]
    assert world.clients["organiser"].get(f"{API}/deliveries/{row['id']}").json() == row
    masked = world.clients["auditor"].get(f"{API}/deliveries/{row['id']}").json()
    assert (masked["address"], masked["is_masked"]) == ("l***@example.org", True)
    assert masked["attempts"][0]["reply"] == "450 4.2.1 <l***@example.org> later"
    assert world.clients["member"].get(f"{API}/deliveries/{row['id']}").status_code == 404
    assert ledger(world, "deliveries", "member", person_id=who) == []
    timers = {"organiser": ["call", "chase"], "member": []}
    for reader, kinds in timers.items():
        found = world.clients[reader].get(f"{API}/deliveries", params={"person_id": who}).json()
        assert [one["kind"] for one in found["timers"] if one["kind"] in {"chase", "call"}] == kinds
    assert world.clients["organiser"].get(f"{API}/deliveries").json()["timers"] == []


def test_every_timer_tells_when_it_was_due_and_why_nobody_was_told(world: World) -> None:
    silent, called_off = someone(world), someone(world, email="wang.example@example.org")
    first, second = (world.accepted(world.house.squad, who) for who in (silent, called_off))
    waiting = ledger(world, "reminders", assignment_id=first)
    assert {(row["kind"], row["state"], row["settled_at"]) for row in waiting} == {("reminder", "waiting", None)}
    assert all(row["person_id"] == silent and row["activity_ref"] for row in waiting)

    activity = ledger(world, "reminders", assignment_id=second)[0]["activity_id"]
    cancelled = world.clients["organiser"].post(f"{API}/activities/{activity}/cancel", json={"reason": "停电"})
    assert cancelled.status_code == 200
    assert {(row["state"], row["reason"]) for row in ledger(world, "reminders", activity_id=activity)} == {
        ("cancelled", "activity_cancelled"),
        ("cancelled", "already_answered"),
    }
    withdrawn = [row for row in ledger(world, "deliveries", activity_id=activity) if row["state"] == "obsolete"]
    assert {row["reason"] for row in withdrawn} <= {"already_answered", "assignment_withdrawn", "activity_cancelled"}

    world.clock.advance(timedelta(days=400))
    with world.uow.write(WORKER) as tx:
        firing.fire_due(tx, 500)
    skipped = ledger(world, "reminders", assignment_id=first, state="skipped")
    assert [row["id"] for row in skipped] == [row["id"] for row in waiting]
    assert {row["reason"] for row in skipped} <= {"too_late", "no_address"}
    assert all(row["settled_at"] > row["due_at"] for row in skipped)


def test_the_ledger_comes_in_pages_latest_first(world: World) -> None:
    for _ in range(3):
        world.delivery(world.house.squad)
    for which in ("reminders", "deliveries"):
        everything = ledger(world, which, limit=200)
        assert [row["due_at"] for row in everything] == sorted((row["due_at"] for row in everything), reverse=True)
        page = world.clients["organiser"].get(f"{API}/{which}", params={"limit": 1}).json()
        more = world.clients["organiser"].get(f"{API}/{which}", params={"limit": 200, "cursor": page["next"]}).json()
        assert page["items"] + more["items"] == everything


@pytest.mark.parametrize(
    ("path", "params", "wanted"),
    [
        ("deliveries", {"state": "lost"}, "word_unknown"),
        ("deliveries", {"kind": "spam"}, "word_unknown"),
        ("reminders", {"state": "late"}, "word_unknown"),
        ("reminders", {"activity_id": "x"}, "number_wrong"),
        ("reminders", {"activity_id": 2**31}, "number_too_large"),
        ("deliveries", {"cursor": "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgMV0="}, "cursor_wrong"),
    ],
)
def test_wrong_filters_are_refused(world: World, path: str, params: dict[str, Any], wanted: str) -> None:
    answer = world.clients["organiser"].get(f"{API}/{path}", params=params)
    assert (answer.status_code, codes(answer)) == (422, [wanted])
    assert world.clients["organiser"].get(f"{API}/deliveries/999999").status_code == 404
