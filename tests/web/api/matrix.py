"""Who may call what: for every route the status that each role gets, as data.

Each row is `(call, own, other)`. `own` are the statuses of stranger, member, leader, squad_organiser,
organiser, auditor and administrator, in that order (`tests.web.api.world.ROLES`), where the row that the
call is about belongs to the squad that member, leader and squad_organiser are of; `other` the same where
it belongs to a squad that they know nothing of, None where nothing belongs to a team.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.web.api.world import PNG, World


@dataclass(frozen=True)
class Ask:
    """One request: ids in its path, and what else is sent."""

    ids: dict[str, int | str] = field(default_factory=dict)
    json: Any = None
    params: dict[str, Any] = field(default_factory=dict)
    files: Any = None
    data: Any = None


Make = Callable[[World, int], Ask]
Row = tuple[Make, str, str | None]

DAY = "2026-12-31"
CLOSED = {"from_on": "2026-10-01", "until_on": "2026-10-08", "note": "国庆节"}
HOOK = {"name": "甲程序", "url": "https://example.org/hook", "events": ["activity.released"]}
HOOK |= {"secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}
BOT = {"channel": "wecom", "name": "甲群", "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K"}
PERIOD = {"from": "2026-03-01", "to": "2026-03-31"}


def ask(ids: dict[str, int | str] | None = None, json: Any = None, **params: Any) -> Ask:
    return Ask(ids or {}, json, params)


def window(world: World) -> dict[str, str]:
    return {name: at.isoformat() for name, at in world.soon().items()}


def nothing(_world: World, _team: int) -> Ask:
    return Ask()


def check_in(world: World, team: int) -> Ask:
    found, who = world.running(team), world.person(team)
    return ask({"activity_id": found}, {"person_id": who, "at": world.clock.now().isoformat(), "nonce": "n"})


def tally(world: World, team: int) -> Ask:
    found, until = world.running(team), world.clock.now().isoformat()
    body = {"count": 1, "method": "counter", "counter": "何样张", "from": world.soon_ago(), "until": until}
    return ask({"activity_id": found}, body)


def upload(world: World, team: int) -> Ask:
    files = {"file": ("a.png", PNG, "image/png")}
    return Ask({"activity_id": world.running(team)}, files=files, data={"kind": "photo"})


def reverse(pair: tuple[int, int], name: str) -> Ask:
    return ask({"activity_id": pair[0], name: pair[1]}, {"reason": "认错了"})


def document(world: World, team: int) -> Ask:
    activity, row = world.document(team)
    return ask({"activity_id": activity, "evidence_id": row})


def in_line(world: World, _team: int) -> Ask:
    taken = world.taken()
    return ask(json={name: at if name == "venue_id" else at.isoformat() for name, at in taken.items()})


def lecture(world: World, team: int) -> Ask:
    return ask(json={"kind": "lecture", "title": "宣讲", "team_id": team} | window(world))


def offer(world: World, team: int) -> Ask:
    body = {"activity_id": world.draft(team), "person_id": world.person(team), "role": "model_demo"}
    return ask(json=body)


def delivery(world: World, team: int) -> Ask:
    return ask({"delivery_id": world.delivery(team)})


def hook(world: World, team: int) -> Ask:
    return ask(json=HOOK | {"team_id": team, "name": f"程序{next(world.number)}"})


def in_hook(json: Any = None) -> Make:
    return lambda world, team: ask({"webhook_id": world.endpoint(team, **HOOK)}, json)


def bot(world: World, team: int) -> Ask:
    return ask(json=BOT | {"team_id": team, "name": f"群{next(world.number)}"})


def in_bot(json: Any = None) -> Make:
    return lambda world, team: ask({"endpoint_id": world.endpoint(team, **BOT)}, json)


def in_draft(json: Any = None) -> Make:
    return lambda world, team: ask({"activity_id": world.draft(team)}, json)


def stops(world: World, team: int) -> Ask:
    return ask({"tour_id": world.tour(team)}, {"activity_ids": [world.draft(team)]})


def every_week(world: World, _team: int) -> Ask:
    return ask(json={"venue_id": world.venue(), "rrule": "FREQ=WEEKLY;COUNT=3"} | window(world))


def in_series(json: Any = None) -> Make:
    return lambda world, _team: ask(dict(zip(("series_id", "date_id"), world.series(), strict=True)), json)


#: Everybody signed in.
ALL = "401 200 200 200 200 200 200"
#: What belongs to others is not there.
HIDDEN = "401 404 404 404 200 200 200"
#: Managers change, everybody else in reach is told that they may not; to others it is not there.
MANAGE, UNSEEN = "401 403 403 200 200 403 200", "401 404 404 404 200 403 200"
CREATE, ELSEWHERE = "401 403 403 201 201 403 201", "401 403 403 403 201 403 201"
#: Leaders too.
LEAD = "401 403 200 200 200 403 200"
LEAD_NEW, UNSEEN_NEW = "401 403 201 201 201 403 201", "401 404 404 404 201 403 201"
#: Those who are on the list of people.
OWN_PAGE = "401 200 200 404 404 404 404"
#: Endpoints of other teams are not there; who manages nothing is told so.
UNSEEN_ENDPOINT = "401 403 403 404 200 403 200"
TEST_ELSEWHERE = "401 403 403 404 201 403 201"
#: Those who see the whole house.
WHOLE = "401 403 403 403 200 200 200"
#: Whoever asked for it, and those who manage the whole house.
OWN_SERIES = OWN_BOOKING = "401 403 403 403 200 403 200"

#: Those who manage the whole house.
HOUSE = "401 403 403 403 200 403 200"
PLAN = {"kind": "reminder", "role": "driver", "rules": [{"rule": "start-2wd@09:00"}, {"rule": "start-2h"}]}

WORDS = {"subject": "请早到", "body": "走北门。"}

MATRIX: dict[str, Row] = {
    "GET /broadcasts": (nothing, "401 403 403 200 200 200 200", None),
    "POST /broadcasts": (lambda w, t: ask(json=WORDS | {"audience": {"team_id": w.peopled(t)}}), CREATE, ELSEWHERE),
    "GET /broadcasts/preview": (
        lambda w, t: ask(team_id=w.peopled(t), **WORDS),
        "401 403 403 200 200 403 200",
        "401 403 403 403 200 403 200",
    ),
    "GET /broadcasts/{broadcast_id}": (
        lambda w, t: ask({"broadcast_id": w.broadcast(t)}),
        "401 404 404 200 200 200 200",
        HIDDEN,
    ),
    "POST /broadcasts/{broadcast_id}/undo": (
        lambda w, t: ask({"broadcast_id": w.broadcast(t)}),
        "401 404 404 200 200 403 200",
        UNSEEN,
    ),
    "GET /activities/{activity_id}/release/preview": (in_draft(), MANAGE, UNSEEN),
    "POST /activities/{activity_id}/release/undo": (
        lambda w, t: ask({"activity_id": w.released(t)}),
        MANAGE,
        UNSEEN,
    ),
    "GET /me/absences": (nothing, OWN_PAGE, None),
    "GET /people/{person_id}/absences": (lambda w, t: ask({"person_id": w.person(t)}), LEAD, UNSEEN),
    "POST /people/{person_id}/absences": (
        lambda w, t: ask({"person_id": w.person(t)}, window(w) | {"note": "出差"}),
        LEAD_NEW,
        UNSEEN_NEW,
    ),
    "POST /absences/{absence_id}/withdraw": (lambda w, t: ask({"absence_id": w.absence(t)}), LEAD, UNSEEN),
    "GET /activities": (nothing, ALL, None),
    "POST /activities": (lecture, CREATE, ELSEWHERE),
    "GET /activities/{activity_id}": (in_draft(), ALL, HIDDEN),
    "PATCH /activities/{activity_id}": (in_draft({"capacity": 9}), MANAGE, UNSEEN),
    "GET /activities/{activity_id}/timeline": (in_draft(), ALL, HIDDEN),
    "POST /activities/{activity_id}/release": (in_draft(), MANAGE, UNSEEN),
    "POST /activities/{activity_id}/move": (lambda w, t: ask({"activity_id": w.draft(t)}, window(w)), MANAGE, UNSEEN),
    "POST /activities/{activity_id}/postpone": (lambda w, t: ask({"activity_id": w.released(t)}), MANAGE, UNSEEN),
    "POST /activities/{activity_id}/cancel": (in_draft({"reason": "停电"}), MANAGE, UNSEEN),
    "POST /activities/{activity_id}/hold": (lambda w, t: ask({"activity_id": w.running(t)}), LEAD, UNSEEN),
    "GET /activities/{activity_id}/check-ins": (in_draft(), ALL, HIDDEN),
    "POST /activities/{activity_id}/check-ins": (check_in, LEAD_NEW, UNSEEN_NEW),
    "POST /activities/{activity_id}/check-ins/{check_in_id}/reverse": (
        lambda w, t: reverse(w.check_in(t), "check_in_id"),
        LEAD_NEW,
        UNSEEN_NEW,
    ),
    "GET /activities/{activity_id}/tallies": (in_draft(), ALL, HIDDEN),
    "POST /activities/{activity_id}/tallies": (tally, LEAD_NEW, UNSEEN_NEW),
    "POST /activities/{activity_id}/tallies/{tally_id}/reverse": (
        lambda w, t: reverse(w.tally(t), "tally_id"),
        LEAD_NEW,
        UNSEEN_NEW,
    ),
    "GET /activities/{activity_id}/evidence": (in_draft(), ALL, HIDDEN),
    "POST /activities/{activity_id}/evidence": (upload, LEAD_NEW, UNSEEN_NEW),
    "GET /activities/{activity_id}/evidence/{evidence_id}": (document, "401 404 200 200 200 200 200", HIDDEN),
    "GET /activities/{activity_id}/closing": (lambda w, t: ask({"activity_id": w.closed(t)}), ALL, HIDDEN),
    "POST /activities/{activity_id}/closing": (lambda w, t: ask({"activity_id": w.held(t)}), LEAD_NEW, UNSEEN_NEW),
    "POST /activities/{activity_id}/close": (lambda w, t: ask({"activity_id": w.held(t)}), LEAD, UNSEEN),
    "GET /assignments": (lambda w, t: ask(activity_id=w.draft(t)), ALL, HIDDEN),
    "POST /assignments": (offer, CREATE, UNSEEN_NEW),
    "GET /assignments/{assignment_id}": (lambda w, t: ask({"assignment_id": w.offered(t)}), ALL, HIDDEN),
    "GET /assignments/{assignment_id}/answers": (lambda w, t: ask({"assignment_id": w.offered(t)}), ALL, HIDDEN),
    "POST /assignments/{assignment_id}/accept": (lambda w, t: ask({"assignment_id": w.offered(t)}), LEAD, UNSEEN),
    "POST /assignments/{assignment_id}/decline": (lambda w, t: ask({"assignment_id": w.offered(t)}), LEAD, UNSEEN),
    "POST /assignments/{assignment_id}/replace": (
        lambda w, t: ask({"assignment_id": w.offered(t)}, {"person_id": w.person(t)}),
        CREATE,
        UNSEEN_NEW,
    ),
    "POST /assignments/{assignment_id}/withdraw": (lambda w, t: ask({"assignment_id": w.offered(t)}), MANAGE, UNSEEN),
    "GET /calls": (nothing, LEAD, None),
    "POST /calls/{call_id}/done": (
        lambda w, t: ask({"call_id": w.call(t)}, {"word": "yes"}),
        LEAD,
        "401 403 404 404 200 403 200",
    ),
    "GET /assignments/{assignment_id}/stand-ins": (
        lambda w, t: ask({"assignment_id": w.offered(t)}),
        "401 403 200 200 200 200 200",
        HIDDEN,
    ),
    "POST /assignments/{assignment_id}/stand-ins": (
        lambda w, t: ask({"assignment_id": w.declined(t)}),
        CREATE,
        UNSEEN_NEW,
    ),
    "POST /stand-in-searches/{search_id}/stop": (lambda w, t: ask({"search_id": w.search(t)}), MANAGE, UNSEEN),
    "GET /bookings": (nothing, ALL, None),
    "POST /bookings": (lambda w, _t: ask(json={"venue_id": w.venue()} | window(w)), LEAD_NEW, None),
    "GET /bookings/{booking_id}": (lambda w, _t: ask({"booking_id": w.booking()}), ALL, None),
    "POST /bookings/{booking_id}/confirm": (
        lambda w, _t: ask({"booking_id": w.booking(needs_approval=True)}),
        "401 403 403 403 200 403 200",
        None,
    ),
    "POST /bookings/{booking_id}/decline": (
        lambda w, _t: ask({"booking_id": w.booking(needs_approval=True)}, {"reason": "检修"}),
        "401 403 403 403 200 403 200",
        None,
    ),
    "POST /bookings/{booking_id}/cancel": (
        lambda w, t: ask({"booking_id": w.booking(w.draft(t))}),
        MANAGE,
        "401 403 403 403 200 403 200",
    ),
    "GET /reminder-plans": (nothing, HOUSE, None),
    "PUT /reminder-plans": (lambda _w, _t: ask(json=PLAN), HOUSE, None),
    "DELETE /reminder-plans": (lambda w, _t: ask(**w.plan()), "401 403 403 403 204 403 204", None),
    "GET /reminders": (nothing, ALL, None),
    "GET /deliveries": (nothing, ALL, None),
    "GET /deliveries/{delivery_id}": (delivery, "401 404 200 200 200 200 200", HIDDEN),
    "GET /figures": (lambda _w, t: ask(**PERIOD, team=t), "401 403 200 200 200 200 200", None),
    "GET /figures/{definition}/evidence": (
        lambda _w, _t: ask({"definition": "lecture.sessions@1"}, **PERIOD),
        "401 403 200 200 200 200 200",
        None,
    ),
    "GET /history": (nothing, WHOLE, None),
    "GET /me": (nothing, ALL, None),
    "GET /me/calendars": (nothing, OWN_PAGE, None),
    "POST /me/calendars": (
        lambda w, _t: ask(json={"url": f"https://calendar.example.org/{next(w.number)}.ics"}),
        OWN_PAGE.replace("200", "201"),
        None,
    ),
    "POST /me/calendars/{calendar_id}/read": (
        lambda w, _t: ask({"calendar_id": w.outside_calendar()}),
        "401 200 404 404 404 404 404",
        None,
    ),
    "POST /me/calendars/{calendar_id}/end": (
        lambda w, _t: ask({"calendar_id": w.outside_calendar()}),
        "401 204 404 404 404 404 404",
        None,
    ),
    "GET /me/messages": (nothing, OWN_PAGE, None),
    "PATCH /me/messages": (lambda _w, _t: ask(json={"quiet_hours": "20:00-08:00"}), OWN_PAGE, None),
    "GET /people/{person_id}/messages": (lambda w, t: ask({"person_id": w.person(t)}), LEAD, UNSEEN),
    "PATCH /people/{person_id}/messages": (
        lambda w, t: ask({"person_id": w.person(t)}, {"wants_digest": True}),
        LEAD,
        UNSEEN,
    ),
    "GET /people/{person_id}/feed": (lambda w, t: ask({"person_id": w.person(t)}), LEAD, UNSEEN),
    "POST /people/{person_id}/feed/reset": (lambda w, t: ask({"person_id": w.person(t)}), LEAD, UNSEEN),
    "GET /teams/{team_id}/feed": (lambda w, t: ask({"team_id": w.team(t)}), ALL, HIDDEN),
    "POST /teams/{team_id}/feed/reset": (lambda w, t: ask({"team_id": w.team(t)}), LEAD, UNSEEN),
    "GET /memberships": (nothing, ALL, None),
    "POST /memberships": (
        lambda w, t: ask(json={"person_id": w.person(t), "team_id": w.team(t)}),
        CREATE,
        ELSEWHERE,
    ),
    "GET /memberships/{membership_id}": (lambda w, t: ask({"membership_id": w.membership(t)}), ALL, HIDDEN),
    "PATCH /memberships/{membership_id}": (
        lambda w, t: ask({"membership_id": w.membership(t)}, {"role": "leader"}),
        MANAGE,
        UNSEEN,
    ),
    "POST /memberships/{membership_id}/end": (
        lambda w, t: ask({"membership_id": w.membership(t)}, {"until_on": DAY}),
        MANAGE,
        UNSEEN,
    ),
    "GET /webhooks": (nothing, MANAGE, None),
    "POST /webhooks": (hook, CREATE, ELSEWHERE),
    "GET /webhooks/{webhook_id}": (in_hook(), MANAGE, UNSEEN_ENDPOINT),
    "PATCH /webhooks/{webhook_id}": (in_hook({"is_on": False}), MANAGE, UNSEEN_ENDPOINT),
    "POST /webhooks/{webhook_id}/test": (in_hook(), CREATE, TEST_ELSEWHERE),
    "GET /channel-endpoints": (nothing, MANAGE, None),
    "POST /channel-endpoints": (bot, CREATE, ELSEWHERE),
    "GET /channel-endpoints/{endpoint_id}": (in_bot(), MANAGE, UNSEEN_ENDPOINT),
    "PATCH /channel-endpoints/{endpoint_id}": (in_bot({"is_on": False}), MANAGE, UNSEEN_ENDPOINT),
    "POST /channel-endpoints/{endpoint_id}/test": (in_bot(), CREATE, TEST_ELSEWHERE),
    "GET /orgs": (nothing, ALL, None),
    "POST /orgs": (lambda _w, _t: ask(json={"name": "示例公司", "kind": "company"}), CREATE, None),
    "GET /orgs/{org_id}": (lambda w, _t: ask({"org_id": w.org()}), ALL, None),
    "PATCH /orgs/{org_id}": (lambda w, _t: ask({"org_id": w.org()}, {"name": "乙公司"}), MANAGE, None),
    "POST /orgs/{org_id}/end": (lambda w, _t: ask({"org_id": w.org()}, {"until_on": DAY}), MANAGE, None),
    "GET /people": (nothing, ALL, None),
    "POST /people": (lambda _w, t: ask(json={"name": "周样例", "team_id": t}), CREATE, ELSEWHERE),
    "GET /people/{person_id}": (lambda w, t: ask({"person_id": w.person(t)}), ALL, HIDDEN),
    "PATCH /people/{person_id}": (lambda w, t: ask({"person_id": w.person(t)}, {"name": "周范例"}), MANAGE, UNSEEN),
    "POST /people/{person_id}/end": (lambda w, t: ask({"person_id": w.person(t)}, {"until_on": DAY}), MANAGE, UNSEEN),
    "POST /people/{person_id}/try-mail": (lambda w, t: ask({"person_id": w.person(t)}), MANAGE, UNSEEN),
    "GET /programmes": (nothing, ALL, None),
    "POST /programmes": (lambda w, _t: ask(json={"code": f"C{next(w.number)}", "name": "示例"}), CREATE, None),
    "GET /programmes/{programme_id}": (lambda w, _t: ask({"programme_id": w.programme()}), ALL, None),
    "PATCH /programmes/{programme_id}": (
        lambda w, _t: ask({"programme_id": w.programme()}, {"name": "乙"}),
        MANAGE,
        None,
    ),
    "POST /programmes/{programme_id}/end": (
        lambda w, _t: ask({"programme_id": w.programme()}, {"until_on": DAY}),
        MANAGE,
        None,
    ),
    "GET /teams": (nothing, ALL, None),
    "POST /teams": (lambda _w, t: ask(json={"name": "小队", "kind": "unit", "parent_id": t}), CREATE, ELSEWHERE),
    "GET /teams/{team_id}": (lambda w, t: ask({"team_id": w.team(t)}), ALL, HIDDEN),
    "PATCH /teams/{team_id}": (lambda w, t: ask({"team_id": w.team(t)}, {"name": "乙队"}), MANAGE, UNSEEN),
    "POST /teams/{team_id}/end": (lambda w, t: ask({"team_id": w.team(t)}, {"until_on": DAY}), MANAGE, UNSEEN),
    "GET /topics": (nothing, ALL, None),
    "POST /topics": (lambda _w, _t: ask(json={"title": "工匠精神"}), CREATE, None),
    "GET /topics/{topic_id}": (lambda w, _t: ask({"topic_id": w.topic()}), ALL, None),
    "PATCH /topics/{topic_id}": (lambda w, _t: ask({"topic_id": w.topic()}, {"title": "乙"}), MANAGE, None),
    "POST /topics/{topic_id}/end": (lambda w, _t: ask({"topic_id": w.topic()}, {"until_on": DAY}), MANAGE, None),
    "GET /tours": (nothing, ALL, None),
    "POST /tours": (
        lambda _w, t: ask(json={"name": "巡讲", "team_id": t, "first_on": "2026-03-01", "last_on": DAY}),
        CREATE,
        ELSEWHERE,
    ),
    "GET /tours/{tour_id}": (lambda w, t: ask({"tour_id": w.tour(t)}), ALL, HIDDEN),
    "PATCH /tours/{tour_id}": (lambda w, t: ask({"tour_id": w.tour(t)}, {"name": "乙"}), MANAGE, UNSEEN),
    "GET /tours/{tour_id}/stops": (lambda w, t: ask({"tour_id": w.tour(t)}), ALL, HIDDEN),
    "PUT /tours/{tour_id}/stops": (stops, MANAGE, UNSEEN),
    "GET /venues": (nothing, ALL, None),
    "POST /venues": (lambda _w, _t: ask(json={"name": "厅", "kind": "town", "capacity": 9}), CREATE, None),
    "GET /venues/available": (lambda w, _t: ask(**window(w)), ALL, None),
    "GET /venues/{venue_id}": (lambda w, _t: ask({"venue_id": w.venue()}), ALL, None),
    "GET /venues/{venue_id}/day": (lambda w, _t: ask({"venue_id": w.venue()}, day="2026-03-10"), ALL, None),
    "GET /venues/{venue_id}/week": (lambda w, _t: ask({"venue_id": w.venue()}, monday="2026-03-09"), ALL, None),
    "GET /venues/{venue_id}/free-busy": (lambda w, _t: ask({"venue_id": w.venue()}, **window(w)), ALL, None),
    "PATCH /venues/{venue_id}": (lambda w, _t: ask({"venue_id": w.venue()}, {"capacity": 9}), MANAGE, None),
    "GET /equipment": (nothing, ALL, None),
    "POST /equipment": (lambda _w, _t: ask(json={"name": "投影机", "kind": "device"}), CREATE, None),
    "GET /equipment/{equipment_id}": (lambda w, _t: ask({"equipment_id": w.thing()}), ALL, None),
    "PATCH /equipment/{equipment_id}": (
        lambda w, _t: ask({"equipment_id": w.thing()}, {"kept_at": "库房"}),
        MANAGE,
        None,
    ),
    "POST /equipment/{equipment_id}/end": (
        lambda w, _t: ask({"equipment_id": w.thing()}, {"until_on": DAY}),
        MANAGE,
        None,
    ),
    "GET /equipment/{equipment_id}/loans": (lambda w, _t: ask({"equipment_id": w.thing()}), ALL, None),
    "GET /activities/{activity_id}/loans": (in_draft(), ALL, HIDDEN),
    "POST /activities/{activity_id}/loans": (
        lambda w, t: ask({"activity_id": w.draft(t)}, {"equipment_id": w.thing()}),
        CREATE,
        UNSEEN_NEW,
    ),
    "POST /loans/{loan_id}/return": (lambda w, t: ask({"loan_id": w.loan(w.running(t))}), LEAD, UNSEEN),
    "POST /loans/{loan_id}/cancel": (lambda w, t: ask({"loan_id": w.loan(w.draft(t))}), MANAGE, UNSEEN),
    "POST /venues/{venue_id}/end": (lambda w, _t: ask({"venue_id": w.venue()}, {"until_on": DAY}), MANAGE, None),
    "GET /venues/{venue_id}/days": (lambda w, _t: ask({"venue_id": w.venue()}), ALL, None),
    "POST /venues/{venue_id}/days": (lambda w, _t: ask({"venue_id": w.venue()}, CLOSED), CREATE, None),
    "PUT /venues/{venue_id}/days": (lambda w, _t: ask({"venue_id": w.venue()}, {"items": [CLOSED]}), MANAGE, None),
    "GET /venues/{venue_id}/layouts": (lambda w, _t: ask({"venue_id": w.venue()}), ALL, None),
    "PUT /venues/{venue_id}/layouts": (
        lambda w, _t: ask({"venue_id": w.venue()}, {"items": [{"layout": "theatre", "capacity": 80}]}),
        MANAGE,
        None,
    ),
    "GET /venues/{venue_id}/rights": (lambda w, _t: ask({"venue_id": w.venue()}), ALL, None),
    "PUT /venues/{venue_id}/rights": (
        lambda w, t: ask({"venue_id": w.venue()}, {"items": [{"team_id": t, "kind": "approve"}]}),
        MANAGE,
        None,
    ),
    "POST /bookings/series": (every_week, LEAD_NEW, None),
    "POST /bookings/series/preview": (every_week, LEAD, None),
    "GET /bookings/series/{series_id}": (lambda w, _t: ask({"series_id": w.series()[0]}), ALL, None),
    "POST /bookings/series/{series_id}/dates/{date_id}/take": (in_series(), OWN_SERIES, None),
    "POST /bookings/series/{series_id}/dates/{date_id}/retry": (in_series(), OWN_SERIES, None),
    "POST /bookings/series/{series_id}/dates/{date_id}/change": (
        in_series({"scope": "all", "at": "15:00"}),
        OWN_SERIES,
        None,
    ),
    "POST /bookings/series/{series_id}/dates/{date_id}/cancel": (in_series({"scope": "one"}), OWN_SERIES, None),
    "POST /bookings/{booking_id}/keep": (
        lambda w, _t: ask({"booking_id": w.booking(hold=True)}),
        OWN_BOOKING,
        None,
    ),
    "POST /bookings/{booking_id}/move": (lambda w, _t: ask({"booking_id": w.booking()}, window(w)), OWN_BOOKING, None),
    "POST /bookings/{booking_id}/arrive": (lambda w, _t: ask({"booking_id": w.booking_now()}), OWN_BOOKING, None),
    "GET /waits": (nothing, ALL, None),
    "POST /waits": (in_line, LEAD_NEW, None),
    "GET /waits/{wait_id}": (lambda w, _t: ask({"wait_id": w.wait()}), HIDDEN, None),
    "POST /waits/{wait_id}/take": (lambda w, _t: ask({"wait_id": w.wait(is_offered=True)}), UNSEEN, None),
    "POST /waits/{wait_id}/leave": (lambda w, _t: ask({"wait_id": w.wait()}), UNSEEN, None),
}
