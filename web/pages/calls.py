"""The call list: whom to telephone, what to ask, and what they said."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import CallState
from models.errors import Conflict, Invalid
from muster.localtime import zone
from notifications.wording import dialled
from services import calls
from services.access import Actor
from services.calls import NOTE_LIMIT, CallWord
from services.queries import calls as queries
from services.queries.paging import MAX_LIMIT
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.pages.activity_frame import form_problems
from web.pages.asked import Asked
from web.status import status_of
from web.templating import Problem

router = APIRouter(include_in_schema=False)

TEMPLATE = "calls/list.html"
ROWS = 40
#: What each button means.
WORDS: dict[str, CallWord] = {"yes": "yes", "no": "no", "unreached": "unreached"}


@router.get("/calls")
def show(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """List the calls left to the reader, or all to people whom they lead; a sheet of paper when printed."""
    return _page(request, page, uow, actor)


@router.post("/calls/{call_id}/done")
def done(call_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Write down what came of a call."""

    def change(tx: Tx) -> Done:
        word = WORDS.get(form["word"], "unreached")
        calls.done(tx, call_id, word=word, reason=form["reason"])
        whose = "?whose=all" if form["whose"] == "all" else ""
        said = (
            page.gettext("Noted; it stays on the list for later.")
            if word == "unreached"
            else page.gettext("Written down.")
        )
        return Done(f"/calls{whose}", said)

    try:
        return run_form(request, uow, actor, change)
    except (Conflict, Invalid) as error:
        return _page(request, page, uow, actor, problems=form_problems(page, error), http_status=status_of(error))


def _page(
    request: Request,
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    *,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    asked = Asked(request)
    is_mine = asked["whose"] != "all"
    state = asked.word("state", CallState) or CallState.open
    is_sheet = asked.has("sheet")
    with uow.read(actor) as tx:
        found = queries.list_calls(
            tx,
            is_mine=is_mine,
            state=state,
            activity_id=asked.number("activity"),
            limit=MAX_LIMIT if is_sheet else ROWS,
            cursor=asked.cursor,
        )
    return page.render(
        TEMPLATE,
        http_status=http_status,
        calls=found.items,
        following=asked.following(found.next),
        is_mine=is_mine,
        is_sheet=is_sheet,
        sheet_url=asked.address(sheet="" if is_sheet else "1"),
        state=state,
        states=[(one.value, page.translator.word(one)) for one in CallState],
        open_state=CallState.open,
        longest_note=NOTE_LIMIT,
        problems=problems or [],
        zone_of=zone,
        dialled=dialled,
    )
