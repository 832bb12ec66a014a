"""Orgs, teams, people, memberships, programmes, topics and tours over the API; what each register refuses."""

from typing import Any

import pytest

from tests.web.api.test_activities import codes
from tests.web.api.world import API, World

#: The least that each register takes.
LEAST: dict[str, dict[str, Any]] = {
    "orgs": {"name": "大冶有色", "kind": "company"},
    "teams": {"name": "铜绿山小队", "kind": "unit"},
    "people": {"name": "张样本"},
    "venues": {"name": "职工之家", "kind": "town", "capacity": 80},
    "programmes": {"code": "XJ", "name": "理论宣讲"},
    "topics": {"title": "劳模精神"},
    "tours": {"name": "春季巡讲", "first_on": "2026-03-02", "last_on": "2026-04-24"},
}
ENDED = [name for name in LEAST if name != "tours"]
#: The longest text of each register's first name or title.
NAMED = {name: next(iter({"name", "title"} & set(body))) for name, body in LEAST.items()}


pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)


def body_of(world: World, register: str, **more: Any) -> dict[str, Any]:
    body = dict(LEAST[register])
    if register == "teams":
        body["parent_id"] = world.house.squad
    if register == "tours":
        body["team_id"] = world.house.squad
    if register == "programmes":
        body["code"] = f"XJ{next(world.number)}"
    return body | more


def written(world: World, register: str, **more: Any) -> dict[str, Any]:
    answer = world.clients["organiser"].post(f"{API}/{register}", json=body_of(world, register, **more))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("register", LEAST)
