"""Groups, short messages and other programs: where else the house sends to, for those who manage it or a team."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.enums import ChannelKind, NotificationKind
from models.errors import Conflict, Invalid
from muster.catalogue import LOCALES, mark
from muster.i18n import Translator
from services import access, endpoint_use, endpoints
from services.access import Actor
from services.endpoint_fields import BOTS, EVENTS, PROVIDERS, SMS_KINDS
from services.queries.endpoints import EndpointRow, list_endpoints, read_endpoint
from services.queries.paging import MAX_LIMIT
from services.queries.teams import list_teams
from services.unit_of_work import Tx, UnitOfWork
from web.context import Page
from web.deps import ActorDep, Done, FormDep, PageDep, RowId, UowDep, run_form
from web.forms import Form
from web.pages.asked import Asked
from web.pages.saving import Again, Given, all_at_once, save
from web.pages.unsent import unsent
from web.status import status_of
from web.templating import Problem

router = APIRouter(include_in_schema=False)

LIST, FORM = "settings/channels.html", "settings/channel.html"
PATH = "/settings/channels"
CHANNELS = (*BOTS, ChannelKind.sms, ChannelKind.webhook)
#: What other programs may hear of, in words.
EVENT_WORDS = {
    "activity.released": mark("channel.event.released"),
    "activity.changed": mark("channel.event.changed"),
    "activity.cancelled": mark("channel.event.cancelled"),
    "activity.closed": mark("channel.event.closed"),
    "assignment.answered": mark("channel.event.answered"),
}
PROVIDER_WORDS = {"aliyun": mark("channel.aliyun"), "tencent": mark("channel.tencent")}
LOCALE_WORDS = {"zh-CN": mark("channel.zh"), "en": mark("channel.en")}
#: Fields of the forms that are stored as they are typed.
PLAIN = ("provider", "key_id", "sign_name", "app_id", "region", "locale")


@router.get(PATH)
def show(page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """List where else is sent to, and how each fares."""
    return _list_page(page, uow, actor)


@router.get(PATH + "/new")
def ask_new(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the empty form of a channel."""
    channel = Asked(request).word("channel", ChannelKind)
    channel = channel if channel in CHANNELS else ChannelKind.wecom
    given = Given(channel=channel.value, locale=page.wiring.settings.locale, provider=PROVIDERS[0])
    if channel is ChannelKind.webhook:
        given["secret"] = endpoints.new_secret()
    return _form_page(page, uow, actor, channel, given, chosen=list(EVENTS))


