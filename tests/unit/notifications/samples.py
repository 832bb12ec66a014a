"""One invented payload of every kind and variant; the day is Wednesday 2026-02-25."""

from dataclasses import replace
from datetime import UTC, datetime

from models.enums import ActivityKind, AnswerVia, AnswerWord, AssignmentRole
from models.values import Place, TimeWindow
from notifications.addresses import Mailbox
from notifications.booking_payloads import (
    BookingAsked,
    BookingDecided,
    BookingEnded,
    EndedHow,
    Instead,
    NoShow,
    PlaceOffered,
)
from notifications.broadcast_payloads import Broadcast
from notifications.catalog import (
    AnswerReceived,
    CallUp,
    Cancelled,
    CancelledHow,
    Changed,
    Chase,
    CloseActivity,
    Reconfirm,
    Reminder,
    SignIn,
    StandIn,
)
from notifications.digest import Digest, DigestLine, DigestNote
from notifications.facts import ActivityFacts, Payload, Recipient

STAMP = datetime(2026, 2, 25, 1, 30, tzinfo=UTC)
SENDER = Mailbox("大冶市总工会（示例）", "notice@example.org")
CHINA = "Asia/Shanghai"
LECTURE = ActivityFacts(
    activity_id=7,
    ref="A-7",
    kind=ActivityKind.lecture,
    title="从学徒到工匠",
    starts_at=datetime(2026, 2, 27, 6, 0, tzinfo=UTC),
    ends_at=datetime(2026, 2, 27, 7, 30, tzinfo=UTC),
    zone=CHINA,
    uid="6f9f1c1e-6a53-4d0c-9a1c-0d2b6a3c5e01@muster.example",
    sequence=2,
    venue_name="陈贵镇文化站报告厅",
    venue_address="陈贵大道8号",
    locality="陈贵镇",
    place=Place(30.0312, 114.8021),
    contact_name="张示例",
    contact_phone="0714-000 0000",
    organisation_name="大冶市总工会（示例）劳模工匠宣讲",
    description="听众约60人，有投影。\n请带身份证。",
)
SERVICE = replace(
    LECTURE,
    kind=ActivityKind.service,
    title="义诊进车间",
    venue_name="",
    venue_address="",
    locality="",
    place=None,
    contact_phone="",
    description="",
)
DUTY = {
    "activity": LECTURE,
    "role": AssignmentRole.model_demo,
    "answer_url": "https://muster.example/a/sample",
    "travel_note": "下午1点，车到您家楼下接",
    "why_url": "https://muster.example/a/sample/why",
    "stop_url": "https://muster.example/a/sample/stop",
}
BOOKING = {
    "booking_id": 3,
    "venue_name": "陈贵镇文化站报告厅",
    "window": TimeWindow(datetime(2026, 2, 27, 6, 0, tzinfo=UTC), datetime(2026, 2, 27, 7, 30, tzinfo=UTC)),
    "occupied": TimeWindow(datetime(2026, 2, 27, 5, 30, tzinfo=UTC), datetime(2026, 2, 27, 7, 40, tzinfo=UTC)),
    "zone": CHINA,
    "purpose": "劳模工匠宣讲《从学徒到工匠》",
    "asked_by_name": "张示例",
    "asked_by_phone": "0714-000 0000",
    "organisation_name": "大冶市总工会（示例）",
}
OLD_WINDOW = TimeWindow(datetime(2026, 2, 26, 1, 0, tzinfo=UTC), datetime(2026, 2, 26, 2, 30, tzinfo=UTC))

