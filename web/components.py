"""Values of the style guide, the page that shows every token and every macro with its name.

Everything on it is invented, as in the pictures that the design was drawn with.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.enums import AssignmentState, BookingState, EvidenceClass
from muster.i18n import Translator
from web.templating import Notice, Problem, Undo
from web.vocabulary import LOOKS, Look

STARTS_AT = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
#: Colours by their names in the style sheet, without the dashes.
COLOURS = (
    *("paper", "sheet", "wash", "ink", "ink-2", "ink-3", "hair", "edge"),
    *("verdigris", "verdigris-deep", "verdigris-tint", "vermilion", "vermilion-tint"),
    *("ochre", "ochre-tint", "indigo", "indigo-tint", "mix-a", "mix-b", "mix-c", "mix-d", "focus"),
)
#: Spaces by name, in pixels where a rem has 16.
SPACES = (("s1", 4), ("s2", 8), ("s3", 12), ("s4", 16), ("s5", 24), ("s6", 36), ("s7", 56))


def component_values(translator: Translator) -> dict[str, Any]:
    """Return what `components.html` needs, with its sample sentences in the translator's language."""
    _ = translator.gettext
    return {
        "colours": COLOURS,
        "spaces": SPACES,
        "state_groups": [
            (enum.__name__, [(member, LOOKS[enum][member]) for member in enum])
            for enum in LOOKS
            if enum is not EvidenceClass
        ],
        "evidence": list(EvidenceClass),
        "booking": BookingState,
        "assignment": AssignmentState,
        "free_states": [
            (Look("phone", "act"), _("Ask today")),
            (Look("swap", "hold"), _("Changed since")),
            (Look("bang", "act"), _("In doubt")),
            (Look("ask", "wait"), _("No records")),
            (Look("nonet", "wait"), _("Offline, 3 to upload")),
        ],
        "starts_at": STARTS_AT,
        "ends_at": STARTS_AT + timedelta(minutes=90),
        "week": [(STARTS_AT + timedelta(days=offset)).date() for offset in range(-3, 4)],
        "problems": [
            Problem("ends_at", _("It ends before it starts at 14:00")),
            Problem("seats", _("55 people do not fit: this hall seats 50")),
            Problem("speaker", _("Please choose a speaker")),
            Problem(None, _("The hall is closed on that day")),
        ],
        "undoable": Notice(_("Sent to 3 people"), Undo("/components", 30)),
    }
