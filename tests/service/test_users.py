"""Logins and their rights, on both databases."""

import pytest
from sqlmodel import select

from models.enums import TeamKind, UserRole
from models.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from models.tables.history import HistoryEntry
from models.tables.people import Person
from models.tables.teams import Team
from models.tables.users import ApiToken, SignIn, User
from muster.clock import ManualClock
from services import idempotency, sign_ins, users
from services.access import COMMAND, STRANGER, Actor, Grant
from services.idempotency import KeptAnswer
from services.queries.users import list_tokens, list_users, read_user, user_id_of
from services.unit_of_work import UnitOfWork

LI = {"name": "李样本", "email": "li@example.org", "role": UserRole.leader}


def add(uow: UnitOfWork, **changes: object) -> int:
    with uow.write(COMMAND) as tx:
        return users.add(tx, **(LI | changes))  # type: ignore[arg-type]


def codes(error: DomainError) -> list[tuple[str, str]]:
    return [(str(reason.params.get("field")), reason.code) for reason in error.reasons]


def test_a_login_is_made_with_one_role(uow: UnitOfWork) -> None:
    user_id = add(uow, email=" Li@Example.ORG")
    with uow.read(COMMAND) as tx:
        row = read_user(tx, user_id)
        assert user_id_of(tx, "LI@example.org") == user_id
        entry = tx.session.exec(select(HistoryEntry)).one()
    assert (row.email, row.grants, row.is_active, row.has_password) == (
        "li@example.org",
        (Grant(UserRole.leader),),
        True,
        False,
    )
    assert (entry.event, entry.subject_id, entry.actor) == ("user.added", user_id, "command")
    assert "example" not in entry.body
    assert "李样本" not in entry.body


def test_every_fault_is_told_at_once(uow: UnitOfWork) -> None:
    with pytest.raises(Invalid) as raised:
        add(uow, name=" ", email="no address", locale="fr", team_id=7, person_id=8)
    assert codes(raised.value) == [
        ("name", "missing"),
        ("email", "email_wrong"),
        ("locale", "word_unknown"),
        ("team_id", "unknown_reference"),
        ("person_id", "unknown_reference"),
    ]
    with pytest.raises(Invalid) as raised:
        add(uow, name="x" * 61 + "\n")
    assert codes(raised.value) == [("name", "too_long")]
    with pytest.raises(Invalid) as raised:
        add(uow, name="a\nb")
    assert codes(raised.value) == [("name", "text_wrong")]


def test_an_address_has_one_login(uow: UnitOfWork) -> None:
    add(uow)
    with pytest.raises(Conflict) as raised:
        add(uow, email="LI@example.org")
    assert codes(raised.value) == [("email", "already_there")]


def test_the_person_with_the_same_address_is_the_users(uow: UnitOfWork) -> None:
    with uow.write(COMMAND) as tx:
        for name, email in (("李样本", "li@example.org"), ("王甲", "wang@example.org"), ("王乙", "wang@example.org")):
            tx.add(Person(name=name, sort_key=name, email=email, created_at=tx.now))
    assert add(uow) and add(uow, email="wang@example.org")
    with uow.read(COMMAND) as tx:
        assert [row.person_id for row in list_users(tx)] in ([1, None], [None, 1])


def test_rights_are_given_and_taken(uow: UnitOfWork) -> None:
    user_id = add(uow)
    with uow.write(COMMAND) as tx:
        team = tx.add(Team(kind=TeamKind.squad, name="铜都分队", valid_from_on=tx.now.date(), created_at=tx.now))
        for _ in range(2):
            users.grant(tx, user_id, role=UserRole.organiser, team_id=team.id)
        for _ in range(2):
            users.take_grant(tx, user_id, role=UserRole.leader)
    with uow.read(COMMAND) as tx:
        row = read_user(tx, user_id)
        events = [entry.event for entry in tx.session.exec(select(HistoryEntry))]
    assert row.grants == (Grant(UserRole.organiser, team.id),)
    assert row.version == 3
    assert events == ["user.added", "user.changed", "user.changed"]
    with uow.write(COMMAND) as tx, pytest.raises(Invalid):
        users.grant(tx, user_id, role=UserRole.leader, team_id=99)
    with uow.write(COMMAND) as tx, pytest.raises(NotFound):
        users.grant(tx, 99, role=UserRole.leader)


