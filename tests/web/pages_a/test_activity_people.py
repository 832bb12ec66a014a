"""Finding, asking, answering for, replacing and letting go."""

import re
from dataclasses import dataclass

import pytest
from sqlmodel import col, select

from models.enums import AnswerVia, AssignmentRole, AssignmentState
from models.tables.assignments import Answer, Assignment
from services import people
from services.access import WORKER
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.service.builders import add_person
from tests.web.pages_a.conftest import SignIn, statements
from tests.web.pages_a.stories import DAY, HOUR, Story, plan


@dataclass(frozen=True)
class Row:
    """One person found: how they can be asked (`ask`, `override`, `no`), and what stands against it."""

    way: str
    tags: tuple[str, ...]
    text: str


def candidates(text: str) -> dict[str, Row]:
    """Return the people found, in order."""
    found = {}
    listed = text.partition('</ul>\n<div class="row">')[0]
    for block in re.split(r'<li id="f-person-\d+"><div class="grow"><b>', listed)[1:]:
        way = "override" if "<details" in block else "no" if " disabled " in block else "ask"
        assert (way == "no") != ('method="post"' in block)
        against = re.findall(r'<li><span class="tag (?:act|wait)">(.*?)</span> (.*?)</li>', block)
        found[block[: block.index("</b>")]] = Row(
            way, tuple(tag for tag, _ in against), "".join(words for _, words in against)
        )
    return found


def assignment(uow: UnitOfWork, assignment_id: int) -> Assignment:
    with uow.read(WORKER) as tx:
        return tx.get(Assignment, assignment_id, noun="assignment", for_update=False)


