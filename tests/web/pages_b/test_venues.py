"""Venues: the board of a week, a venue's day, hours in words, and the form."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlmodel import col, select

from models.enums import HostKind, Layout, OrgKind
from models.tables.venues import Venue, VenueHours
from muster.i18n import load_translator
from services import activities, bookings, orgs, venue_days, venue_layouts, venues
from services.access import COMMAND
from services.queries.venue_days import venue_day, venue_week
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.service.builders import add_venue
from tests.web.browser import Browser
from tests.web.pages_a.conftest import statements
from tests.web.pages_a.stories import DAY, HOUR, Story
from web.pages.venue_board import STRIP_LENGTH, Board
from web.pages.venue_parts import Parts
from web.pages.venues import monday_of

#: What the databases do differently is tested with the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ZH = load_translator("zh-CN")
EVIL = '"><img src=x onerror=alert(1)>'
WEDNESDAY = "2026-03-04"


def write_part(uow: UnitOfWork, story: Story, name: str) -> int:
    """Write a part of the hall, through the service."""
    with uow.write(story.house.organiser) as tx:
        return venues.create(tx, name=name, kind=HostKind.enterprise, capacity=60, parent_id=story.house.hall)


def test_board_shows_what_is_on_and_marks_free_days_for_telephones(story: Story, organiser: Browser) -> None:
    page = organiser.get("/venues")
    assert page.status_code == 200
    assert "陈贵镇文化站宣讲" in page.text
    assert "14:00–15:30" in page.text
    assert '<td data-l="3月6日 周五" class="free">' in page.text
    assert f'href="/activities/{story.asked_in}"' in page.text
    assert (
        organiser.get("/venues/week?week=2026-03-04&seats=50").headers["location"] == "/venues?week=2026-03-04&seats=50"
    )


def test_board_sends_as_many_statements_for_two_halls_as_for_six(
    uow: UnitOfWork, story: Story, organiser: Browser
) -> None:
    organiser.get("/venues")  # the first page of all looks up more
    with statements(uow) as few:
        organiser.get("/venues")
    for number in range(4):
        write_part(uow, story, f"小厅{number}")
    with statements(uow) as many:
        assert "小厅3" in organiser.get("/venues").text
    assert len(few) == len(many)


def test_board_is_narrowed_to_a_town(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    with uow.write(story.house.organiser) as tx:
        orgs.create(tx, name="陈贵镇总工会", kind=OrgKind.union, host_kind=HostKind.town, division_code="420281108")
        venues.create(tx, name="陈贵镇文化站", kind=HostKind.town, capacity=60, division_code="420281108")
    assert '<option value="420281108">陈贵镇总工会</option>' in organiser.get("/venues").text
    page = organiser.get("/venues?town=420281108").text
    assert "陈贵镇文化站</b>" in page
    assert "工人文化宫</b>" not in page


def test_parts_of_a_day_are_taken_or_lead_to_what_is_on(uow: UnitOfWork, story: Story) -> None:
    with uow.write(story.house.organiser) as tx:
        evening = NOW + 2 * DAY + 9 * HOUR  # 18:00, with set-up from 17:40 and tear-down until 21:10
        booking = bookings.create(tx, venue_id=story.house.hall, starts_at=evening, ends_at=evening + 3 * HOUR)
    with uow.read(story.house.organiser) as tx:
        venue = venue_week(tx, story.house.hall, monday_of(NOW.date()))[0].venue
        wednesday = venue_day(tx, story.house.hall, (NOW + 2 * DAY).date())
        today = venue_day(tx, story.house.hall, NOW.date())
    here = f"/venues/{story.house.hall}"
    shown = Parts(ZH, NOW, may_book=True).of(venue, wednesday)
    assert [(part.tone, part.glyph) for part in shown] == [("free", None), ("free", None), ("ok", "check")]
    assert shown[0].href == f"{here}?from=2026-03-04T08:00&to=2026-03-04T12:00#book"
    assert shown[1].href == f"{here}?from=2026-03-04T12:00&to=2026-03-04T13:30#book"  # set up at 13:40
    assert shown[2].href == f"/bookings/{booking}"
    assert shown[2].name == "3月4日 周三晚上，已订"
    assert Parts(ZH, NOW, may_book=False).of(venue, wednesday)[0].href == f"{here}?day=2026-03-04#venue-day"
    begun = Parts(ZH, NOW + 3 * HOUR + timedelta(minutes=5), may_book=True).of(venue, today)
    assert [part.tone for part in begun] == ["", "free", "free"]
    assert begun[1].href.startswith(f"{here}?from=2026-03-02T12:15&")


def test_closed_days_are_hatched_with_their_reason_and_cannot_be_taken(uow: UnitOfWork, story: Story) -> None:
    with uow.write(story.house.organiser) as tx:
        venue_days.add(tx, story.house.hall, from_on="2026-03-05", until_on="2026-03-07", note="换灯")
        venue_days.add(tx, story.house.hall, from_on="2026-03-06", until_on="2026-03-07", opens="09:00", closes="11:00")
    board = Board(ZH, NOW, may_book=True)
    with uow.read(story.house.organiser) as tx:
        row = board.row(venue_week(tx, story.house.hall, monday_of(NOW.date()))[0])
    thursday, friday = row.cells[3], row.cells[4]
    assert [(slot.tone, slot.clock, slot.text) for slot in thursday.slots] == [("off", "全天", "不开放：换灯")]
    assert {part.tone for part in thursday.parts} == {"off"}
    assert [(slot.clock, slot.text) for slot in friday.slots] == [("9:00–11:00", "这天这个时间开放")]
    assert [part.tone for part in friday.parts] == ["free", "off", "off"]


def test_board_turns_weeks_and_keeps_its_filters(story: Story, organiser: Browser) -> None:
    page = organiser.get("/venues?week=2026-03-04&kind=enterprise&seats=100")
    assert "week=2026-02-23" in page.text
    assert "week=2026-03-09&amp;kind=enterprise&amp;seats=100" in page.text
    assert "班前会议室" not in page.text  # forty seats
    part = organiser.get("/venues?week=2026-03-09", hx_request="true", hx_target="section#venue-week")
    assert part.text.lstrip().startswith("<section")
    assert "金湖街道社区讲堂" not in part.text  # asked for the week before
    assert organiser.get("/venues?seats=5000").text.count("没有场地全都符合") == 1


def test_week_of_a_holiday_is_marked_and_that_of_an_unannounced_year_too(story: Story, organiser: Browser) -> None:
    page = organiser.get(f"/venues/{story.house.hall}?week=2026-05-01")
    assert "劳动节" in page.text
    assert 'class="rest"' in page.text
    assert 'class="work"' in organiser.get(f"/venues/{story.house.hall}?week=2026-05-09").text
    page = organiser.get(f"/venues/{story.house.hall}?week=2028-10-02")
    assert "还没有" in page.text
    assert "暂定" in page.text


def test_day_runs_from_midnight_to_midnight_without_a_gap(uow: UnitOfWork, story: Story) -> None:
    with uow.read(story.house.organiser) as tx:
        venue = venue_week(tx, story.house.hall, monday_of(NOW.date()))[0].venue
        day = venue_day(tx, story.house.hall, (NOW + 2 * DAY).date())
    lines = Board(ZH).lines(venue, day)
    assert [(line.clock, line.text) for line in lines] == [
        ("0:00–8:00", "不开放"),
        ("8:00–13:40", "空闲"),
        ("13:40–14:00", "布置"),
        ("14:00–15:30", "陈贵镇文化站宣讲"),
        ("15:30–15:40", "清场"),
        ("15:40–21:00", "空闲"),
        ("21:00–24:00", "不开放"),
    ]
    for earlier, later in pairwise(lines):
        assert earlier.ends_at == later.starts_at


def test_free_hours_lead_to_the_filled_form(story: Story, organiser: Browser) -> None:
    page = organiser.get(f"/venues/{story.house.hall}?day={WEDNESDAY}")
    wanted = f"day={WEDNESDAY}&amp;from={WEDNESDAY}T16:00&amp;to={WEDNESDAY}T21:00#book"  # after its own set-up
    assert wanted in page.text
    filled = organiser.get(f"/venues/{story.house.hall}?{wanted.partition('#')[0].replace('&amp;', '&')}")
    assert f'value="{WEDNESDAY}T16:00"' in filled.text
    assert f'value="{WEDNESDAY}T21:00"' in filled.text


def test_booked_whole_stands_on_the_day_of_its_part_and_the_other_way(uow: UnitOfWork, story: Story) -> None:
    part = write_part(uow, story, "西半厅")
    with uow.write(story.house.organiser) as tx:
        bookings.create(tx, venue_id=part, starts_at=NOW + 3 * DAY, ends_at=NOW + 3 * DAY + HOUR, purpose="书法班")
    board = Board(ZH)
    with uow.read(story.house.organiser) as tx:
        rows = {week.venue.id: board.row(week) for week in venue_week(tx, None, monday_of(NOW.date()))}
    (slot,) = rows[part].cells[2].slots
    assert (slot.tone, slot.text, slot.href) == ("off", "工人文化宫已订", None)
    (slot,) = rows[story.house.hall].cells[3].slots
    assert (slot.tone, slot.text, slot.clock) == ("off", "西半厅已订", "9:00–10:00")
    (own,) = rows[part].cells[3].slots
    assert (own.tone, own.text) == ("ok", "书法班")


def test_strip_lies_on_quarter_hours_and_closed_days_are_hatched_whole(uow: UnitOfWork, story: Story) -> None:
    with uow.write(COMMAND) as tx:
        hall = add_venue(tx, "周末不开的厅", 50)
        for span in tx.session.exec(
            select(VenueHours).where(col(VenueHours.venue_id) == hall, col(VenueHours.weekday) >= 5)
        ):
            tx.session.delete(span)
    board = Board(ZH)
    with uow.read(story.house.organiser) as tx:
        rows = {week.venue.id: board.row(week) for week in venue_week(tx, None, monday_of(NOW.date()))}
    saturday = rows[hall].cells[5]
    assert saturday.pieces == (("f-off", 0, STRIP_LENGTH),)
    assert [(slot.clock, slot.text) for slot in saturday.slots] == [("全天", "不开放")]
    assert rows[hall].cells[0].slots == ()
    pieces = rows[story.house.hall].cells[2].pieces
    assert ("f-ok", 24.0, 6.0) in pieces  # 14:00 to 15:30
    assert ("f-off", 22.67, 8.0) in pieces  # with set-up and tear-down


def test_names_of_venues_are_escaped(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    with uow.write(COMMAND) as tx:
        tx.session.exec(select(Venue).where(col(Venue.id) == story.house.hall)).one().name = EVIL
    with uow.write(story.house.organiser) as tx:
        start = NOW + timedelta(days=4)
        booking = bookings.create(tx, venue_id=story.house.hall, starts_at=start, ends_at=start + HOUR, purpose=EVIL)
    for path in (
        *("/venues", f"/venues/{story.house.hall}?day=2026-03-06", f"/venues/find?activity={story.asked_in}"),
        *("/bookings", f"/bookings/{booking}", f"/venues?q={EVIL}", f"/venues/{story.house.hall}/edit"),
        *(f"/venues/{story.house.hall}/days", f"/venues/{story.house.hall}/door", f"/venues/{story.house.hall}/rights"),
    ):
        page = organiser.get(path)
        assert page.status_code == 200, path
        assert EVIL not in page.text, path


def test_hall_is_looked_for_without_an_activity(story: Story, organiser: Browser) -> None:
    assert "什么时间，多少人" in organiser.get("/venues/find").text
    page = organiser.get("/venues/find?starts_at=2026-03-12T09:00&ends_at=2026-03-12T11:00&people=100&kind=enterprise")
    assert "工人文化宫" in page.text
    assert "100人" in page.text
    assert f'href="/venues/{story.house.hall}?day=2026-03-12' in page.text  # there the form is filled
    assert 'action="/bookings"' not in page.text
    none = organiser.get("/venues/find?starts_at=2026-03-12T09:00&ends_at=2026-03-12T11:00&people=9999")
    assert "那时没有空场地" in none.text


def test_conditions_that_make_no_sense_are_named_together(story: Story, organiser: Browser) -> None:
    page = organiser.get("/venues/find?starts_at=soon&ends_at=later")
    assert 'id="f-starts_at-error"' in page.text
    assert 'id="f-ends_at-error"' in page.text
    page = organiser.get("/venues/find?starts_at=2026-03-12T11:00&ends_at=2026-03-12T09:00")
    assert 'id="f-ends_at-error"' in page.text


def test_what_the_activity_needs_is_filled_in_and_booked_along(
    uow: UnitOfWork, story: Story, organiser: Browser
) -> None:
    with uow.write(story.house.organiser) as tx:
        activities.change(
            tx, story.short_in, {"capacity": 35, "layout": Layout.classroom, "equipment": "投影机×2、话筒"}
        )
        venue_layouts.put(tx, story.house.hall, Layout.classroom, 30)
    page = organiser.get(f"/venues/find?activity={story.short_in}")
    assert 'value="35"' in page.text
    assert '<option value="classroom" selected>' in page.text
    assert 'value="投影机、话筒"' in page.text
    assert f'name="venue_id" value="{story.house.hall}"' not in page.text  # thirty seats that way
    wider = organiser.get(f"/venues/find?activity={story.short_in}&people=20&layout=&equipment=")
    assert f'name="venue_id" value="{story.house.hall}"' in wider.text
    assert 'name="people_count" value="20"' in wider.text


def test_what_the_activity_has_is_told_and_not_offered_again(story: Story, organiser: Browser) -> None:
    page = organiser.get(f"/venues/find?activity={story.asked_in}")
    assert "订了别处就自动退掉" in page.text
    assert f'name="venue_id" value="{story.house.hall}"' not in page.text


def test_hall_of_another_s_activity_is_not_looked_for(story: Story, member: Browser) -> None:
    assert member.get(f"/venues/find?activity={story.asked_in}").status_code == 403


def test_part_of_a_hall_begins_with_what_the_whole_has(story: Story, organiser: Browser) -> None:
    page = organiser.get(f"/venues/new?part_of={story.house.hall}")
    assert 'value="工人文化宫"' in page.text
    assert '<option value="enterprise" selected>' in page.text
