"""The course of one activity, from its plan to its closing, as steps that people take at their instants."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from models.values import TimeWindow
from muster.localtime import local_day
from services import activities, assignments, bookings, closings, tallies
from services.access import Actor
from services.sample import counting, lending
from services.sample.answering import Answering
from services.sample.casting import Casted
from services.sample.data import Script
from services.sample.days import is_plain_workday
from services.sample.stage import DAY, HOUR, MINUTE, Do, Stage, seeded
from services.unit_of_work import Tx

#: What has been taken off its date, or never was marked as held.
NOT_HELD = frozenset({"released", "forgotten", "postponed", "cancelled"})


class Course:
    """One activity; its id is known once its plan has been made. `to` is where the story moves it, if it does."""

    def __init__(
        self, stage: Stage, script: Script, window: TimeWindow, cast: Sequence[Casted], *, to: TimeWindow | None = None
    ) -> None:
        self.script = script
        self.activity_id = 0
        self._stage = stage
        self._window = window
        self._to = to
        self._cast = cast
        self._random = seeded(script.title, window.starts_at.date() - stage.days.today)
        self._organiser = stage.actors["organiser"]
        self._leader = stage.leader_of(script.team)
        self._borrowing = lending.borrowing(script.title)
        self._booking_id = self._tally_id = 0
        self._assignment_ids: list[int] = []

    def plan(self, planned_at: datetime | None = None) -> None:
        """Plan the steps; `planned_at` where the plan was made on a day of its own."""
        now = self._stage.days.now
        planned_at = planned_at or min(self._days_before(21, 10), now - 4 * DAY)
        self._do(planned_at, self._organiser, self._create)
        if self.script.lately == "asked":
            self._do(now - 11 * MINUTE, self._organiser, self._book)
        elif self.script.venue in self._stage.house.asking:
            self._do(planned_at + 5 * HOUR, self._stage.actors["admin"], self._confirm)
        if self.script.ends != "draft":
            released_at = min(self._days_before(14, 9), now - 3 * DAY)
            self._do(
                now - 10 * MINUTE if self.script.lately == "released" else released_at, self._organiser, self._release
            )

    def _do(self, at: datetime, actor: Actor, do: Do) -> None:
        self._stage.replay.plan(at, actor, do)

    def _days_before(self, days: int, hour: int) -> datetime:
        return self._stage.days.on(self._window.starts_at, -days, time(hour, self._random.randrange(5, 55)))

    def _create(self, tx: Tx) -> None:
        script, house = self.script, self._stage.house
        self.activity_id = activities.create(
            tx,
            kind=script.kind,
            title=script.title,
            starts_at=self._window.starts_at,
            ends_at=self._window.ends_at,
            team_id=house.teams[script.team],
            host_org_id=house.orgs[script.host] if script.host else None,
            programme_id=house.programmes[script.programme],
            topic_id=house.topics[script.topic] if script.topic else None,
            capacity=script.seats,
            equipment=self._borrowing.equipment,
        )
        lending.lend(tx, self.activity_id, self._borrowing)
        if script.lately != "asked":
            self._book(tx)
        self._assignment_ids = [
            assignments.offer(
                tx, activity_id=self.activity_id, person_id=casted.member.person_id, role=casted.part.role
            )
            for casted in self._cast
        ]

    def _book(self, tx: Tx) -> None:
        if self.script.venue:
            self._booking_id = bookings.create(
                tx,
                venue_id=self._stage.house.venues[self.script.venue],
                starts_at=self._window.starts_at,
                ends_at=self._window.ends_at,
                activity_id=self.activity_id,
            )

    def _confirm(self, tx: Tx) -> None:
        bookings.confirm(tx, self._booking_id)

    def _release(self, tx: Tx) -> None:
        activities.release(tx, self.activity_id)
        answering = Answering(self._stage, self.script.team, self._random)
        for casted, assignment_id in zip(self._cast, self._assignment_ids, strict=True):
            answering.plan(casted, assignment_id, asked_at=tx.now, starts_at=self._window.starts_at)
        if self.script.ends in NOT_HELD:
            self._plan_change()
        else:
            self._do(self._window.starts_at + 5 * MINUTE, self._leader, self._hold)
            self._do(self._window.ends_at + 15 * MINUTE, self._leader, self._count)

    def _plan_change(self) -> None:
        now = self._stage.days.now
        if self.script.ends == "postponed":
            self._do(now - 20 * HOUR, self._organiser, self._postpone)
        elif self.script.ends == "cancelled":
            self._do(now - 7 * MINUTE, self._organiser, self._cancel)
        elif self._to is not None:
            self._do(now - 9 * MINUTE, self._organiser, self._move)

    def _postpone(self, tx: Tx) -> None:
        activities.postpone(tx, self.activity_id, reason=self.script.reason)

    def _cancel(self, tx: Tx) -> None:
        activities.cancel(tx, self.activity_id, reason=self.script.reason)

    def _move(self, tx: Tx) -> None:
        if self._to is not None:
            activities.move(tx, self.activity_id, starts_at=self._to.starts_at, ends_at=self._to.ends_at)

    def _hold(self, tx: Tx) -> None:
        activities.hold(tx, self.activity_id)

    def _count(self, tx: Tx) -> None:
        self._tally_id = counting.count(tx, counting.Held(self.activity_id, self.script, self._window), self._random)
        lending.bring_back(tx, self.activity_id, self._borrowing)
        if self.script.ends == "closed":
            self._do(self._closing_at(), self._organiser, self._close)

    def _closing_at(self) -> datetime:
        """Return the next morning in the office of the same month, else the same evening: a month ends closed."""
        days, ends_at = self._stage.days, self._window.ends_at
        ended_on = local_day(ends_at, days.zone)
        day = ended_on + timedelta(days=1)
        while not is_plain_workday(day):
            day += timedelta(days=1)
        next_morning = days.at(day, time(10, self._random.randrange(5, 55)))
        return next_morning if day.month == ended_on.month and next_morning < days.now else ends_at + HOUR

    def _close(self, tx: Tx) -> None:
        closings.sign(tx, self.activity_id)
        if self.script.reversal:
            self._do(tx.now + 2 * DAY, self._organiser, self._reverse)

    def _reverse(self, tx: Tx) -> None:
        tallies.reverse(tx, self._tally_id, reason=self.script.reversal)
