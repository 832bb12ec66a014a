"""The audit's own pages: history in sentences, and a check of all that was signed and counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from audit.findings import Finding
from models.enums import UserRole
from models.errors import Forbidden
from models.rules.verdicts import Reason
from muster.catalogue import mark
from services import access
from services.access import Actor
from services.queries.history import HistoryLine, chain_head, list_history
from services.queries.names import holder_names, people_names, venue_names
from services.unit_of_work import Tx
from web.context import Page
from web.deps import ActorDep, PageDep, UowDep
from web.house_check import verify_house
from web.pages.asked import Asked, show_page
from web.pages.history_words import Names, actor_of, sentence
from web.problems import say
from web.vocabulary import look

router = APIRouter(include_in_schema=False)

HISTORY, VERIFY = "audit/history.html", "audit/verify.html"
ROWS = 50
READERS = access.MANAGING | {UserRole.auditor}
#: What history is about, and where a row of that kind is shown; None where it has no page.
NOUNS: Mapping[str, tuple[str, str | None]] = {
    "absence": (mark("noun.absence"), None),
    "activity": (mark("noun.activity"), "/activities/%s"),
    "assignment": (mark("noun.assignment"), None),
    "attendance": (mark("noun.attendance"), None),
    "booking": (mark("noun.booking"), "/bookings/%s"),
    "equipment": (mark("noun.equipment"), "/equipment/%s"),
    "broadcast": (mark("noun.broadcast"), "/broadcasts/%s"),
    "call": (mark("noun.call"), None),
    "channel_endpoint": (mark("noun.channel_endpoint"), "/settings/channels/%s"),
    "reminder_plan": (mark("noun.reminder_plan"), None),
    "stand_in_search": (mark("noun.stand_in_search"), None),
    "evidence": (mark("noun.evidence"), None),
    "figure": (mark("noun.figure"), "/figures/%s"),
    "history": (mark("noun.history"), None),
    "import": (mark("noun.import"), "/imports/%s"),
    "loan": (mark("noun.loan"), None),
    "membership": (mark("noun.membership"), None),
    "org": (mark("noun.org"), "/orgs/%s"),
    "outside_calendar": (mark("noun.outside_calendar"), None),
    "person": (mark("noun.person"), "/people/%s"),
    "programme": (mark("noun.programme"), None),
    "series": (mark("noun.series"), "/bookings/series/%s"),
    "tally": (mark("noun.tally"), None),
    "team": (mark("noun.team"), "/teams/%s"),
    "token": (mark("noun.token"), None),
    "topic": (mark("noun.topic"), None),
    "tour": (mark("noun.tour"), "/tours/%s"),
    "user": (mark("noun.user"), None),
    "venue": (mark("noun.venue"), "/venues/%s"),
    "wait": (mark("noun.wait"), "/waits/%s"),
}
#: Nouns that findings have and history has not.
FOUND_ONLY = frozenset({"figure", "history"})


@dataclass(frozen=True, slots=True)
class Told:
    """One entry in words, and where to look at what it is about."""

    line: HistoryLine
    text: str
    actor: str
    subject: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """One finding in words."""

    finding: Finding
    text: str
    subject: str
    href: str | None
    glyph: str
    tone: str


@router.get("/audit")
def show_history(request: Request, page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Show what happened, newest first, and the end of the chain."""
    _require_reader(actor)
    asked = Asked(request)
    noun = asked["about"] if asked["about"] in NOUNS else None
    with uow.read(actor) as tx:
        found = list_history(tx, noun=noun, subject_id=asked.number("id"), limit=ROWS, cursor=asked.cursor)
        head = chain_head(tx)
        names = _names(tx, found.items)
    return show_page(
        request,
        page,
        HISTORY,
        "history",
        told=[_told(page, line, names) for line in found.items],
        following=asked.following(found.next),
        head=head,
        asked=asked,
        nouns=[(key, page.gettext(word)) for key, (word, _) in NOUNS.items() if key not in FOUND_ONLY],
    )


@router.get("/audit/verify")
def verify(page: PageDep, uow: UowDep, actor: ActorDep) -> Response:
    """Check everything now, and say how long it took."""
    _require_reader(actor)
    began = uow.clock.monotonic()
    with uow.read(actor) as tx:
        found = verify_house(tx)
        head = chain_head(tx)
    return page.render(
        VERIFY,
        found=found,
        head=head,
        doubts=[_doubt(page, finding) for finding in found.findings],
        seconds=timedelta(seconds=max(uow.clock.monotonic() - began, 0)).total_seconds(),
    )


def _require_reader(actor: Actor) -> None:
    if not actor.has_everywhere(READERS):
        raise Forbidden(Reason("role_missing"))


def _names(tx: Tx, lines: Iterable[HistoryLine]) -> Names:
    """Return the names that sentences need; three statements, however many lines."""
    payloads = [line.payload for line in lines]
    return Names(
        people_names(tx, _ids(payloads, "person_id")),
        venue_names(tx, _ids(payloads, "venue_id")),
        holder_names(tx, _ids(payloads, "by_assignment_id")),
    )


def _ids(payloads: Iterable[Mapping[str, object]], name: str) -> set[int]:
    return {value for payload in payloads if isinstance(value := payload.get(name), int)}


def _told(page: Page, line: HistoryLine, names: Names) -> Told:
    translator = page.translator
    subject, href = _subject(page, line.noun, str(line.subject_id))
    if href is None and line.activity_id is not None:
        href = f"/activities/{line.activity_id}"
    text = sentence(line, names, translator, page.wiring.zone)
    return Told(line, text, actor_of(line, translator), subject, href)


def _doubt(page: Page, finding: Finding) -> Doubt:
    noun, _, key = finding.subject.partition(":")
    subject, href = _subject(page, noun, key)
    seen = look(finding.severity)
    text = say(Reason(finding.code, dict(finding.params)), page.translator, page.wiring.zone)
    return Doubt(finding, text, subject, href, seen.icon, seen.css)


def _subject(page: Page, noun: str, key: str) -> tuple[str, str | None]:
    word, address = NOUNS.get(noun, (noun, None))
    return f"{page.gettext(word)} {key}", address % key if address else None
