"""The house with a story, as its own pages' tests tell it, and more people who knock."""

from collections.abc import Callable

import pytest

from models.enums import UserRole
from services.unit_of_work import UnitOfWork
from tests.web.browser import Browser, add_user
from tests.web.pages_a.conftest import (  # noqa: F401 - pytest finds fixtures by their names here
    SignIn,
    database_url,
    postgres_story,
    sign_in,
    sqlite_story,
    story,
)
from tests.web.pages_a.stories import Story


@pytest.fixture
def organiser(story: Story, sign_in: SignIn) -> Browser:  # noqa: F811 - the fixtures from above
    """An organiser of the whole house."""
    return sign_in("organiser")


@pytest.fixture
def member(story: Story, sign_in: SignIn) -> Browser:  # noqa: F811 - the fixtures from above
    """李样本, a member of the squad."""
    return sign_in("member")


@pytest.fixture
def auditor(story: Story, sign_in: SignIn) -> Browser:  # noqa: F811 - the fixtures from above
    """An auditor of the whole house."""
    return sign_in("auditor")


@pytest.fixture
def knock(uow: UnitOfWork, story: Story, sign_in: SignIn) -> Callable[[UserRole, int | None], Browser]:  # noqa: F811
    """Give a browser of somebody new with a role, over a team or the whole house."""

    def knocked(role: UserRole, team_id: int | None = None) -> Browser:
        name = f"new-{role.value}-{team_id}"
        add_user(uow, role, email=f"{name}@example.org", team_id=team_id)
        return sign_in(name)

    return knocked
