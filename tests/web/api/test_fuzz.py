"""Whatever is sent to whichever route by whomever: an answer in our own words, never a broken request."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.routes import ROUTERS
from tests.web.api.requests import Call, calls_of, requests_of
from tests.web.api.world import API, World

ROLES = ("member", "squad_organiser", "organiser")
#: More of them find more; a run of the suite has twenty seconds for this file.
EXAMPLES = int(os.environ.get("MUSTER_FUZZ_EXAMPLES", "5"))
ROUTES = sorted(
    f"{method} {API}{getattr(route, 'path', '')}"
    for router in ROUTERS
    for route in router.routes
    for method in getattr(route, "methods", ())
)


@pytest.fixture(scope="module")
def busy(world: World) -> World:
    """A house in which something of everything is there to be found by its id."""
    squad = world.house.squad
    world.closed(squad)
    world.check_in(squad)
    world.document(squad)
    world.delivery(squad)
    world.booking(world.draft(squad), needs_approval=True)
    world.loan(world.draft(squad))
    for make in (world.org, world.programme, world.topic):
        make()
    world.tour(squad)
    return world


@pytest.fixture(scope="module")
def calls(busy: World) -> dict[str, Call]:
    """Every call as the document tells of it."""
    return {str(call): call for call in calls_of(busy.clients["organiser"].get(f"{API}/openapi.json").json())}


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_that_is_sent_breaks_a_request(busy: World, calls: dict[str, Call], route: str) -> None:
    call = calls[route]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="MUSTER_FUZZ_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests_of(call), role=st.sampled_from(ROLES))
    def sent(request: dict[str, object], role: str) -> None:
        answer = busy.clients[role].request(**request)
        assert answer.status_code < 500, (role, request, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["reasons"], answer.text

    sent()
