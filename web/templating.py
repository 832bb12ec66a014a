"""Renders pages: one Jinja environment for each language, made once, with the macros of the design system as `ui`.

A page template needs no imports. It sees `page` (see `PageContext`), its own values, and the names that
`_environment` adds: `_`, `ngettext`, `word`, `look`, `icon`, `static`, `when` (see `web.spoken`) and `ui`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Macro
from markupsafe import Markup, escape

from muster.i18n import LOCALES, Translator, load_translator
from web.charts import percentages, segments, spark_points
from web.modes import Modes
from web.spoken import When
from web.static_files import BuiltFiles
from web.vocabulary import look

FOLDER = Path(__file__).parent / "templates"
#: Files whose macros make up `ui`; a later one may use the earlier ones.
PARTIALS = ("parts", "lists", "forms", "charts", "frames")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is signed in, as far as the frame of a page needs to know."""

    name: str
    may_organise: bool
    has_duties: bool
    more: tuple[str, ...] = ()  #: addresses of further lists that this reader may open


@dataclass(frozen=True, slots=True)
class Undo:
    """A POST that takes back what was just done, for as long as the seconds last."""

    action: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A translated sentence about what was just done; a toast where it can be undone."""

    text: str
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A translated sentence about one input; `field` names the input, None blames the form as a whole."""

    field: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What every page of one request knows besides its own values.

    `path` is the requested one with its query, to come back to after a change of modes; `house` names the
    federation beside the mark; `now` is the as-of instant of the page; `once` is a one-time key that every
    form of the page carries, so that sending it twice does one thing; `nonce` is set for answer pages, whose
    style is inline; `are_reminders_running` is None where nobody looked.
    """

    templates: "Templates"
    translator: Translator
    house: str
    path: str
    now: datetime
    modes: Modes = field(default_factory=Modes)
    viewer: Viewer | None = None
    csrf_token: str = ""
    once: str = ""
    nonce: str = ""
    notices: tuple[Notice, ...] = ()
    are_reminders_running: bool | None = None

    @property
    def section(self) -> str:
        """The first step of the path, by which the menu marks where the reader is: `/activities`."""
        return "/" + self.address.strip("/").partition("/")[0]

    @property
    def address(self) -> str:
        """The path without its query."""
        return self.path.partition("?")[0]

    @property
    def size(self) -> str | None:
        """Chosen text size; whoever only comes to see their own duties starts large."""
        starts_large = self.viewer is not None and not self.viewer.may_organise
        return self.modes.size or ("large" if starts_large else None)


class Templates:
    """The environments of all languages, over the same template folder and built files."""

    def __init__(self, files: BuiltFiles, zone: ZoneInfo) -> None:
        self._environments = {
            locale: _environment(load_translator(locale), files, zone, FileSystemLoader(FOLDER)) for locale in LOCALES
        }

    def environment(self, locale: str) -> Environment:
        """Return the environment of one language."""
        return self._environments[locale]

    def template(self, locale: str, name: str) -> Template:
        """Return a compiled template of one language."""
        return self._environments[locale].get_template(name)


def render(page: PageContext, template: str, /, **values: Any) -> str:
    """Render a whole page.

    Raises:
        jinja2.UndefinedError: the template uses a value that was not given.
    """
    return page.templates.template(page.translator.locale, template).render(page=page, **values)


def render_part(page: PageContext, template: str, part: str, /, **values: Any) -> str:
    """Render one `data-part` of a page: the block `part_venue_week` for the part `venue-week`.

    Raises:
        KeyError: the template has no such block.
    """
    found = page.templates.template(page.translator.locale, template)
    block = found.blocks["part_" + part.replace("-", "_")]
    return "".join(block(found.new_context({"page": page, **values})))


def _environment(translator: Translator, files: BuiltFiles, zone: ZoneInfo, loader: FileSystemLoader) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    ui = SimpleNamespace()
    environment.globals.update(
        {
            "_": partial(_sentence, translator),
            "ngettext": partial(_sentence_about, translator),
            "word": translator.word,
            "look": look,
            "icon": _icons(files),
            "drawn": partial(_drawn, files),
            "static": files.url,
            "percentages": percentages,
            "segments": segments,
            "spark_points": spark_points,
            "when": When(translator, zone),
            "ui": ui,
        },
    )
    environment.filters["number"] = translator.number
    for name in PARTIALS:
        module = environment.get_template(f"partials/{name}.html").module
        vars(ui).update({key: macro for key, macro in vars(module).items() if isinstance(macro, Macro)})
    return environment


def _sentence(translator: Translator, msgid: str, /, **params: Any) -> Markup:
    """Translate for HTML: the sentence and its values are escaped, except values that are markup already."""
    pattern = escape(translator.lookup(msgid))
    return pattern % params if params else pattern


def _sentence_about(translator: Translator, one: str, many: str, n: int, /, **params: Any) -> Markup:
    """Translate a sentence about n things; `%(n)s` is n unless it is given in other words."""
    return escape(translator.lookup_plural(one, many, n)) % {"n": translator.number(n), **params}


def _icons(files: BuiltFiles) -> Callable[[str], Markup]:
    """Return a function from an icon's name to its picture out of the sprite.

    It raises KeyError for a name that the sprite does not hold.
    """
    address = files.url("icons.svg")
    drawn = {
        name: Markup('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>').format(address, name)
        for name in files.icons
    }
    return drawn.__getitem__


def _drawn(files: BuiltFiles, name: str) -> Markup:
    """Return an icon with its shapes inside, for pages that make one request only."""
    shapes = Markup(files.icons[name])  # noqa: S704 - our own sprite, read from the build
    return Markup('<svg viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(shapes)
