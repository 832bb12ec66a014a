"""Reasons as rows keep them: codes and values in JSON, so that they can be told in any language years later."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from models import enums
from models.rules.verdicts import Reason


def kept(reason: Reason) -> dict[str, object]:
    """Return the JSON form of a reason; `told` is its opposite."""
    return {"code": reason.code, "params": {name: _kept(value) for name, value in reason.params.items()}}


def told(document: dict[str, Any]) -> Reason:
    """Return a reason as it was when it was kept."""
    return Reason(document["code"], {name: _told(value) for name, value in document["params"].items()})


def _kept(value: Any) -> Any:
    match value:
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"on": value.isoformat()}
        case timedelta():
            return {"seconds": value.total_seconds()}
        case StrEnum() if hasattr(enums, type(value).__name__):
            return {"word": [type(value).__name__, value.value]}
        case str():
            return value
        case Sequence():
            return [_kept(item) for item in value]
        case _:
            return value


def _told(value: Any) -> Any:
    match value:
        case {"at": text}:
            return datetime.fromisoformat(text)
        case {"on": text}:
            return date.fromisoformat(text)
        case {"seconds": seconds}:
            return timedelta(seconds=seconds)
        case {"word": [kind, word]}:
            return getattr(enums, kind)(word)
        case list():
            return [_told(item) for item in value]
        case _:
            return value
