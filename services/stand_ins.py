"""Stand-ins: people asked in turn in the place of one who cannot come, one at a time, until the first yes.

Everything about one activity's searches happens behind the locks of the assignments in question and of the
activity, taken in this order, as answers take them too.
"""

from datetime import timedelta
from typing import Any

from sqlmodel import col, or_, select

from models.enums import (
    ActivityState,
    AnswerWord,
    AssignmentState,
    NotificationKind,
    StandInOfferState,
    StandInSearchState,
)
from models.errors import Conflict, Invalid, NotFound
from models.events import AssignmentReplaced, StandInSearchEnded, StandInSearchStarted
from models.rules import chasing as rules
from models.rules.assignment import LIVE_STATES
from models.rules.verdicts import Reason
from models.tables.activities import Activity
from models.tables.assignments import Assignment
from models.tables.stand_ins import StandInOffer, StandInSearch
from services import activity_rows, assignments, notify, stand_in_lists
from services.unit_of_work import Tx

HOURS_EACH, MOST_HOURS = 12, 72
#: So many searches are taken further in one transaction.
BATCH = 50
OPEN, SEARCHING = StandInOfferState.offered, StandInSearchState.searching


def start(tx: Tx, assignment_id: int, *, hours_each: int = HOURS_EACH) -> int:
    """Ask people in turn in the place of somebody who said no; the first is asked at once. Returns the search's id.

    Each has `hours_each` hours to answer, less where the start is near (see `models.rules.chasing.offer_until`).

    Raises:
        Conflict: nobody said no, a search is on already, the activity is not released or has begun, nobody
            is left to ask: all that applies. Invalid: the hours. NotFound, Forbidden.
    """
    if not 1 <= hours_each <= MOST_HOURS:
        raise Invalid(Reason("out_of_range", {"field": "hours_each", "low": 1, "high": MOST_HOURS}))
    row = tx.get(Assignment, assignment_id, noun="assignment")
    activity = activity_rows.managed(tx, row.activity_id)
    reasons = [] if row.state is AssignmentState.declined else [Reason("not_declined")]
    if activity.state is not ActivityState.released:
        reasons.append(Reason("activity_not_released"))
    elif tx.now >= activity.starts_at:
        reasons.append(Reason("already_started", {"starts_at": activity.starts_at}))
    if _searching_for(tx, row.id) is not None:
        reasons.append(Reason("search_running"))
    if reasons:
        raise Conflict(*reasons)
    search = _begin(tx, row, hours_each)
    stand_in_lists.fill(tx, search, row, activity)
    _go_on(tx, search, row, activity)
    if _offer_in(tx, search.id, OPEN) is None:
        raise Conflict(Reason("nobody_to_ask"))
    return search.id


def start_with(tx: Tx, assignment_id: int, person_id: int) -> None:
    """Begin a search with the person whom somebody named who cannot come; the worker asks them, then others in turn.

    Does nothing where a search is on already.
    """
    row = tx.get(Assignment, assignment_id, noun="assignment")
    if _searching_for(tx, row.id) is None and row.state is AssignmentState.declined:
        stand_in_lists.add_nominee(tx, _begin(tx, row, HOURS_EACH), person_id)


def stop(tx: Tx, search_id: int) -> None:
    """End a search; whoever was being asked is told that they are not needed.

    Raises:
        NotFound, Forbidden; Conflict: it has ended.
    """
    search, _, _ = _locked(tx, search_id, is_checked=True)
    if search.state is not SEARCHING:
        raise Conflict(Reason("search_ended"))
    _end(tx, search, StandInSearchState.stopped)


def advance(tx: Tx) -> int:
    """Take searches further for which it is time: an offer ran out or was declined, or nobody is wanted any more.

    Returns how many. Several workers may call it side by side: each search is looked at again behind its locks.
    """
    pending = select(StandInOffer.id).where(
        col(StandInOffer.search_id) == col(StandInSearch.id),
        col(StandInOffer.state) == OPEN,
        col(StandInOffer.until) > tx.now,
    )
    due = (
        select(StandInSearch.id)
        .join(Assignment, col(Assignment.id) == col(StandInSearch.assignment_id))
        .join(Activity, col(Activity.id) == col(Assignment.activity_id))
        .where(
            col(StandInSearch.state) == SEARCHING,
            or_(
                ~pending.exists(),
                col(Assignment.state) != AssignmentState.declined,
                col(Activity.state) != ActivityState.released,
                col(Activity.starts_at) <= tx.now,
            ),
        )
        .order_by(col(StandInSearch.id))
        .limit(BATCH)
    )
    found = tx.session.exec(due).all()
    for search_id in found:
        _go_on(tx, *_locked(tx, search_id))
    return len(found)


