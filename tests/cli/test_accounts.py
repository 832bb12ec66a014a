"""`muster user` and `muster token`."""

import pytest
from sqlmodel import col, select

from models.tables.users import User, UserGrant
from muster.settings import load_settings
from services import sign_ins
from services.access import STRANGER
from services.house import open_house
from services.passwords import Passwords
from tests.cli.shell import Shell

ADD = ("user", "add", "--name", "张示例")


def stored(shell: Shell, user_id: int) -> tuple[User, UserGrant]:
    database = shell.database()
    try:
        with database.read() as session:
            user = session.exec(select(User).where(col(User.id) == user_id)).one()
            grant = session.exec(select(UserGrant).where(col(UserGrant.user_id) == user_id)).one()
            return user, grant
    finally:
        database.dispose()


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("admin", "administrator"),
        ("organiser", "organiser"),
        ("auditor", "auditor"),
        ("member", "member"),
        ("leader", "leader"),
    ],
)
def test_user_add_prints_the_id_alone_and_a_password_beside_it(house: Shell, word: str, role: str) -> None:
    ran = house.run(*ADD, "--email", "Zhang@Example.org", "--role", word)
    assert ran.code == 0, ran.err
    user, grant = stored(house, int(ran.out))
    assert (user.email, grant.role, grant.team_id) == ("zhang@example.org", role, None)
    password = ran.line.rpartition(" ")[2]
    assert Passwords().holds(user.password_hash, password)


def test_a_password_can_be_given_or_left_out(house: Shell) -> None:
    given = house.run(
        *ADD, "--email", "a@example.org", "--role", "admin", "--password-stdin", typed="red horse 7\nmore\n"
    )
    assert given.err == ""
    user, _ = stored(house, int(given.out))
    assert Passwords().holds(user.password_hash, "red horse 7")
    none = house.run(*ADD, "--email", "b@example.org", "--role", "admin", "--no-password")
    user, _ = stored(house, int(none.out))
    assert user.password_hash is None
    assert "mailed link" in none.line


def test_what_is_wrong_with_a_login_is_named(house: Shell) -> None:
    assert house.run(*ADD, "--email", "a@example.org", "--role", "admin").code == 0
    for arguments, typed, named in (
        (["--email", "b@example.org", "--role", "king"], "", "king"),
        (["--email", "no address", "--role", "admin"], "", "email"),
        (["--email", "a@example.org", "--role", "admin"], "", "email"),
        (["--email", "b@example.org", "--role", "organiser", "--team", "77"], "", "77"),
        (["--email", "b@example.org", "--role", "admin", "--password-stdin"], "short\n", "password"),
    ):
        ran = house.run(*ADD, *arguments, typed=typed)
        assert ran.code == 2, arguments
        assert named in ran.line
        assert ran.out == ""


def test_a_token_lets_its_user_in(house: Shell) -> None:
    user_id = int(house.run(*ADD, "--email", "a@example.org", "--role", "organiser").out)
    ran = house.run("token", "create", "--email", "a@example.org", "--expires", "7")
    assert ran.code == 0
    uow = open_house(load_settings(database_url=f"sqlite:///{house.database_path}", secret_key="x" * 20))
    try:
        with uow.read(STRANGER) as tx:
            assert sign_ins.identify_program(tx, ran.out.strip()).user_id == user_id
    finally:
        uow.database.dispose()
    unknown = house.run("token", "create", "--email", "nobody@example.org")
    assert unknown.code == 2
    assert unknown.out == ""
    assert unknown.line
