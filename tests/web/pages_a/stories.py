"""Houses in which something is going on: activities in every state, built through the services."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import col, select

from models.enums import (
    ActivityKind,
    AnswerVia,
    AnswerWord,
    AssignmentRole,
    DeliveryState,
    EvidenceKind,
    TallyMethod,
)
from models.tables.assignments import Answer
from models.tables.deliveries import Delivery
from models.tables.orgs import Org
from models.tables.people import Person
from models.tables.users import User
from muster.clock import ManualClock
from services import activities, assignments, attendance, bookings, closings, evidence, tallies
from services.access import COMMAND, WORKER, Actor
from services.unit_of_work import UnitOfWork
from tests.conftest import NOW
from tests.service.builders import LENGTH, SmallHouse, add_person, add_venue, small_house

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LINK_START = NOW + 2 * DAY + 5 * HOUR  #: of the activity that 李样本 is asked to by link
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture of a sheet"


@dataclass(frozen=True)
class Story:
    """The small house with one activity in each state; `asked` and `promised` are assignments of 李样本."""

    house: SmallHouse
    draft: int
    asked_in: int
    asked: int
    promised_in: int
    promised: int
    short_in: int
    over: int
    held: int
    closed: int
    cancelled: int
    data_dir: Path  #: where its documents lie


def plan(
    uow: UnitOfWork,
    house: SmallHouse,
    title: str,
    starts_at: datetime,
    *,
    kind: ActivityKind = ActivityKind.service,
    venue_id: int | None = None,
    capacity: int | None = None,
    length: timedelta = LENGTH,
) -> int:
    """Plan an activity of the squad; book its hall where it has one."""
    with uow.write(house.organiser) as tx:
        activity_id = activities.create(
            tx,
            kind=kind,
            title=title,
            starts_at=starts_at,
            ends_at=starts_at + length,
            team_id=house.squad,
            capacity=capacity,
            description="请提前10分钟到，车停北门。",
        )
        if venue_id is not None:
            bookings.create(
                tx, venue_id=venue_id, starts_at=starts_at, ends_at=starts_at + length, activity_id=activity_id
            )
    return activity_id


def ask(
    uow: UnitOfWork,
    house: SmallHouse,
    activity_id: int,
    person_id: int,
    role: AssignmentRole = AssignmentRole.volunteer,
    *,
    why: str = "",
) -> int:
    """Put a person on the list; `why` tells why in spite of soft conflicts."""
    with uow.write(house.organiser) as tx:
        return assignments.offer(tx, activity_id=activity_id, person_id=person_id, role=role, override_reason=why)


def release(uow: UnitOfWork, house: SmallHouse, activity_id: int) -> None:
    """Make an activity public."""
    with uow.write(house.organiser) as tx:
        activities.release(tx, activity_id)


def say(uow: UnitOfWork, assignment_id: int, person_id: int, word: AnswerWord, reason: str = "") -> None:
    """Answer by the link."""
    actor = Actor(kind="link", person_id=person_id, detail=f"assignment:{assignment_id}")
    with uow.write(actor) as tx:
        assignments.answer(tx, assignment_id, word=word, via=AnswerVia.link, reason=reason)


def deliver(uow: UnitOfWork, person_id: int, state: DeliveryState = DeliveryState.sent, reason: str = "") -> None:
    """Settle what waits for a person, as the worker would."""
    with uow.write(WORKER) as tx:
        waiting = select(Delivery).where(
            col(Delivery.person_id) == person_id, col(Delivery.state) == DeliveryState.waiting
        )
        for row in tx.session.exec(waiting).all():
            row.state, row.settled_at, row.reason = state, tx.now, reason


def name_the_house(uow: UnitOfWork, house: SmallHouse) -> None:
    """Give the federation a phone, and the organiser a person with one."""
    with uow.write(COMMAND) as tx:
        tx.session.exec(select(Org)).one().contact_phone = "0714-000 0000"
        person_id = add_person(tx, "张示例", house.headquarters, email="zhang@example.org")
        tx.session.exec(select(Person).where(col(Person.id) == person_id)).one().phone = "0714-000 0001"
        user = tx.session.exec(select(User).where(col(User.id) == house.organiser.user_id)).one()
        user.person_id, user.name = person_id, "张示例"


def tell(uow: UnitOfWork, clock: ManualClock) -> Story:
    """Build the story, at Monday 2026-03-02 09:00 in Daye, where the clock stands again at the end."""
    clock.set(NOW - 6 * DAY)
    house = small_house(uow)
    name_the_house(uow, house)
    li, wang, zhao = house.people
    with uow.write(COMMAND) as tx:
        asking_hall = add_venue(tx, "文化站报告厅", 200, needs_approval=True)

    lecture = AssignmentRole.model_demo
    closed = plan(uow, house, "劳模工匠进车间宣讲", NOW - 4 * DAY, kind=ActivityKind.lecture, venue_id=house.hall)
    served = ask(uow, house, closed, li, lecture)
    other = ask(uow, house, closed, wang, lecture)
    held = plan(uow, house, "社区义务维修", NOW - 2 * DAY)
    at_held = ask(uow, house, held, wang)
    over = plan(uow, house, "春节走访慰问", NOW - 3 * DAY, kind=ActivityKind.relief)
    cancelled = plan(uow, house, "露天放映", NOW + 2 * DAY, kind=ActivityKind.culture, venue_id=house.small_hall)
    for activity_id in (closed, held, over, cancelled):
        release(uow, house, activity_id)
    say(uow, served, li, AnswerWord.yes)
    say(uow, other, wang, AnswerWord.no, "家里有事")
    with uow.write(house.organiser) as tx:
        assignments.replace(tx, other, person_id=add_person(tx, "陈试写", house.squad, role=lecture))
        activities.cancel(tx, cancelled, reason="停电检修")
    say(uow, at_held, wang, AnswerWord.yes)

    clock.set(NOW - 4 * DAY + 2 * HOUR)
    with uow.write(house.organiser) as tx:
        activities.hold(tx, closed)
        attendance.check_in(tx, closed, at=NOW - 4 * DAY, nonce="li", person_id=li)
        tallies.add(
            tx,
            closed,
            count=85,
            method=TallyMethod.host_certified,
            counter="何样张",
            from_at=NOW - 4 * DAY,
            until_at=NOW - 4 * DAY + HOUR,
        )
        evidence.add(tx, closed, file_name="签到表.png", content=PNG, kind=EvidenceKind.sign_in_sheet)
        closings.sign(tx, closed)

    clock.set(NOW)
    with uow.write(house.organiser) as tx:
        activities.hold(tx, held)
        attendance.check_in(tx, held, at=NOW - 2 * DAY, nonce="wang", person_id=wang)
    draft = plan(
        uow, house, "金湖街道社区讲堂", NOW + 5 * DAY, kind=ActivityKind.lecture, venue_id=asking_hall, capacity=80
    )
    asked_in = plan(
        uow,
        house,
        "陈贵镇文化站宣讲",
        LINK_START,
        kind=ActivityKind.lecture,
        venue_id=house.hall,
        capacity=60,
    )
    asked = ask(uow, house, asked_in, li, lecture)
    ask(uow, house, asked_in, wang, lecture)
    promised_in = plan(uow, house, "法律咨询值班", NOW + DAY + 4 * HOUR, kind=ActivityKind.rights)
    promised = ask(uow, house, promised_in, li, AssignmentRole.duty)
    at_promised = ask(uow, house, promised_in, zhao, AssignmentRole.duty)
    short_in = plan(uow, house, "殷祖镇走访慰问", NOW + 3 * DAY, kind=ActivityKind.relief)
    at_short = ask(uow, house, short_in, wang)
    for activity_id in (asked_in, promised_in, short_in):
        release(uow, house, activity_id)
    say(uow, promised, li, AnswerWord.yes)
    say(uow, at_promised, zhao, AnswerWord.yes)
    say(uow, at_short, wang, AnswerWord.no, "那天要开会")
    deliver(uow, li)
    deliver(uow, wang, DeliveryState.refused, "mailbox_refused")
    return Story(
        house=house,
        draft=draft,
        asked_in=asked_in,
        asked=asked,
        promised_in=promised_in,
        promised=promised,
        short_in=short_in,
        over=over,
        held=held,
        closed=closed,
        cancelled=cancelled,
        data_dir=uow.settings.data_dir,
    )


def answers(uow: UnitOfWork, assignment_id: int) -> list[tuple[AnswerWord, AnswerVia, str]]:
    with uow.read(WORKER) as tx:
        rows = tx.session.exec(
            select(Answer).where(col(Answer.assignment_id) == assignment_id).order_by(col(Answer.id))
        ).all()
    return [(row.word, row.via, row.reason) for row in rows]


def headline(text: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", text, re.DOTALL)
    assert found is not None
    return re.sub(r"<.*?>", "", found.group(1).replace("<br>", " "))
