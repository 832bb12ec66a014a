"""Writing to many: the form, the preview, the wait with its undo, and who did not get it; the preview of a release."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.enums import AssignmentRole, BroadcastState, ChannelKind, NotificationKind
from models.tables.broadcasts import Broadcast
from models.tables.opt_outs import OptOut
from models.tables.people import Person
from muster.clock import ManualClock
from services import assignments, broadcasts
from services.access import COMMAND, WORKER
from services.unit_of_work import UnitOfWork
from tests.service.builders import add_lecture
from tests.web.browser import Browser
from tests.web.pages_a.stories import Story

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PATH = "/broadcasts"
WORDS = {"subject": "周五请早到", "body": "门口在修路。\n<b>走北门</b>"}


def last(uow: UnitOfWork) -> Broadcast:
    with uow.read(COMMAND) as tx:
        found = tx.session.exec(select(Broadcast).order_by(col(Broadcast.id).desc())).first()
        assert found is not None
        return found


def someone(uow: UnitOfWork, name: str) -> Person:
    with uow.read(COMMAND) as tx:
        return tx.session.exec(select(Person).where(col(Person.name) == name)).one()


def test_a_message_is_previewed_sent_and_taken_back(
    organiser: Browser, member: Browser, auditor: Browser, uow: UnitOfWork, story: Story
) -> None:
    assert [one.get(PATH).status_code for one in (organiser, auditor, member)] == [200, 200, 403]
    assert [one.get(PATH + "/new").status_code for one in (organiser, auditor, member)] == [200, 403, 403]
    assert "给未答复的人发消息" in organiser.get(f"/activities/{story.asked_in}").text
    form = organiser.get(f"{PATH}/new?activity={story.asked_in}&answer=silent").text
    assert f'value="{story.asked_in}" selected' in form
    assert 'value="silent" selected' in form
    wrong = organiser.post(PATH + "/new", {"subject": "", "body": "x", "answer": "silent"})
    assert wrong.status_code == 422
    assert "请选择发给谁" in wrong.text or "要先选一场活动" in wrong.text

    team = str(story.house.squad)
    page = organiser.post(PATH + "/new", WORDS | {"team_id": team})
    assert page.status_code == 200
    assert "人会收到" in page.text
    assert "&lt;b&gt;走北门&lt;/b&gt;" in page.text
    assert "<b>走北门" not in page.text
    mark = page.text.split('name="mark" value="')[1].split('"')[0]
    assert WORDS["subject"] in organiser.post(PATH + "/new", WORDS | {"team_id": team, "edit": "1"}).text
    stale = organiser.post(PATH, WORDS | {"team_id": team, "mark": "0" * 16})
    assert stale.status_code == 409
    assert "名单在预览之后有变化" in stale.text

    assert organiser.post(PATH, WORDS | {"team_id": team, "mark": mark}).status_code == 303
    own = f"{PATH}/{last(uow).id}"
    assert "撤回（还剩30秒）" in organiser.get(own).text
    assert "撤回（还剩" not in auditor.get(own).text
    assert member.get(own).status_code == 404
    assert organiser.post(own + "/undo", {}).status_code == 303
    assert last(uow).state is BroadcastState.undone
    assert "已撤回" in organiser.get(own).text


def test_whoever_does_not_get_it_is_told_why_on_every_page(
    organiser: Browser, uow: UnitOfWork, story: Story, clock: ManualClock
) -> None:
    li = someone(uow, "李样本")
    with uow.write(COMMAND) as tx:
        tx.session.add(OptOut(person_id=li.id, kind=NotificationKind.broadcast, channel=ChannelKind.mail, at=tx.now))
        mute = tx.session.exec(select(Person).where(col(Person.name) == "王范例")).one()
        mute.email = None
    form = WORDS | {"team_id": str(story.house.headquarters)}
    page = organiser.post(PATH + "/new", form).text
    assert "本人不接收这类消息" in page
    assert "没有邮箱，请打电话" in page
    assert organiser.post(PATH, form).status_code == 303
    clock.advance(timedelta(seconds=31))
    with uow.write(WORKER) as tx:
        assert broadcasts.send_due(tx) == 1
    own = f"{PATH}/{last(uow).id}"
    assert "本人不再接收这类消息" in organiser.get(own).text
    for person, words in ((li.id, "这类消息"), (someone(uow, "王范例").id, "没有邮箱")):
        assert words in organiser.get(f"/deliveries?person={person}&kind=broadcast").text
    late = organiser.post(own + "/undo", {})
    assert late.status_code == 303
    assert "已经发出，不能再撤回" in organiser.get(own).text


def test_a_release_is_previewed_and_taken_back(
    organiser: Browser, member: Browser, uow: UnitOfWork, story: Story
) -> None:
    lecture = add_lecture(uow, story.house)
    with uow.write(story.house.organiser) as tx:
        for one in story.house.people:
            assignments.offer(tx, activity_id=lecture, person_id=one, role=AssignmentRole.volunteer)
        tx.get(Person, story.house.people[1], noun="person").email = None
        tx.get(Person, story.house.people[2], noun="person").locale = "en"
    here = f"/activities/{lecture}"
    page = organiser.get(here + "/release").text
    assert "2人会收到" in page
    assert "1人没有邮箱" in page
    assert page.count("/a/…") >= 2
    assert organiser.post(here + "/release", {}).status_code == 303
    assert "release/undo" in organiser.get(here).text
    assert member.post(here + "/release/undo", {}).status_code in {403, 404}
    assert organiser.post(here + "/release/undo", {}).status_code == 303
    assert "已撤回发布" in organiser.get(here).text
    assert organiser.post(here + "/release/undo", {}).status_code == 303
    assert "活动没有在发布状态" in organiser.get(here).text
