"""Errors in words: one description of a problem, as RFC 9457 JSON for programs and as a page for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.encoders import jsonable_encoder
from starlette.responses import JSONResponse

from models.errors import DomainError, SignInNeeded, Taken, TooMany
from models.rules.transitions import STATES
from models.rules.verdicts import Reason
from models.values import TimeWindow
from muster.i18n import Translator
from web.status import status_of
from web.templating import Problem

PROBLEM_TYPE = "application/problem+json"
#: Members of a reason that its own values must not overwrite.
_OWN = frozenset({"code", "message"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What went wrong with one request, before it is put into words."""

    status: int
    code: str
    reasons: tuple[Reason, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def trouble_of(error: DomainError) -> Trouble:
    """Return the description of an error of the domain."""
    headers: dict[str, str] = {}
    more: dict[str, Any] = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, SignInNeeded):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Taken):
        more = {"conflicts": list(error.conflicts), "alternatives": list(error.alternatives)}
    status = status_of(error)
    if status == 503:  # noqa: PLR2004 - the one status that promises to pass
        headers["Retry-After"] = "5"
    return Trouble(status=status, code=error.code, reasons=error.reasons, headers=headers, more=more)


def say(reason: Reason, translator: Translator, zone: ZoneInfo) -> str:
    """Return the sentence of a reason; its values are spoken in the reader's language and in `zone`.

    A reason about one of several people carries `person_name`, and the sentence begins with it.
    """
    params = {key: _spoken(value, translator, zone) for key, value in reason.params.items()}
    states = STATES.get(str(params.get("noun"))) if reason.code == "wrong_state" else None
    if states is not None:
        params |= {name: translator.word(states(str(reason.params[name]))) for name in ("old", "new")}
    told = translator.gettext(reason.code, **params)
    name = reason.params.get("person_name")
    return translator.gettext("%(name)s: %(told)s", name=name, told=told) if name else told


def problems_of(error: DomainError, translator: Translator, zone: ZoneInfo) -> list[Problem]:
    """Return every reason of an error with the field that it is about, for a form that is shown again."""
    return [Problem(_field(reason), say(reason, translator, zone)) for reason in error.reasons]


def problem_response(
    trouble: Trouble, translator: Translator, zone: ZoneInfo, *, instance: str, request_id: str | None = None
) -> JSONResponse:
    """Return a problem as `application/problem+json`: a stable code and all reasons."""
    reasons = [reason_json(reason, translator, zone) for reason in trouble.reasons]
    body = {
        "type": f"urn:muster:problem:{trouble.code}",
        "title": translator.gettext(trouble.code),
        "status": trouble.status,
        "detail": " ".join(str(reason["message"]) for reason in reasons),
        "code": trouble.code,
        "reasons": reasons,
        "instance": instance,
        **({"request_id": request_id} if request_id else {}),
        **{name: _plain(value, translator, zone) for name, value in trouble.more.items()},
    }
    return JSONResponse(body, trouble.status, headers=dict(trouble.headers), media_type=PROBLEM_TYPE)


def reason_json(reason: Reason, translator: Translator, zone: ZoneInfo) -> dict[str, Any]:
    """Return a reason for programs: its code, its sentence, the values that it speaks of; lengths of time in seconds."""
    values = {key: value for key, value in reason.params.items() if key not in _OWN}
    return {"code": reason.code, "message": say(reason, translator, zone), **jsonable_encoder(values)}


def _plain(value: Any, translator: Translator, zone: ZoneInfo) -> Any:
    """Return a member of a problem as JSON has it; reasons inside it are told in words like all others."""
    if isinstance(value, Reason):
        return reason_json(value, translator, zone)
    if isinstance(value, list | tuple):
        return [_plain(item, translator, zone) for item in value]
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name), translator, zone) for each in fields(value)}
    return jsonable_encoder(value)


def _field(reason: Reason) -> str | None:
    name = reason.params.get("field")
    return name if isinstance(name, str) else None


def _spoken(value: Any, translator: Translator, zone: ZoneInfo) -> object:
    match value:
        case StrEnum():
            return translator.word(value)
        case date() | timedelta() | TimeWindow():
            return _spoken_time(value, translator, zone)
        case bool() | str():
            return value
        case int() | float():
            return translator.number(value)
        case Sequence():
            return translator.listed(str(_spoken(item, translator, zone)) for item in value)
        case _:
            return value


def _spoken_time(value: date | timedelta | TimeWindow, translator: Translator, zone: ZoneInfo) -> str:
    match value:
        case timedelta():
            return translator.length(value)
        case datetime():
            return translator.moment(value, zone)
        case date():
            return translator.day_with_weekday(value, year=True)
        case _:
            return translator.window(value.starts_at, value.ends_at, zone)
