"""What follows from each event, in the same transaction; dedupe keys make every reaction idempotent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from models.enums import ActivityState, AnswerWord, AssignmentState, NotificationKind, ReminderKind
from models.events import (
    ActivityCancelled,
    ActivityChanged,
    ActivityClosed,
    ActivityHeld,
    ActivityMoved,
    ActivityPostponed,
    ActivityReleased,
    ActivityReleaseUndone,
    AssignmentAnswered,
    AssignmentOffered,
    AssignmentReplaced,
    AssignmentWithdrawn,
    Event,
)
from models.rules import digests as digest_rules
from models.rules.assignment import LIVE_STATES
from models.tables.activities import Activity
from models.tables.assignments import Answer, Assignment
from services import (
    answer_digests,
    calls,
    chasing,
    deliveries,
    notify,
    reconfirming,
    release_waits,
    reminders,
    stand_in_lists,
    stand_ins,
)
from services.booking_reactions import BOOKING_REACTIONS
from services.channel_events import CHANNEL_REACTIONS
from services.unit_of_work import Reaction, Tx

#: Ways of asking, and everything that prepares an activity.
QUESTIONS = (NotificationKind.call_up, NotificationKind.chase, NotificationKind.stand_in, NotificationKind.reconfirm)
BEFORE_START = (*QUESTIONS, NotificationKind.reminder, NotificationKind.changed)

#: Timers that mean nothing any more once an activity has taken place.
BEFORE_END = (ReminderKind.reminder, ReminderKind.chase, ReminderKind.call, ReminderKind.reconfirm)


def _activity(tx: Tx, activity_id: int) -> Activity:
    return tx.get(Activity, activity_id, noun="activity", for_update=False)


def _assignment(tx: Tx, assignment_id: int) -> Assignment:
    return tx.get(Assignment, assignment_id, noun="assignment", for_update=False)


def _live(tx: Tx, activity_id: int) -> list[Assignment]:
    query = select(Assignment).where(
        col(Assignment.activity_id) == activity_id, col(Assignment.state).in_(sorted(LIVE_STATES))
    )
    return list(tx.session.exec(query.order_by(col(Assignment.id))).all())


def _tell_all(
    tx: Tx,
    assignments: Sequence[Assignment],
    activity: Activity,
    kind: NotificationKind,
    payload: Mapping[str, Any],
    *,
    word: str,
) -> None:
    """Tell people the same of their parts, each once per date; `word` begins the dedupe keys."""
    people = notify.people(tx, [one.person_id for one in assignments])
    notify.request_all(
        tx,
        [
            notify.Wanted(
                kind=kind,
                recipients=people[one.person_id],
                activity=activity,
                assignment_id=one.id,
                payload=dict(payload),
                dedupe_key=f"{word}:{one.id}:{activity.schedule_rev}",
            )
            for one in assignments
        ],
    )


def call_up(tx: Tx, assignment: Assignment, activity: Activity, *, due_at: datetime | None = None) -> None:
    """Ask one person, once per offer and date, and plan what follows on silence; a stand-in has an hour to keep to."""
    until = stand_in_lists.open_until(tx, assignment.id)
    if until is not None:
        notify.request(
            tx,
            kind=NotificationKind.stand_in,
            recipients=notify.person(tx, assignment.person_id),
            activity=activity,
            assignment_id=assignment.id,
            payload={"until": until.isoformat()},
            due_at=stand_in_lists.asked_from(tx, assignment.person_id, activity),
            expires_at=until,
            dedupe_key=f"stand_in:{assignment.id}:{activity.schedule_rev}:{assignment.version}",
        )
        return
    chasing.arrange(tx, assignment, activity)
    notify.request(
        tx,
        kind=NotificationKind.call_up,
        recipients=notify.person(tx, assignment.person_id),
        activity=activity,
        assignment_id=assignment.id,
        due_at=due_at,
        dedupe_key=f"call_up:{assignment.id}:{activity.schedule_rev}:{assignment.version}",
    )


def on_released(tx: Tx, event: ActivityReleased) -> None:
    """Ask everybody who was offered a part, remind those who said yes before, plan the closing."""
    activity = _activity(tx, event.subject_id)
    live = _live(tx, activity.id)
    reminders.arrange_all(tx, [one for one in live if one.state is AssignmentState.accepted], activity)
    asked = [one for one in live if one.state is not AssignmentState.accepted]
    due = release_waits.due_times(tx, activity, [one.person_id for one in asked])
    for assignment in asked:
        call_up(tx, assignment, activity, due_at=due[assignment.person_id])
    reminders.arrange_closing(tx, activity)


def on_release_undone(tx: Tx, event: ActivityReleaseUndone) -> None:
    """Take back whatever the release had set in motion; nobody has heard of it yet."""
    reminders.cancel(tx, activity_id=event.subject_id, reason="release_undone")
    deliveries.withdraw(tx, activity_id=event.subject_id, kinds=BEFORE_START, reason="release_undone")
    calls.void(tx, activity_id=event.subject_id)


def on_offered(tx: Tx, event: AssignmentOffered) -> None:
    """Ask a person whose activity is public already."""
    activity = _activity(tx, event.activity_id)
    if activity.state is ActivityState.released:
        call_up(tx, _assignment(tx, event.subject_id), activity)


def on_answered(tx: Tx, event: AssignmentAnswered) -> None:
    """Arrange or cancel the person's reminders; tell the organiser."""
    activity = _activity(tx, event.activity_id)
    assignment = _assignment(tx, event.subject_id)
    deliveries.withdraw(tx, assignment_id=assignment.id, kinds=QUESTIONS, reason="already_answered")
    chasing.end(tx, assignment, "already_answered")
    stand_ins.on_answer(tx, assignment.id, event.word)
    if event.word is AnswerWord.yes and assignment.reconfirmed_at == tx.now:
        return  # it held before and holds now: the organiser and the timers know of it
    if event.word is AnswerWord.yes:
        reminders.arrange_for(tx, assignment, activity)
    else:
        reminders.cancel(tx, activity_id=activity.id, assignment_id=assignment.id, reason="assignment_declined")
        deliveries.withdraw(tx, assignment_id=assignment.id, kinds=BEFORE_START, reason="assignment_declined")
    answer = tx.session.exec(
        select(Answer).where(col(Answer.assignment_id) == assignment.id).order_by(col(Answer.id).desc()).limit(1)
    ).one()
    if answer.nominee_id is not None and answer.word is AnswerWord.no:
        stand_ins.start_with(tx, assignment.id, answer.nominee_id)
    if answer.by_user_id is not None and answer.by_user_id == activity.organiser_id:
        return
    if not digest_rules.is_told_at_once(answer.word, tx.now, activity.starts_at):
        answer_digests.arrange(tx, answer, assignment, activity)
        return
    notify.request(
        tx,
        kind=NotificationKind.answer_received,
        recipients=notify.user(tx, activity.organiser_id),
        activity=activity,
        assignment_id=assignment.id,
        payload={"word": answer.word.value, "reason": answer.reason, "person_id": assignment.person_id},
        dedupe_key=f"answer_received:{answer.id}",
    )


