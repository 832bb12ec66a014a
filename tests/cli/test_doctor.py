"""`muster doctor`: every fault is named, nothing is sent, no secret is shown."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller

from models.enums import AttemptOutcome, NotificationKind
from muster.clock import SystemClock
from muster.settings import load_settings
from services import deliveries, doctor, endpoints, leases, workers
from services.access import WORKER
from services.deliveries import Tried
from services.house import open_house
from tests.cli.shell import Ran, Shell
from tests.conftest import postgres_url
from tests.e2e.processes import free_port
from tests.scheduler.builders import LEASE, add_crowd, ask
from tests.service.builders import small_house


class Recorder:
    """Keeps what a client asked for."""

    def __init__(self) -> None:
        self.mails = 0

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - the name that the server calls
        self.mails += 1
        return "250 OK"


@pytest.fixture
def smtp() -> Iterator[tuple[int, Recorder]]:
    """A real SMTP server on this machine."""
    recorder = Recorder()
    controller = Controller(recorder, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port, recorder
    controller.stop()


def checks(ran: Ran) -> dict[str, tuple[str, str]]:
    """Return state and words by the name of the check."""
    assert ran.err == ""
    rows = [line.split("\t") for line in ran.out.partition("\n\n")[0].splitlines()]
    return {name: (state, said) for name, state, said in rows}


def heartbeat(shell: Shell) -> None:
    uow = open_house(load_settings(database_url=f"sqlite:///{shell.database_path}", secret_key="x" * 20))
    with uow.write(WORKER) as tx:
        workers.start(tx, "w")
    uow.database.dispose()


def test_a_sound_house_has_no_fault_and_hides_its_secrets(house: Shell, smtp: tuple[int, Recorder]) -> None:
    heartbeat(house)
    house.sets |= {"smtp_url": f"smtp://127.0.0.1:{smtp[0]}", "secret_key": "do-not-show-this-to-anybody"}
    ran = house.run("doctor")
    assert ran.code == 0, ran.out
    assert {state for state, _ in checks(ran).values()} == {"fine"}
    assert set(checks(ran)) == {"database", "migrations", "scheduler", "backlog", "clock", "mail", "disk"}
    assert "MUSTER_SECRET_KEY\t********" in ran.out
    assert "do-not-show" not in ran.out
    assert smtp[1].mails == 0


def test_faults_are_named_and_end_with_one(sample: Shell) -> None:
    sample.sets["smtp_url"] = f"smtp://somebody:hidden@127.0.0.1:{free_port()}"
    sample.sets |= {"dkim_key_file": "/nowhere/dkim.pem", "dkim_selector": "m1"}
    sample.sets["inbox_url"] = f"imap://somebody:hidden@127.0.0.1:{free_port()}/INBOX"
    ran = sample.run("doctor")
    assert ran.code == 1
    found = checks(ran)
    faults = {"scheduler", "backlog", "mail", "mail signature", "returned mail"}
    assert {name for name, (state, _) in found.items() if state == "FAULT"} == faults
    assert "/nowhere/dkim.pem" in found["mail signature"][1]
    assert "none is running" in found["scheduler"][1]
    assert "9 messages due" in found["backlog"][1]
    assert "hidden" not in ran.out


def test_a_missing_database_and_a_bad_sender_are_faults_too(shell: Shell) -> None:
    shell.sets["mail_from"] = "nobody in particular"
    ran = shell.run("doctor")
    assert ran.code == 1
    assert {name for name, (state, _) in checks(ran).items() if state == "FAULT"} == {"database", "mail"}
    assert not shell.database_path.exists()


def test_an_old_revision_is_a_fault(house: Shell) -> None:
    for revision, said in (("20261122_first", "muster db upgrade"), ("29990101_beyond", "newer Muster")):
        with closing(sqlite3.connect(house.database_path)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        state, words = checks(house.run("doctor"))["migrations"]
        assert state == "FAULT"
        assert said in words


def test_a_clock_behind_history_is_a_fault(sample: Shell) -> None:
    behind = sample.sets | {"clock_offset_seconds": "-86400000"}
    sample.sets = behind
    state, said = checks(sample.run("doctor"))["clock"]
    assert state == "FAULT"
    assert "behind the newest entry" in said


@pytest.mark.postgres
def test_the_clock_is_held_against_postgresql(shell: Shell, postgres_template: str) -> None:
    shell.sets["database_url"] = postgres_url(postgres_template)
    found = checks(shell.run("doctor"))
    assert found["database"][1].startswith("PostgreSQL")
    assert found["clock"] == ("fine", "agrees with the database and with history")


def test_a_clock_that_is_set_while_it_is_watched_shows() -> None:
    class Jumping(SystemClock):
        """A clock that somebody sets forward between two looks."""

        looks = 0

        def monotonic(self) -> float:
            self.looks += 1
            return super().monotonic() - 5 * self.looks

    assert doctor.pace(SystemClock()).is_even
    assert not doctor.pace(Jumping()).is_even


def test_a_folder_that_is_not_there_yet_has_the_room_of_its_parent(shell: Shell) -> None:
    disk = doctor.disk(shell.folder / "a" / "b")
    assert disk.total_bytes == shutil.disk_usage(shell.folder).total
    assert not doctor.Disk(shell.folder, doctor.LEAST_FREE_BYTES, disk.total_bytes).is_full
    assert doctor.Disk(shell.folder, doctor.LEAST_FREE_BYTES - 1, disk.total_bytes).is_full


def test_a_server_that_fails_everybody_is_told_with_its_last_words(house: Shell, smtp: tuple[int, Recorder]) -> None:
    heartbeat(house)
    house.sets["smtp_url"] = f"smtp://127.0.0.1:{smtp[0]}"
    uow = open_house(load_settings(database_url=f"sqlite:///{house.database_path}", secret_key="x" * 20))
    ask(
        uow,
        add_crowd(uow, small_house(uow), 3, starts_at=SystemClock().now() + timedelta(days=9)),
        NotificationKind.changed,
    )
    down = Tried(outcome=AttemptOutcome.retry, reply="421 li@example.org busy", reason="host_busy", is_charged=False)

    def note(*tries: Tried) -> None:
        with uow.write(WORKER) as tx:
            for lease, tried in zip(leases.claim(tx, "w", limit=len(tries), lease=LEASE), tries, strict=True):
                deliveries.record(tx, lease, tried)

    note(down, down)
    uow.database.dispose()
    state, said = checks(house.run("doctor"))["sending pauses"]
    assert state == "FAULT"
    assert "failed 2 tries in a row" in said
    assert "421 l***@example.org busy" in said
    note(Tried(outcome=AttemptOutcome.sent, reply="250 OK"))
    uow.database.dispose()
    assert "sending pauses" not in checks(house.run("doctor"))


def test_each_group_and_account_is_told_of_with_what_is_wrong(house: Shell) -> None:
    uow = open_house(load_settings(database_url=f"sqlite:///{house.database_path}", secret_key="x" * 20))
    with uow.write(WORKER) as tx:
        well, ill = (
            endpoints.create(tx, channel="wecom", name=name, url="https://qyapi.weixin.qq.com/send?key=HIDDEN")
            for name in ("好群", "坏群")
        )
        endpoints.note_fault(tx, ill, "sender_refused 200 invalid webhook url")
    uow.database.dispose()
    ran = house.run("doctor")
    found = checks(ran)
    assert well != ill
    assert found["WeCom group 好群"][0] == "fine"
    state, said = found["WeCom group 坏群"]
    assert state == "FAULT"
    assert "invalid webhook url" in said
    assert "HIDDEN" not in ran.out