def on_answer(tx: Tx, assignment_id: int, word: AnswerWord) -> None:
    """Take the answer of somebody who was asked to stand in: the first yes ends the search, also one after a no."""
    found = tx.session.exec(
        select(StandInOffer.id, StandInOffer.search_id)
        .join(StandInSearch, col(StandInSearch.id) == col(StandInOffer.search_id))
        .where(
            col(StandInOffer.assignment_id) == assignment_id,
            col(StandInOffer.state).in_([OPEN, StandInOfferState.declined]),
            col(StandInSearch.state) == SEARCHING,
        )
    ).first()
    if found is None:
        return
    offer = tx.get(StandInOffer, found[0], noun="stand_in_offer")
    if word is AnswerWord.no:
        _note(tx, offer, StandInOfferState.declined)
        return
    search, row, _ = _locked(tx, found[1])
    _note(tx, offer, StandInOfferState.accepted)
    _found(tx, search, row, offer)


def _begin(tx: Tx, row: Assignment, hours_each: int) -> StandInSearch:
    search = tx.add(
        StandInSearch(assignment_id=row.id, hours_each=hours_each, by_user_id=tx.actor.user_id, created_at=tx.now)
    )
    about = {"activity_id": row.activity_id, "assignment_id": row.id, "person_id": row.person_id}
    tx.record(StandInSearchStarted(subject_id=search.id, **about))
    return search


def _locked(tx: Tx, search_id: int, *, is_checked: bool = False) -> tuple[StandInSearch, Assignment, Activity]:
    """Return a search, whose place it is about, and the activity, all locked; the rows that offers made included."""
    found = tx.session.exec(select(StandInSearch.assignment_id).where(col(StandInSearch.id) == search_id)).first()
    if found is None:
        raise NotFound("stand_in_search", search_id)
    asked = select(StandInOffer.assignment_id).where(
        col(StandInOffer.search_id) == search_id, col(StandInOffer.state) == OPEN
    )
    rows = {
        key: tx.get(Assignment, key, noun="assignment")
        for key in sorted({found, *filter(None, tx.session.exec(asked))})
    }
    row = rows[found]
    activity = (
        activity_rows.managed(tx, row.activity_id) if is_checked else tx.get(Activity, row.activity_id, noun="activity")
    )
    search = tx.get(StandInSearch, search_id, noun="stand_in_search")
    for one in (row, activity, search):
        tx.session.refresh(one)
    return search, row, activity


def _go_on(tx: Tx, search: StandInSearch, row: Assignment, activity: Activity) -> None:
    """Do the next step of a search, whatever it is; nothing where it waits for an answer or has ended."""
    if search.state is not SEARCHING:
        return
    if row.state is not AssignmentState.declined or activity.state is not ActivityState.released:
        _end(tx, search, StandInSearchState.stopped)
        return
    offer = _offer_in(tx, search.id, OPEN)
    if offer is not None and tx.now < activity.starts_at and not _is_settled(tx, search, row, offer):
        return
    if search.state is SEARCHING and not _ask_next(tx, search, row, activity):
        _end(tx, search, StandInSearchState.exhausted)
        _tell_organiser(tx, search, row, activity)


def _is_settled(tx: Tx, search: StandInSearch, row: Assignment, offer: StandInOffer) -> bool:
    """Tell whether an open offer has come to an end, and write down which."""
    asked = tx.get(Assignment, offer.assignment_id or 0, noun="assignment")
    match asked.state:
        case AssignmentState.accepted:
            _note(tx, offer, StandInOfferState.accepted)
            _found(tx, search, row, offer)
        case AssignmentState.declined:
            _note(tx, offer, StandInOfferState.declined)
        case AssignmentState.offered if offer.until is not None and tx.now < offer.until:
            return False
        case AssignmentState.offered:
            _note(tx, offer, StandInOfferState.expired)
            assignments.let_go(tx, asked)
        case _:
            _note(tx, offer, StandInOfferState.skipped)
    return True


