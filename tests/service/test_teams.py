"""Teams: the tree, its closure, its levels, its end, and who may touch which part of it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from models.enums import ActivityKind, MembershipRole, TeamKind, UserRole
from models.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from models.tables.teams import Membership, Team, TeamAncestry
from services import activities, memberships, people, teams
from services.access import COMMAND
from services.queries.teams import TeamNode, list_teams, read_team, read_tree
from services.unit_of_work import Tx, UnitOfWork
from tests.service.refusals import AUDITOR, ORGANISER, acting, codes
from tests.service.statements import counted

SINCE = date(2020, 1, 1)


def add(tx: Tx, kind: TeamKind, name: str, parent_id: int | None = None) -> int:
    return teams.create(tx, kind=kind, name=name, parent_id=parent_id, valid_from_on=SINCE)


@pytest.fixture
def tree(uow: UnitOfWork) -> dict[str, int]:
    """总队 over 甲分队 with a unit that holds a unit, and over 乙分队."""
    with uow.write(COMMAND) as tx:
        top = add(tx, TeamKind.headquarters, "总队")
        first = add(tx, TeamKind.squad, "甲分队", top)
        unit = add(tx, TeamKind.unit, "一小队", first)
        deep = add(tx, TeamKind.unit, "一小队二组", unit)
        second = add(tx, TeamKind.squad, "乙分队", top)
    return {"top": top, "first": first, "unit": unit, "deep": deep, "second": second}


def ancestry(tx: Tx) -> set[tuple[int, int, int]]:
    rows = tx.session.exec(select(TeamAncestry)).all()
    return {(row.ancestor_id, row.team_id, row.depth) for row in rows}


def expected_ancestry(tx: Tx) -> set[tuple[int, int, int]]:
    """Work the closure out from the parents alone."""
    parents = dict(tx.session.exec(select(Team.id, Team.parent_id)).all())
    found = set()
    for team_id in parents:
        above, depth = team_id, 0
        while above is not None:
            found.add((above, team_id, depth))
            above, depth = parents[above], depth + 1
    return found


def test_closure_follows_the_tree(uow: UnitOfWork, tree: dict[str, int]) -> None:
    with uow.read(COMMAND) as tx:
        assert ancestry(tx) == expected_ancestry(tx)
        assert len(ancestry(tx)) == 1 + 2 + 3 + 4 + 2


def test_moving_takes_the_subtree_along(uow: UnitOfWork, tree: dict[str, int]) -> None:
    with uow.write(ORGANISER) as tx:
        teams.change(tx, tree["unit"], {"parent_id": tree["second"]})
        assert ancestry(tx) == expected_ancestry(tx)
    with uow.write(ORGANISER) as tx:
        teams.change(tx, tree["unit"], {"parent_id": None})
        assert ancestry(tx) == expected_ancestry(tx)
    with uow.write(ORGANISER) as tx:
        teams.change(tx, tree["second"], {"parent_id": tree["first"]})
        teams.change(tx, tree["unit"], {"parent_id": tree["second"]})
        assert ancestry(tx) == expected_ancestry(tx)
        assert len(ancestry(tx)) == 1 + 2 + 3 + 4 + 5


def test_a_team_never_comes_below_itself(uow: UnitOfWork, tree: dict[str, int]) -> None:
    for below in ("unit", "deep"):
        with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
            teams.change(tx, tree["unit"], {"parent_id": tree[below]})
        assert codes(error) == [("parent_is_below", "parent_id")]


@pytest.mark.parametrize(
    ("kind", "parent"),
    [(TeamKind.headquarters, "first"), (TeamKind.squad, "unit"), (TeamKind.headquarters, "unit")],
)
def test_levels_go_downwards(uow: UnitOfWork, tree: dict[str, int], kind: TeamKind, parent: str) -> None:
    with pytest.raises(Invalid) as error, uow.write(ORGANISER) as tx:
        add(tx, kind, "新队", tree[parent])
    assert codes(error) == [("team_level_wrong", "parent_id")]


def test_a_new_level_must_suit_both_neighbours(uow: UnitOfWork, tree: dict[str, int]) -> None:
    with pytest.raises(Invalid), uow.write(ORGANISER) as tx:
        teams.change(tx, tree["unit"], {"kind": "headquarters"})
    with pytest.raises(Invalid), uow.write(ORGANISER) as tx:
        teams.change(tx, tree["deep"], {"kind": "squad"})
    with uow.write(ORGANISER) as tx:
        teams.change(tx, tree["unit"], {"kind": "squad"})
        teams.change(tx, tree["deep"], {"kind": "squad"})
    with pytest.raises(Invalid), uow.write(ORGANISER) as tx:
        teams.change(tx, tree["first"], {"kind": "unit"})
    with uow.write(ORGANISER) as tx:
        teams.change(tx, tree["top"], {"kind": "headquarters", "name": "志愿服务总队"})


def test_rights_hold_over_a_subtree(uow: UnitOfWork, tree: dict[str, int]) -> None:
    theirs = acting(UserRole.organiser, tree["first"])
    with uow.write(theirs) as tx:
        add(tx, TeamKind.unit, "三小队", tree["first"])
        teams.change(tx, tree["deep"], {"name": "二组"})
    with pytest.raises(Forbidden), uow.write(theirs) as tx:
        add(tx, TeamKind.unit, "四小队", tree["second"])
    with pytest.raises(Forbidden), uow.write(theirs) as tx:
        add(tx, TeamKind.headquarters, "另一总队")
    with pytest.raises(Forbidden), uow.write(theirs) as tx:
        teams.change(tx, tree["unit"], {"parent_id": tree["second"]})
    with pytest.raises(NotFound), uow.write(theirs) as tx:
        teams.change(tx, tree["second"], {"name": "我们的"})
    for role in (UserRole.auditor, UserRole.member, UserRole.leader):
        with pytest.raises(Forbidden), uow.write(acting(role, tree["first"])) as tx:
            teams.change(tx, tree["first"], {"name": "我们的"})


def test_unknown_team_is_not_found(uow: UnitOfWork) -> None:
    for team_id in (7, 2**40):
        with pytest.raises(NotFound), uow.write(ORGANISER) as tx:
            teams.change(tx, team_id, {"name": "甲"})
        with pytest.raises(NotFound), uow.read(ORGANISER) as tx:
            read_team(tx, team_id)


def test_ending_a_team_ends_its_memberships(uow: UnitOfWork, tree: dict[str, int]) -> None:
    until = date(2026, 6, 1)
    with uow.write(ORGANISER) as tx:
        li = people.create(tx, name="李样本", team_id=tree["second"], joined_on=SINCE)
        wang = people.create(tx, name="王范例", team_id=tree["second"], joined_on=SINCE)
        short = tx.session.exec(select(Membership).where(Membership.person_id == wang)).one()
        memberships.end(tx, short.id, date(2026, 5, 1))
        teams.end(tx, tree["second"], until)
        ends = dict(tx.session.exec(select(Membership.person_id, Membership.valid_until_on)).all())
    assert ends == {li: until, wang: date(2026, 5, 1)}
    with pytest.raises(Conflict) as error, uow.write(ORGANISER) as tx:
        memberships.create(tx, person_id=li, team_id=tree["second"], valid_from_on=until)
    assert codes(error) == [("team_has_ended", "team_id")]


def test_a_team_with_plans_does_not_end(uow: UnitOfWork, tree: dict[str, int]) -> None:
    starts_at = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
    with uow.write(ORGANISER) as tx:
        people.create(tx, name="李样本", team_id=tree["first"], joined_on=date(2026, 8, 1))
        activities.create(
            tx,
            kind=ActivityKind.service,
            title="清扫",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            team_id=tree["first"],
        )
    with pytest.raises(Conflict) as error, uow.write(ORGANISER) as tx:
        teams.end(tx, tree["first"], date(2026, 6, 1))
    assert codes(error) == [("team_has_teams", None), ("team_has_memberships", None), ("team_has_activities", None)]
    with pytest.raises(Conflict), uow.write(ORGANISER) as tx:
        teams.change(tx, tree["first"], {"valid_until_on": "2026-06-01"})


def test_team_page_shows_line_leaders_and_heads(uow: UnitOfWork, tree: dict[str, int]) -> None:
    with uow.write(ORGANISER) as tx:
        li = people.create(tx, name="李样本", team_id=tree["unit"], team_role=MembershipRole.leader, joined_on=SINCE)
        memberships.create(tx, person_id=li, team_id=tree["first"], role=MembershipRole.leader, valid_from_on=SINCE)
        people.create(tx, name="王范例", team_id=tree["deep"], joined_on=SINCE)
        gone = people.create(tx, name="赵演示", team_id=tree["deep"], joined_on=SINCE)
        people.end(tx, gone, date(2025, 1, 1))
    with uow.read(AUDITOR) as tx:
        view = read_team(tx, tree["first"])
    assert [ref.name for ref in view.line] == ["总队"]
    assert [row.name for row in view.below] == ["一小队"]
    assert [leader.name for leader in view.leaders] == ["李样本"]
    assert (view.team.member_count, view.people_count) == (1, 2)
    assert not view.may_change


def test_tree_counts_each_person_once(uow: UnitOfWork, tree: dict[str, int]) -> None:
    with uow.write(ORGANISER) as tx:
        li = people.create(tx, name="李样本", team_id=tree["deep"], joined_on=SINCE)
        memberships.create(tx, person_id=li, team_id=tree["second"], valid_from_on=SINCE)
        teams.create(tx, kind=TeamKind.squad, name="未来分队", parent_id=tree["top"], valid_from_on=date(2027, 1, 1))

    def shape(node: TeamNode) -> tuple[str, int, int, list[object]]:
        return node.team.name, node.team.member_count, node.people_count, [shape(below) for below in node.below]

    with uow.read(AUDITOR) as tx:
        assert [shape(node) for node in read_tree(tx)] == [
            (
                "总队",
                0,
                1,
                [
                    ("甲分队", 0, 1, [("一小队", 0, 1, [("一小队二组", 1, 1, [])])]),
                    ("乙分队", 1, 1, []),
                ],
            )
        ]
        assert len(read_tree(tx, on=date(2027, 1, 1))[0].below) == 3
    with uow.read(acting(UserRole.leader, tree["unit"])) as tx:
        assert [node.team.name for node in read_tree(tx)] == ["一小队"]


def test_lists_show_what_is_in_reach(uow: UnitOfWork, tree: dict[str, int]) -> None:
    with uow.read(acting(UserRole.member, tree["first"])) as tx:
        assert [row.name for row in list_teams(tx).items] == ["甲分队", "一小队", "一小队二组"]
        assert [row.name for row in list_teams(tx, q="er zu").items] == []
        assert [row.name for row in list_teams(tx, q="yi xiao dui er").items] == ["一小队二组"]
        assert [row.name for row in list_teams(tx, under_id=tree["unit"]).items] == ["一小队", "一小队二组"]
        assert [row.name for row in list_teams(tx, parent_id=tree["unit"]).items] == ["一小队二组"]
        assert [row.name for row in list_teams(tx, kind=TeamKind.squad, on=date(2026, 1, 1)).items] == ["甲分队"]
        with pytest.raises(NotFound):
            read_team(tx, tree["second"])


def test_tree_and_list_send_as_many_statements_for_one_as_for_many(uow: UnitOfWork) -> None:
    with uow.write(COMMAND) as tx:
        top = add(tx, TeamKind.headquarters, "总队")
    with uow.read(AUDITOR) as tx, counted(uow) as few:
        read_tree(tx)
        list_teams(tx)
    with uow.write(COMMAND) as tx:
        add(tx, TeamKind.squad, "甲分队", top)
        add(tx, TeamKind.unit, "一小队", add(tx, TeamKind.squad, "乙分队", top))
    with uow.read(AUDITOR) as tx, counted(uow) as many:
        assert len(list_teams(tx).items) == 4
        read_tree(tx)
    assert len(few) == len(many) == 3


def test_two_moves_at_once_make_no_ring(uow: UnitOfWork, tree: dict[str, int]) -> None:
    both_ready = threading.Barrier(2)

    def move(team: str, below: str) -> str:
        both_ready.wait()
        try:
            with uow.write(ORGANISER) as tx:
                teams.change(tx, tree[team], {"parent_id": tree[below]})
        except DomainError as error:
            return error.reasons[0].code
        return "moved"

    with ThreadPoolExecutor(2) as threads:
        futures = [threads.submit(move, "first", "second"), threads.submit(move, "second", "first")]
        outcomes = sorted(future.result() for future in futures)
    assert outcomes in (["moved", "parent_is_below"], ["database_busy", "moved"])
    with uow.read(COMMAND) as tx:
        assert ancestry(tx) == expected_ancestry(tx)
