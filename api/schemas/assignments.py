"""Assignments and answers as programs send and get them."""

from pydantic import Field

from api.schemas.common import Id, Input, Instant, Output, Text
from models.enums import AnswerVia, AnswerWord, AssignmentRole, AssignmentState


class OfferIn(Input):
    """A person asked to take a role."""

    activity_id: Id
    person_id: Id
    role: AssignmentRole


class DeclineIn(Input):
    """Why not; may be left out."""

    reason: Text = Field(default="", max_length=500)


class ReplaceIn(Input):
    """Who is asked instead."""

    person_id: Id


class AnswerOut(Output):
    """One answer; the newest wins."""

    word: AnswerWord
    via: AnswerVia
    reason: str
    at: Instant
    by_name: str | None


class AssignmentOut(Output):
    """One person asked to an activity; the phone only for those who may call."""

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
    version: int
    answers: list[AnswerOut]
    arrived_at: Instant | None
