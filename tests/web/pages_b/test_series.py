"""Series in pages: the form, the table before anything is booked, what is done to one date, some, or all of them."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlmodel import col, func, select

from models.enums import BookingState
from models.tables.bookings import Booking
from models.tables.history import HistoryEntry
from models.tables.series import BookingSeries
from muster.i18n import load_translator
from muster.localtime import zone
from services.access import COMMAND
from services.queries.series import SeriesView, read_series
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser
from tests.web.pages_a.stories import Story
from web.pages.series_words import rule_in_words

#: Pages do not depend on the database; the tests of the services run on both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TAKE = re.compile(r'name="take" value="([^"]+)"')


@pytest.fixture
def asked(story: Story) -> dict[str, str]:
    """The form for four Tuesdays at 14:00 in the big hall."""
    return {
        "venue_id": str(story.house.hall),
        "on": "2026-04-07",
        "starts_time": "14:00",
        "ends_time": "15:30",
        "every": "week",
        "interval": "1",
        "times": "4",
        "purpose": "合唱团排练",
    }


def block(organiser: Browser, story: Story, day: str, at: str = "14:30") -> None:
    hours = {"starts_at": f"{day}T{at}", "ends_at": f"{day}T17:00"}
    assert (
        organiser.post("/bookings", {"venue_id": str(story.house.hall), "purpose": "别的会"} | hours).status_code == 303
    )


def the_series(uow: UnitOfWork, series_id: int | None = None) -> SeriesView:
    with uow.read(COMMAND) as tx:
        newest = tx.session.exec(select(func.max(col(BookingSeries.id)))).one()
        return read_series(tx, series_id or newest or 0)


def states(view: SeriesView) -> list[BookingState | None]:
    return [row.booking.state if row.booking else None for row in view.dates]


def test_table_comes_first_and_what_is_ticked_there_is_taken(
    uow: UnitOfWork, story: Story, organiser: Browser, asked: dict[str, str]
) -> None:
    for day in ("2026-04-14", "2026-04-21"):
        block(organiser, story, day)
    hall = organiser.get(f"/venues/{story.house.hall}").text
    assert f'href="/bookings/series/new?venue_id={story.house.hall}"' in hall
    form = organiser.get(f"/bookings/series/new?venue_id={story.house.hall}")
    assert form.status_code == 200 and "工人文化宫" in form.text

    with uow.read(COMMAND) as tx:
        before = tx.session.exec(select(func.count()).select_from(HistoryEntry)).one()
    table = organiser.post("/bookings/series/preview", asked)
    assert table.status_code == 200
    for words in ("4次里，2次可以", "每周二，共4次", "2次直接订", "2次订不上", "场地已有人订", "现在还没有订"):
        assert words in unescape(table.text), words
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(select(func.count()).select_from(HistoryEntry)).one() == before
    ways = [unescape(way) for way in TAKE.findall(table.text)]
    assert len(ways) == 2
    back = re.search(r'href="(/bookings/series/new\?[^"]+)"', table.text)
    assert back and 'value="合唱团排练"' in organiser.get(unescape(back.group(1))).text

    done = organiser.post("/bookings/series", asked | {"take": ways[0]})
    assert done.status_code == 303
    view = the_series(uow)
    assert done.headers["location"] == f"/bookings/series/{view.id}"
    assert states(view) == [BookingState.confirmed, BookingState.confirmed, None, BookingState.confirmed]
    page = organiser.get(done.headers["location"]).text
    assert "有1次没订上" in page and "再试一次" in page and "4次里，3次已订或已申请" in page
    taken = view.dates[1].booking
    assert taken is not None and f'href="/bookings/{taken.id}"' in page
    assert f'href="/bookings/series/{view.id}"' in organiser.get(f"/bookings/{taken.id}").text

    last = view.dates[2]
    for act in ("retry", "take"):
        assert organiser.post(f"/bookings/series/{view.id}/dates/{last.id}/{act}").status_code == 303
    assert "每一次都订好了" in organiser.get(f"/bookings/series/{view.id}").text
    again = organiser.post(f"/bookings/series/{view.id}/dates/{last.id}/take")
    assert again.status_code == 409 and "没有可换的" in again.text


def test_form_is_shown_again_with_every_fault(story: Story, organiser: Browser, asked: dict[str, str]) -> None:
    wrong = asked | {"on": "soon", "ends_time": "", "every": "never", "interval": "0", "people_count": "x", "times": ""}
    for path in ("/bookings/series/preview", "/bookings/series"):
        refused = organiser.post(path, wrong)
        assert refused.status_code == 422
        for field in ("starts_time", "ends_time", "every", "interval", "people_count", "last_on"):
            assert f'href="#f-{field}"' in refused.text, field
    for every, words in (
        ("month_weekday", "每2个月的第1个周二，共4次"),
        ("month_day", "每2个月的7日，共4次"),
        ("day", "每2天，共4次"),
    ):
        assert words in organiser.post("/bookings/series/preview", asked | {"every": every, "interval": "2"}).text
    both = organiser.post("/bookings/series/preview", asked | {"last_on": "2026-05-01"})
    assert "只写一个" in both.text
    late = organiser.post("/bookings/series/preview", asked | {"times": "", "last_on": "2026-04-01"})
    assert late.status_code == 422 and "一次也没有" in late.text
    assert organiser.get("/bookings/series/new?venue_id=999").status_code == 404
    assert organiser.post("/bookings/series/preview", {"venue_id": "x"}).status_code in {404, 422}


def test_one_the_following_or_all_after_a_look_at_what_would_happen(
    uow: UnitOfWork, story: Story, organiser: Browser, asked: dict[str, str]
) -> None:
    block(organiser, story, "2026-04-21", "16:20")
    organiser.post("/bookings/series", asked | {"weekdays": "TU"})
    view = the_series(uow)
    here, second = f"/bookings/series/{view.id}", view.dates[1]
    opened = organiser.get(f"{here}?date={second.id}").text
    assert 'value="2026-04-14"' in opened and "只这一次" in opened
    form = {
        "on": "2026-04-14",
        "starts_time": "15:00",
        "ends_time": "16:00",
        "venue": "工人文化宫",
        "purpose": "合唱团排练",
        "scope": "following",
    }
    act = f"{here}/dates/{second.id}/change"
    trial = organiser.post(act, form | {"dry_run": "1"})
    assert trial.status_code == 200
    assert "现在还没改" in trial.text and "挪不动" in trial.text and "15:00–16:00" in trial.text
    assert the_series(uow).id == view.id
    moved = organiser.post(act, form)
    assert moved.status_code == 303
    rest = the_series(uow)
    assert moved.headers["location"] == f"/bookings/series/{rest.id}" != here
    page = organiser.get(moved.headers["location"]).text
    assert "改了2次。1次改不了" in page and "没能挪到4月21日 周二 15:00" in page
    assert [row.is_stuck for row in rest.dates] == [False, True, False]

    for wrong, words in (
        ({"scope": ""}, "f-scope"),
        ({"starts_time": "25:00"}, "f-starts_time"),
        ({"venue": "没有的厅"}, "f-venue"),
        ({"on": "2026-04-15"}, "换日子只能一次一次换"),
    ):
        refused = organiser.post(f"{moved.headers['location']}/dates/{second.id}/change", form | wrong)
        assert refused.status_code == 422 and words in refused.text, wrong
    assert organiser.post(act, form).status_code == 404  # the date is of the other series now
    given_up = organiser.post(
        f"/bookings/series/{rest.id}/dates/{second.id}/cancel", {"scope": "all", "reason": "散了"}
    )
    assert given_up.status_code == 303
    assert "退了3次" in organiser.get(given_up.headers["location"]).text
    with uow.read(COMMAND) as tx:
        gone = select(func.count()).where(col(Booking.state) == BookingState.cancelled, col(Booking.reason) == "散了")
        assert tx.session.exec(gone).one() == 3


def test_who_may_not_book_reads_and_is_offered_no_button(
    uow: UnitOfWork, story: Story, organiser: Browser, member: Browser, asked: dict[str, str]
) -> None:
    block(organiser, story, "2026-04-14")
    organiser.post("/bookings/series", asked)
    view = the_series(uow)
    here = f"/bookings/series/{view.id}"
    page = member.get(f"{here}?date={view.dates[0].id}").text
    assert "有1次没订上" in page
    assert set(re.findall(r'method="post" action="([^"]+)"', page)) <= {"/preferences", "/sign-out"}
    assert member.get(f"/bookings/series/new?venue_id={story.house.hall}").status_code == 403
    for path in ("/bookings/series", "/bookings/series/preview", f"{here}/dates/{view.dates[1].id}/take"):
        assert member.post(path, asked).status_code == 403, path


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        ("FREQ=DAILY;INTERVAL=3;COUNT=5", "每3天，共5次", "every 3 days, 5 times"),
        ("FREQ=WEEKLY;COUNT=1", "每周二，共1次", "every week on Tue, 1 time"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,TU;UNTIL=20260630", "每2周的周二、周四，到2026年6月30日为止", None),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "每月最后一天，共3次", "on the last day of every month, 3 times"),
        (
            "FREQ=MONTHLY;UNTIL=20260630T160000Z",
            "每月7日，到2026年7月1日为止",
            "every month on day 7, until 1 Jul 2026",
        ),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "每月最后一个周五，共2次", "every month on the last Fri, 2 times"),
        ("FREQ=YEARLY;COUNT=2", "每年4月7日，共2次", "every year on 7 Apr, 2 times"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2;COUNT=3", "FREQ=MONTHLY;BYMONTHDAY=-2;COUNT=3", None),
        ("FREQ=DAILY;BYMONTH=4;COUNT=3", "FREQ=DAILY;BYMONTH=4;COUNT=3", None),
        ("FREQ=NEVER", "FREQ=NEVER", None),
    ],
)
def test_rules_are_said_as_people_say_them(database_url: str, rule: str, zh: str, en: str | None) -> None:
    first, place = datetime(2026, 4, 7, 6, 0, tzinfo=UTC), zone("Asia/Shanghai")
    assert rule_in_words(rule, first, place, load_translator("zh-CN")) == zh
    if en:
        assert rule_in_words(rule, first, place, load_translator("en")) == en
