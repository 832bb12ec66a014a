"""Assignments and answers as programs send and get them."""

from typing import Any

from pydantic import Field

from api.schemas.common import Id, Input, Instant, Output, Text
from models.enums import AnswerVia, AnswerWord, AssignmentRole, AssignmentState
from services.people_travel import REASON_LIMIT

#: Why somebody is asked although soft conflicts stand against it; empty means that these refuse too.
OVERRIDE: Any = Field(default="", max_length=REASON_LIMIT)


class OfferIn(Input):
    """A person asked to take a role."""

    activity_id: Id
    person_id: Id
    role: AssignmentRole
    override_reason: Text = OVERRIDE


class DeclineIn(Input):
    """Why not; may be left out."""

    reason: Text = Field(default="", max_length=500)


class ReplaceIn(Input):
    """Who is asked instead."""

    person_id: Id
    override_reason: Text = OVERRIDE


class AnswerOut(Output):
    """One answer; the newest wins."""

    word: AnswerWord
    via: AnswerVia
    reason: str
    at: Instant
    by_name: str | None


class AssignmentOut(Output):
    """One person asked to an activity; the phone only for those who may call.

    `overridden` are the soft conflicts that were known, `override_reason` why the person was asked all
    the same; both are empty for those who do not lead the team. `reconfirmed_at` is when the person last
    said that an early yes still holds.
    """

    id: int
    activity_id: int
    person_id: int
    person_name: str
    role: AssignmentRole
    state: AssignmentState
    offered_at: Instant
    has_address: bool
    phone: str | None
    replaced_by_id: int | None
    overridden: list[str]
    override_reason: str
    version: int
    reconfirmed_at: Instant | None
    answers: list[AnswerOut]
    arrived_at: Instant | None
