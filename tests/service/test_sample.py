"""The sample federation: the same story on both databases, with everything in it that people are to see."""

import shutil
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, col, func, select

from audit import chain, manifest
from audit.recount import compare
from models.enums import (
    ActivityKind,
    ActivityState,
    AnswerVia,
    AssignmentState,
    BookingState,
    DeliveryState,
    HostKind,
    LoanState,
    NotificationKind,
    ReminderKind,
    ReminderState,
    TeamKind,
    TourState,
    UserRole,
)
from models.tables.activities import Activity
from models.tables.assignments import Answer, Assignment
from models.tables.bookings import Booking
from models.tables.deliveries import Delivery
from models.tables.equipment import Loan
from models.tables.evidence import Evidence
from models.tables.notifications import Notification
from models.tables.orgs import Org
from models.tables.people import Person
from models.tables.reminders import Reminder
from models.tables.tallies import Tally
from models.tables.teams import Team
from models.tables.tours import Stop, Tour
from models.tables.users import User, UserGrant
from models.tables.venues import Venue, VenueHours
from models.values import Figure
from muster.clock import ManualClock
from muster.localtime import zone
from muster.settings import load_settings
from services import evidence, users
from services.access import COMMAND
from services.house import open_house
from services.queries import figures, history, verification
from services.sample import documents, federation
from services.sample.accounts import ACCOUNTS
from services.sample.federation import SampleState
from services.sample.house import ACTING, write_account, write_house
from services.unit_of_work import Tx, UnitOfWork
from tests.conftest import NOW

HASHES = {account.word: f"hash of {account.word}" for account in ACCOUNTS}
FEBRUARY = figures.Scope(from_on=date(2026, 2, 1), until_on=date(2026, 3, 1))
EVER = figures.Scope(from_on=date(2020, 1, 1), until_on=date(2030, 1, 1))


@pytest.fixture
def sample(uow: UnitOfWork, clock: ManualClock) -> UnitOfWork:
    """A house with the sample as it stands on Monday 2026-03-02 at 09:00."""
    federation.write(uow.database, uow.settings, now=clock.now(), hashes=HASHES)
    return uow


def rows(tx: Tx, kind: type[SQLModel]) -> Sequence[Any]:
    return tx.session.exec(select(kind)).all()


def figures_of(uow: UnitOfWork) -> tuple[Figure, ...]:
    with uow.read(COMMAND) as tx:
        return figures.figures(tx, EVER)


@pytest.fixture
def told_before(sample_folder: Path, tmp_path: Path) -> tuple[Figure, ...]:
    """The figures of the same story, told once on SQLite."""
    shutil.copytree(sample_folder, tmp_path / "told")
    settings = load_settings(
        database_url=f"sqlite:///{tmp_path / 'told' / 'var' / 'muster.db'}",
        data_dir=tmp_path / "told" / "var",
        secret_key="test-secret-key-that-is-long-enough",
    )
    uow = open_house(settings, clock=ManualClock(NOW))
    found = figures_of(uow)
    uow.database.dispose()
    return found


def test_the_sample_tells_the_same_story_everywhere_and_it_holds(
    sample: UnitOfWork, told_before: tuple[Figure, ...]
) -> None:
    assert figures_of(sample) == told_before
    with sample.read(COMMAND) as tx:
        assert federation.state_of(tx) is SampleState.complete
        assert federation.stored_hashes(tx) == HASHES
        head = history.chain_head(tx)
        assert head is not None
        records = (chain.Record(r.seq, r.previous_sha256, r.entry_sha256, r.body) for r in history.chain(tx))
        assert chain.verify(records, chain.Head(*head)) is None
        signed = list(verification.signed_activities(tx))
        assert [
            f for one in signed for f in manifest.verify_closing(one.facts, one.manifest, one.manifest_sha256)
        ] == []
        assert compare(figures.figures(tx, FEBRUARY), figures.open_rows(tx, FEBRUARY)) == []
    _check_registers(sample)
    _check_people(sample)
    _check_activities(sample)
    _check_messages(sample)
    _check_counts(sample)


