"""Logging: one form for ours and for others, with a correlation id and without personal data."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from muster.log import WITHHELD, bind_correlation, configure, correlation_id


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """JSON logging into memory; the process is as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure(json=True, stream=written)
    yield written
    bind_correlation(None)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_events_are_json_lines_with_level_logger_and_time(stream: io.StringIO) -> None:
    structlog.get_logger("scheduler.deliver").info("delivery.sent", delivery_id=7, kind="call_up")
    [line] = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "delivery.sent",
        "delivery_id": 7,
        "kind": "call_up",
        "level": "info",
        "logger": "scheduler.deliver",
    }


def test_libraries_that_use_logging_come_out_in_the_same_form(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning(
        "port %s is taken", 8000, extra={"color_message": "\x1b[1m", "port": 8000}
    )
    [line] = lines(stream)
    assert line["event"] == "port 8000 is taken"
    assert (line["level"], line["logger"], line["port"]) == ("warning", "uvicorn.error", 8000)
    assert "color_message" not in line


def test_both_carry_the_correlation_id_until_it_is_taken_off(stream: io.StringIO) -> None:
    bind_correlation("abc")
    structlog.get_logger("web").info("one")
    logging.getLogger("lib").info("two")
    bind_correlation(None)
    structlog.get_logger("web").info("three")
    assert [line.get("correlation_id") for line in lines(stream)] == ["abc", "abc", None]


def test_the_correlation_id_does_not_leak_into_another_thread(stream: io.StringIO) -> None:
    bind_correlation("abc")
    seen: list[str | None] = []
    thread = threading.Thread(target=lambda: seen.append(correlation_id()))
    thread.start()
    thread.join()
    assert seen == [None]
    assert correlation_id() == "abc"


def test_personal_values_are_withheld_at_any_depth(stream: io.StringIO) -> None:
    log = structlog.get_logger("services")
    log.info(
        "person.imported", person_id=3, name="李样本", row={"phone": "0714-0000000", "team_id": 2}, tried=["a@b.cn"]
    )
    [line] = lines(stream)
    assert line["name"] == WITHHELD
    assert line["row"] == {"phone": WITHHELD, "team_id": 2}
    assert line["tried"] == [WITHHELD]
    assert line["person_id"] == 3


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("550 5.1.1 <li.yangben@example.com>: no such user", f"550 5.1.1 <{WITHHELD}>: no such user"),
        ("called 13800138000 twice", f"called {WITHHELD} twice"),
        ("called +8613800138000", f"called {WITHHELD}"),
        ("row 138001380001234 of 20", "row 138001380001234 of 20"),
    ],
)
def test_addresses_and_mobile_numbers_are_cut_out_of_sentences(stream: io.StringIO, text: str, kept: str) -> None:
    logging.getLogger("aiosmtplib").info(text)
    assert lines(stream)[0]["event"] == kept


def test_tracebacks_are_kept_but_show_no_values(stream: io.StringIO) -> None:
    def fail(person: str) -> None:
        message = f"mailbox a@b.cn is full, {len(person)}"
        raise ValueError(message)

    name = "李" + "样本"
    try:
        fail(name)
    except ValueError:
        structlog.get_logger("scheduler").exception("tick.failed", tick="deliver")
    [line] = lines(stream)
    assert line["level"] == "error"
    assert f"ValueError: mailbox {WITHHELD} is full" in line["exception"]
    assert name not in line["exception"]


def test_lines_below_the_level_are_dropped(stream: io.StringIO) -> None:
    structlog.get_logger("web").debug("noise")
    logging.getLogger("lib").debug("noise")
    assert lines(stream) == []


def test_terminal_lines_are_plain_and_setting_up_again_replaces_the_first(stream: io.StringIO) -> None:
    second = io.StringIO()
    configure(json=False, stream=second)
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        structlog.get_logger("web").exception("page.failed", page="答复")
    assert stream.getvalue() == ""
    written = second.getvalue()
    assert "page.failed" in written
    assert "page=答复" in written
    assert "ZeroDivisionError: division by zero" in written
    assert "\x1b[" not in written