def test_somebody_always_administers_the_house(uow: UnitOfWork) -> None:
    first = add(uow, role=UserRole.administrator)
    for act in (
        lambda tx: users.deactivate(tx, first),
        lambda tx: users.take_grant(tx, first, role=UserRole.administrator),
    ):
        with uow.write(COMMAND) as tx, pytest.raises(Conflict) as raised:
            act(tx)
        assert raised.value.reasons[0].code == "last_administrator"
    second = add(uow, email="wang@example.org", role=UserRole.administrator)
    with uow.write(COMMAND) as tx:
        users.deactivate(tx, first)
    with uow.write(COMMAND) as tx, pytest.raises(Conflict):
        users.deactivate(tx, second)


def test_closing_a_login_ends_its_sessions_and_tokens(uow: UnitOfWork) -> None:
    user_id = add(uow)
    with uow.write(STRANGER) as tx:
        sign_ins.finish(tx, sign_ins.begin(tx, email="li@example.org", address=""))
    with uow.write(COMMAND) as tx:
        sign_ins.create_token(tx, email="li@example.org")
        for _ in range(2):
            users.deactivate(tx, user_id)
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(select(SignIn)).all() == []
        assert [row.revoked_at for row in tx.session.exec(select(ApiToken))] == [tx.now]
        assert not read_user(tx, user_id).is_active
        assert [row.revoked_at for row in list_tokens(tx, user_id)] == [tx.now]


def test_another_password_signs_every_browser_out(uow: UnitOfWork) -> None:
    user_id = add(uow, password_hash="old")
    with uow.write(STRANGER) as tx:
        sign_ins.finish(tx, sign_ins.begin(tx, email="li@example.org", address=""))
    with uow.write(Actor(kind="user", user_id=user_id)) as tx:
        users.set_password(tx, user_id, password_hash="new")
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(select(SignIn)).all() == []
        assert tx.session.exec(select(User.password_hash)).one() == "new"
        bodies = " ".join(tx.session.exec(select(HistoryEntry.body)))
    assert '"password_hash":["*","*"]' in bodies


@pytest.mark.parametrize("role", [role for role in UserRole if role is not UserRole.administrator])
def test_only_administrators_of_the_house_manage_logins(uow: UnitOfWork, role: UserRole) -> None:
    user_id = add(uow)
    for actor in (
        Actor(kind="user", user_id=99, grants=(Grant(role),)),
        Actor(kind="user", user_id=99, grants=(Grant(UserRole.administrator, team_id=1),)),
    ):
        for act in (
            lambda tx: users.add(tx, name="王", email="wang@example.org", role=UserRole.member),
            lambda tx: users.grant(tx, user_id, role=UserRole.organiser),
            lambda tx: users.take_grant(tx, user_id, role=UserRole.leader),
            lambda tx: users.set_password(tx, user_id, password_hash="x"),
            lambda tx: users.deactivate(tx, user_id),
            list_users,
            lambda tx: read_user(tx, user_id),
            lambda tx: list_tokens(tx, user_id),
            lambda tx: user_id_of(tx, "li@example.org"),
        ):
            with uow.write(actor) as tx, pytest.raises(Forbidden):
                act(tx)


def test_one_may_read_ones_own_login(uow: UnitOfWork) -> None:
    user_id = add(uow)
    with uow.read(Actor(kind="user", user_id=user_id)) as tx:
        assert read_user(tx, user_id).name == "李样本"
        assert list_tokens(tx, user_id) == ()
    with uow.read(COMMAND) as tx, pytest.raises(NotFound):
        read_user(tx, 99)


def test_answers_are_kept_for_a_day(uow: UnitOfWork, clock: ManualClock) -> None:
    with uow.write(COMMAND) as tx:
        assert idempotency.begin(tx, key="k", request_sha256="a" * 64) is None
        idempotency.keep(tx, key="k", answer=KeptAnswer(201, "{}"))
    with uow.write(COMMAND) as tx:
        assert idempotency.begin(tx, key="k", request_sha256="a" * 64) == KeptAnswer(201, "{}")
        assert idempotency.forget_old(tx) == 0
    with uow.write(COMMAND) as tx, pytest.raises(Invalid):
        idempotency.begin(tx, key="k", request_sha256="b" * 64)
    clock.advance(idempotency.KEPT_FOR)
    with uow.write(COMMAND) as tx:
        assert idempotency.forget_old(tx) == 1
        assert idempotency.begin(tx, key="k", request_sha256="b" * 64) is None
