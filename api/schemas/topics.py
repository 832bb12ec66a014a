"""Programmes and topics as programs send and get them."""

from typing import Annotated

from pydantic import Field

from api.schemas.common import LEFT_OUT, Day, Input, Label, Line, Output
from services.topics import LONGEST_MINUTES

Length = Annotated[int, Field(ge=1, le=LONGEST_MINUTES, strict=True)]


class ProgrammePatch(Input):
    """What of a programme changes; an empty `valid_until_on` opens it again."""

    code: Line = LEFT_OUT
    name: Line = LEFT_OUT
    name_en: Label = LEFT_OUT
    valid_until_on: Day | None = LEFT_OUT


class ProgrammeIn(Input):
    """A new line of work; figures name it by its code."""

    code: Line
    name: Line
    name_en: Label = LEFT_OUT


class ProgrammeOut(Output):
    """One line of work; takes no new activities from `valid_until_on` on."""

    id: int
    code: str
    name: str
    name_en: str
    valid_until_on: Day | None
    version: int
    may_change: bool


class TopicPatch(Input):
    """What of a topic changes; an empty `valid_until_on` brings it back into use."""

    title: Line = LEFT_OUT
    length_minutes: Length = LEFT_OUT
    audience: Label = LEFT_OUT
    approved_on: Day | None = LEFT_OUT
    valid_until_on: Day | None = LEFT_OUT


class TopicIn(Input):
    """A new topic; `approved_on` is the day its script was approved."""

    title: Line
    length_minutes: Length = LEFT_OUT
    audience: Label = LEFT_OUT
    approved_on: Day | None = LEFT_OUT


class TopicOut(Output):
    """What a lecture is about; out of use from `valid_until_on` on."""

    id: int
    title: str
    length_minutes: int
    audience: str
    approved_on: Day | None
    valid_until_on: Day | None
    version: int
    may_change: bool
