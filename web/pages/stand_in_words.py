"""Searches for stand-ins in words: what spoke for a rank, or against asking."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from muster.catalogue import mark
from muster.i18n import Translator

#: What spoke for a rank, or against asking, in words.
WHY = {
    "nominee": mark("named by the person"),
    "no_address": mark("no mail address, so not asked in turn"),
    "never_served": mark("has not served yet"),
}


def why_in_words(t: Translator, why: Mapping[str, Any], where: ZoneInfo) -> str:
    """Return one thing that spoke for a rank, or against asking."""
    match why["code"]:
        case "upcoming":
            return t.ngettext("one duty ahead", "%(n)s duties ahead", why["count"])
        case "last_at":
            return t.gettext(
                "last served on %(day)s", day=t.day(datetime.fromisoformat(why["at"]).astimezone(where).date())
            )
        case code if code in WHY:
            return t.gettext(WHY[code])
    return t.gettext("something stands against it by now")
