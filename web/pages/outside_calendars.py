"""The reader's own calendars, kept elsewhere and read as busy time; they stand on the page of their absences."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.rules.calendar_addresses import LONGEST
from services import outside_calendars
from services.unit_of_work import Tx
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.pages.absences import OWN, own_page
from web.pages.saving import Given, all_at_once, save
from web.templating import Problem

router = APIRouter(include_in_schema=False)

HERE = f"{OWN}#calendars"


@router.post("/me/calendars")
def give(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Have a calendar of the reader's read from now on."""

    def change(tx: Tx) -> Done:
        url = form.text("url", longest=LONGEST)
        if url:
            all_at_once(form, lambda: outside_calendars.give(tx, url))
        form.check()
        return Done(HERE, page.gettext("Noted. Your calendar is read in a few minutes, then every few hours."))

    def again(problems: list[Problem], status: int) -> Response:
        return own_page(page, uow, actor, given=Given(form), problems=problems, http_status=status)

    return save(request, page, uow, actor, change, again)


@router.post("/me/calendars/{calendar_id}/read")
def read_soon(calendar_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Have it read as soon as can be."""

    def change(tx: Tx) -> Done:
        outside_calendars.read_soon(tx, calendar_id)
        return Done(HERE, page.gettext("It is read again in a few minutes."))

    return run_form(request, uow, actor, change)


@router.post("/me/calendars/{calendar_id}/end")
def end(calendar_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Read it no more."""

    def change(tx: Tx) -> Done:
        outside_calendars.end(tx, calendar_id)
        return Done(HERE, page.gettext("Your calendar is read no more, and its busy times are gone from here."))

    return run_form(request, uow, actor, change)
