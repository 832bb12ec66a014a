"""Refusals: never empty, false where asked as a question."""

import pytest

from models.rules.verdicts import Allowed, Reason, Refused, verdict


def test_verdict_keeps_every_reason() -> None:
    answer = verdict([Reason("one"), Reason("two", {"n": 2})])
    assert not answer
    assert answer == Refused((Reason("one"), Reason("two", {"n": 2})))


def test_verdict_without_reasons_allows() -> None:
    assert verdict([]) == Allowed()
    assert verdict([])


def test_refusal_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        Refused(())
