"""The form of an activity: what it offers to choose from, and how it is read, every fault at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from models.enums import ActivityKind, Layout
from models.rules.reconfirming import MOST_DAYS
from muster.i18n import Translator
from muster.localtime import AmbiguousTime, BadTime, MissingTime, localise, parse_instant, parse_wall, to_local
from services import access, registers
from services.queries.orgs import list_orgs
from services.queries.paging import MAX_LIMIT, Page
from services.queries.teams import list_teams
from services.queries.topics import list_programmes, list_topics
from services.queries.venues import list_venues
from services.unit_of_work import Tx
from web.forms import Form
from web.pages.named import org_ids, venue_ids
from web.pages.saving import typed_id

T = TypeVar("T")
#: Pages of a register that a list to choose from takes; what lies behind them is still found by its whole name.
MOST_PAGES = 3
#: An id of fewer digits fits into the column of any.
DIGITS = 10
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_EQUIPMENT, MOST_HEADS = 120, 2000, 200, 1_000_000
#: The instants that a skipped or repeated time may mean, each with its words, by the field that asks for one.
Choices = dict[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen: pairs of id and name; `hosts` and `venues` are typed, with these names to help."""

    teams: tuple[tuple[int, str], ...]
    programmes: tuple[tuple[int, str], ...]
    topics: tuple[tuple[int, str], ...]
    hosts: tuple[str, ...]
    venues: tuple[str, ...]


def read_options(tx: Tx, translator: Translator) -> Options:
    """Return what the actor may choose from; teams are those that they manage."""
    today = registers.today(tx)
    programmes = list_programmes(tx, on=today, limit=MAX_LIMIT).items
    is_english = translator.locale == "en"
    return Options(
        teams=tuple(
            (team.id, team.name)
            for team in _all(lambda cursor: list_teams(tx, on=today, limit=MAX_LIMIT, cursor=cursor))
            if access.has_role_over(tx.session, tx.actor, team.id, access.MANAGING)
        ),
        programmes=tuple((one.id, (is_english and one.name_en) or one.name) for one in programmes),
        topics=tuple((one.id, one.title) for one in list_topics(tx, on=today, limit=MAX_LIMIT).items),
        hosts=tuple(one.name for one in _all(lambda cursor: list_orgs(tx, on=today, limit=MAX_LIMIT, cursor=cursor))),
        venues=tuple(
            one.name for one in _all(lambda cursor: list_venues(tx, on=today, limit=MAX_LIMIT, cursor=cursor))
        ),
    )


def read_details(tx: Tx, form: Form) -> dict[str, Any]:
    """Read everything but team, kind and window; faults are noted in the form."""
    return {
        "title": form.text("title", longest=LONGEST_TITLE),
        "description": form.text("description", longest=LONGEST_DESCRIPTION, optional=True),
        "equipment": form.text("equipment", longest=LONGEST_EQUIPMENT, optional=True),
        "layout": form.choice("layout", Layout, optional=True),
        "capacity": form.number("capacity", least=1, most=MOST_HEADS, optional=True),
        "reconfirm_days": form.number("reconfirm_days", least=1, most=MOST_DAYS, optional=True),
        "programme_id": form.row_id("programme_id", optional=True),
        "topic_id": form.row_id("topic_id", optional=True),
        "host_org_id": _kept_or_typed(form, "host", partial(org_ids, tx)),
        "venue_id": _kept_or_typed(form, "venue", partial(venue_ids, tx)),
    }


def read_new(tx: Tx, form: Form, zone: ZoneInfo, translator: Translator, choices: Choices) -> dict[str, Any]:
    """Read the form of a new activity; faults are noted in the form."""
    starts_at, ends_at = read_window(form, zone, translator, choices)
    return {
        "team_id": form.row_id("team_id"),
        "kind": form.choice("kind", ActivityKind),
        "starts_at": starts_at,
        "ends_at": ends_at,
        **read_details(tx, form),
    }


def read_window(form: Form, zone: ZoneInfo, translator: Translator, choices: Choices) -> tuple[Any, Any]:
    """Read day, start and end as wall times of a zone, as instants; what is wrong is noted in the form.

    The end lies on the day of the start unless `until_on` names another. Where the clocks skip or
    repeat a time, the instants that it may mean are put into `choices`.
    """
    starts_at = _instant(form, "starts_at", "starts_time", zone, translator, choices)
    ends_at = _instant(form, "ends_at", "ends_time", zone, translator, choices)
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        form.blame("ends_before_start", "ends_time")
    return starts_at, ends_at


def window_fields(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> dict[str, str]:
    """Return a window as the fields of the form show it; `until_on` is empty where it ends on the same day."""
    start, end = to_local(starts_at, zone), to_local(ends_at, zone)
    return {
        "on": start.date().isoformat(),
        "starts_time": f"{start:%H:%M}",
        "ends_time": f"{end:%H:%M}",
        "until_on": "" if end.date() == start.date() else end.date().isoformat(),
    }


def _instant(
    form: Form, meant: str, clock: str, zone: ZoneInfo, translator: Translator, choices: Choices
) -> datetime | None:
    """Read a wall time; `meant` is the field in which a reader says which of two instants they mean."""
    day_field = "until_on" if clock == "ends_time" and form["until_on"].strip() else "on"
    day, time = form[day_field].strip(), form[clock].strip()
    if not day or not time:
        if not time:
            form.blame("missing", clock)
        if not day and clock == "starts_time":
            form.blame("missing", "on")
        return None
    try:
        return localise(parse_wall(f"{day}T{time}"), zone)
    except BadTime:
        form.blame("time_wrong", clock)
        return None
    except (AmbiguousTime, MissingTime) as error:
        chosen = _chosen(form[meant])
        if chosen in error.choices:
            return chosen
        form.blame("time_repeated" if isinstance(error, AmbiguousTime) else "time_skipped", clock)
        choices[meant] = [
            (f"{one:%Y-%m-%dT%H:%M:%SZ}", _with_offset(one, zone, translator)) for one in sorted(error.choices)
        ]
        return None


def _chosen(text: str) -> datetime | None:
    try:
        return parse_instant(text)
    except BadTime:
        return None


def _with_offset(instant: datetime, zone: ZoneInfo, translator: Translator) -> str:
    local = to_local(instant, zone)
    return translator.gettext(
        "%(moment)s (UTC%(offset)s)", moment=translator.moment(instant, zone), offset=f"{local:%z}"
    )


def _kept_or_typed(form: Form, name: str, found: Callable[[str], Iterable[int]]) -> int | None:
    """Return the id of the row whose name was typed; None where nothing was.

    `<name>_kept` is `id:name` of the row that the form began with: left as it was, the name still means that row.
    """
    kept_id, _, kept_name = form[f"{name}_kept"].partition(":")
    if form[name].strip() == kept_name and kept_id.isascii() and kept_id.isdigit() and len(kept_id) < DIGITS:
        return int(kept_id)
    return typed_id(form, name, found)


def _all(read: Callable[[str | None], Page[T]]) -> list[T]:
    rows: list[T] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = read(cursor)
        rows.extend(page.items)
        cursor = page.next
        if cursor is None:
            break
    return rows
