"""Sessions, links, tokens and the brakes on guessing, on both databases."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import SQLModel, select

from models.enums import UserRole
from models.errors import Forbidden, NotFound, SignInNeeded, TooMany
from models.tables.history import HistoryEntry
from models.tables.notifications import Notification
from models.tables.users import ApiToken, SignIn, SignInAttempt, SignInLink
from muster.clock import ManualClock
from muster.ids import digest
from services import sign_ins, users
from services.access import COMMAND, STRANGER, Actor, Grant
from services.sign_in_limits import network
from services.sign_ins import Opened
from services.unit_of_work import UnitOfWork

EMAIL, HERE = "li@example.org", "203.0.113.7"


@pytest.fixture
def user_id(uow: UnitOfWork) -> int:
    with uow.write(COMMAND) as tx:
        return users.add(tx, name="李样本", email=EMAIL, role=UserRole.leader, password_hash="stored")


def open_session(uow: UnitOfWork, old_token: str | None = None) -> Opened:
    with uow.write(STRANGER) as tx:
        return sign_ins.finish(tx, sign_ins.begin(tx, email=EMAIL, address=HERE), old_token=old_token)


def fail(uow: UnitOfWork, email: str = EMAIL, address: str = HERE) -> None:
    with uow.write(STRANGER) as tx:
        attempt = sign_ins.begin(tx, email=email, address=address)
    with uow.write(STRANGER) as tx:
        sign_ins.refuse(tx, attempt)


def count(uow: UnitOfWork, kind: type[SQLModel]) -> int:
    with uow.read(STRANGER) as tx:
        return len(tx.session.exec(select(kind)).all())


def link_token(uow: UnitOfWork) -> str:
    with uow.read(STRANGER) as tx:
        newest = tx.session.exec(select(Notification).order_by(Notification.id.desc())).first()  # type: ignore[attr-defined]
    assert newest is not None
    return str(newest.payload["path"]).removeprefix("/sign-in/")


def test_a_session_names_the_user_with_every_grant(uow: UnitOfWork, user_id: int) -> None:
    with uow.write(COMMAND) as tx:
        users.grant(tx, user_id, role=UserRole.auditor)
    opened = open_session(uow)
    with uow.read(STRANGER) as tx:
        browser = sign_ins.identify_browser(tx, opened.token)
    assert browser is not None
    assert browser.actor == Actor(
        kind="user",
        user_id=user_id,
        grants=(Grant(UserRole.leader), Grant(UserRole.auditor)),
        name="李样本",
        locale="zh-CN",
    )
    assert browser.actor.label == f"user:{user_id}"
    assert len(browser.csrf_token) == 43
    assert browser.csrf_token != opened.token


def test_only_hashes_of_secrets_are_stored(uow: UnitOfWork, user_id: int) -> None:
    opened = open_session(uow)
    with uow.write(STRANGER) as tx:
        sign_ins.request_link(tx, email=EMAIL, address=HERE)
    with uow.write(COMMAND) as tx:
        token = sign_ins.create_token(tx, email=EMAIL)
    with uow.read(STRANGER) as tx:
        assert tx.session.exec(select(SignIn.token_sha256)).all() == [digest(opened.token)]
        assert tx.session.exec(select(SignInLink.token_sha256)).all() == [digest(link_token(uow))]
        assert tx.session.exec(select(ApiToken.token_sha256)).all() == [digest(token)]
        history = " ".join(tx.session.exec(select(HistoryEntry.body)))
    assert not any(secret in history for secret in (opened.token, link_token(uow), token, EMAIL, "李样本", HERE))


def test_an_old_session_of_the_browser_ends_and_others_go_on(uow: UnitOfWork, user_id: int) -> None:
    first, phone = open_session(uow), open_session(uow)
    second = open_session(uow, old_token=first.token)
    with uow.read(STRANGER) as tx:
        assert sign_ins.identify_browser(tx, first.token) is None
        assert sign_ins.identify_browser(tx, phone.token) is not None
        assert sign_ins.identify_browser(tx, second.token) is not None


def test_the_tenth_failure_closes_the_account_for_a_while(uow: UnitOfWork, clock: ManualClock, user_id: int) -> None:
    for _ in range(10):
        fail(uow)
        clock.advance(timedelta(minutes=1))
    with pytest.raises(TooMany) as raised:
        fail(uow, "LI@Example.org ", "198.51.100.1")
    assert raised.value.retry_after_seconds == 300  # the first of the ten is forgotten then
    fail(uow, "other@example.org")
    clock.advance(timedelta(minutes=5))
    fail(uow)
    with pytest.raises(TooMany):
        fail(uow)


def test_one_sender_cannot_try_many_accounts(uow: UnitOfWork, clock: ManualClock) -> None:
    for number in range(30):
        fail(uow, f"user{number}@example.org")
    with pytest.raises(TooMany):
        fail(uow, "fresh@example.org")
    fail(uow, "fresh@example.org", "198.51.100.1")
    clock.advance(timedelta(minutes=15))
    fail(uow, "fresh@example.org")


def test_whoever_gets_in_clears_the_account_but_not_the_sender(uow: UnitOfWork, user_id: int) -> None:
    for _ in range(9):
        fail(uow)
    open_session(uow)
    assert count(uow, SignInAttempt) == 9  # of the sender
    for _ in range(10):
        fail(uow)
    with pytest.raises(TooMany):
        fail(uow)


def test_a_refused_try_does_not_lengthen_the_wait(uow: UnitOfWork, clock: ManualClock, user_id: int) -> None:
    for _ in range(10):
        fail(uow)
    for _ in range(14):
        clock.advance(timedelta(minutes=1))
        with pytest.raises(TooMany):
            fail(uow)
    clock.advance(timedelta(minutes=1))
    fail(uow)


def test_tries_at_the_same_time_are_counted_one_by_one(uow: UnitOfWork, user_id: int) -> None:
    let_through: list[bool] = []
    barrier = threading.Barrier(16)

    def try_once() -> None:
        barrier.wait()
        try:
            with uow.write(STRANGER) as tx:
                sign_ins.begin(tx, email=EMAIL, address=HERE)
        except TooMany:
            let_through.append(False)
        else:
            let_through.append(True)

    threads = [threading.Thread(target=try_once) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(let_through) == [False] * 6 + [True] * 10


def test_buckets_name_nobody(uow: UnitOfWork) -> None:
    fail(uow)
    with uow.read(STRANGER) as tx:
        buckets = tx.session.exec(select(SignInAttempt.bucket_sha256)).all()
    assert len(set(buckets)) == 2
    assert not {digest(EMAIL), digest(f"account:{EMAIL}"), digest(HERE), digest(f"address:{HERE}")} & set(buckets)


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_sender_is_an_address_or_a_network(address: str, sender: str, uow: UnitOfWork) -> None:
    assert network(address) == sender


def test_a_user_who_was_closed_meanwhile_does_not_get_in(uow: UnitOfWork, user_id: int) -> None:
    with uow.write(STRANGER) as tx:
        attempt = sign_ins.begin(tx, email=EMAIL, address=HERE)
        sign_ins.request_link(tx, email=EMAIL, address=HERE)
    with uow.write(COMMAND) as tx:
        users.deactivate(tx, user_id)
    with uow.write(STRANGER) as tx, pytest.raises(SignInNeeded):
        sign_ins.finish(tx, attempt)
    with uow.write(STRANGER) as tx, pytest.raises(SignInNeeded):
        sign_ins.use_link(tx, link_token(uow))
    with uow.write(STRANGER) as tx:
        assert sign_ins.begin(tx, email=EMAIL, address=HERE).user_id is None
    assert count(uow, SignIn) == 0


def test_a_link_lets_in_once_even_at_the_same_time(uow: UnitOfWork, user_id: int) -> None:
    with uow.write(STRANGER) as tx:
        sign_ins.request_link(tx, email=EMAIL, address=HERE)
    token, outcomes, barrier = link_token(uow), [], threading.Barrier(5)

    def use() -> None:
        barrier.wait()
        try:
            with uow.write(STRANGER) as tx:
                sign_ins.use_link(tx, token)
        except SignInNeeded as error:
            outcomes.append(error.reasons[0].code)
        else:
            outcomes.append("in")

    threads = [threading.Thread(target=use) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", *["link_refused"] * 4]
    assert count(uow, SignIn) == 1


def test_nobody_is_flooded_with_links(uow: UnitOfWork, clock: ManualClock, user_id: int) -> None:
    for email in (EMAIL, "nobody@example.org"):
        for _ in range(5):
            with uow.write(STRANGER) as tx:
                sign_ins.request_link(tx, email=email, address=HERE)
        with pytest.raises(TooMany), uow.write(STRANGER) as tx:
            sign_ins.request_link(tx, email=email, address=HERE)
    assert count(uow, Notification) == count(uow, SignInLink) == 5
    clock.advance(timedelta(minutes=15))
    with uow.write(STRANGER) as tx:
        sign_ins.request_link(tx, email=EMAIL, address=HERE)


def test_a_token_begins_with_the_name_of_the_house(uow: UnitOfWork, user_id: int) -> None:
    with uow.write(COMMAND) as tx:
        token = sign_ins.create_token(tx, email="Li@example.org", expires_days=7)
    assert token.startswith("muster_")
    assert len(token) == len("muster_") + 43
    with uow.read(STRANGER) as tx:
        assert sign_ins.identify_program(tx, token).user_id == user_id


def actor_of(user_id: int, *grants: Grant) -> Actor:
    return Actor(kind="user", user_id=user_id, grants=grants)


def test_tokens_are_made_and_ended_by_their_user_or_an_administrator(uow: UnitOfWork, user_id: int) -> None:
    organiser = actor_of(99, Grant(UserRole.organiser))
    squad_head = actor_of(98, Grant(UserRole.administrator, team_id=1))
    with uow.write(actor_of(user_id)) as tx:
        token = sign_ins.create_token(tx, email=EMAIL)
    for other in (organiser, squad_head):
        for email in (EMAIL, "nobody@example.org"):  # which of the two exists stays unknown
            with uow.write(other) as tx, pytest.raises(Forbidden):
                sign_ins.create_token(tx, email=email)
        with uow.write(other) as tx, pytest.raises(Forbidden):
            sign_ins.revoke_token(tx, 1)
    with uow.write(STRANGER) as tx, pytest.raises(SignInNeeded):
        sign_ins.create_token(tx, email=EMAIL)
    with uow.write(COMMAND) as tx, pytest.raises(NotFound):
        sign_ins.create_token(tx, email="nobody@example.org")
    for _ in range(2):
        with uow.write(actor_of(user_id)) as tx:
            sign_ins.revoke_token(tx, 1)
    with uow.read(STRANGER) as tx, pytest.raises(SignInNeeded):
        sign_ins.identify_program(tx, token)
    with uow.read(STRANGER) as tx:
        events = [row.event for row in tx.session.exec(select(HistoryEntry).order_by(HistoryEntry.seq))]  # type: ignore[arg-type]
    assert events == ["user.added", "token.created", "token.revoked"]


def test_what_means_nothing_any_more_is_forgotten(uow: UnitOfWork, clock: ManualClock, user_id: int) -> None:
    open_session(uow)
    fail(uow)
    with uow.write(STRANGER) as tx:
        sign_ins.request_link(tx, email=EMAIL, address=HERE)
    with uow.write(COMMAND) as tx:
        assert sign_ins.forget_old(tx) == 0
    clock.advance(timedelta(minutes=15))
    with uow.write(COMMAND) as tx:
        assert sign_ins.forget_old(tx) == 5  # the link, two buckets of the failure, two of the link
    assert count(uow, SignIn) == 1
    clock.advance(timedelta(hours=12))
    with uow.write(COMMAND) as tx:
        assert sign_ins.forget_old(tx) == 1
    assert count(uow, SignIn) == 0
