"""People: the list by pinyin, and one person with what they can do, where they belong and what they promised."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import AssignmentRole, AssignmentState, MembershipRole, TraitKind, UserRole
from models.rules.person_conflicts import DAY_LIMIT, WEEK_LIMIT
from muster.localtime import local_day, zone
from services import access, people
from services.queries.assignments import Duty, duties
from services.queries.paging import MAX_LIMIT
from services.queries.people import PersonView, list_people, read_person
from services.queries.teams import list_teams
from services.queries.traits import known_traits
from services.unit_of_work import Tx
from web.deps import ActorDep, Done, PageDep, RowId, UowDep, run_form
from web.pages.asked import Asked, show_page

router = APIRouter(include_in_schema=False)

LIST, ONE = "people/list.html", "people/show.html"
ROWS, SERVED_SHOWN = 30, 8
PROMISED = frozenset({AssignmentState.offered, AssignmentState.accepted})
LEDGER_READERS = access.LEADING | {UserRole.auditor}
#: Traits that the list can be narrowed by; the query says `role:model_demo` or `skill:…`.
CAN = (TraitKind.role, TraitKind.skill)


@router.get("/people")
def show_list(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """List the people whom the reader may see, by pinyin; telephones only of those whom they may call."""
    asked = Asked(request)
    trait, value = _trait(asked["can"])
    with uow.read(actor) as tx:
        found = list_people(
            tx,
            q=asked.text("q"),
            team_id=asked.number("team"),
            team_role=asked.word("is", MembershipRole),
            trait=trait,
            trait_value=value,
            on=local_day(tx.now, page.wiring.zone),
            limit=ROWS,
            cursor=asked.cursor,
        )
        values: dict[str, Any] = {
            "people": found.items,
            "following": asked.following(found.next),
            "teams": [(team.id, team.name) for team in list_teams(tx, limit=MAX_LIMIT).items],
            "skills": [(f"{TraitKind.skill}:{word}", word) for word in known_traits(tx, TraitKind.skill)],
        }
    values |= {
        "asked": asked,
        "roles": [(f"{TraitKind.role}:{role}", page.translator.word(role)) for role in AssignmentRole],
        "role_words": {role.value: page.translator.word(role) for role in AssignmentRole},
        "team_roles": MembershipRole,
        "may_call": actor.has(access.CONTACTING),
        "may_manage": actor.has(access.MANAGING),
        "page_of": "/people",
    }
    return show_page(request, page, LIST, "people", **values)


@router.post("/people/{person_id}/try-mail")
def try_mail(person_id: RowId, request: Request, uow: UowDep, actor: ActorDep, page: PageDep) -> Response:
    """Let the next message go to an address that was called dead."""

    def change(tx: Tx) -> Done:
        people.try_mail_anew(tx, person_id)
        return Done(f"/people/{person_id}", page.gettext("The next message goes there again."))

    return run_form(request, uow, actor, change)


@router.get("/people/{person_id}")
def show(person_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show one person; what they promised and did only to those who may call them, and to themselves."""
    with uow.read(actor) as tx:
        view = read_person(tx, person_id)
        known = _duties(tx, view)
    ahead = [duty for duty in known if duty.state in PROMISED and duty.ends_at > page.context.now]
    served = [duty for duty in reversed(known) if duty.state is AssignmentState.served][:SERVED_SHOWN]
    return page.render(
        ONE,
        view=view,
        ahead=ahead,
        served=served,
        role_words={role.value: page.translator.word(role) for role in AssignmentRole},
        today=local_day(page.context.now, page.wiring.zone),
        may_read_ledger=actor.has(LEDGER_READERS) or actor.person_id == person_id,
        is_self=actor.person_id == person_id,
        leader=MembershipRole.leader,
        usual=(DAY_LIMIT, WEEK_LIMIT),
        zone_of=zone,
    )


def _duties(tx: Tx, view: PersonView) -> tuple[Duty, ...]:
    return () if view.person.is_masked else duties(tx, person_id=view.person.id)


def _trait(text: str) -> tuple[TraitKind | None, str | None]:
    kind, _, value = text.partition(":")
    return (TraitKind(kind), value) if kind in set(CAN) and value else (None, None)