def on_let_go(tx: Tx, event: AssignmentReplaced | AssignmentWithdrawn) -> None:
    """Take back what was on its way to a person; tell them if they knew of the activity."""
    activity = _activity(tx, event.activity_id)
    reminders.cancel(tx, activity_id=activity.id, assignment_id=event.subject_id, reason="assignment_withdrawn")
    deliveries.withdraw(tx, assignment_id=event.subject_id, kinds=BEFORE_START, reason="assignment_withdrawn")
    calls.void(tx, assignment_id=event.subject_id)
    knows = notify.was_told(tx, event.subject_id) or _assignment(tx, event.subject_id).answered_at is not None
    if knows:
        notify.request(
            tx,
            kind=NotificationKind.cancelled,
            recipients=notify.person(tx, event.person_id),
            activity=activity,
            assignment_id=event.subject_id,
            payload={"reason": activity.reason if activity.state is ActivityState.cancelled else ""},
            dedupe_key=f"cancelled:{event.subject_id}:{activity.schedule_rev}:{activity.sequence}",
        )


def on_moved(tx: Tx, event: ActivityMoved) -> None:
    """Withdraw what names the old date; tell those who knew; give the reminders their new instants."""
    activity = _activity(tx, event.subject_id)
    reminders.cancel(
        tx, activity_id=activity.id, reason="activity_moved", kinds=set(ReminderKind) - {ReminderKind.digest}
    )
    deliveries.withdraw(tx, activity_id=activity.id, kinds=BEFORE_START, reason="activity_moved")
    calls.void(tx, activity_id=activity.id)
    if activity.state is not ActivityState.released:
        return
    live = _live(tx, activity.id)
    told = notify.told_among(tx, [one.id for one in live])
    accepted = [one for one in live if one.state is AssignmentState.accepted]
    knowing = [one for one in live if one.id in told or one.state is AssignmentState.accepted]
    unaware = [one for one in live if one.id not in told and one.state is not AssignmentState.accepted]
    old = {"old_starts_at": event.old_starts_at.isoformat(), "old_ends_at": event.old_ends_at.isoformat()}
    _tell_all(tx, knowing, activity, NotificationKind.changed, old, word="changed")
    for assignment in unaware:
        call_up(tx, assignment, activity)
    reminders.arrange_all(tx, accepted, activity)
    reminders.arrange_closing(tx, activity)


