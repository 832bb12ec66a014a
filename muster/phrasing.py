"""How days and times are said: as people speak to volunteers, by the 24-hour clock to organisers.

Words and their order come from the catalogue (`kernel.po`), so a language is a catalogue and
no code. Instants are turned into the zone they are given with; days are local already.
"""

from abc import ABC, abstractmethod
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from muster.catalogue import mark
from muster.localtime import to_local

WEEKDAYS = (mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"))
MONTHS = (
    *(mark("Jan"), mark("Feb"), mark("Mar"), mark("Apr"), mark("May"), mark("Jun")),
    *(mark("Jul"), mark("Aug"), mark("Sep"), mark("Oct"), mark("Nov"), mark("Dec")),
)
#: Parts of a day as people name them, by the hour at which each ends; `%(clock)s` is filled in.
DAY_PARTS = (
    (5, mark("spoken.night")),
    (8, mark("spoken.early")),
    (12, mark("spoken.morning")),
    (13, mark("spoken.noon")),
    (18, mark("spoken.afternoon")),
    (24, mark("spoken.evening")),
)
#: Hours on a clock face, half an hour, and the first minute with two digits.
NOON, HALF, TEN = 12, 30, 10


class Phrasing(ABC):
    """Says days and times in the language that `gettext` and `ngettext` speak."""

    @abstractmethod
    def gettext(self, msgid: str, /, **params: object) -> str:
        """Translate a sentence and fill in its params."""

    @abstractmethod
    def ngettext(self, one: str, many: str, n: int, /, **params: object) -> str:
        """Translate a sentence about n things."""

    def weekday(self, on: date) -> str:
        """Return `周五` or `Fri`."""
        return self.gettext(WEEKDAYS[on.weekday()])

    def day(self, on: date, *, year: bool = False) -> str:
        """Return `2月27日` or `27 Feb`; with the year `2026年2月27日` or `27 Feb 2026`."""
        month = self.gettext(MONTHS[on.month - 1])
        if year:
            return self.gettext("%(day)s %(month)s %(year)s", day=on.day, month=month, year=on.year)
        return self.gettext("%(day)s %(month)s", day=on.day, month=month)

    def day_with_weekday(self, on: date, *, year: bool = False) -> str:
        """Return `2月27日 周五` or `Fri 27 Feb`."""
        return self.gettext("%(weekday)s %(date)s", weekday=self.weekday(on), date=self.day(on, year=year))

    def near_day(self, on: date, today: date) -> str:
        """Return today, tomorrow or yesterday by name, other days with weekday, other years' with the year."""
        match (on - today).days:
            case 0:
                return self.gettext("today")
            case 1:
                return self.gettext("tomorrow")
            case -1:
                return self.gettext("yesterday")
            case _:
                return self.day_with_weekday(on, year=on.year != today.year)

    def time(self, instant: datetime, zone: ZoneInfo) -> str:
        """Return the 24-hour clock, `14:00`."""
        return _clock(to_local(instant, zone))

    def moment(self, instant: datetime, zone: ZoneInfo, *, year: bool = False) -> str:
        """Return `2月27日 周五 14:00` or `Fri 27 Feb, 14:00`."""
        local = to_local(instant, zone)
        return self._dated(self.day_with_weekday(local, year=year), _clock(local))

    def instant(self, instant: datetime, zone: ZoneInfo) -> str:
        """Return `2026年2月27日 14:00` or `27 Feb 2026, 14:00`, for records of the past."""
        local = to_local(instant, zone)
        return self._dated(self.day(local, year=True), f"{local:%H:%M}")

    def window(self, starts_at: datetime, ends_at: datetime, zone: ZoneInfo, *, year: bool = False) -> str:
        """Return `3月5日 周四 14:30–16:00` or `Thu 5 Mar, 14:30–16:00`; both days where they differ.

        A window up to midnight ends at 24:00 of its own day.
        """
        start, end = to_local(starts_at, zone), to_local(ends_at, zone)
        end_day, end_clock = end.date(), _clock(end)
        if end_clock == "0:00" and end_day > start.date():
            end_day, end_clock = end_day - timedelta(days=1), "24:00"
        start_text = self.moment(starts_at, zone, year=year)
        if end_day == start.date():
            return self.gettext("%(start)s–%(end)s", start=start_text, end=end_clock)
        end_text = self._dated(self.day_with_weekday(end_day, year=year), end_clock)
        return self.gettext("%(start)s to %(end)s", start=start_text, end=end_text)

    def spoken_time(self, instant: datetime, zone: ZoneInfo) -> str:
        """Return the clock as people say it: `下午2点`, `下午2点半`; `2 pm`, `2:30 pm`."""
        local = to_local(instant, zone)
        if (local.hour, local.minute) == (NOON, 0):
            return self.gettext("12 noon")
        if (local.hour, local.minute) == (0, 0):
            return self.gettext("midnight")
        part = next(msgid for until_hour, msgid in DAY_PARTS if local.hour < until_hour)
        return self.gettext(part, clock=self._spoken_clock(local.hour, local.minute))

    def spoken_moment(self, instant: datetime, zone: ZoneInfo) -> str:
        """Return `2月27日周五下午2点` or `Fri 27 Feb, 2 pm`."""
        local = to_local(instant, zone)
        return self.gettext(
            "spoken.moment",
            weekday=self.weekday(local),
            date=self.day(local),
            time=self.spoken_time(instant, zone),
        )

    def spoken_window(self, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
        """Return `2月27日周五下午2点到下午3点半` or `Fri 27 Feb, 2 pm to 3:30 pm`."""
        same_day = to_local(starts_at, zone).date() == to_local(ends_at, zone).date()
        return self.gettext(
            "spoken.window",
            start=self.spoken_moment(starts_at, zone),
            end=self.spoken_time(ends_at, zone) if same_day else self.spoken_moment(ends_at, zone),
        )

    def length(self, duration: timedelta) -> str:
        """Return a duration in hours and whole minutes, `1小时半`, `45分钟`; `1½ hours`, `45 minutes`."""
        hours, minutes = divmod(round(duration.total_seconds() / 60), 60)
        if minutes == 0 and hours:
            return self._hours(hours)
        if minutes == HALF:
            return self.gettext("%(hours)s½ hours", hours=hours) if hours else self.gettext("half an hour")
        minutes_text = self.ngettext("%(n)s minute", "%(n)s minutes", minutes)
        if not hours:
            return minutes_text
        return self.gettext("%(hours)s %(minutes)s", hours=self._hours(hours), minutes=minutes_text)

    def _hours(self, hours: int) -> str:
        return self.ngettext("%(n)s hour", "%(n)s hours", hours)

    def _dated(self, date_text: str, clock: str) -> str:
        return self.gettext("%(date)s, %(time)s", date=date_text, time=clock)

    def _spoken_clock(self, hour: int, minute: int) -> str:
        """Say hour and minute without the part of the day.

        `%(hour)s` runs from 0 to 12 as Chinese counts, `%(twelve)s` from 1 to 12 as English does.
        """
        clock = {"hour": hour if hour <= NOON else hour - NOON, "twelve": hour % NOON or NOON, "minute": minute}
        if minute == 0:
            return self.gettext("spoken.hour", **clock)
        if minute == HALF:
            return self.gettext("spoken.half", **clock)
        if minute < TEN:
            return self.gettext("spoken.few_minutes", **clock)
        return self.gettext("spoken.minutes", **clock)


def _clock(local: datetime) -> str:
    return f"{local.hour}:{local:%M}"
