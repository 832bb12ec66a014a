"""Show messages before they are written: lines of a preview with the very words that would go out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models.enums import NotificationKind
from services.previews import Line
from services.specimens import Specimens
from services.unit_of_work import Tx
from web.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Written:
    """One line with its words; both empty where nothing goes out."""

    line: Line
    subject: str
    body: str


def written(
    wiring: Wiring,
    tx: Tx,
    kind: NotificationKind,
    lines: Iterable[Line],
    *,
    activity_id: int | None,
    payload: Mapping[str, Any] | None = None,
) -> tuple[Written, ...]:
    """Return lines of a preview with the words of those that go out, each in its recipient's language."""
    specimens = Specimens(tx, kind, activity_id=activity_id, payload=payload)
    found = []
    for line in lines:
        if line.channel is None or not line.goes_out:
            found.append(Written(line, "", ""))
            continue
        message = wiring.write_specimen(specimens.facts(line, line.assignment), channel=line.channel, stamp=tx.now)
        found.append(Written(line, message.subject, message.text))
    return tuple(found)