def test_the_search_shows_what_stands_against_each(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    same_time = plan(uow, story.house, "同一时间", NOW + DAY + 4 * 60 * (DAY / 1440), length=DAY / 12)
    page = sign_in("organiser").get(f"/activities/{same_time}/people?role=volunteer").text
    found = candidates(page)
    assert found["李样本"] == Row("no", ("撞期",), "3月3日 周二 13:00到3月3日 周二 14:30已经另有安排。")
    assert found["王范例"] == Row("ask", (), "")
    assert list(found)[-1] == "李样本"  # the best first
    assert "赵演示" not in found  # of another team, which the first search leaves out
    assert "上次参加<time" in page
    everywhere = sign_in("organiser").get(f"/activities/{same_time}/people?role=volunteer&team_id=").text
    assert candidates(everywhere)["赵演示"].text.startswith("3月3日")


def test_a_soft_reason_is_overridden_with_a_reason_that_is_kept(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    li, browser = story.house.people[0], sign_in("organiser")
    with uow.write(story.house.organiser) as tx:
        people.change(tx, li, {"day_limit": 1})
    same_day = plan(uow, story.house, "同一天", NOW + DAY + 7 * HOUR, length=HOUR)
    path = f"/activities/{same_day}/people"
    row = candidates(browser.get(f"{path}?role=volunteer").text)["李样本"]
    assert row == Row("override", ("日满",), "2026年3月3日 周二已经答应了1场，一天最多1场。")
    asked = {"person_id": li, "role": "volunteer", "team_id": str(story.house.squad)}
    refused = browser.post(path, asked)
    assert refused.status_code == 409
    assert "<details open>" in refused.text
    assert refused.text.count("一天最多1场。") == 2  # above, and beside the person
    assert f'href="#f-person-{li}"' in refused.text
    assert browser.post(path, asked | {"override_reason": "长" * 501}).status_code == 422
    assert browser.post(path, asked | {"override_reason": " 只有他会修 "}).status_code == 303
    page = browser.get(f"/activities/{same_day}").text
    assert "仍然请他：只有他会修" in page
    assert "请李样本：志愿者，仍然请他：只有他会修" in page
    assert "只有他会修" not in sign_in("member").get("/duties").text


def test_a_lecture_is_for_those_who_have_the_role(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    path = f"/activities/{story.draft}/people"
    assert set(candidates(browser.get(path).text)) == {"李样本", "王范例", "陈试写"}
    assert set(candidates(browser.get(f"{path}?role=cadre_lead&team_id=").text)) == {"赵演示"}
    assert "没有找到" in browser.get(f"{path}?role=cadre_lead").text
    assert set(candidates(browser.get(f"{path}?q=王").text)) == {"王范例"}
    assert browser.get(f"{path}?role=nonsense&team_id=x&cursor=").status_code == 200


def test_a_person_is_asked_and_the_search_stays(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    path = f"/activities/{story.draft}/people"
    li = story.house.people[0]
    done = browser.post(path, {"person_id": li, "role": "model_demo", "q": "李", "team_id": str(story.house.squad)})
    assert done.status_code == 303
    assert done.headers["location"].startswith(f"{path}?role=model_demo&q=")
    page = browser.get(done.headers["location"]).text
    assert "已列入名单。" in page
    assert candidates(page) == {"李样本": Row("no", ("已请",), "已经请过这个人。")}


def test_a_refused_offer_says_every_reason(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    path = f"/activities/{story.draft}/people"
    zhao = story.house.people[2]
    refused = browser.post(path, {"person_id": zhao, "role": "model_demo"})
    assert refused.status_code == 409
    assert "没有登记过这个宣讲角色。" in refused.text
    assert browser.post(path, {"person_id": "x", "role": "y"}).status_code == 422
    assert browser.post(path, {"person_id": 99999, "role": "model_demo"}).status_code == 422


def test_a_stand_in_takes_the_role_over(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    path = f"/activities/{story.asked_in}/people/{story.asked}/replace"
    page = browser.get(path).text
    assert "谁来顶替李样本" in page
    assert 'name="role"' not in page.split("</form>")[1]
    wang = story.house.people[1]
    refused = browser.post(path, {"person_id": wang})
    assert refused.status_code == 409
    assert "已经请过这个人。" in refused.text
    with uow.write(story.house.organiser) as tx:
        new = add_person(tx, "新来的", story.house.squad, email="new@example.org", role=AssignmentRole.model_demo)
    assert browser.post(path, {"person_id": new}).headers["location"] == f"/activities/{story.asked_in}#people"
    assert assignment(uow, story.asked).state is AssignmentState.replaced
    assert "顶替李样本" in browser.get(f"/activities/{story.asked_in}").text


def test_letting_go_is_asked_first(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    path = f"/activities/{story.asked_in}/people/{story.asked}/withdraw"
    assert "把李样本移出名单？" in browser.get(path).text
    assert assignment(uow, story.asked).state is AssignmentState.offered
    assert browser.post(path).status_code == 303
    assert assignment(uow, story.asked).state is AssignmentState.withdrawn
    refused = browser.post(path)
    assert refused.status_code == 409


@pytest.mark.parametrize("who", ["organiser", "leader"])
def test_an_answer_on_the_telephone_is_written_down_with_who_wrote_it(
    uow: UnitOfWork, story: Story, sign_in: SignIn, who: str
) -> None:
    browser = sign_in(who)
    path = f"/activities/{story.asked_in}/people/{story.asked}/answer"
    assert "李样本怎么说" in browser.get(path).text
    missing = browser.post(path, {})
    assert missing.status_code == 422
    assert 'href="#f-word"' in missing.text
    assert browser.post(path, {"word": "no", "reason": "腿脚不便"}).status_code == 303
    with uow.read(WORKER) as tx:
        answer = tx.session.exec(select(Answer).where(col(Answer.assignment_id) == story.asked)).one()
    assert (answer.via, answer.reason) == (AnswerVia.phone, "腿脚不便")
    assert answer.by_user_id is not None
    assert browser.post(path, {"word": "yes"}).status_code == 303
    assert assignment(uow, story.asked).state is AssignmentState.accepted


def test_a_long_reason_is_told_to_be_too_long(story: Story, sign_in: SignIn) -> None:
    path = f"/activities/{story.asked_in}/people/{story.asked}/answer"
    refused = sign_in("leader").post(path, {"word": "no", "reason": "长" * 501})
    assert refused.status_code == 422
    assert 'id="f-reason-error"' in refused.text


def test_an_assignment_of_another_activity_is_not_found(story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    for verb in ("answer", "withdraw", "replace"):
        path = f"/activities/{story.draft}/people/{story.asked}/{verb}"
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"word": "yes", "person_id": "1"}).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("leader", 403), ("member", 403), ("auditor", 403)])
def test_only_organisers_ask_and_let_go(story: Story, sign_in: SignIn, who: str, status: int) -> None:
    browser = sign_in(who)
    assert browser.get(f"/activities/{story.asked_in}/people").status_code == status
    assert (
        browser.post(f"/activities/{story.asked_in}/people", {"person_id": "1", "role": "host"}).status_code == status
    )
    path = f"/activities/{story.asked_in}/people/{story.asked}"
    assert browser.post(f"{path}/withdraw").status_code == status


def test_the_search_costs_the_same_for_one_and_for_four(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    path = f"/activities/{story.draft}/people"
    browser.get(path)
    with statements(uow) as one:
        browser.get(f"{path}?q=王")
    with statements(uow) as more:
        browser.get(path)
    assert len(one) == len(more)
