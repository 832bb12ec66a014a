"""The sample's data files as frozen values; the grammar of each is told at its top."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

from models.enums import ActivityKind, AssignmentRole, TallyMethod

FOLDER = Path(__file__).parent
_PART = re.compile(r"(?P<role>[a-z_]+)(?:@(?P<name>[a-z]+))?(?:\*(?P<count>\d+))?(?:=(?P<way>[a-z]+))?")


@dataclass(frozen=True, slots=True)
class Part:
    """One person's part in an activity: the role, how the question was answered, and who, where that is told."""

    role: AssignmentRole
    way: str = "link"
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One activity as the files tell it; `days` or `workdays` count from today, closed ones have neither."""

    kind: ActivityKind
    title: str
    team: str
    seats: int
    minutes: int
    cast: tuple[Part, ...] = ()
    venue: str | None = None
    host: str | None = None
    programme: str = "LECTURE"
    topic: str | None = None
    at: time = time(9)
    days: int | None = None
    workdays: int | None = None
    is_soon: bool = False
    is_on_weekend: bool = False
    ends: str = "closed"
    lately: str = ""
    reason: str = ""
    proof: str = "d"
    heads: int = 0
    reversal: str = ""
    method: TallyMethod = TallyMethod.host_certified


@dataclass(frozen=True, slots=True)
class TourScript:
    """The tour in progress."""

    name: str
    aim: str
    stops: tuple[Script, ...]


@dataclass(frozen=True, slots=True)
class Loan:
    """A hall taken for something that is no activity."""

    venue: str
    workdays: int
    at: time
    minutes: int
    purpose: str


@cache
def read(name: str) -> Mapping[str, Any]:
    """Return a data file as it is."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def since() -> date:
    """Return the day from which the sample's bodies and teams exist."""
    found: date = read("house")["since"]
    return found


def closed_scripts() -> tuple[Script, ...]:
    """Return the activities of the closed month."""
    return tuple(_script(row) for row in read("closed")["activity"])


def running_scripts() -> tuple[Script, ...]:
    """Return the activities around today that belong to no tour."""
    return tuple(_script(row) for row in read("running")["activity"])


def tour_script() -> TourScript:
    """Return the tour with its stops, in order."""
    tour = read("running")["tour"]
    return TourScript(tour["name"], tour["aim"], tuple(_script(row) for row in tour["stop"]))


def loans() -> tuple[Loan, ...]:
    """Return the bookings without an activity."""
    return tuple(
        Loan(row["venue"], row["workdays"], time.fromisoformat(row["at"]), row["minutes"], row["purpose"])
        for row in read("running")["booking"]
    )


def _script(row: Mapping[str, Any]) -> Script:
    values = dict(row)
    values["kind"] = ActivityKind(values["kind"])
    values["cast"] = _cast(values["cast"])
    values["at"] = time.fromisoformat(values.get("at", "09:00"))
    values["method"] = TallyMethod(values.get("method", "host_certified"))
    values["is_soon"] = values.pop("soon", False)
    values["is_on_weekend"] = values.pop("weekend", False)
    return Script(**values)


def _cast(text: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    for piece in filter(None, (word.strip() for word in text.split(","))):
        found = _PART.fullmatch(piece)
        if found is None:
            message = f"not a part: {piece!r}"
            raise ValueError(message)
        part = Part(AssignmentRole(found["role"]), found["way"] or "link", found["name"])
        parts += [part] * int(found["count"] or 1)
    return tuple(parts)
