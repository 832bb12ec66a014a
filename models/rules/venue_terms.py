"""On what terms a venue may be had: lengths, notice, horizon, validity, seats, equipment, quota, rights."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from models.enums import Layout, QuotaPeriod, VenueRightKind
from models.rules.venues import TeamTerms, VenueFacts
from models.rules.verdicts import Reason
from models.values import TimeWindow
from muster.localtime import local_day
from muster.workcalendar import add_workdays

_ONE_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)
_DECEMBER = 12


def length_reasons(venue: VenueFacts, window: TimeWindow, occupied: TimeWindow) -> list[Reason]:
    """Return whether the window is too short, or too long with its set-up and tear-down."""
    if window.length < venue.shortest:
        return [Reason("window_too_short", {"minutes": _minutes(venue.shortest)})]
    if occupied.length > venue.longest:
        return [Reason("window_too_long", {"minutes": _minutes(venue.longest)})]
    return []


def start_reasons(venue: VenueFacts, window: TimeWindow, now: datetime) -> list[Reason]:
    """Return whether the start is past, too near for the notice that the venue wants, or too far ahead."""
    starts_at = window.starts_at
    if starts_at <= now:
        return [Reason("starts_in_past", {"starts_at": starts_at})]
    if starts_at > now + venue.horizon:
        return [Reason("beyond_horizon", {"days": venue.horizon.days})]
    reasons = []
    if starts_at < now + venue.notice:
        reasons.append(Reason("notice_too_short", {"minutes": _minutes(venue.notice)}))
    if venue.notice_workdays:
        today = local_day(now, venue.zone)
        if local_day(starts_at, venue.zone) <= add_workdays(today, venue.notice_workdays):
            reasons.append(Reason("notice_workdays_too_short", {"days": venue.notice_workdays}))
    return reasons


def validity_reasons(venue: VenueFacts, window: TimeWindow) -> list[Reason]:
    """Return whether the venue is in use on all local days of the window."""
    if venue.valid is None:
        return []
    last = local_day(window.ends_at - _MOMENT, venue.zone)
    if local_day(window.starts_at, venue.zone) < venue.valid.from_on:
        return [Reason("venue_not_yet_open", {"from_on": venue.valid.from_on})]
    if not venue.valid.contains(last):
        return [Reason("venue_ended", {"until_on": venue.valid.until_on})]
    return []


def room_reasons(venue: VenueFacts, people_count: int | None, layout: Layout | None) -> list[Reason]:
    """Return whether the venue can be laid out like that, and whether the people fit then."""
    reasons = []
    if layout is not None and venue.layouts and layout not in venue.layouts:
        possible = [known for known in Layout if known in venue.layouts]
        reasons.append(Reason("layout_not_possible", {"layout": layout, "possible": possible}))
    seats = venue.capacity if layout is None else venue.layouts.get(layout, venue.capacity)
    if people_count is not None and seats is not None and people_count > seats:
        reasons.append(Reason("too_many_people", {"capacity": seats, "wanted": people_count}))
    return reasons


def equipment_reasons(venue: VenueFacts, needs: frozenset[str]) -> list[Reason]:
    """Return what of the needs is not built in. What is lent is no need of the venue's: leave it out."""
    missing = lacking(venue.equipment, sorted(needs))
    return [Reason("equipment_missing", {"what": list(missing)})] if missing else []


def lacking(equipment: Iterable[str], needs: Iterable[str]) -> tuple[str, ...]:
    """Return the needs that no equipment names, in their order; 投影 is met by a 投影仪, case makes no difference."""
    there = [name.casefold() for name in equipment]
    return tuple(need for need in needs if not any(need.casefold() in name for name in there))


def team_reasons(venue: VenueFacts, window: TimeWindow) -> list[Reason]:
    """Return what stands against the asking team, where the facts tell its terms."""
    return [] if venue.terms is None else terms_reasons(venue.terms, local_day(window.starts_at, venue.zone))


def terms_reasons(terms: TeamTerms, starts_on: date) -> list[Reason]:
    """Return whether a team may not have the venue at all, or has had its share of the week or month."""
    reasons = [] if terms.may_have else [Reason("venue_not_for_team")]
    if terms.quota is not None and terms.period is not None:
        from_on, until_on = period_around(starts_on, terms.period)
        if terms.used.get(from_on, 0) >= terms.quota:
            params = {"quota": terms.quota, "from_on": from_on, "last_on": until_on - _ONE_DAY}
            reasons.append(Reason("quota_used_up", params))
    return reasons


def standing(
    own: Collection[VenueRightKind],
    given: Collection[VenueRightKind],
    *,
    needs_approval: bool,
    is_house: bool,
) -> tuple[bool, bool]:
    """Return whether a team may have a venue at all, and whether somebody is asked first.

    `own` are the rights of the team and of those above it, `given` those of all teams, `needs_approval`
    what the venue wants of everybody. `is_house` tells that no team asks but those who manage everything.
    """
    if VenueRightKind.book in own:
        return True, False
    if VenueRightKind.request in own:
        return True, True
    is_closed = VenueRightKind.book in given or VenueRightKind.request in given
    return is_house or not is_closed, needs_approval


def period_around(day: date, period: QuotaPeriod) -> tuple[date, date]:
    """Return the ISO week or the calendar month of a local day as `[from_on, until_on)`."""
    if period is QuotaPeriod.week:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    first = day.replace(day=1)
    return first, first.replace(year=first.year + first.month // _DECEMBER, month=first.month % _DECEMBER + 1)


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
