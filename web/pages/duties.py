"""A volunteer's own page: what they are asked, what they promised, what they have served."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import AnswerVia, AnswerWord, AssignmentState
from models.errors import Conflict, Invalid, NotFound
from models.rules.quiet import QuietHours
from muster.localtime import local_day, zone
from services import assignments, reconfirming
from services.access import Actor
from services.queries import answer_links
from services.queries.assignments import Duty, duties
from services.queries.calls import open_count
from services.queries.service_record import read_service_record
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.pages.activity_frame import form_problems
from web.pages.answers import CALENDAR_TYPE, LONGEST_NAME, LONGEST_NOTE, REASONS, reason_in
from web.pages.asked import Asked
from web.pages.duty_words import OPEN, DutyWords, Face, calendar_text, face_of, words_of
from web.status import status_of
from web.templating import Problem

router = APIRouter(include_in_schema=False)

TEMPLATE = "duties/duties.html"


@router.get("/duties")
def show(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the reader's own duties; `why` names one that they just declined, to ask for the reason."""
    return _page(page, uow, actor, why_id=Asked(request).number("why"))


@router.post("/duties/{assignment_id}/answer")
def answer(
    assignment_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep
) -> Response:
    """Take an answer; a no is taken at once, and why is asked afterwards."""

    def change(tx: Tx) -> Done:
        word = form.choice("answer", AnswerWord) or AnswerWord.no
        form.check()  # stops where it is missing
        mine = next((one for one in duties(tx) if one.assignment_id == assignment_id), None)
        if mine is None:
            raise NotFound("assignment", assignment_id)
        reason = reason_in(form, page.translator) if word is AnswerWord.no else ""
        assignments.answer(tx, assignment_id, word=word, via=AnswerVia.page, reason=reason)
        if word is AnswerWord.yes:
            return Done("/duties", page.gettext("Noted: you are coming. Thank you."))
        if reason:
            return Done("/duties", page.gettext("Noted. Thank you for telling us."))
        return Done(f"/duties?why={assignment_id}", page.gettext("Noted: you cannot come. We ask somebody else."))

    try:
        return run_form(request, uow, actor, change)
    except (Conflict, Invalid) as error:
        return _page(page, uow, actor, problems=form_problems(page, error), http_status=status_of(error))


@router.get("/duties/calendar.ics")
def calendar_file(page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Return everything that the reader promised and that is still to come, as a calendar file."""
    context = page.context
    with uow.read(actor) as tx:
        ahead = [one for one in duties(tx) if face_of(one, context.now) is Face.done]
    text = calendar_text(
        ahead, context.translator, page.wiring.settings, name=page.gettext("My duties"), stamp=context.now
    )
    headers = {"Content-Disposition": 'attachment; filename="duties.ics"'}
    return Response(text, headers=headers, media_type=CALENDAR_TYPE)


def _page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    *,
    why_id: int | None = None,
    problems: list[Problem] | None = None,
    http_status: int = 200,
) -> Response:
    with uow.read(actor) as tx:
        house = answer_links.house(tx)
        mine = duties(tx)
        record = read_service_record(tx)
        call_count = open_count(tx)
        again = reconfirming.open_among(tx, [one.assignment_id for one in mine])
    now, translator = page.context.now, page.translator
    told: list[tuple[Duty, Face, DutyWords]] = [
        (one, face_of(one, now), words_of(one, translator, otherwise=(house.name, house.phone))) for one in mine
    ]
    faces = {one.assignment_id: face for one, face, _ in told}
    return page.render(
        TEMPLATE,
        http_status=http_status,
        asked=[row for row in told if row[1] is Face.ask],
        promised=[row for row in told if row[1] in {Face.done, Face.begun} and row[0].state in _PROMISED],
        declined=[row for row in told if row[1] is Face.no],
        waiting=[row for row in told if row[1] is Face.postponed and row[0].state in _LIVE],
        why=next((row for row in told if row[0].assignment_id == why_id and faces[why_id] in OPEN), None),
        faces=Face,
        record=record,
        call_count=call_count,
        again=again,
        house=house,
        quiet=QuietHours.parse(page.wiring.settings.quiet_hours),
        is_person=actor.person_id is not None,
        reasons_to_tap=[(key, translator.gettext(msgid)) for key, msgid in REASONS.items()],
        longest_note=LONGEST_NOTE,
        longest_name=LONGEST_NAME,
        problems=problems or [],
        today=local_day(now, page.wiring.zone),
        zone_of=zone,
        hours=_hours,
    )


def _hours(duration: timedelta) -> str:
    """Return hours to the tenth: `1.5`, `12`."""
    return f"{duration / timedelta(hours=1):,.1f}".removesuffix(".0")


_PROMISED = frozenset({AssignmentState.accepted, AssignmentState.served})
_LIVE = frozenset({AssignmentState.offered, AssignmentState.accepted})
