"""What stands against asking somebody, as a short tag and a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from models.rules.person_conflicts import is_soft
from models.rules.verdicts import Reason
from muster.catalogue import mark
from muster.i18n import Translator
from web.context import Page
from web.problems import say

#: In a word or two, by the code of the conflict, or of the reason where it is none.
TAGS: Mapping[str, str] = {
    "busy": mark("conflict.busy"),
    "travel": mark("conflict.travel"),
    "rest": mark("conflict.rest"),
    "day_limit": mark("conflict.day_limit"),
    "week_limit": mark("conflict.week_limit"),
    "unavailable": mark("conflict.unavailable"),
    "other_organisation": mark("conflict.other_organisation"),
    "asked_elsewhere": mark("conflict.asked_elsewhere"),
    "not_qualified": mark("conflict.not_qualified"),
    "already_assigned": mark("conflict.already_assigned"),
    "person_left": mark("conflict.person_left"),
}
OTHER = mark("conflict.other")


@dataclass(frozen=True, slots=True)
class Against:
    """One reason: its tag, its sentence, and whether it may be overridden."""

    tag: str
    text: str
    is_soft: bool


def against(page: Page, reason: Reason, zone: ZoneInfo) -> Against:
    """Return one reason in words; times are those of `zone`."""
    return Against(
        tag_of(reason.params.get("conflict", reason.code), page.translator),
        say(reason, page.translator, zone),
        is_soft(reason),
    )


def tag_of(code: str, translator: Translator) -> str:
    """Return the tag of a code."""
    return translator.gettext(TAGS.get(code, OTHER))
