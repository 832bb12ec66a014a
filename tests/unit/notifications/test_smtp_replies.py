"""Classification of server answers beyond the table that tests/channel runs against a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.base import Pause, Refused, Retry, SendReason
from notifications.channels.smtp_replies import Step, classify, enhanced_code

BEFORE_THE_PERSON = (Step.connect, Step.hello, Step.sign_in, Step.sender)


@given(st.sampled_from(Step), st.integers(-1, 999), st.text(max_size=60))
def test_every_answer_has_a_meaning_that_holds_together(step, code, text):
    outcome = classify(step, code, text)
    assert outcome.reply.startswith(str(code))
    assert "\n" not in outcome.reply
    if isinstance(outcome, Retry):
        assert outcome.is_charged is (outcome.pause is Pause.none)
        assert (outcome.after is None) is outcome.is_charged
    else:
        assert 500 <= code < 600
        assert step in {Step.recipient, Step.data}
        assert outcome.is_address_dead is (outcome.reason is SendReason.address_dead)


@given(st.sampled_from(BEFORE_THE_PERSON), st.integers(200, 599), st.text(max_size=60))
def test_nothing_before_the_recipient_is_charged_to_the_recipient(step, code, text):
    outcome = classify(step, code, text)
    assert isinstance(outcome, Retry)
    assert not outcome.is_charged


@given(st.integers(500, 599), st.integers(0, 99), st.sampled_from([Step.recipient, Step.data]))
def test_policy_refusals_blame_no_volunteer(code, detail, step):
    outcome = classify(step, code, f"5.7.{detail} no")
    assert isinstance(outcome, Retry)
    assert not outcome.is_charged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.1.1 no such user", (5, 1, 1)),
        ("5.7.509 x", (5, 7, 509)),
        ("4.2.0", (4, 2, 0)),
        ("  5.2.1 x", (5, 2, 1)),
        ("no 5.1.1 here", None),
        ("5.1", None),
        ("3.1.1 x", None),
        ("5.1.1111 x", None),
        ("", None),
    ],
)
def test_enhanced_code_is_read_at_the_start(text, expected):
    assert enhanced_code(text) == expected


@pytest.mark.parametrize("code", [450, 550, 554])
@pytest.mark.parametrize(
    "text", ["Domain frequency limited", "Sender frequency limited", "too frequently sending", "Rate limit"]
)
def test_too_quick_is_never_final(code, text):
    for step in Step:
        outcome = classify(step, code, text)
        assert isinstance(outcome, Retry)
        assert (outcome.reason, outcome.pause) == (SendReason.throttled, Pause.host)


def test_multi_line_answer_becomes_one_line():
    outcome = classify(Step.recipient, 550, "5.1.1 no\nsuch user")
    assert isinstance(outcome, Refused)
    assert outcome.reply == "550 5.1.1 no such user"
