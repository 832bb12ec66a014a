"""The page on which the house writes when people are reminded."""

import pytest

from tests.web.browser import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PATH = "/settings/reminders"
FORM = {"kind": "reminder", "activity_kind": "lecture", "role": "", "number": "2", "unit": "wd", "at": "09:00"}


def test_a_promise_is_written_said_in_words_and_taken_away(organiser: Browser, member: Browser) -> None:
    assert member.get(PATH).status_code == 403
    assert "前一天同一时间" in organiser.get(PATH).text
    assert organiser.post(PATH, FORM).status_code == 303
    assert organiser.post(PATH, FORM | {"unit": "h", "at": "", "hours": "1"}).status_code == 303
    page = organiser.get(PATH).text
    assert "前2个工作日 09:00" in page
    assert "开始前2小时" in page
    assert "过后60分钟内还发" in page

    wrong = organiser.post(PATH, FORM | {"at": ""})
    assert wrong.status_code == 422
    assert "看不懂这条提醒" in wrong.text
    for rule in ("start-2wd@09:00", "start-2h"):
        gone = {"kind": "reminder", "activity_kind": "lecture", "role": "", "rule": rule}
        assert organiser.post(PATH + "/remove", gone).status_code == 303
    assert "还没有自定的提醒时间" in organiser.get(PATH).text
