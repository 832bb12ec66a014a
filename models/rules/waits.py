"""The queue for a taken venue: who may take an offer, who may leave, what a place in it is still worth."""

from dataclasses import dataclass
from datetime import datetime

from models.enums import WaitState
from models.rules.transitions import WAIT_MOVES, move_reasons
from models.rules.verdicts import Reason, Verdict, verdict

#: States in which somebody is in line.
LIVE_STATES = frozenset({WaitState.waiting, WaitState.offered})


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFacts:
    """A place in line: the start of the window waited for, and until when an offer is held."""

    state: WaitState
    starts_at: datetime
    offered_until: datetime | None = None


def may_take(wait: WaitFacts, now: datetime) -> Verdict:
    """Say whether the offer may be taken: as long as it is held."""
    reasons = move_reasons(WAIT_MOVES, "wait", wait.state, WaitState.taken)
    if has_ended(wait, now):
        reasons.append(Reason("offer_expired", {"offered_until": wait.offered_until or wait.starts_at}))
    return verdict(reasons)


def may_leave(wait: WaitFacts) -> Verdict:
    """Say whether the place may be given up: as long as there is one."""
    return verdict(move_reasons(WAIT_MOVES, "wait", wait.state, WaitState.withdrawn))


def has_ended(wait: WaitFacts, now: datetime) -> bool:
    """Tell whether it has come to nothing: the offer ran out, or what was waited for has begun."""
    match wait.state:
        case WaitState.waiting:
            return now >= wait.starts_at
        case WaitState.offered:
            return now >= (wait.offered_until or wait.starts_at)
    return False
