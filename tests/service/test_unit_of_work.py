"""One transaction: rows, what follows from them and history commit together, or none of it does."""

import json

import pytest
import sqlalchemy as sa
from sqlmodel import func, select

from models.errors import Conflict, Invalid, LostRace, NotFound
from models.events import ActivityChanged
from models.rules.chain import GENESIS, link
from models.tables.activities import Activity
from models.tables.history import HistoryEntry, HistoryHead
from models.tables.orgs import Org
from models.tables.teams import Team
from models.tables.venues import Venue
from services import activities
from services.access import COMMAND
from services.unit_of_work import Tx, UnitOfWork
from tests.service.builders import SINCE, add_lecture, small_house


def history(uow: UnitOfWork) -> list[HistoryEntry]:
    with uow.read(COMMAND) as tx:
        return list(tx.session.exec(select(HistoryEntry).order_by(HistoryEntry.seq)).all())


def test_every_event_is_chained_to_the_one_before(uow: UnitOfWork) -> None:
    house = small_house(uow)
    lecture = add_lecture(uow, house)
    with uow.write(house.organiser) as tx:
        activities.change(tx, lecture, {"capacity": 90})
        activities.release(tx, lecture)
    entries = history(uow)
    assert [entry.event for entry in entries[-3:]] == ["activity.created", "activity.changed", "activity.released"]
    previous = GENESIS
    for seq, entry in enumerate(entries, start=1):
        assert entry.seq == seq
        assert entry.previous_sha256 == previous
        assert entry.entry_sha256 == link(previous, entry.body)
        previous = entry.entry_sha256
    assert json.loads(entries[-2].body)["payload"]["changes"] == {"capacity": [80, 90]}
    assert entries[-1].actor == house.organiser.label
    with uow.read(COMMAND) as tx:
        head = tx.session.exec(select(HistoryHead)).one()
        assert (head.seq, head.entry_sha256) == (entries[-1].seq, previous)


def test_a_failing_reaction_leaves_nothing_behind(uow: UnitOfWork) -> None:
    lecture = add_lecture(uow, small_house(uow))
    before = len(history(uow))

    def fail(_tx: Tx, _event: ActivityChanged) -> None:
        raise RuntimeError

    broken = UnitOfWork(
        uow.database, clock=uow.clock, ids=uow.ids, settings=uow.settings, reactions={ActivityChanged: (fail,)}
    )
    with pytest.raises(RuntimeError), broken.write(COMMAND) as tx:
        activities.change(tx, lecture, {"title": "别的题目"})
    assert len(history(uow)) == before
    with uow.read(COMMAND) as tx:
        assert tx.get(Activity, lecture, noun="activity", for_update=False).title != "别的题目"


def test_an_edit_of_something_that_changed_meanwhile_is_refused(uow: UnitOfWork) -> None:
    lecture = add_lecture(uow, small_house(uow))
    with uow.write(COMMAND) as tx:
        activities.change(tx, lecture, {"capacity": 81}, expected_version=1)
    with pytest.raises(LostRace), uow.write(COMMAND) as tx:
        activities.change(tx, lecture, {"capacity": 82}, expected_version=1)


def test_what_is_not_there_is_not_found(uow: UnitOfWork) -> None:
    with pytest.raises(NotFound), uow.write(COMMAND) as tx:
        tx.get(Activity, 999, noun="activity")


def test_a_code_given_twice_is_a_conflict_that_names_the_field(uow: UnitOfWork) -> None:
    def team() -> Team:
        return Team(kind="squad", name="分队", code="S1", valid_from_on=SINCE, created_at=uow.clock.now())

    with uow.write(COMMAND) as tx:
        tx.add(team())
    with pytest.raises(Conflict) as refusal, uow.write(COMMAND) as tx:
        tx.add(team())
    assert refusal.value.reasons[0].params == {"constraint": "uq_teams_code", "field": "code"}


def test_a_reference_to_nothing_is_invalid(uow: UnitOfWork) -> None:
    with pytest.raises(Invalid), uow.write(COMMAND) as tx:
        tx.add(Org(parent_id=999, name="无", kind="other", valid_from_on=SINCE, created_at=tx.now))


def test_what_is_read_is_one_snapshot_and_nothing_of_it_is_kept(uow: UnitOfWork) -> None:
    house = small_house(uow)
    with uow.read(COMMAND) as tx:
        count = select(func.count()).select_from(Activity)
        before = tx.session.exec(count).one()
        add_lecture(uow, house)
        assert tx.session.exec(count).one() == before
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(count).one() == before + 1


def test_history_cannot_be_changed_deleted_or_replaced(uow: UnitOfWork) -> None:
    add_lecture(uow, small_house(uow))
    for statement in (
        "UPDATE history SET actor = 'nobody' WHERE seq = 1",
        "DELETE FROM history WHERE seq = 1",
        "INSERT OR REPLACE INTO history SELECT * FROM history WHERE seq = 1",
        "TRUNCATE history",
    ):
        if uow.database.is_sqlite == statement.startswith("TRUNCATE"):
            continue
        if not uow.database.is_sqlite and "REPLACE" in statement:
            continue
        with pytest.raises(sa.exc.DBAPIError), uow.database.engine.begin() as connection:
            connection.execute(sa.text(statement))
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(select(HistoryEntry.actor)).first() != "nobody"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"capacity": 0}, "ck_venues_capacity"),
        ({"name": "堂" * 101}, "ck_venues_name_length"),
        ({"lat": 30.0}, "ck_venues_place"),
        ({"set_up_minutes": -1}, "ck_venues_set_up"),
    ],
)
def test_wrong_values_are_refused_by_name(uow: UnitOfWork, values: dict[str, object], constraint: str) -> None:
    row: dict[str, object] = {"name": "堂", "kind": "school", "capacity": 10, "valid_from_on": SINCE}
    with pytest.raises((Invalid, sa.exc.DataError)) as refusal, uow.write(COMMAND) as tx:
        tx.add(Venue(**(row | values), created_at=tx.now))
    if isinstance(refusal.value, Invalid):
        assert refusal.value.reasons[0].params["constraint"] == constraint
