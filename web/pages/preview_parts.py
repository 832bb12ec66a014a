"""What pages show of a preview: counts first, then who and who not, and one rendered example in each language."""

from collections.abc import Mapping
from typing import Any

from models.enums import NotificationKind
from models.rules.verdicts import Reason
from muster.catalogue import mark
from services.previews import Preview
from services.unit_of_work import Tx
from web.context import Page
from web.previewing import written
from web.problems import say

#: So many lines of each list stand on a page; the API has them all.
LINES = 50
LANGUAGES = {"zh-CN": mark("Chinese"), "en": mark("English")}


def shown(
    page: Page,
    tx: Tx,
    preview: Preview,
    kind: NotificationKind,
    *,
    activity_id: int | None,
    payload: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the values of `previews/lines.html`."""
    examples = written(page.wiring, tx, kind, preview.examples(), activity_id=activity_id, payload=payload)

    def why(reason: Reason) -> str:
        return say(reason, page.translator, page.wiring.zone)

    return {
        "preview": preview,
        "going": preview.going[:LINES],
        "going_count": len(preview.going),
        "held_back": preview.held_back[:LINES],
        "held_back_count": len(preview.held_back),
        "examples": [(page.gettext(LANGUAGES.get(one.line.locale, LANGUAGES["en"])), one) for one in examples],
        "languages": [
            (page.gettext(LANGUAGES.get(locale, LANGUAGES["en"])), count)
            for locale, count in sorted(preview.by_locale().items())
        ],
        "why": why,
        "wait_seconds": tx.settings.undo_seconds,
    }
