"""Days and times for templates: what the translator says, inside `<time>`, so that a line never breaks within.

Whole sentences of time (`spoken_moment`, `spoken_window`, a window over two days) may break, because they are wider
than a phone; where one stands large, say `day_with_weekday` and `spoken_time` one after the other instead.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from muster.i18n import Translator
from muster.localtime import to_local


class When:
    """Says instants in the zone of the house, or of the place that `zone` names; one instance for each language."""

    def __init__(self, translator: Translator, zone: ZoneInfo) -> None:
        self._say = translator
        self._zone = zone

    def day(self, day: date, *, year: bool = False, zone: ZoneInfo | None = None) -> Markup:
        """Return `2月27日`; an instant is taken as its local day."""
        on = self._on(day, zone)
        return _time(on, self._say.day(on, year=year))

    def day_with_weekday(self, day: date, *, year: bool = False, zone: ZoneInfo | None = None) -> Markup:
        """Return `2月27日 周五`."""
        on = self._on(day, zone)
        return _time(on, self._say.day_with_weekday(on, year=year))

    def near_day(self, day: date, today: date, *, zone: ZoneInfo | None = None) -> Markup:
        """Return `今天`, `明天`, `昨天`, or the day with its weekday; both may be instants."""
        on = self._on(day, zone)
        return _time(on, self._say.near_day(on, self._on(today, zone)))

    def weekday(self, day: date, *, zone: ZoneInfo | None = None) -> str:
        """Return `周五`."""
        return self._say.weekday(self._on(day, zone))

    def time(self, instant: datetime, *, zone: ZoneInfo | None = None) -> Markup:
        """Return `14:00`."""
        return self._at(instant, zone, self._say.time(instant, zone or self._zone))

    def moment(self, instant: datetime, *, year: bool = False, zone: ZoneInfo | None = None) -> Markup:
        """Return `2月27日 周五 14:00`."""
        return self._at(instant, zone, self._say.moment(instant, zone or self._zone, year=year))

    def instant(self, instant: datetime, *, zone: ZoneInfo | None = None) -> Markup:
        """Return `2026年2月27日 14:00`, for records of the past."""
        return self._at(instant, zone, self._say.instant(instant, zone or self._zone))

    def window(
        self, starts_at: datetime, ends_at: datetime, *, year: bool = False, zone: ZoneInfo | None = None
    ) -> Markup:
        """Return `3月5日 周四 14:30–16:00`."""
        there = zone or self._zone
        words = self._say.window(starts_at, ends_at, there, year=year)
        may_break = to_local(ends_at, there).date() - to_local(starts_at, there).date() >= timedelta(days=1)
        return self._at(starts_at, zone, words, may_break=may_break)

    def spoken_time(self, instant: datetime, *, zone: ZoneInfo | None = None) -> Markup:
        """Return `下午2点`, for volunteers."""
        return self._at(instant, zone, self._say.spoken_time(instant, zone or self._zone))

    def spoken_moment(self, instant: datetime, *, zone: ZoneInfo | None = None) -> Markup:
        """Return `2月27日周五下午2点`, for volunteers."""
        return self._at(instant, zone, self._say.spoken_moment(instant, zone or self._zone), may_break=True)

    def spoken_window(self, starts_at: datetime, ends_at: datetime, *, zone: ZoneInfo | None = None) -> Markup:
        """Return `2月27日周五下午2点到下午3点半`, for volunteers."""
        words = self._say.spoken_window(starts_at, ends_at, zone or self._zone)
        return self._at(starts_at, zone, words, may_break=True)

    def length(self, duration: timedelta) -> str:
        """Return `1小时半`."""
        return self._say.length(duration)

    def _on(self, day: date, zone: ZoneInfo | None) -> date:
        return to_local(day, zone or self._zone).date() if isinstance(day, datetime) else day

    def _at(self, instant: datetime, zone: ZoneInfo | None, words: str, *, may_break: bool = False) -> Markup:
        return _time(to_local(instant, zone or self._zone), words, may_break=may_break)


def _time(value: date, words: str, *, may_break: bool = False) -> Markup:
    stamp = value.isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()
    style = Markup(' class="long"') if may_break else ""
    return Markup('<time{} datetime="{}">{}</time>').format(style, stamp, words)
