"""Short texts: what groups are told and what templates are filled with, in both languages and within the limits."""

from datetime import UTC, datetime, timedelta

import pytest

from models.enums import ActivityKind, ChannelKind, NotificationKind
from models.values import TimeWindow
from notifications.channels.bots import LIMITS
from notifications.short import (
    LONGEST_VARIABLE,
    SMS_VARIABLES,
    ShortFacts,
    group_message,
    group_test,
    sms_variables,
    without_contacts,
)
from services.endpoint_fields import SMS_KINDS

START = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
WINDOW = TimeWindow(START, START + timedelta(minutes=90))
FACTS = ShortFacts(
    title="从学徒到工匠",
    kind=ActivityKind.lecture,
    window=WINDOW,
    zone="Asia/Shanghai",
    venue_name="工人文化宫",
    organisation_name="大冶市总工会",
    person_name="李样本",
    contact="0714-8720000",
    page_url="https://example.org/activities/1",
)


def test_a_group_reads_what_when_and_where() -> None:
    said = group_message("call_up", FACTS, "zh-CN", ChannelKind.wecom).splitlines()
    assert said[0] == "活动预告：《从学徒到工匠》"
    assert "下午2点" in said[1]
    assert said[2:] == ["工人文化宫", "https://example.org/activities/1"]
    old = TimeWindow(START - timedelta(days=1), START)
    moved = ShortFacts(title="A", kind=ActivityKind.meeting, window=WINDOW, zone="Asia/Shanghai", old_window=old)
    english = group_message("changed", moved, "en", ChannelKind.feishu)
    assert english.startswith("Changed: “A”\nNow: ")
    assert "\nBefore: " in english
    assert "大冶市总工会" in group_test("大冶市总工会", "zh-CN", ChannelKind.dingtalk)


@pytest.mark.parametrize("channel", [ChannelKind.wecom, ChannelKind.dingtalk, ChannelKind.feishu])
def test_no_text_is_longer_than_its_provider_takes_and_no_character_is_split(channel: ChannelKind) -> None:
    long = ShortFacts(title="长" * 9000, kind=ActivityKind.lecture, window=WINDOW, zone="Asia/Shanghai")
    data = group_message("cancelled", long, "zh-CN", channel).encode()
    assert LIMITS[channel.value] - 3 < len(data) <= LIMITS[channel.value]
    assert data.decode().endswith("…")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("问 li@example.org 或 13800001111", "问 或"),
        ("热线0714-8720000", "热线"),
        ("+86 138 0000 1111 找老李", "找老李"),
        ("2026年3月10日 第3场", "2026年3月10日 第3场"),
    ],
)
def test_groups_get_no_numbers_and_addresses_of_people(text: str, left: str) -> None:
    assert without_contacts(text) == left


def test_templates_get_their_variables_in_order_and_none_too_long() -> None:
    assert tuple(SMS_VARIABLES) == SMS_KINDS
    for kind in SMS_KINDS:
        for locale in ("zh-CN", "en"):
            long = ShortFacts(title="长" * 90, kind=ActivityKind.lecture, window=WINDOW, zone="Asia/Shanghai")
            found = sms_variables(kind, long, locale)
            assert tuple(found) == SMS_VARIABLES[kind]
            assert all(len(value) <= LONGEST_VARIABLE for value in found.values())
    said = sms_variables(NotificationKind.reminder, FACTS, "zh-CN")
    assert list(said.values()) == ["李样本", "从学徒到工匠", said["time"], "工人文化宫", "0714-8720000"]
    assert "place" not in sms_variables(NotificationKind.cancelled, FACTS, "en")
    with pytest.raises(KeyError):
        sms_variables(NotificationKind.sign_in, FACTS, "zh-CN")
