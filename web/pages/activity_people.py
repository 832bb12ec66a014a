"""The people of an activity: find and ask them, write down what they said, find a stand-in, let somebody go."""

from collections.abc import Mapping
from dataclasses import replace as replace_values
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import ActivityKind, AnswerVia, AnswerWord, AssignmentRole
from models.errors import NotFound
from muster.localtime import zone
from services import assignments
from services.people_travel import REASON_LIMIT
from services.queries.assignments import AssignmentRow
from services.queries.candidates import list_candidates
from services.queries.paging import MAX_LIMIT
from services.queries.teams import list_teams
from services.unit_of_work import Tx
from web.deps import Done, FormDep, RowId
from web.pages.activity_form import DIGITS
from web.pages.activity_frame import Again, Desk, DeskDep, address
from web.pages.activity_life import Life
from web.pages.conflict_words import against
from web.pages.saving import word_options
from web.templating import Problem

router = APIRouter(include_in_schema=False)

FIND, ANSWER, WITHDRAW = "activities/find.html", "activities/answer.html", "activities/withdraw.html"
#: The role that most people of an activity have.
USUAL_ROLES = {
    ActivityKind.lecture: AssignmentRole.model_demo,
    ActivityKind.rights: AssignmentRole.duty,
    ActivityKind.childcare: AssignmentRole.duty,
    ActivityKind.meeting: AssignmentRole.host,
}


@router.get("/activities/{activity_id}/people")
def find(activity_id: RowId, request: Request, desk: DeskDep) -> Response:
    """Search for people to ask."""
    return _find_page(desk, activity_id, dict(request.query_params))


