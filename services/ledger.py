"""The ledger: what was counted at activities, as facts for figures, manifests and the audit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import col, select

from models.enums import Direction, EvidenceClass, EvidenceKind
from models.rules import attendance as rules
from models.rules.counting import LedgerRow
from models.rules.manifest import ActivityRow, AttendanceRow, EvidenceRow, ManifestFacts, TallyRow
from models.tables.activities import Activity
from models.tables.attendance import Attendance
from models.tables.evidence import Evidence
from models.tables.orgs import Org
from models.tables.tallies import Tally
from muster.localtime import local_day, zone
from services.unit_of_work import Tx

CHUNK = 500  # ids in one IN list


@dataclass
class Facts:
    """Every row behind one activity, reversals included."""

    activity: Activity
    attendance: list[Attendance] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def has_photo(self) -> bool:
        """Tell whether a photo or a sheet backs what was written down by hand."""
        return any(row.kind in {EvidenceKind.photo, EvidenceKind.sign_in_sheet} for row in self.evidence)

    @property
    def is_co_signed(self) -> bool:
        """Tell whether host and leader signed the roster."""
        return any(row.kind is EvidenceKind.certificate for row in self.evidence)

    def classes(self, as_of: datetime | None = None) -> dict[int, EvidenceClass]:
        """Return the people who came, each with the strongest evidence, reversals until `as_of` taken off."""
        rows = [row for row in self.attendance if as_of is None or row.recorded_at <= as_of]
        taken_back = {row.reverses_id for row in rows if row.reverses_id is not None}
        standing = [row for row in rows if row.reverses_id is None and row.id not in taken_back]
        left = {row.person_id for row in standing if row.direction is Direction.departure}
        found: dict[int, EvidenceClass] = {}
        for row in standing:
            if row.direction is Direction.arrival:
                strength = rules.evidence_class(
                    row.source, has_out=row.person_id in left, is_co_signed=self.is_co_signed, has_photo=self.has_photo
                )
                found[row.person_id] = min(strength, found.get(row.person_id, strength))
        return found

    def tally_class(self, row: Tally) -> EvidenceClass:
        """Return how strong a tally is."""
        return rules.tally_class(row.method, is_co_signed=self.is_co_signed, has_photo=self.has_photo)

    def standing_tallies(self, as_of: datetime | None = None) -> list[Tally]:
        """Return the tallies that were not taken back until `as_of`."""
        rows = [row for row in self.tallies if as_of is None or row.recorded_at <= as_of]
        taken_back = {row.reverses_id for row in rows if row.reverses_id is not None}
        return [row for row in rows if row.reverses_id is None and row.id not in taken_back]


def load(tx: Tx, activities: Iterable[Activity]) -> dict[int, Facts]:
    """Return the facts of activities by id, in three statements per 500 of them."""
    found = {activity.id: Facts(activity) for activity in activities}
    ids = sorted(found)
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        for passage in tx.session.exec(select(Attendance).where(col(Attendance.activity_id).in_(part))):
            found[passage.activity_id].attendance.append(passage)
        for tally in tx.session.exec(select(Tally).where(col(Tally.activity_id).in_(part))):
            found[tally.activity_id].tallies.append(tally)
        for document in tx.session.exec(select(Evidence).where(col(Evidence.activity_id).in_(part))):
            found[document.activity_id].evidence.append(document)
    return found


def ledger_rows(tx: Tx, activities: Iterable[Activity], *, as_of: datetime | None = None) -> list[LedgerRow]:
    """Return what figures are computed from, one row an activity; `as_of` is also when reversals stop counting."""
    facts = load(tx, activities)
    hosts = {f.activity.host_org_id for f in facts.values() if f.activity.host_org_id is not None}
    kinds = {org.id: org.host_kind for org in tx.session.exec(select(Org).where(col(Org.id).in_(hosts)))}
    return [
        LedgerRow(
            activity_id=one.activity.id,
            kind=one.activity.kind,
            on=local_day(one.activity.starts_at, zone(one.activity.zone)),
            team_id=one.activity.team_id,
            closed_at=one.activity.closed_at,
            programme_id=one.activity.programme_id,
            host_org_id=one.activity.host_org_id,
            host_kind=kinds.get(one.activity.host_org_id) if one.activity.host_org_id else None,
            heads=tuple(sorted(one.classes(as_of).items())),
            tallies=tuple((row.count, one.tally_class(row)) for row in one.standing_tallies(as_of)),
        )
        for one in facts.values()
    ]


def manifest_facts(facts: Facts, *, until: datetime | None = None) -> ManifestFacts:
    """Return what a closing signs: every row, people by id, and the reversals recorded `until` then.

    A row that is no reversal can only have been there when the closing was signed, so it is
    taken in whatever instant it carries: one slipped in later shows as a difference.
    """
    row = facts.activity
    return ManifestFacts(
        activity=ActivityRow(
            id=row.id,
            kind=row.kind,
            title=row.title,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            team_id=row.team_id,
            programme_id=row.programme_id,
            venue_id=row.venue_id,
            host_org_id=row.host_org_id,
            topic_id=row.topic_id,
        ),
        attendance=tuple(
            AttendanceRow(
                id=passage.id,
                person_id=passage.person_id,
                at=passage.at,
                direction=passage.direction,
                source=passage.source,
                reverses_id=passage.reverses_id,
            )
            for passage in facts.attendance
            if until is None or passage.reverses_id is None or passage.recorded_at <= until
        ),
        tallies=tuple(
            TallyRow(
                id=tally.id,
                count=tally.count,
                method=tally.method,
                from_at=tally.from_at,
                until_at=tally.until_at,
                reverses_id=tally.reverses_id,
            )
            for tally in facts.tallies
            if until is None or tally.reverses_id is None or tally.recorded_at <= until
        ),
        evidence=tuple(EvidenceRow(id=doc.id, kind=doc.kind, sha256=doc.sha256) for doc in facts.evidence),
    )
