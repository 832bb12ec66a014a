"""Phrases that several mails share: duty, time, place, title, telephone."""

import re
from datetime import datetime

from models.enums import ActivityKind, AssignmentRole
from models.values import TimeWindow
from muster.catalogue import mark
from muster.i18n import Translator
from muster.localtime import zone
from notifications.catalog import DutyPayload
from notifications.digest import DigestLine
from notifications.facts import ActivityFacts

#: What a role is called in one word, and what a person is asked to do.
DUTIES = {
    AssignmentRole.cadre_lead: (mark("duty.speaker"), mark("ask.speaker")),
    AssignmentRole.model_demo: (mark("duty.speaker"), mark("ask.speaker")),
    AssignmentRole.worker_exchange: (mark("duty.speaker"), mark("ask.speaker")),
    AssignmentRole.host: (mark("duty.host"), mark("ask.host")),
    AssignmentRole.reception: (mark("duty.reception"), mark("ask.reception")),
    AssignmentRole.volunteer: (mark("duty.volunteer"), mark("ask.volunteer")),
    AssignmentRole.driver: (mark("duty.driver"), mark("ask.driver")),
    AssignmentRole.duty: (mark("duty.duty"), mark("ask.duty")),
}
#: Reasons that the house gives itself when it says no to a request.
OWN_REASONS = {"other_confirmed": mark("declined.other_confirmed")}
SPEAKING = frozenset({AssignmentRole.cadre_lead, AssignmentRole.model_demo, AssignmentRole.worker_exchange})

_QUOTED = re.compile(r"[《“\"「]")
_DIALLED = re.compile(r"[+\d]")


class Wording:
    """Says things in one language; holds no state but its translator."""

    def __init__(self, translator: Translator) -> None:
        self.translator = translator

    def comma(self, *parts: str) -> str:
        """Return the parts that are not empty in a row, with the comma of the language."""
        return self.translator.gettext(mark("mail.comma")).join(part for part in parts if part)

    def capital(self, text: str) -> str:
        """Return the text with a capital at its start."""
        return text[:1].upper() + text[1:]

    def duty(self, role: AssignmentRole) -> str:
        """Return the short word for a duty, `主讲` or `speaker`."""
        return self.translator.gettext(DUTIES[role][0])

    def ask(self, payload: DutyPayload) -> str:
        """Return what a person is asked to do, `去陈贵镇讲一场` or `give a talk at Chengui`."""
        ask = self.translator.gettext(DUTIES[payload.role][1])
        town = self.town(payload.activity)
        return self.translator.gettext("%(ask)s at %(place)s", ask=ask, place=town) if town else ask

    def town(self, activity: ActivityFacts) -> str:
        """Return the shortest name of the place that people understand; empty where there is none yet."""
        return activity.locality or activity.venue_name

    def place(self, activity: ActivityFacts) -> str:
        """Return hall and address, or that the place is not known yet."""
        if not activity.venue_name:
            return self.translator.gettext("Not settled yet; we will tell you")
        if activity.venue_address in {"", activity.venue_name}:
            return activity.venue_name
        return self.comma(activity.venue_name, activity.venue_address)

    def when(self, activity: ActivityFacts) -> str:
        """Return the start as people say it, `2月27日周五下午2点`."""
        return self.translator.spoken_moment(activity.starts_at, zone(activity.zone))

    def span(self, window: TimeWindow | ActivityFacts, zone_key: str) -> str:
        """Return start and end as people say them."""
        return self.translator.spoken_window(window.starts_at, window.ends_at, zone(zone_key))

    def moment(self, instant: datetime, zone_key: str) -> str:
        """Return an instant as people say it."""
        return self.translator.spoken_moment(instant, zone(zone_key))

    def office_moment(self, activity: ActivityFacts) -> str:
        """Return the start by the 24-hour clock, for organisers."""
        return self.translator.moment(activity.starts_at, zone(activity.zone))

    def office_span(self, window: TimeWindow | ActivityFacts, zone_key: str) -> str:
        """Return start and end by the 24-hour clock, for organisers."""
        return self.translator.window(window.starts_at, window.ends_at, zone(zone_key))

    def office_at(self, instant: datetime, zone_key: str) -> str:
        """Return day and time by the 24-hour clock, for organisers."""
        return self.translator.moment(instant, zone(zone_key))

    def clock(self, instant: datetime, zone_key: str) -> str:
        """Return the time alone by the 24-hour clock, where the day is clear."""
        return self.translator.time(instant, zone(zone_key))

    def reason(self, text: str) -> str:
        """Return a reason in words: as somebody wrote it, or what the house means by its own code."""
        return self.translator.gettext(OWN_REASONS[text]) if text in OWN_REASONS else text

    def title(self, activity: ActivityFacts | DigestLine) -> str:
        """Return the title in quotation marks, those of a lecture in Chinese being 《》; none where it has its own."""
        if _QUOTED.search(activity.title):
            return activity.title
        is_lecture = activity.kind is ActivityKind.lecture
        pattern = mark("mail.quoted_lecture") if is_lecture else mark("mail.quoted")
        return self.translator.gettext(pattern, title=activity.title)

    def role(self, role: AssignmentRole) -> str:
        """Return the full name of a role; for speakers after the duty, `主讲（劳模工匠示范讲）`."""
        if role not in SPEAKING:
            return self.duty(role)
        return self.translator.gettext("%(duty)s (%(role)s)", duty=self.duty(role), role=self.translator.word(role))

    def task(self, payload: DutyPayload) -> str:
        """Return duty and title, `主讲《从学徒到工匠》` or `Speaker, “From apprentice to craftsman”`."""
        pattern = mark("task.speaker") if payload.role in SPEAKING else mark("task.other")
        duty = self.capital(self.duty(payload.role))
        return self.translator.gettext(pattern, duty=duty, title=self.title(payload.activity))

    def length(self, activity: ActivityFacts) -> str:
        """Return about how long it takes."""
        text = self.translator.length(activity.ends_at - activity.starts_at)
        return self.translator.gettext("about %(length)s", length=text)


def dialled(phone: str) -> str:
    """Return the digits of a telephone number for a `tel:` link; empty where it has none."""
    return "".join(_DIALLED.findall(phone))
