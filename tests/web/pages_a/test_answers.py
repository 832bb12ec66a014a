"""The pages behind answer links: what a person sees and what a tap does."""

import re

from fastapi import FastAPI
from icalendar import Calendar

from models.enums import AnswerVia, AnswerWord
from models.tables.people import Person
from muster.signing import Signer
from scheduler.letters import Letters
from services.access import COMMAND
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH
from tests.web.browser import Browser
from tests.web.pages_a.stories import LINK_START as START
from tests.web.pages_a.stories import Story, answers, ask, headline, plan, release, say

LARGEST = 30_000


def test_mails_carry_the_link_that_this_page_reads(app: FastAPI, story: Story, signer: Signer, link: str) -> None:
    url = Letters(app.state.wiring.settings).answer_url(story.asked, START + LENGTH)
    assert url == f"http://127.0.0.1:8000{link}"


def test_opening_shows_the_duty_and_changes_nothing(
    uow: UnitOfWork, story: Story, stranger: Browser, link: str
) -> None:
    for _ in range(3):  # as mail scanners do
        page = stranger.get(link)
    assert page.status_code == 200
    assert answers(uow, story.asked) == []
    assert "李样本，您好，想请您" in page.text
    assert headline(page.text) == "3月4日 周三 下午2点，去工人文化宫讲一场"
    for fact in ("主讲《陈贵镇文化站宣讲》，约1小时半", "工人文化宫", "请提前10分钟到，车停北门。", "张示例"):
        assert fact in page.text
    assert 'href="tel:07140000001"' in page.text
    assert 'href="geo:30.09000,114.96000?q=30.09000,114.96000"' in page.text


