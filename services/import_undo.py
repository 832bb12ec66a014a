"""Take an import batch back: restore what it changed, delete what it made, or refuse with every reason."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Table, delete
from sqlmodel import SQLModel, col, func, select

from models.errors import Conflict, Forbidden
from models.events import ImportUndone
from models.rules.verdicts import Reason
from models.tables import metadata
from models.tables.base import table_of
from models.tables.imports import ImportBatch, ImportRow
from models.tables.orgs import Org
from models.tables.people import Person, PersonTrait
from models.tables.resources import Occupancy, Resource
from models.tables.teams import Membership, Team, TeamAncestry
from models.tables.venues import Venue, VenueDays, VenueHours, VenueLayout, VenueResource, VenueRight
from services import access, memberships, orgs, people, teams, venues
from services.unit_of_work import Tx

CHUNK = 5000
KINDS: dict[str, type[SQLModel]] = {
    "org": Org, "team": Team, "person": Person, "membership": Membership, "venue": Venue,
}  # fmt: skip
CHANGES: dict[str, Callable[[Tx, int, Mapping[str, Any]], None]] = {
    "org": orgs.change, "team": teams.change, "person": people.change, "membership": memberships.change,
    "venue": venues.change,
}  # fmt: skip
#: Tables whose rows belong to a register's row and go with it.
VENUE_LISTS = (VenueHours, VenueDays, VenueLayout, VenueRight)
OWNED = {table_of(kind).name for kind in (PersonTrait, Resource, TeamAncestry, VenueResource, *VENUE_LISTS)}


def take_back(tx: Tx, batch: ImportBatch) -> None:
    """Undo a locked batch whose actor manages something.

    Raises:
        Forbidden: the actor may not edit every row of the batch.
        Conflict: it was taken back already, or rows were edited or used since: all of them.
    """
    if batch.undone_at is not None:
        raise Conflict(Reason("import_undone_already", {"batch_id": batch.id}))
    rows = tx.session.exec(
        select(ImportRow).where(col(ImportRow.batch_id) == batch.id).order_by(col(ImportRow.id).desc())
    ).all()
    made: defaultdict[str, list[int]] = defaultdict(list)
    touched: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        touched[row.noun].add(row.subject_id)
        if row.before is None:
            made[row.noun].append(row.subject_id)
    _require_rights(tx, touched)
    reasons = [*_edited(tx, rows), *_used(tx, made, touched)]
    if reasons:
        raise Conflict(*reasons)
    for row in rows:
        if row.before is not None:
            CHANGES[row.noun](tx, row.subject_id, row.before)
    tx.session.flush()
    for noun in ("membership", "person", "venue", "team", "org"):
        for ids in _chunks(made[noun]):
            _delete(tx, noun, ids)
    batch.undone_at = tx.now
    tx.session.add(batch)
    tx.record(ImportUndone(subject_id=batch.id, kind=batch.kind.value))


def _require_rights(tx: Tx, touched: Mapping[str, Collection[int]]) -> None:
    """Raise `Forbidden` unless the actor manages every team, and a team of every person, of the batch."""
    reach = access.reach(tx.actor, access.MANAGING)
    if reach is None:
        return
    managed = set(tx.session.execute(reach).scalars())
    theirs = select(Membership.person_id).where(col(Membership.team_id).in_(managed))
    people_ids = set(tx.session.exec(theirs)) if touched.get("person") else set()
    if set(touched.get("team", ())) - managed or set(touched.get("person", ())) - people_ids:
        raise Forbidden(Reason("role_missing"))


def _edited(tx: Tx, rows: Iterable[ImportRow]) -> Iterator[Reason]:
    """Yield a reason for each row that somebody edited after the batch."""
    expected: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for row in rows:
        expected[row.noun].setdefault(row.subject_id, row.version)
    for noun, versions in sorted(expected.items()):
        table = table_of(KINDS[noun])
        for ids in _chunks(sorted(versions)):
            now = tx.session.execute(select(table.c.id, table.c.version).where(table.c.id.in_(ids)))
            for row_id, version in now.all():
                if version != versions[row_id]:
                    yield Reason("import_row_edited", {"noun": noun, "id": row_id})


def _used(tx: Tx, made: Mapping[str, list[int]], touched: Mapping[str, set[int]]) -> Iterator[Reason]:
    """Yield a reason for each row made by the batch that rows outside the batch refer to."""
    nouns = {table_of(kind).name: noun for noun, kind in KINDS.items()}
    for noun, all_ids in sorted(made.items()):
        for column in _references_to(table_of(KINDS[noun])):
            counts: Counter[int] = Counter()
            for ids in _chunks(all_ids):
                counts.update(_referring(tx, column, ids, touched.get(nouns.get(column.table.name, ""), ())))
            for row_id, count in sorted(counts.items()):
                yield Reason("import_row_used", {"noun": noun, "id": row_id, "by": column.table.name, "count": count})


def _references_to(table: Table) -> Iterator[Column[Any]]:
    """Yield every column of any table that names rows of this one, but those of rows that go with it."""
    for other in metadata.sorted_tables:
        if other.name not in OWNED:
            for key in other.foreign_keys:
                if key.column.table is table:
                    yield key.parent


def _referring(tx: Tx, column: Column[Any], ids: Collection[int], own: Collection[int]) -> dict[int, int]:
    """Return how many rows outside the batch refer to each id."""
    where = [column.in_(ids)]
    if own:
        # The batch's own rows are few or many; what refers is few either way, so tell them apart here.
        found = tx.session.execute(select(column, column.table.c.id).where(*where)).all()
        return dict(Counter(target for target, row_id in found if row_id not in own))
    return dict(tx.session.execute(select(column, func.count()).where(*where).group_by(column)).all())


def _delete(tx: Tx, noun: str, ids: Collection[int]) -> None:
    """Delete rows made by a batch, with what belongs to them."""
    run = tx.session.execute
    if noun == "person":
        run(delete(PersonTrait).where(col(PersonTrait.person_id).in_(ids)))
        run(delete(Resource).where(col(Resource.person_id).in_(ids)))
    if noun == "team":
        run(delete(TeamAncestry).where(col(TeamAncestry.team_id).in_(ids)))
    if noun == "venue":
        _delete_parts(tx, ids)
    table = table_of(KINDS[noun])
    run(delete(table).where(table.c.id.in_(ids)))


def _delete_parts(tx: Tx, venue_ids: Collection[int]) -> None:
    """Delete the leaves of venues that nobody booked; whole venues above them stay taken by their own."""
    leaves = set(tx.session.exec(select(VenueResource.resource_id).where(col(VenueResource.venue_id).in_(venue_ids))))
    run = tx.session.execute
    for kind in VENUE_LISTS:
        run(delete(kind).where(table_of(kind).c.venue_id.in_(venue_ids)))
    run(delete(VenueResource).where(col(VenueResource.resource_id).in_(leaves)))
    run(delete(Occupancy).where(col(Occupancy.resource_id).in_(leaves)))
    run(delete(Resource).where(col(Resource.id).in_(leaves)))


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