def test_what_is_written_is_read_listed_and_changed(world: World, register: str) -> None:
    client, row = world.clients["organiser"], written(world, register)
    path, name = f"{API}/{register}/{row['id']}", NAMED[register]
    read = client.get(path)
    assert (read.json(), read.headers["etag"], row["version"]) == (row, '"1"', 1)
    assert row["id"] in {item["id"] for item in client.get(f"{API}/{register}", params={"limit": 200}).json()["items"]}
    changed = client.patch(path, json={name: "改过的名字"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()[name], changed.headers["etag"]) == (200, "改过的名字", '"2"')
    assert client.patch(path, json={name: "晚了一步"}, headers={"If-Match": '"1"'}).status_code == 412
    assert client.patch(path, json={}).headers["etag"] == '"2"', "nothing changed"
    assert client.get(path).json()[name] == "改过的名字"


@pytest.mark.parametrize("register", ENDED)
def test_an_end_is_a_day_and_may_be_repeated(world: World, register: str) -> None:
    client, row = world.clients["organiser"], written(world, register)
    path, until = f"{API}/{register}/{row['id']}", "left_on" if register == "people" else "valid_until_on"
    for _ in range(2):
        ended = client.post(f"{path}/end", json={"until_on": "2026-12-31"})
        assert (ended.status_code, ended.json()[until], ended.json()["version"]) == (200, "2026-12-31", 2)
    assert client.patch(path, json={until: None}).json()[until] is None, "brought back"
    for wrong in ({}, {"until_on": "2026-12-31T00:00:00Z"}, {"until_on": None}, {"until_on": "2026-02-30"}):
        assert client.post(f"{path}/end", json=wrong).status_code == 422
    assert client.post(f"{API}/{register}/999999/end", json={"until_on": "2026-12-31"}).status_code == 404


@pytest.mark.parametrize("register", ["orgs", "teams", "venues", "tours"])
def test_an_end_before_the_start_is_refused(world: World, register: str) -> None:
    client = world.clients["organiser"]
    first, last = ("first_on", "last_on") if register == "tours" else ("valid_from_on", "valid_until_on")
    backwards = body_of(world, register) | {first: "2026-03-02", last: "2026-03-01"}
    assert codes(client.post(f"{API}/{register}", json=backwards)) == ["ends_before_begins"]
    row = written(world, register)
    assert codes(client.patch(f"{API}/{register}/{row['id']}", json={last: "2020-01-01"})) == ["ends_before_begins"]
    if register != "tours":
        ended = client.post(f"{API}/{register}/{row['id']}/end", json={"until_on": "2020-01-01"})
        assert (ended.status_code, codes(ended)) == (422, ["ends_before_begins"])


@pytest.mark.parametrize("register", LEAST)
def test_bad_input_gets_a_refusal_with_all_its_reasons(world: World, register: str) -> None:
    client, name = world.clients["organiser"], NAMED[register]
    path = f"{API}/{register}"
    before = client.get(path, params={"limit": 200}).json()
    for value, code in (("长" * 10_000, "too_long"), (" ", "too_short"), (None, "text_wrong"), ("a\nb", "text_wrong")):
        answer = client.post(path, json=body_of(world, register) | {name: value})
        assert (answer.status_code, codes(answer)) == (422, [code])
        assert answer.json()["reasons"][0]["field"] == name
    answer = client.post(path, json=body_of(world, register) | {name: 7, "colour": "red"})
    assert codes(answer) == ["text_wrong", "field_unknown"]
    assert codes(client.post(path, json=[])) == ["shape_wrong"]
    for broken in (b"{", b"", b"\xff", b'{"name": NaN', b"[" * 10_000):
        answer = client.post(path, content=broken, headers={"content-type": "application/json"})
        assert answer.status_code in {400, 422}
        assert codes(answer)
    assert client.get(path, params={"limit": 200}).json() == before


@pytest.mark.parametrize("register", [*LEAST, "memberships"])
def test_what_is_not_there_is_404_and_no_list_breaks(world: World, register: str) -> None:
    client = world.clients["organiser"]
    for wrong in ("999999", "0", "-1", "x", "1.5", str(2**31), str(2**70)):
        assert (client.get(f"{API}/{register}/{wrong}").status_code) == 404
    assert client.patch(f"{API}/{register}/999999", json={}).status_code == 404
    for params in ({"limit": 0}, {"limit": 201}, {"limit": "x"}, {"cursor": "!"}, {"cursor": ""}):
        assert client.get(f"{API}/{register}", params=params).status_code == 422
    assert client.get(f"{API}/{register}", params={"on": "2026-13-01"}).status_code == 422


@pytest.mark.parametrize("register", LEAST)
def test_lists_are_searched_and_paged(world: World, register: str) -> None:
    client, name = world.clients["organiser"], NAMED[register]
    word = f"找{next(world.number)}号"
    ids = {written(world, register, **{name: f"{word}甲乙丙"[: 12 + n]})["id"] for n in range(3)}
    found: list[int] = []
    params: dict[str, Any] = {"q": word, "limit": 2}
    while True:
        page = client.get(f"{API}/{register}", params=params).json()
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert (len(found), set(found)) == (3, ids)


def test_people_join_teams_and_move_between_them(world: World) -> None:
    client, house = world.clients["organiser"], world.house
    employer = written(world, "orgs")["id"]
    person = written(
        world,
        "people",
        team_id=house.squad,
        team_role="leader",
        joined_on="2026-01-01",
        phone="138 1234 5678",
        email="Zhang@Example.org",
        titles=["全国劳动模范"],
        roles=["model_demo", "host"],
        employer_org_id=employer,
        code="DY-1",
    )
    assert (person["phone"], person["email"]) == ("+8613812345678", "zhang@example.org")
    assert (person["employer_org_id"], person["employer_name"]) == (employer, "大冶有色")
    (joined,) = person["memberships"]
    assert (joined["role"], joined["valid_from_on"]) == ("leader", "2026-01-01")
    path = f"{API}/memberships/{joined['id']}"
    assert client.post(f"{path}/end", json={"until_on": "2026-03-01"}).json()["valid_until_on"] == "2026-03-01"
    again = client.post(f"{API}/memberships", json={"person_id": person["id"], "team_id": house.other_squad})
    assert (again.status_code, again.json()["team_id"]) == (201, house.other_squad)
    twice = client.post(f"{API}/memberships", json={"person_id": person["id"], "team_id": house.other_squad})
    assert (twice.status_code, codes(twice)) == (409, ["membership_overlaps"])
    here = client.get(f"{API}/memberships", params={"person_id": person["id"], "on": "2026-03-02"}).json()["items"]
    assert [item["team_id"] for item in here] == [house.other_squad]
    changed = client.patch(f"{API}/people/{person['id']}", json={"titles": [], "phone": None}).json()
    assert (changed["titles"], changed["phone"], changed["roles"]) == ([], None, ["model_demo", "host"])
    held = client.get(f"{API}/people", params={"trait": "role", "trait_value": "host", "team_id": house.headquarters})
    assert person["id"] in {item["id"] for item in held.json()["items"]}
    taken = client.post(f"{API}/people", json={"name": "张样本", "code": "DY-1"})
    assert (taken.status_code, codes(taken)) == (409, ["already_there"])


def test_a_squad_organiser_stays_in_the_squad(world: World) -> None:
    client, house = world.clients["squad_organiser"], world.house
    items = client.get(f"{API}/people", params={"limit": 200}).json()["items"]
    assert house.people[2] not in {item["id"] for item in items}
    nowhere = client.post(f"{API}/people", json={"name": "张样本"})
    assert (nowhere.status_code, codes(nowhere)) == (403, ["role_missing"])


def test_the_team_tree_keeps_its_levels(world: World) -> None:
    client, house = world.clients["organiser"], world.house
    unit = written(world, "teams")
    assert [one["id"] for one in unit["line"]] == [house.headquarters, house.squad]
    moved = client.patch(f"{API}/teams/{unit['id']}", json={"parent_id": house.other_squad}).json()
    assert moved["line"][-1]["id"] == house.other_squad
    ring = client.patch(f"{API}/teams/{house.headquarters}", json={"parent_id": unit["id"]})
    assert ring.status_code == 422
    written(world, "teams")
    full = client.post(f"{API}/teams/{house.squad}/end", json={"until_on": "2026-03-02"})
    assert full.status_code == 409
    below = client.get(f"{API}/teams", params={"under_id": house.other_squad}).json()["items"]
    assert {item["id"] for item in below} == {house.other_squad, unit["id"]}


def test_stops_are_set_in_order_against_the_version_of_the_tour(world: World) -> None:
    client, house = world.clients["organiser"], world.house
    tour = written(world, "tours")
    path = f"{API}/tours/{tour['id']}/stops"
    one, two = world.draft(house.squad), world.draft(house.squad)
    done = client.put(path, json={"activity_ids": [two, one]}, headers={"If-Match": '"1"'})
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')
    assert [stop["activity_id"] for stop in client.get(path).json()["items"]] == [two, one]
    late = client.put(path, json={"activity_ids": []}, headers={"If-Match": '"1"'})
    assert (late.status_code, codes(late)) == (412, ["lost_race"])
    wrong = client.put(path, json={"activity_ids": [one, one, 999_999]})
    assert (wrong.status_code, sorted(set(codes(wrong)))) == (422, ["stop_repeated", "unknown_reference"])
    other = client.put(f"{API}/tours/{written(world, 'tours')['id']}/stops", json={"activity_ids": [one]})
    assert (other.status_code, codes(other)) == (409, ["stop_in_other_tour"])


def test_one_learns_who_one_is(world: World) -> None:
    me = world.clients["leader"].get(f"{API}/me").json()
    assert me["email"] == "leader@muster.example"
    assert me["person_id"] == world.house.people[1]
    assert me["roles"] == [{"role": "leader", "team_id": world.house.squad}]
    assert (me["locale"], me["zone"]) == ("zh-CN", "Asia/Shanghai")
    refused = world.clients["stranger"].get(f"{API}/me")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
