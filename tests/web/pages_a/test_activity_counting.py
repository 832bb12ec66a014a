"""Who came: the roll-call, heads without names, documents, and taking back what was wrong."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx import Response
from sqlmodel import col, select

from models.enums import CheckInSource, Direction, TallyMethod
from models.tables.attendance import Attendance
from models.tables.evidence import Evidence
from models.tables.tallies import Tally
from muster.clock import ManualClock
from services.access import WORKER
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.web.browser import Browser
from tests.web.pages_a.conftest import SignIn
from tests.web.pages_a.stories import DAY, HOUR, PNG, Story

START = NOW + DAY + 4 * HOUR  # of the activity that 李样本 promised


def passages(uow: UnitOfWork, activity_id: int) -> list[tuple[int, Direction, datetime, CheckInSource]]:
    with uow.read(WORKER) as tx:
        rows = tx.session.exec(
            select(Attendance).where(col(Attendance.activity_id) == activity_id).order_by(col(Attendance.id))
        ).all()
    return [(row.person_id, row.direction, row.at, row.source) for row in rows]


def taps(text: str) -> list[dict[str, str]]:
    """Return the hidden fields of every one-tap form of the roll."""
    forms = re.findall(r'<form class="one"[^>]*action="/activities/\d+/check-in".*?</form>', text, re.DOTALL)
    return [dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)) for form in forms]


def tap(browser: Browser, path: str, fields: dict[str, str]) -> Response:
    return browser.post(path, fields)


def test_one_tap_writes_one_person_down_at_that_minute(
    uow: UnitOfWork, story: Story, sign_in: SignIn, clock: ManualClock
) -> None:
    clock.set(START + timedelta(minutes=3))
    browser = sign_in("leader")
    path = f"/activities/{story.promised_in}/check-in"
    page = browser.get(path).text
    assert "现在<time" in page
    assert "名单上1人" in page  # of the own squad
    li = story.house.people[0]
    (mine,) = [fields for fields in taps(page) if fields["person_id"] == str(li)]
    assert mine["direction"] == "in"
    first, second = tap(browser, path, mine), tap(browser, path, {**mine, "once": "other"})
    assert first.headers["location"] == second.headers["location"] == f"{path}?source=roll_call"
    assert passages(uow, story.promised_in) == [(li, Direction.arrival, clock.now(), CheckInSource.roll_call)]
    clock.advance(HOUR)
    after = browser.get(path).text
    assert "13:03</time>到场" in after
    (leaving,) = taps(after)
    assert leaving["direction"] == "out"
    tap(browser, path, leaving)
    assert passages(uow, story.promised_in)[1] == (li, Direction.departure, clock.now(), CheckInSource.roll_call)
    assert taps(browser.get(path).text) == []


def test_the_roll_is_a_part_that_is_swapped(story: Story, sign_in: SignIn) -> None:
    page = sign_in("leader").get(f"/activities/{story.held}/check-in").text
    assert 'data-part="roll"' in page
    assert "data-hx-target=\"[data-part='roll']\"" in page


def test_before_the_doors_open_the_roll_says_when(story: Story, sign_in: SignIn) -> None:
    page = sign_in("leader").get(f"/activities/{story.promised_in}/check-in").text
    assert "3月3日 周二 12:00才开始签到。" in page
    assert taps(page) == []


def test_afterwards_and_from_paper_everybody_counts_from_the_start(
    uow: UnitOfWork, story: Story, sign_in: SignIn
) -> None:
    browser = sign_in("organiser")
    path = f"/activities/{story.over}/check-in"
    assert "都按<time" in browser.get(path).text
    li, wang, _ = story.house.people
    found = taps(browser.get(f"{path}?q=李").text)
    assert [fields["person_id"] for fields in found] == [str(li)]
    assert tap(browser, path, found[0]).status_code == 303
    paper = [f for f in taps(browser.get(f"{path}?source=paper&q=王").text) if f["person_id"] == str(wang)]
    assert paper[0]["source"] == "paper"
    assert tap(browser, path, paper[0]).headers["location"] == f"{path}?source=paper"
    start = NOW - 3 * DAY
    assert passages(uow, story.over) == [
        (li, Direction.arrival, start, CheckInSource.roll_call),
        (wang, Direction.arrival, start, CheckInSource.paper),
    ]
    assert "名单外来的" in browser.get(path).text


def test_a_browser_cannot_claim_to_be_a_device(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    path = f"/activities/{story.over}/check-in"
    sent = {"person_id": "1", "direction": "in", "nonce": "n", "source": "scan"}
    assert browser.post(path, sent).status_code == 422
    assert browser.post(path, {}).status_code == 422
    assert passages(uow, story.over) == []


def test_heads_without_names_are_written_down(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("leader")
    path = f"/activities/{story.held}/tallies"
    form = browser.get(path).text
    assert 'value="2026-02-28"' in form
    assert 'value="09:00"' in form
    assert 'value="10:30"' in form
    sent = {
        "count": "35",
        "method": "counter",
        "counter": "何样张",
        "second_counter": "赵演示",
        "on": "2026-02-28",
        "starts_time": "09:00",
        "ends_time": "10:00",
    }
    assert browser.post(path, sent).headers["location"] == f"/activities/{story.held}#attendance"
    with uow.read(WORKER) as tx:
        row = tx.session.exec(select(Tally).where(col(Tally.activity_id) == story.held)).one()
    assert (row.count, row.method, row.until_at - row.from_at) == (35, TallyMethod.counter, HOUR)
    text = browser.get(f"/activities/{story.held}").text
    assert "没有名字的35人" in text
    assert "何样张，赵演示点数" in text
    assert "36人次" in text


def test_everything_wrong_about_a_tally_is_said_at_once(story: Story, sign_in: SignIn) -> None:
    refused = sign_in("leader").post(
        f"/activities/{story.held}/tallies",
        {"count": "0", "method": "guess", "counter": "", "on": "2026-02-28", "starts_time": "25:00", "ends_time": ""},
    )
    assert refused.status_code == 422
    fields = {field for field, _ in re.findall(r'<li><a href="#f-(\w+)">(.*?)</a></li>', refused.text)}
    assert fields == {"count", "method", "counter", "starts_time", "ends_time"}
    other_day = sign_in("leader").post(
        f"/activities/{story.held}/tallies",
        {
            "count": "5",
            "method": "estimate",
            "counter": "x",
            "on": "2026-03-01",
            "starts_time": "09:00",
            "ends_time": "10:00",
        },
    )
    assert other_day.status_code == 409
    assert "对不上" in other_day.text


def test_heads_are_not_counted_before_the_start(story: Story, sign_in: SignIn) -> None:
    page = sign_in("leader").get(f"/activities/{story.promised_in}/tallies").text
    assert "才开始" in page
    assert '<form class="stack' not in page


def upload(browser: Browser, path: str, *files: tuple[str, bytes], **data: str) -> Response:
    sent: dict[str, Any] = {"csrf_token": browser.csrf_token, "kind": "sign_in_sheet", **data}
    return browser.client.post(
        path,
        data=sent,
        files=[("file", (name, content, "application/octet-stream")) for name, content in files],
        headers={"sec-fetch-site": "same-origin"},
    )


def test_documents_are_filed_and_lift_the_evidence(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("leader")
    path = f"/activities/{story.held}/evidence"
    assert 'enctype="multipart/form-data"' in browser.get(path).text
    done = upload(browser, path, ("../签到 1.png", PNG + b"1"), ("b.pdf", b"%PDF-1.7 ..."))
    assert done.status_code == 303
    with uow.read(WORKER) as tx:
        rows = tx.session.exec(select(Evidence).where(col(Evidence.activity_id) == story.held)).all()
    assert {row.file_name for row in rows} == {"签到 1.png", "b.pdf"}
    text = browser.get(f"/activities/{story.held}").text
    assert "C 100%" in text
    ids = {row.file_name: row.id for row in rows}
    picture, paper = browser.get(f"/evidence/{ids['签到 1.png']}"), browser.get(f"/evidence/{ids['b.pdf']}")
    assert (picture.content, picture.headers["content-type"]) == (PNG + b"1", "image/png")
    assert picture.headers["content-disposition"].startswith("inline")
    assert paper.headers["content-disposition"].startswith("attachment")
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert sign_in("auditor").get(f"/evidence/{ids['b.pdf']}").status_code == 200
    assert sign_in("member").get(f"/evidence/{ids['b.pdf']}").status_code == 404


@pytest.mark.parametrize(
    "files",
    [
        [],
        [("a.png", b"")],
        [("a.html", b"<html><script>alert(1)</script>")],
        [("a.png", PNG + b"x" * (10 * 1024 * 1024))],
    ],
    ids=["none", "empty", "other kind", "large"],
)
def test_what_is_no_document_is_refused(
    uow: UnitOfWork, story: Story, sign_in: SignIn, files: list[tuple[str, bytes]]
) -> None:
    refused = upload(sign_in("leader"), f"/activities/{story.held}/evidence", *files)
    assert refused.status_code == 422
    assert 'href="#f-file"' in refused.text
    with uow.read(WORKER) as tx:
        assert tx.session.exec(select(Evidence).where(col(Evidence.activity_id) == story.held)).all() == []


def test_a_file_beyond_all_measure_is_turned_away(story: Story, sign_in: SignIn) -> None:
    refused = upload(sign_in("leader"), f"/activities/{story.held}/evidence", ("a.png", PNG + b"x" * (25 << 20)))
    assert refused.status_code == 413


def test_a_row_is_taken_back_with_a_reason_also_after_closing(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("leader")
    path = f"/activities/{story.closed}/tallies/1/reverse"
    page = browser.get(path).text
    assert "数字会写明差多少" in page
    refused = browser.post(path, {"reason": " "})
    assert (refused.status_code, 'id="f-reason-error"' in refused.text) == (409, True)
    assert browser.post(path, {"reason": "数错了，重复一排"}).status_code == 303
    text = browser.get(f"/activities/{story.closed}").text
    assert "1人次" in text
    assert "已冲正" in text
    assert "冲正一条人数：数错了，重复一排" in text
    assert browser.post(path, {"reason": "再来"}).status_code == 409
    person = f"/activities/{story.closed}/attendances/1/reverse"
    assert "李样本" in browser.get(person).text
    assert browser.post(person, {"reason": "没有来"}).status_code == 303
    assert "冲正：没有来" in browser.get(f"/activities/{story.closed}").text


def test_a_row_of_another_activity_is_not_found(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("leader")
    for path in (f"/activities/{story.held}/tallies/1/reverse", f"/activities/{story.held}/attendances/1/reverse"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("who", ["member", "auditor"])
def test_taking_back_belongs_to_leaders(story: Story, sign_in: SignIn, who: str) -> None:
    browser = sign_in(who)
    for path in (f"/activities/{story.closed}/tallies/1/reverse", f"/activities/{story.closed}/attendances/1/reverse"):
        assert browser.get(path).status_code == 403
        assert browser.post(path, {"reason": "x"}).status_code == 403
