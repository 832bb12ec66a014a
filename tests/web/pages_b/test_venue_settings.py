"""The settings of a venue: written in, edited by sections, closed for some days, given to some teams."""

import pytest

from models.enums import Layout, VenueRightKind
from models.rules.hours import OpeningSpan
from services import bookings
from services.queries.venues import VenueView, read_venue
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.web.browser import Browser
from tests.web.pages_a.conftest import SignIn
from tests.web.pages_a.stories import DAY, HOUR, Story
from tests.web.pages_b.test_registers import version_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TERMS = {
    "needs_approval": "yes",
    "notice_minutes": "2",
    "notice_minutes_unit": "hours",
    "notice_workdays": "3",
    "horizon_days": "90",
    "hold_minutes": "1",
    "hold_minutes_unit": "days",
    "shortest_minutes": "30",
    "shortest_minutes_unit": "minutes",
    "longest_minutes": "8",
    "longest_minutes_unit": "hours",
    "set_up_minutes": "15",
    "tear_down_minutes": "",
    "team_quota": "4",
    "quota_period": "month",
    "no_show_minutes": "20",
    "no_show_minutes_unit": "minutes",
}


def seen(uow: UnitOfWork, story: Story, venue_id: int | None = None) -> VenueView:
    with uow.read(story.house.organiser) as tx:
        return read_venue(tx, venue_id or story.house.hall)


def change(browser: Browser, address: str, sent: dict[str, str]) -> str:
    """Send a form of settings with its version; return where it leads, or the refused page."""
    answer = browser.post(address, {"version": version_in(browser.get(address)), **sent})
    return answer.headers["location"] if answer.status_code == 303 else answer.text


