"""When people are away: a volunteer's own page, and the same for those who answer for somebody."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import AbsenceKind
from models.errors import Conflict, Invalid, NotFound
from models.rules.absences import ONE_DAY, DayPart, part_of
from models.values import TimeWindow
from muster.catalogue import mark
from muster.localtime import local_day
from services import absences
from services.access import Actor
from services.outside_calendars import OutsideRow, list_own
from services.queries.absences import AbsenceRow, list_absences, read_absence
from services.queries.people import PersonRow, read_person
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.forms import Form
from web.pages.asked import Asked
from web.pages.calendar_words import FAULTS
from web.pages.saving import Given, all_at_once, save, word_options
from web.status import status_of
from web.templating import Problem

router = APIRouter(include_in_schema=False)

TEMPLATE = "absences/list.html"
OWN = "/me/absences"
ROWS = 50
#: Of what was read from a person's own calendar only the next ones are shown.
READ_ROWS = 5
#: Parts of a day as the form offers them.
PARTS = {
    DayPart.all_day: mark("All day"),
    DayPart.morning: mark("Morning"),
    DayPart.afternoon: mark("Afternoon"),
    DayPart.evening: mark("Evening"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Whose absences are shown, and where; `person` is None where nobody is behind the login."""

    path: str
    person: PersonRow | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """An absence by the days that it covers; `part` is the part of a single day, empty where the clock has to tell."""

    row: AbsenceRow
    first: date
    last: date
    part: str


@router.get(OWN)
def show_own(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show when the reader is away, and let them say it."""
    return _list_page(page, uow, actor, _own(uow, actor), cursor=Asked(request).cursor)


@router.post(OWN)
def write_own(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Write down when the reader is away."""
    return _write(request, form, page, uow, actor, _own(uow, actor))


@router.post(OWN + "/{absence_id}/withdraw")
def withdraw_own(absence_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Take an absence of the reader back."""
    return _withdraw(absence_id, request, page, uow, actor, _own(uow, actor))


@router.get("/people/{person_id}/absences")
def show(person_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show when a person is away to those who answer for them."""
    return _list_page(page, uow, actor, _theirs(uow, actor, person_id), cursor=Asked(request).cursor)


@router.post("/people/{person_id}/absences")
def write(person_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Write down when a person is away."""
    return _write(request, form, page, uow, actor, _theirs(uow, actor, person_id))


@router.post("/people/{person_id}/absences/{absence_id}/withdraw")
def withdraw(
    person_id: RowId, absence_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep
) -> Response:
    """Take a person's absence back."""
    return _withdraw(absence_id, request, page, uow, actor, _theirs(uow, actor, person_id))


def own_page(
    page: Page, uow: UnitOfWork, actor: Actor, *, given: Given, problems: list[Problem], http_status: int
) -> Response:
    """Return the reader's own page again with a form that was refused."""
    return _list_page(page, uow, actor, _own(uow, actor), given=given, problems=problems, http_status=http_status)


def _own(uow: UnitOfWork, actor: Actor) -> Place:
    if actor.person_id is None:
        return Place(OWN, None, is_own=True)
    with uow.read(actor) as tx:
        return Place(OWN, read_person(tx, actor.person_id).person, is_own=True)


def _theirs(uow: UnitOfWork, actor: Actor, person_id: int) -> Place:
    with uow.read(actor) as tx:
        absences.require_answering(tx, person_id)
        person = read_person(tx, person_id).person
    return Place(f"/people/{person_id}/absences", person, is_own=False)


def _write(request: Request, form: Form, page: Page, uow: UnitOfWork, actor: Actor, place: Place) -> Response:
    def change(tx: Tx) -> Done:
        if place.person is None:
            raise NotFound("person", 0)
        person_id = place.person.id
        from_on = form.day("from_on")
        last_on = form.day("last_on", optional=True) or from_on
        part = form.choice("part", DayPart, optional=True) or DayPart.all_day
        kind = form.choice("kind", AbsenceKind, optional=True) or AbsenceKind.unavailable
        note = form.text("note", optional=True, longest=absences.NOTE_LIMIT)
        if from_on is not None and last_on is not None:
            until_on = last_on + ONE_DAY
            all_at_once(
                form,
                lambda: absences.write_days(
                    tx, person_id=person_id, from_on=from_on, until_on=until_on, part=part, kind=kind, note=note
                ),
            )
        form.check()
        return Done(place.path, page.gettext("Written down. Whoever plans sees it."))

    def again(problems: list[Problem], status: int) -> Response:
        return _list_page(page, uow, actor, place, given=Given(form), problems=problems, http_status=status)

    return save(request, page, uow, actor, change, again)


def _withdraw(absence_id: int, request: Request, page: Page, uow: UnitOfWork, actor: Actor, place: Place) -> Response:
    def change(tx: Tx) -> Done:
        if place.person is None or read_absence(tx, absence_id).person_id != place.person.id:
            raise NotFound("absence", absence_id)
        absences.withdraw(tx, absence_id)
        return Done(place.path, page.gettext("Taken back: can come after all."))

    try:
        return run_form(request, uow, actor, change)
    except (Invalid, Conflict) as error:
        return _list_page(page, uow, actor, place, problems=page.problems(error), http_status=status_of(error))


def _list_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    place: Place,
    *,
    given: Given | None = None,
    problems: list[Problem] | None = None,
    cursor: str | None = None,
    http_status: int = 200,
) -> Response:
    rows: tuple[AbsenceRow, ...] = ()
    following = None
    outside: tuple[OutsideRow, ...] = ()
    read: tuple[AbsenceRow, ...] = ()
    if place.person is not None:
        with uow.read(actor) as tx:
            found = list_absences(tx, place.person.id, is_from_calendar=False, limit=ROWS, cursor=cursor)
            read = list_absences(tx, place.person.id, is_from_calendar=True, limit=READ_ROWS).items
            outside = list_own(tx) if place.is_own else ()
        rows, following = found.items, found.next
    where, today = page.wiring.zone, local_day(page.context.now, page.wiring.zone)
    return page.render(
        TEMPLATE,
        http_status=http_status,
        place=place,
        rows=[spoken(page, row, where) for row in rows],
        read=[spoken(page, row, where) for row in read],
        following=f"{place.path}?cursor={following}" if following else None,
        given=given or Given(from_on=today.isoformat(), part=DayPart.all_day.value, kind=AbsenceKind.unavailable.value),
        parts=[(part.value, page.gettext(label)) for part, label in PARTS.items()],
        kinds=word_options(page.translator, AbsenceKind),
        ours=AbsenceKind.unavailable,
        longest_note=absences.NOTE_LIMIT,
        problems=problems or [],
        outside=[(row, page.gettext(FAULTS[row.fault]) if row.fault else "") for row in outside],
        today=today,
        zone=where,
    )


def spoken(page: Page, row: AbsenceRow, zone: ZoneInfo) -> Spoken:
    """Return an absence as people say it: by days and parts of days where it covers just these, else by the clock."""
    window = TimeWindow(row.starts_at, row.ends_at)
    first, last = local_day(row.starts_at, zone), local_day(row.ends_at - datetime.resolution, zone)
    part = part_of(window, first, zone)
    if first != last and part_of(window, last, zone) is not DayPart.all_day:
        part = None
    return Spoken(row, first, last, page.translator.word(part) if part else "")
