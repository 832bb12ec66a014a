"""Calls, colleagues named instead, and stand-ins, as their pages show them."""

import re

import pytest
from sqlmodel import col, select

from models.enums import AnswerWord, AssignmentState, CallState, StandInSearchState
from models.tables.assignments import Answer, Assignment
from models.tables.calls import Call
from models.tables.people import Person
from models.tables.stand_ins import StandInOffer, StandInSearch
from services import stand_ins
from services.access import COMMAND, WORKER
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser
from tests.web.pages_a.conftest import SignIn
from tests.web.pages_a.stories import Story, ask, say

#: Pages do not depend on the database; the tests of the services run on both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_call_is_listed_for_its_leader_printed_and_answered(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    li = story.house.people[0]
    with uow.write(COMMAND) as tx:
        tx.get(Person, li, noun="person").email = None
    with uow.read(COMMAND) as tx:
        taken = set(tx.session.exec(select(Assignment.activity_id).where(col(Assignment.person_id) == li)))
    activity = next(one for one in (story.short_in, story.asked_in, story.promised_in) if one not in taken)
    asked = ask(uow, story.house, activity, li)
    organiser = sign_in("organiser")
    page = organiser.get("/calls?whose=all")
    assert page.status_code == 200 and "李样本" in page.text and 'href="tel:+8613800000000"' in page.text
    assert 'href="/calls"' in organiser.get("/").text
    with uow.read(COMMAND) as tx:
        call = tx.session.exec(select(Call).where(col(Call.assignment_id) == asked)).one()
    for word in ("能来", "不能来", "没打通"):
        assert f"李样本{word}" in page.text
    assert "☐ 能来" in organiser.get("/calls?whose=all&sheet=1").text
    assert organiser.post(f"/calls/{call.id}/done", {"word": "unreached"}).status_code == 303
    assert organiser.post(f"/calls/{call.id}/done", {"word": "yes", "whose": "all"}).status_code == 303
    again = organiser.post(f"/calls/{call.id}/done", {"word": "no"})
    assert again.status_code == 409 and "这个电话已经有结果了" in again.text
    with uow.read(COMMAND) as tx:
        assert tx.get(Call, call.id, noun="call").state is CallState.done
        assert tx.get(Assignment, asked, noun="assignment").state is AssignmentState.accepted


def test_whoever_cannot_come_names_a_colleague_who_is_asked_first(
    uow: UnitOfWork, story: Story, stranger: Browser, sign_in: SignIn, link: str
) -> None:
    organiser = sign_in("organiser")
    stranger.post(link, {"answer": "no"})
    page = stranger.get(link)
    found = re.search(r'<option value="(\d+)">([^<]+)</option>', page.text)
    assert found is not None and "+86138" not in page.text
    assert stranger.post(link, {"answer": "no", "why": "family", "nominee": found[1]}).status_code == 303
    with uow.read(COMMAND) as tx:
        newest = tx.session.exec(
            select(Answer).where(col(Answer.assignment_id) == story.asked).order_by(col(Answer.id).desc())
        ).first()
        search = tx.session.exec(select(StandInSearch)).one()
    assert newest is not None and newest.nominee_id == int(found[1]) and found[2] in newest.reason
    with uow.write(WORKER) as tx:
        assert stand_ins.advance(tx) == 1
    shown = organiser.get(f"/activities/{story.asked_in}").text
    assert "顶替李样本" in shown and "本人推荐" in shown and found[2] in shown
    stop = f"/activities/{story.asked_in}/stand-ins/{search.id}/stop"
    assert stop in shown
    assert organiser.post(stop, {}).status_code == 303
    with uow.read(COMMAND) as tx:
        assert tx.get(StandInSearch, search.id, noun="search").state is StandInSearchState.stopped


def test_an_organiser_asks_others_in_turn_with_one_button(uow: UnitOfWork, story: Story, sign_in: SignIn) -> None:
    organiser = sign_in("organiser")
    say(uow, story.asked, story.house.people[0], AnswerWord.no)
    start = f"/activities/{story.asked_in}/people/{story.asked}/stand-ins"
    assert start in organiser.get(f"/activities/{story.asked_in}").text
    assert organiser.post(start, {}).status_code == 303
    with uow.read(COMMAND) as tx:
        offers = tx.session.exec(select(StandInOffer)).all()
    shown = organiser.get(f"/activities/{story.asked_in}").text
    assert bool(offers) != ("没有可以再问的人" in shown)
