"""Audiences, the words of a broadcast, and how long either it or a release can be taken back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.enums import ActivityState, BroadcastState, TraitKind
from models.rules import audiences, broadcasts, releases
from models.rules.audiences import AnswerIs, Audience, PresenceIs
from models.rules.quiet import QuietHours

DAYE = ZoneInfo("Asia/Shanghai")
SKILL = TraitKind.skill
ANSWERED, ATTENDED = AnswerIs.answered, PresenceIs.attended
MARCH = {"from_on": date(2026, 3, 1), "until_on": date(2026, 3, 31)}
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("audience", "codes"),
    [
        (Audience(team_id=1), ()),
        (Audience(activity_id=1, answer=ANSWERED, presence=ATTENDED), ()),
        (Audience(presence=ATTENDED, **MARCH), ()),
        (Audience(), ("audience_empty",)),
        (Audience(team_id=1, answer=ANSWERED), ("answer_without_activity",)),
        (Audience(team_id=1, presence=ATTENDED), ("presence_without_period",)),
        (Audience(team_id=1, **MARCH), ("period_without_presence",)),
        (Audience(activity_id=1, presence=ATTENDED, **MARCH), ("period_without_presence",)),
        (Audience(presence=ATTENDED, from_on=date(2026, 3, 2), until_on=date(2026, 3, 1)), ("period_backwards",)),
        (Audience(traits=((SKILL, ""), (SKILL, "a\0b"), (SKILL, "x" * 61))), ("text_wrong", "text_wrong", "too_long")),
        (Audience(traits=tuple((SKILL, str(n)) for n in range(9))), ("too_many_traits",)),
    ],
)
def test_every_fault_of_an_audience_is_named(audience, codes):
    assert tuple(reason.code for reason in audiences.faults(audience)) == codes


@pytest.mark.parametrize(
    "audience",
    [
        Audience(),
        Audience(team_id=3, traits=((SKILL, "急救"),), presence=ATTENDED, **MARCH),
        Audience(activity_id=7, answer=ANSWERED),
    ],
)
def test_an_audience_is_read_as_it_was_kept(audience):
    assert audiences.read(audiences.spelled(audience)) == audience


def test_words_are_tidied_and_bounded():
    subject, body = broadcasts.tidy(" 周五\n请早到 ", "各位：\r\n\n\n\n  走北门  \n")
    assert (subject, body) == ("周五 请早到", "各位：\n\n走北门")
    assert broadcasts.faults(subject, body) == ()
    found = broadcasts.faults("", "x" * 2001)
    assert [(one.code, one.params["field"]) for one in found] == [("missing", "subject"), ("too_long", "body")]
    assert [one.code for one in broadcasts.faults("a\x1bb", "x")] == ["text_wrong"]


def test_what_has_gone_out_is_not_taken_back():
    assert broadcasts.may_undo(BroadcastState.waiting) is None
    assert broadcasts.may_undo(BroadcastState.undone) is None
    assert broadcasts.may_undo(BroadcastState.sent).code == "broadcast_sent"


def test_nothing_is_sent_in_quiet_hours_unless_it_would_come_too_late():
    quiet = QuietHours.parse("21:30-07:30")
    late, morning = datetime(2026, 3, 2, 15, 0, tzinfo=UTC), datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert broadcasts.send_at(late, quiet, DAYE) == morning
    assert broadcasts.send_at(late, quiet, DAYE, latest=morning + timedelta(hours=1)) == morning
    assert broadcasts.send_at(late, quiet, DAYE, latest=morning) == late
    assert broadcasts.send_at(NOW, quiet, DAYE) == NOW
    assert broadcasts.send_at(late, None, DAYE) == late


def test_the_mark_is_of_the_people_and_not_of_their_order():
    assert broadcasts.mark_of([3, 1, 1]) == broadcasts.mark_of([1, 3])
    assert broadcasts.mark_of([1, 3]) != broadcasts.mark_of([13])


def test_a_release_can_be_taken_back_until_the_messages_go():
    wait = timedelta(seconds=30)
    until = releases.undo_until(ActivityState.released, NOW, wait)
    assert until == NOW + wait
    assert releases.undo_until(ActivityState.draft, NOW, wait) is None
    assert releases.undo_until(ActivityState.released, None, wait) is None
    assert releases.may_undo(until, NOW, has_answers=False) == ()
    late = releases.may_undo(until, until, has_answers=True)
    assert [one.code for one in late] == ["release_gone_out", "release_answered"]
    assert [one.code for one in releases.may_undo(None, NOW, has_answers=False)] == ["release_not_there"]
