"""What people want to get: who may choose for whom, and that it is one choice, all of it or nothing."""

from typing import Any

import pytest
from sqlmodel import col, select

from models.enums import ChannelKind, NotificationKind
from models.errors import Forbidden, Invalid, LostRace, NotFound, SignInNeeded
from models.tables.endpoints import ChannelEndpoint
from models.tables.history import HistoryEntry
from models.tables.people import Person
from models.tables.users import User
from services import message_choices, opt_outs
from services.access import COMMAND, STRANGER, Actor
from services.message_choices import MessageChoices
from services.unit_of_work import UnitOfWork
from tests.service.builders import SmallHouse, small_house

REMINDER, CHASE, CANCELLED = NotificationKind.reminder, NotificationKind.chase, NotificationKind.cancelled
MAIL, SMS = ChannelKind.mail, ChannelKind.sms


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def read(uow: UnitOfWork, actor: Actor, person_id: int) -> MessageChoices:
    with uow.read(actor) as tx:
        return message_choices.read(tx, person_id)


def change(uow: UnitOfWork, actor: Actor, person_id: int, **more: Any) -> None:
    changes: dict[str, Any] = {
        name: more.pop(name) for name in ("locale", "quiet_hours", "wants_digest") if name in more
    }
    with uow.write(actor) as tx:
        message_choices.change(tx, person_id, changes, **more)


def off(choices: MessageChoices) -> set[tuple[NotificationKind, ChannelKind]]:
    return {(row.kind, channel) for row in choices.kinds for channel in row.off}


def test_people_choose_kinds_language_hours_and_one_letter_a_day(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    before = read(uow, house.member, li)
    assert (before.channels, before.quiet_hours, before.house_quiet_hours) == ((MAIL,), None, "21:30-07:30")
    assert {row.kind for row in before.kinds if row.is_mandatory} >= {CANCELLED, NotificationKind.changed}
    assert NotificationKind.close_activity not in {row.kind for row in before.kinds}  # Li organises nothing
    change(
        uow, house.member, li, locale="en", quiet_hours="20:00-08:00", wants_digest=True,
        off=[(REMINDER, MAIL), (CHASE, MAIL)],
    )  # fmt: skip
    after = read(uow, house.member, li)
    assert (after.locale, after.quiet_hours, after.wants_digest) == ("en", "20:00-08:00", True)
    assert off(after) == {(REMINDER, MAIL), (CHASE, MAIL)}
    assert after.version == before.version + 1
    change(uow, house.member, li, quiet_hours="", off=[(CHASE, MAIL)])
    assert (read(uow, house.member, li).quiet_hours, off(read(uow, house.member, li))) == (None, {(CHASE, MAIL)})
    with uow.read(COMMAND) as tx:
        assert opt_outs.is_off(tx, li, CHASE)
        assert tx.session.exec(select(User.locale).where(col(User.person_id) == li)).one() == "en"
        told = tx.session.exec(select(HistoryEntry.event).where(col(HistoryEntry.noun) == "person")).all()
    assert sorted(set(told)) == ["person.changed", "person.opted_in", "person.opted_out"]


def test_what_is_wrong_is_told_all_at_once_and_nothing_is_kept(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    with pytest.raises(Invalid) as refusal:
        change(uow, house.member, li, locale="fr", quiet_hours="always", off=[(CANCELLED, MAIL), (REMINDER, MAIL)])
    told = {(one.code, one.params["field"]) for one in refusal.value.reasons}
    assert told == {("word_unknown", "locale"), ("quiet_hours_wrong", "quiet_hours"), ("kind_mandatory", "off")}
    with pytest.raises(LostRace):
        change(uow, house.member, li, wants_digest=True, off=[(REMINDER, MAIL)], expected_version=9)
    after = read(uow, house.member, li)
    assert (off(after), after.wants_digest) == (set(), False)


def test_others_choose_only_for_those_who_cannot_sign_in(uow: UnitOfWork, house: SmallHouse) -> None:
    li, wang, zhao = house.people
    change(uow, house.organiser, zhao, off=[(REMINDER, MAIL)])  # Zhao has no login
    assert off(read(uow, house.organiser, zhao)) == {(REMINDER, MAIL)}
    assert not read(uow, house.leader, li).may_change
    for actor, person_id, error in (
        (house.leader, li, Forbidden),
        (house.organiser, li, Forbidden),
        (house.auditor, zhao, Forbidden),
        (house.member, wang, Forbidden),
        (house.leader, zhao, NotFound),
        (STRANGER, li, SignInNeeded),
    ):
        with pytest.raises(error):
            change(uow, actor, person_id, wants_digest=True)
    link = Actor(kind="link", person_id=zhao, detail="opt_out:reminder")
    change(uow, link, zhao, locale="en", off=[])
    assert (off(read(uow, link, zhao)), read(uow, link, zhao).locale) == (set(), "en")
    with pytest.raises(NotFound):
        change(uow, Actor(kind="link", person_id=wang), li, wants_digest=True)


def test_text_messages_are_a_column_where_somebody_sends_them(uow: UnitOfWork, house: SmallHouse) -> None:
    li = house.people[0]
    with uow.write(COMMAND) as tx:
        tx.add(ChannelEndpoint(channel=SMS, name="短信", created_at=tx.now))
        tx.session.exec(select(Person).where(col(Person.id) == li)).one()
    assert read(uow, house.member, li).channels == (MAIL, SMS)
    change(uow, house.member, li, off=[(REMINDER, SMS)])
    assert off(read(uow, house.member, li)) == {(REMINDER, SMS)}
