"""Figures: every number of a period with its evidence, and one figure down to the activities that add up to it."""

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from audit import recount
from models.enums import CountingKind, EvidenceClass, UserRole
from models.errors import NotFound
from models.rules import counting
from models.values import Figure
from muster.localtime import local_day, zone
from services import access
from services.queries import figures as queries
from services.queries.paging import MAX_LIMIT
from services.queries.teams import list_teams
from services.queries.topics import list_programmes
from services.unit_of_work import Tx
from web.context import Page
from web.deps import ActorDep, PageDep, UowDep
from web.pages.asked import Asked, show_page
from web.pages.figure_shape import FLOOR, by_team, chart, class_of
from web.pages.figure_words import SECTIONS, sentence_of, title_of, unit_of
from web.vocabulary import look

router = APIRouter(include_in_schema=False)

REPORT, ONE = "figures/report.html", "figures/open.html"
ROWS = 25
LONGEST_YEARS = 60
NAMES_SHOWN = 6


@router.get("/figures")
def show_report(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show every figure of a period; with `recount`, count again another way and say whether it comes out the same."""
    asked = Asked(request)
    from_on, last_on = _period(asked, local_day(page.context.now, page.wiring.zone))
    scope = _scope(asked, from_on, last_on)
    with uow.read(actor) as tx:
        found = queries.figures(tx, scope)
        findings = recount.compare(found, queries.open_rows(tx, scope)) if asked["recount"] else None
        choices = _choices(tx, page)
    return show_page(
        request,
        page,
        REPORT,
        "figures-flow",
        sections=[(section, [one for one in found if one.kind in section.kinds and one.value]) for section in SECTIONS],
        empty=[one for one in found if not one.value],
        recounted_count=None if findings is None else len(found),
        differing={finding.subject.partition(":")[2] for finding in findings or ()},
        classes=[(look(strength).css, page.translator.word(strength)) for strength in EvidenceClass],
        **_shared(page, asked, from_on, last_on),
        **choices,
        may_audit=actor.has_everywhere(access.MANAGING | {UserRole.auditor}),
    )


@router.get("/figures/{definition}")
def show(definition: str, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one figure: how it is counted, what it rests on, who added what when, and every activity behind it."""
    if definition not in counting.DEFINITIONS:
        raise NotFound("figure", definition)
    asked = Asked(request)
    from_on, last_on = _period(asked, local_day(page.context.now, page.wiring.zone))
    with uow.read(actor) as tx:
        found = queries.evidence(tx, definition, _scope(asked, from_on, last_on))
        choices = _choices(tx, page)
    rows = sorted(found.rows, key=lambda row: (row.starts_at, row.activity_id), reverse=True)
    shown_count = min((asked.number("rows") or 1) * ROWS, len(rows))
    teams, other_teams = by_team(rows)
    return show_page(
        request,
        page,
        ONE,
        "figure-rows",
        figure=found.figure,
        sentence=sentence_of(definition, page.translator),
        is_additive=counting.DEFINITIONS[definition].is_additive,
        rows=rows[:shown_count],
        row_count=len(rows),
        more=asked.address(rows=(asked.number("rows") or 1) + 1) if shown_count < len(rows) else None,
        names={row.activity_id: _names(row, found.names) for row in rows[:shown_count]},
        teams=teams,
        other_teams=other_teams,
        chart=chart(rows, found.figure.from_on, found.figure.until_on, page.translator),
        floor=FLOOR,
        class_of=class_of,
        classes=list(EvidenceClass),
        zone_of=zone,
        local_day=local_day,
        **_shared(page, asked, from_on, last_on),
        **choices,
    )


def _period(asked: Asked, today: date) -> tuple[date, date]:
    """Return first and last day, both included: as asked, or this year until today."""
    from_on = asked.day("from") or date(today.year, 1, 1)
    last_on = asked.day("to") or max(today, from_on)
    if last_on < from_on:
        from_on, last_on = last_on, from_on
    earliest = date(max(last_on.year - LONGEST_YEARS, 1), 1, 1)
    return max(from_on, earliest), min(last_on, date(9998, 12, 31))


def _scope(asked: Asked, from_on: date, last_on: date) -> queries.Scope:
    return queries.Scope(
        from_on=from_on,
        until_on=last_on + timedelta(days=1),
        team_id=asked.number("team"),
        programme_id=asked.number("programme"),
    )


def _choices(tx: Tx, page: Page) -> dict[str, Any]:
    is_english = page.translator.locale == "en"
    programmes = list_programmes(tx, limit=MAX_LIMIT).items
    return {
        "all_teams": [(team.id, team.name) for team in list_teams(tx, limit=MAX_LIMIT).items],
        "programmes": [(one.id, (is_english and one.name_en) or one.name) for one in programmes],
    }


def _shared(page: Page, asked: Asked, from_on: date, last_on: date) -> dict[str, Any]:
    period = {"from": from_on, "to": last_on}

    def href(figure: Figure) -> str:
        return asked.address(f"/figures/{figure.definition}", **period, rows=None, recount=None)

    def unit(kind: CountingKind) -> str:
        return unit_of(kind, page.translator)

    today = local_day(page.context.now, page.wiring.zone)
    return {
        "asked": asked,
        "from_on": from_on,
        "last_on": last_on,
        "href_of": href,
        "title_of": lambda figure: title_of(figure.definition, page.translator),
        "sentence_of": lambda figure: sentence_of(figure.definition, page.translator),
        "unit_of": unit,
        "report": asked.address("/figures", **period, rows=None, recount=None),
        "recount": asked.address("/figures", **period, rows=None, recount=1),
        "periods": [
            (span, asked.address(**{"from": date(first, 1, 1), "to": date(last, 12, 31)}, rows=None, recount=None))
            for first, last in (
                (today.year, today.year),
                (today.year - 1, today.year - 1),
                (today.year - 5, today.year - 1),
            )
            for span in [f"{first}–{last}" if first != last else str(first)]
        ],
    }


def _names(row: queries.EvidenceRow, names: dict[int, str]) -> tuple[tuple[str, ...], int]:
    """Return some names of the people whom an activity brings, and how many more there are."""
    known = [names[member] for member in row.member_ids if member in names]
    return tuple(known[:NAMES_SHOWN]), len(row.member_ids) - len(known[:NAMES_SHOWN])
