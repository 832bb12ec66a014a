"""Renders the pages of the design system with the real catalogues and the real build."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from muster.i18n import load_translator
from web.components import component_values
from web.modes import Modes
from web.static_files import load_built_files
from web.templating import Notice, PageContext, Templates, Undo, Viewer, render

NOW = datetime(2026, 2, 24, 23, 40, tzinfo=UTC)  # Wednesday 07:40 in Daye
LANGUAGES = ("zh-CN", "en")
ORGANISER = Viewer("张示例", may_organise=True, has_duties=True)
VOLUNTEER = Viewer("李样本", may_organise=False, has_duties=True)
BUILT = load_built_files()
TEMPLATES = Templates(BUILT, ZoneInfo("Asia/Shanghai"))


def context(locale: str = "zh-CN", **changes: Any) -> PageContext:
    """Return the frame of a page that an organiser opened."""
    values: dict[str, Any] = {
        "templates": TEMPLATES,
        "translator": load_translator(locale),
        "house": "大冶市总工会（示例）",
        "path": "/activities?week=3",
        "now": NOW,
        "viewer": ORGANISER,
        "csrf_token": "proof-of-origin",
        "are_reminders_running": True,
    }
    return PageContext(**(values | changes))


def components(locale: str = "zh-CN", **changes: Any) -> str:
    """Return the style guide with every macro on it."""
    notices = (Notice("李样本：已记下"), Notice("已发给3人", Undo("/components", 30)))
    page = context(locale, **({"path": "/components", "notices": notices} | changes))
    return render(page, "components.html", **component_values(page.translator))


def error(locale: str = "zh-CN", status: int = 409, **changes: Any) -> str:
    """Return the page of a refusal."""
    values: dict[str, Any] = {
        "status": status,
        "reasons": ["西半厅有人订，整厅就订不了", "李样本赶不到"],
        "reference": "0f3c9a",
        "ways_out": [("看别的场地", "/venues"), ("回到今天", "/")],
    }
    return render(context(locale), "error.html", **(values | changes))


def sign_in(locale: str = "zh-CN", **changes: Any) -> str:
    """Return the sign-in page."""
    values: dict[str, Any] = {"email": "", "problems": (), "sent": False, "back": "/"}
    return render(context(locale, viewer=None, path="/sign-in"), "sign_in.html", **(values | changes))


ANSWER = """{% extends "answer/base.html" %}
{% block title %}{{ _("I will come") }}{% endblock %}
{% block main %}
<p>{{ _("Li Yangben") }}</p>
<h1>{{ when.spoken_moment(page.now) }}</h1>
<dl><dt>{{ _("When") }}</dt><dd>{{ when.spoken_window(page.now, page.now) }}</dd><dt>{{ _("Phone") }}</dt><dd><a class="l" href="tel:07140000000">0714-000 0000</a></dd></dl>
<form method="post"><button class="y" name="answer" value="yes">{{ drawn("check") }}{{ _("I will come") }}</button></form>
<form method="post"><button name="answer" value="no">{{ drawn("cross") }}{{ _("I cannot come") }}</button></form>
<p class="k">{{ drawn("check") }}<span>{{ when.instant(page.now) }}</span></p>
<section><a class="b" href="tel:07140000000">{{ drawn("phone") }}{{ _("Call them") }}</a></section>
{% endblock %}"""


def answer(locale: str = "zh-CN") -> str:
    """Return a page behind an answer link, as large as the real ones."""
    template = TEMPLATES.environment(locale).from_string(ANSWER)
    return template.render(page=context(locale, viewer=None, nonce="c2FtcGxl"))


def modes(**choices: str) -> Modes:
    """Return chosen modes."""
    return Modes().changed(choices)
