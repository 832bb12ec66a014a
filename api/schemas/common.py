"""Types that every schema shares. Tables are never schemas: these models check, tables do not."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from muster.localtime import BadTime, NaiveTime, parse_day, parse_instant
from services.queries.paging import Page
from web.forms import LARGEST_ID

T = TypeVar("T")
R = TypeVar("R")


def _read_instant(value: object) -> datetime:
    """Read an RFC 3339 instant; one without an offset is refused as `zone_missing`."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str):
        raise PydanticCustomError("time_wrong", "an RFC 3339 instant is wanted")
    try:
        return parse_instant(value)
    except NaiveTime as error:
        raise PydanticCustomError("zone_missing", "an instant needs an offset") from error
    except BadTime as error:
        raise PydanticCustomError("time_wrong", "an RFC 3339 instant is wanted") from error


def _read_day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return parse_day(value if isinstance(value, str) else "")
    except BadTime as error:
        raise PydanticCustomError("day_wrong", "a day such as 2026-03-10 is wanted") from error


def _write_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _without_controls(value: str) -> str:
    if any(ord(c) < ord(" ") and c not in "\n\r\t" for c in value):
        raise PydanticCustomError("text_wrong", "control characters are not taken")
    return value


def _on_one_line(value: str) -> str:
    if not value.isprintable():
        raise PydanticCustomError("text_wrong", "line breaks and control characters are not taken")
    return value


#: RFC 3339 with an offset, kept and given out in UTC.
Instant = Annotated[
    datetime,
    BeforeValidator(_read_instant),
    PlainSerializer(_write_instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-10T14:30:00+08:00"]}),
]
#: A local calendar day.
Day = Annotated[date, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date"})]
#: The id of a row.
Id = Annotated[int, Field(ge=1, le=LARGEST_ID, strict=True)]
#: A name or title: one line, not empty.
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_on_one_line)
]
#: Any text, perhaps empty, with line breaks.
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_without_controls)]
#: A name, a code or a note: one line, perhaps empty.
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_on_one_line)]
#: Yes or no; words and numbers that look like one are refused.
Flag = Annotated[bool, Field(strict=True)]
#: So many minutes, a day at most.
Minutes = Annotated[int, Field(ge=0, le=1440, strict=True)]
#: So many heads.
Heads = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
#: Default of a member that may be left out; a create then takes the house's value, a change leaves the old one.
LEFT_OUT: Any = Field(default_factory=lambda: None)


class Input(BaseModel):
    """Base of what programs send; unknown members are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")

    def values(self) -> dict[str, Any]:
        """Return every member by name as it is in Python: what a service takes."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def given(self) -> dict[str, Any]:
        """Return only the members that were sent, by name: what a PATCH changes."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class EndIn(Input):
    """The end of a validity: the first local day without it."""

    until_on: Day


class Output(BaseModel):
    """Base of what programs get."""

    model_config = ConfigDict(from_attributes=True, frozen=True, serialize_by_alias=True)

    @classmethod
    def of(cls, *views: object) -> Self:
        """Return the schema of frozen views, without fields that it does not name; the first view that has one gives it."""
        return cls.model_validate(views[0] if len(views) == 1 else _Together(views))


class _Together:
    """Several views as one."""

    def __init__(self, views: tuple[object, ...]) -> None:
        self._views = views

    def __getattr__(self, name: str) -> object:
        for view in self._views:
            if hasattr(view, name):
                return getattr(view, name)
        raise AttributeError(name)


class ListOf(BaseModel, Generic[T]):
    """One page of a list; `next` is the cursor of the page after it."""

    items: Sequence[T]
    next: str | None = None


def list_of(page: Page[R], make: Callable[[R], T]) -> ListOf[T]:
    """Return a page of views as a page of schemas."""
    return ListOf(items=[make(item) for item in page.items], next=page.next)


class ReasonOut(BaseModel):
    """One reason; further members are the values it speaks of."""

    model_config = ConfigDict(extra="allow")

    code: str
    message: str
    field: str | None = None


class ProblemOut(BaseModel):
    """An error as RFC 9457 describes it; `code` is stable, words depend on Accept-Language."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str
    title: str
    status: int
    detail: str
    code: str
    reasons: list[ReasonOut]
    instance: str | None = None
    request_id: str | None = None


#: How an answer that is a problem is described.
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def problem_schemas() -> dict[str, Any]:
    """Return the components of the OpenAPI document that describe errors."""
    schema = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs", {})
    return {"Problem": schema, **parts}


def problem_responses(statuses: Iterable[str] = ("4XX", "5XX")) -> dict[int | str, dict[str, Any]]:
    """Return how a route documents its errors."""
    return {status: {"description": "What stands against it, all of it", "content": PROBLEM} for status in statuses}
