"""The query of a list: what it is narrowed to, and the addresses of the same list narrowed otherwise."""

from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from muster.localtime import BadTime, parse_day
from web.context import Page
from web.forms import LARGEST_ID
from web.htmx import part_wanted

E = TypeVar("E", bound=StrEnum)
LONGEST = 100


class Asked:
    """Reads the query of a request; a word that makes no sense there counts as not asked for.

    Addresses are kept, mailed and typed by people, so a filter that nobody knows any more shows the
    whole list instead of a refusal.
    """

    def __init__(self, request: Request) -> None:
        self._path = request.url.path
        self._query = {name: value.strip() for name, value in request.query_params.items()}

    def __getitem__(self, name: str) -> str:
        return self._query.get(name, "")[:LONGEST]

    def text(self, name: str) -> str | None:
        """Return a text; None where there is none."""
        return self[name] or None

    def has(self, name: str) -> bool:
        """Tell whether the query speaks of it, be it to say nothing."""
        return name in self._query

    def number(self, name: str) -> int | None:
        """Return a whole number that an id may be."""
        return id_in(self[name])

    def word(self, name: str, words: type[E]) -> E | None:
        """Return a member of an enum."""
        return words(self[name]) if self[name] in set(words) else None

    def day(self, name: str) -> date | None:
        """Return a calendar day, written `2026-03-10`."""
        try:
            return parse_day(self[name])
        except BadTime:
            return None

    @property
    def cursor(self) -> str | None:
        """Where the list goes on."""
        return self._query.get("cursor") or None

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything but the place in the list was asked for."""
        return any(value for name, value in self._query.items() if name != "cursor")

    def address(self, path: str | None = None, /, **changes: object) -> str:
        """Return the address, or that of another page, with parts of its query put in place of others.

        None and "" take a part out; the place in the list is dropped unless it is among the changes.
        """
        kept = {name: value for name, value in self._query.items() if name != "cursor"}
        asked = {name: value for name, value in (kept | changes).items() if value not in (None, "")}
        where = path or self._path
        return f"{where}?{urlencode(asked)}" if asked else where

    def following(self, cursor: str | None) -> str | None:
        """Return the address of what comes behind; None at the end."""
        return self.address(cursor=cursor) if cursor else None


def id_in(text: str) -> int | None:
    """Return the id that a text is; None where it cannot be one."""
    if not (text.isascii() and text.isdigit() and len(text) < LONGEST):
        return None
    return int(text) if 0 < int(text) <= LARGEST_ID else None


def show_page(request: Request, page: Page, template: str, *parts: str, **values: Any) -> Response:
    """Return the part of a page that a script asks for; the whole page to everybody else."""
    part = part_wanted(request, *parts)
    return page.render_part(template, part, **values) if part else page.render(template, **values)
