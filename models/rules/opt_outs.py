"""Which kinds of message a person may do without; all others are needed to keep a promise or to get in."""

from models.enums import NotificationKind

OPTIONAL = frozenset(
    {
        NotificationKind.call_up,
        NotificationKind.reminder,
        NotificationKind.reconfirm,
        NotificationKind.chase,
        NotificationKind.stand_in,
        NotificationKind.digest,
        NotificationKind.answer_received,
        NotificationKind.broadcast,
    }
)


def may_switch_off(kind: NotificationKind) -> bool:
    """Tell whether a person may switch a kind off."""
    return kind in OPTIONAL