def test_the_page_stands_alone(stranger: Browser, link: str) -> None:
    page = stranger.get(link)
    assert len(page.content) < LARGEST
    assert "<script" not in page.text
    assert "/static/" not in page.text
    assert "http://" not in page.text
    nonce = re.search(r'<style nonce="([^"]+)">', page.text)
    assert nonce is not None
    policy = page.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'nonce-{nonce.group(1)}'")
    assert nonce.group(1) not in stranger.get(link).text
    assert page.headers["cache-control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in page.text
    assert '<meta name="referrer" content="no-referrer">' in page.text


def test_one_tap_says_yes_and_the_page_remembers(uow: UnitOfWork, story: Story, stranger: Browser, link: str) -> None:
    done = stranger.post(link, {"answer": "yes"})
    assert (done.status_code, done.headers["location"]) == (303, link)
    assert answers(uow, story.asked) == [(AnswerWord.yes, AnswerVia.link, "")]
    page = stranger.get(link).text
    assert headline(page) == "您答应参加，谢谢您"
    assert "已记下 <time" in page
    assert "我们再提醒您一次" in page
    stranger.post(link, {"answer": "yes"})
    assert len(answers(uow, story.asked)) == 1


def test_a_no_is_taken_at_the_first_tap_and_why_is_asked_afterwards(
    uow: UnitOfWork, story: Story, stranger: Browser, link: str
) -> None:
    stranger.post(link, {"answer": "no"})
    assert answers(uow, story.asked) == [(AnswerWord.no, AnswerVia.link, "")]
    page = stranger.get(link).text
    assert headline(page) == "您不能来，没关系"
    assert page.count('type="radio" name="why"') == 5
    stranger.post(link, {"answer": "no", "why": "family", "note": "孙子\n要带", "who": "王范例", "ignored": "x" * 1000})
    assert answers(uow, story.asked)[1] == (AnswerWord.no, AnswerVia.link, "家里有事、孙子 要带、推荐王范例来")
    told = stranger.get(link).text
    assert "您告诉我们：家里有事、孙子 要带、推荐王范例来" in told
    assert 'name="why"' not in told


def test_rather_not_saying_says_nothing(uow: UnitOfWork, story: Story, stranger: Browser, link: str) -> None:
    stranger.post(link, {"answer": "no", "why": "none", "note": "x" * 5000})
    ((_, _, reason),) = answers(uow, story.asked)
    assert reason == "x" * 200


def test_the_newest_answer_wins_and_all_are_kept(uow: UnitOfWork, story: Story, stranger: Browser, link: str) -> None:
    for word in ("yes", "no", "yes"):
        stranger.post(link, {"answer": word})
    assert [word for word, _, _ in answers(uow, story.asked)] == [AnswerWord.yes, AnswerWord.no, AnswerWord.yes]
    assert headline(stranger.get(link).text) == "您答应参加，谢谢您"


def test_a_word_that_is_none_changes_nothing(uow: UnitOfWork, story: Story, stranger: Browser, link: str) -> None:
    assert stranger.post(link, {"answer": "maybe"}).status_code == 200
    assert stranger.post(link).status_code == 200
    assert answers(uow, story.asked) == []


def test_the_page_speaks_the_language_of_the_person_or_the_one_asked_for(
    uow: UnitOfWork, story: Story, stranger: Browser, link: str
) -> None:
    english = stranger.get(f"{link}?lang=en").text
    assert '<html lang="en">' in english
    assert headline(english) == "Wed 4 Mar, 2 pm: Give a talk at 工人文化宫"
    assert f'<form method="post" action="{link}?lang=en">' in english
    assert f'href="{link}?lang=zh-CN" lang="zh-CN"' in english
    done = stranger.post(f"{link}?lang=en", {"answer": "no", "why": "health"})
    assert done.headers["location"] == f"{link}?lang=en"
    assert answers(uow, story.asked)[0][2] == "I am not well"
    with uow.write(COMMAND) as tx:
        tx.get(Person, story.house.people[0], noun="person").locale = "en"
    assert '<html lang="en">' in stranger.get(link).text
    assert '<html lang="zh-CN">' in stranger.get(f"{link}?lang=zh-CN").text
    assert stranger.get(f"{link}?lang=xx").status_code == 200


def test_a_person_who_promised_something_else_is_told_so_and_whom_to_call(
    uow: UnitOfWork, story: Story, stranger: Browser, signer: Signer, link: str
) -> None:
    house = story.house
    other = plan(uow, house, "撞时间", START)
    clash = ask(uow, house, other, house.people[0], why="看他愿去哪一场")
    release(uow, house, other)
    say(uow, clash, house.people[0], AnswerWord.yes)
    refused = stranger.post(link, {"answer": "yes"})
    assert refused.status_code == 409
    assert headline(refused.text) == "这次没有记上"
    assert "3月4日 周三 14:00到3月4日 周三 15:30已经另有安排。" in refused.text
    assert "tel:07140000001" in refused.text
    assert answers(uow, story.asked) == []


def test_the_duty_goes_into_a_calendar(story: Story, stranger: Browser, link: str) -> None:
    answer = stranger.get(f"{link}/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    calendar = Calendar.from_ical(answer.content)
    (entry,) = calendar.walk("VEVENT")
    assert entry.decoded("dtstart") == START
    assert entry.decoded("dtend") == START + LENGTH
    assert str(entry["summary"]) == "主讲《陈贵镇文化站宣讲》"
    assert str(entry["location"]) == "工人文化宫"
    assert "attendee" not in entry
    assert link.rpartition("/")[2] not in answer.text  # families and offices share calendars


def test_another_site_cannot_answer(uow: UnitOfWork, story: Story, stranger: Browser, link: str) -> None:
    refused = stranger.post(link, {"answer": "yes"}, sec_fetch_site="cross-site")
    assert refused.status_code == 403
    assert answers(uow, story.asked) == []
    old_phone = stranger.client.post(link, data={"answer": "yes"}, headers={"origin": "null"})
    assert old_phone.status_code == 303
    assert len(answers(uow, story.asked)) == 1


def test_an_organiser_who_opens_the_link_answers_as_the_person(
    uow: UnitOfWork, story: Story, app: FastAPI, link: str
) -> None:
    browser = Browser(app).sign_in("organiser@example.org")
    with browser.client:
        assert "李样本，您好" in browser.get(link).text
        browser.csrf_token = ""
        assert browser.post(link, {"answer": "yes"}).status_code == 303
    assert answers(uow, story.asked) == [(AnswerWord.yes, AnswerVia.link, "")]


def test_names_are_text_and_never_markup(uow: UnitOfWork, story: Story, stranger: Browser, link: str) -> None:
    with uow.write(COMMAND) as tx:
        tx.get(Person, story.house.people[0], noun="person").name = "<b onclick=x>李"
    text = stranger.get(link).text
    assert "<b onclick" not in text
    assert "&lt;b onclick=x&gt;李" in text