def test_venue_is_written_in_and_edited(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    sent = {
        "name": "陈贵镇文化站",
        "kind": "town",
        "capacity": "120",
        "equipment": "投影、话筒",
        "parent_id": "工人文化宫",
        "open": "weekdays",
        "hours_0": "8:30-11:30 14:00-17:30",
        "hours_5": "9：00～12：00",
        "holiday_rule": "working_calendar",
        "needs_approval": "yes",
        "contact_phone": "0714-8720000",
    }
    done = organiser.post("/venues", sent)
    assert done.status_code == 303, done.text
    here = done.headers["location"]
    page = organiser.get(here)
    for shown in (
        "08:30–11:30, 14:00–17:30",
        "09:00–12:00",
        "投影、话筒",
        "先要场地方同意",
        "工人文化宫",
        "照星期一开放",
    ):
        assert shown in page.text, shown
    assert organiser.get(f"{here}/edit/hours").text.count('value="08:30-11:30 14:00-17:30"') == 1
    basics = {"name": "陈贵文化站", "kind": "town", "capacity": "130", "lat": "30.1", "lon": "114.9", "datum": "gcj02"}
    assert change(organiser, f"{here}/edit", basics) == here
    assert change(organiser, f"{here}/edit/hours", {"open": "always", "holiday_rule": "by_weekday"}) == here
    page = organiser.get(here)
    for shown in ("陈贵文化站", "130", "随时", "30.10000, 114.90000"):
        assert shown in page.text, shown


def test_every_fault_of_a_new_venue_stands_at_its_field(story: Story, organiser: Browser) -> None:
    sent = {"name": "", "kind": "castle", "capacity": "many", "open": "weekdays", "holiday_rule": "by_weekday"}
    hours = {
        "hours_1": "有时开",
        "hours_2": "8:00-10:00 9:00-11:00",
        "hours_3": "17:00-8:00",
        "hours_4": "周六 9:00-12:00",
    }
    refused = organiser.post("/venues", sent | hours)
    assert refused.status_code == 422
    for field in ("name", "kind", "capacity", *hours):
        assert f'id="f-{field}-error"' in refused.text, field
    assert "有时开" in refused.text
    assert "有重叠" in refused.text
    empty = organiser.post("/venues", {"name": "x", "kind": "town", "capacity": "1", "open": "weekdays"})
    assert "请至少写一天的时间" in empty.text


def test_terms_are_written_in_the_units_that_people_chose(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    here = f"/venues/{story.house.hall}"
    assert change(organiser, f"{here}/edit/terms", TERMS) == here
    terms, venue = seen(uow, story).terms, seen(uow, story).venue
    assert (terms.notice_minutes, terms.hold_minutes, terms.longest_minutes) == (120, 1440, 480)
    assert (terms.no_show_minutes, terms.team_quota, venue.tear_down_minutes) == (20, 4, 0)
    form = organiser.get(f"{here}/edit/terms").text
    assert 'name="longest_minutes" value="8"' in form
    assert '<option value="days" selected>天</option>' in form
    page = organiser.get(here).text
    for shown in ("提前3个工作日", "每月4次", "开始20分钟后让给别人", "8小时"):
        assert shown in page, shown
    cleared = change(organiser, f"{here}/edit/terms", TERMS | {"team_quota": "", "no_show_minutes": ""})
    assert cleared == here
    assert seen(uow, story).terms.no_show_minutes is None


def test_all_faults_of_terms_are_named_at_once_and_nothing_is_saved(
    uow: UnitOfWork, story: Story, organiser: Browser
) -> None:
    wrong = {
        "hold_minutes": "60",
        "notice_minutes": "",
        "longest_minutes": "20",
        "longest_minutes_unit": "minutes",
        "horizon_days": "0",
    }
    page = change(organiser, f"/venues/{story.house.hall}/edit/terms", TERMS | wrong | {"team_quota": "viele"})
    assert "请写1到30天" in page
    for field in ("hold_minutes", "longest_minutes", "horizon_days", "team_quota"):
        assert f'id="f-{field}-error"' in page, field
    assert 'name="hold_minutes" value="60"' in page
    assert seen(uow, story).terms.hold_minutes == 2880


def test_hall_is_closed_from_the_first_to_the_seventh_and_opened_again(
    uow: UnitOfWork, story: Story, organiser: Browser
) -> None:
    here = f"/venues/{story.house.hall}"
    assert f'href="{here}/days"' in organiser.get(here).text
    days = {"what": "closed", "from_on": "2026-10-01", "last_on": "2026-10-07", "note": "检修"}
    assert organiser.post(f"{here}/days", days).headers["location"] == f"{here}/days"
    page = organiser.get(f"{here}/days").text
    assert "已关闭；这几天没有人订" in page
    assert "10月7日 周三" in page
    assert "不开放：检修" in organiser.get(f"{here}?day=2026-10-07").text
    assert "不开放：检修" not in organiser.get(f"{here}?day=2026-10-12").text
    (row,) = seen(uow, story).days
    assert organiser.post(f"{here}/days/{row.id}/remove").status_code == 303
    assert seen(uow, story).days == ()


def test_bookings_on_closed_days_stay_and_are_told(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    here = f"/venues/{story.house.hall}"
    organiser.post(f"{here}/days", {"what": "closed", "from_on": "2026-03-04", "last_on": "2026-03-04"})
    page = organiser.get(f"{here}/days").text
    assert "这几天还有1个预订留着" in page
    assert "这几天还有1个预订</a>" in page
    refused = organiser.post(f"{here}/days", {"what": "open", "from_on": "2026-03-09", "last_on": "2026-03-08"})
    assert refused.status_code == 422
    for field in ("last_on", "opens", "closes"):
        assert f'id="f-{field}-error"' in refused.text, field
    odd = {"what": "open", "from_on": "2026-03-09", "last_on": "2026-03-09", "opens": "17:00", "closes": "08:00"}
    refused = organiser.post(f"{here}/days", odd)
    assert refused.status_code == 422
    assert "17:00-08:00" in refused.text
    opened = {**odd, "opens": "18:00", "closes": "22:00", "note": "晚会"}
    assert organiser.post(f"{here}/days", opened).status_code == 303
    with uow.write(story.house.organiser) as tx:
        bookings.create(
            tx, venue_id=story.house.hall, starts_at=NOW + 7 * DAY + 12 * HOUR, ends_at=NOW + 7 * DAY + 13 * HOUR
        )


def test_layouts_and_rights_are_given_and_taken(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    here = f"/venues/{story.house.hall}"
    assert change(organiser, f"{here}/edit/layouts", {"layout_theatre": "120", "layout_classroom": "60"}) == here
    assert [(row.layout, row.capacity) for row in seen(uow, story).layouts] == [
        (Layout.theatre, 120),
        (Layout.classroom, 60),
    ]
    assert 'id="f-layout_banquet-error"' in change(organiser, f"{here}/edit/layouts", {"layout_banquet": "0"})
    assert "课桌成排" in organiser.get(here).text
    given = {"team_id": str(story.house.squad), "kind": "book"}
    assert organiser.post(f"{here}/rights", given).status_code == 303
    assert "只有写在这里的队伍能用" in organiser.get(f"{here}/rights").text
    (right,) = seen(uow, story).rights
    assert right.kind is VenueRightKind.book
    assert organiser.post(f"{here}/rights", {"kind": "own"}).text.count("-error") >= 1
    assert organiser.post(f"{here}/rights/{right.id}/remove").status_code == 303
    assert seen(uow, story).rights == ()


def test_code_of_the_lock_is_for_those_who_look_after_the_hall(
    story: Story, organiser: Browser, sign_in: SignIn
) -> None:
    here = f"/venues/{story.house.hall}"
    way = {"access_kind": "code", "access_code": "8642#", "access_note": "北门", "contact_phone": "0714-8720000"}
    assert change(organiser, f"{here}/edit/access", way) == here
    assert "8642#" in organiser.get(here).text
    leader = sign_in("leader")
    assert "北门" in leader.get(here).text
    assert "8642#" not in leader.get(here).text
    assert change(organiser, f"{here}/edit/access", way | {"access_kind": "key"}) == here
    assert "8642#" not in organiser.get(here).text  # no lock asks for it any more


def test_settings_are_closed_to_those_who_only_look(story: Story, member: Browser, auditor: Browser) -> None:
    here = f"/venues/{story.house.hall}"
    for browser in (member, auditor):
        for path in ("/edit", "/edit/terms", "/days", "/rights"):
            assert browser.get(here + path).status_code == 403, path
        assert (
            browser.post(
                f"{here}/days", {"what": "closed", "from_on": "2026-10-01", "last_on": "2026-10-07"}
            ).status_code
            == 403
        )
        assert f"{here}/days" not in browser.get(here).text
    assert auditor.get(f"{here}/edit/colour").status_code == 404


def test_hours_of_a_section_are_read_as_they_are_shown(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    here = f"/venues/{story.house.hall}"
    sent = {"open": "weekdays", "holiday_rule": "by_weekday", "hours_6": "00:00-24:00"}
    assert change(organiser, f"{here}/edit/hours", sent) == here
    assert seen(uow, story).hours == (OpeningSpan(6, 0, 1440),)
    assert 'value="00:00-24:00"' in organiser.get(f"{here}/edit/hours").text