def _check_registers(uow: UnitOfWork) -> None:
    with uow.read(COMMAND) as tx:
        kinds = [team.kind for team in rows(tx, Team)]
        assert kinds.count(TeamKind.headquarters) == 1
        assert kinds.count(TeamKind.squad) == 10
        assert kinds.count(TeamKind.unit) >= 14
        venues = rows(tx, Venue)
        assert len(venues) >= 24
        assert {venue.kind for venue in venues} == set(HostKind)
        assert sum(venue.needs_approval for venue in venues) >= 3
        parts = [venue.parent_id for venue in venues if venue.parent_id]
        assert len(parts) == 2
        assert len(set(parts)) == 1
        assert {hours.venue_id for hours in rows(tx, VenueHours)} == {venue.id for venue in venues}
        top = next(org for org in rows(tx, Org) if org.parent_id is None)
        assert "示例" in top.name
        assert {grant.role for grant in rows(tx, UserGrant)} == set(UserRole)
        assert {user.email for user in rows(tx, User)} == {account.email for account in ACCOUNTS}


def _check_people(uow: UnitOfWork) -> None:
    with uow.read(COMMAND) as tx:
        people = rows(tx, Person)
        assert 85 <= len(people) <= 95
        assert len({person.name for person in people}) == len(people)
        assert all(person.is_synthetic for person in people)
        addresses = [person.email for person in people if person.email]
        assert all(address.endswith("@example.org") for address in addresses)
        without = [person for person in people if not person.email]
        assert without
        assert all(person.answers_through_id for person in without)


def _check_activities(uow: UnitOfWork) -> None:
    with uow.read(COMMAND) as tx:
        activities = {activity.id: activity for activity in rows(tx, Activity)}
        assert {activity.state for activity in activities.values()} == set(ActivityState)
        assert {activity.kind for activity in activities.values()} == set(ActivityKind)
        assert {answer.via for answer in rows(tx, Answer)} == set(AnswerVia) - {AnswerVia.calendar}
        assert {one.state for one in rows(tx, Assignment)} == set(AssignmentState)
        (tour,) = rows(tx, Tour)
        assert tour.state is TourState.released
        stops = [activities[stop.activity_id] for stop in sorted(rows(tx, Stop), key=lambda stop: stop.position)]
        assert {stop.state for stop in stops} == {
            ActivityState.closed, ActivityState.held, ActivityState.released, ActivityState.draft,
        }  # fmt: skip
        assert [stop.starts_at for stop in stops] == sorted(stop.starts_at for stop in stops)
        assert {booking.state for booking in rows(tx, Booking)} >= {
            BookingState.confirmed, BookingState.requested, BookingState.cancelled, BookingState.used,
        }  # fmt: skip
        loans = rows(tx, Loan)
        assert {loan.state for loan in loans} == set(LoanState)
        assert any(loan.state is LoanState.lent and loan.occupied_until < NOW for loan in loans)  # is not back yet
        soon = [a for a in activities.values() if timedelta(0) < a.starts_at - NOW < timedelta(hours=1)]
        assert [activity.state for activity in soon] == [ActivityState.released]
        forgotten = [a for a in activities.values() if a.state is ActivityState.released and a.ends_at < NOW]
        assert len(forgotten) == 1


def _check_messages(uow: UnitOfWork) -> None:
    with uow.read(COMMAND) as tx:
        coming = tx.session.exec(
            select(Reminder).where(
                col(Reminder.state) == ReminderState.waiting,
                col(Reminder.kind) == ReminderKind.reminder,
                col(Reminder.due_at) < NOW + timedelta(days=3),
            )
        ).all()
        assert len(coming) >= 5
        assert all(reminder.due_at > NOW - federation.QUIET for reminder in coming)
        found = tx.session.exec(
            select(Notification.kind, Delivery.state, func.count())
            .join(Delivery)
            .group_by(col(Notification.kind), col(Delivery.state))
        ).all()
        counts = {(kind, state): count for kind, state, count in found}
        waiting = {kind: count for (kind, state), count in counts.items() if state is DeliveryState.waiting}
        assert set(waiting) == {
            NotificationKind.call_up, NotificationKind.changed, NotificationKind.cancelled, NotificationKind.booking_asked,
        }  # fmt: skip
        assert sum(waiting.values()) <= 12
        assert counts[(NotificationKind.reminder, DeliveryState.sent)] > 50
        assert sum(count for (_, state), count in counts.items() if state is DeliveryState.refused) >= 1
        late = select(func.count()).where(col(Delivery.settled_at) > NOW)
        assert tx.session.exec(late).one() == 0