def _ask_next(tx: Tx, search: StandInSearch, row: Assignment, activity: Activity) -> bool:
    """Ask the next who can be asked; tell whether there was one."""
    if tx.now >= activity.starts_at:
        return False
    while (offer := _next(tx, search, row, activity)) is not None:
        try:
            made = assignments.offer(tx, activity_id=activity.id, person_id=offer.person_id, role=row.role)
        except (Conflict, Invalid) as refusal:
            offer.why = [*offer.why, *({"code": reason.code} for reason in refusal.reasons)]
            _note(tx, offer, StandInOfferState.skipped)
            continue
        offer.assignment_id = made
        asked_at = stand_in_lists.asked_from(tx, offer.person_id, activity)
        offer.until = rules.offer_until(asked_at, timedelta(hours=search.hours_each), activity.starts_at)
        _note(tx, offer, OPEN)
        return True
    return False


def _next(tx: Tx, search: StandInSearch, row: Assignment, activity: Activity) -> StandInOffer | None:
    """Return whose turn it is; a list that holds only whom somebody named is filled when it comes to its end."""
    offer = _offer_in(tx, search.id, StandInOfferState.waiting)
    if offer is None and stand_in_lists.fill(tx, search, row, activity):
        offer = _offer_in(tx, search.id, StandInOfferState.waiting)
    return offer


def _found(tx: Tx, search: StandInSearch, row: Assignment, offer: StandInOffer) -> None:
    """End a search with the one who said yes; they take the place where it is still free."""
    _end(tx, search, StandInSearchState.found, person_id=offer.person_id)
    if row.state is not AssignmentState.declined or offer.assignment_id is None:
        return
    row.state, row.replaced_by_id = AssignmentState.replaced, offer.assignment_id
    tx.touch(row)
    told: dict[str, Any] = {"person_id": row.person_id, "by_assignment_id": offer.assignment_id}
    tx.record(AssignmentReplaced(subject_id=row.id, activity_id=row.activity_id, **told))


def _end(tx: Tx, search: StandInSearch, state: StandInSearchState, person_id: int | None = None) -> None:
    """End a search, and let go whoever is still being asked."""
    row = tx.get(Assignment, search.assignment_id, noun="assignment")
    if (offer := _offer_in(tx, search.id, OPEN)) is not None:
        _note(tx, offer, StandInOfferState.skipped)
        asked = tx.get(Assignment, offer.assignment_id or 0, noun="assignment")
        if asked.state in LIVE_STATES:
            assignments.let_go(tx, asked)
    search.state = state
    tx.touch(search)
    about = {"activity_id": row.activity_id, "assignment_id": row.id}
    tx.record(StandInSearchEnded(subject_id=search.id, state=state, person_id=person_id, **about))
    tx.session.flush()


def _tell_organiser(tx: Tx, search: StandInSearch, row: Assignment, activity: Activity) -> None:
    notify.request(
        tx,
        kind=NotificationKind.answer_received,
        recipients=notify.user(tx, activity.organiser_id),
        activity=activity,
        assignment_id=row.id,
        payload={"word": AnswerWord.no.value, "person_id": row.person_id, "is_exhausted": True},
        dedupe_key=f"stand_in_exhausted:{search.id}",
    )


def _note(tx: Tx, offer: StandInOffer, state: StandInOfferState) -> None:
    offer.state = state
    tx.touch(offer)
    tx.session.flush()


def _searching_for(tx: Tx, assignment_id: int) -> int | None:
    found = select(StandInSearch.id).where(
        col(StandInSearch.assignment_id) == assignment_id, col(StandInSearch.state) == SEARCHING
    )
    return tx.session.exec(found).first()


def _offer_in(tx: Tx, search_id: int, state: StandInOfferState) -> StandInOffer | None:
    """Return the first of a search's offers in a state, as it is now."""
    found = select(StandInOffer).where(col(StandInOffer.search_id) == search_id, col(StandInOffer.state) == state)
    found = found.order_by(col(StandInOffer.rank)).limit(1).execution_options(populate_existing=True)
    tx.session.flush()
    return tx.session.exec(found).first()
