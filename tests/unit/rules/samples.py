"""Facts to ask rules about, and ways to draw random ones."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from models.enums import ActivityKind, ActivityState, AssignmentRole, EvidenceClass
from models.rules.activity import ActivityFacts
from models.rules.assignment import PersonFacts
from models.rules.counting import LedgerRow
from models.rules.verdicts import Allowed, Refused, Verdict
from models.values import DayWindow, TimeWindow
from muster.localtime import zone

DAYE = zone("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Daye
CLOSED_AT = datetime(2026, 3, 31, 0, 0, tzinfo=UTC)

#: Clocks that jump by an hour, by half an hour, across midnight, by a day, and not at all.
ODD_ZONES = [
    zone(key)
    for key in (
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "Africa/Cairo",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "Antarctica/Troll",
    )
]


def local(text: str, place: ZoneInfo = DAYE) -> datetime:
    """Return the instant of a wall time like `2026-03-05 14:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=place).astimezone(UTC)


def window(start: str, end: str, place: ZoneInfo = DAYE) -> TimeWindow:
    """Return a window of one day: `2026-03-05 14:00`, `15:30`."""
    return TimeWindow(local(start, place), local(f"{start[:10]} {end}", place))


LATER = window("2026-03-05 14:00", "15:30")  # Thursday
RUNNING = window("2026-03-02 08:30", "10:00")
OVER = window("2026-03-01 14:00", "15:30")


def activity(
    state: ActivityState = ActivityState.released,
    when: TimeWindow = LATER,
    kind: ActivityKind = ActivityKind.lecture,
) -> ActivityFacts:
    return ActivityFacts(activity_id=1, kind=kind, state=state, window=when)


def person(
    *,
    roles: frozenset[AssignmentRole] = frozenset(),
    valid: DayWindow | None = None,
    is_assigned: bool = False,
) -> PersonFacts:
    return PersonFacts(person_id=7, zone=DAYE, valid=valid, lecture_roles=roles, is_assigned=is_assigned)


def codes(answer: Verdict) -> list[str]:
    """Return the codes of a refusal; an empty list where it was allowed."""
    if isinstance(answer, Refused):
        return [reason.code for reason in answer.reasons]
    assert isinstance(answer, Allowed)
    return []


def params(answer: Verdict, code: str) -> dict[str, Any]:
    """Return the values that a refusal gives for one of its reasons."""
    assert isinstance(answer, Refused)
    return next(reason.params for reason in answer.reasons if reason.code == code)


def instants(first: date = date(2024, 1, 1), last: date = date(2027, 12, 31)) -> st.SearchStrategy[datetime]:
    """Draw instants to the second."""
    start = datetime.combine(first, datetime.min.time(), UTC)
    seconds = int((datetime.combine(last, datetime.min.time(), UTC) - start).total_seconds())
    return st.integers(0, seconds).map(lambda s: start + timedelta(seconds=s))


def minutes(least: int, most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(least, most).map(lambda m: timedelta(minutes=m))


_strengths = st.sampled_from(EvidenceClass)
_heads = st.lists(st.tuples(st.integers(1, 9), _strengths), max_size=4).map(tuple)
_tallies = st.lists(st.tuples(st.integers(0, 90), _strengths), max_size=2).map(tuple)


def _row(drawn: tuple[int, int, int], heads: Any, tallies: Any) -> LedgerRow:
    """Return a row of January 2026; whatever is no evidence follows from three small numbers."""
    activity_id, day, host = drawn
    return LedgerRow(
        activity_id=activity_id,
        kind=(ActivityKind.lecture, ActivityKind.service, ActivityKind.meeting)[activity_id % 3],
        on=date(2026, 1, day),
        team_id=day % 3,
        closed_at=(CLOSED_AT, CLOSED_AT, None, CLOSED_AT + timedelta(days=60))[(activity_id + day) % 4],
        host_org_id=host or None,
        heads=heads,
        tallies=tallies,
    )


def _ledger(rows: list[LedgerRow]) -> list[LedgerRow]:
    """Return the rows with the first of each activity in place of the others: reported twice, the same."""
    first: dict[int, LedgerRow] = {}
    return [first.setdefault(row.activity_id, row) for row in rows]


_numbers = st.tuples(st.integers(1, 12), st.integers(1, 31), st.integers(0, 3))
ledgers = st.lists(st.builds(_row, _numbers, _heads, _tallies), max_size=8).map(_ledger)
