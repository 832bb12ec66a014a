"""When early yeses are asked about again, when stand-ins are asked, and when the letter of the day goes out."""

from datetime import UTC, datetime, timedelta

import pytest

from models.enums import NotificationKind
from models.rules import chasing, digests, reconfirming
from models.rules.quiet import QuietHours
from models.rules.reminders import promised_at
from models.values import TimeWindow
from muster.localtime import zone

DAYE = zone("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Tuesday 2026-03-10 at two in the afternoon, and Saturday 2026-10-10 after the holidays, a working day.
TUESDAY = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
AFTER_HOLIDAYS = datetime(2026, 10, 10, 6, 0, tzinfo=UTC)
NIGHT = QuietHours.parse("21:30-07:30")


@pytest.mark.parametrize(
    ("starts_at", "days", "asked_on"),
    [
        (TUESDAY, 1, "2026-03-09"),
        (TUESDAY, 2, "2026-03-06"),  # a Sunday
        (TUESDAY, 3, "2026-03-06"),
        (TUESDAY, 7, "2026-03-03"),
        (AFTER_HOLIDAYS, 5, "2026-09-30"),
        (TUESDAY, 60, "2026-01-09"),
    ],
)
def test_people_are_asked_on_that_day_or_the_working_day_before(starts_at: datetime, days: int, asked_on: str) -> None:
    rule = reconfirming.ask_rule(days, starts_at, DAYE)
    at = promised_at(rule, TimeWindow(starts_at, starts_at + HOUR), DAYE).astimezone(DAYE)
    assert f"{at:%Y-%m-%d %H:%M}" == f"{asked_on} 09:00"


def test_a_fresh_yes_is_left_alone_and_silence_is_called_before_the_start() -> None:
    assert not reconfirming.is_fresh(None, TUESDAY)
    assert reconfirming.is_fresh(TUESDAY - 23 * HOUR, TUESDAY)
    assert not reconfirming.is_fresh(TUESDAY - 24 * HOUR, TUESDAY)
    assert reconfirming.call_at(TUESDAY - 5 * DAY, TUESDAY) == TUESDAY - 4 * DAY
    assert reconfirming.call_at(TUESDAY - 4 * HOUR, TUESDAY) == TUESDAY - 2 * HOUR


def test_stand_ins_are_asked_after_their_quiet_hours_unless_time_is_short() -> None:
    night = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)  # 23:00
    morning = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
    assert chasing.asked_from(night, None, DAYE, TUESDAY) == night
    assert chasing.asked_from(TUESDAY - HOUR, NIGHT, DAYE, TUESDAY) == TUESDAY - HOUR
    assert chasing.asked_from(night, NIGHT, DAYE, TUESDAY) == morning
    assert chasing.asked_from(night, NIGHT, DAYE, morning + HOUR) == night


def test_the_letter_comes_before_eight_outside_of_quiet_hours_and_never_too_soon() -> None:
    eight = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
    for seed in range(20):
        at = digests.letter_at(eight - 3 * HOUR, DAYE, None, seed)
        assert eight - timedelta(minutes=7) <= at <= eight - timedelta(minutes=1)
        assert digests.letter_at(at - timedelta(minutes=10), DAYE, None, seed) == at + DAY
        assert digests.letter_at(at - timedelta(minutes=11), DAYE, NIGHT, seed) == at
    assert digests.letter_at(eight - 3 * HOUR, DAYE, QuietHours.parse("20:00-09:30"), 1) == eight + 1.5 * HOUR


def test_nothing_that_asks_or_that_a_date_hangs_on_waits() -> None:
    assert {kind for kind in NotificationKind if digests.can_wait(kind)} == {NotificationKind.broadcast}
