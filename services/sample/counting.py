"""Who came and what shows it: scans, rosters and papers in four strengths, head-counts and documents."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlmodel import col, select

from models.enums import AssignmentState, CheckInSource, Direction, EvidenceKind
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.values import TimeWindow
from services import attendance, evidence, tallies
from services.sample import documents
from services.sample.data import Script
from services.unit_of_work import Tx

SOURCES = {
    "a": CheckInSource.scan,
    "b": CheckInSource.roll_call,
    "c": CheckInSource.paper,
    "d": CheckInSource.roll_call,
}
ABSENT_EVERY = 11  # one in so many who promised does not come


@dataclass(frozen=True, slots=True)
class Held:
    """An activity that has taken place."""

    activity_id: int
    script: Script
    window: TimeWindow


def count(tx: Tx, held: Held, random: Random) -> int:
    """Write down who came, how many more there were, and the documents; return the tally's id."""
    activity = tx.get(Activity, held.activity_id, noun="activity", for_update=False)
    for person_id in _came(tx, held.activity_id, random):
        _check_in(tx, held, person_id, random)
    _file_documents(tx, held, activity.ref)
    return tallies.add(
        tx,
        held.activity_id,
        count=held.script.heads,
        method=held.script.method,
        counter="何样张",
        second_counter="赵演示" if held.script.proof in {"a", "b"} else "",
        from_at=held.window.starts_at,
        until_at=held.window.ends_at,
    )


def _came(tx: Tx, activity_id: int, random: Random) -> list[int]:
    promised = tx.session.exec(
        select(Assignment.person_id)
        .where(col(Assignment.activity_id) == activity_id, col(Assignment.state) == AssignmentState.accepted)
        .order_by(col(Assignment.id))
    ).all()
    came = [person_id for person_id in promised if random.randrange(ABSENT_EVERY)]
    return came or list(promised)


def _check_in(tx: Tx, held: Held, person_id: int, random: Random) -> None:
    source = SOURCES[held.script.proof]
    passages = [(Direction.arrival, held.window.starts_at - timedelta(minutes=random.randrange(1, 20)))]
    if source is CheckInSource.scan:
        passages.append((Direction.departure, held.window.ends_at + timedelta(minutes=random.randrange(9))))
    for direction, at in passages:
        attendance.check_in(
            tx,
            held.activity_id,
            at=at,
            nonce=f"{person_id}-{direction.value}",
            person_id=person_id,
            direction=direction,
            source=source,
        )


def _file_documents(tx: Tx, held: Held, ref: str) -> None:
    script, ends_at = held.script, held.window.ends_at
    if script.proof in {"a", "c"}:
        _file(tx, held, f"{ref} 现场照片.png", documents.photo_png(ref), EvidenceKind.photo, held.window.starts_at)
    if script.proof == "c":
        _file(
            tx, held, f"{ref} 签到表.png", documents.sheet_png(ref, script.heads), EvidenceKind.sign_in_sheet, ends_at
        )
    if script.proof == "b":
        lines = [
            "示例文件，内容均为虚构",
            f"活动签到名册  {ref}",
            script.title,
            f"到场听众和群众 {script.heads} 人",
            "主办方：何样张（已签）    带队：李样本（已签）",
        ]
        content = documents.certificate_pdf(lines)
        _file(tx, held, f"{ref} 会签名册.pdf", content, EvidenceKind.certificate, ends_at)


def _file(tx: Tx, held: Held, name: str, content: bytes, kind: EvidenceKind, taken_at: datetime) -> None:
    evidence.add(tx, held.activity_id, file_name=name, content=content, kind=kind, taken_at=taken_at)
