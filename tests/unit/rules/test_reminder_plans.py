"""Which promises hold for whom, what cannot be planned, and when the daily digest comes."""

from datetime import UTC, datetime, timedelta

import pytest

from models.enums import ActivityKind, AnswerWord, AssignmentRole, ReminderKind
from models.rules import fields
from models.rules.digests import SPREAD, digest_at, is_told_at_once
from models.rules.reminder_plans import LONGEST_LATENESS, Promise, grouped, refusals
from models.rules.reminders import DAY_BEFORE, TWO_HOURS_BEFORE, WEEK_BEFORE, WORKDAY_AFTER, ReminderRule, is_too_late
from tests.unit.rules.samples import DAYE

KIND, CLOSING = ReminderKind.reminder, ReminderKind.close_activity
LECTURE, DRIVER = ActivityKind.lecture, AssignmentRole.driver
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOTH, OF_KIND = Promise(ReminderRule.parse("start-2d"), 60), Promise(WEEK_BEFORE)
OF_ROLE, OF_ALL = Promise(TWO_HOURS_BEFORE), Promise(ReminderRule.parse("start-3h"))


def test_the_most_specific_list_holds_and_then_the_defaults() -> None:
    rows = [
        ((KIND, None, None), OF_ALL),
        ((KIND, None, DRIVER), OF_ROLE),
        ((KIND, LECTURE, None), OF_KIND),
        ((KIND, LECTURE, DRIVER), BOTH),
    ]
    expected = [BOTH, OF_KIND, OF_ROLE, OF_ALL]
    while rows:
        plans = grouped(rows)
        assert plans.promises(KIND, LECTURE, DRIVER) == [expected.pop(0)]
        rows.pop()
    none = grouped([])
    assert none.promises(KIND, LECTURE, AssignmentRole.volunteer) == [Promise(DAY_BEFORE)]
    assert none.promises(CLOSING, LECTURE, None) == [Promise(WORKDAY_AFTER)]
    assert none.promises(CLOSING, ActivityKind.meeting, None) == []
    assert none.promises(KIND, LECTURE, None) == []


def test_a_limit_belongs_to_its_rule() -> None:
    plans = grouped([((KIND, None, None), BOTH), ((KIND, None, None), OF_ALL)])
    assert plans.lateness(KIND, LECTURE, DRIVER, "start-2d") == HOUR
    assert plans.lateness(KIND, LECTURE, DRIVER, "start-3h") is None
    assert plans.lateness(KIND, LECTURE, DRIVER, "start-9h") is None


@pytest.mark.parametrize(
    ("kind", "role", "given", "codes"),
    [
        (KIND, DRIVER, [("start-1d", None), ("start-2wd@09:00", LONGEST_LATENESS)], []),
        (CLOSING, None, [("end+1wd@09:00", None)], []),
        (ReminderKind.digest, None, [("start-1d", None)], ["reminders_not_planned"]),
        (CLOSING, DRIVER, [("end+1d", None)], ["organiser_has_no_role"]),
        (KIND, None, [], ["wrong_number_of_reminders"]),
        (KIND, None, [("start-1d", None), ("start-1d", 5)], ["reminder_twice"]),
        (KIND, None, [("start-24h", None), ("start-2wd", 0)], ["no_reminder_rule", "out_of_range", "no_reminder_rule"]),
        (KIND, None, [("end+1d", None)], ["reminder_on_wrong_side"]),
        (KIND, None, [("start-61wd@09:00", None), ("start-61d", None)], ["reminder_too_far", "reminder_too_far"]),
    ],
)
def test_what_cannot_be_planned(
    kind: ReminderKind, role: AssignmentRole | None, given: list[tuple[str, int | None]], codes: list[str]
) -> None:
    assert [one.code for one in refusals(kind, role, given)] == codes


def test_a_limit_shortens_how_long_a_reminder_helps() -> None:
    soon = NOW + HOUR
    assert not is_too_late(NOW - 30 * HOUR, NOW, soon, KIND)
    assert is_too_late(NOW - 2 * HOUR, NOW, soon, KIND, HOUR)
    assert is_too_late(NOW, soon, soon, ReminderKind.chase)
    assert not is_too_late(NOW - 2 * HOUR, NOW, NOW - 9 * HOUR, CLOSING)
    assert is_too_late(NOW - 31 * 24 * HOUR, NOW, NOW - 32 * 24 * HOUR, CLOSING)


def test_a_no_and_what_is_near_are_told_at_once() -> None:
    assert is_told_at_once(AnswerWord.no, NOW, NOW + 90 * HOUR)
    assert is_told_at_once(AnswerWord.yes, NOW, NOW + 48 * HOUR)
    assert not is_told_at_once(AnswerWord.yes, NOW, NOW + 49 * HOUR)


def test_the_digest_comes_shortly_before_five() -> None:
    five = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for seed in range(50):
        at = digest_at(NOW, DAYE, seed)
        assert five - SPREAD <= at < five
        assert digest_at(at, DAYE, seed) == at + timedelta(days=1)


def test_quiet_hours_of_a_person_are_cleaned() -> None:
    assert fields.quiet_hours(" 20:00-08:00 ") == "20:00-08:00"
    for wrong in ("20:00", "12:00-11:59", "20-8"):
        with pytest.raises(fields.FieldRefused):
            fields.quiet_hours(wrong)
