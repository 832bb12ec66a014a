"""The form of a person: somebody new, or somebody who is there."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import AssignmentRole, MembershipRole
from models.errors import Forbidden
from models.rules import rosters
from models.rules.person_conflicts import DAY_LIMIT, WEEK_LIMIT
from models.rules.verdicts import Reason
from services import access, people
from services.access import Actor
from services.queries.paging import MAX_LIMIT
from services.queries.people import PersonView, read_person
from services.queries.teams import list_teams
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep
from web.forms import Form
from web.pages import named
from web.pages.asked import Asked
from web.pages.saving import Again, Given, all_at_once, last_day, save, typed_id, until_on, word_options
from web.templating import Problem

router = APIRouter(include_in_schema=False)

FORM = "people/form.html"
#: Fields that are taken as they are typed; the service cleans them.
PLAIN = ("name", "sort_key", "code", "phone", "email", "locale", "day_limit", "week_limit")
#: Lists of words typed into one field, with 、 or a comma between them.
LISTS = ("titles", "skills", "languages")


@router.get("/people/new")
def ask_new(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show an empty form, for the team that the address names."""
    access.require_role(actor, access.MANAGING)
    given = Given(team_id=str(Asked(request).number("team") or ""), locale=page.wiring.settings.locale)
    return _form_page(page, uow, actor, given, roles=[])


@router.post("/people")
def create(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Write somebody in."""
    access.require_role(actor, access.MANAGING)

    def change(tx: Tx) -> Done:
        values = _values(tx, form)
        values["team_id"] = form.row_id("team_id", optional=True)
        values["team_role"] = form.choice("team_role", MembershipRole, optional=True) or MembershipRole.member
        person_id = all_at_once(form, lambda: people.create(tx, **values))
        return Done(f"/people/{person_id}", page.gettext("Written in."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form))


@router.get("/people/{person_id}/edit")
def ask_edit(person_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the form of a person, filled."""
    view = _managed(uow, actor, person_id)
    return _form_page(page, uow, actor, _filled(view), roles=list(view.person.roles), person=view)


@router.post("/people/{person_id}/edit")
def edit(person_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Change a person."""
    view = _managed(uow, actor, person_id)

    def change(tx: Tx) -> Done:
        values, version = _values(tx, form), form.number("version")
        values["left_on"] = until_on(form)
        if values["sort_key"] == view.sort_key:
            del values["sort_key"]  # nobody touched it, so a new name is read anew
        all_at_once(form, lambda: people.change(tx, person_id, values, version))
        return Done(f"/people/{person_id}", page.gettext("Saved."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form, view))


def _managed(uow: UnitOfWork, actor: Actor, person_id: int) -> PersonView:
    with uow.read(actor) as tx:
        view = read_person(tx, person_id)
    if not view.may_change:
        raise Forbidden(Reason("role_missing"))
    return view


def _values(tx: Tx, form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {name: form[name] for name in PLAIN}
    values |= {name: rosters.items_of(form[name]) for name in LISTS}
    values["roles"] = form.texts("roles")
    values["employer_org_id"] = typed_id(form, "employer_org_id", lambda typed: named.org_ids(tx, typed))
    values["answers_through_id"] = typed_id(form, "answers_through_id", lambda typed: named.person_ids(tx, typed))
    return values


def _filled(view: PersonView) -> Given:
    person = view.person
    through = view.answers_through
    return Given(
        name=person.name,
        sort_key=view.sort_key,
        code=person.code or "",
        phone=person.phone or "",
        email=person.email or "",
        locale=person.locale,
        employer_org_id=person.employer.name if person.employer else "",
        answers_through_id=through.name if through else "",
        titles="、".join(person.titles),
        skills="、".join(person.skills),
        languages="、".join(person.languages),
        day_limit=str(view.day_limit or ""),
        week_limit=str(view.week_limit or ""),
        last_on=last_day(person.left_on),
        version=str(person.version),
    )


def _again(page: Page, uow: UnitOfWork, actor: Actor, form: Form, person: PersonView | None = None) -> Again:
    def again(problems: list[Problem], status: int) -> Response:
        roles = form.texts("roles")
        return _form_page(page, uow, actor, Given(form), problems, status, roles=roles, person=person)

    return again


def _form_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
    *,
    roles: list[str],
    person: PersonView | None = None,
) -> Response:
    with uow.read(actor) as tx:
        teams = [
            (team.id, team.name)
            for team in list_teams(tx, limit=MAX_LIMIT).items
            if person is None and access.has_role_over(tx.session, tx.actor, team.id, access.MANAGING)
        ]
        orgs = named.org_names(tx)
    return page.render(
        FORM,
        http_status=http_status,
        usual=(DAY_LIMIT, WEEK_LIMIT),
        given=given,
        problems=problems or [],
        chosen_roles=roles,
        roles=word_options(page.translator, AssignmentRole),
        team_roles=word_options(page.translator, MembershipRole),
        teams=teams,
        orgs=orgs,
        person=person,
        may_stand_alone=actor.has_everywhere(access.MANAGING),
    )
