"""Addresses of calendars kept elsewhere: which are read, and when again."""

from datetime import UTC, datetime, timedelta

import pytest

from models.rules.calendar_addresses import (
    LATEST,
    LONGEST,
    READ_EVERY,
    SOONEST,
    SPREAD,
    next_reading,
    next_try,
    refusal,
    tidied,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def code(url: str, *, allows_loopback: bool = False) -> str | None:
    found = refusal(url, allows_loopback=allows_loopback)
    return found.code if found else None


def test_addresses_of_telephones_are_brought_into_one_shape() -> None:
    assert tidied(" webcal://calendar.example.org/private-1/basic.ics#top ") == (
        "https://calendar.example.org/private-1/basic.ics"
    )
    assert tidied("https://calendar.example.org/a?b=c") == "https://calendar.example.org/a?b=c"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://calendar.example.org/private-1/basic.ics", None),
        ("https://calendar.example.org:8443/x", None),
        ("https://93.184.216.34/x", None),
        ("http://calendar.example.org/x", "calendar_address_open"),
        ("ftp://calendar.example.org/x", "calendar_address_wrong"),
        ("calendar.example.org", "calendar_address_wrong"),
        ("https://me:secret@calendar.example.org/x", "calendar_address_wrong"),
        ("https://[::1", "calendar_address_wrong"),
        ("https://日历.example.org/x", "calendar_address_wrong"),
        ("https://localhost/x", "calendar_address_inside"),
        ("https://127.0.0.1/x", "calendar_address_inside"),
        ("https://10.1.2.3/x", "calendar_address_inside"),
        ("https://169.254.169.254/latest/meta-data", "calendar_address_inside"),
        ("https://[::ffff:192.168.1.1]/x", "calendar_address_inside"),
        ("https://[fd00::1]/x", "calendar_address_inside"),
        ("https://224.0.0.1/x", "calendar_address_inside"),
        ("https://calendar.example.org/" + "x" * LONGEST, "too_long"),
    ],
)
def test_an_address_leads_out_into_the_world_over_tls(url: str, told: str | None) -> None:
    assert code(url) == told


def test_a_house_on_one_machine_may_read_from_that_machine_only() -> None:
    assert code("http://127.0.0.1:8000/x", allows_loopback=True) is None
    assert code("http://10.1.2.3/x", allows_loopback=True) == "calendar_address_open"
    assert code("https://10.1.2.3/x", allows_loopback=True) == "calendar_address_inside"


def test_readings_are_spread_and_tries_get_rarer() -> None:
    at = {next_reading(NOW, seed=number) for number in range(50)}
    assert len(at) > 40
    assert all(abs(one - NOW - READ_EVERY) <= SPREAD for one in at)
    assert next_try(NOW, well_at=NOW) == NOW + SOONEST
    assert next_try(NOW, well_at=NOW - 3 * HOUR) == NOW + 3 * HOUR
    assert next_try(NOW, well_at=NOW - 300 * HOUR) == NOW + LATEST
