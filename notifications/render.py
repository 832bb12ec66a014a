"""Turn a payload into words: subject, plain text, HTML and, for duties, a calendar part."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from muster.i18n import load_translator
from notifications.addresses import Mailbox
from notifications.catalog import DutyPayload, spec_of
from notifications.facts import Payload, Recipient, one_line
from notifications.invite import calendar_part
from notifications.message import Message
from notifications.rows import rows_of
from notifications.wording import Wording, dialled

#: Where a headline may break, in catalogues.
BREAK = "¶"
TEMPLATE_FOLDER = Path(__file__).with_name("templates")
#: Where the mails of a locale look for glyphs.
FONTS = {
    "zh-CN": Markup("'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"),
    "en": Markup("-apple-system,'Segoe UI',Roboto,'Noto Sans','PingFang SC','Noto Sans CJK SC',sans-serif"),
}


class Speaker:
    """Everything that mails of one language need, put together once."""

    def __init__(self, locale: str) -> None:
        translator = load_translator(locale)
        self.say = Wording(translator)
        self.environment = Environment(
            loader=FileSystemLoader(TEMPLATE_FOLDER),
            autoescape=select_autoescape(("html",), default=False, default_for_string=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
        )
        self.environment.globals.update(
            _=translator.gettext, ngettext=translator.ngettext, say=self.say, lang=locale, font=FONTS[locale]
        )
        self.environment.filters.update(dialled=dialled, broken=_broken)

    def fill(self, name: str, context: dict[str, Any]) -> str:
        """Return a template filled in."""
        return self.environment.get_template(name).render(context)


@cache
def speaker(locale: str) -> Speaker:
    """Return the speaker of `zh-CN` or `en`; templates are compiled once for each.

    Raises:
        KeyError: any other locale.
    """
    return Speaker(locale)


def render(payload: Payload, recipient: Recipient, *, sender: Mailbox, stamp: datetime) -> Message:
    """Return the message for one recipient, in the recipient's language.

    `sender` is also the organiser in the calendar part; `stamp` is the instant of writing.
    The same arguments give the same message. Nothing but the arguments is read.
    """
    voice = speaker(recipient.locale)
    context = {
        "p": payload,
        "to": recipient,
        "rows": rows_of(payload, voice.say),
        "stop_url": payload.stop_url if spec_of(payload.kind).may_opt_out else "",
    }
    kind = payload.kind.value
    subject = one_line(voice.fill(f"{kind}/subject.txt", context))
    text = voice.fill(f"{kind}/body.txt", context)
    html = voice.fill(f"{kind}/body.html", {**context, "subject": subject})
    if not isinstance(payload, DutyPayload):
        return Message(subject, text, html)
    ics, method = calendar_part(payload, recipient, voice.say, sender=sender, stamp=stamp)
    return Message(subject, text, html, ics, method)


def _broken(text: str) -> Markup:
    """Return the text for HTML, broken where the catalogue says so."""
    return Markup("<br>").join(escape(line) for line in text.split(BREAK))
