"""Kinds of message in plain words: what each is, and why some always come."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.enums import ChannelKind, NotificationKind
from models.rules.quiet import QuietHours, QuietHoursError
from muster.catalogue import mark
from muster.i18n import Translator
from services.message_choices import KindRow, MessageChoices, Pair
from web.forms import Form

#: When a message of a kind is sent, in a few words.
ABOUT: Mapping[NotificationKind, str] = {
    NotificationKind.call_up: mark("about.call_up"),
    NotificationKind.chase: mark("about.chase"),
    NotificationKind.stand_in: mark("about.stand_in"),
    NotificationKind.reminder: mark("about.reminder"),
    NotificationKind.reconfirm: mark("about.reconfirm"),
    NotificationKind.broadcast: mark("about.broadcast"),
    NotificationKind.changed: mark("about.changed"),
    NotificationKind.cancelled: mark("about.cancelled"),
    NotificationKind.sign_in: mark("about.sign_in"),
    NotificationKind.answer_received: mark("about.answer_received"),
    NotificationKind.digest: mark("about.digest"),
    NotificationKind.close_activity: mark("about.close_activity"),
    NotificationKind.booking_asked: mark("about.booking_asked"),
    NotificationKind.booking_decided: mark("about.booking_decided"),
    NotificationKind.booking_ended: mark("about.booking_ended"),
    NotificationKind.no_show: mark("about.no_show"),
    NotificationKind.place_offered: mark("about.place_offered"),
}
PROMISED = mark("It concerns what you promised; without it you might go for nothing.")
ASKED = mark("It comes only when you ask for it.")
WAITED_FOR = mark("Others wait for what you do then.")
#: Why a kind always comes; the others because others wait.
WHY: Mapping[NotificationKind, str] = {
    NotificationKind.changed: PROMISED,
    NotificationKind.cancelled: PROMISED,
    NotificationKind.reconfirm: PROMISED,
    NotificationKind.sign_in: ASKED,
}
#: Choices of the field about quiet hours.
HOUSE, OWN = "house", "own"
#: What the own hours begin with where somebody picks them for the first time.
USUAL = ("21:00", "08:00")


@dataclass(frozen=True, slots=True)
class Line:
    """One kind in a list: its name, when it comes, why it always does, and where it is wanted."""

    kind: NotificationKind
    about: str
    why: str
    wanted: tuple[tuple[ChannelKind, bool], ...]


@dataclass(frozen=True, slots=True)
class Quiet:
    """The field about quiet hours as it stands: `house` or `own`, and the two times of the own ones."""

    choice: str
    begins: str
    ends: str


def lines(choices: MessageChoices, translator: Translator, given: Form | None = None) -> tuple[list[Line], list[Line]]:
    """Return the kinds that may be switched off and those that always come; ticks as in a form where one was sent."""

    def line(row: KindRow) -> Line:
        wanted = tuple(
            (channel, bool(given[_box(row.kind, channel)]) if given is not None else channel not in row.off)
            for channel in choices.channels
        )
        why = translator.gettext(WHY.get(row.kind, WAITED_FOR)) if row.is_mandatory else ""
        return Line(row.kind, translator.gettext(ABOUT[row.kind]), why, wanted)

    told = [(row.is_mandatory, line(row)) for row in choices.kinds]
    return [one for is_fixed, one in told if not is_fixed], [one for is_fixed, one in told if is_fixed]


def off_in(form: Form, choices: MessageChoices) -> list[Pair]:
    """Return the pairs of kind and channel whose box is not ticked, and those off before on channels without boxes."""
    free = [row for row in choices.kinds if not row.is_mandatory]
    shown = {(row.kind, channel) for row in free for channel in choices.channels}
    hidden = [(row.kind, channel) for row in free for channel in row.off if (row.kind, channel) not in shown]
    return [*hidden, *(pair for pair in sorted(shown) if not form[_box(*pair)])]


def quiet_of(choices: MessageChoices) -> Quiet:
    """Return the field about quiet hours as the person chose it."""
    text = choices.quiet_hours or choices.house_quiet_hours
    try:
        found = QuietHours.parse(text)
    except QuietHoursError:
        found = None
    begins, ends = (f"{found.begins:%H:%M}", f"{found.ends:%H:%M}") if found else USUAL
    return Quiet(OWN if choices.quiet_hours else HOUSE, begins, ends)


def quiet_in(form: Form, choices: MessageChoices) -> Quiet:
    """Return the field about quiet hours as it was sent; whoever typed other times means them, ticked or not."""
    before = quiet_of(choices)
    begins, ends = (_clock(form[name]) for name in ("quiet_from", "quiet_to"))
    is_typed = before.choice == HOUSE and (begins, ends) != (before.begins, before.ends) and bool(begins and ends)
    return Quiet(OWN if form["quiet"] == OWN or is_typed else HOUSE, begins, ends)


def changes_in(form: Form, choices: MessageChoices) -> dict[str, object]:
    """Return what a form says besides the kinds; whether it makes sense is for the service to say."""
    quiet = quiet_in(form, choices)
    return {
        "locale": form["locale"],
        "quiet_hours": f"{quiet.begins}-{quiet.ends}" if quiet.choice == OWN else None,
        "wants_digest": form.flag("wants_digest"),
    }


def _clock(text: str) -> str:
    """Return a time of day as it is kept: `8：30` is `08:30`, and seconds are left out."""
    typed = text.strip().replace("：", ":")
    return typed.zfill(5)[:5] if typed else ""


def _box(kind: NotificationKind, channel: ChannelKind) -> str:
    return f"{kind.value}.{channel.value}"
