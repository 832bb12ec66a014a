"""Booking: two clicks from an activity, the form of a venue, refusals with their ways out, and decisions."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import AccessKind, AnswerWord, BookingState, UserRole
from models.tables.activities import Activity
from models.tables.bookings import Booking
from models.tables.people import Person
from models.tables.venues import Venue
from muster.clock import ManualClock
from services import booking_ends, bookings
from services.access import COMMAND, WORKER
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.web.browser import Browser
from tests.web.pages_a.stories import DAY, HOUR, Story, ask, say

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Knock = Callable[[UserRole, int | None], Browser]
_FORM = re.compile(r'<form class="one" method="post" action="/bookings"[^>]*>(.*?)</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def offers(text: str) -> list[dict[str, str]]:
    """Return what each one-click form of a page would send."""
    return [dict(_HIDDEN.findall(form)) for form in _FORM.findall(text)]


def booked(uow: UnitOfWork, activity_id: int) -> list[Booking]:
    with uow.read(COMMAND) as tx:
        return list(
            tx.session.exec(
                select(Booking)
                .where(col(Booking.activity_id) == activity_id, col(Booking.state) != BookingState.cancelled)
                .order_by(col(Booking.id))
            ).all()
        )


def window_of(uow: UnitOfWork, activity_id: int) -> tuple[Any, Any]:
    with uow.read(COMMAND) as tx:
        row = tx.session.exec(select(Activity).where(col(Activity.id) == activity_id)).one()
        return row.starts_at, row.ends_at


def test_two_clicks_book_a_hall_for_an_activity(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    assert f"/venues/find?activity={story.short_in}" in organiser.get(f"/activities/{story.short_in}").text
    page = organiser.get(f"/venues/find?activity={story.short_in}")
    first = offers(page.text)[0]
    done = organiser.post("/bookings", first)
    assert done.headers["location"] == f"/activities/{story.short_in}"
    (row,) = booked(uow, story.short_in)
    assert (row.starts_at, row.ends_at) == window_of(uow, story.short_in)
    assert str(row.venue_id) == first["venue_id"]
    assert row.state is BookingState.confirmed


def test_offer_at_another_hour_moves_the_activity_in_the_same_step(
    uow: UnitOfWork, story: Story, organiser: Browser
) -> None:
    start = NOW + 2 * DAY + 5 * HOUR  # when the lecture has the hall
    with uow.write(story.house.organiser) as tx:
        for venue_id in tx.session.exec(select(Venue.id).where(col(Venue.id) != story.house.hall)).all():
            bookings.create(tx, venue_id=venue_id, starts_at=start, ends_at=start + 2 * HOUR, purpose="别的事")
        for row in tx.session.exec(select(Booking).where(col(Booking.state) == BookingState.requested)).all():
            bookings.confirm(tx, row.id)
        lecture = tx.session.exec(select(Booking).where(col(Booking.activity_id) == story.asked_in)).one()
        bookings.cancel(tx, lecture.id)
        bookings.create(tx, venue_id=story.house.hall, starts_at=start, ends_at=start + 2 * HOUR, purpose="抢先订的")
    page = organiser.get(f"/venues/find?activity={story.asked_in}")
    moving = [one for one in offers(page.text) if one["move"]]
    assert moving
    done = organiser.post("/bookings", moving[0])
    assert done.status_code == 303, done.text
    (row,) = booked(uow, story.asked_in)
    assert (row.starts_at, row.ends_at) == window_of(uow, story.asked_in)
    assert row.starts_at != start


def test_nothing_is_booked_where_somebody_cannot_move_along(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    zhao = story.house.people[2]
    busy_from = NOW + DAY + 4 * HOUR  # 赵演示 is on duty then, 法律咨询值班
    assignment = ask(uow, story.house, story.short_in, zhao)
    say(uow, assignment, zhao, AnswerWord.yes)
    sent = {
        "venue_id": str(story.house.small_hall),
        "activity_id": str(story.short_in),
        "starts_at": busy_from.isoformat(),
        "ends_at": (busy_from + HOUR).isoformat(),
        "move": "1",
    }
    refused = organiser.post("/bookings", sent)
    assert refused.status_code == 409
    assert "什么都没有改动" in refused.text
    assert booked(uow, story.short_in) == []
    assert window_of(uow, story.short_in)[0] == NOW + 3 * DAY


def test_refused_booking_tells_every_reason_and_books_a_way_out_in_one_click(
    uow: UnitOfWork, story: Story, organiser: Browser
) -> None:
    sent = {
        "venue_id": str(story.house.hall),
        "starts_at": "2026-03-04T14:30",
        "ends_at": "2026-03-04T22:00",
        "purpose": "歌咏比赛",
    }
    refused = organiser.post("/bookings", sent)
    assert refused.status_code == 409
    assert "有2个原因" in refused.text
    assert "场地重叠" in refused.text
    assert "不开放" in refused.text
    assert "陈贵镇文化站宣讲" in refused.text  # who is in the way
    narrower = organiser.post("/bookings", sent | {"ends_at": "2026-03-04T16:00"})
    ways = offers(narrower.text)
    assert 1 <= len(ways) <= 5
    assert {way["purpose"] for way in ways} == {"歌咏比赛"}
    for way in ways[:1]:
        assert organiser.post("/bookings", way).status_code == 303
    with uow.read(COMMAND) as tx:
        row = tx.session.exec(select(Booking).where(col(Booking.purpose) == "歌咏比赛")).one()
        assert str(row.venue_id) == ways[0]["venue_id"]


def test_form_of_a_venue_is_shown_again_with_every_fault(story: Story, organiser: Browser) -> None:
    refused = organiser.post(
        "/bookings", {"venue_id": str(story.house.hall), "starts_at": "soon", "ends_at": "", "set_up_minutes": "x"}
    )
    assert refused.status_code == 422
    for field in ("starts_at", "ends_at", "set_up_minutes"):
        assert f'id="f-{field}-error"' in refused.text
    assert organiser.post("/bookings", {"venue_id": "none"}).status_code == 404


def test_form_sent_twice_books_once(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    sent = {
        "venue_id": str(story.house.hall),
        "starts_at": "2026-03-05T09:00",
        "ends_at": "2026-03-05T10:00",
        "purpose": "只一次",
        "once": "abc123",
    }
    first, second = organiser.post("/bookings", sent), organiser.post("/bookings", sent)
    assert first.headers["location"] == second.headers["location"]
    with uow.read(COMMAND) as tx:
        assert len(tx.session.exec(select(Booking).where(col(Booking.purpose) == "只一次")).all()) == 1


def test_requests_are_decided_from_their_list(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    (row,) = booked(uow, story.draft)
    listed = organiser.get("/bookings?state=requested")
    assert "有1个申请等答复" in listed.text
    assert f'action="/bookings/{row.id}/confirm"' in listed.text
    assert organiser.post(f"/bookings/{row.id}/confirm").headers["location"] == f"/bookings/{row.id}"
    assert booked(uow, story.draft)[0].state is BookingState.confirmed
    assert "没有等答复的申请" in organiser.get("/bookings?state=requested").text


def test_refusing_a_request_needs_a_reason(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    (row,) = booked(uow, story.draft)
    refused = organiser.post(f"/bookings/{row.id}/decline", {"reason": " "})
    assert refused.status_code == 422
    assert 'id="f-reason-error"' in refused.text
    assert organiser.post(f"/bookings/{row.id}/decline", {"reason": "那天检修"}).status_code == 303
    assert booked(uow, story.draft)[0].state is BookingState.declined
    assert "那天检修" in organiser.get(f"/bookings/{row.id}").text


def test_late_yes_is_refused_with_who_was_faster(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    (row,) = booked(uow, story.draft)
    start = row.starts_at
    with uow.write(story.house.organiser) as tx:
        tx.get(Venue, row.venue_id, noun="venue").needs_approval = False
        bookings.create(
            tx, venue_id=row.venue_id, starts_at=start, ends_at=row.ends_at, purpose="抢先", hold=True
        )  # a hold takes the hours and declines nobody
    refused = organiser.post(f"/bookings/{row.id}/confirm")
    assert refused.status_code == 409
    assert "抢先" in refused.text
    assert "可以这样办" not in refused.text


def test_one_of_several_requests_is_chosen_side_by_side(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    (row,) = booked(uow, story.draft)
    with uow.write(story.house.leader) as tx:
        other = bookings.create(
            tx, venue_id=row.venue_id, starts_at=row.starts_at + HOUR, ends_at=row.ends_at + HOUR, purpose="棋类比赛"
        )
    page = organiser.get(f"/bookings/{row.id}")
    assert "同一时间还有1家申请" in page.text
    assert f'action="/bookings/{other}/confirm"' in page.text
    assert "同一时间还有1家申请" in organiser.get("/bookings?state=requested").text
    assert organiser.post(f"/bookings/{other}/confirm").status_code == 303
    lost = organiser.get(f"/bookings/{row.id}")
    assert "同一时间给了另一家" in lost.text
    (way, *_) = offers(lost.text)
    assert way["activity_id"] == str(story.draft)
    assert organiser.post("/bookings", way).headers["location"] == f"/activities/{story.draft}"
    assert "可以这样办" not in organiser.get(f"/bookings/{row.id}").text  # it has a hall again


def test_hold_says_how_long_and_is_booked_for_good(
    uow: UnitOfWork, story: Story, organiser: Browser, clock: ManualClock
) -> None:
    window = {"starts_at": "2026-03-12T09:00", "ends_at": "2026-03-12T10:00"}
    sent = {"venue_id": str(story.house.hall), **window, "purpose": "备用", "hold": "1"}
    here = organiser.post("/bookings", sent).headers["location"]
    page = organiser.get(here)
    assert "暂留到" in page.text
    assert "还有2天" in page.text
    assert "正式订下" in page.text
    assert organiser.post(f"{here}/keep").headers["location"] == here
    assert "已经订好" in organiser.get(here).text

    held = organiser.post("/bookings", sent | {"venue_id": str(story.house.small_hall)}).headers["location"]
    clock.advance(2 * DAY + HOUR)
    organiser.sign_in("organiser@example.org")
    late = organiser.get(held)
    assert "暂留到期" in late.text
    assert f'action="{held}/keep"' not in late.text
    with uow.write(WORKER) as tx:
        booking_ends.lapse_holds(tx)
    again = organiser.get(held)
    (way, *_) = offers(again.text)
    assert (way["venue_id"], way["starts_at"]) == (str(story.house.small_hall), "2026-03-12T01:00:00+00:00")


def test_moved_booking_keeps_its_venue(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    window = {"starts_at": "2026-03-12T09:00", "ends_at": "2026-03-12T10:00"}
    here = organiser.post("/bookings", {"venue_id": str(story.house.hall), **window}).headers["location"]
    assert 'value="2026-03-12T09:00"' in organiser.get(f"{here}/move").text
    refused = organiser.post(f"{here}/move", {"starts_at": "2026-03-12T05:00", "ends_at": ""})
    assert refused.status_code == 422
    moved = {"starts_at": "2026-03-12T15:00", "ends_at": "2026-03-12T16:00"}
    assert organiser.post(f"{here}/move", moved).headers["location"] == here
    assert "15:00–16:00" in organiser.get(here).text
    (lecture,) = booked(uow, story.asked_in)
    assert organiser.post(f"/bookings/{lecture.id}/move", moved).status_code == 409
    assert f"/activities/{story.asked_in}/move" in organiser.get(f"/bookings/{lecture.id}").text


def test_people_of_a_booking_say_that_they_are_there_and_read_the_code(
    uow: UnitOfWork, story: Story, organiser: Browser, member: Browser, clock: ManualClock
) -> None:
    (row,) = booked(uow, story.asked_in)
    with uow.write(COMMAND) as tx:
        hall = tx.get(Venue, row.venue_id, noun="venue")
        hall.no_show_minutes, hall.access_kind, hall.access_code = 30, AccessKind.code, "2580#"
    here = f"/bookings/{row.id}"
    assert "2580#" in organiser.get(here).text
    assert "2580#" not in member.get(here).text
    assert f'action="{here}/arrive"' not in organiser.get(here).text
    clock.set(row.starts_at + HOUR / 6)
    organiser.sign_in("organiser@example.org")
    member.sign_in("member@example.org")
    page = organiser.get(here)
    assert "还没有人报到" in page.text
    assert member.post(f"{here}/arrive").status_code == 403
    assert organiser.post(f"{here}/arrive").headers["location"] == here
    assert "有人到了" in organiser.get(here).text


def test_way_out_that_somebody_took_says_so_and_gives_fresh_ones(story: Story, organiser: Browser) -> None:
    sent = {"venue_id": str(story.house.hall), "starts_at": "2026-03-04T14:30", "ends_at": "2026-03-04T16:00"}
    way = offers(organiser.post("/bookings", sent).text)[0]
    assert "刚被别人用掉了" not in organiser.post("/bookings", sent).text
    assert organiser.post("/bookings", way | {"purpose": "一"}).status_code == 303
    stale = organiser.post("/bookings", way | {"purpose": "二"})
    assert stale.status_code == 409
    assert "刚被别人用掉了" in stale.text
    fresh = offers(stale.text)
    assert fresh
    assert way not in fresh
    assert organiser.post("/bookings", fresh[0]).status_code == 303


def test_way_out_at_another_time_says_that_it_moves_the_activity(
    uow: UnitOfWork, story: Story, organiser: Browser
) -> None:
    start = NOW + 3 * DAY
    with uow.write(story.house.organiser) as tx:
        for venue_id in tx.session.exec(select(Venue.id)).all():
            bookings.create(tx, venue_id=venue_id, starts_at=start, ends_at=start + 2 * HOUR, purpose="别的事")
        for row in tx.session.exec(select(Booking).where(col(Booking.state) == BookingState.requested)).all():
            if row.activity_id is None:
                bookings.confirm(tx, row.id)
    sent = {
        "venue_id": str(story.house.hall),
        "activity_id": str(story.short_in),
        "starts_at": start.isoformat(),
        "ends_at": (start + 2 * HOUR).isoformat(),
    }
    refused = organiser.post("/bookings", sent)
    moving = next(one for one in offers(refused.text) if one.get("move"))
    assert "活动跟着改时间" in refused.text
    assert organiser.post("/bookings", moving).status_code == 303
    (row,) = booked(uow, story.short_in)
    assert (row.starts_at, row.ends_at) == window_of(uow, story.short_in)
    assert row.starts_at != start


def test_what_people_can_settle_among_themselves_is_overridden_with_a_reason(
    uow: UnitOfWork, story: Story, organiser: Browser
) -> None:
    zhao = story.house.people[2]
    say(uow, ask(uow, story.house, story.short_in, zhao), zhao, AnswerWord.yes)
    with uow.write(COMMAND) as tx:
        tx.get(Person, zhao, noun="person").day_limit = 1
    start = NOW + DAY + 8 * HOUR  # 赵演示 is on duty earlier that day
    sent = {
        "venue_id": str(story.house.small_hall),
        "activity_id": str(story.short_in),
        "starts_at": start.isoformat(),
        "ends_at": (start + HOUR).isoformat(),
        "move": "1",
    }
    refused = organiser.post("/bookings", sent)
    assert refused.status_code == 409
    assert "赵演示" in refused.text
    assert 'name="override_reason"' in refused.text
    form = re.search(r'<section class="sect" id="override">.*?</section>', refused.text, re.DOTALL)
    assert form is not None
    again = dict(_HIDDEN.findall(form.group()))
    done = organiser.post("/bookings", again | {"override_reason": "本人同意"})
    assert done.headers["location"] == f"/activities/{story.short_in}"
    (row,) = booked(uow, story.short_in)
    assert row.override_reason == "本人同意"
    assert window_of(uow, story.short_in)[0] == start
    assert "本人同意" in organiser.get(f"/bookings/{row.id}").text


def test_queue_is_joined_from_the_refusal_and_left(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    sent = {"venue_id": str(story.house.hall), "starts_at": "2026-03-04T14:30", "ends_at": "2026-03-04T15:00"}
    refused = organiser.post("/bookings", sent | {"purpose": "合唱排练"})
    form = re.search(r'action="/waits"[^>]*>(.*?)</form>', refused.text, re.DOTALL)
    assert form is not None
    wanted = dict(_HIDDEN.findall(form.group(1)))
    here = organiser.post("/waits", wanted).headers["location"]
    assert "您排在最前" in organiser.get(here).text
    assert organiser.post("/waits", wanted).headers["location"] == here  # once is enough
    assert "合唱排练" in organiser.get("/waits").text
    lecture = booked(uow, story.asked_in)[0]
    assert organiser.post(f"/bookings/{lecture.id}/cancel").status_code == 303
    offered = organiser.get(here)
    assert "轮到您了" in offered.text
    taken = organiser.post(f"{here}/take").headers["location"]
    assert "合唱排练" in organiser.get(taken).text
    assert organiser.post(f"{here}/leave").status_code == 409
    closed = organiser.post("/bookings", sent | {"starts_at": "2026-03-04T02:00", "ends_at": "2026-03-04T03:00"})
    assert 'action="/waits"' not in closed.text  # nobody can give that back


def test_list_is_narrowed_by_venue_state_and_whose(story: Story, organiser: Browser, knock: Knock) -> None:
    everything = organiser.get("/bookings").text
    assert "陈贵镇文化站宣讲" in everything
    assert "金湖街道社区讲堂" in everything
    narrowed = organiser.get(f"/bookings?venue={story.house.hall}&state=confirmed").text
    assert "陈贵镇文化站宣讲" in narrowed
    assert "金湖街道社区讲堂" not in narrowed
    assert "陈贵镇文化站宣讲" in organiser.get("/bookings?whose=mine").text
    stranger = knock(UserRole.organiser, None)
    assert "陈贵镇文化站宣讲" not in stranger.get("/bookings?whose=mine").text


def test_booking_is_given_back(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    (row,) = booked(uow, story.asked_in)
    assert "退订" in organiser.get(f"/bookings/{row.id}").text
    assert organiser.post(f"/bookings/{row.id}/cancel", {"reason": "换地方"}).status_code == 303
    assert booked(uow, story.asked_in) == []
    page = organiser.get(f"/bookings/{row.id}")
    assert "换地方" in page.text
    assert f'action="/bookings/{row.id}/cancel"' not in page.text


def test_who_may_not_decide_sees_no_buttons_and_is_refused(
    uow: UnitOfWork, story: Story, member: Browser, auditor: Browser, knock: Knock
) -> None:
    (row,) = booked(uow, story.draft)
    for browser in (member, auditor, knock(UserRole.leader, story.house.squad)):
        page = browser.get(f"/bookings/{row.id}")
        assert page.status_code == 200
        for verb in ("confirm", "decline", "cancel"):
            assert f"/bookings/{row.id}/{verb}" not in page.text
            assert browser.post(f"/bookings/{row.id}/{verb}", {"reason": "x"}).status_code == 403
    assert booked(uow, story.draft)[0].state is BookingState.requested
