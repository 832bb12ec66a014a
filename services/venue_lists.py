"""The lists that hang on a venue's row: opening hours, special days, layouts, rights. New ones replace the old."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import col, select

from models.rules.hours import OpeningSpan
from models.tables.base import table_of
from models.tables.venues import VenueHours
from services import venue_days, venue_layouts, venue_rights
from services.unit_of_work import Tx


def told(lists: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cleaned lists of a new venue as history tells them; empty ones are not worth a word."""
    return {name: _TOLD[name](wanted) for name, wanted in lists.items() if wanted}


def write(tx: Tx, venue_id: int, lists: Mapping[str, Any]) -> None:
    """Add the cleaned lists, by their names, to a new venue."""
    for name, wanted in lists.items():
        _WRITE[name](tx, venue_id, wanted)


def replace(tx: Tx, venue_id: int, lists: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Bring a locked venue's lists to the cleaned ones; return what differed, as history tells it."""
    changes: dict[str, list[Any]] = {}
    for name, wanted in lists.items():
        changes |= _REPLACE[name](tx, venue_id, wanted)
    return changes


def _told_hours(spans: Iterable[OpeningSpan]) -> list[str]:
    """Return opening hours as history tells them, `1 08:30-11:30`."""
    return [str(span) for span in spans]


def _write_hours(tx: Tx, venue_id: int, spans: Iterable[OpeningSpan]) -> None:
    rows = [
        {
            "venue_id": venue_id,
            "weekday": span.weekday,
            "opens_minute": span.opens_minute,
            "closes_minute": span.closes_minute,
        }
        for span in spans
    ]
    if rows:
        tx.session.execute(insert(table_of(VenueHours)), rows)


def _replace_hours(tx: Tx, venue_id: int, spans: tuple[OpeningSpan, ...]) -> dict[str, list[Any]]:
    found = select(VenueHours.weekday, VenueHours.opens_minute, VenueHours.closes_minute).where(
        col(VenueHours.venue_id) == venue_id
    )
    old = tuple(sorted(OpeningSpan(*span) for span in tx.session.exec(found)))
    if old == spans:
        return {}
    tx.session.execute(delete(VenueHours).where(col(VenueHours.venue_id) == venue_id))
    _write_hours(tx, venue_id, spans)
    return {"hours": [_told_hours(old), _told_hours(spans)]}


_TOLD: Mapping[str, Callable[[Any], Any]] = {
    "hours": _told_hours,
    "days": venue_days.told,
    "layouts": dict,
    "rights": venue_rights.told,
}
_WRITE: Mapping[str, Callable[[Tx, int, Any], None]] = {
    "hours": _write_hours,
    "days": venue_days.write,
    "layouts": venue_layouts.write,
    "rights": venue_rights.write,
}
_REPLACE: Mapping[str, Callable[[Tx, int, Any], dict[str, list[Any]]]] = {
    "hours": _replace_hours,
    "days": venue_days.replace,
    "layouts": venue_layouts.replace,
    "rights": venue_rights.replace,
}
