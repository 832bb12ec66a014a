"""Due instants: kept promises, quiet nights, spread sends."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enums import ActivityKind, AssignmentRole, ReminderKind
from models.rules.quiet import QuietHours
from models.rules.reminders import (
    CLOSE_LATENESS,
    DAY_BEFORE,
    EVENING_BEFORE,
    SPREAD,
    TWO_HOURS_BEFORE,
    TWO_WORKDAYS_BEFORE,
    WEEK_BEFORE,
    WORKDAY_AFTER,
    ReminderRule,
    closing_rules,
    default_rules,
    due_at,
    is_too_late,
    promised_at,
)
from models.values import TimeWindow
from muster.localtime import to_local, zone
from tests.unit.rules.samples import DAYE, LATER, ODD_ZONES, instants, local, minutes, window

BERLIN = zone("Europe/Berlin")
NIGHT = QuietHours(time(21, 30), time(7, 30))
MINUTE = timedelta(minutes=1)
EARLY = window("2026-03-05 08:00", "09:00")
LATE = window("2026-03-05 20:00", "22:00")

RULES = [
    DAY_BEFORE,
    EVENING_BEFORE,
    WEEK_BEFORE,
    TWO_WORKDAYS_BEFORE,
    TWO_HOURS_BEFORE,
    WORKDAY_AFTER,
    ReminderRule(offset=timedelta(0)),
    ReminderRule(offset=timedelta(0), anchor="end"),
    ReminderRule(offset=-timedelta(minutes=90)),
    ReminderRule(offset=-timedelta(seconds=45)),
    ReminderRule(offset=timedelta(days=1), anchor="end"),
    ReminderRule(offset=timedelta(days=3), at=time(23, 45), anchor="end"),
    ReminderRule(offset=-timedelta(days=1), at=time(7, 30)),
    ReminderRule(offset=-timedelta(hours=26)),
]


def test_day_before_is_wall_clock_time_where_the_clocks_change() -> None:
    noon = TimeWindow(local("2026-03-29 12:00", BERLIN), local("2026-03-29 13:00", BERLIN))
    assert promised_at(DAY_BEFORE, noon, BERLIN) == local("2026-03-28 12:00", BERLIN)
    assert noon.starts_at - promised_at(DAY_BEFORE, noon, BERLIN) == timedelta(hours=23)


def test_hours_are_elapsed_time() -> None:
    noon = TimeWindow(local("2026-03-29 12:00", BERLIN), local("2026-03-29 13:00", BERLIN))
    assert promised_at(TWO_HOURS_BEFORE, noon, BERLIN) == noon.starts_at - timedelta(hours=2)
    assert promised_at(ReminderRule(offset=-timedelta(hours=26)), noon, BERLIN) == noon.starts_at - timedelta(hours=26)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (DAY_BEFORE, "2026-03-04 14:00"),
        (EVENING_BEFORE, "2026-03-04 18:00"),
        (WEEK_BEFORE, "2026-02-26 14:00"),
        (TWO_WORKDAYS_BEFORE, "2026-03-03 09:00"),
        (TWO_HOURS_BEFORE, "2026-03-05 12:00"),
        (WORKDAY_AFTER, "2026-03-06 09:00"),
        (ReminderRule(offset=timedelta(days=3), at=time(9), anchor="end"), "2026-03-08 09:00"),
        (ReminderRule(offset=timedelta(0), anchor="end"), "2026-03-05 15:30"),
    ],
)
def test_promised_instant(rule: ReminderRule, expected: str) -> None:
    assert promised_at(rule, LATER, DAYE) == local(expected)


def test_working_days_count_make_up_workdays() -> None:
    monday = window("2026-03-02 14:00", "15:30")  # Saturday 28 February is worked, Sunday is not
    assert promised_at(TWO_WORKDAYS_BEFORE, monday, DAYE) == local("2026-02-27 09:00")


def test_sends_are_spread_earlier_and_off_the_full_and_half_hour() -> None:
    due = {due_at(DAY_BEFORE, LATER, DAYE, NIGHT, seed) for seed in range(300)}
    assert len(due) > 150
    assert all(local("2026-03-04 13:53") <= at <= local("2026-03-04 13:59") for at in due)


def test_same_seed_gives_the_same_instant() -> None:
    assert due_at(DAY_BEFORE, LATER, DAYE, NIGHT, 7) == due_at(DAY_BEFORE, LATER, DAYE, NIGHT, "7")
    assert due_at(DAY_BEFORE, LATER, DAYE, NIGHT, 7) != due_at(DAY_BEFORE, LATER, DAYE, NIGHT, 8)


@pytest.mark.parametrize("start", ["2026-03-05 14:03", "2026-03-05 14:37", "2026-03-05 14:01"])
def test_spreading_does_not_lead_onto_the_full_or_half_hour(start: str) -> None:
    when = window(start, "16:00")
    for seed in range(400):
        due = due_at(DAY_BEFORE, when, DAYE, None, seed)
        assert to_local(due, DAYE).minute % 30 != 0
        assert timedelta(0) < promised_at(DAY_BEFORE, when, DAYE) - due <= SPREAD


def test_short_offsets_are_spread_by_a_tenth_of_themselves() -> None:
    rule = ReminderRule(offset=-timedelta(minutes=10))
    for seed in range(50):
        assert timedelta(0) <= LATER.starts_at - timedelta(minutes=10) - due_at(rule, LATER, DAYE, None, seed) <= MINUTE
    at_start = ReminderRule(offset=timedelta(0))
    assert due_at(at_start, LATER, DAYE, None, 1) == LATER.starts_at


def test_promise_in_quiet_hours_is_kept_the_evening_before() -> None:
    for seed in range(50):
        due = due_at(TWO_HOURS_BEFORE, EARLY, DAYE, NIGHT, seed)  # promised for 06:00
        assert local("2026-03-04 21:23") <= due < local("2026-03-04 21:30")


def test_promise_at_the_end_of_quiet_hours_is_not_spread_into_them() -> None:
    half_past_nine = window("2026-03-05 09:30", "10:30")
    assert due_at(TWO_HOURS_BEFORE, half_past_nine, DAYE, NIGHT, 3) == local("2026-03-05 07:30")
    for seed in range(50):
        due = due_at(TWO_HOURS_BEFORE, window("2026-03-05 09:34", "10:30"), DAYE, NIGHT, seed)
        assert local("2026-03-05 07:30") <= due <= local("2026-03-05 07:34")


def test_promise_after_the_end_waits_for_the_morning() -> None:
    rule = ReminderRule(offset=timedelta(minutes=30), anchor="end")
    for seed in range(50):
        due = due_at(rule, LATE, DAYE, NIGHT, seed)  # promised for 22:30
        assert local("2026-03-06 07:30") < due <= local("2026-03-06 07:37")


def test_promise_ahead_is_not_spread_into_the_past() -> None:
    promised = local("2026-03-04 14:00")
    for seed in range(20):
        just_before = promised - timedelta(seconds=1)
        assert due_at(DAY_BEFORE, LATER, DAYE, NIGHT, seed, now=just_before) == promised
        assert due_at(DAY_BEFORE, LATER, DAYE, None, seed, now=just_before) == promised
        ahead = due_at(DAY_BEFORE, LATER, DAYE, NIGHT, seed)
        assert due_at(DAY_BEFORE, LATER, DAYE, NIGHT, seed, now=ahead - timedelta(seconds=1)) == ahead
        assert due_at(DAY_BEFORE, LATER, DAYE, NIGHT, seed, now=promised) == ahead


def test_promise_for_the_night_stays_due_before_it_even_when_that_has_passed() -> None:
    due = due_at(TWO_HOURS_BEFORE, EARLY, DAYE, NIGHT, 3, now=local("2026-03-04 23:00"))
    assert due < local("2026-03-04 21:30")


def test_working_days_before_are_spread_like_whole_days() -> None:
    for seed in range(50):
        due = due_at(TWO_WORKDAYS_BEFORE, LATER, DAYE, NIGHT, seed)
        assert local("2026-03-03 08:53") <= due <= local("2026-03-03 08:59")


def test_without_quiet_hours_the_night_is_as_good_as_the_day() -> None:
    due = due_at(TWO_HOURS_BEFORE, EARLY, DAYE, None, 1)
    assert local("2026-03-05 05:53") <= due < local("2026-03-05 06:00")


@settings(max_examples=300, deadline=None)
@given(
    rule=st.sampled_from(RULES),
    starts_at=instants(),
    length=minutes(15, 2000),
    place=st.sampled_from(ODD_ZONES),
    begins=st.integers(0, 24 * 60 - 1),
    quiet_minutes=st.integers(1, 23 * 60),
    seed=st.integers(0, 10**6),
)
def test_due_is_never_later_than_promised_and_never_quiet(
    rule: ReminderRule,
    starts_at: datetime,
    length: timedelta,
    place: ZoneInfo,
    begins: int,
    quiet_minutes: int,
    seed: int,
) -> None:
    ends = (begins + quiet_minutes) % (24 * 60)
    quiet = QuietHours(time(begins // 60, begins % 60), time(ends // 60, ends % 60))
    when = TimeWindow(starts_at, starts_at + length)
    promised = promised_at(rule, when, place)
    due = due_at(rule, when, place, quiet, seed)
    assert due.tzinfo is UTC
    assert not quiet.covers(due, place)
    # A night is at most 23 hours long here; a change of the clocks may join two of them.
    moved = due - promised if rule.is_after else promised - due
    assert timedelta(0) <= moved <= timedelta(hours=52)
    if not quiet.covers(promised, place):
        assert moved <= SPREAD


def test_default_rules_are_one_each_for_every_kind_and_role() -> None:
    for kind in ActivityKind:
        for role in AssignmentRole:
            rules = default_rules(kind, role)
            assert len(rules) == 1
            assert not rules[0].is_after
    assert default_rules(ActivityKind.lecture, AssignmentRole.model_demo) == (DAY_BEFORE,)
    assert default_rules(ActivityKind.rights, AssignmentRole.duty) == (EVENING_BEFORE,)


def test_closing_is_asked_for_after_the_end_but_not_of_meetings() -> None:
    assert closing_rules(ActivityKind.lecture) == (WORKDAY_AFTER,)
    assert WORKDAY_AFTER.is_after
    assert closing_rules(ActivityKind.meeting) == ()


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (DAY_BEFORE, "start-1d"),
        (EVENING_BEFORE, "start-1d@18:00"),
        (TWO_WORKDAYS_BEFORE, "start-2wd@09:00"),
        (TWO_HOURS_BEFORE, "start-2h"),
        (WORKDAY_AFTER, "end+1wd@09:00"),
        (ReminderRule(offset=timedelta(0)), "start-0d"),
        (ReminderRule(offset=timedelta(0), anchor="end"), "end+0d"),
        (ReminderRule(offset=-timedelta(minutes=90)), "start-90m"),
        (ReminderRule(offset=-timedelta(seconds=45)), "start-45s"),
        (ReminderRule(offset=timedelta(minutes=30), anchor="end"), "end+30m"),
    ],
)
def test_rule_is_spelled_as_one_word(rule: ReminderRule, text: str) -> None:
    assert rule.spelled() == text
    assert ReminderRule.parse(text) == rule


@pytest.mark.parametrize("rule", RULES)
def test_spelled_rules_are_read_back(rule: ReminderRule) -> None:
    assert ReminderRule.parse(rule.spelled()) == rule


@pytest.mark.parametrize("text", ["", "1d", "start1d", "start-1w", "start-1d@25:00", "start-2wd", "start-0wd@09:00"])
def test_other_words_are_no_rules(text: str) -> None:
    with pytest.raises(ValueError):
        ReminderRule.parse(text)


def test_rule_of_fractions_of_a_second_has_no_word() -> None:
    with pytest.raises(ValueError, match="whole seconds"):
        ReminderRule(offset=timedelta(milliseconds=1)).spelled()


def test_rule_says_one_thing() -> None:
    with pytest.raises(ValueError, match="either"):
        ReminderRule()
    with pytest.raises(ValueError, match="either"):
        ReminderRule(offset=timedelta(days=-1), workdays_before=1, at=time(9))
    with pytest.raises(ValueError, match="time of day"):
        ReminderRule(workdays_before=1)
    for offset in (timedelta(hours=-2), timedelta(0)):
        with pytest.raises(ValueError, match="whole days"):
            ReminderRule(offset=offset, at=time(9))


def test_reminder_helps_until_the_start() -> None:
    due = LATER.starts_at - timedelta(days=1)
    assert not is_too_late(due, LATER.starts_at - timedelta(seconds=1), LATER.starts_at, ReminderKind.reminder)
    assert is_too_late(due, LATER.starts_at, LATER.starts_at, ReminderKind.reminder)


def test_request_to_close_helps_for_a_month() -> None:
    due = LATER.ends_at
    assert not is_too_late(due, due + CLOSE_LATENESS, LATER.starts_at, ReminderKind.close_activity)
    assert is_too_late(due, due + CLOSE_LATENESS + MINUTE, LATER.starts_at, ReminderKind.close_activity)