@router.post("/activities/{activity_id}/people")
def offer(activity_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Ask a person to take a role."""

    def change(tx: Tx) -> Done:
        person_id, role = form.row_id("person_id") or 0, form.choice("role", AssignmentRole) or AssignmentRole.volunteer
        form.check()  # stops where either is missing
        why = form["override_reason"]
        assignments.offer(tx, activity_id=activity_id, person_id=person_id, role=role, override_reason=why)
        back = urlencode({name: form[name] for name in ("role", "q", "team_id")})
        return Done(f"{address(activity_id)}/people?{back}", desk.page.gettext("On the list."))

    return desk.run(change, lambda again: _find_page(desk, activity_id, again.given, again), form)


@router.get("/activities/{activity_id}/people/{assignment_id}/replace")
def find_stand_in(activity_id: RowId, assignment_id: RowId, request: Request, desk: DeskDep) -> Response:
    """Search for somebody to ask in a person's place."""
    return _find_page(desk, activity_id, dict(request.query_params), instead_of_id=assignment_id)


@router.post("/activities/{activity_id}/people/{assignment_id}/replace")
def replace(activity_id: RowId, assignment_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Ask somebody else in a person's place."""
    _of(desk.read(activity_id), assignment_id)

    def change(tx: Tx) -> Done:
        person_id = form.row_id("person_id") or 0
        form.check()  # stops where it is missing
        assignments.replace(tx, assignment_id, person_id=person_id, override_reason=form["override_reason"])
        return Done(address(activity_id, "people"), desk.page.gettext("Replaced. Both are told."))

    return desk.run(
        change, lambda again: _find_page(desk, activity_id, again.given, again, instead_of_id=assignment_id), form
    )


@router.get("/activities/{activity_id}/people/{assignment_id}/withdraw")
def ask_withdraw(activity_id: RowId, assignment_id: RowId, desk: DeskDep) -> Response:
    """Ask whether a person is to be let go."""
    return _person_page(desk, WITHDRAW, activity_id, assignment_id, is_managed=True)


@router.post("/activities/{activity_id}/people/{assignment_id}/withdraw")
def withdraw(activity_id: RowId, assignment_id: RowId, desk: DeskDep) -> Response:
    """Take an offer or a promise back."""
    _of(desk.read(activity_id), assignment_id)

    def change(tx: Tx) -> Done:
        assignments.withdraw(tx, assignment_id)
        return Done(address(activity_id, "people"), desk.page.gettext("Taken off the list."))

    return desk.run(
        change, lambda again: _person_page(desk, WITHDRAW, activity_id, assignment_id, again, is_managed=True)
    )


@router.get("/activities/{activity_id}/people/{assignment_id}/answer")
def ask_answer(activity_id: RowId, assignment_id: RowId, desk: DeskDep) -> Response:
    """Ask what a person said on the telephone."""
    return _person_page(desk, ANSWER, activity_id, assignment_id)


@router.post("/activities/{activity_id}/people/{assignment_id}/answer")
def answer(activity_id: RowId, assignment_id: RowId, form: FormDep, desk: DeskDep) -> Response:
    """Write down what a person said on the telephone."""
    _of(desk.read(activity_id), assignment_id)

    def change(tx: Tx) -> Done:
        word = form.choice("word", AnswerWord) or AnswerWord.no
        form.check()  # stops where it is missing
        assignments.answer(tx, assignment_id, word=word, via=AnswerVia.phone, reason=form["reason"])
        return Done(address(activity_id, "people"), desk.page.gettext("Written down."))

    return desk.run(change, lambda again: _person_page(desk, ANSWER, activity_id, assignment_id, again), form)


def _of(life: Life, assignment_id: int) -> AssignmentRow:
    """Return the assignment if it is one of the activity's that the actor may see."""
    found = next((one for one in life.people if one.id == assignment_id), None)
    if found is None:
        raise NotFound("assignment", assignment_id)
    return found


def _person_page(
    desk: Desk,
    template: str,
    activity_id: int,
    assignment_id: int,
    again: Again | None = None,
    *,
    is_managed: bool = False,
) -> Response:
    life = desk.read(activity_id, managed=is_managed)
    return desk.page.render(
        template,
        http_status=again.status if again else 200,
        row=life.view.row,
        zone=zone(life.view.row.zone),
        one=_of(life, assignment_id),
        given=again.given if again else {},
        problems=again.problems if again else [],
    )


def _beside_the_person(again: Again) -> list[Problem]:
    """Return what is wrong, each with a jump to the person whom it is about."""
    person = again.given.get("person_id", "")
    return [replace_values(problem, field=f"person-{person}") for problem in again.problems]


def _find_page(
    desk: Desk,
    activity_id: int,
    asked: Mapping[str, str],
    again: Again | None = None,
    *,
    instead_of_id: int | None = None,
) -> Response:
    life = desk.read(activity_id, managed=True)
    row = life.view.row
    instead_of = _of(life, instead_of_id) if instead_of_id is not None else None
    wanted = asked.get("role", "")
    role = USUAL_ROLES.get(row.kind, AssignmentRole.volunteer)
    if instead_of is not None:
        role = instead_of.role
    elif wanted in set(AssignmentRole):
        role = AssignmentRole(wanted)
    team = asked.get("team_id", str(row.team_id))
    with desk.uow.read(desk.actor) as tx:
        found = list_candidates(
            tx,
            activity_id,
            role=role,
            q=asked.get("q") or None,
            team_id=int(team) if team.isascii() and team.isdigit() and len(team) < DIGITS else None,
            cursor=asked.get("cursor") or None,
        )
        teams = list_teams(tx, limit=MAX_LIMIT).items
    here = address(activity_id) + ("/people" if instead_of is None else f"/people/{instead_of.id}/replace")
    chosen = {"role": role.value, "q": asked.get("q", ""), "team_id": team}
    kept = chosen | {"cursor": asked.get("cursor", "")}
    page = desk.page
    return page.render(
        FIND,
        http_status=again.status if again else 200,
        row=row,
        zone=zone(row.zone),
        here=here,
        instead_of=instead_of,
        candidates=[(one, [against(page, reason, zone(row.zone)) for reason in one.reasons]) for one in found.items],
        following=f"{here}?{urlencode(chosen | {'cursor': found.next})}" if found.next else None,
        teams=[(one.id, one.name) for one in teams],
        roles=word_options(page.translator, AssignmentRole),
        chosen=chosen,
        kept=kept,
        refused=again.given if again else {},
        longest_reason=REASON_LIMIT,
        problems=_beside_the_person(again) if again else [],
    )