def _check_counts(uow: UnitOfWork) -> None:
    with uow.read(COMMAND) as tx:
        by_name = {one.definition: one for one in figures.figures(tx, FEBRUARY)}
        heads = by_name["activity.person_times@1"]
        assert all((heads.mix.a, heads.mix.b, heads.mix.c, heads.mix.d))
        assert 25 <= by_name["activity.sessions@1"].value <= 30
        assert sum(tally.reverses_id is not None for tally in rows(tx, Tally)) == 1
        beyond = [
            activity
            for activity in rows(tx, Activity)
            for tally in rows(tx, Tally)
            if tally.activity_id == activity.id and activity.capacity and tally.count > activity.capacity
        ]
        assert len(beyond) == 1  # the one in doubt: more heads than seats
        for document in rows(tx, Evidence):
            row, content = evidence.open_bytes(tx, document.id)
            assert len(content) == row.size_bytes


@pytest.mark.parametrize("now", ["2027-01-01T00:10:00+00:00", "2026-02-16T20:00:00+00:00"])
def test_the_story_fits_any_day_of_the_year(sqlite_template: Path, tmp_path: Path, now: str) -> None:
    shutil.copy(sqlite_template, tmp_path / "muster.db")
    at = datetime.fromisoformat(now)
    settings = load_settings(
        database_url=f"sqlite:///{tmp_path / 'muster.db'}",
        data_dir=tmp_path,
        secret_key="test-secret-key-that-is-long-enough",
    )
    uow = open_house(settings, clock=ManualClock(at))
    federation.write(uow.database, settings, now=at, hashes=HASHES)
    with uow.read(COMMAND) as tx:
        assert {activity.state for activity in rows(tx, Activity)} == set(ActivityState)
        month = at.astimezone(zone(settings.zone)).date().replace(day=1)
        before = (month - timedelta(days=1)).replace(day=1)
        by_name = figures.figures(tx, figures.Scope(from_on=before, until_on=month))
        assert by_name[0].value >= 25
    uow.database.dispose()


def test_an_empty_a_foreign_and_a_broken_off_house_are_told_apart(uow: UnitOfWork) -> None:
    with uow.write(COMMAND) as tx:
        assert federation.state_of(tx) is SampleState.empty
        users.add(tx, name="A", email="a@union.example", role=UserRole.administrator)
    with uow.read(COMMAND) as tx:
        assert federation.state_of(tx) is SampleState.foreign
    with uow.write(COMMAND) as tx:
        house = write_house(tx)
        write_account(tx, house, ACTING[0], "hash")
    with uow.read(COMMAND) as tx:
        assert federation.state_of(tx) is SampleState.partial


def test_documents_are_what_they_say_and_differ() -> None:
    sheet, photo = documents.sheet_png("2026-0114", 12), documents.photo_png("2026-0114")
    assert sheet.startswith(b"\x89PNG\r\n\x1a\n")
    assert photo.startswith(b"\x89PNG\r\n\x1a\n")
    assert documents.sheet_png("2026-0114", 12) == sheet
    assert documents.sheet_png("2026-0115", 12) != sheet
    page = documents.certificate_pdf(["示例"])
    assert page.startswith(b"%PDF-1.4")
    assert page.rstrip().endswith(b"%%EOF")
    assert "示例".encode("utf-16-be").hex().encode() in page
    assert max(map(len, (sheet, photo, page))) < 20_000
