"""Series for tests: wishes, what came of them, and changes, each in a transaction of its own."""

from datetime import datetime, timedelta
from typing import Any

from models.enums import BookingState
from muster.localtime import to_local, zone
from services import bookings, series
from services.access import Actor
from services.queries.series import SeriesDateRow, SeriesView, read_series
from services.series import Outcome, SeriesWish
from services.series_changes import Change, Scope
from services.unit_of_work import UnitOfWork
from tests.service.builders import LENGTH, START, SmallHouse

WEEK = timedelta(days=7)


def wish(house: SmallHouse, rrule: str = "FREQ=WEEKLY;COUNT=4", **more: Any) -> SeriesWish:
    """Return a wish for Tuesdays, 14:00 to 15:30, in the big hall."""
    values = {"venue_id": house.hall, "starts_at": START, "ends_at": START + LENGTH, "purpose": "合唱团排练"}
    return SeriesWish(**values | more, rrule=rrule)


def create(uow: UnitOfWork, by: Actor, wanted: SeriesWish) -> SeriesView:
    with uow.write(by) as tx:
        series_id = series.create(tx, wanted)
    return read(uow, by, series_id)


def read(uow: UnitOfWork, by: Actor, series_id: int) -> SeriesView:
    with uow.read(by) as tx:
        return read_series(tx, series_id)


def block(uow: UnitOfWork, house: SmallHouse, starts_at: datetime, venue_id: int | None = None) -> int:
    """Let somebody else have the hall for an hour and a half."""
    with uow.write(house.leader) as tx:
        return bookings.create(
            tx, venue_id=venue_id or house.hall, starts_at=starts_at, ends_at=starts_at + LENGTH, purpose="他人"
        )


def states(dates: tuple[SeriesDateRow, ...]) -> list[BookingState | None]:
    return [one.booking.state if one.booking else None for one in dates]


def walls(dates: tuple[SeriesDateRow, ...], place: str = "Asia/Shanghai") -> list[str]:
    """Return when each date's booking is, `-` where it has none that is open."""
    return [
        f"{to_local(one.booking.starts_at, zone(place)):%m-%d %H:%M}" if one.booking and one.booking.is_open else "-"
        for one in dates
    ]


def codes(one: SeriesDateRow | Outcome) -> list[str]:
    return [reason.code for reason in one.reasons]


def change(uow: UnitOfWork, by: Actor, date_id: int, scope: Scope, **wanted: Any) -> tuple[int, tuple[Outcome, ...]]:
    dry_run = wanted.pop("dry_run", False)
    with uow.write(by) as tx:
        found = series.change(tx, date_id, Change(**wanted), scope=scope, dry_run=dry_run)
    return found.series_id, found.outcomes
