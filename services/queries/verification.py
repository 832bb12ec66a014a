"""What the audit needs to check the house: the chain, and every closing beside the rows it signed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from models.rules.manifest import manifest_facts
from models.tables.activities import Activity
from models.tables.evidence import Closing
from models.tables.history import HistoryEntry
from services import ledger
from services.unit_of_work import Tx

CHUNK = 200


@dataclass(frozen=True, slots=True)
class SignedActivity:
    """A closing with the facts of today: `facts` are plain values as `audit.manifest` takes them.

    `recorded_sha256` is what history says was signed; None where no such entry is left.
    """

    activity_id: int
    closing_id: int
    manifest: str
    manifest_sha256: str
    recorded_sha256: str | None
    facts: dict[str, Any]


def signed_activities(tx: Tx) -> Iterator[SignedActivity]:
    """Yield every closing by id, in chunks of a constant number of statements."""
    last = 0
    while True:
        found = tx.session.exec(
            select(Closing, Activity)
            .join(Activity, col(Activity.id) == col(Closing.activity_id))
            .where(col(Closing.id) > last)
            .order_by(col(Closing.id))
            .limit(CHUNK)
        ).all()
        facts = ledger.load(tx, [activity for _, activity in found])
        recorded = _recorded(tx, [activity.id for _, activity in found])
        for closing, activity in found:
            rows = ledger.manifest_facts(facts[activity.id], until=closing.signed_at)
            yield SignedActivity(
                activity_id=activity.id,
                closing_id=closing.id,
                manifest=closing.manifest,
                manifest_sha256=closing.manifest_sha256,
                recorded_sha256=recorded.get(activity.id),
                facts=manifest_facts(rows),
            )
        if len(found) < CHUNK:
            return
        last = found[-1][0].id


def closed_without_closing(tx: Tx) -> tuple[int, ...]:
    """Return activities that count as closed although nobody signed them."""
    signed = select(col(Closing.activity_id))
    found = select(Activity.id).where(col(Activity.closed_at).is_not(None), col(Activity.id).not_in(signed))
    return tuple(tx.session.exec(found.order_by(col(Activity.id))).all())


def _recorded(tx: Tx, activity_ids: list[int]) -> dict[int, str]:
    rows = tx.session.exec(
        select(HistoryEntry.subject_id, HistoryEntry.body).where(
            col(HistoryEntry.event) == "activity.closed", col(HistoryEntry.subject_id).in_(activity_ids)
        )
    ).all()
    return {subject_id: json.loads(body)["payload"]["manifest_sha256"] for subject_id, body in rows}
