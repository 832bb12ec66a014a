"""The facts check themselves."""

from dataclasses import FrozenInstanceError, replace
from datetime import datetime, timedelta

import pytest

from models.enums import ChannelKind, NotificationKind
from muster.catalogue import LOCALES
from muster.i18n import load_translator
from notifications.catalog import CATALOG, spec_of
from notifications.channels.base import SendReason
from notifications.facts import Recipient, long_text, one_line
from notifications.recipients import channels_for, recipient
from tests.unit.notifications.samples import DUTY, LECTURE, SAMPLES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("李样本", "李样本"),
        ("  李  样本 ", "李 样本"),
        ("李\r\n样\t本", "李 样 本"),
        ("李\u2028样\u2029本\x85", "李 样 本"),
        ("李\0样\x1b本\x7f", "李样本"),
        ("a\u202eb\u2066c\u200f", "abc"),
        ("\ud800x", "x"),
        ("\u3000李\u3000样本", "李 样本"),
        ("\U00020000👷\u200d♀️", "\U00020000👷\u200d♀️"),
    ],
)
def test_text_is_put_on_one_line(text, expected):
    assert one_line(text) == expected
    assert Recipient(name=text, address="a@example.org", locale="en").name == expected


def test_description_keeps_its_lines():
    assert replace(LECTURE, description="一 \r\n\r\n  二\0\n").description == "一\n\n二"
    assert long_text("a\x0bb") == "a\nb"


def test_naive_instants_are_refused():
    with pytest.raises(ValueError, match="starts_at needs a zone"):
        replace(LECTURE, starts_at=datetime(2026, 2, 27, 14))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/a/sample", "data:text/html,x", "//example.org"])
def test_links_are_web_addresses(url):
    with pytest.raises(ValueError, match="answer_url must be a web address"):
        replace(SAMPLES["call_up"], answer_url=url)


def test_facts_are_frozen():
    with pytest.raises(FrozenInstanceError):
        LECTURE.title = "x"  # type: ignore[misc]


def test_every_kind_has_its_manners():
    assert set(CATALOG) == set(NotificationKind)
    for kind, spec in CATALOG.items():
        assert spec.kind is kind
        assert spec.channels
        assert spec.lateness is None or spec.lateness > timedelta(0)
    assert spec_of(NotificationKind.sign_in).lateness == timedelta(minutes=15)


def test_what_a_person_must_hear_cannot_be_switched_off():
    compulsory = {kind for kind, spec in CATALOG.items() if not spec.may_opt_out}
    assert {NotificationKind.changed, NotificationKind.cancelled, NotificationKind.sign_in} <= compulsory
    for kind in NotificationKind:
        channels = channels_for(kind, has_address=True, has_opted_out=True)
        assert channels == ((ChannelKind.mail,) if kind in compulsory else ())
        assert channels_for(kind, has_address=False, has_opted_out=False) == ()
        assert channels_for(kind, has_address=True, has_opted_out=False) == (ChannelKind.mail,)


@pytest.mark.parametrize(("locale", "expected"), [("en", "en"), ("zh-CN", "zh-CN"), (None, "zh-CN"), ("fr", "zh-CN")])
def test_language_of_a_recipient(locale, expected):
    assert recipient("李样本", "li@example.org", locale=locale, default_locale="zh-CN").locale == expected


def test_payload_knows_its_kind():
    assert SAMPLES["call_up"].kind is NotificationKind.call_up
    assert DUTY["activity"] is LECTURE


@pytest.mark.parametrize("locale", sorted(LOCALES))
@pytest.mark.parametrize("reason", SendReason)
def test_every_reason_not_to_send_has_words(reason, locale):
    assert load_translator(locale).word(reason) != reason.value
