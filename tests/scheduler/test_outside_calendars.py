"""Calendars kept elsewhere, fetched from a local server: what is kept, and each way in which it goes wrong."""

import asyncio
from datetime import timedelta

import pytest

from muster.clock import ManualClock
from scheduler.database_thread import DatabaseThread
from scheduler.outside_calendars import MOST_BYTES, CalendarReader, FetchError, fetch
from services import outside_calendars
from services.outside_calendars import Fault, OutsideRow
from services.queries.absences import list_absences
from services.unit_of_work import UnitOfWork
from tests.channel.services import Answer, Cut, Heard, serving
from tests.service.builders import SmallHouse, small_house

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

EVENT = "BEGIN:VEVENT\r\nUID:{0}\r\nSUMMARY:看牙医\r\nDTSTART:202603{0:02}T010000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
Said = tuple[int, dict[str, str], bytes]


def calendar(*days: int) -> bytes:
    told = "".join(EVENT.format(day) for day in days)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{told}END:VCALENDAR\r\n".encode()


@pytest.fixture
def house(uow: UnitOfWork) -> SmallHouse:
    return small_house(uow)


def read(uow: UnitOfWork) -> int:
    async def run() -> int:
        steps = DatabaseThread(uow)
        try:
            return await CalendarReader(steps, uow.clock).read()
        finally:
            steps.close()

    return asyncio.run(run())


def own(uow: UnitOfWork, house: SmallHouse) -> OutsideRow:
    with uow.read(house.member) as tx:
        return outside_calendars.list_own(tx)[0]


def days_away(uow: UnitOfWork, house: SmallHouse) -> list[int]:
    with uow.read(house.member) as tx:
        return [one.starts_at.day for one in list_absences(tx, house.people[0]).items]


def test_busy_times_come_in_and_a_file_that_has_not_changed_is_not_sent_again(
    uow: UnitOfWork, house: SmallHouse, clock: ManualClock
) -> None:
    files: list[bytes] = [calendar(5, 6)]

    def answer(heard: Heard) -> Said:
        if heard.path == "/moved":
            return 302, {"location": "/calendar.ics"}, b""
        tag = f'"{len(files)}"'
        return (304, {}, b"") if heard.headers.get("if-none-match") == tag else (200, {"etag": tag}, files[-1])

    with serving(answer) as service:
        with uow.write(house.member) as tx:
            outside_calendars.give(tx, f"{service.address}/moved")
        assert (read(uow), read(uow)) == (1, 0)
        assert days_away(uow, house) == [5, 6]
        clock.advance(timedelta(hours=5))
        assert read(uow) == 1
        assert service.heard[-1].headers["if-none-match"] == '"1"'
        files.append(calendar(6, 9))
        clock.advance(timedelta(hours=5))
        assert read(uow) == 1
        assert days_away(uow, house) == [6, 9]
    clock.advance(timedelta(hours=5))
    assert read(uow) == 0  # the server is gone; what is known stays
    assert (own(uow, house).fault, days_away(uow, house)) == (Fault.unreachable, [6, 9])


def cut(_: Heard) -> Said:
    raise Cut


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda _: (404, {}, b""), Fault.missing),
        (lambda _: (401, {}, b""), Fault.refused),
        (lambda _: (500, {}, b""), Fault.unreachable),
        (lambda _: (302, {"location": "/again"}, b""), Fault.unreachable),
        (lambda _: (302, {"location": "https://10.0.0.1/a.ics"}, b""), Fault.inside),
        (lambda _: (302, {"location": "http://169.254.169.254/a.ics"}, b""), Fault.inside),
        (lambda _: (302, {"location": "file:///etc/passwd"}, b""), Fault.inside),
        (lambda _: (200, {}, b"x" * (MOST_BYTES + 1)), Fault.too_big),
        (lambda _: (200, {"content-encoding": "gzip"}, b"x"), Fault.no_calendar),
        (lambda _: (200, {}, b"<html>sign in</html>"), Fault.no_calendar),
        (cut, Fault.unreachable),
    ],
)
def test_each_fault_is_told_in_its_own_word(uow: UnitOfWork, house: SmallHouse, answer: Answer, fault: Fault) -> None:
    with serving(answer) as service:
        with uow.write(house.member) as tx:
            outside_calendars.give(tx, service.address)
        assert read(uow) == 0
    assert own(uow, house).fault is fault


def test_a_house_out_in_the_world_reads_nothing_on_its_own_machine(uow: UnitOfWork) -> None:
    assert uow.settings.base_url.startswith("http://127.0.0.1")
    with serving(lambda _: (200, {}, calendar(5))) as service:
        with pytest.raises(FetchError) as error:
            asyncio.run(fetch(service.address))
        assert error.value.fault is Fault.inside
        assert service.heard == []
