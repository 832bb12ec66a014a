"""What follows from each event, in the same transaction; dedupe keys make every reaction idempotent."""

from collections.abc import Mapping, Sequence

from sqlmodel import col, select

from models.enums import ActivityState, AnswerWord, AssignmentState, NotificationKind, ReminderKind
from models.events import (
    ActivityCancelled,
    ActivityClosed,
    ActivityHeld,
    ActivityMoved,
    ActivityPostponed,
    ActivityReleased,
    AssignmentAnswered,
    AssignmentOffered,
    AssignmentReplaced,
    AssignmentWithdrawn,
    Event,
)
from models.rules.assignment import LIVE_STATES
from models.tables.activities import Activity
from models.tables.assignments import Answer, Assignment
from services import deliveries, notify, reminders
from services.booking_reactions import BOOKING_REACTIONS
from services.unit_of_work import Reaction, Tx

BEFORE_START = (NotificationKind.call_up, NotificationKind.reminder, NotificationKind.changed)


def _activity(tx: Tx, activity_id: int) -> Activity:
    return tx.get(Activity, activity_id, noun="activity", for_update=False)


def _assignment(tx: Tx, assignment_id: int) -> Assignment:
    return tx.get(Assignment, assignment_id, noun="assignment", for_update=False)


def _live(tx: Tx, activity_id: int) -> list[Assignment]:
    query = select(Assignment).where(
        col(Assignment.activity_id) == activity_id, col(Assignment.state).in_(sorted(LIVE_STATES))
    )
    return list(tx.session.exec(query.order_by(col(Assignment.id))).all())


def call_up(tx: Tx, assignment: Assignment, activity: Activity) -> None:
    """Ask one person, once per offer and date."""
    notify.request(
        tx,
        kind=NotificationKind.call_up,
        recipients=notify.person(tx, assignment.person_id),
        activity=activity,
        assignment_id=assignment.id,
        dedupe_key=f"call_up:{assignment.id}:{activity.schedule_rev}:{assignment.version}",
    )


def on_released(tx: Tx, event: ActivityReleased) -> None:
    """Ask everybody who was offered a part, remind those who said yes before, plan the closing."""
    activity = _activity(tx, event.subject_id)
    for assignment in _live(tx, activity.id):
        if assignment.state is AssignmentState.accepted:
            reminders.arrange_for(tx, assignment, activity)
        else:
            call_up(tx, assignment, activity)
    reminders.arrange_closing(tx, activity)


def on_offered(tx: Tx, event: AssignmentOffered) -> None:
    """Ask a person whose activity is public already."""
    activity = _activity(tx, event.activity_id)
    if activity.state is ActivityState.released:
        call_up(tx, _assignment(tx, event.subject_id), activity)


def on_answered(tx: Tx, event: AssignmentAnswered) -> None:
    """Arrange or cancel the person's reminders; tell the organiser."""
    activity = _activity(tx, event.activity_id)
    assignment = _assignment(tx, event.subject_id)
    deliveries.withdraw(tx, assignment_id=assignment.id, kinds=(NotificationKind.call_up,), reason="already_answered")
    if event.word is AnswerWord.yes:
        reminders.arrange_for(tx, assignment, activity)
    else:
        reminders.cancel(tx, activity_id=activity.id, assignment_id=assignment.id, reason="assignment_declined")
        deliveries.withdraw(tx, assignment_id=assignment.id, kinds=BEFORE_START, reason="assignment_declined")
    answer = tx.session.exec(
        select(Answer).where(col(Answer.assignment_id) == assignment.id).order_by(col(Answer.id).desc()).limit(1)
    ).one()
    if answer.by_user_id is None or answer.by_user_id != activity.organiser_id:
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
    was_told = notify.was_told(tx, event.subject_id)
    if was_told:
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
    reminders.cancel(tx, activity_id=activity.id, reason="activity_moved")
    deliveries.withdraw(tx, activity_id=activity.id, kinds=BEFORE_START, reason="activity_moved")
    if activity.state is not ActivityState.released:
        return
    for assignment in _live(tx, activity.id):
        if notify.was_told(tx, assignment.id) or assignment.state is AssignmentState.accepted:
            notify.request(
                tx,
                kind=NotificationKind.changed,
                recipients=notify.person(tx, assignment.person_id),
                activity=activity,
                assignment_id=assignment.id,
                payload={
                    "old_starts_at": event.old_starts_at.isoformat(),
                    "old_ends_at": event.old_ends_at.isoformat(),
                },
                dedupe_key=f"changed:{assignment.id}:{activity.schedule_rev}",
            )
        else:
            call_up(tx, assignment, activity)
        if assignment.state is AssignmentState.accepted:
            reminders.arrange_for(tx, assignment, activity)
    reminders.arrange_closing(tx, activity)


def on_off_its_date(tx: Tx, event: ActivityPostponed) -> None:
    """Withdraw what is waiting; tell those who knew that the date is off."""
    activity = _activity(tx, event.subject_id)
    reminders.cancel(tx, activity_id=activity.id, reason="activity_postponed")
    deliveries.withdraw(tx, activity_id=activity.id, kinds=BEFORE_START, reason="activity_postponed")
    for assignment in _live(tx, activity.id):
        if notify.was_told(tx, assignment.id):
            notify.request(
                tx,
                kind=NotificationKind.cancelled,
                recipients=notify.person(tx, assignment.person_id),
                activity=activity,
                assignment_id=assignment.id,
                payload={"reason": activity.reason, "is_postponed": True},
                dedupe_key=f"postponed:{assignment.id}:{activity.schedule_rev}",
            )


def on_cancelled(tx: Tx, event: ActivityCancelled) -> None:
    """Withdraw timers and messages that are waiting; each person is told by their own withdrawal."""
    reminders.cancel(tx, activity_id=event.subject_id, reason="activity_cancelled")
    deliveries.withdraw(
        tx,
        activity_id=event.subject_id,
        kinds=(*BEFORE_START, NotificationKind.answer_received, NotificationKind.close_activity),
        reason="activity_cancelled",
    )


def on_held(tx: Tx, event: ActivityHeld) -> None:
    """Nobody is reminded of what has taken place."""
    reminders.cancel(tx, activity_id=event.subject_id, reason="activity_held", kinds=(ReminderKind.reminder,))


def on_closed(tx: Tx, event: ActivityClosed) -> None:
    """Nobody is asked to close what is closed."""
    reminders.cancel(tx, activity_id=event.subject_id, reason="activity_closed")
    deliveries.withdraw(
        tx, activity_id=event.subject_id, kinds=(NotificationKind.close_activity,), reason="activity_closed"
    )


_REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    ActivityReleased: (on_released,),
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

#: Of each event those here come first.
REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    kind: (*_REACTIONS.get(kind, ()), *BOOKING_REACTIONS.get(kind, ())) for kind in {**_REACTIONS, **BOOKING_REACTIONS}
}
