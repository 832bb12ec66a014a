"""Equipment and vehicles: all of them with what is free when, and one with its week and to whom it is lent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import EquipmentKind, LoanState
from models.rules.verdicts import Reason
from models.values import TimeWindow
from muster.localtime import AmbiguousTime, BadTime, MissingTime, local_day, localise, parse_wall
from muster.workcalendar import Day
from services import access, loans
from services.queries.equipment import list_equipment, read_equipment
from services.queries.free_busy import wrong_window
from services.queries.loans import EquipmentDay, LoanRow, equipment_week, list_loans
from services.unit_of_work import Tx
from web.context import Page
from web.deps import ActorDep, Done, PageDep, RowId, UowDep, run_form
from web.pages.asked import Asked, show_page
from web.pages.saving import word_options
from web.pages.venues import monday_of
from web.problems import say
from web.templating import Problem
from web.vocabulary import look

router = APIRouter(include_in_schema=False)

LIST, ONE = "equipment/list.html", "equipment/show.html"
ROWS, DAYS = 30, 7
FREE_FROM, FREE_UNTIL = "free_from", "free_until"


@dataclass(frozen=True, slots=True)
class Slot:
    """One loan on a day: its tone, icon and times, for what, and where that leads."""

    tone: str
    glyph: str
    clock: str
    text: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of a thing's week."""

    day: Day
    slots: tuple[Slot, ...]


@router.get("/equipment")
def show_list(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """List things, all of them or those that are free in a window."""
    asked = Asked(request)
    problems: list[Problem] = []
    free = _window(page, asked, problems)
    with uow.read(actor) as tx:
        found = list_equipment(
            tx,
            q=asked.text("q"),
            kind=asked.word("kind", EquipmentKind),
            on=None if asked["ended"] else local_day(tx.now, page.wiring.zone),
            free=free,
            limit=ROWS,
            cursor=asked.cursor,
        )
    values: dict[str, Any] = {
        "rows": found.items,
        "asked": asked,
        "free": free,
        "problems": problems,
        "following": asked.following(found.next),
        "kinds": word_options(page.translator, EquipmentKind),
        "may_manage": actor.has(access.MANAGING),
    }
    return show_page(request, page, LIST, "equipment", **values)


@router.get("/equipment/{equipment_id}")
def show(equipment_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one thing: its week, and the loans that are not over."""
    asked = Asked(request)
    with uow.read(actor) as tx:
        view = read_equipment(tx, equipment_id)
        today = local_day(tx.now, page.wiring.zone)
        monday = monday_of(asked.day("week") or today)
        week = equipment_week(tx, equipment_id, monday)
        ahead = list_loans(tx, equipment_id=equipment_id, state=LoanState.lent, from_at=tx.now).items
    late = view.equipment.away if view.equipment.away and view.equipment.away.is_overdue else None
    values: dict[str, Any] = {
        "view": view,
        "here": f"/equipment/{equipment_id}",
        "cells": [_cell(page, day) for day in week],
        "ahead": ([late] if late else []) + list(ahead),
        "monday": monday,
        "sunday": monday + timedelta(days=DAYS - 1),
        "today": today,
        "week_before": asked.address(week=monday - timedelta(days=DAYS)),
        "week_after": asked.address(week=monday + timedelta(days=DAYS)),
    }
    return show_page(request, page, ONE, "equipment-week", **values)


@router.post("/equipment/{equipment_id}/loans/{loan_id}/return")
def give_back(
    equipment_id: RowId, loan_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep
) -> Response:
    """Note that a thing came back."""

    def change(tx: Tx) -> Done:
        loans.give_back(tx, loan_id)
        return Done(f"/equipment/{equipment_id}", page.gettext("It is back, and free from now on."))

    return run_form(request, uow, actor, change)


def _window(page: Page, asked: Asked, problems: list[Problem]) -> TimeWindow | None:
    """Return the window that the form names; what is wrong with it is noted by field."""
    if not asked[FREE_FROM] and not asked[FREE_UNTIL]:
        return None
    found: dict[str, datetime] = {}
    reasons: list[Reason] = []
    for name in (FREE_FROM, FREE_UNTIL):
        try:
            found[name] = localise(parse_wall(asked[name]), page.wiring.zone)
        except (BadTime, AmbiguousTime, MissingTime):
            reasons.append(Reason("time_wrong" if asked[name] else "missing", {"field": name}))
    if not reasons:
        reasons += [
            Reason(one.code, one.params | {"field": FREE_UNTIL})
            for one in wrong_window(found[FREE_FROM], found[FREE_UNTIL])
        ]
    problems += [Problem(one.params["field"], say(one, page.translator, page.wiring.zone)) for one in reasons]
    return None if reasons else TimeWindow(found[FREE_FROM], found[FREE_UNTIL])


def _cell(page: Page, day: EquipmentDay) -> Cell:
    return Cell(day.day, tuple(_slots(page, day, page.wiring.zone)))


def _slots(page: Page, day: EquipmentDay, where: ZoneInfo) -> Iterable[Slot]:
    for row in day.loans:
        seen = look(row.state)
        tone, glyph = ("act", "bang") if row.is_overdue else (seen.css, seen.icon)
        href = f"/activities/{row.activity_id}" if row.activity_id else None
        yield Slot(tone, glyph, _clock(page, day, row, where), row.activity_title or page.gettext("lent"), href)


def _clock(page: Page, day: EquipmentDay, row: LoanRow, where: ZoneInfo) -> str:
    """Return the times of a loan as far as they lie on the day."""
    start, end = max(row.occupied_from, day.starts_at), min(row.occupied_until, day.ends_at)
    if (start, end) == (day.starts_at, day.ends_at):
        return page.gettext("all day")
    until = "24:00" if end == day.ends_at else page.translator.time(end, where)
    return page.gettext("%(start)s–%(end)s", start=page.translator.time(start, where), end=until)
