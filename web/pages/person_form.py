"""The form of a person: somebody new, or somebody who is there."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from models.enums import AssignmentRole, MembershipRole
from models.rules import rosters
from models.rules.person_conflicts import DAY_LIMIT, WEEK_LIMIT
from services import access, people
from services.queries.paging import MAX_LIMIT
from services.queries.people import PersonView, read_person
from services.queries.teams import list_teams
from services.unit_of_work import Tx
from web.deps import FormDep, RowId
from web.forms import Form
from web.pages import named
from web.pages.asked import Asked
from web.pages.register_form import save_changes, texts_of, to_change, typed_org, write_in
from web.pages.saving import Filled, Given, Visit, VisitDep, last_day, typed_id, until_on, word_options

router = APIRouter(include_in_schema=False)

FORM = "people/form.html"
#: Fields that are taken as they are typed; the service cleans them.
PLAIN = ("name", "sort_key", "code", "phone", "email", "locale", "quiet_hours", "day_limit", "week_limit")
#: Lists of words typed into one field, with 、 or a comma between them.
LISTS = ("titles", "skills", "languages")


@router.get("/people/new")
def ask_new(visit: VisitDep) -> Response:
    """Show an empty form, for the team that the address names."""
    access.require_role(visit.actor, access.MANAGING)
    team_id = Asked(visit.request).number("team")
    given = Given(team_id=str(team_id or ""), locale=visit.page.wiring.settings.locale)
    return _form_page(visit, Filled(given), roles=[])


@router.post("/people")
def create(visit: VisitDep, form: FormDep) -> Response:
    """Write somebody in."""

    def values_of(tx: Tx, form: Form) -> dict[str, Any]:
        values = _values(tx, form)
        values["team_id"] = form.row_id("team_id", optional=True)
        values["team_role"] = form.choice("team_role", MembershipRole, optional=True) or MembershipRole.member
        return values

    notice = visit.page.gettext("Written in.")
    again = partial(_form_page, visit, roles=form.texts("roles"))
    return write_in(visit, form, again, at="/people", read=values_of, create=people.create, notice=notice)


@router.get("/people/{person_id}/edit")
def ask_edit(visit: VisitDep, person_id: RowId) -> Response:
    """Show the form of a person, filled."""
    view = to_change(visit, read_person, person_id)
    return _form_page(visit, Filled(_texts(view)), roles=list(view.person.roles), person=view)


@router.post("/people/{person_id}/edit")
def edit(visit: VisitDep, person_id: RowId, form: FormDep) -> Response:
    """Change a person."""
    view = to_change(visit, read_person, person_id)

    def values_of(tx: Tx, form: Form) -> dict[str, Any]:
        values = _values(tx, form) | {"left_on": until_on(form)}
        if values["sort_key"] == view.sort_key:
            del values["sort_key"]  # nobody touched it, so a new name is read anew
        return values

    again = partial(_form_page, visit, roles=form.texts("roles"), person=view)
    return save_changes(visit, form, again, at="/people", row_id=person_id, read=values_of, change=people.change)


def _values(tx: Tx, form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {name: form[name] for name in PLAIN}
    values |= {name: rosters.items_of(form[name]) for name in LISTS}
    values["roles"] = form.texts("roles")
    values["employer_org_id"] = typed_org(tx, form, "employer_org_id")
    values["answers_through_id"] = typed_id(form, "answers_through_id", lambda typed: named.person_ids(tx, typed))
    return values


def _texts(view: PersonView) -> Given:
    person = view.person
    through = view.answers_through
    return Given(
        texts_of(person, ("name", "code", "phone", "email", "locale", "version")),
        sort_key=view.sort_key,
        employer_org_id=person.employer.name if person.employer else "",
        answers_through_id=through.name if through else "",
        titles="、".join(person.titles),
        skills="、".join(person.skills),
        languages="、".join(person.languages),
        quiet_hours=view.quiet_hours or "",
        day_limit=str(view.day_limit or ""),
        week_limit=str(view.week_limit or ""),
        last_on=last_day(person.left_on),
    )


def _form_page(visit: Visit, filled: Filled, *, roles: list[str], person: PersonView | None = None) -> Response:
    with visit.uow.read(visit.actor) as tx:
        teams = [
            (team.id, team.name)
            for team in list_teams(tx, limit=MAX_LIMIT).items
            if person is None and access.has_role_over(tx.session, tx.actor, team.id, access.MANAGING)
        ]
        orgs = named.org_names(tx)
    return visit.page.render(
        FORM,
        **filled.values(),
        usual=(DAY_LIMIT, WEEK_LIMIT),
        house_quiet=visit.page.wiring.settings.quiet_hours,
        chosen_roles=roles,
        roles=word_options(visit.page.translator, AssignmentRole),
        team_roles=word_options(visit.page.translator, MembershipRole),
        teams=teams,
        orgs=orgs,
        person=person,
        may_stand_alone=visit.actor.has_everywhere(access.MANAGING),
    )