SAMPLES: dict[str, Payload] = {
    "call_up": CallUp(**DUTY, answer_by=datetime(2026, 2, 26, 4, 0, tzinfo=UTC)),
    "call_up-bare": CallUp(activity=SERVICE, role=AssignmentRole.reception, answer_url="https://muster.example/a/b"),
    "chase": Chase(**DUTY),
    "stand_in": StandIn(**DUTY, answer_by=datetime(2026, 2, 25, 13, 30, tzinfo=UTC)),
    "reminder": Reminder(**DUTY),
    "reconfirm": Reconfirm(**DUTY),
    "changed-both": Changed(**DUTY, old_window=OLD_WINDOW, old_venue_name="大箕铺镇文化站"),
    "changed-time": Changed(**DUTY, old_window=OLD_WINDOW),
    "changed-place": Changed(**DUTY, old_venue_name="大箕铺镇文化站", is_answer_wanted=False),
    "cancelled": Cancelled(**DUTY, reason="文化站停电检修"),
    "cancelled-postponed": Cancelled(**DUTY, how=CancelledHow.postponed),
    "cancelled-assignment": Cancelled(**DUTY, how=CancelledHow.assignment),
    "answer_received-no": AnswerReceived(
        activity=LECTURE,
        role=AssignmentRole.model_demo,
        person_name="李样本",
        word=AnswerWord.no,
        via=AnswerVia.phone,
        answered_by_name="王示例",
        reason="那天要陪老伴看病",
        open_duty_count=1,
        page_url="https://muster.example/activities/7",
    ),
    "answer_received-exhausted": AnswerReceived(
        activity=LECTURE,
        role=AssignmentRole.model_demo,
        person_name="李样本",
        word=AnswerWord.no,
        via=AnswerVia.link,
        is_exhausted=True,
        open_duty_count=1,
        page_url="https://muster.example/activities/7",
    ),
    "answer_received-yes": AnswerReceived(
        activity=LECTURE,
        role=AssignmentRole.driver,
        person_name="李样本",
        word=AnswerWord.yes,
        via=AnswerVia.link,
        page_url="https://muster.example/activities/7",
    ),
    "digest": Digest(
        lines=(
            DigestLine(
                title="从学徒到工匠",
                kind=ActivityKind.lecture,
                starts_at=LECTURE.starts_at,
                zone=CHINA,
                names=("李样本", "王范例"),
                open_duty_count=1,
            ),
            DigestLine(
                title="义诊进车间",
                kind=ActivityKind.service,
                starts_at=datetime(2026, 2, 28, 1, 0, tzinfo=UTC),
                zone=CHINA,
                names=("赵演示",),
            ),
        ),
        people_count=3,
        page_url="https://muster.example/activities",
        organisation_name="大冶市总工会（示例）",
    ),
    "broadcast": Broadcast(
        headline="周五请早到十分钟",
        body="各位老师：\n\n门口在修路，请走北门。<b>停车</b>在对面。\n谢谢。",
        sender_name="张示例",
        organisation_name="大冶市总工会（示例）",
        activity=LECTURE,
    ),
    "broadcast-bare": Broadcast(headline="春节值班表出来了", body="请看群里的表。", sender_name="张示例"),
    "digest-personal": Digest(
        notes=(
            DigestNote(headline="周五请早到", body="门口在修路。\n请走北门。", sender_name="张示例"),
            DigestNote(headline="春季体检", body="愿意去的，请到办公室登记。"),
        ),
        page_url="https://muster.example/me/messages",
        organisation_name="大冶市总工会（示例）",
    ),
    "close_activity": CloseActivity(
        activity=LECTURE, attendance_count=58, close_url="https://muster.example/activities/7/close"
    ),
    "sign_in": SignIn(
        sign_in_url="https://muster.example/sign-in/sample",
        expires_at=datetime(2026, 2, 25, 1, 45, tzinfo=UTC),
        zone=CHINA,
        organisation_name="大冶市总工会（示例）",
    ),
    "booking_asked": BookingAsked(
        **BOOKING,
        people_count=60,
        decide_url="https://muster.example/b/sample",
        decide_by=datetime(2026, 2, 26, 9, 0, tzinfo=UTC),
    ),
    "booking_decided-yes": BookingDecided(**BOOKING, is_confirmed=True, page_url="https://muster.example/bookings/3"),
    "booking_decided-no": BookingDecided(
        **BOOKING, is_confirmed=False, reason="那天镇里开会", page_url="https://muster.example/bookings/3"
    ),
    "booking_decided-another-no": BookingDecided(
        **BOOKING,
        is_confirmed=False,
        reason="other_confirmed",
        page_url="https://muster.example/bookings/3",
        instead=Instead(
            venue_name="灵乡镇职工之家",
            window=TimeWindow(datetime(2026, 2, 27, 6, 0, tzinfo=UTC), datetime(2026, 2, 27, 7, 30, tzinfo=UTC)),
            zone=CHINA,
            take_url="https://muster.example/bookings/3/instead",
            way_minutes=18,
        ),
    ),
    "booking_ended": BookingEnded(**BOOKING, how=EndedHow.hold, page_url="https://muster.example/bookings/3"),
    "booking_ended-back": BookingEnded(
        **BOOKING, how=EndedHow.back_to_request, page_url="https://muster.example/bookings/3"
    ),
    "booking_ended-absent": BookingEnded(**BOOKING, how=EndedHow.no_show, page_url="https://muster.example/bookings/3"),
    "no_show": NoShow(
        **BOOKING,
        arrive_url="https://muster.example/h/sample",
        release_at=datetime(2026, 2, 27, 6, 30, tzinfo=UTC),
    ),
    "place_offered": PlaceOffered(
        **BOOKING,
        take_url="https://muster.example/w/sample",
        held_until=datetime(2026, 2, 26, 9, 0, tzinfo=UTC),
    ),
}


def recipient(locale: str) -> Recipient:
    """Return the invented volunteer."""
    return Recipient(name="李样本", address="li@example.org", locale=locale)
