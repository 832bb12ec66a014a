"""Audiences: the rule by which the people of a broadcast are chosen. Pure; `services.audiences` finds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from models.enums import TraitKind
from models.rules import names
from models.rules.verdicts import Reason

MOST_TRAITS = 8
LONGEST_TRAIT = 60
#: More people than this are not written to in one go.
MOST_PEOPLE = 5000


class AnswerIs(StrEnum):
    """What those who were asked to an activity have said."""

    answered = "answered"
    silent = "silent"
    accepted = "accepted"
    declined = "declined"


class PresenceIs(StrEnum):
    """Whether people were seen at an activity, or at any in a period."""

    attended = "attended"
    absent = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a broadcast is for; every condition that is given must hold.

    `team_id` means members of the team and of those below it. An activity alone means whoever was asked to it;
    `presence` is about that activity, or without one about all from `from_on` to `until_on`, both included.
    """

    team_id: int | None = None
    traits: tuple[tuple[TraitKind, str], ...] = ()
    activity_id: int | None = None
    answer: AnswerIs | None = None
    presence: PresenceIs | None = None
    from_on: date | None = None
    until_on: date | None = None


def faults(audience: Audience) -> tuple[Reason, ...]:
    """Return everything that makes an audience meaningless; nothing where it can be looked for."""
    found = []
    has_period = audience.from_on is not None or audience.until_on is not None
    if audience == Audience():
        found.append(Reason("audience_empty", {"field": "team_id"}))
    if audience.answer is not None and audience.activity_id is None:
        found.append(Reason("answer_without_activity", {"field": "answer"}))
    if audience.presence is not None and audience.activity_id is None and not _is_whole(audience):
        found.append(Reason("presence_without_period", {"field": "presence"}))
    if has_period and (audience.activity_id is not None or audience.presence is None):
        found.append(Reason("period_without_presence", {"field": "from_on"}))
    if audience.from_on and audience.until_on and audience.until_on < audience.from_on:
        found.append(Reason("period_backwards", {"field": "until_on"}))
    if len(audience.traits) > MOST_TRAITS:
        found.append(Reason("too_many_traits", {"field": "traits", "limit": MOST_TRAITS}))
    for _, value in audience.traits:
        if not value or not names.is_clean(value):
            found.append(Reason("text_wrong", {"field": "traits"}))
        elif len(value) > LONGEST_TRAIT:
            found.append(Reason("too_long", {"field": "traits", "limit": LONGEST_TRAIT}))
    return tuple(found)


def spelled(audience: Audience) -> dict[str, Any]:
    """Return an audience as it is kept: only what is given, in words that JSON has."""
    told: dict[str, Any] = {
        "team_id": audience.team_id,
        "traits": [[kind.value, value] for kind, value in audience.traits],
        "activity_id": audience.activity_id,
        "answer": audience.answer and audience.answer.value,
        "presence": audience.presence and audience.presence.value,
        "from_on": audience.from_on and audience.from_on.isoformat(),
        "until_on": audience.until_on and audience.until_on.isoformat(),
    }
    return {name: value for name, value in told.items() if value}


def read(kept: Mapping[str, Any]) -> Audience:
    """Return the audience that `spelled` wrote."""
    return Audience(
        team_id=kept.get("team_id"),
        traits=tuple((TraitKind(kind), value) for kind, value in kept.get("traits", ())),
        activity_id=kept.get("activity_id"),
        answer=AnswerIs(kept["answer"]) if "answer" in kept else None,
        presence=PresenceIs(kept["presence"]) if "presence" in kept else None,
        from_on=date.fromisoformat(kept["from_on"]) if "from_on" in kept else None,
        until_on=date.fromisoformat(kept["until_on"]) if "until_on" in kept else None,
    )


def _is_whole(audience: Audience) -> bool:
    return audience.from_on is not None and audience.until_on is not None
