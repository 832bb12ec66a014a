"""What a broadcast carries: an organiser's own words, and the activity that they are about."""

from dataclasses import dataclass
from typing import ClassVar

from models.enums import NotificationKind
from notifications.facts import ActivityFacts, Payload


@dataclass(frozen=True, kw_only=True)
class Broadcast(Payload):
    """An organiser writes to many at once; plain text, its line breaks kept."""

    kind = NotificationKind.broadcast
    long_texts: ClassVar[frozenset[str]] = frozenset({"body"})

    headline: str
    body: str
    #: Who wrote it; empty where the login is gone.
    sender_name: str = ""
    organisation_name: str = ""
    activity: ActivityFacts | None = None