def on_off_its_date(tx: Tx, event: ActivityPostponed) -> None:
    """Withdraw what is waiting; tell those who knew that the date is off."""
    activity = _activity(tx, event.subject_id)
    reminders.cancel(tx, activity_id=activity.id, reason="activity_postponed")
    deliveries.withdraw(tx, activity_id=activity.id, kinds=BEFORE_START, reason="activity_postponed")
    calls.void(tx, activity_id=activity.id)
    live = _live(tx, activity.id)
    told = notify.told_among(tx, [one.id for one in live])
    payload = {"reason": activity.reason, "is_postponed": True}
    knowing = [one for one in live if one.id in told or one.answered_at is not None]
    _tell_all(tx, knowing, activity, NotificationKind.cancelled, payload, word="postponed")


def on_cancelled(tx: Tx, event: ActivityCancelled) -> None:
    """Withdraw timers and messages that are waiting; each person is told by their own withdrawal."""
    reminders.cancel(tx, activity_id=event.subject_id, reason="activity_cancelled")
    calls.void(tx, activity_id=event.subject_id)
    deliveries.withdraw(
        tx,
        activity_id=event.subject_id,
        kinds=(*BEFORE_START, NotificationKind.answer_received, NotificationKind.close_activity),
        reason="activity_cancelled",
    )


def on_held(tx: Tx, event: ActivityHeld) -> None:
    """Nobody is reminded of what has taken place."""
    reminders.cancel(tx, activity_id=event.subject_id, reason="activity_held", kinds=BEFORE_END)
    calls.void(tx, activity_id=event.subject_id)


def on_closed(tx: Tx, event: ActivityClosed) -> None:
    """Nobody is asked to close what is closed."""
    reminders.cancel(tx, activity_id=event.subject_id, reason="activity_closed")
    deliveries.withdraw(
        tx, activity_id=event.subject_id, kinds=(NotificationKind.close_activity,), reason="activity_closed"
    )


_REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    ActivityChanged: (reconfirming.on_changed,),
    ActivityReleased: (on_released,),
    ActivityReleaseUndone: (on_release_undone,),
    ActivityMoved: (on_moved,),
    ActivityPostponed: (on_off_its_date,),
    ActivityCancelled: (on_cancelled,),
    ActivityHeld: (on_held,),
    ActivityClosed: (on_closed,),
    AssignmentOffered: (on_offered,),
    AssignmentAnswered: (on_answered,),
    AssignmentReplaced: (on_let_go,),
    AssignmentWithdrawn: (on_let_go,),
}

#: Of each event those here come first, and those for groups and other programs last.
REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    kind: (*_REACTIONS.get(kind, ()), *BOOKING_REACTIONS.get(kind, ()), *CHANNEL_REACTIONS.get(kind, ()))
    for kind in {**_REACTIONS, **BOOKING_REACTIONS, **CHANNEL_REACTIONS}
}
