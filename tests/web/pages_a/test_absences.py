"""Days on which people are away: their own page, and that of those who answer for them."""

import re

import pytest

from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.web.pages_a.conftest import SignIn, statements
from tests.web.pages_a.stories import DAY, HOUR, Story, plan

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OWN = "/me/absences"
EVENINGS = {"from_on": "2026-03-05", "last_on": "2026-03-06", "part": "evening", "note": "夜班"}


def listed(text: str) -> list[str]:
    """Return the absences on a page, as they are told."""
    return [re.sub("<.*?>", "", said) for said in re.findall(r'<li><span class="grow"><b>(.*?)</b>', text)]


def test_a_volunteer_says_when_it_does_not_suit_and_takes_it_back(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("member")
    assert f'href="{OWN}"' in browser.get("/duties").text
    assert "还没有，哪天都行。" in browser.get(OWN).text
    assert browser.post(OWN, EVENINGS).headers["location"] == OWN
    page = browser.get(OWN).text
    assert "已记下，安排的人看得到。" in page
    assert listed(page) == ["3月5日 周四，晚上", "3月6日 周五，晚上"]
    first = re.findall(rf'action="({OWN}/\d+/withdraw)"', page)[0]
    assert browser.post(first).headers["location"] == OWN
    browser.post(OWN, {"from_on": "2026-03-10", "last_on": "2026-03-12", "kind": "other_organisation"})
    browser.post(OWN, {"from_on": "2026-03-09", "last_on": ""})
    assert listed(browser.get(OWN).text) == [
        "3月6日 周五，晚上", "3月9日 周一，全天", "3月10日 周二 至 3月12日 周四",
    ]  # fmt: skip
    assert 'aria-label="收回：3月9日 周一，全天"' in browser.get(OWN).text
    browser.post(OWN, {"from_on": "2027-01-04"})
    assert listed(browser.get(OWN).text)[-1] == "2027年1月4日 周一，全天"


def test_what_is_wrong_with_the_days_stands_beside_them(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("member")
    refused = browser.post(OWN, {"from_on": "2026-03-10", "last_on": "2026-03-09", "part": "noon", "note": "长" * 201})
    assert refused.status_code == 422
    for field in ("f-last_on-error", "f-note-error"):
        assert f'id="{field}"' in refused.text
    assert 'value="2026-03-10"' in refused.text
    assert browser.post(OWN, {}).status_code == 422
    assert browser.post(OWN, EVENINGS | {"from_on": "2026-02-01", "last_on": "2026-02-02"}).status_code == 422


def test_the_note_is_for_those_who_answer_for_the_person(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    li, wang, _ = story.house.people
    sign_in("member").post(OWN, EVENINGS)
    theirs = f"/people/{li}/absences"
    for who in ("leader", "organiser"):
        page = sign_in(who).get(theirs).text
        assert "夜班" in page
        assert f'href="{theirs}"' in sign_in(who).get(f"/people/{li}").text
    assert sign_in("leader").post(theirs, {"from_on": "2026-03-20"}).headers["location"] == theirs
    assert "leader代记" in sign_in("member").get(OWN).text
    assert sign_in("auditor").get(theirs).status_code == 403
    assert theirs not in sign_in("auditor").get(f"/people/{li}").text
    assert sign_in("member").get(f"/people/{wang}/absences").status_code == 403
    evening = plan(uow, story.house, "夜里", NOW + 3 * DAY + 9 * HOUR + HOUR / 2)
    found = sign_in("organiser").get(f"/activities/{evening}/people?role=volunteer").text
    assert "2026年3月5日 周四说过没空（晚上）。" in found
    assert "夜班" not in found


def test_an_absence_is_withdrawn_only_where_it_belongs(story: Story, sign_in: SignIn) -> None:
    li, wang, _ = story.house.people
    sign_in("member").post(OWN, EVENINGS)
    first = re.findall(rf"{OWN}/(\d+)/withdraw", sign_in("member").get(OWN).text)[0]
    assert sign_in("leader").post(f"{OWN}/{first}/withdraw").status_code == 404
    assert sign_in("leader").post(f"/people/{wang}/absences/{first}/withdraw").status_code == 404
    assert sign_in("leader").post(f"/people/{li}/absences/{first}/withdraw").status_code == 303


def test_a_login_without_a_person_has_no_days(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("auditor")
    assert "您的账号还没有对上名册里的人" in browser.get(OWN).text
    assert browser.post(OWN, EVENINGS).status_code == 404
    assert browser.post(f"{OWN}/1/withdraw").status_code == 404


def test_many_days_cost_as_many_statements_as_one(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("member")
    browser.post(OWN, {"from_on": "2026-03-09"})
    browser.get(OWN)
    with statements(uow) as one:
        browser.get(OWN)
    browser.post(OWN, EVENINGS | {"last_on": "2026-03-20"})
    with statements(uow) as many:
        browser.get(OWN)
    assert len(one) == len(many)
