"""What holds for every mail, whatever it says."""

import re
from dataclasses import fields, replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from models.enums import AssignmentRole, NotificationKind
from muster.catalogue import LOCALES
from muster.i18n import load_translator
from notifications.catalog import CATALOG, PAYLOADS, CallUp, DutyPayload
from notifications.facts import Facts, Payload
from notifications.render import render
from notifications.rows import rows_of
from notifications.wording import Wording, dialled
from tests.unit.notifications.samples import DUTY, LECTURE, SAMPLES, SENDER, STAMP, recipient

ALL = [(name, locale) for name in SAMPLES for locale in sorted(LOCALES)]
VOID = frozenset({"meta", "br", "img", "hr"})


class Checker(HTMLParser):
    """Checks nesting, and collects links and visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"style", "title"}:
            self.text.append(data)


def rendered(payload: Payload, locale: str = "zh-CN"):
    return render(payload, recipient(locale), sender=SENDER, stamp=STAMP)


def checked(html: str) -> Checker:
    checker = Checker()
    checker.feed(html)
    checker.close()
    assert checker.open == []
    return checker


def hostile(payload: Payload, text: str) -> Payload:
    """Return the payload with a text put into every free text field, nested ones too."""
    changes = {}
    for field in fields(payload):
        value = getattr(payload, field.name)
        if isinstance(value, Facts):
            changes[field.name] = hostile(value, text)
        elif type(value) is str and not field.name.endswith("_url") and field.name not in {"zone", "uid"}:
            changes[field.name] = text
    return replace(payload, **changes)


def test_every_kind_has_a_sample():
    assert {payload.kind for payload in SAMPLES.values()} == set(NotificationKind) == set(CATALOG) == set(PAYLOADS)


@pytest.mark.parametrize(("name", "locale"), ALL)
def test_is_well_formed_small_and_speaks_one_language(name, locale):
    message = rendered(SAMPLES[name], locale)
    checker = checked(message.html)
    assert f'<html lang="{locale}">' in message.html
    assert len(message.html.encode()) < 10_000
    assert "\n" not in message.subject
    assert message.subject == message.subject.strip()
    assert message.text.endswith("\n")
    assert "\n\n\n" not in message.text
    for words in (message.subject, message.text, "".join(checker.text)):
        assert "%(" not in words
        assert "…" not in words
        assert "¶" not in words
        assert not re.search(r"\b(duty|ask|task|mail)\.[a-z]", words.replace("muster.example", ""))
    if locale == "zh-CN":
        latin = re.sub(r"https?://\S+|[A-Za-z]+@\S+", "", message.text)
        assert not re.search(r"[A-Za-z]{2,}", latin), "a Chinese mail holds a word that is not translated"
        assert "！" not in message.text


@pytest.mark.parametrize(("name", "locale"), ALL)
def test_text_is_the_twin_of_html(name, locale):
    message = rendered(SAMPLES[name], locale)
    html_words = "".join(checked(message.html).text)
    links = [link for link in checked(message.html).links if link.startswith("http")]
    assert all(link in message.text for link in links)
    assert [link for link in re.findall(r"https?://\S+", message.text) if link not in links] == []
    rows = rows_of(SAMPLES[name], Wording(load_translator(locale)))
    assert rows
    for row in rows:
        assert f"{row.label}{row.text}{row.phone}" in html_words
        assert re.search(
            f"^{re.escape(row.label)}(：|: ){re.escape(row.text + row.phone)}$", message.text, re.MULTILINE
        )


@pytest.mark.parametrize(("name", "locale"), ALL)
def test_loads_nothing_and_has_at_most_one_button(name, locale):
    html = rendered(SAMPLES[name], locale).html
    assert not re.search(r"<(script|img|link|iframe|form)\b|url\(|@import", html)
    assert html.count('bgcolor="#1b6759"') <= 1


@pytest.mark.parametrize("name", SAMPLES)
def test_foreign_text_cannot_break_out(name):
    text = '"><script>alert(1)</script>\r\nBcc: x@example.org %(name)s {{ 7*7 }} ¶'
    message = rendered(hostile(SAMPLES[name], text))
    checked(message.html)
    assert "<script" not in message.html
    assert "49" not in message.subject
    assert "\n" not in message.subject
    assert "\r" not in message.text
    assert not re.search(r"^Bcc", message.text, re.MULTILINE)


@pytest.mark.parametrize("name", SAMPLES)
def test_empty_texts_leave_no_gaps(name):
    message = rendered(hostile(SAMPLES[name], ""))
    checked(message.html)
    assert "，，" not in message.text
    assert "None" not in message.text + message.html + message.subject


@pytest.mark.parametrize("name", SAMPLES)
def test_same_arguments_give_the_same_message(name):
    assert rendered(SAMPLES[name]) == rendered(SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_calendar_part_travels_with_duties_and_with_nothing_else(name):
    payload, message = SAMPLES[name], rendered(SAMPLES[name])
    assert CATALOG[payload.kind].has_calendar is isinstance(payload, DutyPayload)
    assert (message.ics is not None) is (message.ics_method is not None) is isinstance(payload, DutyPayload)
    if message.ics is not None:
        assert f"METHOD:{message.ics_method}\r\n" in message.ics
        assert message.ics_method == ("CANCEL" if payload.kind is NotificationKind.cancelled else "REQUEST")
        assert DUTY["answer_url"] not in message.ics.replace("\r\n ", "")


@pytest.mark.parametrize("name", SAMPLES)
def test_way_out_is_offered_only_where_there_is_one(name):
    payload = replace(SAMPLES[name], stop_url="https://muster.example/stop", why_url="https://muster.example/why")
    message = rendered(payload)
    for words in (message.text, message.html):
        assert ("https://muster.example/stop" in words) is CATALOG[payload.kind].may_opt_out
        assert "https://muster.example/why" in words


@pytest.mark.parametrize("role", AssignmentRole)
@pytest.mark.parametrize("locale", sorted(LOCALES))
def test_every_role_can_be_asked(role, locale):
    message = rendered(CallUp(**{**DUTY, "role": role}), locale)
    assert "." not in message.subject


def test_subject_carries_date_place_and_duty():
    assert rendered(SAMPLES["call_up"]).subject == "请您答复：2月27日周五下午2点，陈贵镇，主讲"


def test_title_that_brings_its_own_marks_gets_no_more():
    payload = CallUp(**{**DUTY, "activity": replace(LECTURE, title="讲《工匠》")})
    assert "主讲讲《工匠》" in rendered(payload).text


def test_length_is_said_as_people_say_it():
    payload = CallUp(**{**DUTY, "activity": replace(LECTURE, ends_at=LECTURE.starts_at + timedelta(minutes=45))})
    assert "约45分钟" in rendered(payload).text


def test_time_is_that_of_the_zone_of_the_activity():
    payload = CallUp(**{**DUTY, "activity": replace(LECTURE, zone="Europe/Berlin")})
    assert "早上7点" in rendered(payload).subject


def test_telephone_is_dialled_by_its_digits():
    assert dialled("0714-000 0000 转 12") == "0714000000012"
    assert dialled("+86 714 000") == "+86714000"
    payload = CallUp(**{**DUTY, "activity": replace(LECTURE, contact_phone="问队长")})
    assert "tel:" not in rendered(payload).html
    assert "张示例，问队长" in rendered(payload).text


def test_language_that_is_not_spoken_is_an_error():
    with pytest.raises(KeyError):
        rendered(SAMPLES["call_up"], "fr")
