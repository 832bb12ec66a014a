"""When silence is asked about again, when somebody calls, and how long a stand-in has."""

from datetime import UTC, datetime, timedelta

import pytest

from models.rules.chasing import LATEST, call_at, chase_at, offer_until

ASKED = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("ahead", "chased", "called"),
    [
        (240, 48, 72),
        (73, 48, 60.5),
        (72, 48, 60),
        (60, 36, 48),
        (30, 6, 18),
        (24, None, 6),
        (4, None, 1),
        (-1, None, 0),
    ],
)
def test_silence_is_asked_about_and_called_before_the_start(ahead: float, chased: float | None, called: float) -> None:
    starts_at = ASKED + ahead * HOUR
    at = chase_at(ASKED, starts_at)
    assert at == (None if chased is None else ASKED + chased * HOUR)
    assert at is None or at <= starts_at - LATEST
    assert call_at(ASKED, starts_at) == ASKED + called * HOUR


@pytest.mark.parametrize(("ahead", "hours"), [(240, 12), (48, 12), (40, 10), (8, 2), (2, 0.5), (1, 0.5), (0.25, 0.25)])
def test_a_stand_in_has_a_part_of_what_is_left(ahead: float, hours: float) -> None:
    assert offer_until(ASKED, 12 * HOUR, ASKED + ahead * HOUR) == ASKED + hours * HOUR
