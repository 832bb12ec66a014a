"""What becomes of people's addresses, of their wish not to be written to, and of the other ways to send."""

from dataclasses import dataclass

from models.enums import ChannelKind, NotificationKind
from models.events.base import Event, RowChanged, RowCreated


@dataclass(frozen=True, kw_only=True)
class PersonAddressFailed(Event):
    """A server or a bounce called a person's address dead; nothing more goes there."""

    key = "person.address_failed"
    channel: ChannelKind


@dataclass(frozen=True, kw_only=True)
class PersonAddressCleared(Event):
    """A person's address is tried anew."""

    key = "person.address_cleared"
    channel: ChannelKind


@dataclass(frozen=True, kw_only=True)
class PersonOptedOut(Event):
    """A person switched off a kind of message on one channel."""

    key = "person.opted_out"
    kind: NotificationKind
    channel: ChannelKind


@dataclass(frozen=True, kw_only=True)
class PersonOptedIn(Event):
    """A person wants a kind of message again."""

    key = "person.opted_in"
    kind: NotificationKind
    channel: ChannelKind


class ChannelEndpointCreated(RowCreated):
    """A group, an SMS account or another program was written down; its address and secret stay out of history."""

    key = "channel_endpoint.created"


class ChannelEndpointChanged(RowChanged):
    """A group, an SMS account or another program was edited or switched."""

    key = "channel_endpoint.changed"


@dataclass(frozen=True, kw_only=True)
class ChannelEndpointTested(Event):
    """A test was sent through a channel endpoint."""

    key = "channel_endpoint.tested"
