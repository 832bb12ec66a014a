"""Teams, people and orgs: what is listed, what a form writes, what is refused with every reason."""

from collections.abc import Callable

from httpx import Response
from sqlmodel import col, select

from models.enums import MembershipRole, UserRole
from models.tables.orgs import Org
from models.tables.people import Person
from models.tables.teams import Membership, Team
from services.access import COMMAND
from services.queries.people import list_people
from services.queries.teams import read_tree
from services.unit_of_work import UnitOfWork
from tests.service.builders import add_person
from tests.web.browser import Browser
from tests.web.pages_a.stories import Story

Knock = Callable[[UserRole, int | None], Browser]
EVIL = "<script>alert(1)</script>"


def version_in(page: Response) -> str:
    return page.text.partition('name="version" value="')[2].partition('"')[0]


def test_tree_shows_every_team_with_its_people_and_leaders(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    with uow.write(COMMAND) as tx:
        row = tx.session.exec(select(Membership).where(col(Membership.person_id) == story.house.people[1])).one()
        row.role = MembershipRole.leader
    page = organiser.get("/teams")
    assert page.status_code == 200
    with uow.read(story.house.organiser) as tx:
        (top,) = read_tree(tx)
    for node in (top, *top.below):
        assert f"{node.team.name}" in page.text
        assert f"{node.people_count}人" in page.text
    assert "队长<a" in page.text.replace("\n", "")
    assert f'/people/{story.house.people[1]}">王范例' in page.text


def test_team_page_searches_by_pinyin_and_swaps_the_part_alone(
    uow: UnitOfWork, story: Story, organiser: Browser
) -> None:
    with uow.write(COMMAND) as tx:
        person_id = add_person(tx, "单样张", story.house.squad)
        tx.session.exec(select(Person).where(col(Person.id) == person_id)).one().sort_key = "shan yang zhang"
    page = organiser.get(f"/teams/{story.house.squad}?q=shan", hx_request="true", hx_target="section#people")
    assert "单样张" in page.text
    assert "李样本" not in page.text
    assert page.text.lstrip().startswith("<section")


def test_team_is_set_up_and_found_in_the_tree(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    sent = {
        "name": "电工小队",
        "kind": "unit",
        "parent_id": str(story.house.squad),
        "org_id": "大冶市总工会",
        "code": "TD-01",
    }
    done = organiser.post("/teams", sent)
    assert done.status_code == 303
    with uow.read(story.house.organiser) as tx:
        team = tx.session.exec(select(Team).where(col(Team.name) == "电工小队")).one()
        assert (team.parent_id, team.code) == (story.house.squad, "TD-01")
        assert team.org_id is not None
    assert done.headers["location"] == f"/teams/{team.id}"
    assert "电工小队" in organiser.get("/teams").text


def test_team_form_names_all_faults_at_once_and_keeps_what_was_typed(story: Story, organiser: Browser) -> None:
    refused = organiser.post("/teams", {"name": "", "kind": "", "org_id": "没有这家", "code": "有 空格"})
    assert refused.status_code == 422
    for field in ("name", "kind", "org_id"):
        assert f'href="#f-{field}"' in refused.text
        assert f'id="f-{field}-error"' in refused.text
    assert "没有这家" in refused.text


def test_lost_race_of_two_editors_is_told(story: Story, organiser: Browser) -> None:
    form = organiser.get(f"/teams/{story.house.squad}/edit")
    sent = {"name": "铜都一分队", "kind": "squad", "parent_id": str(story.house.headquarters)}
    assert organiser.post(f"/teams/{story.house.squad}/edit", sent | {"version": version_in(form)}).status_code == 303
    again = organiser.post(
        f"/teams/{story.house.squad}/edit", sent | {"name": "铜都二分队", "version": version_in(form)}
    )
    assert again.status_code == 412


def test_member_is_added_ended_and_taken_back(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    here, zhao = f"/teams/{story.house.squad}", story.house.people[2]
    assert f'value="{zhao}"' in organiser.get(f"{here}/members?q=赵").text
    added = organiser.post(f"{here}/members", {"person_id": str(zhao), "role": "leader"})
    assert added.headers["location"] == here
    wanted = select(Membership).where(col(Membership.person_id) == zhao, col(Membership.team_id) == story.house.squad)
    with uow.read(COMMAND) as tx:
        row = tx.session.exec(wanted).one()
        assert row.role is MembershipRole.leader
    assert organiser.post(f"{here}/members/{row.id}/end").status_code == 303
    assert "resume" in organiser.get(here).text  # the toast that takes it back
    with uow.read(COMMAND) as tx:
        ended = tx.session.exec(wanted).one().valid_until_on
        assert ended is not None
        assert ended.isoformat() == "2026-03-03"  # the first day without it: today still counts
    organiser.post(f"{here}/members/{row.id}/resume")
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(wanted).one().valid_until_on is None


def test_person_is_written_in_with_all_that_is_said_of_them(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    sent = {
        "name": "单 田芳",
        "team_id": str(story.house.squad),
        "team_role": "leader",
        "phone": "138 0000 1234",
        "email": "",
        "locale": "zh-CN",
        "roles": ["model_demo", "host"],
        "skills": "电工、焊工",
        "titles": "全国劳动模范",
        "languages": "",
        "employer_org_id": "大冶市总工会",
        "answers_through_id": "王范例",
        "sort_key": "",
        "code": "",
    }
    done = organiser.post("/people", sent)
    assert done.status_code == 303, done.text
    page = organiser.get(done.headers["location"])
    for shown in ("单田芳", "电工、焊工", "全国劳动模范", "劳模示范讲", "王范例", "大冶市总工会", "+8613800001234"):
        assert shown in page.text
    with uow.read(story.house.organiser) as tx:
        assert tx.session.exec(select(Person.sort_key).where(col(Person.name) == "单田芳")).one().startswith("shan")
        assert [row.name for row in list_people(tx, q="shan t").items] == ["单田芳"]


def test_person_form_blames_each_field_and_keeps_ticked_boxes(story: Story, organiser: Browser) -> None:
    refused = organiser.post(
        "/people", {"name": "", "phone": "abc", "email": "x", "locale": "zh-CN", "roles": ["driver"]}
    )
    assert refused.status_code == 422
    for field in ("name", "phone", "email"):
        assert f'id="f-{field}-error"' in refused.text
    assert 'value="driver" checked' in refused.text


def test_edited_name_is_sorted_anew_unless_its_pinyin_was_typed(
    uow: UnitOfWork, story: Story, organiser: Browser
) -> None:
    zhao = story.house.people[2]
    with uow.write(COMMAND) as tx:
        tx.session.exec(select(Person).where(col(Person.id) == zhao)).one().sort_key = "zhao yan shi"
    form = organiser.get(f"/people/{zhao}/edit")
    sent = {"name": "仇演示", "sort_key": "zhao yan shi", "locale": "zh-CN", "version": version_in(form)}
    assert organiser.post(f"/people/{zhao}/edit", sent).status_code == 303
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(select(Person.sort_key).where(col(Person.id) == zhao)).one() == "qiu yan shi"


def test_people_are_narrowed_by_team_role_and_skill(story: Story, organiser: Browser) -> None:
    page = organiser.get(f"/people?team={story.house.other_squad}")
    assert "赵演示" in page.text
    assert "李样本" not in page.text
    page = organiser.get("/people?can=role:cadre_lead")
    assert "赵演示" in page.text
    assert "王范例" not in page.text
    assert "没有人全都符合" in organiser.get("/people?is=leader&can=skill:飞行").text


def test_filter_that_nobody_knows_shows_the_whole_list(story: Story, organiser: Browser) -> None:
    page = organiser.get("/people?team=abc&is=king&can=magic:fire&cursor=")
    assert page.status_code == 200
    assert "李样本" in page.text
    assert organiser.get("/people?cursor=nonsense").status_code == 422


def test_person_page_tells_what_was_promised_and_done(story: Story, organiser: Browser) -> None:
    page = organiser.get(f"/people/{story.house.people[0]}")
    assert "法律咨询值班" in page.text  # promised
    assert "陈贵镇文化站宣讲" in page.text  # asked
    assert "劳模工匠进车间宣讲" in page.text  # done
    assert "还有2场" in page.text


def test_orgs_are_written_and_edited(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    sent = {
        "name": "示例铜业",
        "kind": "company",
        "host_kind": "enterprise",
        "parent_id": "大冶市总工会",
        "contact_name": "何样张",
        "contact_phone": "0714-8720000",
    }
    done = organiser.post("/orgs", sent)
    assert done.status_code == 303, done.text
    here = done.headers["location"]
    assert "0714-8720000" in organiser.get(here).text
    form = organiser.get(f"{here}/edit")
    assert 'value="何样张"' in form.text
    again = organiser.post(
        f"{here}/edit", sent | {"name": "示例铜业集团", "last_on": "2020-01-01", "version": version_in(form)}
    )
    assert again.status_code == 422
    assert (
        organiser.post(f"{here}/edit", sent | {"name": "示例铜业集团", "version": version_in(form)}).status_code == 303
    )
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(select(Org.name).where(col(Org.name).startswith("示例铜业"))).one() == "示例铜业集团"
    assert "示例铜业集团" in organiser.get("/orgs?q=shi li&host=enterprise").text


def test_names_are_escaped_wherever_they_stand(uow: UnitOfWork, story: Story, organiser: Browser) -> None:
    with uow.write(COMMAND) as tx:
        tx.session.exec(select(Team).where(col(Team.id) == story.house.squad)).one().name = EVIL
        tx.session.exec(select(Person).where(col(Person.id) == story.house.people[0])).one().name = EVIL
        tx.session.exec(select(Org)).one().name = EVIL
    for path in (
        *("/teams", f"/teams/{story.house.squad}", f"/teams/{story.house.squad}/members?q={EVIL}", "/people", "/orgs"),
        *(f"/people/{story.house.people[0]}", f"/people?q={EVIL}", "/teams/new", f"/teams/{story.house.squad}/edit"),
        *("/orgs/1", "/audit", f"/deliveries?person={story.house.people[0]}", "/figures/lecture.persons@1"),
    ):
        page = organiser.get(path)
        assert page.status_code == 200, path
        assert EVIL not in page.text, path


def test_squad_organiser_writes_into_their_squad_only(uow: UnitOfWork, story: Story, knock: Knock) -> None:
    squad = knock(UserRole.organiser, story.house.squad)
    refused = squad.post("/people", {"name": "郑示例", "team_id": str(story.house.other_squad), "locale": "zh-CN"})
    assert refused.status_code == 403
    done = squad.post("/people", {"name": "郑示例", "team_id": str(story.house.squad), "locale": "zh-CN"})
    assert done.status_code == 303
    assert squad.post("/teams", {"name": "新队", "kind": "squad"}).status_code == 403
    with uow.read(COMMAND) as tx:
        assert tx.session.exec(select(Person.id).where(col(Person.name) == "郑示例")).all() != []
