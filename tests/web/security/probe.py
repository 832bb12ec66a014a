"""Routes that only tests have: one of each kind, written as real ones are."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.schemas.common import Day, Id, Input, Instant, Line, Output, Text, problem_responses
from models.enums import UserRole
from models.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    LostRace,
    NotFound,
    SignInNeeded,
    TooMany,
    Unavailable,
    VenueTaken,
)
from models.rules.verdicts import Reason
from models.tables.users import User
from services import users
from services.queries.users import read_user, user_id_of
from services.unit_of_work import Tx
from web.deps import ActorDep, Done, FormDep, IfMatchDep, PageDep, RowId, UowDep, answer, run_form, run_write
from web.templating import Undo

api = APIRouter(prefix="/api/v1/probe")
pages = APIRouter(prefix="/probe")


class LoginIn(Input):
    name: Line
    email: str = Field(min_length=5, max_length=40)
    role: UserRole = UserRole.member
    since: Instant | None = None
    born_on: Day | None = None
    team_id: Id | None = None
    note: Text = ""
    tags: list[str] = Field(default=[], max_length=2)
    weight: int = Field(default=1, ge=1, le=5)


class LoginOut(Output):
    id: int
    email: str
    version: int
    since: Instant | None = None


class NameIn(Input):
    name: Line | None = None


@api.post("", status_code=201, response_model=LoginOut)
def add(body: LoginIn, request: Request, uow: UowDep, actor: ActorDep) -> Response:
    def change(tx: Tx) -> LoginOut:
        user_id = users.add(tx, name=body.name, email=body.email, role=body.role, team_id=body.team_id)
        return LoginOut.of(read_user(tx, user_id)).model_copy(update={"since": body.since})

    return run_write(request, uow, actor, change, status=201)


@api.get("/{user_id}", response_model=LoginOut)
def read(user_id: RowId, uow: UowDep, actor: ActorDep) -> Response:
    with uow.read(actor) as tx:
        return answer(LoginOut.of(read_user(tx, user_id)))


@api.patch("/{user_id}", response_model=LoginOut)
def rename(
    user_id: RowId, body: NameIn, version: IfMatchDep, request: Request, uow: UowDep, actor: ActorDep
) -> Response:
    def change(tx: Tx) -> LoginOut:
        row = tx.get(User, user_id, noun="user")
        tx.touch(row, expected_version=version)
        row.name = body.given().get("name", row.name)
        tx.session.flush()
        return LoginOut.of(read_user(tx, user_id))

    return run_write(request, uow, actor, change)


@api.delete("/{user_id}", status_code=204)
def close(user_id: RowId, request: Request, uow: UowDep, actor: ActorDep) -> Response:
    def change(tx: Tx) -> None:
        users.deactivate(tx, user_id)

    return run_write(request, uow, actor, change)


@api.get("")
def search(at: Annotated[Instant, Query()], limit: Annotated[int, Query(ge=1, le=9)] = 5) -> dict[str, object]:
    return {"at": at.isoformat(), "limit": limit}


@api.get("/by-email/{email}")
def find(email: str, uow: UowDep, actor: ActorDep) -> dict[str, int | None]:
    with uow.read(actor) as tx:
        return {"id": user_id_of(tx, email)}


ERRORS: dict[str, DomainError | Exception] = {
    "not_found": NotFound("venue", 7),
    "forbidden": Forbidden(Reason("role_missing")),
    "sign_in_needed": SignInNeeded(),
    "invalid": Invalid(Reason("too_long", {"field": "title", "limit": 100}), Reason("missing", {"field": "team_id"})),
    "conflict": Conflict(Reason("already_over", {"ends_at": datetime.fromisoformat("2026-03-02T01:00:00+00:00")})),
    "venue_taken": VenueTaken(
        Reason("venue_taken"),
        conflicts=[{"starts_at": datetime.fromisoformat("2026-03-02T01:00:00+00:00")}],
        alternatives=[{"venue_id": 4, "reason": "other_hour"}],
    ),
    "lost_race": LostRace(),
    "too_many": TooMany(42),
    "unavailable": Unavailable(),
    "internal": RuntimeError("secret: 张示例 in /srv/house"),
}


@api.post("/fail/{code}")
def fail(code: str, uow: UowDep, actor: ActorDep) -> Response:
    with uow.write(actor):
        raise ERRORS[code]


@pages.get("/fail/{code}")
def fail_page(code: str) -> Response:
    raise ERRORS[code]


@pages.post("/logins")
def add_by_form(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    def change(tx: Tx) -> Done:
        name = form.text("name", longest=60)
        email = form.text("email", longest=254)
        role = form.choice("role", UserRole, optional=True) or UserRole.member
        form.check()
        users.add(tx, name=name, email=email, role=role)
        return Done("/probe/logins", page.gettext("Undo"), Undo("/probe/undo", 30))

    return run_form(request, uow, actor, change)


@pages.get("/logins")
def show_logins(page: PageDep) -> Response:
    return page.render("error.html", status=404, reasons=[], reference=None, ways_out=[])


@pages.get("/sealed")
def sealed(page: PageDep) -> Response:
    return page.render_sealed("answer/base.html")


def install(app: FastAPI) -> FastAPI:
    """Put the routes of this module into an application."""
    app.include_router(api, responses=problem_responses())
    app.include_router(pages, include_in_schema=False)
    return app
