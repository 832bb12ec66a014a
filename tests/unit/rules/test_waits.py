"""Who may take an offer, who may leave the queue, and when a place in it has come to nothing."""

from datetime import timedelta

import pytest

from models.enums import WaitState
from models.rules.waits import WaitFacts, has_ended, may_leave, may_take
from tests.unit.rules.samples import LATER, NOW, RUNNING, codes, params

SOON, JUST_NOW = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)
OFFERED = WaitFacts(state=WaitState.offered, starts_at=LATER.starts_at, offered_until=SOON)
WAITING = WaitFacts(state=WaitState.waiting, starts_at=LATER.starts_at)


def test_offer_is_taken_while_it_is_held() -> None:
    assert may_take(OFFERED, NOW)
    assert codes(may_take(OFFERED, SOON)) == ["offer_expired"]
    assert params(may_take(OFFERED, SOON), "offer_expired") == {"offered_until": SOON}
    assert codes(may_take(WAITING, NOW)) == ["wrong_state"]


def test_place_is_worth_something_until_the_window_begins() -> None:
    assert not has_ended(WAITING, NOW)
    begun = WaitFacts(state=WaitState.waiting, starts_at=RUNNING.starts_at)
    assert has_ended(begun, NOW)
    assert codes(may_take(begun, NOW)) == ["wrong_state", "offer_expired"]
    assert not has_ended(OFFERED, NOW)
    assert has_ended(WaitFacts(state=WaitState.offered, starts_at=LATER.starts_at, offered_until=JUST_NOW), NOW)


@pytest.mark.parametrize("state", [WaitState.taken, WaitState.expired, WaitState.withdrawn])
def test_nothing_becomes_of_an_ended_place(state: WaitState) -> None:
    ended = WaitFacts(state=state, starts_at=RUNNING.starts_at)
    assert codes(may_take(ended, NOW)) == codes(may_leave(ended)) == ["wrong_state"]
    assert not has_ended(ended, NOW)


def test_place_may_be_given_up_while_there_is_one() -> None:
    assert may_leave(WAITING)
    assert may_leave(OFFERED)
