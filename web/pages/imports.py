"""Rosters: look at what a file would do, take it over whole, take it back."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import ImportKind
from models.errors import Invalid
from models.rules.verdicts import Reason
from services import access, imports
from services.access import Actor
from services.imports import Preview
from services.queries.imports import list_batches, read_batch
from services.roster_columns import ROSTERS
from services.roster_files import MOST_BYTES
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, redirect, run_form
from web.pages.asked import Asked
from web.pages.kept_uploads import KeptUploads
from web.pages.saving import save, word_options
from web.problems import say
from web.status import status_of
from web.templating import Problem, Undo

router = APIRouter(include_in_schema=False)

ASK, PREVIEW, ONE = "imports/ask.html", "imports/preview.html", "imports/show.html"
BATCHES_SHOWN, ROWS_SHOWN, FAULTS_SHOWN = 20, 100, 200
UNDO_SECONDS = 60


@router.get("/imports")
def ask(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Ask for a file, and show which were taken over before."""
    asked = Asked(request)
    kind = asked.word("kind", ImportKind)
    return _ask_page(page, uow, actor, kind.value if kind else "", cursor=asked.cursor)


@router.post("/imports")
def look(form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Keep the file for a while and go on to what it would do; nothing is written."""
    access.require_role(actor, access.MANAGING)
    try:
        kind = form.choice("kind", ImportKind)
        files = form.files("file")
        if not files:
            form.blame("missing", "file")
        form.check()
        content = files[0].file.read(MOST_BYTES + 1)
        with uow.read(actor) as tx:
            imports.preview(tx, kind or ImportKind.people, files[0].filename or "", content)
    except Invalid as error:
        problems = [Problem(problem.field or "file", problem.message) for problem in page.problems(error)]
        return _ask_page(page, uow, actor, form["kind"], problems=problems, http_status=status_of(error))
    key = _kept(page).keep(content, page.context.now)
    query = urlencode({"file": key, "kind": kind or "", "name": (files[0].filename or "")[-100:]})
    return redirect(f"/imports/preview?{query}", wiring=page.wiring)


@router.get("/imports/preview")
def preview(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show what a kept file would do to the house as it is now."""
    asked = Asked(request)
    kind = asked.word("kind", ImportKind)
    content = _kept(page).open(request.query_params.get("file", ""), page.context.now)
    if kind is None or content is None:
        access.require_role(actor, access.MANAGING)
        return _ask_page(page, uow, actor, kind.value if kind else "", problems=[_gone(page)], http_status=410)
    with uow.read(actor) as tx:
        found = imports.preview(tx, kind, asked["name"], content)
    return _preview_page(page, found)


@router.post("/imports/apply")
def apply(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Take a kept file over, whole or not at all."""
    access.require_role(actor, access.MANAGING)
    kept, key = _kept(page), form["file"]
    content = kept.open(key, page.context.now)
    kind = form.choice("kind", ImportKind)
    if kind is None or content is None:
        return _ask_page(page, uow, actor, form["kind"], problems=[_gone(page)], http_status=410)

    def change(tx: Tx) -> Done:
        batch_id = imports.apply(tx, kind, form["name"], content)
        undo = Undo(f"/imports/{batch_id}/undo", UNDO_SECONDS)
        return Done(f"/imports/{batch_id}", page.gettext("The roster is taken over"), undo)

    try:
        response = run_form(request, uow, actor, change)
    except Invalid as error:
        with uow.read(actor) as tx:
            found = imports.preview(tx, kind, form["name"], content)
        return _preview_page(page, found, page.problems(error), status_of(error))
    kept.forget(key)
    return response


@router.get("/imports/{batch_id}")
def show(batch_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show a roster that was taken over."""
    return _batch_page(page, uow, actor, batch_id)


@router.post("/imports/{batch_id}/undo")
def undo(batch_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Take a roster back; where rows were edited or used since, say which."""

    def change(tx: Tx) -> Done:
        imports.undo(tx, batch_id)
        return Done(f"/imports/{batch_id}", page.gettext("Taken back: everything is as it was before."))

    def again(problems: list[Problem], status: int) -> Response:
        return _batch_page(page, uow, actor, batch_id, problems, status)

    return save(request, page, uow, actor, change, again)


def _kept(page: Page) -> KeptUploads:
    return KeptUploads(page.wiring.settings.data_dir)


def _gone(page: Page) -> Problem:
    return Problem("file", say(Reason("upload_gone", {"field": "file"}), page.translator, page.wiring.zone))


def _ask_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    kind: str,
    *,
    problems: list[Problem] | None = None,
    http_status: int = 200,
    cursor: str | None = None,
) -> Response:
    with uow.read(actor) as tx:
        found = list_batches(tx, limit=BATCHES_SHOWN, cursor=cursor)
    return page.render(
        ASK,
        http_status=http_status,
        kind=kind,
        problems=problems or [],
        kinds=word_options(page.translator, ImportKind),
        columns=[(one, _columns(page, one)) for one in ImportKind],
        batches=found.items,
        following=f"/imports?{urlencode({'cursor': found.next})}" if found.next else None,
        megabytes=MOST_BYTES // 2**20,
    )


def _columns(page: Page, kind: ImportKind) -> list[tuple[str, bool]]:
    """Return what the columns of a kind are called in the reader's language, and which must be there."""
    is_english = page.translator.locale == "en"
    return [(column.field if is_english else column.names[0], column.is_required) for column in ROSTERS[kind].columns]


def _preview_page(
    page: Page, found: Preview, problems: list[Problem] | None = None, http_status: int = 200
) -> Response:
    changing = [row for row in found.rows if row.action != "keep"]
    faults: list[tuple[Any, str]] = [
        (fault, say(fault.reason, page.translator, page.wiring.zone)) for fault in found.faults[:FAULTS_SHOWN]
    ]
    return page.render(
        PREVIEW,
        http_status=http_status,
        found=found,
        faults=faults,
        rows=changing[:ROWS_SHOWN],
        more_count=max(len(changing) - ROWS_SHOWN, 0),
        problems=problems or [],
    )


def _batch_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    batch_id: int,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    with uow.read(actor) as tx:
        batch = read_batch(tx, batch_id)
    return page.render(ONE, http_status=http_status, batch=batch, problems=problems or [], kinds=ImportKind)
