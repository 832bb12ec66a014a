"""From the facts of a delivery to what its words are made of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from types import MappingProxyType
from typing import Any

import pytest

from models.enums import (
    ActivityKind,
    ActivityState,
    AnswerVia,
    AnswerWord,
    AssignmentRole,
    AssignmentState,
    BookingState,
    NotificationKind,
)
from models.values import Place, TimeWindow
from muster.settings import Settings
from muster.signing import ExpiredToken, Signer
from notifications import catalog
from notifications.booking_payloads import BookingDecided, EndedHow
from notifications.catalog import CancelledHow
from scheduler.letters import FactsMissing, Letters
from services.delivery_bookings import InsteadPart
from services.delivery_digests import DigestPart
from services.delivery_facts import ActivityPart, BookingPart, DeliveryFacts, DutyPart
from services.leases import Lease

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WINDOW = TimeWindow(datetime(2026, 3, 10, 6, 0, tzinfo=UTC), datetime(2026, 3, 10, 7, 30, tzinfo=UTC))
SECRET = "a secret that is long enough"
BOOKING_KINDS = {
    NotificationKind.booking_asked,
    NotificationKind.booking_decided,
    NotificationKind.booking_ended,
    NotificationKind.no_show,
    NotificationKind.place_offered,
}
OLD = {"old_starts_at": "2026-03-09T06:00:00+00:00", "old_ends_at": "2026-03-09T07:30:00+00:00"}

ACTIVITY = ActivityPart(
    activity_id=7,
    ref="2026-0007",
    uid="u@muster",
    kind=ActivityKind.lecture,
    state=ActivityState.released,
    schedule_rev=1,
    title="劳模工匠进车间宣讲",
    description="",
    window=WINDOW,
    zone="Asia/Shanghai",
    venue_name="班前会议室",
    venue_address="一号路",
    place=Place(30.0, 114.9),
    contact_name="何样张",
    contact_phone="+8613900000000",
    open_duty_count=2,
    attendance_count=41,
)
DUTY = DutyPart(
    assignment_id=12,
    role=AssignmentRole.model_demo,
    state=AssignmentState.offered,
    person_name="李样本",
    answered_via=AnswerVia.phone,
    answered_by_name="何样张",
)
BOOKING = BookingPart(
    booking_id=5,
    venue_id=9,
    state=BookingState.requested,
    reason="",
    purpose="宣讲",
    venue_name="文化宫",
    contact_name="赵演示",
    window=WINDOW,
    occupied=WINDOW.widened(timedelta(minutes=20), timedelta(minutes=10)),
    zone="Asia/Shanghai",
    asked_by_name="何样张",
    asked_by_phone="",
    people_count=60,
)


DIGEST = (
    DigestPart(
        title="从学徒到工匠",
        kind=ActivityKind.lecture,
        starts_at=datetime(2026, 3, 10, 6, 0, tzinfo=UTC),
        zone="Asia/Shanghai",
        names=("李样本",),
        open_duty_count=1,
    ),
)


def facts(kind: NotificationKind, *, payload: dict[str, Any] | None = None, **changes: Any) -> DeliveryFacts:
    about_booking = kind in BOOKING_KINDS
    values: dict[str, Any] = {
        "lease": Lease(1, 1, "w"),
        "kind": kind,
        "token": "t0ken",
        "address": "li@example.org",
        "locale": "zh-CN",
        "recipient_name": "李样本",
        "has_left": False,
        "due_at": NOW,
        "expires_at": NOW + timedelta(days=1),
        "schedule_rev": 1,
        "sequence": 3,
        "payload": MappingProxyType(payload or {}),
        "organisation_name": "大冶市总工会",
        "activity": None if about_booking else ACTIVITY,
        "duty": None if about_booking else DUTY,
        "booking": BOOKING if about_booking else None,
        "digest": DIGEST if kind is NotificationKind.digest else (),
        "content": None,
    }
    return DeliveryFacts(**(values | changes))


PAYLOADS: dict[NotificationKind, dict[str, Any]] = {
    NotificationKind.broadcast: {"subject": "请早到", "body": "走北门。", "sender_name": "张示例"},
    NotificationKind.changed: OLD,
    NotificationKind.cancelled: {"reason": "台风"},
    NotificationKind.answer_received: {"word": "no", "reason": "家里有事", "person_id": 1},
    NotificationKind.sign_in: {"path": "/sign-in/x", "expires_at": "2026-03-02T01:15:00+00:00"},
    NotificationKind.no_show: {"release_at": "2026-03-10T06:30:00+00:00"},
    NotificationKind.stand_in: {"until": "2026-03-09T06:00:00+00:00"},
    NotificationKind.place_offered: {"wait_id": 31, "held_until": "2026-03-09T06:00:00+00:00"},
}


@pytest.fixture
def letters() -> Letters:
    return Letters(
        Settings(base_url="https://muster.example.org/", secret_key=SECRET, mail_from="工会 <n@example.org>")
    )


def payload_of(letters: Letters, kind: NotificationKind, **changes: Any) -> Any:
    return letters.payload(facts(kind, payload=PAYLOADS.get(kind), **changes))


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("kind", list(NotificationKind))
def test_every_kind_becomes_a_message(letters: Letters, kind: NotificationKind, locale: str) -> None:
    envelope = letters.envelope(facts(kind, payload=PAYLOADS.get(kind), locale=locale), stamp=NOW)
    again = letters.envelope(facts(kind, payload=PAYLOADS.get(kind), locale=locale), stamp=NOW)
    assert envelope == again
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["Message-ID"] == envelope.message_id == "<t0ken@muster.example.org>"
    assert message["X-Muster-Delivery"] == "t0ken"
    assert message["Subject"]
    assert (envelope.sender, envelope.recipient) == ("n@example.org", "li@example.org")
    has_calendar = any(part.get_content_type() == "text/calendar" for part in message.walk())
    assert has_calendar == catalog.spec_of(kind).has_calendar


def test_the_bytes_of_an_earlier_try_are_sent_as_they_are(letters: Letters) -> None:
    envelope = letters.envelope(facts(NotificationKind.reminder, content=b"as it was"), stamp=NOW)
    assert envelope.content == b"as it was"


def test_the_answer_link_holds_until_the_activity_is_over(letters: Letters) -> None:
    for kind in (NotificationKind.call_up, NotificationKind.reminder, NotificationKind.changed):
        url = payload_of(letters, kind).answer_url
        address, _, token = url.rpartition("/")
        assert address == "https://muster.example.org/a"
        signer = Signer(SECRET)
        assert signer.read("answer", token, WINDOW.ends_at - timedelta(seconds=1)) == "12"
        with pytest.raises(ExpiredToken):
            signer.read("answer", token, WINDOW.ends_at)


def test_a_move_names_the_old_window_and_asks_those_who_have_not_answered(letters: Letters) -> None:
    payload = payload_of(letters, NotificationKind.changed)
    assert payload.old_window.starts_at == datetime(2026, 3, 9, 6, 0, tzinfo=UTC)
    assert payload.is_answer_wanted
    promised = replace(DUTY, state=AssignmentState.accepted)
    assert not payload_of(letters, NotificationKind.changed, duty=promised).is_answer_wanted


@pytest.mark.parametrize(
    ("kind", "state", "how", "sequence"),
    [
        (NotificationKind.cancelled, ActivityState.cancelled, CancelledHow.activity, 3),
        (NotificationKind.cancelled, ActivityState.postponed, CancelledHow.postponed, 3),
        (NotificationKind.cancelled, ActivityState.released, CancelledHow.assignment, 4),
        (NotificationKind.changed, ActivityState.postponed, CancelledHow.postponed, 3),
    ],
)
def test_a_cancellation_says_what_is_off(
    letters: Letters, kind: NotificationKind, state: ActivityState, how: CancelledHow, sequence: int
) -> None:
    payload = payload_of(letters, kind, activity=replace(ACTIVITY, state=state))
    assert isinstance(payload, catalog.Cancelled)
    assert (payload.how, payload.activity.sequence) == (how, sequence)


def test_organisers_learn_who_answered_and_what_is_open(letters: Letters) -> None:
    answer = payload_of(letters, NotificationKind.answer_received)
    assert (answer.person_name, answer.word, answer.via) == ("李样本", AnswerWord.no, AnswerVia.phone)
    assert (answer.reason, answer.answered_by_name, answer.open_duty_count) == ("家里有事", "何样张", 2)
    assert answer.page_url == "https://muster.example.org/activities/7"
    closing = payload_of(letters, NotificationKind.close_activity)
    assert closing.attendance_count == 41


def test_bookings_are_asked_for_and_decided(letters: Letters) -> None:
    asked = payload_of(letters, NotificationKind.booking_asked)
    token = asked.decide_url.rpartition("/b/")[2]
    assert Signer(SECRET).read("booking", token, NOW) == "5"
    assert (asked.people_count, asked.asked_by_name) == (60, "何样张")
    confirmed = replace(BOOKING, state=BookingState.confirmed)
    assert payload_of(letters, NotificationKind.booking_decided, booking=confirmed).is_confirmed
    declined = replace(BOOKING, state=BookingState.declined, reason="满")
    payload = payload_of(letters, NotificationKind.booking_decided, booking=declined)
    assert (payload.is_confirmed, payload.reason) == (False, "满")


def test_a_lost_request_names_what_could_be_had_instead(letters: Letters) -> None:
    lost = replace(BOOKING, state=BookingState.declined, reason="other_confirmed")
    assert payload_of(letters, NotificationKind.booking_decided, booking=lost).instead is None
    later = TimeWindow(WINDOW.starts_at + timedelta(hours=3), WINDOW.ends_at + timedelta(hours=3))
    found = InsteadPart(venue_id=8, venue_name="职工之家", window=WINDOW, zone="Asia/Shanghai", minutes=18)
    instead = payload_of(letters, NotificationKind.booking_decided, booking=replace(lost, instead=found)).instead
    assert (instead.venue_name, instead.window, instead.way_minutes) == ("职工之家", WINDOW, 18)
    assert instead.take_url == "https://muster.example.org/bookings/5?venue=8&from=2026-03-10T06%3A00%3A00%2B00%3A00"
    named = {"offered_from": later.starts_at.isoformat(), "offered_until": later.ends_at.isoformat()}
    offered = letters.payload(facts(NotificationKind.booking_decided, payload=named, booking=lost))
    assert isinstance(offered, BookingDecided)
    assert offered.instead is not None
    assert (offered.instead.venue_name, offered.instead.window) == ("文化宫", later)
    assert "venue=9" in offered.instead.take_url


@pytest.mark.parametrize(
    ("state", "how"),
    [
        (BookingState.cancelled, EndedHow.hold),
        (BookingState.requested, EndedHow.back_to_request),
        (BookingState.released, EndedHow.no_show),
    ],
)
def test_an_end_that_nobody_said_is_told(letters: Letters, state: BookingState, how: EndedHow) -> None:
    payload = payload_of(letters, NotificationKind.booking_ended, booking=replace(BOOKING, state=state))
    assert (payload.how, payload.page_url) == (how, "https://muster.example.org/bookings/5")


def test_links_of_a_warning_and_of_an_offer_do_one_thing_each(letters: Letters) -> None:
    signer, during = Signer(SECRET), WINDOW.ends_at - timedelta(seconds=1)
    warned = payload_of(letters, NotificationKind.no_show)
    assert signer.read("arrival", warned.arrive_url.removeprefix("https://muster.example.org/h/"), during) == "5"
    assert warned.release_at == datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
    offered = payload_of(letters, NotificationKind.place_offered)
    assert signer.read("wait", offered.take_url.removeprefix("https://muster.example.org/w/"), during) == "31"
    assert offered.held_until == datetime(2026, 3, 9, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", [kind for kind in NotificationKind if kind is not NotificationKind.sign_in])
def test_facts_that_are_missing_are_named(letters: Letters, kind: NotificationKind) -> None:
    with pytest.raises(FactsMissing, match=kind.value):
        letters.payload(facts(kind, payload={}, activity=None, duty=None, booking=None, digest=()))
