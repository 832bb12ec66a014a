"""Reminder plans as programs send and get them."""

from typing import Annotated

from pydantic import Field

from api.schemas.common import Input, Label, Output
from models.enums import ActivityKind, AssignmentRole, ReminderKind
from models.rules.reminder_plans import LONGEST_LATENESS, MOST_RULES, Promise, Scope


class PromiseIn(Input):
    """One promise: `start-1d`, `start-2wd@09:00`, `start-2h`, `end+1wd@09:00`.

    `wd` are working days, `d` wall-clock days, `h`, `m`, `s` elapsed time. After `lateness_minutes` it is
    skipped; without them it helps until the start.
    """

    rule: Annotated[Label, Field(max_length=60)]
    lateness_minutes: Annotated[int, Field(ge=1, le=LONGEST_LATENESS, strict=True)] | None = None


class PlanIn(Input):
    """The whole list of a kind of activity and a role; null means every one that has no list of its own."""

    kind: ReminderKind
    activity_kind: ActivityKind | None = None
    role: AssignmentRole | None = None
    rules: Annotated[list[PromiseIn], Field(min_length=1, max_length=MOST_RULES)]


class PromiseOut(Output):
    """One promise, as in `PromiseIn`."""

    rule: str
    lateness_minutes: int | None


class PlanOut(Output):
    """One list, as in `PlanIn`."""

    kind: ReminderKind
    activity_kind: ActivityKind | None
    role: AssignmentRole | None
    rules: list[PromiseOut]


class PlansOut(Output):
    """Every list that the house wrote, general ones first; where none is written the defaults hold."""

    items: list[PlanOut]
    version: int


def plans_out(found: tuple[tuple[Scope, tuple[Promise, ...]], ...], version: int) -> PlansOut:
    """Return the lists as they are given out."""
    return PlansOut(
        version=version,
        items=[
            PlanOut(
                kind=kind,
                activity_kind=activity_kind,
                role=role,
                rules=[PromiseOut(rule=one.rule.spelled(), lateness_minutes=one.lateness_minutes) for one in promises],
            )
            for (kind, activity_kind, role), promises in found
        ],
    )
