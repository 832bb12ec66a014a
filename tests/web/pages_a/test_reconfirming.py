"""The days for asking again on the activity's form, and the question on the pages of the one who is asked."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.enums import AnswerWord
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from muster.clock import ManualClock
from services import firing
from services.access import COMMAND, WORKER
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser
from tests.web.pages_a.conftest import SignIn
from tests.web.pages_a.stories import Story, answers, headline, say

#: Pages do not depend on the database; the tests of the services run on both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def days_of(uow: UnitOfWork, activity_id: int) -> tuple[int | None, int]:
    with uow.read(COMMAND) as tx:
        row = tx.session.exec(select(Activity).where(col(Activity.id) == activity_id)).one()
    return row.reconfirm_days, row.version


def test_an_early_yes_is_asked_about_again_and_one_tap_keeps_it(
    uow: UnitOfWork, clock: ManualClock, story: Story, stranger: Browser, sign_in: SignIn, link: str
) -> None:
    organiser, edit = sign_in("organiser"), f"/activities/{story.asked_in}/edit"
    sent = {"title": "陈贵镇文化站宣讲", "version": str(days_of(uow, story.asked_in)[1])}
    wrong = organiser.post(edit, sent | {"reconfirm_days": "61"})
    assert wrong.status_code == 422 and 'name="reconfirm_days"' in wrong.text
    assert organiser.post(edit, sent | {"reconfirm_days": "1"}).status_code == 303
    assert days_of(uow, story.asked_in)[0] == 1
    page = organiser.get(f"/activities/{story.asked_in}").text
    assert "提前1天" in page and "提前几天再确认" in page  # among the facts, and among the changes
    say(uow, story.asked, story.house.people[0], AnswerWord.yes)
    assert headline(stranger.get(link).text) == "您答应参加，谢谢您"
    clock.advance(timedelta(days=1))
    with uow.write(WORKER) as tx:
        firing.fire_due(tx, 100)
    asked = stranger.get(link)
    assert "现在还能来吗" in asked.text and "还能来</button>" in asked.text
    assert len(asked.content) < 30_000
    assert "还能来" in sign_in("member").get("/duties").text
    assert stranger.post(link, {"answer": "yes"}).status_code == 303
    assert headline(stranger.get(link).text) == "您答应参加，谢谢您"
    assert [word for word, _, _ in answers(uow, story.asked)] == [AnswerWord.yes] * 2
    assert "已再确认" in sign_in("organiser").get(f"/activities/{story.asked_in}").text
    with uow.read(COMMAND) as tx:
        row = tx.session.exec(select(Assignment).where(col(Assignment.id) == story.asked)).one()
    assert row.reconfirmed_at == clock.now()
