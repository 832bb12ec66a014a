"""Every route, every role: who gets what is written down, and a new route fails until it is."""

import pytest
from fastapi.routing import APIRoute
from httpx import Response

from api.routes import ROUTERS
from tests.web.api.matrix import MATRIX, Ask, Make
from tests.web.api.world import API, ROLES, World

#: Rights do not depend on the database; the fuzz and the tests of services run on both.
pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


def calls() -> set[str]:
    """Return every call of the API, hidden ones too."""
    routes = [route for router in ROUTERS for route in router.routes]
    assert all(isinstance(route, APIRoute) for route in routes)
    return {f"{method} {route.path}" for route in routes if isinstance(route, APIRoute) for method in route.methods}


def send(world: World, role: str, call: str, asked: Ask, **headers: str) -> Response:
    """Call as a role."""
    method, _, path = call.partition(" ")
    return world.clients[role].request(
        method,
        API + path.format(**asked.ids),
        json=asked.json,
        params=asked.params,
        files=asked.files,
        data=asked.data,
        headers=headers,
    )


def statuses(world: World, call: str, make: Make, team: int) -> str:
    """Return what each role gets; whoever comes after a change gets rows of their own."""
    found = []
    asked = make(world, team)
    for role in ROLES:
        status = send(world, role, call, asked).status_code
        found.append(str(status))
        if status < 300 and not call.startswith("GET") and role != ROLES[-1]:
            asked = make(world, team)
    return " ".join(found)


def doer(own: str) -> str:
    """Return a role that may: an organiser, or for calls about oneself the first who is somebody."""
    may = [role for role, status in zip(ROLES, own.split(), strict=True) if status.startswith("2")]
    return "organiser" if "organiser" in may else may[0]


def test_the_matrix_names_every_route_and_no_other(world: World) -> None:
    assert calls() == set(MATRIX)


@pytest.mark.parametrize("call", MATRIX)
def test_each_role_gets_what_the_matrix_says(world: World, call: str) -> None:
    make, own, other = MATRIX[call]
    assert statuses(world, call, make, world.house.squad) == own
    if other is not None:
        assert statuses(world, call, make, world.house.other_squad) == other


@pytest.mark.parametrize("call", [call for call in MATRIX if call.startswith(("POST", "PUT", "PATCH"))])
def test_a_repeat_with_the_same_key_is_one_change(world: World, call: str) -> None:
    make, own, _ = MATRIX[call]
    asked = make(world, world.house.squad)
    key = {"Idempotency-Key": f"key-{next(world.number)}"}
    first, again = (send(world, doer(own), call, asked, **key) for _ in range(2))
    assert first.status_code in {200, 201, 204}, first.text
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers.get("etag") == first.headers.get("etag")


@pytest.mark.parametrize("call", [call for call in MATRIX if call.startswith(("PUT", "PATCH"))])
def test_a_change_against_an_old_version_is_a_lost_race(world: World, call: str) -> None:
    make, own, _ = MATRIX[call]
    who, asked = doer(own), make(world, world.house.squad)
    first = send(world, who, call, asked)
    tag = first.headers["etag"]
    path = call.removesuffix("/stops").partition(" ")[2].format(**asked.ids)
    assert world.clients[who].get(API + path).headers["etag"] == tag
    late = send(world, who, call, asked, **{"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "lost_race")
    assert late.headers["content-type"] == "application/problem+json"
    for wrong in ('W/"2"', "2", '"x"'):
        assert send(world, who, call, asked, **{"If-Match": wrong}).status_code == 412
    for good in (tag, "*"):
        assert send(world, who, call, asked, **{"If-Match": good}).status_code == 200
