"""Which promise holds for whom: the house may write its own, by kind of activity and by role."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from models.enums import ActivityKind, AssignmentRole, ReminderKind
from models.rules import reminders
from models.rules.reminders import ReminderRule
from models.rules.verdicts import Reason

MOST_RULES = 6
MOST_DAYS = 60
#: How long after it was due a promise may still be kept: thirty days.
LONGEST_LATENESS = 43_200
#: The kinds that a house plans by itself; whether they lie after the activity.
KINDS: Mapping[ReminderKind, bool] = {ReminderKind.reminder: False, ReminderKind.close_activity: True}

#: For which people a list of promises holds; None means every one that has no list of its own.
Scope = tuple[ReminderKind, ActivityKind | None, AssignmentRole | None]


@dataclass(frozen=True, slots=True)
class Promise:
    """One rule, and for how many minutes after it was due it still helps; as long as its kind does where None."""

    rule: ReminderRule
    lateness_minutes: int | None = None

    @property
    def lateness(self) -> timedelta | None:
        """How long after it was due it still helps."""
        return None if self.lateness_minutes is None else timedelta(minutes=self.lateness_minutes)


@dataclass(frozen=True, slots=True)
class Plans:
    """Every list that the house wrote."""

    lists: Mapping[Scope, Sequence[Promise]]

    def promises(self, kind: ReminderKind, activity_kind: ActivityKind, role: AssignmentRole | None) -> list[Promise]:
        """Return what holds: the most specific list, else the defaults.

        A kind of activity weighs more than a role; without a role only lists for every role hold.
        """
        for scope in (
            (kind, activity_kind, role),
            (kind, activity_kind, None),
            (kind, None, role),
            (kind, None, None),
        ):
            if found := self.lists.get(scope):
                return list(found)
        if kind is ReminderKind.reminder and role is not None:
            return [Promise(rule) for rule in reminders.default_rules(activity_kind, role)]
        if kind is ReminderKind.close_activity:
            return [Promise(rule) for rule in reminders.closing_rules(activity_kind)]
        return []

    def lateness(
        self, kind: ReminderKind, activity_kind: ActivityKind, role: AssignmentRole | None, spelled: str
    ) -> timedelta | None:
        """Return how long after it was due a rule still helps; None where its kind alone says so."""
        found = self.promises(kind, activity_kind, role)
        return next((promise.lateness for promise in found if promise.rule.spelled() == spelled), None)


def refusals(kind: ReminderKind, role: AssignmentRole | None, given: Sequence[tuple[str, int | None]]) -> list[Reason]:
    """Return every reason why a list of spelled rules and lateness limits cannot be written; none where it can."""
    if kind not in KINDS:
        return [Reason("reminders_not_planned", {"field": "kind"})]
    reasons = []
    if role is not None and KINDS[kind]:
        reasons.append(Reason("organiser_has_no_role", {"field": "role"}))
    if not 1 <= len(given) <= MOST_RULES:
        reasons.append(Reason("wrong_number_of_reminders", {"field": "rules", "limit": MOST_RULES}))
    if len({rule for rule, _ in given}) < len(given):
        reasons.append(Reason("reminder_twice", {"field": "rules"}))
    for rule, lateness in given:
        reasons += _doubts(kind, rule, lateness)
    return reasons


def grouped(rows: Iterable[tuple[Scope, Promise]]) -> Plans:
    """Return rows as plans, in the order given."""
    lists: dict[Scope, list[Promise]] = {}
    for scope, promise in rows:
        lists.setdefault(scope, []).append(promise)
    return Plans(lists)


def _doubts(kind: ReminderKind, text: str, lateness: int | None) -> list[Reason]:
    reasons = []
    if lateness is not None and not 1 <= lateness <= LONGEST_LATENESS:
        reasons.append(Reason("out_of_range", {"field": "lateness_minutes", "low": 1, "high": LONGEST_LATENESS}))
    try:
        rule = ReminderRule.parse(text)
    except ValueError:
        return [*reasons, Reason("no_reminder_rule", {"field": "rules", "rule": text[:60]})]
    if rule.spelled() != text:
        reasons.append(Reason("no_reminder_rule", {"field": "rules", "rule": text[:60]}))
    elif rule.is_after is not KINDS[kind]:
        reasons.append(Reason("reminder_on_wrong_side", {"field": "rules"}))
    elif abs(rule.offset or timedelta(days=rule.workdays_before or 0)) > timedelta(days=MOST_DAYS):
        reasons.append(Reason("reminder_too_far", {"field": "rules", "limit": MOST_DAYS}))
    return reasons