@router.post(PATH)
def create(request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Write an endpoint down."""
    channel = next((one for one in CHANNELS if one.value == form["channel"]), ChannelKind.wecom)

    def change(tx: Tx) -> Done:
        all_at_once(form, lambda: endpoints.create(tx, channel=channel, **_values(form, channel)))
        return Done(PATH, page.gettext("Written down. Now send a test."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form, channel))


@router.get(PATH + "/{endpoint_id}")
def ask_edit(endpoint_id: RowId, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show the form of an endpoint, filled but for what is secret."""
    with uow.read(actor) as tx:
        row = read_endpoint(tx, endpoint_id)
    return _form_page(page, uow, actor, row.channel, _filled(row), chosen=row.settings.get("events", []), row=row)


@router.post(PATH + "/{endpoint_id}")
def edit(endpoint_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Change an endpoint."""
    with uow.read(actor) as tx:
        row = read_endpoint(tx, endpoint_id)

    def change(tx: Tx) -> Done:
        version = form.number("version")
        all_at_once(form, lambda: endpoint_use.change(tx, row.id, _values(form, row.channel), version))
        return Done(PATH, page.gettext("Saved."))

    return save(request, page, uow, actor, change, _again(page, uow, actor, form, row.channel, row))


@router.post(PATH + "/{endpoint_id}/test")
def test(endpoint_id: RowId, request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Send a test through an endpoint."""

    def change(tx: Tx) -> Done:
        endpoint_use.send_test(tx, endpoint_id)
        return Done(PATH, page.gettext("On its way. In a moment this page tells whether it got there."))

    return _run(request, page, uow, actor, change)


@router.post(PATH + "/{endpoint_id}/switch")
def switch(
    endpoint_id: RowId, request: Request, form: FormDep, page: PageDep, uow: UowDep, actor: ActorDep
) -> Response:
    """Switch an endpoint on or off."""

    def change(tx: Tx) -> Done:
        endpoint_use.change(tx, endpoint_id, {"is_on": form.flag("is_on")})
        return Done(PATH, page.gettext("Saved."))

    return _run(request, page, uow, actor, change)


def _run(request: Request, page: Page, uow: UnitOfWork, actor: Actor, change: Any) -> Response:
    try:
        return run_form(request, uow, actor, change)
    except (Conflict, Invalid) as error:
        return _list_page(page, uow, actor, page.problems(error), status_of(error))


def _values(form: Form, channel: ChannelKind) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if channel is ChannelKind.webhook:
        settings["events"] = form.texts("events")
    elif channel is ChannelKind.sms:
        settings = {name: form[name] for name in PLAIN if name != "locale"}
        settings["templates"] = {kind.value: form[f"template_{kind.value}"].strip() for kind in SMS_KINDS}
    elif form["locale"]:
        settings["locale"] = form["locale"]
    texts = {name: form[name].strip() for name in ("name", "url", "secret")}
    return {**texts, "team_id": form.row_id("team_id", optional=True), "settings": settings}


def _filled(row: EndpointRow) -> Given:
    given = Given({name: str(row.settings.get(name, "")) for name in PLAIN})
    given |= {f"template_{kind}": template for kind, template in row.settings.get("templates", {}).items()}
    team = "" if row.team_id is None else str(row.team_id)
    return Given(given | {"name": row.name, "team_id": team, "version": str(row.version), "channel": row.channel.value})


def _again(
    page: Page, uow: UnitOfWork, actor: Actor, form: Form, channel: ChannelKind, row: EndpointRow | None = None
) -> Again:
    chosen = form.texts("events")
    return lambda problems, status: _form_page(
        page, uow, actor, channel, Given(form), problems, status, chosen=chosen, row=row
    )


def _list_page(
    page: Page, uow: UnitOfWork, actor: Actor, problems: list[Problem] | None = None, http_status: int = 200
) -> Response:
    with uow.read(actor) as tx:
        rows = list_endpoints(tx, limit=MAX_LIMIT).items
    t = page.translator
    return page.render(
        LIST,
        http_status=http_status,
        path=PATH,
        rows=rows,
        problems=problems or [],
        channels=[(one.value, t.word(one)) for one in CHANNELS],
        faults={row.id: unsent(t, row.fault, is_mail=False) for row in rows},
        carries={row.id: _carries(t, row) for row in rows},
        sms=ChannelKind.sms,
    )


def _carries(translator: Translator, row: EndpointRow) -> str:
    """Return what goes through an endpoint, in words; empty where that is no choice."""
    events = [translator.gettext(EVENT_WORDS[event]) for event in row.settings.get("events", ())]
    kinds = [translator.word(NotificationKind(kind)) for kind in row.settings.get("templates", {})]
    return translator.listed(events + kinds) if events + kinds else ""


def _form_page(
    page: Page,
    uow: UnitOfWork,
    actor: Actor,
    channel: ChannelKind,
    given: Given,
    problems: list[Problem] | None = None,
    http_status: int = 200,
    *,
    chosen: list[str],
    row: EndpointRow | None = None,
) -> Response:
    access.require_role(actor, access.MANAGING)
    with uow.read(actor) as tx:
        found = list_teams(tx, limit=MAX_LIMIT).items
        teams = [(one.id, one.name) for one in found if _may(tx, one.id)]
    t = page.translator
    return page.render(
        FORM,
        http_status=http_status,
        path=PATH,
        channel=channel,
        is_bot=channel in BOTS,
        is_hook=channel is ChannelKind.webhook,
        is_sms=channel is ChannelKind.sms,
        has_own_secret=channel is not ChannelKind.wecom,
        given=given,
        problems=problems or [],
        chosen=chosen,
        row=row,
        teams=teams,
        may_whole=actor.has_everywhere(access.MANAGING),
        events=[(event, t.gettext(word)) for event, word in EVENT_WORDS.items()],
        providers=[(word, t.gettext(label)) for word, label in PROVIDER_WORDS.items()],
        locales=[(locale, t.gettext(LOCALE_WORDS[locale])) for locale in LOCALES],
        kinds=[(kind.value, t.word(kind)) for kind in SMS_KINDS],
    )


def _may(tx: Tx, team_id: int) -> bool:
    return access.has_role_over(tx.session, tx.actor, team_id, access.MANAGING)
