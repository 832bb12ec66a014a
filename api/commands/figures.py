"""`muster figures`: every figure of a period, each kind of counting by itself."""

import json
from datetime import date, datetime, timedelta
from itertools import groupby

from api.commands import opening
from api.commands.opening import Desk
from api.commands.refusals import Refused
from models.enums import CountingKind
from models.values import Figure
from muster.catalogue import mark
from muster.localtime import BadTime, NaiveTime, day_bounds, parse_day, parse_instant, zone
from services.access import COMMAND
from services.queries import figures as queries
from services.queries import topics as programmes
from services.queries.paging import MAX_LIMIT
from services.unit_of_work import Tx

KINDS = tuple(CountingKind)
COLUMNS = (mark("cli.definition"), mark("cli.value"), "A", "B", "C", "D")


def run(from_on: str, to: str, *, as_of: str | None, team_id: int | None, programme: str | None, as_json: bool) -> None:
    """Print the figures of local days `from_on` to `to`, both included."""
    first_on, last_on = _day("--from", from_on), _day("--to", to)
    speaker = opening.console()
    if last_on < first_on:
        raise Refused(speaker.gettext("--to: %(to)s is before %(from_on)s", to=to, from_on=from_on))
    until = _as_of(as_of) if as_of else None
    with opening.desk() as desk, desk.uow.read(COMMAND) as tx:
        scope = queries.Scope(
            from_on=first_on,
            until_on=last_on + timedelta(days=1),
            as_of=until,
            team_id=team_id,
            programme_id=_programme_id(desk, tx, programme) if programme else None,
        )
        with speaker.waiting(speaker.gettext("Counting…")):
            found = queries.figures(tx, scope)
    if as_json:
        speaker.line(_json(found, from_on, to))
    else:
        _tell(desk, found)


def _tell(desk: Desk, found: tuple[Figure, ...]) -> None:
    """Print a table for each kind of counting: sessions, heads and persons never stand in one column."""
    speaker = desk.console
    by_kind = sorted(found, key=lambda figure: KINDS.index(figure.kind))
    for kind, figures in groupby(by_kind, key=lambda figure: figure.kind):
        rows = [
            [
                one.definition,
                *map(
                    speaker.translator.number if speaker.is_terminal else str,
                    (one.value, one.mix.a, one.mix.b, one.mix.c, one.mix.d),
                ),
            ]
            for one in figures
        ]
        speaker.table(speaker.translator.word(kind), COLUMNS, rows, right=5)
        if speaker.is_terminal:
            speaker.line()


def _json(found: tuple[Figure, ...], from_on: str, to: str) -> str:
    rows = [
        {
            "definition": one.definition,
            "kind": one.kind.value,
            "value": one.value,
            "mix": {"a": one.mix.a, "b": one.mix.b, "c": one.mix.c, "d": one.mix.d},
            "from_on": one.from_on.isoformat(),
            "until_on": one.until_on.isoformat(),
            "as_of": one.as_of.isoformat(),
            "team_id": one.team_id,
            "programme_id": one.programme_id,
        }
        for one in found
    ]
    whole = {"from": from_on, "to": to, "as_of": found[0].as_of.isoformat(), "figures": rows}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _day(option: str, text: str) -> date:
    try:
        return parse_day(text)
    except BadTime as error:
        speaker = opening.console()
        raise Refused(
            speaker.gettext("%(option)s: %(text)s is no day; write it like 2026-03-01", option=option, text=text)
        ) from error


def _as_of(text: str) -> datetime:
    """Return an instant, or the end of a local day of the house."""
    speaker = opening.console()
    try:
        return parse_instant(text)
    except NaiveTime as error:
        raise Refused(
            speaker.gettext("--as-of: %(text)s lacks its offset, as in 2026-04-01T12:00+08:00", text=text)
        ) from error
    except BadTime:
        return day_bounds(_day("--as-of", text), zone(opening.settings().zone))[1]


def _programme_id(desk: Desk, tx: Tx, text: str) -> int:
    found = programmes.list_programmes(tx, q=text, limit=MAX_LIMIT).items
    ids = [row.id for row in found if row.code == text.strip().upper()]
    if not ids and text.isdecimal():
        return programmes.read_programme(tx, int(text)).id
    if not ids:
        raise Refused(desk.console.gettext("--programme: there is none of the id or code %(text)s", text=text))
    return ids[0]
